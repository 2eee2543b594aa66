"""Arrays that the scoring kernel works on: the scheme's tables, people's state, a batch of events, and the codes in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

(
    AWARDED,
    CAP_PARTIAL,
    CAP_REACHED,
    COOLDOWN,
    ALREADY_AWARDED,
    UNVERIFIED,
    CHANNEL_UNREWARDED,
    FADED,
    BADGE,
    BADGE_LOST,
    DECLARED,
    PROVEN,
    COMES_TO_ZERO,
) = range(13)
DAY, WEEK, MONTH, TOTAL = range(4)
WHOLE, ONE_OBJECT, ONE_PAIR = range(3)
OP_AND, OP_OR, OP_NOT, OP_SEGMENT, OP_CHANNEL, OP_TAG, OP_WEEKDAY, OP_QUANTITY, OP_VERIFICATION = range(9)
LESS, LESS_EQUAL, EQUAL, NOT_EQUAL, GREATER_EQUAL, GREATER = range(6)
METRIC_POINTS, METRIC_AWARDS, METRIC_COUNTER, METRIC_STREAK = range(4)
(
    AMOUNT,
    PER_UNIT,
    ONCE,
    VERIFICATION,
    UNPROVEN_NUMERATOR,
    UNPROVEN_DENOMINATOR,
    COOLDOWN_US,
    DECAY_NUMERATOR,
    DECAY_DENOMINATOR,
    DECAY_WINDOW,
    WHEN_START,
    WHEN_END,
    MULTIPLIER_START,
    MULTIPLIER_END,
    CAP_START,
    CAP_END,
    IDENTITY,
) = range(17)
RULE_COLUMNS = 17
RULES_FROM, RULES_TO, STEPS_FROM, STEPS_TO, STREAKS_FROM, STREAKS_TO, BADGES_FROM, BADGES_TO = range(8)
NEVER_HELD, HELD, LOST = range(3)
AWARDS, LAST_US, DECAY_IN, DECAY_COUNT = range(4)
LENGTH, LAST_DATE, FREEZES_LEFT, FREEZES_IN, BROKEN, TODAY, LONGEST = range(7)
RULE_WIDTH, CAP_WIDTH, COUNTER_WIDTH, STREAK_WIDTH = 4, 2, 2, 8
NEVER = -(1 << 60)
NOT_OFF = 0
CAP_SHIFT, WANTED_SHIFT = 8, 20
_CODE_MASK, _CAP_MASK = (1 << CAP_SHIFT) - 1, (1 << (WANTED_SHIFT - CAP_SHIFT)) - 1


class SchemeTables(NamedTuple):
    """A scheme as int64 arrays (`rewards.scoring.tables` makes them). An identity outlasts versions of the scheme.

    rule         [R, RULE_COLUMNS]  see the column names above
    multiplier   [M, 4]  numerator, denominator, condition start and end in `program` (equal: always)
    cap          [C, 4]  window, scope, millipoints, identity; the scheme's own caps are the last ones
    program      [P, 3]  postfix conditions: op, operand (a bit mask, or a comparison), value
    counter      [N, 5]  window, scope, 1 if an object counts once, identity, identity of the objects counted
    step         [T, 6]  counter, change, 1 if multiplied by the quantity, 1 if reset to 0, condition start and end
    badge        [B, 6]  requirement start and end, millipoints, 1 if permanent, 1 if held once for each object, identity
    requirement  [Q, 4]  group, metric, index of what is counted, least
    streak       [S, 7]  mask of required weekdays (Monday is bit 0), freezes, their window, most missed days and least events of
                         a repair, condition start and end
    holiday      [H, 2]  date, mask of segments (0: everybody), by date
    away         [A, 3]  streak, first and last date of a time in which no version of the scheme had it
    dispatch     [2K, 8] for kind x 2 + role: ranges in `listed` of the rules, steps, streaks and badges that an event concerns
    listed       [L]     their indices
    general      [4]     first of the scheme's own caps, mask of unrewarded channels, entries one event can make, and object
                         slots it can take
    """

    rule: Ints
    multiplier: Ints
    cap: Ints
    program: Ints
    counter: Ints
    step: Ints
    badge: Ints
    requirement: Ints
    streak: Ints
    holiday: Ints
    away: Ints
    dispatch: Ints
    listed: Ints
    general: Ints


class ScoreState(NamedTuple):
    """The scoring state of n people, int64. `columns` names the parts of a row.

    people   [n, width]  one row a person, so that an event touches few cache lines
    objects  [slots, 2]  key and value by open addressing: what was awarded, counted or used for one object or pair
    used     [1]         slots in use
    """

    people: Ints
    objects: Ints
    used: Ints


class StateColumns(NamedTuple):
    """Views into `ScoreState.people`.

    earned   [n]        millipoints so far (ranks)
    rule     [n, R, 4]  awards so far, instant of the last one, decay's window counted last and awards in it
    cap      [n, C, 2]  window counted last, millipoints used in it
    counter  [n, N, 2]  window counted last, count in it
    streak   [n, S, 8]  length, last date, freezes left (below zero: more used than are granted by now), window they were filled in,
                        length before a break that can be repaired, events on the last date, longest length, unused
    badge    [n, B]     NEVER_HELD, HELD or LOST
    """

    earned: Ints
    rule: Ints
    cap: Ints
    counter: Ints
    streak: Ints
    badge: Ints


class EventBatch(NamedTuple):
    """Events of many people, int64[k] each, in canonical order within a person.

    person, kind (-1: unknown to the scheme), object (key, >= 0), counterpart (key of the other person, -1: nobody), occurred_at_us,
    local_date (ordinal), month (12 x year + month - 1), channel (-1: none or unnamed), tags (mask), segment (-1: unnamed),
    verification (0 to 2), quantity, role (0 subject, 1 owner). `leave` [l, 3] holds person, first and last date of leave, by person;
    the last date NOT_OFF says that the holiday of some segments on the first is not the person's, whatever the event's segment.
    """

    person: Ints
    kind: Ints
    object: Ints
    counterpart: Ints
    occurred_at_us: Ints
    local_date: Ints
    month: Ints
    channel: Ints
    tags: Ints
    segment: Ints
    verification: Ints
    quantity: Ints
    role: Ints
    leave: Ints


class Awards(NamedTuple):
    """Entries in order: index of the event, of the rule (or badge, for BADGE and BADGE_LOST), millipoints and reason; int64[j] each.

    The reason of a capped entry holds in its higher bits which cap it was and what it would have been (`capped`).
    """

    event: Ints
    item: Ints
    amount_millipoints: Ints
    reason: Ints


def reason_code(reason: int) -> int:
    """The code of a reason, such as CAP_PARTIAL."""
    return reason & _CODE_MASK


def capped(reason: int) -> tuple[int, int]:
    """(index of the cap that was reached, millipoints wanted) of an entry whose code is CAP_PARTIAL or CAP_REACHED."""
    return (reason >> CAP_SHIFT) & _CAP_MASK, reason >> WANTED_SHIFT


NO_LEAVE: Ints = np.empty((0, 3), dtype=np.int64)


def _parts(tables: SchemeTables) -> tuple[int, ...]:
    return (
        1,
        RULE_WIDTH * tables.rule.shape[0],
        CAP_WIDTH * tables.cap.shape[0],
        COUNTER_WIDTH * tables.counter.shape[0],
        STREAK_WIDTH * tables.streak.shape[0],
        tables.badge.shape[0],
    )


def columns(tables: SchemeTables, state: ScoreState) -> StateColumns:
    """The state's columns by name; writing to them writes to the state."""
    ends = np.cumsum(_parts(tables))
    people = state.people
    n = people.shape[0]
    part = [people[:, end - size : end] for size, end in zip(_parts(tables), ends.tolist(), strict=True)]
    return StateColumns(
        earned=part[0][:, 0],
        rule=part[1].reshape(n, tables.rule.shape[0], RULE_WIDTH),
        cap=part[2].reshape(n, tables.cap.shape[0], CAP_WIDTH),
        counter=part[3].reshape(n, tables.counter.shape[0], COUNTER_WIDTH),
        streak=part[4].reshape(n, tables.streak.shape[0], STREAK_WIDTH),
        badge=part[5],
    )


def new_state(tables: SchemeTables, n_people: int, object_slots: int = 64) -> ScoreState:
    """The state of people who have done nothing yet."""

    def zeros(*shape: int) -> Ints:
        return np.zeros(shape, dtype=np.int64)

    state = ScoreState(zeros(n_people, sum(_parts(tables))), *new_objects(object_slots))
    view = columns(tables, state)
    view.rule[:, :, (LAST_US, DECAY_IN)] = NEVER
    view.cap[:, :, 0] = NEVER
    view.counter[:, :, 0] = NEVER
    view.streak[:, :, (LAST_DATE, FREEZES_IN)] = NEVER
    return state


def new_objects(slots: int = 64) -> tuple[Ints, Ints]:
    """An empty table of objects, and how many slots of it are used."""
    return np.zeros((slots, 2), dtype=np.int64), np.zeros(1, dtype=np.int64)
