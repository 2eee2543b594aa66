"""Challenges: common goals of teams or of everybody, counted on the dates of the scheme's zone.

What somebody did counts for the team she belonged to when she did it. Once late events can no longer count, the result
is fixed, and later moves, reversals and versions leave it as it is.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from rewards.faults import NotFound
from rewards.people import find_row
from rewards.places import local_ordinal, places
from rewards.scheme import MILLIPOINTS, Challenge
from rewards.schemes import NO_SCHEME, Schemes
from rewards.store import challenges as rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import projections, trail
from rewards.store.session import Transaction
from rewards.store.units import to_us

EVERYONE = ""
METRICS, UNITS = ("points", "events"), ("team", "everyone")
"""What is counted here; a challenge of another kind is left out rather than counted wrongly."""
State = Literal["running", "counting", "final"]


@dataclass(frozen=True, slots=True)
class TeamStand:
    """How far a team is (`team` '' for everybody): whole points or events."""

    team: str
    done: int
    reached: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class ChallengeView:
    """A challenge as one reader sees it.

    `counting`: it is over, and late events still count; `final`: the result is fixed. `suppressed`: teams too small to show.
    """

    id: str
    title: str
    metric: str
    of: str
    goal: int
    first_day: date
    last_day: date
    state: State
    teams: tuple[TeamStand, ...]
    suppressed: int


@dataclass(frozen=True, slots=True)
class _Run:
    """A challenge on its dates."""

    challenge: Challenge
    first: date
    zone: str
    grace_hours: int

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.challenge.days - 1)

    @property
    def begins_us(self) -> int:
        return to_us(datetime.combine(self.first, time(), ZoneInfo(self.zone)).astimezone(UTC))

    @property
    def ends_us(self) -> int:
        after = self.first + timedelta(days=self.challenge.days)
        return to_us(datetime.combine(after, time(), ZoneInfo(self.zone)).astimezone(UTC))

    def state(self, now_us: int) -> State:
        if now_us < self.ends_us:
            return "running"
        return "counting" if now_us < self.ends_us + self.grace_hours * 3_600_000_000 else "final"


def challenges(tx: Transaction, organisation: str, person: str | None, now: datetime) -> list[ChallengeView]:
    """The challenges of the scheme in force. `person` is the reader. Raises NotFound for an unknown one."""
    mine = None if person is None else str(find_row(tx, organisation, person).team)
    return [_view(tx, organisation, run, mine, to_us(now)) for run in _runs(tx, organisation, now)]


def challenge(
    tx: Transaction, organisation: str, challenge_id: str, person: str | None, now: datetime
) -> ChallengeView:
    """One challenge. Raises NotFound."""
    found = next((one for one in challenges(tx, organisation, person, now) if one.id == challenge_id), None)
    if found is None:
        raise NotFound(f"challenge {challenge_id!r}: not in the scheme in force; list the challenges")
    return found


def finish_challenges(tx: Transaction, organisation: str, now: datetime) -> int:
    """Fix the results of challenges that late events can no longer change; returns how many. Running twice fixes once."""
    now_us = to_us(now)
    due = [run for run in _runs(tx, organisation, now) if run.state(now_us) == "final"]
    if not due:
        return 0
    organisation_rows.find_exclusive(tx, organisation)
    fixed = 0
    for run in due:
        first = run.first.toordinal()
        if rows.results(tx, organisation, run.challenge.id, first):
            continue
        goal = run.challenge.goal
        done = _done(tx, organisation, run) or {EVERYONE: 0}
        rows.fix(
            tx,
            [
                {
                    "organisation_id": organisation, "challenge": run.challenge.id, "first_date": first, "team": team,
                    "amount": amount, "goal": goal, "decided_us": now_us,
                }
                for team, amount in sorted(done.items())
            ],
        )  # fmt: skip
        reached = sorted(team for team, amount in done.items() if amount >= goal)
        told = {
            "challenge": run.challenge.id,
            "first_day": run.first.isoformat(),
            "teams_reached": len(reached),
        }
        trail.tell(tx, organisation, [("challenge.finished", told)], now_us)
        trail.log(tx, organisation, "system", "challenge.finish", run.challenge.id, "", now_us)
        fixed += 1
    return fixed


def _runs(tx: Transaction, organisation: str, now: datetime) -> list[_Run]:
    """Challenges of the version in force. One that earlier versions had in the same words goes on from its beginning."""
    schemes = Schemes.of(tx, organisation)
    now_us = to_us(now)
    version = schemes.at(now_us)
    if version == NO_SCHEME:
        return []
    scheme = schemes.scheme(version)
    earlier = [one for one in schemes.timeline if one.version <= version and one.effective_us <= now_us]
    found = []
    for one in scheme.challenges:
        if one.metric not in METRICS or one.unit not in UNITS:
            continue
        began_us = now_us
        for held in reversed(earlier):
            if one not in schemes.scheme(held.version).challenges:
                break
            began_us = min(began_us, held.effective_us)
        first = one.starts or date.fromordinal(local_ordinal(began_us, scheme.calendar.zone))
        found.append(_Run(one, first, scheme.calendar.zone, scheme.calendar.grace_hours))
    return found


def _view(tx: Transaction, organisation: str, run: _Run, mine: str | None, now_us: int) -> ChallengeView:
    schemes = Schemes.of(tx, organisation)
    minimum = schemes.scheme(schemes.at(now_us)).privacy.minimum_group
    fixed = rows.results(tx, organisation, run.challenge.id, run.first.toordinal())
    done = {team: int(row.amount) for team, row in fixed.items()} or _done(tx, organisation, run)
    goal = run.challenge.goal
    shown: list[TeamStand] = []
    suppressed = 0
    if run.challenge.unit == "everyone":
        whole = done.get(EVERYONE, 0)
        shown.append(TeamStand(EVERYONE, whole, whole >= goal, mine is not None))
    else:
        sizes = projections.team_sizes(tx, organisation)
        for team in sorted(set(sizes) | set(done)):
            if sizes.get(team, 0) < minimum:
                suppressed += 1
                continue
            amount = done.get(team, 0)
            shown.append(TeamStand(team, amount, amount >= goal, team == mine))
        shown.sort(key=lambda stand: (-stand.done, stand.team))
    return ChallengeView(
        run.challenge.id, run.challenge.title, run.challenge.metric, run.challenge.of, goal, run.first, run.last,
        "final" if fixed else run.state(now_us), tuple(shown), suppressed,
    )  # fmt: skip


def _done(tx: Transaction, organisation: str, run: _Run) -> dict[str, int]:
    """Whole points or events by team; by EVERYONE where the challenge is everybody's."""
    if run.challenge.metric == "points":
        totals = projections.team_totals(tx, organisation, run.first.toordinal(), run.last.toordinal())
        by_team = dict(totals)
    else:
        by_team = _events(tx, organisation, run)
    if run.challenge.unit == "everyone":
        by_team = {EVERYONE: sum(by_team.values())}
    if run.challenge.metric == "points":
        return {team: amount // MILLIPOINTS for team, amount in by_team.items()}
    return by_team


def _events(tx: Transaction, organisation: str, run: _Run) -> dict[str, int]:
    found, moved = rows.counted_events(tx, organisation, run.challenge.of, run.begins_us, run.ends_us)
    people = people_rows.by_ids(tx, organisation, {row.person_id for row in moved})
    where = places(tx, list(people.values()))
    for row in moved:
        team = where[row.person_id].membership_at(row.occurred_us)[1]
        found[team] = found.get(team, 0) + 1
    return found
