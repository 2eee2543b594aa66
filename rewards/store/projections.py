"""Projections of the ledger for fast pages: days, teams, board scores, rank buckets.

Each is a sum over postings to `earned`, updated in the same transaction and rebuildable from them.
Ranks: scores fall into buckets of about 0.3 % width (256 to the octave). A rank is one sum over the buckets above
plus one short count inside the own bucket, so that no rank needs a scan of all scores. Only people who are shown
on boards are in buckets.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update

from rewards.store import schema
from rewards.store.people import taking_part
from rewards.store.prepared import Prepared, adding, insert_rows
from rewards.store.rows import MovedScoreRow, PlaceRow
from rewards.store.session import Transaction

DAY = schema.person_day
TEAM = schema.team_day
SCORE = schema.board_score
BUCKET = schema.board_bucket
PERSON = schema.person
IDENTITY = schema.person_identity
_ADD_DAY, _ADD_TEAM = adding(DAY, "earned"), adding(TEAM, "earned")
_ADD_BUCKET = adding(BUCKET, "people")
TOTAL = "total"
_STEPS = 8


def _adding_score(dialect: str) -> Any:
    # A first score copies the person's visibility; `show` changes it later.
    keys = ("organisation_id", "window", "person_id")

    def seen(of: Callable[[str], ColumnElement[int]]) -> dict[str, object]:
        return {"visible": select(~PERSON.c.hidden).where(PERSON.c.id == of("person_id")).scalar_subquery()}

    made = insert_rows(SCORE, (*keys, "score"), dialect, seen)
    added = made.on_conflict_do_update(
        index_elements=keys, set_={"score": SCORE.c.score + made.excluded.score}
    )
    return added.returning(SCORE.c.window, SCORE.c.person_id, SCORE.c.score, SCORE.c.visible)


_ADD_SCORE = Prepared(MovedScoreRow, _adding_score)


def windows(board_date: int) -> tuple[str, str, str, str]:
    """Time windows of the boards that contain a date: total, its month, its ISO week, the day."""
    day = date.fromordinal(board_date)
    year, week, _ = day.isocalendar()
    return TOTAL, f"m:{day.year:04d}-{day.month:02d}", f"w:{year:04d}-W{week:02d}", f"d:{day.isoformat()}"


def bucket_of(score: int) -> int:
    """The bucket of a score above zero; monotone in the score."""
    size = score.bit_length()
    mantissa = score >> (size - 1 - _STEPS) if size > _STEPS else score << (1 + _STEPS - size)
    return (size << _STEPS) | (mantissa & ((1 << _STEPS) - 1))


def bucket_floor(bucket: int) -> int:
    """The lowest score of a bucket (for buckets of scores under 256, rounded up to a whole millipoint)."""
    size, mantissa = bucket >> _STEPS, (bucket & ((1 << _STEPS) - 1)) | (1 << _STEPS)
    shift = size - 1 - _STEPS
    return mantissa << shift if shift >= 0 else -(-mantissa >> -shift)


def add(
    tx: Transaction,
    organisation: str,
    days: Mapping[tuple[int, int], int],
    teams: Mapping[tuple[str, int], int],
    scores: Mapping[tuple[str, int], int],
) -> None:
    """Add to projections by (person, local date), (team, board date) and (window, person), in a fixed order."""
    if not days:
        return
    tx.later(
        _ADD_DAY,
        [
            {"organisation_id": organisation, "person_id": who, "local_date": day, "earned": delta}
            for (who, day), delta in sorted(days.items())
        ],
    )
    tx.later(
        _ADD_TEAM,
        [
            {"organisation_id": organisation, "team": team, "board_date": day, "earned": delta}
            for (team, day), delta in sorted(teams.items())
        ],
    )
    result = tx.ask(
        _ADD_SCORE,
        [
            {"organisation_id": organisation, "window": window, "person_id": who, "score": delta}
            for (window, who), delta in sorted(scores.items())
        ],
    )
    moves: dict[tuple[str, int], int] = {}
    for window, who, now, visible in result:
        if visible:
            _count(moves, window, now - scores[window, who], -1)
            _count(moves, window, now, 1)
    _move_buckets(tx, organisation, moves)


def show(tx: Transaction, organisation: str, person_id: int, visible: bool) -> None:
    """Show a person on every board, or on none; the caller holds the person's lock, so that no score is added meanwhile."""
    mine = and_(
        SCORE.c.organisation_id == organisation, SCORE.c.person_id == person_id, SCORE.c.visible != visible
    )
    changed = update(SCORE).where(mine).values(visible=visible).returning(SCORE.c.window, SCORE.c.score)
    moves: dict[tuple[str, int], int] = {}
    for window, score in tx.execute(changed).all():
        _count(moves, window, score, 1 if visible else -1)
    _move_buckets(tx, organisation, moves)


def _count(moves: dict[tuple[str, int], int], window: str, score: int, step: int) -> None:
    if score > 0:
        key = (window, bucket_of(score))
        moves[key] = moves.get(key, 0) + step


def _move_buckets(tx: Transaction, organisation: str, moves: Mapping[tuple[str, int], int]) -> None:
    rows = [
        {"organisation_id": organisation, "window": window, "bucket": bucket, "people": step}
        for (window, bucket), step in sorted(moves.items())
        if step
    ]
    tx.later(_ADD_BUCKET, rows)


