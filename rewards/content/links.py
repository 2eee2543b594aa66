"""Sharing: drafts with own words, tracked links, and clicks counted as human."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit

from rewards.content.clicks import Network, why_forged
from rewards.content.content import Recall, get_item, is_open, item_for, recalled, starts_by
from rewards.content.crawlers import is_program
from rewards.content.dialogues import dialogue, takes_link_alone
from rewards.content.hosts import host_in_ascii
from rewards.content.items import ContentItem
from rewards.content.lengths import Length, length_on
from rewards.content.likeness import likeness, sketch_of
from rewards.content.policy import Finding, disclosure_for, forbidden_in, policy_of, with_disclosure
from rewards.events import Event
from rewards.faults import BadValue, NotFound, Refused
from rewards.fields import name_of
from rewards.language import gettext
from rewards.ledger.entries import Receipt
from rewards.ledger.intake import record
from rewards.people.accounts import Account
from rewards.scheme.networks import may_prefill
from rewards.store import links as rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import person_links
from rewards.store.persons import find_row
from rewards.store.rows import NamedPersonRow, ShareLinkRow
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, digest, from_us, to_us

SOURCE = "groundswell:links"
_CODE_BYTES = 9
_MOST_COMPARED = 200
MOST_WORDS = 5000
"""Characters of one's own words that are looked at."""


@dataclass(frozen=True, slots=True)
class ShareDraft:
    """The draft of a share on the share page; it posts nothing itself.

    `text`: the editable text; `posted`: the text copied or passed to the dialogue, with the disclosure. On a network that forbids
    ready-made texts `text` is empty, and the dialogue gets the link alone. `alike`: similarity to the most similar text of a
    colleague, 0 to 1. `found`: forbidden phrases.
    """

    item: str
    channel: str
    text: str
    disclosure: str
    code: str
    link: str
    dialogue_url: str
    prefilled: bool
    posted: str = ""
    alike: float = 0.0
    found: tuple[Finding, ...] = ()
    replies: tuple[str, ...] = ()

    @property
    def length(self) -> Length | None:
        """The length of the post with its link; None where no limit is known."""
        return length_on(self.channel, self.posted, self.link)


@dataclass(frozen=True, slots=True)
class Followed:
    """The destination of a followed link, and whether the click counted."""

    url: str
    counted: bool
    why: str


def prepare_share(
    tx: Transaction,
    organisation: str,
    person: str,
    item: str,
    channel: str,
    *,
    now: datetime,
    base_url: str = "",
    words: str | None = None,
) -> ShareDraft:
    """The draft for (person, item, channel), always with the same link and, while the item's texts are unchanged, the same suggested text.

    `words`: the person's own, in place of that text. Raises NotFound for the item, Refused when it is recalled, expired, not begun, or
    red or unknown on this channel, BadValue for words that are too long.
    """
    who = find_row(tx, organisation, person)
    content, channel = item_for(tx, organisation, who, item), name_of(channel)
    _refuse_closed(tx, organisation, who, content, channel, now=now)
    if words is not None and len(words) > MOST_WORDS:
        raise BadValue(
            "words of {count} characters: limit {most_words}; say it in fewer words",
            count=len(words),
            most_words=MOST_WORDS,
        )
    link = rows.of_share(tx, organisation, who.id, item, channel)
    if link is None:
        code = secrets.token_urlsafe(_CODE_BYTES)
        rows.add(
            tx,
            organisation,
            code,
            who.id,
            item,
            channel=channel,
            url=tagged(content.url, channel, item),
            at_us=to_us(now),
        )
        link = rows.of_share(tx, organisation, who.id, item, channel)
        assert link is not None
    home = organisation_rows.find(tx, organisation)
    assert home is not None
    policy = policy_of(tx, organisation).policy
    disclosure = disclosure_for(policy, content, channel, who.segment, home.name)
    offered = may_prefill(channel)
    start = _start_text(tx, organisation, content, link, who.segment) if offered else ""
    text = words if words is not None else (with_disclosure(start, disclosure) if offered else "")
    posted = with_disclosure(text, disclosure)
    address = f"{base_url}/l/{link.code}"
    mine = sketch_of(text.replace(disclosure, "") if disclosure else text, home.salt)
    others = rows.sketches(tx, organisation, item, who.id, _MOST_COMPARED)
    return ShareDraft(
        item,
        channel,
        text,
        disclosure,
        link.code,
        address,
        dialogue(channel, posted if offered else "", address, content.title),
        offered and bool(start) and not takes_link_alone(channel),
        posted,
        max((likeness(mine, other) for other in others), default=0.0),
        tuple(forbidden_in(policy, text, content.language)),
        content.replies_for(channel, who.segment) if offered else (),
    )


