"""The one scoring kernel: integer Python that numba compiles for the simulation and the live program runs as it is.

`score_batch` scores many people's events compiled; with `compiled=False` the same source runs uncompiled (`.py_func`), which is
what the live program does for one person and one event, so that no web request ever waits for a compiler. Both give equal results.

Amounts are int64 millipoints, instants int64 microseconds since 1970 UTC, dates proleptic ordinals (int64), codes small ints.
Order of arithmetic for a rule: base (x quantity), decay once for each earlier award of the window, multipliers in order, every
division rounding down; then caps, the tightest wins. Where nothing is awarded, neither cooldown nor object is used up.
Tested against a slow reference written independently (tests/engine/test_scoring.py).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numba.extending import register_jitable

from engine.scoring_tables import (
    ALREADY_AWARDED,
    AMOUNT,
    AWARDED,
    BADGE,
    CAP_END,
    CAP_PARTIAL,
    CAP_REACHED,
    CAP_START,
    CHANNEL_UNREWARDED,
    COOLDOWN,
    COOLDOWN_US,
    DAY,
    DECAY_DENOMINATOR,
    DECAY_NUMERATOR,
    DECAY_WINDOW,
    EQUAL,
    FADED,
    GREATER_EQUAL,
    IDENTITY,
    KIND,
    LESS,
    LESS_EQUAL,
    METRIC_AWARDS,
    METRIC_EVENTS,
    METRIC_POINTS,
    MONTH,
    MULTIPLIER_END,
    MULTIPLIER_START,
    NEVER,
    NOT_EQUAL,
    ONCE,
    OP_AND,
    OP_CHANNEL,
    OP_NOT,
    OP_OR,
    OP_QUANTITY,
    OP_SEGMENT,
    OP_TAG,
    OP_WEEKDAY,
    PER_UNIT,
    ROLE,
    UNVERIFIED,
    VERIFICATION,
    WEEK,
    WHEN_END,
    WHEN_START,
    Awards,
    EventBatch,
    SchemeTables,
    ScoreState,
    with_object_slots,
)

_FIRST_PRIME, _SECOND_PRIME = 2_147_483_647, 2_147_483_629


def score_batch(
    tables: SchemeTables, state: ScoreState, batch: EventBatch, compiled: bool = True
) -> tuple[ScoreState, Awards]:
    """Score the events; returns the new state and the entries. `state` is used up: only the returned one may be used after.

    Every rule that matches an event gives one entry, of zero too, then every badge newly held. Equal for `compiled` or not.
    """
    events = batch.person.shape[0]
    needed = 2 * (int(state.object_count[0]) + events * _most_objects(tables) + 1)
    if needed > state.object_keys.shape[0]:
        state = with_object_slots(state, 1 << (needed - 1).bit_length())
    most = events * tables.rule.shape[0] + state.badges.shape[0] * tables.badge.shape[0]
    out = np.zeros((4, most), dtype=np.int64)
    count = (_score if compiled else _score.py_func)(tables, state, batch, out)
    return state, Awards(out[0, :count], out[1, :count], out[2, :count], out[3, :count])


def _most_objects(tables: SchemeTables) -> int:
    """Slots of the object table that one event can take."""
    return int(tables.rule[:, ONCE].sum() + (tables.cap[:, 1] == 1).sum())


@register_jitable
def _holds(program, start, end, segment, channel, tags, weekday, quantity, verification):  # type: ignore[no-untyped-def]
    """Whether the postfix condition holds; an empty one does. The stack is the bits of one integer."""
    if start == end:
        return True
    stack = 0
    for at in range(start, end):
        op, operand, value = int(program[at, 0]), int(program[at, 1]), int(program[at, 2])
        if op == OP_AND:
            stack = (stack >> 2 << 1) | (stack & (stack >> 1) & 1)
        elif op == OP_OR:
            stack = (stack >> 2 << 1) | ((stack | (stack >> 1)) & 1)
        elif op == OP_NOT:
            stack = stack ^ 1
        else:
            truth = False
            if op == OP_SEGMENT:
                truth = segment >= 0 and (operand >> segment) & 1 == 1
            elif op == OP_CHANNEL:
                truth = channel >= 0 and (operand >> channel) & 1 == 1
            elif op == OP_TAG:
                truth = (operand & tags) != 0
            elif op == OP_WEEKDAY:
                truth = (operand >> weekday) & 1 == 1
            else:
                left = quantity if op == OP_QUANTITY else verification
                if operand == LESS:
                    truth = left < value
                elif operand == LESS_EQUAL:
                    truth = left <= value
                elif operand == EQUAL:
                    truth = left == value
                elif operand == NOT_EQUAL:
                    truth = left != value
                elif operand == GREATER_EQUAL:
                    truth = left >= value
                else:
                    truth = left > value
            stack = (stack << 1) | (1 if truth else 0)
    return stack & 1 == 1


@register_jitable
def _window(window, local_date, month):  # type: ignore[no-untyped-def]
    if window == DAY:
        return local_date
    if window == WEEK:
        return (local_date - 1) // 7
    if window == MONTH:
        return month
    return 0


@register_jitable
def _object_slot(keys, person, what, item, window):  # type: ignore[no-untyped-def]
    """Slot of (person, what, object, window), used or free. Products stay below 2**63 in Python and compiled alike."""
    high = (person + 1) % _FIRST_PRIME
    low = (person + 1) % _SECOND_PRIME
    for part in (what + 1, item, window + 1):
        high = (high * 48_271 + part % _FIRST_PRIME) % _FIRST_PRIME
        low = (low * 69_621 + part % _SECOND_PRIME) % _SECOND_PRIME
    key = high * 2_147_483_648 + low + 1
    size = keys.shape[0]
    slot = key % size
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) % size
    return slot, key


@register_jitable
def _advance_streak(required, state, local_date, excused):  # type: ignore[no-untyped-def]
    """Count one active date: unbroken if every required day between was excused or covered by a freeze."""
    last = int(state[1])
    if local_date <= last:
        return
    if last == NEVER:
        state[0] = 1
    else:
        missed = 0
        for weekday in range(7):
            if (required >> weekday) & 1 == 1:
                first = last + 1 + (weekday - last % 7) % 7
                if first < local_date:
                    missed += (local_date - 1 - first) // 7 + 1
        missed -= min(missed, excused - int(state[3]))
        if missed <= int(state[2]):
            state[2] -= missed
            state[0] += 1
        else:
            state[0] = 1
    state[1] = local_date
    state[3] = excused


@register_jitable
def _amount(tables, rule, uses, quantity, segment, channel, tags, weekday, verification):  # type: ignore[no-untyped-def]
    """Millipoints before caps."""
    amount = int(rule[AMOUNT])
    if rule[PER_UNIT] == 1:
        amount *= quantity
    numerator, denominator = int(rule[DECAY_NUMERATOR]), int(rule[DECAY_DENOMINATOR])
    if numerator != denominator:
        left = uses
        while left > 0 and amount > 0:
            amount = amount * numerator // denominator
            left -= 1
    for at in range(int(rule[MULTIPLIER_START]), int(rule[MULTIPLIER_END])):
        m = tables.multiplier[at]
        if _holds(
            tables.program, int(m[2]), int(m[3]), segment, channel, tags, weekday, quantity, verification
        ):
            amount = amount * int(m[0]) // int(m[1])
    return amount


@register_jitable
def _room(tables, state, person, rule, item, local_date, month):  # type: ignore[no-untyped-def]
    """Millipoints that the tightest cap still allows; -1 where no cap applies."""
    room = -1
    n_caps = tables.cap.shape[0]
    own = int(tables.general[0])
    for at in range(n_caps):
        if at >= own or (rule[CAP_START] <= at and at < rule[CAP_END]):
            window = _window(int(tables.cap[at, 0]), local_date, month)
            used = 0
            if tables.cap[at, 1] == 1:
                slot, key = _object_slot(state.object_keys, person, int(tables.cap[at, 3]), item, window)
                if state.object_keys[slot] == key:
                    used = int(state.object_values[slot])
            elif state.cap_window[person, at] == window:
                used = int(state.cap_used[person, at])
            left = max(int(tables.cap[at, 2]) - used, 0)
            room = left if room < 0 else min(room, left)
    return room


@register_jitable
def _use(tables, state, person, rule, item, local_date, month, amount):  # type: ignore[no-untyped-def]
    """Count `amount` against every cap that applies."""
    own = int(tables.general[0])
    for at in range(tables.cap.shape[0]):
        if at >= own or (rule[CAP_START] <= at and at < rule[CAP_END]):
            window = _window(int(tables.cap[at, 0]), local_date, month)
            if tables.cap[at, 1] == 1:
                slot, key = _object_slot(state.object_keys, person, int(tables.cap[at, 3]), item, window)
                if state.object_keys[slot] == 0:
                    state.object_keys[slot] = key
                    state.object_count[0] += 1
                state.object_values[slot] += amount
            else:
                if state.cap_window[person, at] != window:
                    state.cap_window[person, at] = window
                    state.cap_used[person, at] = 0
                state.cap_used[person, at] += amount


@register_jitable
def _badge_met(tables, state, person, badge):  # type: ignore[no-untyped-def]
    """Whether every requirement of some group is met."""
    start, end = int(tables.badge[badge, 0]), int(tables.badge[badge, 1])
    met = False
    whole = True
    group = int(tables.requirement[start, 0])
    for at in range(start, end):
        if tables.requirement[at, 0] != group:
            met = met or whole
            whole = True
            group = int(tables.requirement[at, 0])
        metric, index = int(tables.requirement[at, 1]), int(tables.requirement[at, 2])
        if metric == METRIC_POINTS:
            value = int(state.earned[person])
        elif metric == METRIC_AWARDS:
            value = int(state.awards[person, index])
        elif metric == METRIC_EVENTS:
            value = int(state.events[person, index])
        else:
            value = int(state.streak[person, index, 0])
        whole = whole and value >= tables.requirement[at, 3]
    return met or whole


@njit(cache=True, nogil=True)
def _score(tables, state, batch, out):  # type: ignore[no-untyped-def]
    """Scores the batch into `out` [4, most]; returns the number of entries."""
    count = 0
    for i in range(batch.person.shape[0]):
        person, kind, item = int(batch.person[i]), int(batch.kind[i]), int(batch.object[i])
        if kind < 0:
            continue
        at_us, local_date, month = int(batch.occurred_at_us[i]), int(batch.local_date[i]), int(batch.month[i])
        channel, tags, segment = int(batch.channel[i]), int(batch.tags[i]), int(batch.segment[i])
        verification, quantity = int(batch.verification[i]), int(batch.quantity[i])
        weekday = (local_date - 1) % 7
        if batch.role[i] == 0:
            state.events[person, kind] += 1
            for s in range(tables.streak.shape[0]):
                if (int(tables.streak[s, 0]) >> kind) & 1 == 1:
                    _advance_streak(
                        int(tables.streak[s, 1]), state.streak[person, s], local_date, int(batch.excused[i])
                    )
        for r in range(tables.rule.shape[0]):
            rule = tables.rule[r]
            if rule[KIND] != kind or rule[ROLE] != batch.role[i]:
                continue
            start, end = int(rule[WHEN_START]), int(rule[WHEN_END])
            if not _holds(
                tables.program, start, end, segment, channel, tags, weekday, quantity, verification
            ):
                continue
            amount, reason = _apply(
                tables,
                state,
                r,
                person,
                item,
                at_us,
                local_date,
                month,
                channel,
                tags,
                segment,
                weekday,
                quantity,
                verification,
            )
            out[0, count], out[1, count], out[2, count], out[3, count] = i, r, amount, reason
            count += 1
        for b in range(tables.badge.shape[0]):
            if state.badges[person, b] == 0 and _badge_met(tables, state, person, b):
                state.badges[person, b] = 1
                state.earned[person] += tables.badge[b, 2]
                out[0, count], out[1, count], out[2, count], out[3, count] = i, b, tables.badge[b, 2], BADGE
                count += 1
    return count


@register_jitable
def _apply(  # type: ignore[no-untyped-def]
    tables,
    state,
    r,
    person,
    item,
    at_us,
    local_date,
    month,
    channel,
    tags,
    segment,
    weekday,
    quantity,
    verification,
):
    """One matching rule: (millipoints, reason), and the state moved on where something was awarded."""
    rule = tables.rule[r]
    if verification < rule[VERIFICATION]:
        return 0, UNVERIFIED
    if channel >= 0 and (int(tables.general[1]) >> channel) & 1 == 1:
        return 0, CHANNEL_UNREWARDED
    slot, key = 0, 0
    if rule[ONCE] == 1:
        slot, key = _object_slot(state.object_keys, person, int(rule[IDENTITY]), item, 0)
        if state.object_keys[slot] == key:
            return 0, ALREADY_AWARDED
    if rule[COOLDOWN_US] > 0 and at_us - int(state.last_award_us[person, r]) < rule[COOLDOWN_US]:
        return 0, COOLDOWN
    window = _window(int(rule[DECAY_WINDOW]), local_date, month)
    uses = int(state.decay_count[person, r]) if state.decay_window[person, r] == window else 0
    wanted = _amount(tables, rule, uses, quantity, segment, channel, tags, weekday, verification)
    room = _room(tables, state, person, rule, item, local_date, month)
    if room == 0 and wanted > 0:
        return 0, CAP_REACHED
    amount, reason = wanted, AWARDED
    if room >= 0 and wanted > room:
        amount, reason = room, CAP_PARTIAL
    if wanted == 0 and rule[AMOUNT] > 0:
        reason = FADED
    if rule[ONCE] == 1:
        state.object_keys[slot] = key
        state.object_values[slot] = 1
        state.object_count[0] += 1
    state.last_award_us[person, r] = at_us
    state.decay_window[person, r] = window
    state.decay_count[person, r] = uses + 1
    state.awards[person, r] += 1
    state.earned[person] += amount
    _use(tables, state, person, rule, item, local_date, month, amount)
    return amount, reason
