"""Aggregates over the whole organisation for program health: computed by the worker and cached."""

from typing import Any, NamedTuple

from sqlalchemy import Column, and_, case, distinct, func, literal, or_, select

from rewards.store import schema
from rewards.store.participation import OWN_KINDS
from rewards.store.people import taking_part
from rewards.store.recognition import UNDONE
from rewards.store.session import Transaction

EVENT, PERSON, JOURNAL, KUDOS = schema.event, schema.person, schema.journal, schema.kudos
BALANCE, CLAIM, LINK, REVIEW = schema.balance, schema.claim, schema.share_link, schema.review
DAY_OF_PERSON = schema.person_day
JOINED: Column[Any] = PERSON.c.joined_date
PAID = ("requested", "approved")
VIEWS = ("view", "impression")
HONOURS = ("highlight", "nomination")


class WeekRow(NamedTuple):
    """One week of the company; `monday` is its first day as an ordinal."""

    monday: int
    sharers: int
    shares: int
    clicks: int


def weeks(tx: Transaction, organisation: str, from_us: int, first_date: int) -> list[WeekRow]:
    """Sharers, shares and human clicks by week, from a Monday on."""
    week = (EVENT.c.local_date - literal(first_date)) / literal(7)
    week = func.floor(week) if tx.dialect == "postgresql" else week
    shared = EVENT.c.kind == "share"
    query = (
        select(
            week.label("week"),
            func.count(distinct(case((shared, EVENT.c.person_id)))),
            func.count(case((shared, 1))),
            func.count(case((EVENT.c.kind == "click", 1))),
        )
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.occurred_us >= from_us,
            EVENT.c.local_date >= first_date,
            EVENT.c.kind.in_(["share", "click"]),
            EVENT.c.scored,
            EVENT.c.voided_at_us.is_(None),
        )
        .group_by("week")
    )
    found: dict[int, list[int]] = {}
    for at, *numbers in tx.execute(query):
        row = found.setdefault(int(at), [0, 0, 0])
        for place, number in enumerate(numbers):
            row[place] += int(number)
    return [WeekRow(first_date + 7 * at, *row) for at, row in sorted(found.items())]


def first_shares(tx: Transaction, organisation: str) -> dict[int, int]:
    """Local date of each present person's first share, by internal id."""
    query = (
        select(EVENT.c.person_id, func.min(EVENT.c.local_date))
        .join(PERSON, PERSON.c.id == EVENT.c.person_id)
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.kind == "share",
            EVENT.c.scored,
            EVENT.c.voided_at_us.is_(None),
            taking_part(enrolled_only=False),
        )
        .group_by(EVENT.c.person_id)
    )
    return {int(person): int(day) for person, day in tx.execute(query)}


def active_ids(tx: Transaction, organisation: str, from_us: int, until_us: int) -> set[int]:
    """People with an event of their own in (from, until]."""
    query = (
        select(EVENT.c.person_id)
        .distinct()
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.occurred_us > from_us,
            EVENT.c.occurred_us <= until_us,
            EVENT.c.kind.in_(OWN_KINDS),
            EVENT.c.voided_at_us.is_(None),
        )
    )
    return {int(person) for person in tx.execute(query).scalars()}


def thanked_ids(tx: Transaction, organisation: str, from_us: int) -> set[int]:
    """People thanked by a colleague, or given a highlight or an award, since an instant."""
    kudos = select(KUDOS.c.receiver_id).where(
        KUDOS.c.organisation_id == organisation, KUDOS.c.given_us >= from_us, KUDOS.c.status.not_in(UNDONE)
    )
    honours = select(JOURNAL.c.person_id).where(
        JOURNAL.c.organisation_id == organisation,
        JOURNAL.c.recorded_us >= from_us,
        JOURNAL.c.reverses.is_(None),
        JOURNAL.c.kind.in_(HONOURS),
        JOURNAL.c.person_id.is_not(None),
    )
    return {int(person) for query in (kudos, honours) for person in tx.execute(query.distinct()).scalars()}


