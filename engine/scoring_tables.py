"""Arrays that the scoring kernel works on: the scheme's tables, people's state, a batch of events, and the codes in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

AWARDED, CAP_PARTIAL, CAP_REACHED, COOLDOWN, ALREADY_AWARDED, UNVERIFIED, CHANNEL_UNREWARDED, FADED, BADGE = (
    range(9)
)
DAY, WEEK, MONTH, TOTAL = range(4)
OP_AND, OP_OR, OP_NOT, OP_SEGMENT, OP_CHANNEL, OP_TAG, OP_WEEKDAY, OP_QUANTITY, OP_VERIFICATION = range(9)
LESS, LESS_EQUAL, EQUAL, NOT_EQUAL, GREATER_EQUAL, GREATER = range(6)
METRIC_POINTS, METRIC_AWARDS, METRIC_EVENTS, METRIC_STREAK = range(4)
(
    KIND,
    ROLE,
    AMOUNT,
    PER_UNIT,
    ONCE,
    VERIFICATION,
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
NEVER = -(1 << 60)


class SchemeTables(NamedTuple):
    """A scheme as int64 arrays (`rewards.tables` makes them).

    rule         [R, RULE_COLUMNS]  see the column names above; an identity outlasts versions of the scheme
    multiplier   [M, 4]  numerator, denominator, condition start and end in `program` (equal: always)
    cap          [C, 4]  window, 1 if counted per object, millipoints, identity; the scheme's own caps are the last ones
    program      [P, 3]  postfix conditions: op, operand (a bit mask, or a comparison), value
    badge        [B, 3]  requirement start and end, millipoints
    requirement  [Q, 4]  group, metric, index of what is counted, least
    streak       [S, 3]  mask of kinds, mask of required weekdays (Monday is bit 0), freezes
    general      [3]     first of the scheme's own caps, mask of unrewarded channels, number of kinds
    """

    rule: Ints
    multiplier: Ints
    cap: Ints
    program: Ints
    badge: Ints
    requirement: Ints
    streak: Ints
    general: Ints


class ScoreState(NamedTuple):
    """What scoring remembers of n people, int64.

    cap_window, cap_used      [n, C]  window counted last, millipoints used in it
    last_award_us             [n, R]
    decay_window, decay_count [n, R]  window counted last, awards in it
    awards                    [n, R]  awards so far
    events                    [n, K]  events so far, by kind
    earned                    [n]     millipoints so far (ranks)
    badges                    [n, B]  1 if held
    streak                    [n, S, 4]  length, last date, freezes left, excused days counted by then
    object_keys, object_values [slots] open addressing: what was awarded or used for one object
    object_count              [1]     slots in use
    """

    cap_window: Ints
    cap_used: Ints
    last_award_us: Ints
    decay_window: Ints
    decay_count: Ints
    awards: Ints
    events: Ints
    earned: Ints
    badges: Ints
    streak: Ints
    object_keys: Ints
    object_values: Ints
    object_count: Ints


class EventBatch(NamedTuple):
    """Events of many people, int64[k] each, in canonical order within a person.

    person, kind (-1: unknown to the scheme), object (key, >= 0), occurred_at_us, local_date (ordinal), month (12 x year + month - 1),
    channel (-1: none or unnamed), tags (mask), segment (-1: unnamed), verification (0 to 2), quantity, role (0 subject, 1 owner),
    excused (required days excused by leave up to this date, a running count).
    """

    person: Ints
    kind: Ints
    object: Ints
    occurred_at_us: Ints
    local_date: Ints
    month: Ints
    channel: Ints
    tags: Ints
    segment: Ints
    verification: Ints
    quantity: Ints
    role: Ints
    excused: Ints


class Awards(NamedTuple):
    """Entries in order: index of the event, of the rule (or badge, where reason is BADGE), millipoints and reason; int64[j] each."""

    event: Ints
    item: Ints
    amount_millipoints: Ints
    reason: Ints


def new_state(tables: SchemeTables, n_people: int, object_slots: int = 64) -> ScoreState:
    """The state of people who have done nothing yet."""
    rules, caps = tables.rule.shape[0], tables.cap.shape[0]
    badges, streaks = tables.badge.shape[0], tables.streak.shape[0]

    def zeros(*shape: int) -> Ints:
        return np.zeros(shape, dtype=np.int64)

    streak = zeros(n_people, streaks, 4)
    streak[:, :, 1] = NEVER
    streak[:, :, 2] = tables.streak[:, 2]
    return ScoreState(
        cap_window=np.full((n_people, caps), NEVER, dtype=np.int64),
        cap_used=zeros(n_people, caps),
        last_award_us=np.full((n_people, rules), NEVER, dtype=np.int64),
        decay_window=np.full((n_people, rules), NEVER, dtype=np.int64),
        decay_count=zeros(n_people, rules),
        awards=zeros(n_people, rules),
        events=zeros(n_people, int(tables.general[2])),
        earned=zeros(n_people),
        badges=zeros(n_people, badges),
        streak=streak,
        object_keys=zeros(object_slots),
        object_values=zeros(object_slots),
        object_count=zeros(1),
    )


def copy_state(state: ScoreState) -> ScoreState:
    """A state that shares no memory with `state`."""
    return ScoreState(*(part.copy() for part in state))


def with_object_slots(state: ScoreState, slots: int) -> ScoreState:
    """The same state over an object table of `slots` slots (more than are in use)."""
    keys, values = np.zeros(slots, dtype=np.int64), np.zeros(slots, dtype=np.int64)
    used = np.flatnonzero(state.object_keys)
    for key, value in zip(state.object_keys[used].tolist(), state.object_values[used].tolist(), strict=True):
        slot = key % slots
        while keys[slot]:
            slot = (slot + 1) % slots
        keys[slot], values[slot] = key, value
    return state._replace(object_keys=keys, object_values=values)
