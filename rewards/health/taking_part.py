"""Participation, its growth, its reach, and who is thanked: counts that identify nobody."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from rewards.disclosure import Shown, counts_told, told
from rewards.health.rows import HealthRow, HealthWeek, number, telling
from rewards.people.membership import enrolment
from rewards.people.participation import participation
from rewards.people.tenure import GROUPS, tenure_of
from rewards.store import health as rows
from rewards.store import participation as people_rows
from rewards.store import schemes as scheme_rows
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, from_us, to_us

LATELY_DAYS, THANKS_DAYS, WEEKS = 28, 91, 13
Band = tuple[float, float]


def part_rows(tx: Transaction, organisation: str, now: datetime, minimum: int) -> Iterator[HealthRow]:
    """Enrolment, who is active, and that by segment."""
    joined, found = enrolment(tx, organisation, now), participation(tx, organisation, now)
    yield number("participation", "people", found.people)
    yield number("participation", "invited", joined.invited)
    yield telling("participation", "enrolled", joined.enrolled, of=joined.people)
    for measure, count in (("active_7d", found.active_7d), ("active_28d", found.active_28d)):
        yield telling("participation", measure, told(found.people, count, minimum), of=found.people)
    for one in counts_told(found.by_segment, found.people, found.active_28d, minimum):
        yield telling("segments", "active_28d", one.told, one.group, of=one.people)


def cohort_rows(tx: Transaction, organisation: str, now: datetime, minimum: int) -> Iterator[HealthRow]:
    """Of those who first shared in a month, how many are active still; months of few are put together with the next."""
    firsts = rows.first_shares(tx, organisation)
    active = rows.active_ids(tx, organisation, to_us(now) - LATELY_DAYS * DAY_US, to_us(now))
    months: dict[str, list[int]] = {}
    for person, day in firsts.items():
        months.setdefault(date.fromordinal(day).isoformat()[:7], []).append(person)
    groups: list[tuple[str, list[int]]] = []
    waiting: list[int] = []
    for month in sorted(months):
        waiting += months[month]
        if len(waiting) >= minimum:
            groups.append((month, waiting))
            waiting = []
    if waiting and groups:
        groups[-1] = (groups[-1][0], groups[-1][1] + waiting)
    sizes = [(month, len(who), sum(one in active for one in who)) for month, who in groups]
    everybody = sum(size for _, size, _ in sizes)
    for one in counts_told(sizes, everybody, sum(done for *_, done in sizes), minimum):
        yield telling("cohorts", "cohort_active", one.told, one.group, of=one.people)


def week_rows(
    tx: Transaction,
    organisation: str,
    now: datetime,
    *,
    people: int,
    minimum: int,
    bands: Mapping[str, Band],
) -> list[HealthWeek]:
    """The last quarter by week, the weeks of nobody too, but for those before the program began."""
    monday = now.date() - timedelta(days=now.date().weekday(), weeks=WEEKS - 1)
    since = to_us(now) - (WEEKS * 7 + 8) * DAY_US
    found = {one.monday: one for one in rows.weeks(tx, organisation, since, monday.toordinal())}
    weeks = []
    for at in range(WEEKS):
        day = monday + timedelta(weeks=at)
        row = found.get(day.toordinal(), rows.WeekRow(0, 0, 0, 0))
        low, high = bands.get(day.isoformat(), (None, None))
        sharers = told(people, row.sharers, minimum)
        weeks.append(HealthWeek(day.isoformat(), sharers, row.shares, row.clicks, low, high))
    begun = _begun(tx, organisation, now)
    first = next((at for at, week in enumerate(weeks) if week.shares or week.clicks), WEEKS - 1)
    return [week for at, week in enumerate(weeks) if at >= first or week.monday >= begun]


def _begun(tx: Transaction, organisation: str, now: datetime) -> str:
    """The Monday of the week in which the first scheme came into force."""
    known = [one.effective_us for one in scheme_rows.timeline(tx, organisation)]
    day = from_us(max(min([*known, to_us(now)]), 0)).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def reach_rows(tx: Transaction, organisation: str, now: datetime) -> Iterator[HealthRow]:
    """Shares, viewers where a connector reports them, and clicks: human ones, and what was filtered."""
    since = to_us(now) - LATELY_DAYS * DAY_US
    kinds = people_rows.kinds(tx, organisation, since, to_us(now))
    yield number("reach", "shares_28d", kinds.get("share", 0))
    viewers = rows.views(tx, organisation, since)
    if viewers is None:
        yield HealthRow("reach", "viewers_28d", "", "unknown", None)
    else:
        yield number("reach", "viewers_28d", viewers)
    yield number("reach", "clicks_28d", kinds.get("click", 0))
    raw, counted = rows.link_clicks(tx, organisation)
    yield number("reach", "link_clicks", raw)
    yield number("reach", "link_clicks_human", counted)
    yield number("reach", "link_clicks_filtered", raw - counted)


def recognition_rows(
    tx: Transaction, organisation: str, now: datetime, shown: Shown, minimum: int
) -> Iterator[HealthRow]:
    """Of those who did something in a quarter, how many nobody thanked, by segment; who stayed away is in no count."""
    since = to_us(now) - THANKS_DAYS * DAY_US
    segments = people_rows.segments(tx, organisation)
    doers = rows.active_ids(tx, organisation, since, to_us(now)) & set(segments)
    never = doers - rows.thanked_ids(tx, organisation, since)
    people = len(segments)
    yield telling("recognition", "contributors", told(people, len(doers), minimum), of=people)
    yield telling("recognition", "never_thanked", told(people, len(never), minimum), of=people)
    if told(people, len(doers), minimum).isdecimal() and told(people, len(never), minimum).isdecimal():
        yield number("recognition", "coverage", 1 - len(never) / len(doers) if doers else 0.0)
    sizes: dict[str, list[int]] = {}
    for person, segment in segments.items():
        row = sizes.setdefault(segment, [0, 0])
        row[0] += 1
        row[1] += person in never
    groups = [(name, size, count) for name, (size, count) in sizes.items() if name in shown.segments]
    for one in counts_told(groups, people, len(never), minimum):
        yield telling("never_thanked", "never_thanked", one.told, one.group, of=one.people)


def fairness_rows(
    tx: Transaction, organisation: str, now: datetime, shown: Shown, minimum: int
) -> Iterator[HealthRow]:
    """Points a share by segment, and the least-paid against the median one: rates alone, of which nothing can be subtracted.

    A segment in which fewer than the minimum shared has none: it would be those few people's.
    """
    day, since = now.date().toordinal() - LATELY_DAYS, to_us(now) - LATELY_DAYS * DAY_US
    earned, shared = rows.earned_by(tx, organisation, day), rows.shares_by(tx, organisation, since)
    kept = {one: row for one, row in sorted(shared.items()) if one in shown.segments}
    yield from _rates("fairness", earned, kept, minimum)


def tenure_rows(tx: Transaction, organisation: str, now: datetime, minimum: int) -> Iterator[HealthRow]:
    """Participation by tenure, where any first day is known; unknown tenure is a separate group."""
    day, since = now.date().toordinal() - LATELY_DAYS, to_us(now) - LATELY_DAYS * DAY_US
    earned: dict[str, int] = {}
    shared: dict[str, tuple[int, int]] = {}
    by_date = rows.shares_by(tx, organisation, since, rows.JOINED)
    for joined, amount in rows.earned_by(tx, organisation, day, rows.JOINED).items():
        group = _tenure(joined, now.date())
        earned[group] = earned.get(group, 0) + amount
    for joined, (shares, people) in by_date.items():
        group = _tenure(joined, now.date())
        before = shared.get(group, (0, 0))
        shared[group] = (before[0] + shares, before[1] + people)
    if set(by_date) - {None}:
        ordered = {group: shared[group] for group in GROUPS if group in shared}
        yield from _rates("fairness_tenure", earned, ordered, minimum)


def _tenure(joined: int | None, today: date) -> str:
    return tenure_of(None if joined is None else date.fromordinal(joined), today)


def _rates(
    section: str, earned: Mapping[str, int], shared: Mapping[str, tuple[int, int]], minimum: int
) -> Iterator[HealthRow]:
    rates = {
        one: earned.get(one, 0) / 1000 / shares
        for one, (shares, people) in shared.items()
        if people >= minimum
    }
    for group, rate in rates.items():
        yield number(section, "points_per_share", rate, group)
    ordered = sorted(rates.values())
    if len(ordered) > 1:
        middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        if middle > 0:
            yield number(section, "least_to_median", ordered[0] / middle)
