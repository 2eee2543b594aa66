"""Items to share as cards; the share page with one's own words; “I shared it”; the confirmation of a recall."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.content.content import ContentItem, get_item, offered, seen_recall
from rewards.content.dialogues import takes_link_alone, template_of
from rewards.content.links import MOST_WORDS, declare_share, prepare_share
from rewards.content.suggestions import set_aside, take_up_again
from rewards.faults import BadValue, NotFound
from rewards.ledger.entries import EntryView
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.publishing.publication import scheme_in_force
from rewards.scheme.networks import may_prefill, rules_of
from rewards.store.session import Database, Transaction
from web.actors import actor_text
from web.employee.contexts import ItemCard, ShareContext, notes_of
from web.session import Employee, PublicAddress, Store, now
from web.templating import page
from web.text import MOST_TYPED, Plain, within

router = APIRouter(include_in_schema=False)
MOST_CARDS = 24
Words = Annotated[Plain, Form(max_length=MOST_TYPED)]


@dataclass(frozen=True)
class Cards:
    """One page of items that the person may share (`more`: another page follows), with the first closed and dismissed ones.

    Closed items are on the grid for this person, but no channel of them is open yet.
    """

    open: Sequence[ItemCard]
    closed: Sequence[ItemCard]
    aside: Sequence[ItemCard]
    more: bool


def namer(tx: Transaction, organisation: str) -> Callable[[str], str]:
    """A cached look-up of contact names: the person's name where an approver is a person's id, else the text itself."""
    known: dict[str, str] = {}

    def name_of(approver: str) -> str:
        if approver not in known:
            try:
                found = get_person(tx, organisation, approver)
                known[approver] = found.name or found.id
            except NotFound:
                known[approver] = actor_text(approver)
        return known[approver]

    return name_of


def cards_for(
    tx: Transaction,
    account: Account,
    person: Person,
    entries: Sequence[EntryView],
    at: datetime,
    *,
    number: int = 1,
) -> Cards:
    """The cards of one home page in display order."""
    shared = {entry.object for entry in entries if entry.event_kind == "share" and entry.object}
    name_of = namer(tx, account.organisation)

    def card(item: ContentItem) -> ItemCard:
        return ItemCard(item, notes_of(item, name_of), name_of(item.approver), item.id in shared)

    found = offered(
        tx, account.organisation, person.id, at, shared, first=(number - 1) * MOST_CARDS, limit=MOST_CARDS
    )
    return Cards(
        open=[card(item) for item in found.open],
        closed=[card(item) for item in found.closed],
        aside=[card(item) for item in found.aside],
        more=found.more,
    )


@router.post("/items/{item}/aside")
def put_aside(store: Store, account: Employee, item: Plain) -> Response:
    """Dismiss an item: it is no longer offered. Nothing is scored, and nobody else can see it."""
    with store.begin() as tx:
        set_aside(tx, account.organisation, account.person, item)
    return RedirectResponse("/", 303)


@router.post("/items/{item}/again")
def offer_again(store: Store, account: Employee, item: Plain) -> Response:
    """Offer a dismissed item again."""
    with store.begin() as tx:
        take_up_again(tx, account.organisation, account.person, item)
    return RedirectResponse("/", 303)


@router.get("/share/{item}/{channel:path}")
def share(
    request: Request, store: Store, public: PublicAddress, account: Employee, item: Plain, channel: Plain
) -> Response:
    """The share page: own words, disclosure filled in, the network's share dialogue, then “I shared it”."""
    return _share_page(request, store, public, account, item, channel=channel, words=None)


@router.post("/share/{code}/declare")
def declare(store: Store, account: Employee, code: Plain, words: Words = "") -> Response:
    """Record the employee's statement that the post is published. The text is not stored, only its similarity sketch."""
    with store.begin() as tx:
        declare_share(tx, account.organisation, account.person, code, now(), words=words)
    return RedirectResponse("/points?shared=1", 303)


@router.post("/share")
def look_at_words(
    request: Request,
    store: Store,
    public: PublicAddress,
    account: Employee,
    item: Annotated[Plain, Form(max_length=64)],
    channel: Annotated[Plain, Form(max_length=64)],
    words: Words = "",
) -> Response:
    """The share page with the typed words in the dialogue's URL, and findings about them. Nothing is stored."""
    return _share_page(request, store, public, account, item, channel=channel, words=words)


@router.post("/recalls/{item}/seen")
def know_of_recall(store: Store, account: Employee, item: Plain) -> Response:
    """Record that the sharer has read the notice of a recall."""
    with store.begin() as tx:
        seen_recall(tx, account.organisation, account.person, item, now())
    return RedirectResponse("/", 303)


def _share_page(
    request: Request,
    store: Database,
    public: str,
    account: Account,
    item: str,
    *,
    channel: str,
    words: str | None,
) -> Response:
    at, org, me = now(), account.organisation, account.person
    fault = ""
    try:
        within(words or "", MOST_WORDS, "words")
    except BadValue as error:
        fault = str(error)
    with store.begin() as tx:
        draft = prepare_share(
            tx, org, me, item, channel, now=at, base_url=public, words=None if fault else words
        )
        content = get_item(tx, org, item)
        version = scheme_in_force(tx, org, at)
        status, network = content.channels[draft.channel], rules_of(draft.channel)
        context = ShareContext(
            account=account,
            person=get_person(tx, org, me),
            item=content,
            draft=draft,
            words=words if fault and words else draft.text,
            fault=fault,
            ask=namer(tx, org)(status.ask or content.approver),
            how=status.how,
            status=status.status,
            reason=status.reason,
            rewarded=version is not None and not version.scheme.is_unrewarded(draft.channel),
            template=template_of(draft.channel, content.title, draft.link)
            if may_prefill(draft.channel)
            else "",
            copies=not may_prefill(draft.channel) or takes_link_alone(draft.channel),
            forbids=network if network is not None and not (network.rewards and network.texts) else None,
        )
    return page(request, "employee/share.html", context, 422 if fault else 200)
