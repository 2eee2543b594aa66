"""Challenges: goals of a person, a team, a segment or everybody, counted on the dates of the scheme's zone.

Activity counts for the unit to which the person belonged at the time. Once late events can no longer count, the result is fixed
and the bonus paid, to each contributor once; later moves, reversals and versions leave both as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from rewards.challenges.runs import Run, State, runs
from rewards.faults import NotFound
from rewards.ledger.bonuses import bonus, challenge_key
from rewards.ledger.new_entries import NewEntry
from rewards.ledger.places import places
from rewards.ledger.posting import post
from rewards.ledger.versions import Schemes
from rewards.people.groups import groups_shown
from rewards.scheme.scheme import MILLIPOINTS, millipoints
from rewards.store import challenges as rows
from rewards.store import organisations as organisation_rows
from rewards.store import participation, projections, trail
from rewards.store import people as people_rows
from rewards.store.persons import find_row
from rewards.store.rows import NamedPersonRow, PersonRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us

Unit = Literal["person", "team", "segment", "everyone"]
EVERYONE = ""


@dataclass(frozen=True, slots=True)
class TeamStanding:
    """Progress of a team, a segment, everybody (`team` '') or the reader, in points or as a number."""

    team: str
    done: int
    reached: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class ChallengeView:
    """A challenge as one reader sees it. `bonus_millipoints` is what each contributor gets where the goal is reached.

    `counting`: it is over, and late events still count; `final`: the result is fixed. `teams` are those of `unit`: of persons
    the reader alone. `suppressed`: teams or segments
    that are too small to show, or would reveal one that is.
    """

    id: str
    title: str
    metric: str
    of: str
    unit: Unit
    goal: int
    bonus_millipoints: int
    first_day: date
    last_day: date
    state: State
    teams: tuple[TeamStanding, ...]
    suppressed: int


def challenges(tx: Transaction, organisation: str, person: str | None, now: datetime) -> list[ChallengeView]:
    """The challenges of the scheme in force. `person` is the reader. Raises NotFound for an unknown one."""
    mine = None if person is None else find_row(tx, organisation, person)
    now_us = to_us(now)
    found = runs(Schemes.of(tx, organisation), now_us)
    return [_view(tx, organisation, run, mine, now_us) for run in found if run.in_force]


def challenge(
    tx: Transaction, organisation: str, challenge_id: str, person: str | None, now: datetime
) -> ChallengeView:
    """One challenge. Raises NotFound."""
    found = next((one for one in challenges(tx, organisation, person, now) if one.id == challenge_id), None)
    if found is None:
        raise NotFound(
            "challenge {challenge_id!r}: not in the scheme in force; list the challenges",
            challenge_id=challenge_id,
        )
    return found


def finish_challenges(tx: Transaction, organisation: str, now: datetime) -> int:
    """Fix results that late events can no longer change, and pay the bonuses; returns how many. Twice fixes and pays once."""
    now_us = to_us(now)

    def due() -> list[Run]:
        found = [run for run in runs(Schemes.of(tx, organisation), now_us) if run.state(now_us) == "final"]
        return [
            run
            for run in found
            if not rows.is_fixed(tx, organisation, run.challenge.id, run.first.toordinal())
        ]

    if not due():
        return 0
    # Under the lock nobody else records or fixes; what a rival fixed while this one waited is seen now.
    organisation_rows.find_exclusive(tx, organisation)
    fixed = 0
    for run in due():
        if not rows.is_fixed(tx, organisation, run.challenge.id, run.first.toordinal()):
            _finish(tx, organisation, run, now_us)
            fixed += 1
    return fixed


def _finish(tx: Transaction, organisation: str, run: Run, now_us: int) -> None:
    first, goal = run.first.toordinal(), run.challenge.goal
    parts = _parts(tx, organisation, run)
    done = {unit: _whole(run, sum(by.values())) for unit, by in parts.items()} or {EVERYONE: 0}
    rows.fix(
        tx,
        [
            {
                "organisation_id": organisation, "challenge": run.challenge.id, "first_date": first, "team": unit,
                "amount": amount, "goal": goal, "decided_us": now_us,
            }
            for unit, amount in sorted(done.items())
        ],
    )  # fmt: skip
    reached = sorted(unit for unit, amount in done.items() if amount >= goal)
    paid = _pay(tx, organisation, run, parts, now_us) if run.challenge.points else 0
    result = {
        "challenge": run.challenge.id,
        "first_day": run.first.isoformat(),
        "teams_reached": len(reached),
        "people_paid": paid,
    }
    trail.tell(tx, organisation, [("challenge.finished", result)], now_us)
    trail.log(tx, organisation, "system", "challenge.finish", run.challenge.id, reason="", at_us=now_us)


def _pay(
    tx: Transaction, organisation: str, run: Run, parts: Mapping[str, Mapping[int, int]], now_us: int
) -> int:
    """The bonus for each who contributed where the goal is reached; returns for how many."""
    amount = millipoints(run.challenge.points)
    key = challenge_key(run.challenge.id, run.first.toordinal(), run.version)
    drafts: list[NewEntry] = [
        bonus(
            row, "challenge", run.challenge.id, amount, {"title": run.challenge.title}, version=run.version, board_zone=run.zone,
            dedupe=f"{key}{who}", now_us=now_us,
        )
        for who, row in sorted(_paid(tx, organisation, run, parts).items())
    ]  # fmt: skip
    post(tx, organisation, drafts, now_us)
    return len(drafts)


def contributors(tx: Transaction, organisation: str, run: Run) -> dict[int, PersonRow]:
    """The people who would receive the bonus now, by internal id: rows of `person`."""
    return _paid(tx, organisation, run, _parts(tx, organisation, run))


def _paid(
    tx: Transaction, organisation: str, run: Run, parts: Mapping[str, Mapping[int, int]]
) -> dict[int, PersonRow]:
    """Contributors where the goal is reached, with merged accounts replaced by their heirs, without erased people and leavers."""
    reached = [by for by in parts.values() if _whole(run, sum(by.values())) >= run.challenge.goal]
    contributed = {who for by in reached for who, amount in by.items() if amount > 0}
    heirs = people_rows.heirs(tx, organisation, contributed)
    whom = {heirs.get(who, who) for who in contributed}
    people = people_rows.by_ids(tx, organisation, people_rows.names(tx, organisation, whom))
    where = places(tx, list(people.values()))
    return {
        who: row
        for who, row in people.items()
        if row.status != "inactive"
        and not where[who].is_away(run.ends_us - 1)
        and (not run.enrolled_only or where[who].is_enrolled(run.ends_us - 1))
    }


def _view(
    tx: Transaction, organisation: str, run: Run, mine: NamedPersonRow | None, now_us: int
) -> ChallengeView:
    one, first = run.challenge, run.first.toordinal()
    fixed = rows.is_fixed(tx, organisation, one.id, first)
    shown: list[TeamStanding] = []
    suppressed = 0
    if one.unit == "person":
        if mine is not None:
            own = [str(id_) for id_ in people_rows.accounts_of(tx, mine.id)]
            done = (
                rows.results(tx, organisation, one.id, first, own)
                if fixed
                else _totals(_parts(tx, organisation, run, mine.id), run)
            )
            amount = sum(done.get(unit, 0) for unit in own)
            shown.append(TeamStanding(mine.external_id, amount, amount >= one.goal, True))
    else:
        done = rows.results(tx, organisation, one.id, first) if fixed else _done(tx, organisation, run)
        if one.unit == "everyone":
            amount = done.get(EVERYONE, 0)
            if groups_shown(tx, organisation, from_us(now_us)).whole:
                shown.append(TeamStanding(EVERYONE, amount, amount >= one.goal, mine is not None))
            else:
                suppressed = 1
        else:
            shown, suppressed = _stands(tx, organisation, run, done, mine, now_us=now_us)
    return ChallengeView(
        one.id, one.title, one.metric, one.of, one.unit, one.goal, millipoints(one.points), run.first, run.last,
        "final" if fixed else run.state(now_us), tuple(shown), suppressed,
    )  # fmt: skip


def _stands(
    tx: Transaction,
    organisation: str,
    run: Run,
    done: dict[str, int],
    mine: NamedPersonRow | None,
    *,
    now_us: int,
) -> tuple[list[TeamStanding], int]:
    """Teams or segments, the furthest first, and how many are not shown."""
    by_team = run.challenge.unit == "team"
    counted = projections.team_sizes if by_team else participation.sizes
    sizes = counted(tx, organisation, run.enrolled_only)
    own = None if mine is None else mine.team if by_team else mine.segment
    named = (set(sizes) | set(done)) - {EVERYONE}
    gone = [unit for unit, amount in done.items() if amount and unit not in sizes]
    may = groups_shown(
        tx, organisation, from_us(now_us), gone=[("", unit) if by_team else (unit, "") for unit in gone]
    )
    large = [unit for unit in named if unit in (may.teams if by_team else may.segments)]
    shown = [
        TeamStanding(unit, done.get(unit, 0), done.get(unit, 0) >= run.challenge.goal, unit == own)
        for unit in large
    ]
    return sorted(shown, key=lambda stand: (-stand.done, stand.team)), len(named) - len(large)


def _whole(run: Run, amount: int) -> int:
    return amount // MILLIPOINTS if run.challenge.metric == "points" else amount


def _totals(parts: dict[str, dict[int, int]], run: Run) -> dict[str, int]:
    return {unit: _whole(run, sum(by.values())) for unit, by in parts.items()}


def _counted(run: Run) -> rows.Counted:
    one = run.challenge
    return rows.Counted(
        one.metric,
        one.of,
        run.begins_us,
        run.ends_us,
        run.first.toordinal(),
        run.last.toordinal(),
        run.enrolled_only,
    )


def _done(tx: Transaction, organisation: str, run: Run) -> dict[str, int]:
    """Whole points, or numbers, by team or segment; by EVERYONE where the challenge is everybody's."""
    unit, counted = run.challenge.unit, _counted(run)
    by: dict[str, int] = {}
    if run.challenge.metric == "points" and unit != "segment":
        by = projections.team_totals(tx, organisation, counted.first_date, counted.last_date)
    else:
        name = "segment" if unit == "segment" else "team"
        for row in rows.settled(tx, organisation, counted, (name,)):
            by[row[0]] = by.get(row[0], 0) + int(row[1])
        for _, segment, team, amount in _moved(tx, organisation, counted):
            where = segment if name == "segment" else team
            by[where] = by.get(where, 0) + amount
    if unit == "everyone":
        by = {EVERYONE: sum(by.values())}
    return {where: _whole(run, amount) for where, amount in by.items()}


