"""What a rule gives, by hand: amounts, decay, multipliers, proof, cooldowns and conditions, by the compiled kernel and by the live one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.scoring_plain import PlainState
from engine.scoring_terms import key_of
from tests.engine.by_hand import Came, Way, compiled, events_of, live, on, replayed


@pytest.fixture(params=[replayed, live])
def came(request: pytest.FixtureRequest):
    way: Way = request.param

    def of(text: str, *acts: dict[str, Any], segment: str = "sales") -> Came:
        return way(compiled(text), events_of(acts), (), segment)

    return of


def rule(more: str, name: str = "r", points: str = "10") -> str:
    return f"rules: [{{id: {name}, title: R, on: share, points: {points}{more}}}]\n"


def test_a_unit_is_paid_by_the_quantity_and_an_event_is_not(came) -> None:
    assert came(rule(", per: unit", points="0.007"), on(2, quantity=3)).paid == [21]
    assert came(rule("", points="0.007"), on(2, quantity=3)).paid == [7]


@pytest.mark.parametrize(
    ("window", "days", "amounts"),
    [
        ("day", (2, 2, 2, 3), [7, 4, 2, 7]),
        ("week", (7, 8, 9, 10), [7, 4, 7, 4]),
        ("month", (29, 30, 31, 32), [7, 4, 7, 4]),
        ("total", (2, 9, 31, 60), [7, 4, 2, 1]),
    ],
)
def test_decay_rounds_down_at_every_repeat_of_its_window(
    came, window: str, days: tuple[int, ...], amounts: list[int]
) -> None:
    # 7, then 2/3 of 7 = 4.67, of 4 = 2.67, of 2 = 1.33, each rounded down.
    text = rule(f", decay: {{factor: 2/3, window: {window}}}", points="0.007")
    assert came(text, *(on(day) for day in days)).paid == amounts


def test_what_has_faded_says_so_and_what_was_nothing_says_that(came) -> None:
    faded = came(rule(", decay: {factor: 1/10}", points="0.011"), *[on(2)] * 4)
    assert list(zip(faded.paid, faded.reasons, strict=True)) == [
        (11, "awarded"), (1, "awarded"), (0, "faded"), (0, "faded"),
    ]  # fmt: skip
    nothing = came(rule(", multipliers: [{factor: 0}]"), on(2))
    assert (nothing.paid, nothing.reasons) == ([0], ["comes_to_zero"])
    # No decay at all, and one that takes nothing away: it has not faded.
    for decay in ("", ", decay: {factor: 1}"):
        text = rule(
            f"{decay}, multipliers: [{{factor: 0, when: {{compare: {{field: quantity, op: '>', value: 1}}}}}}]"
        )
        assert came(text, on(2), on(2, quantity=2)).reasons == ["awarded", "comes_to_zero"]
    assert came(rule("", points="0"), on(2)).reasons == ["awarded"]


def test_a_rule_of_no_points_starts_its_wait_and_its_repeats(came) -> None:
    assert came(rule(", cooldown_minutes: 1", points="0"), on(2), on(2)).reasons == ["awarded", "cooldown"]


def test_multipliers_follow_each_other_and_round_down_each(came) -> None:
    text = rule(", multipliers: [{factor: 1/2}, {factor: 3}]", points="0.007")
    assert came(text, on(2)).paid == [9]
    text = rule(", multipliers: [{factor: 3}, {factor: 1/2}]", points="0.007")
    assert came(text, on(2)).paid == [10]
    text = rule(
        ", multipliers: [{factor: 5, when: {tag: [x]}}, {factor: 7, when: {tag: [y]}}]", points="0.001"
    )
    found = came(text, on(2), on(2, tags=("x",)), on(2, tags=("y",)), on(2, tags=("x", "y")))
    assert found.paid == [1, 5, 7, 35]


def test_decay_comes_before_multipliers(came) -> None:
    text = rule(", decay: {factor: 1/2}, multipliers: [{factor: 3}]", points="0.003")
    assert came(text, on(2), on(2)).paid == [9, 3]


@pytest.mark.parametrize("asked", ["tracked", "connector"])
def test_proof_is_at_least_what_is_asked_for(came, asked: str) -> None:
    found = came(
        rule(f", verification: {asked}"),
        *(on(2, verification=v) for v in ("declared", "tracked", "connector")),
    )
    assert found.reasons == ["unverified", "awarded" if asked == "tracked" else "unverified", "awarded"]
    assert found.paid[0] == 0


def test_a_part_is_paid_without_proof_and_the_rest_with_it_once(came) -> None:
    text = rule(
        ", verification: tracked, until_verified: 1/3, per_object: once, decay: {factor: 1/2}, cooldown_minutes: 60",
        points="0.010",
    )
    acts = [
        on(2, object="x"), on(2, object="x"), on(2, object="x", verification="tracked"), on(2, object="x", verification="tracked"),
        on(2, object="y", verification="connector", after=timedelta(hours=1)),
        on(2, object="y", verification="connector", after=timedelta(hours=3)),
    ]  # fmt: skip
    found = came(text, *acts)
    # A third of 10 is 3; 7 are owed. The proof is no award of its own: y is the second, and waits from the first one on.
    assert list(zip(found.paid, found.reasons, strict=True)) == [
        (3, "until_verified"), (0, "already_awarded"), (7, "now_verified"), (0, "already_awarded"), (5, "awarded"),
        (0, "already_awarded"),
    ]  # fmt: skip


def test_a_part_that_comes_to_nothing_is_owed_nothing(came) -> None:
    text = rule(", verification: tracked, until_verified: 1/3, per_object: once", points="0.002")
    found = came(text, on(2, object="x"), on(2, object="x", verification="tracked"))
    assert list(zip(found.paid, found.reasons, strict=True)) == [(0, "comes_to_zero"), (2, "awarded")]


def test_a_proof_pays_no_more_than_the_cap_leaves(came) -> None:
    text = rule(
        ", verification: tracked, until_verified: 1/2, per_object: once, caps: [{window: day, points: 8}]"
    )
    found = came(
        text,
        on(2, object="x"),
        on(2, object="x", verification="tracked"),
        on(3, object="x", verification="tracked"),
    )
    assert found.entries == [
        ("r", 5_000, "until_verified"), ("r", 3_000, "cap_partial"), ("r", 0, "already_awarded"),
    ]  # fmt: skip


def test_the_wait_ends_to_the_microsecond(came) -> None:
    text = rule(", cooldown_minutes: 1")
    for short_us, reason in ((1, "cooldown"), (0, "awarded")):
        second = on(2, after=timedelta(minutes=1) - timedelta(microseconds=short_us))
        found = came(text, on(2), second)
        assert (found.reasons, found.paid) == (["awarded", reason], [10_000, 0 if short_us else 10_000])


def test_rules_remember_each_for_itself(came) -> None:
    text = (
        "rules: [{id: a, title: A, on: share, points: 8, decay: {factor: 1/2}}, "
        "{id: b, title: B, on: click, points: 6, cooldown_minutes: 1}, "
        "{id: c, title: C, on: lead, points: 4, decay: {factor: 1/2}, cooldown_minutes: 1}]\n"
        "badges: [{id: twice, title: T, groups: [[{metric: awards, of: c, at_least: 2}]]}, "
        "{id: rich, title: R, groups: [[{metric: points, at_least: 24}]]}]\n"
    )
    later = timedelta(minutes=2)
    acts = [
        on(2),
        on(2, "click"),
        on(2, "lead"),
        on(2, "click"),
        on(2, "lead"),
        on(2, after=later),
        on(2, "lead", after=later),
    ]
    assert came(text, *acts).entries == [
        ("a", 8_000, "awarded"), ("b", 6_000, "awarded"), ("c", 4_000, "awarded"), ("b", 0, "cooldown"), ("c", 0, "cooldown"),
        ("a", 4_000, "awarded"), ("c", 2_000, "awarded"), ("twice", 0, "badge"), ("rich", 0, "badge"),
    ]  # fmt: skip


def test_neither_a_wait_nor_a_cap_uses_an_object_up(came) -> None:
    text = rule(", cooldown_minutes: 1, per_object: once")
    acts = [on(2, object="x"), on(2, object="y"), on(2, object="y", after=timedelta(minutes=1))]
    assert came(text, *acts).reasons == ["awarded", "cooldown", "awarded"]
    text = rule(", per_object: once, caps: [{window: day, points: 10}]")
    assert came(text, on(2, object="x"), on(2, object="y"), on(3, object="y")).reasons == [
        "awarded", "cap_reached", "awarded",
    ]  # fmt: skip


def test_a_capped_award_of_nothing_is_no_repeat(came) -> None:
    text = rule(", decay: {factor: 1/2, window: total}, caps: [{window: day, points: 10}]")
    assert came(text, on(2), on(2), on(3)).paid == [10_000, 0, 5_000]


@pytest.mark.parametrize(
    ("window", "days", "amounts"),
    [
        ("day", (2, 2, 3, 3), [10, 5, 10, 5]),
        ("week", (7, 8, 9, 15, 16), [10, 5, 10, 5, 10]),
        ("month", (29, 30, 31, 61, 62), [10, 5, 10, 5, 10]),
        ("total", (2, 9, 60), [10, 5, 0]),
    ],
)
def test_a_cap_begins_anew_with_its_window(
    came, window: str, days: tuple[int, ...], amounts: list[int]
) -> None:
    text = rule(f", caps: [{{window: {window}, points: 15}}]")
    assert came(text, *(on(day) for day in days)).paid == [1000 * amount for amount in amounts]


def test_the_tightest_cap_is_named_and_each_is_used(came) -> None:
    text = (
        rule(", caps: [{window: week, points: 25}, {window: day, points: 15}]")
        + "caps: [{window: month, points: 31}]\n"
    )
    found = came(text, *(on(day) for day in (2, 2, 2, 3, 9, 9, 10)))
    assert found.paid == [10_000, 5_000, 0, 10_000, 6_000, 0, 0]
    assert found.reasons == [
        "awarded", "cap_partial", "cap_reached", "awarded", "cap_partial", "cap_reached", "cap_reached",
    ]  # fmt: skip


def test_once_is_for_each_object_and_each_rule(came) -> None:
    text = (
        "rules: [{id: a, title: A, on: share, points: 1, per_object: once}, "
        "{id: b, title: B, on: share, points: 2, per_object: once, when: {compare: {field: quantity, op: '>', value: 1}}}]\n"
    )
    acts = [
        on(2, object="x"),
        on(2, object="y"),
        on(2, object="x", quantity=2),
        on(2, object="x", quantity=2),
    ]
    assert came(text, *acts).paid == [1_000, 1_000, 0, 2_000, 0, 0]


def test_a_channel_that_forbids_rewards_earns_nothing_and_its_neighbours_do(came) -> None:
    text = (
        "unrewarded_channels: [b]\nchannel_rules: listed\n"
        "rules: [{id: r, title: R, on: share, points: 1, multipliers: [{factor: 2, when: {channel: [a]}}, "
        "{factor: 3, when: {channel: [c]}}]}]\n"
    )
    found = came(text, *(on(2, channel=name) for name in ("a", "b", "c", "d", None)))
    assert found.paid == [2_000, 0, 3_000, 1_000, 1_000]
    assert found.reasons[1] == "channel_unrewarded"


def paying(condition: str) -> str:
    return rule(f", when: {condition}", points="1")


@pytest.mark.parametrize(
    ("op", "met"), [("<", "0"), ("<=", "01"), ("==", "1"), ("!=", "02"), (">=", "12"), (">", "2")]
)
def test_comparisons_hold_on_their_side_alone(came, op: str, met: str) -> None:
    text = paying(f"{{compare: {{field: quantity, op: '{op}', value: 1}}}}")
    assert [str(q) for q in (0, 1, 2) if came(text, on(2, quantity=q)).paid == [1000]] == list(met)
    text = paying(f"{{compare: {{field: verification, op: '{op}', value: tracked}}}}")
    proofs = ("declared", "tracked", "connector")
    assert [
        str(at) for at, v in enumerate(proofs) if came(text, on(2, verification=v)).paid == [1000]
    ] == list(met)


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ("{tag: [a]}", ("a", "ab", "abc", "ac")),
        ("{all: [{tag: [a]}, {tag: [b]}]}", ("ab", "abc")),
        ("{any: [{tag: [a]}, {tag: [b]}]}", ("a", "ab", "abc", "ac", "b", "bc")),
        ("{not: {tag: [a]}}", ("", "b", "bc", "c")),
        ("{all: [{tag: [a]}, {any: [{tag: [b]}, {tag: [c]}]}, {not: {tag: [c]}}]}", ("ab",)),
        (
            "{any: [{all: [{tag: [a]}, {tag: [b]}]}, {all: [{tag: [b]}, {not: {tag: [c]}}]}]}",
            ("ab", "abc", "b"),
        ),
        ("{not: {any: [{not: {tag: [a]}}, {all: [{tag: [b]}, {tag: [c]}]}]}}", ("a", "ab", "ac")),
    ],
)
def test_conditions_nest(came, condition: str, met: tuple[str, ...]) -> None:
    every = ("", "a", "ab", "abc", "ac", "b", "bc", "c")
    found = came(paying(condition), *(on(2, tags=tuple(tags)) for tags in every))
    assert tuple(tags for tags, amount in zip(every, found.paid, strict=True) if amount) == met


def test_segments_and_weekdays(came) -> None:
    text = paying("{segment: [sales, lab]}")
    assert [bool(came(text, on(2), segment=name).paid[0]) for name in ("sales", "lab", "shop")] == [
        True,
        True,
        False,
    ]
    weekdays = paying("{weekday: [mon, sun]}")
    assert [sum(came(weekdays, on(day)).paid) for day in range(1, 10)] == [
        1000,
        1000,
        0,
        0,
        0,
        0,
        0,
        1000,
        1000,
    ]


def test_keys_tell_everything_apart_that_they_are_made_of() -> None:
    parts = (3, 5, 7, 11)
    others = [tuple(value + (at == place) for at, value in enumerate(parts)) for place in range(4)]
    # High halves of an item's and a window's number count as well as low ones.
    others += [(3, 5, 7 + (1 << 40), 11), (3, 5, 7, 11 + (1 << 40)), (5, 3, 7, 11), (3, 5, 11, 7)]
    keys = [key_of(*one) for one in [parts, *others]]
    assert len(set(keys)) == len(keys)
    assert all(1 <= key <= 2**62 for key in keys)


def test_keys_stay_what_stored_states_have() -> None:
    # States in a database hold objects by their keys alone: another key for the same object would forget what it earned.
    assert key_of(0, 0, 0, 0) == 1
    assert key_of(3, 5, 7, 11) == 4_378_265_170_268_208_473
    assert key_of(2**31, 2**31 - 1, 2**62 + 9, 20_000) == 709_514_649_680_349_018


def test_objects_that_meet_in_one_slot_keep_their_values() -> None:
    # Keys that are equal in their low 31 bits begin their search in the same slot; a free slot holds nothing.
    pairs = [[1 + (high << 31), 10 + high] for high in range(5)]
    state = PlainState.of([[0]], pairs)
    assert state.objects.pairs() == pairs
    assert state.used == [5]
