"""Pages of one item at the content desk: create and edit, approve or reject, recall."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.content.content import get_item, recall, recalled
from rewards.content.desk import approve, discard, find_draft, history, reject, save_draft, submit
from rewards.content.items import ContentItem
from rewards.content.lengths import Length, too_long
from rewards.content.likeness import most_alike
from rewards.content.links import reach_of
from rewards.content.policy import disclosure_for, findings, policy_of
from rewards.faults import BadValue, Fault, NotFound, Stale
from rewards.language import gettext as _
from rewards.people.accounts import Account
from rewards.people.organisations import get_organisation, own_language
from rewards.people.people import Person, get_person
from rewards.people.rights import Right
from rewards.scheme.networks import rules_of
from rewards.store.session import Database, Transaction
from web.content.forms import (
    EMPTY_REPLIES,
    EMPTY_TEXTS,
    ItemForm,
    Row,
    channel_rows,
    empty_form,
    form_of,
    item_of,
    rows_of,
)
from web.content.grid import Reader
from web.employee.sharing import namer
from web.problems import refused
from web.session import Needs, Store, now
from web.templating import page
from web.text import MOST_TYPED, Plain

router = APIRouter(include_in_schema=False)
Writer = Annotated[Account, Depends(Needs(Right.CONTENT_WRITE))]
Approver = Annotated[Account, Depends(Needs(Right.CONTENT_APPROVE))]
MOST_PAIRS = 5
Reason = Annotated[Plain, Form(max_length=MOST_TYPED)]
Revision = Annotated[int | None, Form(ge=0, le=2**31 - 1)]


@dataclass(frozen=True)
class FormContext:
    """Page context of the form of a new or changed item, with its error message."""

    account: Account
    person: Person
    form: ItemForm
    item: str
    channels: Sequence[Row]
    texts: Sequence[Row]
    replies: Sequence[Row]
    fault: str


TEXTS = ("text", "text_channels", "text_segments", "text_language")
REPLIES = ("reply", "reply_channels", "reply_segments", "reply_language")


def form_page(
    request: Request,
    store: Database,
    account: Account,
    form: ItemForm,
    item: str = "",
    *,
    fault: str = "",
    status: int = 200,
) -> Response:
    """The form with the given values."""
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
        home = get_organisation(tx, account.organisation)
    used = [] if home is None else [network.channel for network in home.networks]
    context = FormContext(
        account, person, form, item, channel_rows(form, used), rows_of(form, TEXTS, EMPTY_TEXTS),
        rows_of(form, REPLIES, EMPTY_REPLIES), fault,
    )  # fmt: skip
    return page(request, "content/edit.html", context, status)


@router.get("/content/new")
def new(request: Request, store: Store, account: Writer) -> Response:
    """An empty form."""
    with store.read() as tx:
        language = own_language(tx, account.organisation)
    return form_page(request, store, account, empty_form(language))


@router.post("/content/items")
def create(request: Request, store: Store, account: Writer, form: Annotated[ItemForm, Form()]) -> Response:
    """Store a new item as a draft."""
    return _save(request, store, account, form, "")


@router.get("/content/items/{item}/edit")
def change(request: Request, store: Store, account: Writer, item: Plain) -> Response:
    """The form of an item, with its draft's values if it has one, else with the published ones."""
    org = account.organisation
    with store.read() as tx:
        person = get_person(tx, org, account.person)
        draft = find_draft(tx, org, item)
        stands = draft.item if draft is not None else get_item(tx, org, item)
    form = form_of(stands, person.timezone, 0 if draft is None else draft.revision)
    return form_page(request, store, account, form, item)


@router.post("/content/items/{item}")
def save(
    request: Request, store: Store, account: Writer, item: Plain, form: Annotated[ItemForm, Form()]
) -> Response:
    """Store a change of an item as a draft."""
    return _save(request, store, account, form, item)


def _save(request: Request, store: Database, account: Account, form: ItemForm, item: str) -> Response:
    org = account.organisation
    try:
        revision = int(form.revision) if form.revision.isascii() and form.revision.isdecimal() else None
        with store.begin() as tx:
            zone = get_person(tx, org, account.person).timezone
            written = item_of(form, zone, own_language(tx, org), item)
            save_draft(tx, org, written, account.person, now(), revision=revision if item else None)
    except Fault as fault:
        # The current values are shown beside those typed: saving once more overwrites them, and nothing is lost.
        status = 412 if isinstance(fault, Stale) else refused(fault)
        return form_page(
            request,
            store,
            account,
            _seen(store, org, form, item, fault),
            item,
            fault=str(fault),
            status=status,
        )
    return RedirectResponse(f"/content/items/{written.id}?saved=1", 303)


def _seen(store: Database, organisation: str, form: ItemForm, item: str, fault: Fault) -> ItemForm:
    if not isinstance(fault, Stale) or not item:
        return form
    with store.read() as tx:
        draft = find_draft(tx, organisation, item)
    return form.model_copy(update={"revision": str(0 if draft is None else draft.revision)})


@dataclass(frozen=True)
class ItemContext:
    """Page context of one item: the published version, its draft if any, the decisions, and the possible actions."""

    account: Account
    person: Person
    item: ContentItem
    live: bool
    draft: Any
    recall: Any
    approvers: Sequence[str]
    history: Sequence[Any]
    names: Callable[[str], str]
    findings: Sequence[Any]
    pairs: Sequence[tuple[int, int, float]]
    too_long: Sequence[tuple[str, str, Length]]
    texts: Sequence[str]
    disclosures: Sequence[tuple[str, str]]
    networks: Sequence[Any]
    needed: int
    sharers: int
    clicks: int
    note: str
    fault: str
    reason: str


