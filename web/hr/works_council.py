"""One printable page for a works council before it agrees: counted behaviour, stored personal data, access by role, and who decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rewards.language import gettext
from rewards.people.accounts import Account
from rewards.people.columns import FIELDS
from rewards.people.groups import minimum_group
from rewards.people.people import Person, get_person, names_of
from rewards.people.rights import MEANINGS, RIGHTS_OF, TITLES, Right
from rewards.publishing.conditions import Rules, rules_of
from rewards.publishing.gate import Decision, decision_of_version
from rewards.publishing.publication import SchemeVersion, scheme_in_force, versions
from rewards.publishing.rehearsals import Forecast, latest_rehearsal
from rewards.scheme.explain import explain_scheme
from web.hr.health_kept import health
from web.hr.health_words import Shown, section
from web.session import SchemeReader, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
PATH = "/hr/works-council"


@dataclass(frozen=True)
class WorksCouncilContext:
    """Page context: `lines`: sentences of the scheme in force; `coming`: versions that take effect later.

    `decision`: who approved it, where the approval gate was on. `forecast`: the last rehearsal of exactly this text.
    `fair`: points per share by segment. `seen`: each role with its rights; `fields`: the columns of people files.
    """

    account: Account
    person: Person
    as_of: datetime
    version: SchemeVersion | None
    lines: Sequence[str]
    coming: Sequence[SchemeVersion]
    decision: Decision | None
    names: dict[str, str]
    forecast: Forecast | None
    fair: Sequence[Shown]
    rules: Rules
    minimum: int
    fields: Sequence[str]
    seen: Sequence[tuple[str, Sequence[str]]]


@router.get(PATH)
def works_council(request: Request, store: Store, account: SchemeReader) -> Response:
    """The page, to be printed."""
    at, org = now(), account.organisation
    found = health(store, org, at)
    with store.read() as tx:
        version = scheme_in_force(tx, org, at)
        decision = None if version is None else decision_of_version(tx, org, version.version)
        people = [] if version is None else [version.actor]
        people += [] if decision is None else [decision.proposer, decision.decider or ""]
        context = WorksCouncilContext(
            account=account,
            person=get_person(tx, org, account.person),
            as_of=at,
            version=version,
            lines=explain_scheme(version.scheme)[1:] if version else [],
            coming=[one for one in versions(tx, org) if one.effective_at > at and one.rolled_back_at is None],
            decision=decision,
            names=names_of(tx, org, set(people) - {""}),
            forecast=None if version is None else latest_rehearsal(tx, org, version.hash),
            fair=section(found, "fairness"),
            rules=rules_of(tx, org),
            minimum=minimum_group(tx, org, at),
            fields=[gettext(field) for field in FIELDS.values()],
            seen=[
                (gettext(TITLES[role]), [gettext(MEANINGS[right]) for right in Right if right in held])
                for role, held in RIGHTS_OF.items()
            ],
        )
    return page(request, "hr/works_council.html", context)
