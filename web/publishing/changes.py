"""Effects of a draft on the open period by segment (a shadow replay), and retiring the version in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue, Conflict, Fault
from rewards.language import gettext as _
from rewards.people.accounts import Account
from rewards.people.groups import groups_shown, minimum_group
from rewards.people.people import Person, get_person
from rewards.publishing.counting import ask, counted
from rewards.publishing.drafts import SchemeDraft, get_draft, retire_version
from rewards.publishing.foreseeing import SHADOW
from rewards.publishing.publication import SchemeVersion, scheme_in_force
from rewards.store.session import Database, Transaction
from web.problems import refused
from web.publishing.foreseen import Progress, progress, told
from web.session import Approver, SchemeWriter, Store, now
from web.templating import page
from web.text import MOST_TYPED, Plain

router = APIRouter(prefix="/publishing", include_in_schema=False)
Number = Annotated[int, Path(ge=1, le=2**53)]
SINCE = timedelta(weeks=4)
"""The difference is that of the last four weeks, or of the open period where that is shorter."""


@dataclass(frozen=True)
class Row:
    """A segment's change in millipoints; `name` is "" for the sum of all segments that may not be shown separately."""

    name: str
    change: int


@dataclass(frozen=True)
class ShadowContext:
    """Page context. `whole` is None where too few people take part; `fallen` and `risen`: numbers of people (None: too few to show).

    Without a finished count in `progress` there are no rows.
    """

    account: Account
    person: Person
    draft: SchemeDraft
    live: str
    since: datetime
    rows: Sequence[Row]
    whole: int | None
    fallen: int | None
    risen: int | None
    minimum: int
    progress: Progress


@dataclass(frozen=True)
class RetireContext:
    """Page context: the version in force, to be retired."""

    account: Account
    person: Person
    version: SchemeVersion
    fault: str
    words: str


@router.get("/{draft}/shadow")
def difference(request: Request, store: Store, account: Approver, draft: Number) -> Response:
    """The differences in points under the draft; nothing is changed."""
    org, at = account.organisation, now()
    since = at - SINCE
    known = counted(store, SHADOW, org, str(draft), at, since=since.isoformat())
    with store.read() as tx:
        found = get_draft(tx, org, draft)
        live = scheme_in_force(tx, org, at)
        least = minimum_group(tx, org, at)
        is_done = known is not None and known.counted_at is not None
        rows, whole = _rows(tx, org, known.by_segment if known is not None and is_done else {}, at)
        context = ShadowContext(
            account=account,
            person=get_person(tx, org, account.person),
            draft=found,
            live="" if live is None else live.scheme.title,
            since=since if known is None else datetime.fromisoformat(known.since),
            rows=rows,
            whole=whole,
            fallen=told(known.fallen, least) if known is not None else None,
            risen=told(known.risen, least) if known is not None else None,
            minimum=least,
            progress=progress(known),
        )
    return page(request, "publishing/shadow.html", context)


@router.post("/{draft}/shadow/count")
def count(store: Store, account: Approver, draft: Number) -> Response:
    """Have a worker compute the differences."""
    at = now()
    with store.begin() as tx:
        ask(tx, SHADOW, account.organisation, str(draft), at, since=(at - SINCE).isoformat())
    return RedirectResponse(f"/publishing/{draft}/shadow", 303)


def _rows(
    tx: Transaction, organisation: str, by_segment: Mapping[str, int], at: datetime
) -> tuple[list[Row], int | None]:
    """Rows of segments that may be shown, a row for all others, and the total; empty where the total may not be shown."""
    shown = groups_shown(tx, organisation, at, kinds=["segment"])
    if not shown.whole:
        return [], None
    rows = [Row(name, change) for name, change in sorted(by_segment.items()) if name in shown.segments]
    rest = [change for name, change in by_segment.items() if name not in shown.segments]
    if rest:
        rows.append(Row("", sum(rest)))
    return rows, sum(by_segment.values())


@router.get("/versions/{version}/retire")
def look_at_the_end(request: Request, store: Store, account: SchemeWriter, version: Number) -> Response:
    """The effects of retiring the version in force."""
    return _retire(request, store, account, version)


@router.post("/versions/{version}/retire")
def end(
    request: Request,
    store: Store,
    account: SchemeWriter,
    version: Number,
    reason: Annotated[Plain, Form(max_length=MOST_TYPED)] = "",
    displace_scheduled: Annotated[bool, Form()] = False,
) -> Response:
    """Retire the version in force; people keep their points."""
    try:
        if len(reason.strip()) < 3:
            raise BadValue(_("Say why, in a sentence."))
        with store.begin() as tx:
            retire_version(
                tx, account.organisation, version, account.person, reason, now=now(),
                displace_scheduled=displace_scheduled,
            )  # fmt: skip
    except Fault as fault:
        return _retire(request, store, account, version, str(fault), words=reason, status=refused(fault))
    return RedirectResponse("/publishing?done=1", 303)


def _retire(
    request: Request,
    store: Database,
    account: Account,
    version: int,
    fault: str = "",
    *,
    words: str = "",
    status: int = 200,
) -> Response:
    with store.read() as tx:
        live = scheme_in_force(tx, account.organisation, now())
        if live is None or live.version != version:
            raise Conflict(
                "scheme version {version}: not the one in force; retire the one that is", version=version
            )
        context = RetireContext(
            account=account,
            person=get_person(tx, account.organisation, account.person),
            version=live,
            fault=fault,
            words=words,
        )
    return page(request, "publishing/retire.html", context, status)
