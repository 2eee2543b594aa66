"""The amount that a rule awards for an event.

Order of arithmetic: base (x quantity), decay once for each earlier award of the window, multipliers in order, the part paid
without proof, every division rounding down; then caps, the tightest wins. Where nothing is awarded, neither cooldown nor object
is used up.
"""

from __future__ import annotations

from engine import scoring_tables as c
from engine.scoring_terms import ask_for, holds, key_of, natural, probe, shared, slot_of, take, window_of

_SETTLED = -1


@shared
def _amount(tables, rule, uses, e):  # type: ignore[no-untyped-def]
    """Millipoints before proof and caps."""
    amount = int(rule[c.AMOUNT])
    if rule[c.PER_UNIT] == 1:
        amount *= e.quantity
    numerator, denominator = int(rule[c.DECAY_NUMERATOR]), int(rule[c.DECAY_DENOMINATOR])
    if numerator != denominator:
        left = uses
        while left > 0 and amount > 0:
            amount = amount * numerator // denominator
            left -= 1
    for at in range(int(rule[c.MULTIPLIER_START]), int(rule[c.MULTIPLIER_END])):
        m = tables.multiplier[at]
        if holds(tables.program, int(m[2]), int(m[3]), e):
            amount = amount * int(m[0]) // int(m[1])
    return amount


@shared
def _caps(tables, rule):  # type: ignore[no-untyped-def]
    """(number of the rule's own caps, number of all caps that apply, the scheme's following the rule's own)."""
    own = int(rule[c.CAP_END] - rule[c.CAP_START])
    return own, own + tables.cap.shape[0] - int(tables.general[0])


@shared
def _room(tables, state, offsets, rule, e, found):  # type: ignore[no-untyped-def]
    """(millipoints that the tightest cap still allows, its index); -1 where no cap applies. Slots of objects and pairs go to `found`."""
    room, tightest = -1, -1
    mine = state.people[e.person]
    own, count = _caps(tables, rule)
    for number in range(count):
        at = natural(int(rule[c.CAP_START]) + number)
        if number >= own:
            at = natural(int(tables.general[0]) + number - own)
        cap = tables.cap[at]
        window, scope, used = window_of(int(cap[0]), e.date, e.month), int(cap[1]), 0
        if scope == c.WHOLE:
            column = natural(offsets.cap + c.CAP_WIDTH * at)
            if mine[column] == window:
                used = int(mine[column + 1])
        else:
            other = e.item if scope == c.ONE_OBJECT else e.counterpart
            slot, key = slot_of(state.objects, e.person, int(cap[3]), other, window)
            found[2 * number], found[2 * number + 1] = slot, key
            if state.objects[slot, 0] == key:
                used = int(state.objects[slot, 1])
        if scope != c.ONE_PAIR or e.counterpart >= 0:
            left = max(int(cap[2]) - used, 0)
            if room < 0 or left < room:
                room, tightest = left, at
    return room, tightest


@shared
def _capped(reason, cap, wanted):  # type: ignore[no-untyped-def]
    """The reason with which cap it was and what the award would have been; `scoring_tables.capped` reads them."""
    return reason | (cap << c.CAP_SHIFT) | (wanted << c.WANTED_SHIFT)


@shared
def _use(tables, state, offsets, rule, e, amount, found):  # type: ignore[no-untyped-def]
    """Count `amount` against every cap that applies."""
    mine = state.people[e.person]
    own, count = _caps(tables, rule)
    for number in range(count):
        at = natural(int(rule[c.CAP_START]) + number)
        if number >= own:
            at = natural(int(tables.general[0]) + number - own)
        cap = tables.cap[at]
        scope = int(cap[1])
        if scope == c.WHOLE:
            window, column = window_of(int(cap[0]), e.date, e.month), natural(offsets.cap + c.CAP_WIDTH * at)
            if mine[column] != window:
                mine[column] = window
                mine[column + 1] = 0
            mine[column + 1] += amount
        elif scope == c.ONE_OBJECT or e.counterpart >= 0:
            # Another key may have taken the free slot that was found.
            key = int(found[2 * number + 1])
            slot = probe(state.objects, int(found[2 * number]), key)
            take(state, slot, key)
            state.objects[slot, 1] += amount