def earned_by(
    tx: Transaction, organisation: str, first_date: int, column: Column[Any] = PERSON.c.segment
) -> dict[Any, int]:
    """Millipoints earned since a date by present people, grouped by a column of `person`."""
    query = (
        select(column, func.sum(DAY_OF_PERSON.c.earned))
        .join(PERSON, PERSON.c.id == DAY_OF_PERSON.c.person_id)
        .where(
            DAY_OF_PERSON.c.organisation_id == organisation,
            DAY_OF_PERSON.c.local_date >= first_date,
            taking_part(enrolled_only=False),
        )
        .group_by(column)
    )
    return {value: int(amount) for value, amount in tx.execute(query)}


def shares_by(
    tx: Transaction, organisation: str, from_us: int, column: Column[Any] = PERSON.c.segment
) -> dict[Any, tuple[int, int]]:
    """Shares since an instant and the number of sharers, of present people, grouped by a column of `person`."""
    query = (
        select(column, func.count(), func.count(distinct(EVENT.c.person_id)))
        .select_from(EVENT)
        .join(PERSON, PERSON.c.id == EVENT.c.person_id)
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.occurred_us > from_us,
            EVENT.c.kind == "share",
            EVENT.c.scored,
            EVENT.c.voided_at_us.is_(None),
            taking_part(enrolled_only=False),
        )
        .group_by(column)
    )
    return {value: (int(shares), int(people)) for value, shares, people in tx.execute(query)}


def views(tx: Transaction, organisation: str, from_us: int) -> int | None:
    """Views reported by connectors since an instant; None where none was ever reported."""
    query = select(func.sum(EVENT.c.quantity)).where(
        EVENT.c.organisation_id == organisation,
        EVENT.c.occurred_us > from_us,
        EVENT.c.kind.in_(VIEWS),
        EVENT.c.voided_at_us.is_(None),
    )
    found = tx.execute(query).scalar_one()
    return None if found is None else int(found)


def link_clicks(tx: Transaction, organisation: str) -> tuple[int, int]:
    """Clicks on all tracked links, raw and counted as human."""
    query = select(func.sum(LINK.c.raw_clicks), func.sum(LINK.c.counted_clicks)).where(
        LINK.c.organisation_id == organisation
    )
    raw, counted = tx.execute(query).one()
    return int(raw or 0), int(counted or 0)


def balance_sums(tx: Transaction, organisation: str) -> dict[str, int]:
    """Sum of all balances by account, in millipoints."""
    query = (
        select(BALANCE.c.account, func.sum(BALANCE.c.amount))
        .where(BALANCE.c.organisation_id == organisation)
        .group_by(BALANCE.c.account)
    )
    return {account: int(amount) for account, amount in tx.execute(query)}


def pool_left(tx: Transaction, organisation: str, detail: str) -> int | None:
    """The rest of the award budget in a window; None where nothing was awarded in it yet."""
    query = select(func.sum(BALANCE.c.amount)).where(
        BALANCE.c.organisation_id == organisation, BALANCE.c.account == "budget", BALANCE.c.detail == detail
    )
    found = tx.execute(query).scalar_one()
    return None if found is None else int(found)


class SpendRow(NamedTuple):
    """Claims of one reward: their number, points (in millipoints) and money (in cents)."""

    reward: str
    claims: int
    millipoints: int
    cents: int


def spend(tx: Transaction, organisation: str, from_us: int, period: str | None = None) -> list[SpendRow]:
    """Claims since an instant, cancelled and declined ones excluded, by reward; of one budget period where it is given."""
    where = and_(
        CLAIM.c.organisation_id == organisation, CLAIM.c.claimed_us >= from_us, CLAIM.c.status.in_(PAID)
    )
    if period is not None:
        where = and_(where, CLAIM.c.period == period)
    query = (
        select(CLAIM.c.reward, func.count(), func.sum(CLAIM.c.cost), func.sum(CLAIM.c.value))
        .where(where)
        .group_by(CLAIM.c.reward)
        .order_by(CLAIM.c.reward)
    )
    return [SpendRow(reward, int(n), int(cost), int(cents)) for reward, n, cost, cents in tx.execute(query)]


