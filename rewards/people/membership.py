"""Enrolment in the program: not invited, invited, enrolled, paused or left. Every change is an event in the event log.

The scheme determines its effect (`membership`): under a scheme for everybody people earn without enrolling, and a pause
only removes them from boards and digests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rewards import events
from rewards.disclosure import told
from rewards.events import Event
from rewards.faults import BadValue, Refused
from rewards.language import gettext, msg
from rewards.ledger.fold import replay_people
from rewards.ledger.intake import record
from rewards.ledger.versions import Schemes
from rewards.mail.queue import queue_to
from rewards.people.groups import joined_shown, minimum_group
from rewards.store import enrolment as rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import projections, states, trail
from rewards.store import rollouts as rollout_rows
from rewards.store.enrolment import INVITED, LEFT, NOT_INVITED, PAUSED
from rewards.store.people import ENROLLED
from rewards.store.persons import find_row, is_hidden, log_change
from rewards.store.rows import NamedPersonRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, maybe_us, to_us

SOURCE = "groundswell:membership"
MOST_AT_ONCE = 1000
OWN_PAGE = "/account/membership"
KINDS = {INVITED: events.INVITED, ENROLLED: events.ENROLLED, PAUSED: events.PAUSED, LEFT: events.LEFT}
EVER_INVITED = (INVITED, ENROLLED, PAUSED, LEFT)
STANDINGS = {
    NOT_INVITED: msg("Not invited"),
    INVITED: msg("Invited"),
    ENROLLED: msg("Takes part"),
    PAUSED: msg("Pauses"),
    LEFT: msg("Has left"),
}
"""Display names of the states of membership."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's enrolment. `asked`: the scheme in force is for the enrolled only; `history`: (state, since)."""

    standing: str
    since: datetime | None
    asked: bool
    history: tuple[tuple[str, datetime], ...]

    @property
    def takes_part(self) -> bool:
        """True where the person can earn at present."""
        return self.standing == ENROLLED if self.asked else self.standing not in (PAUSED, LEFT)


@dataclass(frozen=True, slots=True)
class Invited:
    """The result of a group invitation: `left` counts people beyond MOST_AT_ONCE who are still to be invited."""

    invited: int
    mailed: int
    left: int


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """Numbers of people in a segment who were ever invited, and who are enrolled."""

    segment: str
    people: int
    invited: int
    enrolled: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Participation: the total, in words where a number could identify people, and each segment that may be shown.

    `not_shown`: number of suppressed segments; `asked`: the scheme in force is for the enrolled only.
    """

    people: int
    invited: int
    enrolled: str
    groups: tuple[GroupStanding, ...]
    not_shown: int
    asked: bool


def asks_enrolment(tx: Transaction, organisation: str, now: datetime) -> bool:
    """True where the scheme in force is for the enrolled only."""
    schemes = Schemes.of(tx, organisation)
    return schemes.asks_enrolment(schemes.at(to_us(now)))


def membership_of(tx: Transaction, organisation: str, person: str, now: datetime) -> Membership:
    """A person's enrolment. Raises NotFound."""
    row = find_row(tx, organisation, person)
    steps = tuple((one.standing, from_us(one.from_us)) for one in rows.history(tx, row.id))
    return Membership(row.standing, maybe_us(row.standing_us), asks_enrolment(tx, organisation, now), steps)


def join(tx: Transaction, organisation: str, person: str, now: datetime, actor: str = "self") -> None:
    """Enrol from now on. Raises Refused for people who were not invited or have left the company."""
    row = _locked(tx, organisation, person)
    if row.standing == NOT_INVITED and asks_enrolment(tx, organisation, now):
        raise Refused("person {person!r}: was not invited yet; ask HR for an invitation", person=person)
    _step(tx, organisation, row, ENROLLED, now, actor=actor)


def pause(tx: Transaction, organisation: str, person: str, now: datetime, actor: str = "self") -> None:
    """Pause: no digests and no boards, and no points where the scheme is for the enrolled only.

    Raises Refused for people who have left the company or the program, or who are not enrolled where the scheme requires it.
    """
    row = _locked(tx, organisation, person)
    never = row.standing in (NOT_INVITED, INVITED) and asks_enrolment(tx, organisation, now)
    if row.standing == LEFT or never:
        raise Refused(
            "person {person!r}: does not take part, so a break says nothing; join first", person=person
        )
    _step(tx, organisation, row, PAUSED, now, actor=actor)


