"""How many take part, in groups large enough to be shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from rewards.ledger.versions import Schemes
from rewards.people.groups import groups_shown, joined_shown, minimum_group
from rewards.store import participation as participation_rows
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, to_us


@dataclass(frozen=True, slots=True)
class Participation:
    """Who takes part: of everybody, or of the enrolled where the scheme is for them alone. `by_segment`: (segment, people, active in 28 days), those that may not be shown left out."""

    people: int
    active_7d: int
    active_28d: int
    shares_28d: int
    clicks_28d: int
    kudos_28d: int
    by_segment: tuple[tuple[str, int, int], ...]
    suppressed_segments: int


def participation(tx: Transaction, organisation: str, now: datetime) -> Participation:
    """How many take part. Segments that are too small, or would tell of one that is, are not shown."""
    now_us = to_us(now)
    may: Collection[str] = groups_shown(tx, organisation, now, kinds=["segment"]).segments
    schemes = Schemes.of(tx, organisation)
    # Who has not joined is not somebody who stays away.
    asked = schemes.asks_enrolment(schemes.at(now_us))
    sizes = participation_rows.sizes(tx, organisation, asked)
    if asked:
        whole = participation_rows.sizes(tx, organisation)
        joined = {one: (sizes.get(one, 0), people - sizes.get(one, 0)) for one, people in whole.items()}
        may = set(may) & joined_shown(joined, minimum_group(tx, organisation, now))
    month_us, week_us = now_us - 28 * DAY_US, now_us - 7 * DAY_US
    active = participation_rows.active(tx, organisation, month_us, week_us, now_us, enrolled_only=asked)
    counts = participation_rows.kinds(tx, organisation, month_us, now_us)
    shown = tuple(
        (segment, size, active.get(segment, (0, 0))[0])
        for segment, size in sorted(sizes.items())
        if segment in may
    )
    return Participation(
        people=sum(sizes.values()),
        active_7d=sum(week for _, week in active.values()),
        active_28d=sum(month for month, _ in active.values()),
        shares_28d=counts.get("share", 0),
        clicks_28d=counts.get("click", 0),
        kudos_28d=counts.get("kudos", 0),
        by_segment=shown,
        suppressed_segments=len(sizes) - len(shown),
    )
