"""Registering a rollout, carrying it out day by day, stopping it, and counting what those who were drawn did.

The plan is a sealed text, which is kept as it was registered, with the people who were drawn. Neither ever changes. Nobody's turn comes
early: `rewards.people.membership` and `rewards.digests` ask who is held back.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rewards.faults import BadValue, Conflict, NotFound, Refused
from rewards.language import msg
from rewards.ledger.versions import Schemes
from rewards.people.membership import invite
from rewards.people.organisations import get_organisation
from rewards.store import organisations as organisation_rows
from rewards.store import rollouts as rows
from rewards.store import trail
from rewards.store.enrolment import NOT_INVITED
from rewards.store.rollouts import WeekOfTeamRow
from rewards.store.rows import RolloutRow
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, from_us, maybe_us, to_us

PROGRAMME, DIGESTS = "programme", "digests"
ACTOR = "rollout"
MOST_AT_ONCE = 200
MOST_WORDS = 1000
NO_TEAM = "segment: "
"""Before the segment of those who are in no team: they are drawn together."""
GIVES = {PROGRAMME: msg("The program"), DIGESTS: msg("Digests")}


@dataclass(frozen=True, slots=True)
class Rollout:
    """A registered rollout. `document`: the sealed plan as it was registered; `stopped_at`: when it was ended by hand."""

    id: int
    title: str
    gives: str
    document: str
    content_hash: str
    first: date
    last: date
    actor: str
    registered_at: datetime
    stopped_at: datetime | None
    stop_reason: str

    def standing(self, today: date) -> str:
        """stopped, waiting, running or over."""
        if self.stopped_at is not None:
            return "stopped"
        if today < self.first:
            return "waiting"
        return "running" if today <= self.last else "over"


@dataclass(frozen=True, slots=True)
class TeamToDraw:
    """A team that can be drawn, with who is in it, by internal id. Its segment is that of most of them."""

    name: str
    segment: str
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration. `people`: (person by internal id, team, first treated day or None for never)."""

    title: str
    gives: str
    document: str
    content_hash: str
    first: date
    last: date
    treated_from: date
    people: Sequence[tuple[int, str, date | None]]


def teams_to_draw(tx: Transaction, organisation: str, gives: str) -> tuple[list[TeamToDraw], int]:
    """Teams by name, and how many others cannot be drawn.

    Those of whom somebody was invited already can be held back from the programme no more.
    """
    found: dict[str, list[rows.TeamMemberRow]] = {}
    for one in rows.members(tx, organisation):
        found.setdefault(one.team or NO_TEAM + one.segment, []).append(one)
    free = {
        name: some
        for name, some in found.items()
        if gives == DIGESTS or not any(one.standing for one in some)
    }
    teams = []
    for name, some in sorted(free.items()):
        segments = [one.segment for one in some]
        segment = max(sorted(set(segments)), key=segments.count)
        teams.append(TeamToDraw(name, segment, tuple(one.id for one in some)))
    return teams, len(found) - len(free)


def count_teams(tx: Transaction, organisation: str) -> dict[str, tuple[int, int, int]]:
    """{withheld: (teams, people in them, teams that cannot be assigned)} for `teams_to_draw`."""
    teams, people, unasked, theirs = rows.countable(tx, organisation)
    return {PROGRAMME: (unasked, theirs, teams - unasked), DIGESTS: (teams, people, 0)}