def resume(tx: Transaction, organisation: str, person: str, now: datetime, actor: str = "self") -> None:
    """End a pause; without one nothing changes. Raises Refused for people who have left the company or the program."""
    row = _locked(tx, organisation, person)
    if row.standing == LEFT:
        raise Refused("person {person!r}: has left, so there is no break to end; join again", person=person)
    if PAUSED in (row.standing, row.status):
        _step(tx, organisation, row, ENROLLED, now, actor=actor)


def leave(tx: Transaction, organisation: str, person: str, now: datetime, actor: str = "self") -> None:
    """Leave the program, or decline an invitation. Earned points remain. Raises Refused for people who have left the company."""
    _step(tx, organisation, _locked(tx, organisation, person), LEFT, now, actor=actor)


def take_over(
    tx: Transaction,
    organisation: str,
    gone: NamedPersonRow,
    kept: NamedPersonRow,
    now: datetime,
    *,
    actor: str,
) -> None:
    """Transfer the enrolment of a merged account to its heir (rows of `person`)."""
    if gone.standing == ENROLLED and kept.standing in (NOT_INVITED, INVITED):
        _step(tx, organisation, _locked(tx, organisation, kept.external_id), ENROLLED, now, actor=actor)


def invite(
    tx: Transaction,
    organisation: str,
    now: datetime,
    actor: str,
    *,
    people: Sequence[str] = (),
    segments: Sequence[str] = (),
    teams: Sequence[str] = (),
    everybody: bool = False,
    tell: bool = True,
) -> Invited:
    """Invite people who were never invited: by id, by segments and teams (both, where both are given), or all.

    People with an address get one mail, unless they are informed otherwise (`tell`). People held back by a randomised rollout are skipped.

    Raises NotFound for an unknown person, BadValue without a choice, Refused for a person who left, and for one given by id with `tell`
    and held back.
    """
    if not (people or segments or teams or everybody):
        raise BadValue("invite: got nobody; name people, segments or teams, or everybody")
    organisation_rows.find_shared(tx, organisation)
    if people:
        found = [find_row(tx, organisation, name) for name in dict.fromkeys(people)]
        gone = next((row for row in found if row.status == "inactive"), None)
        if gone is not None:
            raise Refused(
                "person {external_id!r}: is deactivated; reactivate first", external_id=gone.external_id
            )
        fresh = [(row.id, row.external_id) for row in found if row.standing == NOT_INVITED]
    else:
        groups = {"segment": segments, "team": teams}
        fresh = rows.not_invited(tx, organisation, groups, now.date().toordinal(), MOST_AT_ONCE + 1)
    fresh, held = _whose_turn_has_come(tx, organisation, fresh, now)
    if held and people and tell:
        raise Refused(
            "person {external_id!r}: is held back by a randomised rollout until {day}; wait, or stop the rollout",
            external_id=held[0][0],
            day=held[0][1] or gettext("its end"),
        )
    # Under their locks, so that concurrent invitations of one group invite each person once.
    states.lock(tx, organisation, [id_ for id_, _ in fresh[:MOST_AT_ONCE]])
    still = people_rows.by_ids(tx, organisation, [id_ for id_, _ in fresh[:MOST_AT_ONCE]])
    chosen = [(id_, name) for id_, name in fresh[:MOST_AT_ONCE] if still[id_].standing == NOT_INVITED]
    at_us = to_us(now)
    if chosen:
        rows.add(tx, organisation, [(id_, at_us, INVITED) for id_, _ in chosen])
        rows.invite(tx, [id_ for id_, _ in chosen], at_us)
        record(tx, organisation, [_event(id_, name, INVITED, at_us) for id_, name in chosen], received_at=now)
    receivers = [id_ for id_, _ in chosen] if tell else []
    sent = queue_to(tx, organisation, receivers, "join", {"link": OWN_PAGE}, now=now)
    trail.log(
        tx, organisation, actor, "people.invite", str(len(chosen)), reason="people invited", at_us=at_us
    )
    return Invited(len(chosen), sent, max(0, len(fresh) - MOST_AT_ONCE))


