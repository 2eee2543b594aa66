"""Awards by nomination: colleagues name each other while a round lasts; afterwards a person decides, once."""

from dataclasses import dataclass
from datetime import date, datetime

from rewards.faults import BadValue, Conflict, NotFound, Refused
from rewards.ledger.versions import Schemes
from rewards.nominations.rounds import Round, open_rounds, round_of
from rewards.scheme.scheme import millipoints
from rewards.store import nominations as rows
from rewards.store import people as people_rows
from rewards.store import person_links, states, trail
from rewards.store.persons import find_row
from rewards.store.rows import NamedPersonRow, NominationRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us
from rewards.thanks.recognition import MESSAGE_MAX_CHARACTERS

SOMEBODY = "A colleague"
SHOWN_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Nominated:
    """A nomination of one person by another in a round. `message` is plain text: escape it on output."""

    id: int
    award: str
    first_day: date
    nominee: str | None
    nominee_name: str
    message: str
    named_at: datetime


@dataclass(frozen=True, slots=True)
class Award:
    """An award of the scheme in force, its round under way, and what the reader can still do in it."""

    id: str
    title: str
    points_millipoints: int
    winners_at_most: int
    first_day: date
    last_day: date
    left: int
    named: tuple[Nominated, ...]


@dataclass(frozen=True, slots=True)
class Honour:
    """The outcome of a round as the reader may see it: public winners by name, private ones only by themselves."""

    award: str
    title: str
    first_day: date
    winners: tuple[tuple[str | None, str], ...]
    decided_at: datetime


def nominate(
    tx: Transaction, organisation: str, person: str, award: str, nominee: str, *, message: str, now: datetime
) -> Nominated:
    """Name a colleague in the award's round under way; the same again gives the same nomination.

    Raises NotFound for the award or a person, BadValue for the message, Refused for oneself, linked accounts, people who left
    and beyond the limit of the round, Conflict for the same colleague with another message.
    """
    first, second = find_row(tx, organisation, person), find_row(tx, organisation, nominee)
    states.lock(tx, organisation, [first.id, second.id])
    now_us = to_us(now)
    found = _open(tx, organisation, award, now_us)
    day = found.first.toordinal()
    mine = rows.named_by(tx, organisation, award, day, first.id)
    before = next((row for row in mine if row.nominee_id == second.id), None)
    if before is not None:
        if before.message != message:
            raise Conflict(
                "nomination of {nominee!r} for {award!r}: made in this round; withdraw it to say something else",
                nominee=nominee,
                award=award,
            )
        return _views(tx, organisation, [before])[0]
    _check(tx, organisation, first, second, message)
    if len(mine) >= found.award.per_person:
        raise Refused(
            "nominations for {award!r}: limit {per_person} a person until {last}; withdraw one or wait for the next round",
            award=award,
            per_person=found.award.per_person,
            last=found.last,
        )
    row = {
        "organisation_id": organisation, "award": award, "first_date": day, "scheme_version": found.version,
        "nominator_id": first.id, "nominee_id": second.id, "message": message, "named_us": now_us,
    }  # fmt: skip
    id_ = rows.add(tx, row)
    trail.log(
        tx,
        organisation,
        f"person:{first.id}",
        "nomination.make",
        f"nomination:{id_}",
        reason="",
        at_us=now_us,
    )
    return Nominated(id_, award, found.first, second.external_id, second.name, message, from_us(now_us))


def withdraw(tx: Transaction, organisation: str, person: str, nomination: int, now: datetime) -> None:
    """Withdraw one's own nomination while the round is open. Raises NotFound; Refused once the round is over."""
    who = find_row(tx, organisation, person)
    states.lock(tx, organisation, [who.id])
    row = rows.find(tx, organisation, nomination)
    if row is None or row.nominator_id != who.id:
        raise NotFound("nomination {nomination}: not one of yours; list them", nomination=nomination)
    now_us = to_us(now)
    found = round_of(Schemes.of(tx, organisation), row.award, row.first_date, row.scheme_version, now_us)
    if found is None or now_us >= found.ends_us:
        raise Refused("nomination {nomination}: its round is over; it stays", nomination=nomination)
    rows.drop(tx, nomination)
    trail.log(
        tx,
        organisation,
        f"person:{who.id}",
        "nomination.withdraw",
        f"nomination:{nomination}",
        reason="",
        at_us=now_us,
    )


