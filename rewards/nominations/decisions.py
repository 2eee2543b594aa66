"""Deciding the awards by nomination: who was named by whom and why, and the winners, once a round, in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from rewards.faults import BadValue, Conflict, NotFound, Refused
from rewards.ledger.bonuses import bonus, take_back
from rewards.ledger.places import places
from rewards.ledger.posting import post
from rewards.ledger.versions import Schemes
from rewards.nominations.rounds import Round, round_of
from rewards.scheme.scheme import millipoints
from rewards.store import bonuses as bonus_rows
from rewards.store import nominations as rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import person_links, trail
from rewards.store.journal import key_of, person_of
from rewards.store.persons import find_row
from rewards.store.rows import AwardRoundRow, JournalRow, NamedPersonRow
from rewards.store.session import Transaction
from rewards.store.units import maybe_us, to_us
from rewards.thanks.recognition import MESSAGE_MAX_CHARACTERS

State = Literal["open", "waiting", "decided"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A nominee: `said` holds (nominator, reason) as plain text. `mutual`: the nominee has nominated one of the nominators."""

    person: str
    name: str
    said: tuple[tuple[str, str], ...]
    mutual: bool
    won: bool


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round as the person who decides sees it. `open`: people still name; `waiting`: over; `decided`: by `actor`, for `reason`."""

    award: str
    title: str
    points_millipoints: int
    winners_at_most: int
    first_day: date
    last_day: date
    state: State
    candidates: tuple[Candidate, ...]
    actor: str | None
    reason: str | None
    decided_at: datetime | None


def rounds_to_decide(tx: Transaction, organisation: str, now: datetime) -> list[RoundView]:
    """Undecided rounds with nominations, oldest first, open ones included."""
    found = [
        _round(tx, organisation, row.award, row.first_date, to_us(now))
        for row in rows.undecided(tx, organisation)
    ]
    return [_view(tx, organisation, one, to_us(now)) for one in found if one is not None]


def rounds_decided(tx: Transaction, organisation: str, now: datetime, limit: int = 20) -> list[RoundView]:
    """Decided rounds, the newest first."""
    found = [
        _round(tx, organisation, row.award, row.first_date, to_us(now))
        for row in rows.decided(tx, organisation, limit)
    ]
    return [_view(tx, organisation, one, to_us(now)) for one in found if one is not None]


def decide_round(
    tx: Transaction, organisation: str, award: str, first_day: date, winners: Sequence[str], *, actor: str, reason: str, now: datetime,
) -> RoundView:  # fmt: skip
    """Choose the winners of a round that is over, or nobody; each gets the award's points, or an entry of zero.

    Raises NotFound for the round or a person, Conflict when it is decided or goes on, Refused for more winners than the scheme
    allows, for who was not named or left, and for the decider or an account linked to the decider's.
    """
    if not reason.strip() or len(reason) > MESSAGE_MAX_CHARACTERS:
        raise BadValue(
            "reason of {count} characters: limit 1 to {message_max_characters}; say why in a few words",
            count=len(reason),
            message_max_characters=MESSAGE_MAX_CHARACTERS,
        )
    # One decision at a time, and none while versions change.
    organisation_rows.find_exclusive(tx, organisation)
    now_us = to_us(now)
    found = _round(tx, organisation, award, first_day.toordinal(), now_us)
    if found is None:
        raise NotFound(
            "round of {award!r} from {first_day}: nobody was named in it, or it was called off; list the rounds",
            award=award,
            first_day=first_day,
        )
    if rows.decision(tx, organisation, award, first_day.toordinal()) is not None:
        raise Conflict(
            "round of {award!r} from {first_day}: decided; reverse the entry of a winner to undo it",
            award=award,
            first_day=first_day,
        )
    if now_us < found.ends_us:
        raise Conflict(
            "round of {award!r} from {first_day}: goes on until {last}; decide afterwards",
            award=award,
            first_day=first_day,
            last=found.last,
        )
    people = [find_row(tx, organisation, one) for one in dict.fromkeys(winners)]
    _check(tx, organisation, found, people, actor)
    _award(tx, organisation, found, people, actor, reason=reason, now_us=now_us)
    return _view(tx, organisation, found, now_us)


def withdraw_awards(tx: Transaction, organisation: str, closed_us: int, reason: str, now_us: int) -> None:
    """After versions changed: take back the open period's awards that the versions now standing would not have given."""
    for award, first, given in _lapsing(tx, organisation, Schemes.of(tx, organisation), closed_us, now_us):
        take_back(tx, organisation, given, "rollback", reason, now_us=now_us)
        rows.reopen(tx, organisation, award, first)


def award_changes(
    tx: Transaction, organisation: str, candidate: Schemes, closed_us: int, now_us: int
) -> dict[int, int]:
    """Millipoints that each person would lose by this, under versions not yet in force."""
    changes: dict[int, int] = {}
    for _, _, given in _lapsing(tx, organisation, candidate, closed_us, now_us):
        for entry in given:
            person_id = person_of(entry)
            changes[person_id] = changes.get(person_id, 0) - entry.amount
    return changes