def _refuse_closed(
    tx: Transaction,
    organisation: str,
    who: NamedPersonRow,
    content: ContentItem,
    channel: str,
    *,
    now: datetime,
) -> None:
    item, status = content.id, content.on(channel)
    if not is_open(tx, organisation, item, now):
        raise Refused("content item {item!r}: recalled or expired; choose another item", item=item)
    if not starts_by(content, now, who.timezone):
        raise Refused(
            "content item {item!r}: may be shared from {starts_on} on; come back then",
            item=item,
            starts_on=content.starts_on,
        )
    if status is None or status.status == "red":
        why = status.reason if status else gettext("the channel is not listed for it")
        raise Refused(
            "content item {item!r} on {value!r}: not allowed ({why}); choose another channel",
            item=item,
            value=channel[:64],
            why=why,
        )


def _start_text(
    tx: Transaction, organisation: str, item: ContentItem, link: ShareLinkRow, segment: str
) -> str:
    """The suggested text of this sharer: among the best matches the one offered to the fewest colleagues, chosen once."""
    texts = item.texts_for(link.channel, segment)
    if not texts:
        return ""
    place = link.variant
    if place is None:
        taken = rows.offered_variants(tx, organisation, item.id, link.channel)
        place = min(range(len(texts)), key=lambda at: (taken.get(at, 0), at))
        rows.set_variant(tx, link.code, place)
    return texts[int(place) % len(texts)]


def declare_share(
    tx: Transaction, organisation: str, person: str, code: str, now: datetime, *, words: str = ""
) -> Receipt:
    """Record the sharer's statement that the post is published: a self-declared share event. Idempotent.

    Of the `words` only a sketch is stored, for comparison with colleagues' words. Raises NotFound for an unknown code,
    Refused for another person's link and for an item recalled meanwhile.
    """
    link = rows.find(tx, code)
    if link is None or link.organisation_id != organisation:
        raise NotFound("link {code!r}: unknown; prepare the share again", code=code)
    if link.person_id != find_row(tx, organisation, person).id:
        raise Refused("link {code!r}: belongs to somebody else; prepare your own share", code=code)
    if link.declared_us is None and recalled(tx, organisation, link.item) is not None:
        raise Refused(
            "content item {item!r}: was recalled; if you posted it, please take the post down again",
            item=link.item,
        )
    at = now if link.declared_us is None else from_us(link.declared_us)
    rows.declare(tx, code, to_us(now))
    content = get_item(tx, organisation, link.item)
    home = organisation_rows.find(tx, organisation)
    assert home is not None
    if words.strip():
        disclosure = disclosure_for(
            policy_of(tx, organisation).policy,
            content,
            link.channel,
            _segment(tx, organisation, person),
            home.name,
        )
        said = words[:MOST_WORDS].replace(disclosure, "") if disclosure else words[:MOST_WORDS]
        rows.set_sketch(tx, code, sketch_of(said, home.salt))
    event = Event(
        source=SOURCE,
        id=f"share:{code}",
        kind="share",
        subject=person,
        occurred_at=at,
        object=link.item,
        channel=link.channel,
        tags=(content.topic,) if content.topic else (),
        quantity=1,
        verification="declared",
        owner=None,
        local_date=None,
        zone=None,
    )
    return record(tx, organisation, [event], received_at=now)[0]


@dataclass(frozen=True, slots=True)
class Destination:
    """The destination of a link: its item, or the notice of its recall."""

    url: str
    recall: Recall | None


def leads_to(tx: Transaction, code: str) -> Destination:
    """The destination of a link, without counting a click. Raises NotFound."""
    link = rows.find(tx, code)
    if link is None:
        raise NotFound("link {code!r}: unknown; check the address", code=code)
    return Destination(str(link.url), recalled(tx, link.organisation_id, link.item))


