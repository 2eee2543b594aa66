"""Rows of `rollout` and `rollout_person`, and weekly activity of the people drawn, by team."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, insert, literal, or_, select, update

from rewards.store import schema
from rewards.store.people import PRESENT
from rewards.store.rows import RolloutRow
from rewards.store.session import Transaction

ROLLOUT, DRAWN = schema.rollout, schema.rollout_person
PERSON, IDENTITY, EVENT, ENROLMENT = schema.person, schema.person_identity, schema.event, schema.enrolment
WEEK_DAYS = 7


class TeamMemberRow(NamedTuple):
    """A person who can be drawn."""

    id: int
    segment: str
    team: str
    standing: str


class WeekOfTeamRow(NamedTuple):
    """Activity of one team's drawn people in one week, counted from 0."""

    cluster: str
    week: int
    shares: int
    clicks: int
    sharers: int


def add(tx: Transaction, row: Mapping[str, object]) -> int:
    """Insert a plan; returns its id."""
    return int(tx.execute(insert(ROLLOUT).returning(ROLLOUT.c.id), dict(row)).scalar_one())


def add_people(
    tx: Transaction, organisation: str, rollout: int, people: Sequence[tuple[int, str, int | None]]
) -> None:
    """Insert the people drawn: (person, team, first treated day or None)."""
    names = ("person_id", "cluster", "from_date")
    common = {"rollout_id": rollout, "organisation_id": organisation}
    tx.execute(insert(DRAWN), [common | dict(zip(names, one, strict=True)) for one in people])


def page(tx: Transaction, organisation: str, limit: int) -> list[RolloutRow]:
    """Rollouts, newest first."""
    where = ROLLOUT.c.organisation_id == organisation
    return tx.rows(RolloutRow, select(ROLLOUT).where(where).order_by(ROLLOUT.c.id.desc()).limit(limit))


def find(tx: Transaction, organisation: str, rollout: int) -> RolloutRow | None:
    """One rollout."""
    where = and_(ROLLOUT.c.organisation_id == organisation, ROLLOUT.c.id == rollout)
    return tx.row(RolloutRow, select(ROLLOUT).where(where))


def begun_last(tx: Transaction, organisation: str, day: int) -> RolloutRow | None:
    """The rollout with the latest start up to a day."""
    where = and_(ROLLOUT.c.organisation_id == organisation, ROLLOUT.c.first_date <= day)
    return tx.row(
        RolloutRow,
        select(ROLLOUT).where(where).order_by(ROLLOUT.c.first_date.desc(), ROLLOUT.c.id.desc()).limit(1),
    )


def drawn_into(tx: Transaction, rollout: int) -> list[tuple[str, str]]:
    """(external id, team at the draw) of the people drawn."""
    query = (
        select(IDENTITY.c.external_id, DRAWN.c.cluster)
        .join(DRAWN, DRAWN.c.person_id == IDENTITY.c.person_id)
        .where(DRAWN.c.rollout_id == rollout)
    )
    return [(str(name), str(cluster)) for name, cluster in tx.execute(query)]


def stop(tx: Transaction, rollout: int, at_us: int, reason: str) -> bool:
    """Stop a rollout; False where it was stopped before."""
    where = and_(ROLLOUT.c.id == rollout, ROLLOUT.c.stopped_us.is_(None))
    change = update(ROLLOUT).where(where).values(stopped_us=at_us, stop_reason=reason)
    return bool(tx.execute(change.returning(ROLLOUT.c.id)).all())


def under_way(tx: Transaction, organisation: str, day: int) -> bool:
    """True where a rollout that was not stopped ends on this day or later."""
    query = select(ROLLOUT.c.id).where(_holds(organisation, day)).limit(1)
    return tx.execute(query).first() is not None


def members(tx: Transaction, organisation: str) -> list[TeamMemberRow]:
    """All present people by id."""
    query = select(PERSON.c.id, PERSON.c.segment, PERSON.c.team, PERSON.c.standing).where(
        PERSON.c.organisation_id == organisation, PERSON.c.status.in_(PRESENT)
    )
    return tx.rows(TeamMemberRow, query.order_by(PERSON.c.id))


def countable(tx: Transaction, organisation: str) -> tuple[int, int, int, int]:
    """Numbers of teams and of their people, then the same for teams of which nobody was invited.

    People without a team form one team per segment. Both counts follow the order of an index.
    """
    # SQLite would otherwise use the index of a condition and sort every row.
    status = func.coalesce(PERSON.c.status, "") if tx.dialect == "sqlite" else PERSON.c.status
    asked = func.count(case((PERSON.c.standing != "", 1)))
    whole, everybody, unasked, theirs = 0, 0, 0, 0
    # People without a team are few: an index finds them, and the order of segments is not scanned.
    for grouped, without in ((PERSON.c.team, False), (func.coalesce(PERSON.c.segment, ""), True)):
        mine = PERSON.c.team == "" if without else PERSON.c.team > ""
        teams = (
            select(func.count().label("people"), asked.label("asked"))
            .where(PERSON.c.organisation_id == organisation, status.in_(PRESENT), mine)
            .group_by(grouped)
            .subquery()
        )
        free = teams.c.asked == 0
        counts = select(
            func.count(),
            func.coalesce(func.sum(teams.c.people), 0),
            func.count(case((free, 1))),
            func.coalesce(func.sum(case((free, teams.c.people))), 0),
        )
        found = tx.execute(counts.select_from(teams)).one()
        whole, everybody = whole + found[0], everybody + int(found[1])
        unasked, theirs = unasked + found[2], theirs + int(found[3])
    return whole, everybody, unasked, theirs