def _lapsing(
    tx: Transaction, organisation: str, schemes: Schemes, closed_us: int, now_us: int
) -> list[tuple[str, int, list[JournalRow]]]:
    """(award, first day, standing entries) of decisions since `closed_us` that the versions do not bear out."""
    given: dict[tuple[str, int], list[JournalRow]] = {}
    for entry in bonus_rows.standing(tx, organisation):
        if entry.kind == "nomination" and entry.occurred_us >= closed_us:
            _, award, first, *_rest = key_of(entry).split(":")
            given.setdefault((award, int(first)), []).append(entry)

    def stands(award: str, first: int, entry: JournalRow, winners: int) -> bool:
        found = round_of(schemes, award, first, entry.scheme_version, now_us)
        if found is None:
            return False
        return winners <= found.award.winners and entry.amount in (0, millipoints(found.award.points))

    return [
        (award, first, some)
        for (award, first), some in given.items()
        if not all(stands(award, first, entry, len(some)) for entry in some)
    ]


def _award(
    tx: Transaction, organisation: str, found: Round, people: Sequence[NamedPersonRow], actor: str, *, reason: str, now_us: int
) -> None:  # fmt: skip
    amount, first = millipoints(found.award.points), found.first.toordinal()
    arguments = {"title": found.award.title}
    asked = Schemes.of(tx, organisation).asks_enrolment(found.version)
    where = places(tx, people) if asked else {}
    drafts = [
        bonus(
            row, "nomination", found.award.id, 0 if asked and not where[row.id].is_enrolled(now_us) else amount, arguments,
            version=found.version, board_zone=found.zone,
            dedupe=f"nomination:{found.award.id}:{first}:{found.version}:{row.id}", now_us=now_us,
        )
        for row in people
    ]  # fmt: skip
    ids = post(tx, organisation, drafts, now_us)
    decision = AwardRoundRow(organisation, found.award.id, first, actor, reason, now_us)
    rows.decide(tx, decision, {row.id: id_ for row, id_ in zip(people, ids, strict=True)})
    subject = f"award:{found.award.id}:{found.first}"
    trail.log(tx, organisation, actor, "nomination.decide", subject, reason=reason, at_us=now_us)
    summary = {"award": found.award.id, "first_day": found.first.isoformat(), "winners": len(people)}
    trail.tell(tx, organisation, [("nomination.decided", summary)], now_us)


def _check(
    tx: Transaction, organisation: str, found: Round, people: Sequence[NamedPersonRow], actor: str
) -> None:
    if len(people) > found.award.winners:
        raise Refused(
            "{count} winners of {id!r}: limit {winners} in a round; choose fewer",
            count=len(people),
            id=found.award.id,
            winners=found.award.winners,
        )
    named = {
        row.nominee_id for row in rows.of_round(tx, organisation, found.award.id, found.first.toordinal())
    }
    decider = people_rows.find(tx, organisation, actor)
    for row in people:
        if row.id not in named:
            raise Refused(
                "winner {external_id!r}: nobody named them in this round; choose among those named",
                external_id=row.external_id,
            )
        if row.status == "inactive":
            raise Refused(
                "winner {external_id!r}: not active; choose somebody else", external_id=row.external_id
            )
        if decider is not None and (
            decider.id == row.id or person_links.linked(tx, organisation, decider.id, row.id)
        ):
            raise Refused(
                "winner {external_id!r}: is who decides, or linked to them; ask somebody else to decide",
                external_id=row.external_id,
            )


def _round(tx: Transaction, organisation: str, award: str, first_date: int, now_us: int) -> Round | None:
    version = rows.version_of(tx, organisation, award, first_date)
    if version is None:
        return None
    return round_of(Schemes.of(tx, organisation), award, first_date, version, now_us)


def _view(tx: Transaction, organisation: str, found: Round, now_us: int) -> RoundView:
    award, first = found.award, found.first.toordinal()
    decision = rows.decision(tx, organisation, award.id, first)
    state: State = "decided" if decision else "open" if now_us < found.ends_us else "waiting"
    return RoundView(
        award.id, award.title, millipoints(award.points), award.winners, found.first, found.last, state,
        _candidates(tx, organisation, award.id, first), decision and decision.actor, decision and decision.reason,
        maybe_us(decision.decided_us) if decision else None,
    )  # fmt: skip


def _candidates(tx: Transaction, organisation: str, award: str, first: int) -> tuple[Candidate, ...]:
    """The nominees, ordered by id and never by number of nominations: a count would make it a poll."""
    said = rows.of_round(tx, organisation, award, first)
    won = set(rows.winners(tx, organisation, award, first))
    names = people_rows.names(
        tx, organisation, {id_ for row in said for id_ in (row.nominator_id, row.nominee_id)}
    )
    pairs = {(row.nominator_id, row.nominee_id) for row in said}
    found = []
    for who in {row.nominee_id for row in said} & set(names):
        about = [row for row in said if row.nominee_id == who]
        found.append(
            Candidate(
                *names[who],
                tuple((names.get(row.nominator_id, ("", "Former colleague"))[1], row.message) for row in about),
                any((who, row.nominator_id) in pairs for row in about), who in won,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.person))
