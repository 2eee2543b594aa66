"""Sharing: a draft in one's own words, a tracked link, and clicks that only people make."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote_plus, urlencode, urlsplit, urlunsplit

from rewards.content.clicks import Network, why_forged
from rewards.content.content import get_item, is_open, item_for
from rewards.content.crawlers import is_program
from rewards.events import Event
from rewards.faults import NotFound, Refused
from rewards.fields import name_of
from rewards.ledger.entries import Receipt
from rewards.ledger.intake import record
from rewards.people.accounts import Account
from rewards.store import links as rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store.persons import find_row
from rewards.store.rows import ShareLinkRow
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, digest, from_us, to_us

SOURCE = "groundswell:links"
_CODE_BYTES = 9
# Channels that forbid rewards or prefilled text: no prefill, 0 points by the scheme's channel rule.
NO_PREFILL = frozenset({"facebook", "instagram", "threads", "linkedin"})
DIALOGUES = {
    "linkedin": "https://www.linkedin.com/sharing/share-offsite/?url={url}",
    "x": "https://x.com/intent/post?text={text}&url={url}",
    "facebook": "https://www.facebook.com/sharer/sharer.php?u={url}",
    "bluesky": "https://bsky.app/intent/compose?text={both}",
    "mastodon": "https://mastodon.social/share?text={both}",
    "threads": "https://www.threads.net/intent/post?url={url}",
    "whatsapp": "https://wa.me/?text={both}",
    "xing": "https://www.xing.com/social_plugins/share?url={url}",
    "mail": "mailto:?subject={title}&body={both}",
    "email": "mailto:?subject={title}&body={both}",
}


@dataclass(frozen=True, slots=True)
class ShareDraft:
    """What the share page offers; nothing is posted by it."""

    item: str
    channel: str
    text: str
    disclosure: str
    code: str
    link: str
    dialogue_url: str
    prefilled: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """Where a link leads, and whether the click counted."""

    url: str
    counted: bool
    why: str


def prepare_share(
    tx: Transaction,
    organisation: str,
    person: str,
    item: str,
    channel: str,
    now: datetime,
    base_url: str = "",
) -> ShareDraft:
    """The draft for (person, item, channel), always with the same link.

    Raises NotFound for the item, Refused when it is recalled, expired, or red or unknown on this channel.
    """
    who = find_row(tx, organisation, person)
    content, channel = item_for(tx, organisation, who, item), name_of(channel)
    status = content.on(channel)
    if not is_open(tx, organisation, item, now):
        raise Refused(f"content item {item!r}: recalled or expired; choose another item")
    if status is None or status.status == "red":
        why = status.reason if status else "the channel is not listed for it"
        raise Refused(
            f"content item {item!r} on {channel[:64]!r}: not allowed ({why}); choose another channel"
        )
    link = rows.of_share(tx, organisation, who.id, item, channel)
    if link is None:
        code = secrets.token_urlsafe(_CODE_BYTES)
        rows.add(
            tx, organisation, code, who.id, item, channel, tagged(content.url, channel, item), to_us(now)
        )
        link = rows.of_share(tx, organisation, who.id, item, channel)
        assert link is not None
    address = f"{base_url}/l/{link.code}"
    prefilled = channel not in NO_PREFILL and bool(content.suggested_texts)
    words = content.suggested_texts[0] if prefilled else ""
    text = " ".join(part for part in (words, content.disclosure) if part)
    return ShareDraft(
        item,
        channel,
        text,
        content.disclosure,
        link.code,
        address,
        dialogue(channel, text, address, content.title),
        prefilled,
    )


def declare_share(tx: Transaction, organisation: str, person: str, code: str, now: datetime) -> Receipt:
    """The sharer says that the post is out: a share event, self-declared. Saying it twice answers the same.

    Raises NotFound for an unknown code, Refused for somebody else's.
    """
    link = rows.find(tx, code)
    if link is None or link.organisation_id != organisation:
        raise NotFound(f"link {code!r}: unknown; prepare the share again")
    if link.person_id != find_row(tx, organisation, person).id:
        raise Refused(f"link {code!r}: belongs to somebody else; prepare your own share")
    at = now if link.declared_us is None else from_us(link.declared_us)
    rows.declare(tx, code, to_us(now))
    content = get_item(tx, organisation, link.item)
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


def leads_to(tx: Transaction, code: str) -> str:
    """Where the link leads, and nothing counted. Raises NotFound."""
    link = rows.find(tx, code)
    if link is None:
        raise NotFound(f"link {code!r}: unknown; check the address")
    return str(link.url)


def follow_link(
    tx: Transaction,
    code: str,
    machine: str,
    visitor: str,
    now: datetime,
    account: Account | None = None,
    network: Network | None = None,
) -> Followed:
    """Where the link leads; a person's first click of the day is recorded as a click event for the sharer.

    Raw and counted clicks are both kept. What a machine sends (`machine` says why it is one, see `machine_click`) counts as raw alone,
    and so do more clicks from one `network` than people make, the sharer's own and those of her other accounts, known by the
    `account` that is signed in. Raises NotFound.
    """
    link = rows.find(tx, code)
    if link is None:
        raise NotFound(f"link {code!r}: unknown; check the address")
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
        # Not noted by browser: made-up ones would fill the table.
        rows.count(tx, code, 1, 0)
        return Followed(link.url, False, forged)
    from_address, from_block = (None, None) if origin is None else (origin.address, origin.block)
    rows.add_click(tx, link.organisation_id, code, visitor_hash, day, now_us, from_address, from_block)
    if account is not None and _is_own(tx, link, account):
        # The browser was noted all the same: signed out, it counts no more than before.
        rows.count(tx, code, 1, 0)
        return Followed(link.url, False, "own")
    rows.count(tx, code, 1, 1)
    known = people_rows.names(tx, link.organisation_id, [link.person_id])
    if link.person_id in known:
        event = Event(
            source=SOURCE,
            id=f"click:{code}:{visitor_hash[:24]}",
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
    return Followed(link.url, True, "counted")


def _is_own(tx: Transaction, link: ShareLinkRow, account: Account) -> bool:
    if account.organisation != link.organisation_id:
        return False
    reader = people_rows.find(tx, link.organisation_id, account.person)
    return reader is not None and people_rows.linked(tx, link.organisation_id, link.person_id, reader.id)


def clicks_for(tx: Transaction, organisation: str, person: str) -> list[tuple[str, str, int, int]]:
    """(item, channel, raw clicks, counted clicks) of the person's links, the newest first."""
    who = find_row(tx, organisation, person)
    return [(row.item, row.channel, row.raw_clicks, row.counted_clicks) for row in rows.of_person(tx, who.id)]


