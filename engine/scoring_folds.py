"""Counters, streaks and badges: folds over the events that the rules see."""

from __future__ import annotations

from engine import scoring_tables as c
from engine.scoring_terms import holds, natural, shared, slot_of, take, window_of


@shared
def count_step(tables, state, offsets, t, e):  # type: ignore[no-untyped-def]
    """One step of a counter: up for what counts, down or back to 0 for a penalty."""
    step = tables.step[t]
    if not holds(tables.program, int(step[4]), int(step[5]), e):
        return
    counter = tables.counter[int(step[0])]
    change = int(step[1])
    if step[2] == 1:
        change *= e.quantity
    # Once per object: the mark of an object is taken by its first count and never given back. A penalty needs no mark.
    if counter[2] == 1 and change > 0:
        slot, key = slot_of(state.objects, e.person, int(counter[4]), e.item, 0)
        if state.objects[slot, 0] == key:
            return
        take(state, slot, key)
    window = window_of(int(counter[0]), e.date, e.month)
    if counter[1] == c.ONE_OBJECT:
        slot, key = slot_of(state.objects, e.person, int(counter[3]), e.item, window)
        take(state, slot, key)
        state.objects[slot, 1] = 0 if step[3] == 1 else int(state.objects[slot, 1]) + change
    else:
        # The window is stored with the count, so that nothing has to visit every person when a window ends.
        column = natural(offsets.counter + c.COUNTER_WIDTH * int(step[0]))
        if state.people[e.person, column] != window or step[3] == 1:
            state.people[e.person, column] = window
            state.people[e.person, column + 1] = 0
        state.people[e.person, column + 1] += change


@shared
def counted(tables, state, offsets, counter, e):  # type: ignore[no-untyped-def]
    """The value of a counter in the event's window, and for the event's object where it counts by object."""
    window = window_of(int(tables.counter[counter, 0]), e.date, e.month)
    if tables.counter[counter, 1] == c.ONE_OBJECT:
        slot, key = slot_of(state.objects, e.person, int(tables.counter[counter, 3]), e.item, window)
        return int(state.objects[slot, 1]) if state.objects[slot, 0] == key else 0
    column = natural(offsets.counter + c.COUNTER_WIDTH * counter)
    return int(state.people[e.person, column + 1]) if state.people[e.person, column] == window else 0


@shared
def _excused(tables, leave, e, date):  # type: ignore[no-untyped-def]
    """True where the date is in the person's leave, or a holiday of everybody or of the person's segment on that day."""
    moved = False
    # Leave of all people is one array sorted by person, so that a replay of a whole company passes no lists of lists.
    low, high = 0, leave.shape[0]
    while low < high:
        middle = (low + high) // 2
        if leave[middle, 0] < e.person:
            low = middle + 1
        else:
            high = middle
    while low < leave.shape[0] and leave[low, 0] == e.person:
        if leave[low, 1] <= date <= leave[low, 2]:
            return True
        # Who has moved to the event's segment since then had another one's holidays on that date.
        moved = moved or (leave[low, 1] == date and leave[low, 2] == c.NOT_OFF)
        low += 1
    low, high = 0, tables.holiday.shape[0]
    while low < high:
        middle = (low + high) // 2
        if tables.holiday[middle, 0] < date:
            low = middle + 1
        else:
            high = middle
    if low < tables.holiday.shape[0] and tables.holiday[low, 0] == date:
        segments = int(tables.holiday[low, 1])
        return segments == 0 or (not moved and e.segment >= 0 and (segments >> e.segment) & 1 == 1)
    return False


@shared
def _was_away(tables, s, date):  # type: ignore[no-untyped-def]
    """True where no version of the scheme had the streak on the date, or on a part of it."""
    for at in range(tables.away.shape[0]):
        if tables.away[at, 0] == s and tables.away[at, 1] <= date <= tables.away[at, 2]:
            return True
    return False


@shared
def _required(tables, leave, s, date, e):  # type: ignore[no-untyped-def]
    """True where the streak requires the date: one of its weekdays without an excuse."""
    return (int(tables.streak[s, 0]) >> ((date - 1) % 7)) & 1 == 1 and not _excused(tables, leave, e, date)


@shared
def missed_dates(tables, leave, s, first, end, most, e):  # type: ignore[no-untyped-def]
    """Required dates in [first, end) on which the streak existed, counted no further than `most` + 1."""
    missed = 0
    for date in range(first, end):
        if _required(tables, leave, s, date, e) and not _was_away(tables, s, date):
            missed += 1
            if missed > most:
                return missed
    return missed


