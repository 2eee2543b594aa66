"""The organisation's mail queue: whether mail is sent, which mails failed and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import Fault
from rewards.language import gettext, msg
from rewards.mail.desk import MailView, counts, mails, try_again
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from web.problems import refused
from web.session import Config, Settler, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
PATH = "/admin/mail"
MOST_SHOWN = 100
MOST_COUNTED = 10_000
MOST_ID = 2**63 - 1
STATES = {
    "waiting": msg("Waiting"),
    "sent": msg("Sent"),
    "failed": msg("Failed"),
    "expired": msg("Too late"),
}
KINDS = {
    "invitation": msg("Invitation to sign in"),
    "reset": msg("New password"),
    "join": msg("Invitation to take part"),
    "recall": msg("Recall"),
    "scheme": msg("Change of the rules"),
    "digest": msg("Digest"),
}


@dataclass(frozen=True)
class MailContext:
    """Page context. `configured`: a mail server is set; `counts` by state; `rows`: failed mails, or all; `older`: cursor."""

    account: Account
    person: Person
    configured: bool
    most: int
    counts: Sequence[tuple[str, int]]
    rows: Sequence[MailView]
    states: Mapping[str, str]
    kinds: Mapping[str, str]
    every: bool
    older: int | None
    done: bool
    fault: str


def _page(
    request: Request,
    store: Store,
    config: Config,
    account: Account,
    every: bool,
    *,
    before: int | None,
    fault: Fault | None = None,
) -> Response:
    org = account.organisation
    with store.read() as tx:
        person = get_person(tx, org, account.person)
        found = mails(tx, org, MOST_SHOWN + 1, before, failed_only=not every)
        numbers = counts(tx, org, MOST_COUNTED)
    context = MailContext(
        account=account,
        person=person,
        configured=bool(config.smtp_host.strip()),
        most=MOST_COUNTED,
        counts=[(gettext(STATES[state]), number) for state, number in numbers.items()],
        rows=found[:MOST_SHOWN],
        states={state: gettext(words) for state, words in STATES.items()},
        kinds={kind: gettext(words) for kind, words in KINDS.items()},
        every=every,
        older=found[MOST_SHOWN - 1].id if len(found) > MOST_SHOWN else None,
        done=fault is None and "done" in request.query_params,
        fault="" if fault is None else str(fault),
    )
    return page(request, "admin/mail.html", context, 200 if fault is None else refused(fault))


@router.get(PATH)
def mail(
    request: Request,
    store: Store,
    config: Config,
    account: Settler,
    every: Annotated[bool, Query()] = False,
    before: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
) -> Response:
    """Failed mails, or all mails, newest first. The body of a mail is shown to nobody but its recipient."""
    return _page(request, store, config, account, every, before=before)


@router.post("/admin/mail/{id}/again")
def again(
    request: Request,
    store: Store,
    config: Config,
    account: Settler,
    id: Annotated[int, Path(ge=1, le=MOST_ID)],
) -> Response:
    """Retry a failed mail."""
    try:
        with store.begin() as tx:
            try_again(tx, account.organisation, id, account.person, now())
    except Fault as fault:
        return _page(request, store, config, account, False, before=None, fault=fault)
    return RedirectResponse(f"{PATH}?done=1", 303)
