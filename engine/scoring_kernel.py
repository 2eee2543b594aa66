"""The scoring kernel: one loop over the events. `engine.scoring` is the public interface."""

from __future__ import annotations

from engine import scoring_tables as c
from engine.kernels import kernel
from engine.scoring_folds import advance_streak, count_step, missed_dates, settle_badge
from engine.scoring_rules import apply_rule, ask_for_rule
from engine.scoring_terms import EventNumbers, Offsets, fetch, holds, natural, shared
from engine.signatures import I64, Array, I64In, I64Matrix, I64Out, Tuple

_AHEAD, _LINE = 8, 8


@shared
def _offsets(tables):  # type: ignore[no-untyped-def]
    cap = 1 + c.RULE_WIDTH * tables.rule.shape[0]
    counter = cap + c.CAP_WIDTH * tables.cap.shape[0]
    streak = counter + c.COUNTER_WIDTH * tables.counter.shape[0]
    return Offsets(cap, counter, streak, streak + c.STREAK_WIDTH * tables.streak.shape[0])


@shared
def _event(columns, at):  # type: ignore[no-untyped-def]
    return EventNumbers(
        natural(int(columns[0][at])),
        int(columns[2][at]),
        int(columns[3][at]),
        int(columns[4][at]),
        int(columns[5][at]),
        int(columns[6][at]),
        int(columns[7][at]),
        int(columns[8][at]),
        int(columns[9][at]),
        int(columns[10][at]),
        int(columns[11][at]),
    )


@shared
def _write(out, at, event, item, amount, reason):  # type: ignore[no-untyped-def]
    out[0, at] = event
    out[1, at] = item
    out[2, at] = amount
    out[3, at] = reason


@shared
def _tables(matrices, listed, general):  # type: ignore[no-untyped-def]
    return c.SchemeTables(
        matrices[0],
        matrices[1],
        matrices[2],
        matrices[3],
        matrices[4],
        matrices[5],
        matrices[6],
        matrices[7],
        matrices[8],
        matrices[9],
        matrices[10],
        matrices[11],
        listed,
        general,
    )


@shared
def _score_event(tables, state, offsets, leave, concerns, e, i, out, count, found):  # type: ignore[no-untyped-def]
    """One event under all that it concerns; the number of entries written so far."""
    for place in range(int(concerns[c.RULES_FROM]), int(concerns[c.RULES_TO])):
        r = natural(int(tables.listed[natural(place)]))
        if holds(tables.program, int(tables.rule[r, c.WHEN_START]), int(tables.rule[r, c.WHEN_END]), e):
            amount, reason = apply_rule(tables, state, offsets, r, e, found)
            _write(out, count, i, r, amount, reason)
            count += 1
    for place in range(int(concerns[c.STEPS_FROM]), int(concerns[c.STEPS_TO])):
        count_step(tables, state, offsets, natural(int(tables.listed[natural(place)])), e)
    for place in range(int(concerns[c.STREAKS_FROM]), int(concerns[c.STREAKS_TO])):
        advance_streak(tables, state, offsets, leave, natural(int(tables.listed[natural(place)])), e)
    # A badge's points can reach the next badge, so that the round is repeated after one that pays.
    again = True
    while again:
        again = False
        for place in range(int(concerns[c.BADGES_FROM]), int(concerns[c.BADGES_TO])):
            b = natural(int(tables.listed[natural(place)]))
            reason, bonus = settle_badge(tables, state, offsets, b, e)
            if reason >= 0:
                _write(out, count, i, b, bonus, reason)
                count += 1
                again = again or bonus > 0
    return count


@shared
def _ask(tables, state, slot, e):  # type: ignore[no-untyped-def]
    """Prefetch the state that an event further on will touch: memory is slower than all the arithmetic."""
    width = state.people.shape[1]
    for column in range(0, width, _LINE):
        fetch(state.people, e.person * width + column)
    for place in range(int(tables.dispatch[slot, c.RULES_FROM]), int(tables.dispatch[slot, c.RULES_TO])):
        ask_for_rule(tables, state, natural(int(tables.listed[natural(place)])), e)


@kernel(
    Tuple(Array("int64", 2), 12),
    I64In,
    I64In,
    I64Matrix,
    I64Matrix,
    I64Out,
    Tuple(I64In, 13),
    Array("int64", 2),
    I64Matrix,
    I64Out,
)
def score(matrices, listed, general, people, objects, used, columns, leave, out, progress):  # type: ignore[no-untyped-def]
    """Scores events from progress[0] on into `out` [4, most] from column progress[1] on, and moves both on.

    What follows in `progress` is scratch.

    Stops before an event for which `out` or the object table could be too small, so that the caller makes room.
    """
    tables = _tables(matrices, listed, general)
    state = c.ScoreState(people, objects, used)
    offsets = _offsets(tables)
    most_entries, most_slots = int(general[2]), int(general[3])
    room, slots = out.shape[1], objects.shape[0]
    kinds, roles = columns[1], columns[12]
    at, count = int(progress[0]), int(progress[1])
    found = progress[2:]
    while at < kinds.shape[0]:
        if count + most_entries > room or 8 * (int(used[0]) + most_slots) > 5 * slots:
            break
        ahead = at + _AHEAD
        if ahead < kinds.shape[0] and kinds[ahead] >= 0:
            _ask(tables, state, int(kinds[ahead]) * 2 + int(roles[ahead]), _event(columns, ahead))
        if kinds[at] >= 0:
            concerns = tables.dispatch[int(kinds[at]) * 2 + int(roles[at])]
            count = _score_event(
                tables,
                state,
                offsets,
                leave,
                concerns,
                _event(columns, natural(at)),
                natural(at),
                out,
                count,
                found,
            )
        at += 1
    progress[0], progress[1] = at, count


@kernel(Tuple(Array("int64", 2), 12), I64In, I64In, I64Matrix, I64, I64, I64Matrix, I64Out)
def missed(matrices, listed, general, leave, streak, date, people, out):  # type: ignore[no-untyped-def]
    """`people` [k, 4]: person, segment, last date of the streak, and the most that is counted; one more means that there are more."""
    tables = _tables(matrices, listed, general)
    s, date = natural(int(streak)), int(date)
    for at in range(people.shape[0]):
        person, segment = natural(int(people[at, 0])), int(people[at, 1])
        e = EventNumbers(person, 0, -1, 0, date, 0, -1, 0, segment, 0, 1)
        out[at] = missed_dates(tables, leave, s, int(people[at, 2]) + 1, date, int(people[at, 3]), e)
