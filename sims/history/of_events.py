"""A history from recorded events: an event log, or the events of the live program."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from rewards.events import DIGEST_VISIT, ENROLLED, LEFT, PAUSED, Event
from sims.doctor import version
from sims.history.counting import Counts, HistoryError, Member, dense, quarters, splits_of
from sims.history.series import ALL, MEASURES, WEEK_DAYS, History, HistoryPhase, Values

LEDGER = "ledger"
"""The source whose events are in canonical order, and each of them once."""
COUNTED = {
    "share": "shares", "click": "clicks", "lead": "leads", "kudos": "thanks", "comment": "reactions", "reaction": "reactions",
    "like": "reactions", "repost": "reactions", DIGEST_VISIT: "opens",
}  # fmt: skip
"""The measure of each kind of event; of a kind with a dot, such as reaction.celebrate, the part before the dot decides."""
ALWAYS = ("active_sharers", "weekly_sharers", "shares", "clicks")
LIVE = ("opens", *ALWAYS, "thanks")
"""Measures that the live program always observes. Others (and in a log, others than `ALWAYS`) count as observed only where an event of
them exists: leads and reactions are reported by connectors, and are unknown without one."""
Happening = tuple[str, str, int, float]
"""(person, measure, day, quantity) of an occurrence that is not an event, such as a badge."""


@dataclass(frozen=True)
class About:
    """Data in addition to the events.

    `beside` are occurrences that are not events, `beside_measures` their possible measures; `until` is the last complete day.
    """

    source: str = "events"
    organisation: str = ""
    members: Mapping[str, Member] = field(default_factory=dict)
    phases: Sequence[HistoryPhase] = ()
    beside: Sequence[Happening] = ()
    beside_measures: Sequence[str] = ()
    until: date | None = None


def history_of_events(events: Iterable[Event], about: About) -> History:
    """The history of all events up to the last day, by local date. Undone events and duplicates are not counted.

    Clicks and leads count for the owner of the link. Raises HistoryError without any event.
    """
    counts = Counts()
    quarter = quarters(about.members)
    sharers: dict[str, set[int]] = {}
    week: dict[str, set[int]] = {}
    moves: list[tuple[int, str, bool]] = []
    for event in events if about.source == LEDGER else _once(events):
        if event.frozen and event.frozen.reversed_at:
            continue
        who, segment, day = _whose(event, about.members)
        if about.until is not None and day > about.until.toordinal():
            continue
        member = about.members.get(who)
        splits = splits_of(segment, member.team if member else None, member, quarter.get(who))
        if event.kind in (ENROLLED, PAUSED, LEFT):
            moves.append((day, who, event.kind == ENROLLED))
        measure = COUNTED.get(event.kind) or COUNTED.get(event.kind.partition(".")[0])
        if measure is not None:
            counts.add(splits, measure, day, event.quantity)
        if measure == "shares" and event.quantity and day not in sharers.setdefault(who, set()):
            sharers[who].add(day)
            counts.add(splits, "active_sharers", day, 1)
            known = week.setdefault(who, set())
            for later in range(day, day + WEEK_DAYS):
                if later not in known:
                    known.add(later)
                    counts.add(splits, "weekly_sharers", later, 1)
    for who, measure, day, quantity in about.beside:
        if about.until is None or day <= about.until.toordinal():
            counts.add(_splits(who, about.members, quarter), measure, day, quantity)
    days = sorted({*counts.days(but="weekly_sharers"), *(day for day, _, _ in moves)})
    if not days:
        raise HistoryError("got no event that is counted; a history needs at least one; name another source")
    first, last = days[0], days[-1] if about.until is None else about.until.toordinal()
    joined = _joined(counts, moves, about.members, quarter)
    names = (*(LIVE if about.source == LEDGER else ALWAYS), *counts.found[ALL])
    series = dense(counts, first, last, dict.fromkeys((*names, *about.beside_measures, *joined)))
    if moves:
        _add_enrolled(series, _levels(moves, about.members, quarter, (first, last)))
    return History(
        groundswell=version(),
        source="ledger" if about.source == LEDGER else "events",
        organisation=about.organisation,
        first=date.fromordinal(first),
        periods=last - first + 1,
        headcount=len(about.members) or None,
        phases=tuple(about.phases),
        warnings=_warnings(series, about),
        series={split: _in_order(measures) for split, measures in series.items()},
    )


def _once(events: Iterable[Event]) -> Iterator[Event]:
    """The events of a log in canonical order, each id once; the ledger's come so."""
    seen: set[tuple[str, str]] = set()
    for event in sorted(events, key=lambda one: (one.occurred_at, one.source, one.id)):
        if (event.source, event.id) not in seen:
            seen.add((event.source, event.id))
            yield event