def follow_link(
    tx: Transaction,
    code: str,
    machine: str,
    visitor: str,
    now: datetime,
    *,
    account: Account | None = None,
    network: Network | None = None,
) -> Followed:
    """The destination of a link; a visitor's first click of the day is recorded as a click event for the sharer.

    Raw and counted clicks are both stored. Only the raw count includes clicks by machines (`machine` is the reason, see `machine_click`),
    clicks beyond the limits of one `network`, those of the sharer and of linked accounts, known by the signed-in
    `account`, and all on a recalled item. Raises NotFound.
    """
    link = rows.find(tx, code)
    if link is None:
        raise NotFound("link {code!r}: unknown; check the address", code=code)
    if not machine and recalled(tx, link.organisation_id, link.item) is not None:
        machine = "recalled"
    if machine:
        rows.count(tx, code, 1, 0)
        return Followed(link.url, False, machine)
    # The organisation's lock comes first, as everywhere. Then the link's: clicks on it are judged one after another.
    home = organisation_rows.find_shared(tx, link.organisation_id)
    link = rows.lock(tx, code)
    assert home is not None
    assert link is not None
    now_us = to_us(now)
    day = now_us // DAY_US
    visitor_hash = digest(f"{home.salt}:{day}:{visitor}")
    if rows.has_clicked(tx, code, visitor_hash):
        rows.count(tx, code, 1, 0)
        return Followed(link.url, False, "repeated")
    origin = None if network is None else network.hashed(f"{home.salt}:{day}")
    forged = (
        ""
        if origin is None
        else why_forged(rows.clicks_from(tx, link.person_id, origin.block, day), code, origin, now_us)
    )
    if forged:
        # Not stored by browser: invented ones would fill the table.
        rows.count(tx, code, 1, 0)
        return Followed(link.url, False, forged)
    from_address, from_block = (None, None) if origin is None else (origin.address, origin.block)
    rows.add_click(
        tx,
        link.organisation_id,
        code,
        visitor_hash,
        day,
        at_us=now_us,
        from_address=from_address,
        from_block=from_block,
    )
    if account is not None and _is_own(tx, link, account):
        # The browser is stored anyway: signed out, it still counts no more than before.
        rows.count(tx, code, 1, 0)
        return Followed(link.url, False, "own")
    rows.count(tx, code, 1, 1)
    _record_click(tx, link, f"click:{code}:{visitor_hash[:24]}", now)
    return Followed(link.url, True, "counted")


def _record_click(tx: Transaction, link: ShareLinkRow, event_id: str, now: datetime) -> None:
    known = people_rows.names(tx, link.organisation_id, [link.person_id])
    if link.person_id in known:
        event = Event(
            source=SOURCE,
            id=event_id,
            kind="click",
            subject=known[link.person_id][0],
            occurred_at=now,
            object=link.item,
            channel=link.channel,
            tags=(),
            quantity=1,
            verification="tracked",
            owner=None,
            local_date=None,
            zone=None,
        )
        record(tx, link.organisation_id, [event], received_at=now)


def _segment(tx: Transaction, organisation: str, person: str) -> str:
    return str(find_row(tx, organisation, person).segment)


def _is_own(tx: Transaction, link: ShareLinkRow, account: Account) -> bool:
    if account.organisation != link.organisation_id:
        return False
    reader = people_rows.find(tx, link.organisation_id, account.person)
    return reader is not None and person_links.linked(tx, link.organisation_id, link.person_id, reader.id)


def clicks_for(tx: Transaction, organisation: str, person: str) -> list[tuple[str, str, int, int]]:
    """(item, channel, raw clicks, counted clicks) of the person's links, newest first."""
    who = find_row(tx, organisation, person)
    return [(row.item, row.channel, row.raw_clicks, row.counted_clicks) for row in rows.of_person(tx, who.id)]


def reach_of(tx: Transaction, organisation: str, item: str) -> tuple[int, int]:
    """(number of people with links of an item, number of human clicks on these links)."""
    return rows.reach(tx, organisation, item)


def machine_click(user_agent: str, method: str, headers: Mapping[str, str]) -> str:
    """The reason why a request is not a person's click, or '' when it is one."""
    lowered = {name.lower(): value.lower() for name, value in headers.items()}
    if method.upper() != "GET":
        return "method"
    purpose = f"{lowered.get('purpose', '')} {lowered.get('sec-purpose', '')} {lowered.get('x-moz', '')}"
    if "prefetch" in purpose or "prerender" in purpose or "preview" in purpose:
        return "prefetch"
    return "bot" if is_program(user_agent) else ""


def tagged(url: str, channel: str, item: str) -> str:
    """The address with our UTM parameters in place of existing ones; the rest of its query and its fragment are kept."""
    parts = urlsplit(url)
    tags = {"utm_source": channel, "utm_medium": "employee", "utm_campaign": item}
    kept = [pair for pair in parts.query.split("&") if pair and _parameter(pair) not in tags]
    query = "&".join([*kept, urlencode(tags)])
    return urlunsplit(parts._replace(netloc=host_in_ascii(parts.netloc), query=query))


def _parameter(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0]).strip().lower()