def awards_for(tx: Transaction, organisation: str, person: str, now: datetime) -> list[Award]:
    """The awards of the scheme in force, as one person sees them."""
    who = find_row(tx, organisation, person)
    shown = []
    for one in open_rounds(Schemes.of(tx, organisation), to_us(now)):
        mine = rows.named_by(tx, organisation, one.award.id, one.first.toordinal(), who.id)
        shown.append(
            Award(
                one.award.id, one.award.title, millipoints(one.award.points), one.award.winners, one.first, one.last,
                max(0, one.award.per_person - len(mine)), tuple(_views(tx, organisation, mine)),
            )
        )  # fmt: skip
    return shown


def honours(tx: Transaction, organisation: str, person: str, now: datetime, limit: int = 5) -> list[Honour]:
    """The newest outcomes that the person may see. People hidden from boards are not named here either."""
    who = find_row(tx, organisation, person)
    schemes = Schemes.of(tx, organisation)
    shown: list[Honour] = []
    for row in rows.decided(tx, organisation, SHOWN_ROUNDS):
        version = rows.version_of(tx, organisation, row.award, row.first_date)
        found = None if version is None else round_of(schemes, row.award, row.first_date, version, to_us(now))
        if found is None:
            continue
        won = rows.winners(tx, organisation, row.award, row.first_date)
        if found.award.nature.publicity == "private":
            won = [id_ for id_ in won if id_ == who.id]
        if won:
            names = _public_names(tx, organisation, won, who.id)
            shown.append(Honour(row.award, found.award.title, found.first, names, from_us(row.decided_us)))
    return shown[:limit]


def _public_names(
    tx: Transaction, organisation: str, ids: list[int], reader: int
) -> tuple[tuple[str | None, str], ...]:
    people = people_rows.by_ids(tx, organisation, ids)
    names = people_rows.names(tx, organisation, ids)
    unknown: tuple[str | None, str] = (None, SOMEBODY)
    return tuple(
        names.get(id_, unknown) if id_ == reader or not people[id_].hidden else unknown for id_ in ids
    )


def _open(tx: Transaction, organisation: str, award: str, now_us: int) -> Round:
    found = open_rounds(Schemes.of(tx, organisation), now_us)
    for one in found:
        if one.award.id == award:
            return one
    raise NotFound(
        "award {award!r}: not in the scheme in force; name one of {value}",
        award=award,
        value=[one.award.id for one in found],
    )


def _check(
    tx: Transaction, organisation: str, first: NamedPersonRow, second: NamedPersonRow, message: str
) -> None:
    if not message.strip() or len(message) > MESSAGE_MAX_CHARACTERS:
        raise BadValue(
            "message of {count} characters: limit 1 to {message_max_characters}; say in a few words what they did",
            count=len(message),
            message_max_characters=MESSAGE_MAX_CHARACTERS,
        )
    if first.id == second.id or person_links.linked(tx, organisation, first.id, second.id):
        raise Refused("nomination of oneself or of a linked account: not counted; name a colleague")
    if "inactive" in (first.status, second.status):
        raise Refused("nomination: one of the two is not active; name somebody else")


def _views(tx: Transaction, organisation: str, found: list[NominationRow]) -> list[Nominated]:
    names = people_rows.names(tx, organisation, [row.nominee_id for row in found])
    unknown: tuple[str | None, str] = (None, "Former colleague")
    return [
        Nominated(
            row.id, row.award, date.fromordinal(row.first_date), *names.get(row.nominee_id, unknown), row.message,
            from_us(row.named_us),
        )
        for row in found
    ]  # fmt: skip
