"""Thanks between colleagues: allowances, limits a pair, reciprocal pairs held for a human look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from rewards.amounts import amount_text
from rewards.events import Event
from rewards.faults import BadValue, Conflict, Insufficient, Refused
from rewards.ledger.entries import Receipt
from rewards.ledger.fold import closed_until
from rewards.ledger.intake import record
from rewards.ledger.new_entries import ALLOWANCE, MINT, NOBODY, SPENDABLE, NewEntry
from rewards.ledger.places import places, today
from rewards.ledger.posting import post
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.scheme.scheme import Kudos as Allowance
from rewards.scheme.scheme import millipoints
from rewards.store import journal as journal_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import person_links, reviews, states
from rewards.store import recognition as rows
from rewards.store.persons import accounts_of, find_row
from rewards.store.rows import KudosRow, NamedPersonRow
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, digest, dump, from_us, to_us
from rewards.thanks.rings import ring_closed_by

SOURCE = "groundswell:kudos"
MESSAGE_MAX_CHARACTERS = 1000
MOST_RECEIVERS = 20
PAIR_WINDOW_DAYS = 28
THANKED = "thanked"


@dataclass(frozen=True, slots=True)
class Kudos:
    """One gift of thanks, as its reader sees it. `message` is plain text: escape it where it is shown."""

    id: int
    giver: str | None
    giver_name: str
    receiver: str | None
    receiver_name: str
    message: str
    tags: tuple[str, ...]
    amount_millipoints: int
    given_at: datetime


def give_kudos(
    tx: Transaction,
    organisation: str,
    giver: str,
    receiver: str,
    message: str,
    *,
    tags: Sequence[str],
    key: str,
    now: datetime,
    amount: int | None = None,
) -> Receipt:
    """Thank a colleague; `key` makes it idempotent for the giver, `amount` (millipoints) defaults to the scheme's gift.

    Raises Refused for oneself, for linked accounts, beyond the limit a pair and where the scheme has no thanks,
    Insufficient when the allowance is used up, Conflict for the same key with another content.
    A reciprocal pair or a ring beyond the scheme's limit is `held` for review: nothing is shown or paid before.
    """
    (receipt,) = thank_several(
        tx, organisation, giver, [receiver], message, tags=tags, key=key, now=now, amount=amount
    )
    return receipt


def thank_several(
    tx: Transaction, organisation: str, giver: str, receivers: Sequence[str], message: str, *, tags: Sequence[str],
    key: str, now: datetime, amount: int | None = None,
) -> tuple[Receipt, ...]:  # fmt: skip
    """Thank colleagues with the same words, all or none: `amount` is shared among them, and what does not go up stays with the giver.

    Without an amount each gets the scheme's gift. Raises as `give_kudos`; BadValue for nobody, too many, or somebody twice.
    """
    others = [find_row(tx, organisation, one) for one in receivers]
    if not 1 <= len(receivers) <= MOST_RECEIVERS or len({one.id for one in others}) < len(receivers):
        raise BadValue(
            "{count} receivers: limit 1 to {most_receivers}, each once; name fewer or send several requests",
            count=len(receivers),
            most_receivers=MOST_RECEIVERS,
        )
    first = find_row(tx, organisation, giver)
    states.lock(tx, organisation, [first.id, *(one.id for one in others)])
    dedupe, *former = (f"kudos:{id_}:{digest(key)[:40]}" for id_ in accounts_of(tx, first))
    # A receiver may have been thanked under an account that was merged since.
    asked = [
        digest(dump([ids[0] if len(ids) == 1 else list(ids), message, list(tags), amount]))
        for ids in product(*(accounts_of(tx, one) for one in others))
    ]
    request_hash = asked[0]
    before = rows.by_request(tx, organisation, [dedupe, *former])
    if before:
        if any(row.request_hash not in asked for row in before):
            raise Conflict("key {key!r}: was used for other thanks; use a new key", key=key)
        return tuple(Receipt(SOURCE, str(row.id), "duplicate", row.status) for row in before)
    now_us = to_us(now)
    schemes = Schemes.of(tx, organisation)
    version = schemes.at(now_us)
    terms = None if version == NO_SCHEME else schemes.scheme(version).recognition.kudos
    if schemes.asks_enrolment(version) and not places(tx, [first])[first.id].is_enrolled(now_us):
        raise Refused("kudos: you do not take part in the program; join first")
    if terms is None:
        raise Refused("kudos: the scheme in force has none; publish a scheme with recognition.kudos")
    gift = millipoints(terms.gift) if amount is None else amount // len(others)
    if amount is not None and gift < 1:
        raise BadValue(
            "gift of {amount} millipoints to {count}: limit at least 1 for each; give a positive amount, or none for the scheme's gift",
            amount=amount,
            count=len(others),
        )
    with tx.savepoint():
        receipts = []
        for at, second in enumerate(others):
            _check(tx, organisation, first, second, message, terms=terms, now_us=now_us)
            own = dedupe if at == 0 else f"{dedupe}:{at}"
            receipts.append(
                _give(
                    tx,
                    organisation,
                    first,
                    second,
                    terms,
                    version=version,
                    gift=gift,
                    message=message,
                    tags=tags,
                    dedupe=own,
                    request_hash=request_hash,
                    now=now,
                )
            )
        return tuple(receipts)


def _give(
    tx: Transaction, organisation: str, first: NamedPersonRow, second: NamedPersonRow, terms: Allowance, *, version: int, gift: int,
    message: str, tags: Sequence[str], dedupe: str, request_hash: str, now: datetime,
) -> Receipt:  # fmt: skip
    now_us = to_us(now)
    mutual = rows.count_between(tx, second.id, first.id, now_us - PAIR_WINDOW_DAYS * DAY_US)
    sent = rows.count_between(tx, first.id, second.id, now_us - PAIR_WINDOW_DAYS * DAY_US)
    limit, since_us = terms.reciprocal_limit, now_us - PAIR_WINDOW_DAYS * DAY_US
    ring = ring_closed_by(tx, first.id, second.id, limit, since_us) if sent + 1 > limit else ()
    mutually = min(mutual, sent + 1) > limit
    held = mutually or bool(ring)
    day = today(now_us, Schemes.of(tx, organisation).zone(version))
    _spend(tx, organisation, first, terms, gift, day=day, version=version, dedupe=dedupe, now_us=now_us)
    kudos_id = rows.add(
        tx,
        {
            "organisation_id": organisation, "giver_id": first.id, "receiver_id": second.id, "message": message,
            "tags": dump(list(tags)), "amount": gift, "dedupe": dedupe, "request_hash": request_hash,
            "status": "held" if held else "given", "given_us": now_us,
        },
    )  # fmt: skip
    if held:
        counts = {"between_them": mutual + sent + 1} if mutually else {"people_in_ring": len(ring)}
        detail = dump({"kudos": kudos_id, "limit": limit, **counts})
        reviews.add(
            tx,
            organisation,
            first.id,
            None,
            "reciprocal" if mutually else "ring",
            detail=detail,
            at_us=now_us,
        )
        return Receipt(SOURCE, str(kudos_id), "held", "held_for_review")
    given = rows.find(tx, organisation, kudos_id)
    assert given is not None
    return deliver(tx, organisation, given, first.external_id, second.external_id, now=now)


def deliver(
    tx: Transaction, organisation: str, gift: KudosRow, giver: str, receiver: str, *, now: datetime
) -> Receipt:
    """Hand over a gift that counts: the receiver's side of the ledger, and the event that rules may reward.

    However long somebody looked at it first, it is not late; after the period it was given in was closed, it counts as of now.
    """
    now_us = to_us(now)
    schemes = Schemes.of(tx, organisation)
    version = schemes.at(now_us)
    terms = None if version == NO_SCHEME else schemes.scheme(version).recognition.kudos
    account = SPENDABLE if terms is not None and terms.spendable else THANKED
    day = today(now_us, schemes.zone(version)).toordinal()
    amount = gift.amount
    if schemes.asks_enrolment(version):
        # A receiver who is not enrolled gets the thanks without points; the giver does not learn of it.
        (row,) = people_rows.by_ids(tx, organisation, [gift.receiver_id]).values()
        amount = gift.amount if places(tx, [row])[row.id].is_enrolled(now_us) else 0
    draft = NewEntry(
        person_id=gift.receiver_id, origin="gift", kind="kudos", rule="kudos", amount=amount, reason="gift",
        scheme_version=version, local_date=day, board_date=day, team="", occurred_us=now_us, dedupe=f"gift:{gift.id}",
        moves=((MINT, NOBODY, "", -amount), (account, gift.receiver_id, "", amount)) if amount else (),
    )  # fmt: skip
    post(tx, organisation, [draft], now_us)
    home = organisation_rows.find_shared(tx, organisation)
    at_us = now_us if gift.given_us < closed_until(home) else gift.given_us
    event = Event(
        source=SOURCE, id=f"kudos:{gift.id}", kind="kudos", subject=giver, owner=receiver, occurred_at=from_us(at_us),
        object=f"kudos:{gift.id}", quantity=1, verification="connector",
    )  # fmt: skip
    (receipt,) = record(tx, organisation, [event], received_at=now, backfill=now_us > gift.given_us)
    return Receipt(SOURCE, str(gift.id), receipt.status, receipt.reason, receipt.entries)


def kudos_received(tx: Transaction, organisation: str, person: str, limit: int = 20) -> list[Kudos]:
    """Thanks the person got, the newest first."""
    return _views(tx, organisation, rows.received(tx, find_row(tx, organisation, person).id, limit))


def kudos_given(tx: Transaction, organisation: str, person: str, limit: int = 20) -> list[Kudos]:
    """Thanks the person gave, the newest first."""
    return _views(tx, organisation, rows.given(tx, find_row(tx, organisation, person).id, limit))


def kudos_allowance_left(tx: Transaction, organisation: str, person: str, now: datetime) -> int | None:
    """Millipoints the person can still give in this period, or None where the scheme has no thanks."""
    who = find_row(tx, organisation, person)
    schemes = Schemes.of(tx, organisation)
    version = schemes.at(to_us(now))
    terms = None if version == NO_SCHEME else schemes.scheme(version).recognition.kudos
    if terms is None:
        return None
    zone = schemes.zone(version)
    return _left(tx, who.id, terms, today(to_us(now), zone), zone)


def refresh_allowance(
    tx: Transaction,
    organisation: str,
    person_id: int,
    terms: Allowance,
    day: date,
    *,
    version: int,
    now_us: int,
) -> str:
    """Bring this period's allowance to what the version in force leaves of it; returns the period. Running it twice grants once.

    A version with another amount or period changes the rest of the allowance, and never refunds points given away.
    """
    period = period_of(terms.period, day)
    dedupe: str | None = f"allowance:{person_id}:{period}"
    if journal_rows.by_dedupe(tx, organisation, dedupe or "") is not None:
        dedupe = None
    left = journal_rows.balance_of(tx, organisation, ALLOWANCE, person_id, period) or 0
    change = _left(tx, person_id, terms, day, Schemes.of(tx, organisation).zone(version)) - left
    if change or dedupe:
        draft = NewEntry(
            person_id=person_id, origin="allowance", kind="allowance", rule="kudos", amount=change, reason="allowance",
            scheme_version=version, local_date=day.toordinal(), board_date=day.toordinal(), team="",
            occurred_us=now_us, dedupe=dedupe,
            moves=((MINT, NOBODY, "", -change), (ALLOWANCE, person_id, period, change)) if change else (),
        )  # fmt: skip
        post(tx, organisation, [draft], now_us)
    return period


def _left(tx: Transaction, person_id: int, terms: Allowance, day: date, zone: str) -> int:
    """The allowance of a day's period, less what the person gave in it."""
    first = day - timedelta(days=day.weekday()) if terms.period == "week" else day.replace(day=1)
    began = datetime.combine(first, time(), ZoneInfo(zone)).astimezone(UTC)
    return max(0, millipoints(terms.allowance) - rows.sent_since(tx, person_id, to_us(began)))