def top(
    tx: Transaction, organisation: str, window: str, limit: int, segment: str | None = None
) -> list[PlaceRow]:
    """The top visible people: person_id, score, external_id, name, pseudonym."""
    query = (
        select(SCORE.c.person_id, SCORE.c.score, IDENTITY.c.external_id, IDENTITY.c.name, PERSON.c.pseudonym)
        .join(PERSON, PERSON.c.id == SCORE.c.person_id)
        .join(IDENTITY, IDENTITY.c.person_id == SCORE.c.person_id)
        .where(
            SCORE.c.organisation_id == organisation,
            SCORE.c.window == window,
            SCORE.c.score > 0,
            SCORE.c.visible,
        )
    )
    if segment is not None:
        query = query.where(PERSON.c.segment == segment)
    return tx.rows(PlaceRow, query.order_by(SCORE.c.score.desc(), SCORE.c.person_id.desc()).limit(limit))


def score_of(tx: Transaction, organisation: str, window: str, person_id: int) -> int:
    """The person's score in a window."""
    where = and_(
        SCORE.c.organisation_id == organisation, SCORE.c.window == window, SCORE.c.person_id == person_id
    )
    return int(tx.execute(select(SCORE.c.score).where(where)).scalar_one_or_none() or 0)


def ranks_of(tx: Transaction, organisation: str, window: str, scores: Iterable[int]) -> dict[int, int]:
    """{score: 1 + the number of visible people with a higher one}, by one query."""
    wanted = sorted(set(scores))
    found = tx.execute(select(*(_higher(organisation, window, score) for score in wanted))).one()
    return {score: 1 + int(higher) for score, higher in zip(wanted, found, strict=True)}


def _higher(organisation: str, window: str, score: int) -> ColumnElement[int]:
    above = select(func.coalesce(func.sum(BUCKET.c.people), 0)).where(
        BUCKET.c.organisation_id == organisation, BUCKET.c.window == window
    )
    if score <= 0:
        return above.scalar_subquery()
    bucket = bucket_of(score)
    beside = (
        select(func.count())
        .select_from(SCORE)
        .where(
            SCORE.c.organisation_id == organisation,
            SCORE.c.window == window,
            SCORE.c.visible,
            SCORE.c.score > score,
            SCORE.c.score < bucket_floor(bucket + 1),
        )
    )
    return above.where(BUCKET.c.bucket > bucket).scalar_subquery() + beside.scalar_subquery()


def around(
    tx: Transaction,
    organisation: str,
    window: str,
    person_id: int,
    score: int,
    *,
    each_side: int,
    segment: str | None = None,
) -> list[PlaceRow]:
    """Visible neighbours of a score on both sides, of one segment or of all, best first; the person is excluded."""
    base = (
        select(SCORE.c.person_id, SCORE.c.score, IDENTITY.c.external_id, IDENTITY.c.name, PERSON.c.pseudonym)
        .join(PERSON, PERSON.c.id == SCORE.c.person_id)
        .join(IDENTITY, IDENTITY.c.person_id == SCORE.c.person_id)
        .where(
            SCORE.c.organisation_id == organisation,
            SCORE.c.window == window,
            SCORE.c.person_id != person_id,
            SCORE.c.visible,
        )
    )
    if segment is not None:
        base = base.where(PERSON.c.segment == segment)
    # Each side is one range of the index: a second condition on the score could be taken for its bound.
    up = base.where(SCORE.c.score >= max(score, 1)).order_by(SCORE.c.score, SCORE.c.person_id)
    down = base.where(SCORE.c.score.between(1, score - 1)).order_by(
        SCORE.c.score.desc(), SCORE.c.person_id.desc()
    )
    return [*reversed(tx.rows(PlaceRow, up.limit(each_side))), *tx.rows(PlaceRow, down.limit(each_side))]


def ranks_in_segment(
    tx: Transaction, organisation: str, window: str, scores: Iterable[int], segment: str
) -> dict[int, int]:
    """{score: 1 + the number of visible people of the segment with a higher one}, by one query."""
    wanted = sorted(set(scores))
    counts = [
        select(func.count())
        .select_from(SCORE)
        .join(PERSON, PERSON.c.id == SCORE.c.person_id)
        .where(
            SCORE.c.organisation_id == organisation,
            SCORE.c.window == window,
            SCORE.c.score > max(score, 0),
            PERSON.c.segment == segment,
            SCORE.c.visible,
        )
        .scalar_subquery()
        for score in wanted
    ]
    found = tx.execute(select(*counts)).one()
    return {score: 1 + int(higher) for score, higher in zip(wanted, found, strict=True)}


def team_totals(tx: Transaction, organisation: str, first: int, last: int) -> dict[str, int]:
    """Points earned by each team on the board dates first..last, by membership at event time."""
    query = (
        select(TEAM.c.team, func.sum(TEAM.c.earned))
        .where(TEAM.c.organisation_id == organisation, TEAM.c.board_date.between(first, last))
        .group_by(TEAM.c.team)
    )
    return {team: int(earned) for team, earned in tx.execute(query)}


def team_sizes(tx: Transaction, organisation: str, enrolled_only: bool = False) -> dict[str, int]:
    """Active people by team; only the enrolled where `enrolled_only`."""
    query = (
        select(PERSON.c.team, func.count())
        .where(PERSON.c.organisation_id == organisation, taking_part(enrolled_only))
        .group_by(PERSON.c.team)
    )
    return {team: int(people) for team, people in tx.execute(query)}