def _whose_turn_has_come(
    tx: Transaction, organisation: str, people: Sequence[tuple[int, str]], now: datetime
) -> tuple[list[tuple[int, str]], list[tuple[str, date | None]]]:
    """People not held back by a rollout, and the others by external id with their start day (None: not before its end)."""
    day = now.date().toordinal()
    held = rollout_rows.held_back(tx, organisation, "programme", [id_ for id_, _ in people], day)
    turns = [
        (name, None if (turn := held[id_]) is None else date.fromordinal(turn))
        for id_, name in people
        if id_ in held
    ]
    return [one for one in people if one[0] not in held], turns


def enrolment(tx: Transaction, organisation: str, now: datetime) -> Enrolment:
    """Participation in numbers. Segments whose count would disclose too much are suppressed."""
    found = rows.counts(tx, organisation)
    segments = sorted({segment for segment, _ in found})

    def count(segment: str | None, standings: Sequence[str]) -> int:
        return sum(n for (of, what), n in found.items() if segment in (None, of) and what in standings)

    people = {one: count(one, list(STANDINGS)) for one in segments}
    enrolled = {one: count(one, [ENROLLED]) for one in segments}
    minimum = minimum_group(tx, organisation, now)
    may = joined_shown({one: (enrolled[one], people[one] - enrolled[one]) for one in segments}, minimum)
    groups = tuple(
        GroupStanding(one, people[one], count(one, EVER_INVITED), enrolled[one])
        for one in segments
        if one in may
    )
    return Enrolment(
        sum(people.values()),
        count(None, EVER_INVITED),
        told(sum(people.values()), sum(enrolled.values()), minimum),
        groups,
        len(segments) - len(groups),
        asks_enrolment(tx, organisation, now),
    )


def align_boards(tx: Transaction, organisation: str, now: datetime) -> bool:
    """Update who is shown on boards to the rule of the scheme in force; True where that changed."""
    asked = asks_enrolment(tx, organisation, now)
    if rows.shows_enrolled_only(tx, organisation) == asked:
        return False
    organisation_rows.find_exclusive(tx, organisation)
    rows.show_all(tx, organisation, asked)
    return True


def _locked(tx: Transaction, organisation: str, person: str) -> NamedPersonRow:
    states.lock(tx, organisation, [find_row(tx, organisation, person).id])
    row = find_row(tx, organisation, person)
    if row.status == "inactive":
        raise Refused(
            "person {person!r}: is deactivated, so this says nothing; reactivate first", person=person
        )
    return row


def _step(
    tx: Transaction, organisation: str, row: NamedPersonRow, standing: str, now: datetime, *, actor: str
) -> None:
    """Change a person's enrolment state from now on; without effect where it is in force already."""
    status = PAUSED if standing == PAUSED else "active"
    if (row.standing, row.status) == (standing, status):
        return
    at_us = to_us(now) if row.standing_us is None else max(to_us(now), row.standing_us + 1)
    rows.add(tx, organisation, [(row.id, at_us, standing)])
    hidden = is_hidden(tx, organisation, row._replace(status=status, standing=standing))
    ended = row.standing in (ENROLLED, PAUSED, LEFT)
    values = {
        "standing": standing,
        "standing_us": at_us,
        "status": status,
        "hidden": hidden,
        # After a pause or an exit the history is needed besides the present state.
        "has_history": bool(row.has_history) or ended or standing != ENROLLED,
    }
    people_rows.change(tx, row.id, values)
    projections.show(tx, organisation, row.id, not hidden)
    # Last, since the event is scored under the new state. Events dated after it by fast clocks are replayed.
    ahead = states.lock(tx, organisation, [row.id])[row.id].last_us > at_us
    record(tx, organisation, [_event(row.id, row.external_id, standing, at_us)], received_at=now)
    if ahead:
        home = organisation_rows.find_shared(tx, organisation)
        replay_people(tx, organisation, home, [row.id], to_us(now))
    log_change(tx, organisation, actor, f"people.{standing}", row.id, now=now)


def _event(person_id: int, name: str, standing: str, at_us: int) -> Event:
    return Event(
        source=SOURCE,
        id=f"{standing}:{person_id}:{at_us}",
        kind=KINDS[standing],
        subject=name,
        occurred_at=from_us(at_us),
        verification="connector",
    )