def register(tx: Transaction, organisation: str, asked: Registration, *, actor: str, now: datetime) -> int:
    """Register a plan before its first day; returns its number.

    Raises NotFound for an unknown organisation, BadValue for a first day that is not ahead, Conflict where another rollout is under way,
    Refused where the scheme would pay those who are held back.
    """
    home = get_organisation(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    organisation_rows.find_exclusive(tx, organisation)
    today = now.date()
    if asked.first <= today:
        raise BadValue(
            "first day: got {day}; a plan is registered before it starts; limit after {today}; choose a later day",
            day=asked.first,
            today=today,
        )
    if rows.under_way(tx, organisation, today.toordinal()):
        raise Conflict(
            "rollout: another is under way; two at once could not be told apart; wait for its end, or stop it"
        )
    if asked.gives == PROGRAMME and not _asks_enrolment(tx, organisation, asked.treated_from, now):
        raise Refused(
            "scheme: the one in force is for everybody, so that people earn without being invited and nobody can be held back; "
            "publish one with membership enrolled first"
        )
    number = rows.add(
        tx,
        {
            "organisation_id": organisation,
            "title": asked.title,
            "gives": asked.gives,
            "document": asked.document,
            "content_hash": asked.content_hash,
            "first_date": asked.first.toordinal(),
            "last_date": asked.last.toordinal(),
            "actor": actor,
            "registered_us": to_us(now),
        },
    )
    drawn = [(person, team, None if day is None else day.toordinal()) for person, team, day in asked.people]
    rows.add_people(tx, organisation, number, drawn)
    trail.log(
        tx, organisation, actor, "rollout.register", str(number), reason=asked.content_hash, at_us=to_us(now)
    )
    return number


def list_rollouts(tx: Transaction, organisation: str, limit: int = 20) -> list[Rollout]:
    """The newest first."""
    return [_rollout(row) for row in rows.page(tx, organisation, limit)]


def get_rollout(tx: Transaction, organisation: str, number: int) -> Rollout:
    """One rollout by number. Raises NotFound."""
    row = rows.find(tx, organisation, number)
    if row is None:
        raise NotFound("rollout {number}: not in this organisation; look at the list", number=number)
    return _rollout(row)


def stop(tx: Transaction, organisation: str, number: int, reason: str, *, actor: str, now: datetime) -> None:
    """End it by hand: nobody is held back any more.

    Its analysis will say so. Raises NotFound, BadValue without a reason, Conflict at its end.
    """
    found = get_rollout(tx, organisation, number)
    words = " ".join(reason.split())
    if not words or len(words) > MOST_WORDS:
        raise BadValue(
            "reason: got {count} letters; limit 1 to {most}; say why", count=len(words), most=MOST_WORDS
        )
    if found.standing(now.date()) == "over" or not rows.stop(tx, number, to_us(now), words):
        raise Conflict("rollout {number}: has ended; nothing to stop", number=number)
    trail.log(tx, organisation, actor, "rollout.stop", str(number), reason=words, at_us=to_us(now))


def carry_out(tx: Transaction, organisation: str, now: datetime) -> int:
    """Invite those whose turn has come, some at a time; returns how many were invited."""
    names = rows.due(tx, organisation, NOT_INVITED, now.date().toordinal(), MOST_AT_ONCE)
    return invite(tx, organisation, now, ACTOR, people=names).invited if names else 0


def weeks_of(tx: Transaction, rollout: Rollout, until: date) -> list[WeekOfTeamRow]:
    """The activity of assigned people by team and week, up to a day."""
    return rows.weeks(tx, rollout.id, rollout.first.toordinal(), until.toordinal())


def crossed(tx: Transaction, rollout: Rollout) -> float:
    """The part of those who were never to be invited and took part all the same, by the end; 0 where digests are rolled out."""
    if rollout.gives == DIGESTS:
        return 0.0
    end = datetime.combine(rollout.last, datetime.min.time(), tzinfo=rollout.registered_at.tzinfo)
    took, people = rows.crossed(tx, rollout.id, to_us(end) + DAY_US)
    return took / people if people else 0.0


def arms_of_people(tx: Transaction, organisation: str, day: date) -> dict[str, str]:
    """The arm of everybody who was drawn in the rollout that began last by a day, by external id."""
    row = rows.begun_last(tx, organisation, day.toordinal())
    if row is None:
        return {}
    arms = {one["name"]: one["arm"] for one in json.loads(row.document)["clusters"]}
    return {name: arms[cluster] for name, cluster in rows.drawn_into(tx, row.id)}


def _asks_enrolment(tx: Transaction, organisation: str, day: date, now: datetime) -> bool:
    """True where the version in force on a day, as known now, is for the enrolled only."""
    schemes = Schemes.of(tx, organisation)
    at = datetime.combine(day, datetime.min.time(), tzinfo=now.tzinfo)
    return schemes.asks_enrolment(schemes.at(to_us(max(at, now))))


def _rollout(row: RolloutRow) -> Rollout:
    return Rollout(
        row.id, row.title, row.gives, row.document, row.content_hash, date.fromordinal(row.first_date),
        date.fromordinal(row.last_date), row.actor, from_us(row.registered_us), maybe_us(row.stopped_us), row.stop_reason,
    )  # fmt: skip