def _note(request: Request) -> str:
    said = {
        "saved": _("Saved as a draft. Nobody else sees it before it is approved."),
        "submitted": _("It waits for approval now."),
        "approved": _("Approved. It is on the grid."),
        "waits": _("Approved by you. It waits for more people."),
        "rejected": _("Sent back with your reason."),
        "recalled": _("Recalled. Its links lead to a notice, and those who shared it are told."),
    }
    return next((text for word, text in said.items() if word in request.query_params), "")


def item_page(
    request: Request,
    store: Database,
    account: Account,
    item: str,
    fault: str = "",
    *,
    reason: str = "",
    status: int = 200,
) -> Response:
    """The item's page with an error message and the reason typed. Raises NotFound."""
    org = account.organisation
    with store.read() as tx:
        draft = find_draft(tx, org, item)
        shown, live = _stands(tx, org, item, draft)
        policy = policy_of(tx, org).policy
        home = get_organisation(tx, org)
        sharers, clicks = reach_of(tx, org, item)
        name_of = namer(tx, org)
        context = ItemContext(
            account=account,
            person=get_person(tx, org, account.person),
            item=shown,
            live=live,
            draft=draft,
            recall=recalled(tx, org, item),
            history=history(tx, org, item),
            names=name_of,
            approvers=[] if draft is None else [name_of(one) for one in draft.approved_by],
            findings=findings(policy, shown),
            pairs=most_alike(shown.every_text)[:MOST_PAIRS],
            too_long=too_long(shown),
            texts=shown.every_text,
            disclosures=[
                (channel, disclosure_for(policy, shown, channel, "", home.name if home else ""))
                for channel in shown.channels
            ],
            networks=[
                rules
                for channel in shown.channels
                if (rules := rules_of(channel)) is not None and not (rules.rewards and rules.texts)
            ],
            needed=policy.people_to_approve,
            sharers=sharers,
            clicks=clicks,
            note="" if fault else _note(request),
            fault=fault,
            reason=reason,
        )
        return page(request, "content/item.html", context, status)


def _stands(tx: Transaction, organisation: str, item: str, draft: Any) -> tuple[ContentItem, bool]:
    try:
        live = get_item(tx, organisation, item)
    except NotFound:
        if draft is None:
            raise
        return draft.item, False
    return (live if draft is None else draft.item), True


@router.get("/content/items/{item}")
def one(request: Request, store: Store, account: Reader, item: Plain) -> Response:
    """The page of one item."""
    return item_page(request, store, account, item)


def _act(
    request: Request,
    store: Database,
    account: Account,
    item: str,
    act: Callable[[Transaction], str],
    *,
    reason: str = "",
) -> Response:
    try:
        with store.begin() as tx:
            done = act(tx)
    except NotFound:
        raise
    except Fault as fault:
        status = 412 if isinstance(fault, Stale) else refused(fault)
        return item_page(request, store, account, item, str(fault), reason=reason, status=status)
    target = "/content?discarded=1" if done == "discarded" else f"/content/items/{item}?{done}=1"
    return RedirectResponse(target, 303)


@router.post("/content/items/{item}/submit")
def ask(request: Request, store: Store, account: Writer, item: Plain) -> Response:
    """Submit a draft for approval."""

    def act(tx: Transaction) -> str:
        submit(tx, account.organisation, item, account.person, now())
        return "submitted"

    return _act(request, store, account, item, act)


@router.post("/content/items/{item}/approve")
def agree(
    request: Request,
    store: Store,
    account: Approver,
    item: Plain,
    reason: Reason = "",
    revision: Revision = None,
) -> Response:
    """Approve the revision that was shown."""

    def act(tx: Transaction) -> str:
        left = approve(tx, account.organisation, item, account.person, reason, now=now(), revision=revision)
        return "approved" if left is None else "waits"

    return _act(request, store, account, item, act, reason=reason)


@router.post("/content/items/{item}/reject")
def send_back(
    request: Request,
    store: Store,
    account: Approver,
    item: Plain,
    reason: Reason = "",
    revision: Revision = None,
) -> Response:
    """Reject a draft with a reason."""

    def act(tx: Transaction) -> str:
        reject(tx, account.organisation, item, account.person, reason, now=now(), revision=revision)
        return "rejected"

    return _act(request, store, account, item, act, reason=reason)


@router.post("/content/items/{item}/recall")
def withdraw(
    request: Request, store: Store, account: Writer, item: Plain, reason: Reason = "", notice: Reason = ""
) -> Response:
    """Recall an item at once; people who shared it read the reason."""

    def act(tx: Transaction) -> str:
        if not reason.strip():
            raise BadValue("reason: got none; those who shared it are told why; give one")
        recall(
            tx, account.organisation, item, reason.strip(), now(), actor=account.person, notice=notice.strip()
        )
        return "recalled"

    return _act(request, store, account, item, act, reason=reason)


@router.post("/content/items/{item}/discard")
def drop(request: Request, store: Store, account: Writer, item: Plain, revision: Revision = None) -> Response:
    """Delete a draft."""

    def act(tx: Transaction) -> str:
        discard(tx, account.organisation, item, account.person, now(), revision=revision)
        return "discarded"

    return _act(request, store, account, item, act)