def _whose(event: Event, members: Mapping[str, Member]) -> tuple[str, str | None, int]:
    """(person, segment, local day) that an event counts for."""
    frozen = event.frozen
    owned = event.kind in ("click", "lead") and event.owner is not None and event.owner != event.subject
    who = event.owner if owned and event.owner is not None else event.subject
    member = members.get(who, Member())
    if owned:
        segment = frozen.owner_segment if frozen else None
        day = frozen.owner_date if frozen else None
    else:
        segment, day = (frozen.segment if frozen else None), event.local_date
    local = day or event.occurred_at.astimezone(ZoneInfo(member.zone)).date()
    return who, segment or member.segment, local.toordinal()


def _splits(who: str, members: Mapping[str, Member], quarter: Mapping[str, str]) -> list[str]:
    member = members.get(who, Member())
    return splits_of(member.segment, member.team, member, quarter.get(who))


def _joined(
    counts: Counts,
    moves: Sequence[tuple[int, str, bool]],
    members: Mapping[str, Member],
    quarter: Mapping[str, str],
) -> tuple[str, ...]:
    """Count enrolments; returns the measure's name, where membership is known at all."""
    inside: set[str] = set()
    for day, who, enters in moves:
        if enters and who not in inside:
            counts.add(_splits(who, members, quarter), "joined", day, 1)
        (inside.add if enters else inside.discard)(who)
    return ("joined",) if moves else ()


def _levels(
    moves: Sequence[tuple[int, str, bool]],
    members: Mapping[str, Member],
    quarter: Mapping[str, str],
    span: tuple[int, int],
) -> dict[str, Values]:
    """Number enrolled at the end of each day, by split."""
    first, last = span
    change: dict[str, dict[int, int]] = {ALL: {}}
    inside: set[str] = set()
    for day, who, enters in moves:
        if enters != (who in inside):
            (inside.add if enters else inside.discard)(who)
            for split in _splits(who, members, quarter):
                days = change.setdefault(split, {})
                days[day] = days.get(day, 0) + (1 if enters else -1)
    found: dict[str, Values] = {}
    for split, days in change.items():
        level, levels = 0, []
        for day in range(first, last + 1):
            level += days.get(day, 0)
            levels.append(float(level))
        found[split] = tuple(levels)
    return found


def _add_enrolled(series: dict[str, dict[str, Values]], levels: Mapping[str, Values]) -> None:
    nobody: Values = (0.0,) * len(levels[ALL])
    for split, measures in series.items():
        measures["enrolled"] = levels.get(split, nobody)


def _in_order(measures: Mapping[str, Values]) -> dict[str, Values]:
    return {name: measures[name] for name in MEASURES if name in measures}


def _warnings(series: Mapping[str, Mapping[str, Values]], about: About) -> tuple[str, ...]:
    notes = []
    if not any(any(values) for values in series[ALL].values()):
        notes.append("every value is zero: nothing can be learnt from it but that")
    if not about.members:
        notes.append("without people there are no teams, arms or contacts to count by; name a people file")
    return tuple(notes)
