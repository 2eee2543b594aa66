"""Amounts, rationals, names, conditions and rules of a scheme: what is just allowed, and what no longer is."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from rewards.scheme.earning import Cap, Multiplier, Rule
from rewards.scheme.predicates import (
    MOST_DEPTH,
    All,
    AnyOf,
    ChannelIn,
    Not,
    Predicate,
    SegmentIn,
    TagIn,
    depth,
    words,
)
from rewards.scheme.quantities import (
    Days,
    Id,
    Label,
    Nature,
    Points,
    Ratio,
    Share,
    SymbolicNature,
    Title,
    millipoints,
)

Refused = ValidationError


def read(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("value", "points", "milli"),
    [
        (0, "0", 0),
        (-0.0, "0", 0),
        (0.1, "0.1", 100),
        ("0.001", "0.001", 1),
        (" 2.500 ", "2.5", 2500),
        (Decimal("1e3"), "1000", 1_000_000),
        (1_000_000, "1000000", 1_000_000_000),
        (1e6, "1000000", 1_000_000_000),
    ],
)
def test_points_are_exact_and_written_shortly(value: object, points: str, milli: int) -> None:
    found = read(Points, value)
    assert TypeAdapter(Points).dump_python(found) == points
    assert millipoints(found) == milli


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (-0.001, "from 0 to 1000000"),
        ("1000000.001", "from 0 to 1000000"),
        (float("inf"), "from 0 to 1000000"),
        (float("nan"), "from 0 to 1000000"),
        ("NaN", "0 to 1000000|number"),
        (True, "from 0 to 1000000"),
        (False, "from 0 to 1000000"),
        ("0.0001", "three decimals"),
        (1.0005, "three decimals"),
    ],
)
def test_other_points_are_refused(value: object, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(Points, value)


@pytest.mark.parametrize(
    ("value", "ratio"),
    [
        ("1/2", Fraction(1, 2)),
        (" 3/4 ", Fraction(3, 4)),
        (0.1, Fraction(1, 10)),
        (Decimal("1.5"), Fraction(3, 2)),
        (0, Fraction(0)),
        (1000, Fraction(1000)),
        ("1/10000", Fraction(1, 10_000)),
        (Fraction(2, 3), Fraction(2, 3)),
    ],
)
def test_rationals_are_exact(value: object, ratio: Fraction) -> None:
    assert read(Ratio, value) == ratio


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("1/0", "not a rational"),
        ("two", "not a rational"),
        (True, "not a rational"),
        (None, "not a rational"),
        ([1], "not a rational"),
        (-0.5, "from 0 to 1000"),
        ("10001/10", "from 0 to 1000"),
        ("1/10001", "up to 10000"),
    ],
)
def test_other_rationals_are_refused(value: object, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(Ratio, value)


def test_a_part_is_at_most_the_whole() -> None:
    assert read(Share, 1) == 1
    with pytest.raises(Refused, match="from 0 to 1"):
        read(Share, "10001/10000")


@pytest.mark.parametrize(
    ("kind", "longest"), [(Id, "a" + "-" * 47), (Title, "T" * 120), (Label, "l" * 64), (Days, 366)]
)
def test_names_have_a_longest_form(kind: Any, longest: Any) -> None:
    assert read(kind, longest) == longest
    with pytest.raises(Refused):
        read(kind, longest + 1 if isinstance(longest, int) else longest + "x")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Id, ""),
        (Id, "Upper"),
        (Id, "1st"),
        (Title, ""),
        (Title, "two\nlines"),
        (Title, "bell\x07"),
        (Title, "del\x7f"),
        (Label, ""),
        (Days, 0),
        (Days, True),
        (Days, "1"),
    ],
)
def test_other_names_are_refused(kind: Any, value: object) -> None:
    with pytest.raises(Refused):
        read(kind, value)


def test_a_reward_is_tangible_private_and_expected_unless_it_is_symbolic() -> None:
    assert Nature().model_dump() == {"worth": "tangible", "publicity": "private", "expectation": "expected"}
    assert read(SymbolicNature, {}) == Nature(worth="symbolic", publicity="public", expectation="expected")
    assert read(SymbolicNature, {"publicity": "private"}).publicity == "private"
    assert read(SymbolicNature, Nature()) == Nature()
    with pytest.raises(Refused):
        read(SymbolicNature, "symbolic")


def nested(levels: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"tag": ["a"]}
    for _ in range(levels - 1):
        tree = {"not": tree}
    return tree


def test_conditions_nest_eight_deep() -> None:
    assert MOST_DEPTH == 8
    for kind, field in (
        (Multiplier, {"factor": 2}),
        (Rule, {"id": "r", "title": "R", "on": "share", "points": 1}),
    ):
        assert kind.model_validate({**field, "when": nested(8)}).when is not None
        with pytest.raises(Refused, match="at most 8 deep"):
            kind.model_validate({**field, "when": nested(9)})
    tree = read(Predicate, {"any": [nested(2), {"all": [nested(1), nested(3)]}, nested(1)]})
    assert depth(tree) == 5


@pytest.mark.parametrize("name", ["all", "any"])
def test_a_group_has_one_to_sixteen_parts(name: str) -> None:
    assert read(Predicate, {name: [nested(1)] * 16})
    for count in (0, 17):
        with pytest.raises(Refused):
            read(Predicate, {name: [nested(1)] * count})


@pytest.mark.parametrize("value", [0, 1_000_000])
def test_quantities_are_compared_with_what_one_can_be(value: int) -> None:
    assert (
        read(Predicate, {"compare": {"field": "quantity", "op": "<", "value": value}}).compare.value == value
    )
    assert read(Predicate, {"in": {"field": "quantity", "values": [value, 1]}}).in_.values == (value, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", -1),
        ("quantity", 1_000_001),
        ("quantity", True),
        ("quantity", 1.5),
        ("quantity", "declared"),
        ("verification", 1),
        ("verification", "sworn"),
    ],
)
def test_other_constants_are_refused(field: str, value: object) -> None:
    with pytest.raises(Refused):
        read(Predicate, {"compare": {"field": field, "op": "==", "value": value}})
    right = "tracked" if field == "verification" else 1
    with pytest.raises(Refused):
        read(Predicate, {"in": {"field": field, "values": [right, value]}})


def test_verification_is_compared_with_its_levels() -> None:
    for value in ("declared", "tracked", "connector"):
        assert read(Predicate, {"compare": {"field": "verification", "op": ">=", "value": value}})
        assert read(Predicate, {"in": {"field": "verification", "values": [value] * 16}})
    for count in (0, 17):
        with pytest.raises(Refused):
            read(Predicate, {"in": {"field": "verification", "values": ["tracked"] * count}})


def test_words_are_listed_in_their_order() -> None:
    tree = All(
        all=(
            TagIn(tag=("b", "a")),
            AnyOf(any=(Not(not_=SegmentIn(segment=("s",))), ChannelIn(channel=("x", "y")))),
            read(Predicate, {"weekday": ["mon"]}),
        )
    )
    assert words(tree) == [("tag", "b"), ("tag", "a"), ("segment", "s"), ("channel", "x"), ("channel", "y")]
    assert words(None) == []
    for count, right in ((1, True), (60, True), (0, False), (61, False)):
        listed = {"tag": [f"t{number}" for number in range(count)]}
        if right:
            assert len(words(read(Predicate, listed))) == count
        else:
            with pytest.raises(Refused):
                read(Predicate, listed)
    assert read(Predicate, {"tag": ["x" * 64]})
    for word in ("", "x" * 65):
        with pytest.raises(Refused):
            read(Predicate, {"tag": [word]})


def test_a_condition_is_of_one_kind_and_reads_its_own_form() -> None:
    for data in ({"not": nested(1)}, {"in": {"field": "quantity", "values": [1]}}, {"weekday": ["sun"]}):
        tree = read(Predicate, data)
        assert read(Predicate, tree) == tree
        assert read(Predicate, TypeAdapter(Predicate).dump_python(tree)) == tree
    for data in (
        {},
        {"mood": ["good"]},
        "tag",
        None,
        {"tag": ["a"], "segment": ["s"]},
        {"weekday": []},
        {"weekday": ["fun"]},
    ):
        with pytest.raises(Refused):
            read(Predicate, data)


def rule(**more: Any) -> Rule:
    return Rule.model_validate({"id": "r", "title": "R", "on": "share", "points": 1, **more})


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("cooldown_minutes", 525_600),
        ("hold_hours", 8760),
        ("caps", [{"window": "day", "points": 1}] * 8),
        ("multipliers", [{"factor": 2}] * 8),
    ],
)
def test_a_rule_has_bounds(field: str, most: Any) -> None:
    assert rule(**{field: most})
    more = most + 1 if isinstance(most, int) else [*most, most[0]]
    for value in (more, -1):
        with pytest.raises(Refused):
            rule(**{field: value})


def test_a_rule_says_little_and_means_the_usual() -> None:
    plain = rule()
    assert (plain.per, plain.per_object, plain.beneficiary, plain.verification) == (
        "event",
        "each",
        "subject",
        "declared",
    )
    assert (plain.until_verified, plain.cooldown_minutes, plain.hold_hours) == (0, 0, 0)
    assert (plain.decay, plain.when, plain.caps, plain.multipliers) == (None, None, (), ())
    assert Cap.model_validate({"window": "day", "points": 1}).scope == "rule"
    assert rule(decay={"factor": "1/2"}).decay == rule(decay={"factor": 0.5, "window": "total"}).decay
    assert isinstance(plain.until_verified, Fraction)


@pytest.mark.parametrize(
    ("verification", "per_object", "right"),
    [
        ("tracked", "once", True),
        ("connector", "once", True),
        ("declared", "once", False),
        ("tracked", "each", False),
        ("declared", "each", False),
    ],
)
def test_a_part_before_the_proof_needs_a_proof_that_finds_the_object(
    verification: str, per_object: str, right: bool
) -> None:
    fields = {"verification": verification, "per_object": per_object}
    assert rule(**fields, until_verified=0)
    if right:
        assert rule(**fields, until_verified="1/2").until_verified == Fraction(1, 2)
    else:
        with pytest.raises(Refused, match="per_object once"):
            rule(**fields, until_verified="1/2")


def test_conditions_are_read_by_the_names_of_their_fields_too() -> None:
    assert read(Predicate, {"not_": nested(1)}) == read(Predicate, {"not": nested(1)})
    inside = {"field": "quantity", "values": [1]}
    assert read(Predicate, {"in_": inside}) == read(Predicate, {"in": inside})
