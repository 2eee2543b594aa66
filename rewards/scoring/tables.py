"""A scheme compiled to the scoring kernel's integer tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from engine import scoring_tables as codes
from engine.scoring_plain import PlainTables
from engine.scoring_tables import Ints, SchemeTables, new_state
from rewards.document import content_hash
from rewards.events import VERIFICATION_LEVEL, object_key
from rewards.scheme.achievements import COUNTED, Badge, Requirement
from rewards.scheme.earning import Cap, Rule
from rewards.scheme.limits import refuse_overflow
from rewards.scheme.quantities import Window, millipoints
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.carrying import Part, parts_of
from rewards.scoring.vocabulary import PredicateProgram, Vocabulary, vocabulary_of, weekday_mask

_WINDOWS = {"day": codes.DAY, "week": codes.WEEK, "month": codes.MONTH, "total": codes.TOTAL}
_SCOPES = {"rule": codes.WHOLE, "object": codes.ONE_OBJECT, "pair": codes.ONE_PAIR}
Row = tuple[int, ...]


class Limit(NamedTuple):
    """A cap as the tables have it: of a rule (its id), or of all rules together (no id)."""

    rule: str
    cap: Cap


@dataclass(frozen=True)
class CompiledScheme:
    """A scheme with its tables, vocabulary, content hash and caps in the order of the tables.

    `parts`: parts with state, by names that are stable across versions.
    """

    scheme: IncentiveScheme
    badges: tuple[Badge, ...]
    tables: SchemeTables
    vocabulary: Vocabulary
    hash: str
    caps: tuple[Limit, ...]
    parts: tuple[Part, ...]

    @cached_property
    def plain_tables(self) -> PlainTables:
        """The tables for the kernel uncompiled."""
        return PlainTables.of(self.tables)

    @cached_property
    def fresh_row(self) -> list[int]:
        """The initial scoring state of a person."""
        row: list[int] = new_state(self.tables, 1, 1).people[0].tolist()
        return row

    @cached_property
    def badges_by_id(self) -> dict[str, Badge]:
        """Every badge, levels included."""
        return {badge.id: badge for badge in self.badges}

    @cached_property
    def explained(self) -> dict[tuple[int, int, int], Any]:
        """Entries of the kernel put into words before (`rewards.scoring.award`): most awards of a scheme are alike."""
        return {}


def _matrix(rows: Iterable[Row], columns: int) -> Ints:
    found = list(rows)
    return np.array(found, dtype=np.int64).reshape(len(found), columns)


def _identity(name: str) -> int:
    """A number for a name that stays the same in later versions of the scheme."""
    return object_key(name) >> 32


def _what_counted(need: Requirement) -> tuple[str, ...]:
    return need.metric, need.of, need.beneficiary, need.scope, need.window


def _how_counted(need: Requirement) -> tuple[str, str]:
    when = need.model_dump_json(include={"when"}) if need.when else ""
    return need.per_object, when


class _Builder:
    """Collects the rows of all tables."""

    def __init__(self, scheme: IncentiveScheme) -> None:
        self.scheme = scheme
        self.vocabulary = vocabulary_of(scheme)
        self.program = PredicateProgram(self.vocabulary)
        self.multipliers: list[Row] = []
        self.caps: list[Row] = []
        self.cap_names: list[str] = []
        self.limits: list[Limit] = []
        self.counters: list[Row] = []
        self.counter_names: list[str] = []
        self.steps: list[Row] = []
        self.needs: list[Row] = []
        slots = range(2 * len(self.vocabulary.kinds))
        self.concerned: list[tuple[list[int], list[int], list[int], list[int]]] = [
            ([], [], [], []) for _ in slots
        ]

    def slot(self, kind: str, beneficiary: str) -> int:
        """Row of the dispatch table."""
        return 2 * self.vocabulary.kind_codes[kind] + int(beneficiary == "owner")

    def rule(self, index: int, rule: Rule) -> Row:
        """The rule's row; its conditions, multipliers and caps are added to their tables."""
        # Rows of other tables are named by ranges, so each rule's own must be added before the next rule's.
        when = self.program.add(rule.when)
        first_multiplier, first_cap = len(self.multipliers), len(self.caps)
        for m in rule.multipliers:
            self.multipliers.append((m.factor.numerator, m.factor.denominator, *self.program.add(m.when)))
        self.add_caps(rule.id, rule.caps)
        factor, window = (rule.decay.factor, rule.decay.window) if rule.decay else (1, "total")
        self.concerned[self.slot(rule.on, rule.beneficiary)][0].append(index)
        return (
            millipoints(rule.points),
            int(rule.per == "unit"),
            int(rule.per_object == "once"),
            VERIFICATION_LEVEL[rule.verification],
            rule.until_verified.numerator,
            rule.until_verified.denominator,
            rule.cooldown_minutes * 60_000_000,
            factor.numerator,
            factor.denominator,
            _WINDOWS[window],
            *when,
            first_multiplier,
            len(self.multipliers),
            first_cap,
            len(self.caps),
            _identity(rule.id),
        )

    def add_caps(self, owner: str, caps: tuple[Cap, ...]) -> None:
        """Add the caps of a rule, known by rule, window and scope. Of several with the same key only the tightest matters."""
        tightest: dict[tuple[Window, str], Cap] = {}
        for cap in caps:
            known = tightest.get((cap.window, cap.scope), cap)
            tightest[cap.window, cap.scope] = min(known, cap, key=lambda one: one.points)
        for (window, scope), cap in tightest.items():
            name = f"{owner}/{window}/{scope}"
            self.cap_names.append(name)
            self.limits.append(Limit(owner, cap))
            self.caps.append((_WINDOWS[window], _SCOPES[scope], millipoints(cap.points), _identity(name)))

    def badge(self, index: int, badge: Badge) -> Row:
        """The badge's row; its requirements and counters are added to their tables."""
        first = len(self.needs)
        for number, group in enumerate(badge.groups):
            for need in group:
                metric, of = self._counted_by(badge, need)
                # Requirements are in points; the kernel compares millipoints.
                least = need.at_least * 1000 if need.metric == "points" else need.at_least
                self.needs.append((number, metric, of, least))
        return (
            first,
            len(self.needs),
            millipoints(badge.points),
            int(badge.permanent),
            int(badge.once_per == "object"),
            _identity(f"badge/{badge.id}"),
        )

    def _counted_by(self, badge: Badge, need: Requirement) -> tuple[int, int]:
        match need.metric:
            case "points":
                return codes.METRIC_POINTS, 0
            case "awards":
                return codes.METRIC_AWARDS, [rule.id for rule in self.scheme.rules].index(need.of)
            case "streak":
                return codes.METRIC_STREAK, [streak.id for streak in self.scheme.streaks].index(need.of)
            case _:
                return codes.METRIC_COUNTER, self._counter(badge, need)

    def _counter(self, badge: Badge, need: Requirement) -> int:
        """The badge's counter for this requirement; the badge's levels share it."""
        name = self._counter_name(badge, need)
        if name in self.counter_names:
            return self.counter_names.index(name)
        index = len(self.counters)
        self.counter_names.append(name)
        # Two identities: one for the count, one for the marks of objects that were counted once.
        scope = codes.ONE_OBJECT if need.scope == "object" else codes.WHOLE
        once = int(need.per_object == "once")
        self.counters.append((_WINDOWS[need.window], scope, once, _identity(name), _identity(f"seen/{name}")))
        # The counter goes up by the requirement's own step, and down by one step for each penalty.
        self._step(
            need.of,
            need.beneficiary,
            (index, 1, int(need.metric == "quantity"), 0, *self.program.add(need.when)),
        )
        for penalty in badge.penalties:
            takes = penalty.takes
            # The columns after `change` make the kernel multiply by the quantity, or set to 0.
            change = -takes if isinstance(takes, int) else -1 if takes == "quantity" else 0
            row = (
                index,
                change,
                int(takes == "quantity"),
                int(takes == "all"),
                *self.program.add(penalty.when),
            )
            self._step(penalty.on, penalty.beneficiary, row)
        return index

    def _counter_name(self, badge: Badge, need: Requirement) -> str:
        """The name of a badge's counter. It includes the condition only where the badge has several counters of the same kind."""
        whose = badge.id.split(".")[0]
        alike = {
            _how_counted(other)
            for group in badge.groups
            for other in group
            if _what_counted(other) == _what_counted(need)
        }
        return "/".join((whose, *_what_counted(need), *(_how_counted(need) if len(alike) > 1 else ())))

    def _step(self, kind: str, beneficiary: str, row: Row) -> None:
        self.concerned[self.slot(kind, beneficiary)][1].append(len(self.steps))
        self.steps.append(row)

    def streaks(self) -> list[Row]:
        """Every streak's row."""
        rows: list[Row] = []
        for index, s in enumerate(self.scheme.streaks):
            # A kind named twice would advance the streak twice for one event.
            for kind in dict.fromkeys(s.kinds):
                self.concerned[self.slot(kind, "subject")][2].append(index)
            repair = (s.repair.missed_days, s.repair.events) if s.repair else (0, 0)
            when = self.program.add(s.when)
            rows.append((weekday_mask(s.days), s.freezes, _WINDOWS[s.freeze_window], *repair, *when))
        return rows

    def holidays(self) -> list[Row]:
        """Every holiday's row."""
        codes_of = self.vocabulary.segment_codes
        return [
            (holiday.date.toordinal(), sum({1 << codes_of[name] for name in holiday.segments}))
            for holiday in self.scheme.calendar.holidays
        ]

    def place_badges(self, badges: tuple[Badge, ...]) -> None:
        """The badges that an event can advance, by kind and role, in the scheme's order."""
        with_rules = {slot for slot, found in enumerate(self.concerned) if found[0]}
        touching = [self._slots(badge, with_rules) for badge in badges]
        # A badge with points advances badges that require points, wherever it can be won.
        paying = {
            slot for badge, slots in zip(badges, touching, strict=True) if badge.points for slot in slots
        }
        for index, (badge, slots) in enumerate(zip(badges, touching, strict=True)):
            needs = [need for group in badge.groups for need in group]
            asks_points = any(need.metric == "points" for need in needs)
            lapses = not badge.permanent and any(need.window != "total" for need in needs)
            mixed = any(len({need.scope for need in group}) == 2 for group in badge.groups)
            if lapses or mixed:
                # A new window takes away what was reached in the old one, whatever happens first in it; and what was
                # reached within an object may have waited for something else until somebody comes back to it.
                slots = set(range(len(self.concerned)))
            for slot in sorted(slots | paying if asks_points else slots):
                self.concerned[slot][3].append(index)

    def _slots(self, badge: Badge, with_rules: set[int]) -> set[int]:
        slots: set[int] = set()
        for need in (need for group in badge.groups for need in group):
            match need.metric:
                case "points":
                    slots |= with_rules
                case "awards":
                    slots |= {self.slot(r.on, r.beneficiary) for r in self.scheme.rules if r.id == need.of}
                case "streak":
                    kinds = next(s.kinds for s in self.scheme.streaks if s.id == need.of)
                    slots |= {self.slot(kind, "subject") for kind in kinds}
                case _:
                    slots.add(self.slot(need.of, need.beneficiary))
        if any(need.metric in COUNTED for group in badge.groups for need in group):
            slots |= {self.slot(penalty.on, penalty.beneficiary) for penalty in badge.penalties}
        return slots

    def dispatch(self) -> tuple[Ints, Ints, int, int]:
        """The dispatch table, the lists it points into, and the most entries and object slots of one event."""
        rows: list[Row] = []
        listed: list[int] = []
        # The kernel stops before an event whose entries or new slots might not fit; the bounds here are for the worst event.
        most_entries, most_slots = 1, 0
        object_caps = sum(row[1] != codes.WHOLE for row in self.caps)
        for found in self.concerned:
            ends = []
            for part in found:
                ends += [len(listed), len(listed) + len(part)]
                listed += part
            rows.append(tuple(ends))
            rules, steps, _, badges = (len(part) for part in found)
            most_entries = max(most_entries, rules + badges)
            most_slots = max(most_slots, rules * (1 + object_caps) + 2 * steps + badges)
        return _matrix(rows, 8), np.array(listed, dtype=np.int64), most_entries, most_slots