def machine_click(user_agent: str, method: str, headers: Mapping[str, str]) -> str:
    """Why a request is not a person's click, or '' when it is one."""
    lowered = {name.lower(): value.lower() for name, value in headers.items()}
    if method.upper() != "GET":
        return "method"
    purpose = f"{lowered.get('purpose', '')} {lowered.get('sec-purpose', '')} {lowered.get('x-moz', '')}"
    if "prefetch" in purpose or "prerender" in purpose or "preview" in purpose:
        return "prefetch"
    return "bot" if is_program(user_agent) else ""


def tagged(url: str, channel: str, item: str) -> str:
    """The address with our UTM parameters in place of any that it has; the rest of its query and its fragment are kept as they are."""
    parts = urlsplit(url)
    tags = {"utm_source": channel, "utm_medium": "employee", "utm_campaign": item}
    kept = [pair for pair in parts.query.split("&") if pair and _parameter(pair) not in tags]
    return urlunsplit(parts._replace(query="&".join([*kept, urlencode(tags)])))


def _parameter(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0]).strip().lower()


def dialogue(channel: str, text: str, link: str, title: str) -> str:
    """The channel's own share dialogue, or '' when it has none."""
    template = DIALOGUES.get(channel, "")
    both = f"{text} {link}".strip()
    return template.format(
        url=quote(link, safe=""),
        text=quote(text, safe=""),
        both=quote(both, safe=""),
        title=quote(title, safe=""),
    )
