"""The scoring kernel: one loop over the events. `engine.scoring` is its public face."""

from __future__ import annotations

from numba.extending import register_jitable

from engine import scoring_tables as c
from engine.scoring_folds import advance_streak, count_step, settle_badge
from engine.scoring_rules import apply_rule
from engine.scoring_terms import Event, Offsets, compiled, holds


@register_jitable
def _offsets(tables):  # type: ignore[no-untyped-def]
    cap = 1 + c.RULE_WIDTH * tables.rule.shape[0]
    counter = cap + c.CAP_WIDTH * tables.cap.shape[0]
    streak = counter + c.COUNTER_WIDTH * tables.counter.shape[0]
    return Offsets(cap, counter, streak, streak + c.STREAK_WIDTH * tables.streak.shape[0])


@register_jitable
def _event(batch, i):  # type: ignore[no-untyped-def]
    return Event(
        int(batch.person[i]),
        int(batch.object[i]),
        int(batch.counterpart[i]),
        int(batch.occurred_at_us[i]),
        int(batch.local_date[i]),
        int(batch.month[i]),
        int(batch.channel[i]),
        int(batch.tags[i]),
        int(batch.segment[i]),
        int(batch.verification[i]),
        int(batch.quantity[i]),
    )


@register_jitable
def _write(out, at, event, item, amount, reason):  # type: ignore[no-untyped-def]
    out[at, 0] = event
    out[at, 1] = item
    out[at, 2] = amount
    out[at, 3] = reason


@compiled
def score(tables, state, batch, out, at, count):  # type: ignore[no-untyped-def]
    """Scores events from `at` on into `out` [most, 4] from row `count` on; returns both moved on.

    Stops before an event for which `out` or the object table could be too small, so that the caller makes room.
    """
    offsets = _offsets(tables)
    most_entries, most_slots = int(tables.general[2]), int(tables.general[3])
    rows, slots = out.shape[0], state.object_keys.shape[0]
    for i in range(at, batch.person.shape[0]):
        if count + most_entries > rows or 2 * (int(state.object_count[0]) + most_slots) > slots:
            return i, count
        if batch.kind[i] < 0:
            continue
        e = _event(batch, i)
        concerns = tables.dispatch[int(batch.kind[i]) * 2 + int(batch.role[i])]
        for place in range(int(concerns[c.RULES_FROM]), int(concerns[c.RULES_TO])):
            r = int(tables.listed[place])
            start, end = int(tables.rule[r, c.WHEN_START]), int(tables.rule[r, c.WHEN_END])
            if holds(tables.program, start, end, e):
                amount, reason = apply_rule(tables, state, offsets, r, e)
                _write(out, count, i, r, amount, reason)
                count += 1
        for place in range(int(concerns[c.STEPS_FROM]), int(concerns[c.STEPS_TO])):
            count_step(tables, state, offsets, int(tables.listed[place]), e)
        for place in range(int(concerns[c.STREAKS_FROM]), int(concerns[c.STREAKS_TO])):
            advance_streak(tables, state, offsets, batch.leave, int(tables.listed[place]), e)
        # A badge's points can reach the next badge, so that the round is repeated after one that pays.
        again = True
        while again:
            again = False
            for place in range(int(concerns[c.BADGES_FROM]), int(concerns[c.BADGES_TO])):
                b = int(tables.listed[place])
                reason, bonus = settle_badge(tables, state, offsets, b, e)
                if reason >= 0:
                    _write(out, count, i, b, bonus, reason)
                    count += 1
                    again = again or bonus > 0
    return batch.person.shape[0], count