def compile_scheme(scheme: IncentiveScheme) -> CompiledScheme:
    """The scheme's tables. Raises SchemeError where totals could overflow int64 or too many names are used."""
    refuse_overflow(scheme)
    b = _Builder(scheme)
    badges = scheme.every_badge
    rules = [b.rule(index, rule) for index, rule in enumerate(scheme.rules)]
    # Caps over all rules come last, so that one number separates them from the rules' own.
    own_caps = len(b.caps)
    b.add_caps("", scheme.caps)
    badge_rows = [b.badge(index, badge) for index, badge in enumerate(badges)]
    streaks = b.streaks()
    b.place_badges(badges)
    dispatch, listed, most_entries, most_slots = b.dispatch()
    unrewarded = sum({1 << b.vocabulary.channel_code(name) for name in scheme.unpaid_channels})
    tables = SchemeTables(
        rule=_matrix(rules, codes.RULE_COLUMNS),
        multiplier=_matrix(b.multipliers, 4),
        cap=_matrix(b.caps, 4),
        program=_matrix(b.program.steps, 3),
        counter=_matrix(b.counters, 5),
        step=_matrix(b.steps, 6),
        badge=_matrix(badge_rows, 6),
        requirement=_matrix(b.needs, 4),
        streak=_matrix(streaks, 7),
        holiday=_matrix(b.holidays(), 2),
        away=_matrix((), 3),
        dispatch=dispatch,
        listed=listed,
        general=np.array([own_caps, unrewarded, most_entries, most_slots], dtype=np.int64),
    )
    parts = parts_of(scheme, badges, b.cap_names, b.counter_names)
    return CompiledScheme(scheme, badges, tables, b.vocabulary, content_hash(scheme), tuple(b.limits), parts)