def _parts(
    tx: Transaction, organisation: str, run: Run, person_id: int | None = None
) -> dict[str, dict[int, int]]:
    """Contribution of each person to each unit (millipoints, or a number); a person's own unit is their internal id.

    Contributions of a merged account count for the account that took over, in the groups that the merged account belonged to.
    """
    counted = _counted(run)
    given: list[tuple[int, str, str, int]] = []
    for id_ in [None] if person_id is None else people_rows.accounts_of(tx, person_id):
        given += [
            (row[0], row[1], row[2], int(row[3]))
            for row in rows.settled(tx, organisation, counted, ("person", "segment", "team"), id_)
        ]
        given += _moved(tx, organisation, counted, id_)
    heirs = people_rows.heirs(tx, organisation, {who for who, _, _, _ in given})
    found: dict[str, dict[int, int]] = {}
    for account, segment, team, amount in given:
        who = heirs.get(account, account)
        unit = {"person": str(who), "segment": segment, "team": team, "everyone": EVERYONE}
        by = found.setdefault(unit[run.challenge.unit], {})
        by[who] = by.get(who, 0) + amount
    return found


def _moved(
    tx: Transaction, organisation: str, counted: rows.Counted, person_id: int | None = None
) -> list[tuple[int, str, str, int]]:
    """(person, segment, team, amount) of people who moved, by where they were at the time."""
    found = rows.moved(tx, organisation, counted, person_id)
    people = people_rows.by_ids(tx, organisation, {row.person_id for row in found})
    where = places(tx, list(people.values()))
    members = [where[row.person_id].of(row.event_ref).membership_at(row.occurred_us) for row in found]
    return [
        (row.person_id, segment, team, int(row.amount))
        for row, (segment, team) in zip(found, members, strict=True)
    ]