@shared
def advance_streak(tables, state, offsets, leave, s, e):  # type: ignore[no-untyped-def]
    """Count one active required date: unbroken if every required day between was excused or covered by a freeze.

    A date that is not required, because of its weekday, a holiday or leave, neither lengthens a streak nor breaks it.
    """
    rule = tables.streak[s]
    if not holds(tables.program, int(rule[5]), int(rule[6]), e):
        return
    mine, at = state.people[e.person], natural(offsets.streak + c.STREAK_WIDTH * s)
    last = int(mine[at + c.LAST_DATE])
    # Time order is not date order: the owner of an object has another local date, and a move west repeats one.
    if e.date < last:
        return
    if e.date == last:
        # A repair asks for several events on the day of coming back: they are counted while that day lasts.
        mine[at + c.TODAY] += 1
        if mine[at + c.BROKEN] > 0 and mine[at + c.TODAY] >= rule[4]:
            mine[at + c.LENGTH] += mine[at + c.BROKEN]
            mine[at + c.BROKEN] = 0
            mine[at + c.LONGEST] = max(int(mine[at + c.LENGTH]), int(mine[at + c.LONGEST]))
        return
    if not _required(tables, leave, s, e.date, e):
        return
    window = window_of(int(rule[2]), e.date, e.month)
    if mine[at + c.FREEZES_IN] != window:
        mine[at + c.FREEZES_IN] = window
        mine[at + c.FREEZES_LEFT] = rule[1]
    mine[at + c.BROKEN] = 0
    if last == c.NEVER:
        mine[at + c.LENGTH] = 1
    else:
        # Below zero where a later version grants fewer than were used.
        freezes, repairable = max(int(mine[at + c.FREEZES_LEFT]), 0), int(rule[3])
        missed = missed_dates(tables, leave, s, last + 1, e.date, max(freezes, repairable), e)
        # Freezes cover a gap in full or are kept: part of a gap covered would still break the streak.
        if missed <= freezes:
            mine[at + c.FREEZES_LEFT] -= missed
            mine[at + c.LENGTH] += 1
        else:
            if missed <= repairable:
                mine[at + c.BROKEN] = mine[at + c.LENGTH]
            mine[at + c.LENGTH] = 1
    mine[at + c.LAST_DATE] = e.date
    mine[at + c.TODAY] = 1
    mine[at + c.LONGEST] = max(int(mine[at + c.LENGTH]), int(mine[at + c.LONGEST]))


@shared
def badge_met(tables, state, offsets, badge, e):  # type: ignore[no-untyped-def]
    """True where every requirement of some group is met; counts within one object are those of the event's object."""
    start, end = int(tables.badge[badge, 0]), int(tables.badge[badge, 1])
    # Groups are alternatives that follow each other in the table; the last one is judged after the loop.
    met, whole = False, True
    group = int(tables.requirement[start, 0])
    for at in range(start, end):
        if tables.requirement[at, 0] != group:
            met = met or whole
            whole = True
            group = int(tables.requirement[at, 0])
        if whole:
            metric, index = int(tables.requirement[at, 1]), int(tables.requirement[at, 2])
            if metric == c.METRIC_POINTS:
                value = int(state.people[e.person, 0])
            elif metric == c.METRIC_AWARDS:
                value = int(state.people[e.person, natural(1 + c.RULE_WIDTH * index + c.AWARDS)])
            elif metric == c.METRIC_COUNTER:
                value = counted(tables, state, offsets, index, e)
            else:
                value = int(state.people[e.person, offsets.streak + c.STREAK_WIDTH * index + c.LENGTH])
            whole = value >= tables.requirement[at, 3]
    return met or whole


@shared
def settle_badge(tables, state, offsets, b, e):  # type: ignore[no-untyped-def]
    """(reason, millipoints) where the badge is won or lost at this event, (-1, 0) for no change."""
    badge = tables.badge[b]
    column = natural(offsets.badge + b)
    had = int(state.people[e.person, column])
    per_object, permanent = badge[4] == 1, badge[3] == 1
    if had == c.HELD and permanent and not per_object:
        return -1, 0
    if not badge_met(tables, state, offsets, b, e):
        if had == c.HELD and not permanent:
            state.people[e.person, column] = c.LOST
            return c.BADGE_LOST, 0
        return -1, 0
    if per_object:
        # Held or not says nothing here: each object has a mark of its own.
        slot, key = slot_of(state.objects, e.person, int(badge[5]), e.item, 0)
        if state.objects[slot, 0] == key:
            return -1, 0
        take(state, slot, key)
    elif had == c.HELD:
        return -1, 0
    state.people[e.person, column] = c.HELD
    # Its points are paid once, however often a badge is lost and won back.
    bonus = 0 if had == c.LOST else int(badge[2])
    state.people[e.person, 0] += bonus
    return c.BADGE, bonus