def spendable_given(tx: Transaction, organisation: str, from_us: int) -> int:
    """Millipoints made spendable since an instant, net of reversals; claims are excluded."""
    posting = schema.posting
    query = (
        select(func.sum(posting.c.amount))
        .join(JOURNAL, JOURNAL.c.id == posting.c.journal_id)
        .where(
            posting.c.organisation_id == organisation,
            posting.c.account == "spendable",
            JOURNAL.c.recorded_us >= from_us,
            JOURNAL.c.origin != "claim",
        )
    )
    return int(tx.execute(query).scalar_one() or 0)


class ReversalRow(NamedTuple):
    """Reversals about one item: voided events, and the people whose shares and clicks they were (`people`)."""

    item: str
    events: int
    people: int


def reversals(tx: Transaction, organisation: str, from_us: int, limit: int) -> list[ReversalRow]:
    """Events voided and not older than an instant, by item, most frequent first."""
    count = func.count()
    query = (
        select(EVENT.c.object, count, func.count(distinct(EVENT.c.person_id)))
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.occurred_us >= from_us,
            EVENT.c.voided_at_us.is_not(None),
        )
        .group_by(EVENT.c.object)
        .order_by(count.desc(), EVENT.c.object)
        .limit(limit)
    )
    return [ReversalRow(item, int(events), int(people)) for item, events, people in tx.execute(query)]


class QueueRow(NamedTuple):
    """Reviews of one kind: open ones, when the oldest was opened, and recent decisions."""

    kind: str
    open: int
    oldest_us: int | None
    decided: int


def queue(tx: Transaction, organisation: str, from_us: int) -> list[QueueRow]:
    """The review queue by kind."""
    is_open = REVIEW.c.status == "open"
    query = (
        select(
            REVIEW.c.kind,
            func.count(case((is_open, 1))),
            func.min(case((is_open, REVIEW.c.opened_us))),
            func.count(case((REVIEW.c.decided_us >= from_us, 1))),
        )
        .where(REVIEW.c.organisation_id == organisation, or_(is_open, REVIEW.c.decided_us >= from_us))
        .group_by(REVIEW.c.kind)
        .order_by(REVIEW.c.kind)
    )
    return [
        QueueRow(kind, int(n), None if oldest is None else int(oldest), int(done))
        for kind, n, oldest, done in tx.execute(query)
    ]


def hidden_people(tx: Transaction, organisation: str) -> int:
    """Number of people who chose not to be on boards."""
    query = select(func.count()).where(
        PERSON.c.organisation_id == organisation, PERSON.c.opted_out, taking_part(enrolled_only=False)
    )
    return int(tx.execute(query).scalar_one())


def nominations_since(tx: Transaction, organisation: str, from_us: int) -> int:
    """Number of nominations since an instant."""
    nomination = schema.nomination
    query = select(func.count()).where(
        nomination.c.organisation_id == organisation, nomination.c.named_us >= from_us
    )
    return int(tx.execute(query).scalar_one())


def highlighted_since(tx: Transaction, organisation: str, from_us: int) -> int:
    """Number of highlights given to people since an instant that are not reversed."""
    undone = select(JOURNAL.c.reverses).where(
        JOURNAL.c.organisation_id == organisation, JOURNAL.c.reverses.is_not(None)
    )
    query = select(func.count()).where(
        JOURNAL.c.organisation_id == organisation,
        JOURNAL.c.recorded_us >= from_us,
        JOURNAL.c.kind == "highlight",
        JOURNAL.c.reverses.is_(None),
        JOURNAL.c.id.not_in(undone),
    )
    return int(tx.execute(query).scalar_one())