def held_back(
    tx: Transaction, organisation: str, gives: str, people: Collection[int], day: int
) -> dict[int, int | None]:
    """People among those given who were drawn and are not yet treated on a day.

    Each with the first treated day (None: not before the end).
    """
    if not people:
        return {}
    query = _held(organisation, gives, day).where(DRAWN.c.person_id.in_(list(people)))
    return {int(person): None if since is None else int(since) for person, since in tx.execute(query)}


def not_held(organisation: str, gives: str, day: int) -> ColumnElement[bool]:
    """Condition on people: not drawn, or treated by a day."""
    return PERSON.c.id.not_in(_held(organisation, gives, day).with_only_columns(DRAWN.c.person_id))


def due(tx: Transaction, organisation: str, standing: str, day: int, limit: int) -> list[str]:
    """External ids of people drawn and treated by a day whose enrolment state is still `standing`."""
    query = (
        select(IDENTITY.c.external_id)
        .join(PERSON, PERSON.c.id == IDENTITY.c.person_id)
        .join(DRAWN, DRAWN.c.person_id == PERSON.c.id)
        .join(ROLLOUT, ROLLOUT.c.id == DRAWN.c.rollout_id)
        .where(
            _holds(organisation, day),
            ROLLOUT.c.gives == "programme",
            DRAWN.c.from_date <= day,
            PERSON.c.standing == standing,
            PERSON.c.status.in_(PRESENT),
        )
        .order_by(PERSON.c.id)
        .limit(limit)
    )
    return [str(name) for name in tx.execute(query).scalars()]


def weeks(tx: Transaction, rollout: int, first_date: int, last_date: int) -> list[WeekOfTeamRow]:
    """Shares, clicks and sharers of the people drawn, by team at the draw and week. Clicks count for the sharer."""
    week = (EVENT.c.local_date - literal(first_date)) / literal(WEEK_DAYS)
    week = func.floor(week) if tx.dialect == "postgresql" else week
    clicked = EVENT.c.kind == "click"
    doer = case((and_(clicked, EVENT.c.owner_id.is_not(None)), EVENT.c.owner_id), else_=EVENT.c.person_id)
    shared = EVENT.c.kind == "share"
    query = (
        select(
            DRAWN.c.cluster,
            week.label("week"),
            func.count(case((shared, 1))),
            func.count(case((clicked, 1))),
            func.count(distinct(case((shared, EVENT.c.person_id)))),
        )
        .select_from(EVENT)
        .join(DRAWN, DRAWN.c.person_id == doer)
        .where(
            DRAWN.c.rollout_id == rollout,
            EVENT.c.organisation_id == DRAWN.c.organisation_id,
            EVENT.c.local_date >= first_date,
            EVENT.c.local_date <= last_date,
            EVENT.c.kind.in_(("share", "click")),
            EVENT.c.voided_at_us.is_(None),
        )
        .group_by(DRAWN.c.cluster, "week")
    )
    return [
        WeekOfTeamRow(str(cluster), int(at), int(shares), int(clicks), int(sharers))
        for cluster, at, shares, clicks, sharers in tx.execute(query)
    ]


def crossed(tx: Transaction, rollout: int, last_us: int) -> tuple[int, int]:
    """Among people never to be treated: how many enrolled by an instant (crossover), and their total."""
    joined = select(ENROLMENT.c.person_id).where(
        ENROLMENT.c.from_us <= last_us, ENROLMENT.c.standing == "enrolled"
    )
    query = select(func.count(case((DRAWN.c.person_id.in_(joined), 1))), func.count()).where(
        DRAWN.c.rollout_id == rollout, DRAWN.c.from_date.is_(None)
    )
    took, people = tx.execute(query).one()
    return int(took), int(people)


def _holds(organisation: str, day: int) -> ColumnElement[bool]:
    return and_(
        ROLLOUT.c.organisation_id == organisation, ROLLOUT.c.stopped_us.is_(None), ROLLOUT.c.last_date >= day
    )


def _held(organisation: str, gives: str, day: int) -> Select[int, int | None]:
    return (
        select(DRAWN.c.person_id, DRAWN.c.from_date)
        .join(ROLLOUT, ROLLOUT.c.id == DRAWN.c.rollout_id)
        .where(
            _holds(organisation, day),
            ROLLOUT.c.gives == gives,
            or_(DRAWN.c.from_date.is_(None), DRAWN.c.from_date > day),
        )
    )
