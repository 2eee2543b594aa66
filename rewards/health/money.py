"""Liability and spending of the program against its budget, and the projected day of exhaustion."""

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from rewards.health.rows import HealthRow, number
from rewards.ledger.pool import budget_in_force
from rewards.publishing.expected import cents_per_point
from rewards.publishing.publication import scheme_in_force
from rewards.scheme.quantities import millipoints
from rewards.store import claims as claim_rows
from rewards.store import health as rows
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, to_us

LATELY_DAYS = 28
FAR_DAYS = 3650


def money_rows(tx: Transaction, organisation: str, now: datetime) -> Iterator[HealthRow]:
    """Liability, spend, and every budget."""
    live = scheme_in_force(tx, organisation, now)
    since = to_us(now) - LATELY_DAYS * DAY_US
    sums = rows.balance_sums(tx, organisation)
    held = sums.get("spendable", 0) + sums.get("held", 0)
    yield number("money", "points_held", held / 1000)
    rate = 0.0 if live is None else cents_per_point(live.scheme)
    yield number("money", "liability", round(held / 1000 * rate) / 100)
    lately = rows.spend(tx, organisation, since)
    yield number("money", "spend_28d", sum(row.cents for row in lately) / 100)
    titles = {} if live is None else {one.id: one.title for one in live.scheme.rewards}
    for row in lately:
        title = titles.get(row.reward, row.reward)
        yield number("money", "spend_28d", row.cents / 100, title, of=row.claims)
    if live is None:
        return
    yield from _pool(tx, organisation, now, since)
    month = f"{now.year:04d}-{now.month:02d}"
    this_month = {row.reward: row for row in rows.spend(tx, organisation, since - 7 * DAY_US, month)}
    taken = claim_rows.taken(tx, organisation)
    burn = {row.reward: row for row in lately}
    for reward in live.scheme.rewards:
        used = burn.get(reward.id)
        if reward.budget_points is not None:
            whole = millipoints(reward.budget_points)
            gone = this_month[reward.id].millipoints if reward.id in this_month else 0
            daily = 0 if used is None else used.millipoints / LATELY_DAYS
            yield _left(
                "budget_left", reward.title, (whole - gone) / 1000, daily / 1000, now=now, whole=whole // 1000
            )
        if reward.stock is not None:
            daily = 0 if used is None else used.claims / LATELY_DAYS
            left = reward.stock - taken.get(reward.id, 0)
            yield _left("stock_left", reward.title, left, daily, now=now, whole=reward.stock)


def _pool(tx: Transaction, organisation: str, now: datetime, since: int) -> Iterator[HealthRow]:
    """The award budget's window under way."""
    found = budget_in_force(tx, organisation, to_us(now))
    if found is None:
        return
    budget, window, _ = found
    whole = millipoints(budget.points)
    left = rows.pool_left(tx, organisation, window)
    daily = max(0, rows.spendable_given(tx, organisation, since)) / LATELY_DAYS / 1000
    yield _left(
        "award_budget_left", "", (whole if left is None else left) / 1000, daily, now=now, whole=whole // 1000
    )


def _left(measure: str, group: str, left: float, daily: float, *, now: datetime, whole: int) -> HealthRow:
    """The remainder, and its day of exhaustion at the rate of the last four weeks; none where that is far away."""
    gone: date | None = None
    if left <= 0:
        gone = now.date()
    elif daily > 0 and left / daily < FAR_DAYS:
        gone = now.date() + timedelta(days=math.ceil(left / daily))
    return number(
        "budgets", measure, max(left, 0), group, of=whole, until="" if gone is None else gone.isoformat()
    )