def period_of(period: str, day: date) -> str:
    """The allowance's period: 2026-11 or 2026-W48."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}" if period == "week" else f"{day.year:04d}-{day.month:02d}"


def _check(
    tx: Transaction,
    organisation: str,
    giver: NamedPersonRow,
    receiver: NamedPersonRow,
    message: str,
    *,
    terms: Allowance,
    now_us: int,
) -> None:
    if not message.strip() or len(message) > MESSAGE_MAX_CHARACTERS:
        raise BadValue(
            "message of {count} characters: limit 1 to {message_max_characters}; say it in a few words",
            count=len(message),
            message_max_characters=MESSAGE_MAX_CHARACTERS,
        )
    if giver.id == receiver.id or person_links.linked(tx, organisation, giver.id, receiver.id):
        raise Refused("kudos to oneself or to a linked account: not counted; thank a colleague")
    if "inactive" in (giver.status, receiver.status):
        raise Refused("kudos: one of the two is not active; thank somebody else")
    start = now_us - timedelta(days=PAIR_WINDOW_DAYS) // timedelta(microseconds=1)
    if rows.count_between(tx, giver.id, receiver.id, start) >= terms.per_pair:
        raise Refused(
            "kudos to the same person: limit {per_pair} in {pair_window_days} days; thank somebody else too",
            per_pair=terms.per_pair,
            pair_window_days=PAIR_WINDOW_DAYS,
        )


def _spend(
    tx: Transaction,
    organisation: str,
    giver: NamedPersonRow,
    terms: Allowance,
    gift: int,
    *,
    day: date,
    version: int,
    dedupe: str,
    now_us: int,
) -> None:
    period = refresh_allowance(tx, organisation, giver.id, terms, day, version=version, now_us=now_us)
    draft = NewEntry(
        person_id=giver.id, origin="gift", kind="kudos_sent", rule="kudos", amount=-gift, reason="gift_sent",
        scheme_version=version, local_date=day.toordinal(), board_date=day.toordinal(), team="", occurred_us=now_us,
        dedupe=dedupe, moves=((ALLOWANCE, giver.id, period, -gift), (MINT, NOBODY, "", gift)) if gift else (),
    )  # fmt: skip
    try:
        post(tx, organisation, [draft], now_us)
    except Insufficient as fault:
        left = journal_rows.balance_of(tx, organisation, ALLOWANCE, giver.id, period) or 0
        raise Insufficient(
            "kudos allowance {period}: {amount_text} asked, {amount_text_2} left; wait for the next {period_2}",
            period=period,
            amount_text=amount_text(gift),
            amount_text_2=amount_text(left),
            period_2=terms.period,
        ) from fault


def _views(tx: Transaction, organisation: str, found: Sequence[KudosRow]) -> list[Kudos]:
    import json

    names = people_rows.names(
        tx, organisation, [id_ for row in found for id_ in (row.giver_id, row.receiver_id)]
    )
    unknown: tuple[str | None, str] = (None, "Former colleague")
    return [
        Kudos(
            row.id, *names.get(row.giver_id, unknown), *names.get(row.receiver_id, unknown), row.message,
            tuple(json.loads(row.tags)), row.amount, from_us(row.given_us),
        )
        for row in found
    ]  # fmt: skip