@shared
def apply_rule(tables, state, offsets, r, e, found):  # type: ignore[no-untyped-def]
    """One matching rule: (millipoints, reason), and the state moved on where something was awarded."""
    rule = tables.rule[r]
    proven = e.verification >= rule[c.VERIFICATION]
    if not proven and rule[c.UNPROVEN_NUMERATOR] == 0:
        return 0, c.UNVERIFIED
    if e.channel >= 0 and (int(tables.general[1]) >> e.channel) & 1 == 1:
        return 0, c.CHANNEL_UNREWARDED
    slot, key, owed = 0, 0, 0
    if rule[c.ONCE] == 1:
        slot, key = slot_of(state.objects, e.person, int(rule[c.IDENTITY]), e.item, 0)
        if state.objects[slot, 0] == key:
            owed = int(state.objects[slot, 1])
            if owed == _SETTLED or not proven:
                return 0, c.ALREADY_AWARDED
    mine, at = state.people[e.person], natural(1 + c.RULE_WIDTH * r)
    last_us = int(mine[at + c.LAST_US])
    if owed == 0 and rule[c.COOLDOWN_US] > 0 and e.at_us - last_us < rule[c.COOLDOWN_US]:
        return 0, c.COOLDOWN
    window = window_of(int(rule[c.DECAY_WINDOW]), e.date, e.month)
    uses = 0
    if mine[at + c.DECAY_IN] == window:
        uses = int(mine[at + c.DECAY_COUNT])
    whole = owed - 1 if owed > 0 else _amount(tables, rule, uses, e)
    wanted = whole
    if not proven:
        wanted = whole * int(rule[c.UNPROVEN_NUMERATOR]) // int(rule[c.UNPROVEN_DENOMINATOR])
    if wanted == 0 and owed == 0 and rule[c.AMOUNT] > 0:
        return 0, c.FADED if uses > 0 and rule[c.DECAY_NUMERATOR] != rule[
            c.DECAY_DENOMINATOR
        ] else c.COMES_TO_ZERO
    room, tightest = _room(tables, state, offsets, rule, e, found)
    if room == 0 and wanted > 0:
        return 0, _capped(c.CAP_REACHED, tightest, wanted)
    amount, reason = wanted, c.AWARDED
    if owed > 0:
        reason = c.PROVEN
    elif not proven:
        reason = c.DECLARED
    if room >= 0 and wanted > room:
        amount, reason = room, _capped(c.CAP_PARTIAL, tightest, wanted)
    if rule[c.ONCE] == 1:
        take(state, slot, key)
        # What proof still owes is kept plus one, since a free slot holds zero.
        state.objects[slot, 1] = _SETTLED if proven else whole - wanted + 1
    if owed == 0:
        mine[at + c.AWARDS] += 1
        mine[at + c.LAST_US] = e.at_us
        mine[at + c.DECAY_IN] = window
        mine[at + c.DECAY_COUNT] = uses + 1
    mine[0] += amount
    _use(tables, state, offsets, rule, e, amount, found)
    return amount, reason


@shared
def ask_for_rule(tables, state, r, e):  # type: ignore[no-untyped-def]
    """Prefetch the state that the rule keeps for the event's object."""
    rule = tables.rule[r]
    if rule[c.ONCE] == 1:
        ask_for(state.objects, key_of(e.person, int(rule[c.IDENTITY]), e.item, 0))
    for at in range(int(rule[c.CAP_START]), int(rule[c.CAP_END])):
        if tables.cap[at, 1] == c.ONE_OBJECT:
            window = window_of(int(tables.cap[at, 0]), e.date, e.month)
            ask_for(state.objects, key_of(e.person, int(tables.cap[at, 3]), e.item, window))
