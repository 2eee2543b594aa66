"""What a scheme can come to at most is refused before it overflows."""

import pytest

from rewards.document import load_document
from rewards.events import MOST_QUANTITY
from rewards.scheme.limits import largest_award
from rewards.scheme.scheme import IncentiveScheme, SchemeError
from rewards.scoring.tables import compile_scheme

HUGE = "name: huge\ntitle: Huge\nrules: [{{id: a, title: A, on: share, points: {points}, per: unit{more}}}]\n"


def scheme(points: object, more: str = "") -> IncentiveScheme:
    return load_document(HUGE.format(points=points, more=more), IncentiveScheme)


@pytest.mark.parametrize(
    ("points", "more", "told"),
    [
        (1_000_000, "", "totals stay below 2^62"),
        (1_000_000, ", multipliers: [{factor: 1000}, {factor: 1000}]", "amounts stay below 2^62"),
        (1_000_000, ", decay: {factor: 9999/10000}", "amounts stay below 2^62"),
    ],
)
def test_too_much_is_refused_in_one_line(points: int, more: str, told: str) -> None:
    with pytest.raises(SchemeError, match=r"rule 'a'.*2\^62; ") as caught:
        compile_scheme(scheme(points, more))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_cap_makes_it_fit() -> None:
    assert compile_scheme(scheme(1_000_000, ", caps: [{window: day, points: 100}]"))
    own = scheme(1_000_000).model_dump() | {"caps": [{"window": "day", "points": 100}]}
    assert compile_scheme(IncentiveScheme.model_validate(own))


@pytest.mark.parametrize(
    ("more", "millipoints"),
    [
        ("", 2000),
        (", per: unit", 2000 * MOST_QUANTITY),
        (", multipliers: [{factor: 3/2}]", 3000),
        # Where its condition does not hold a factor below 1 lowers nothing.
        (", multipliers: [{factor: 1/2}]", 2000),
        (", multipliers: [{factor: 3/2}, {factor: 1/2}, {factor: 5/3}]", 5000),
        (", decay: {factor: 1/2}", 2000),
        (", per_object: once, verification: tracked, until_verified: 1/2", 2000),
        (", caps: [{window: day, points: 1.5}, {window: week, points: 3}]", 1500),
        (", caps: [{window: week, points: 3}]", 2000),
    ],
)
def test_the_largest_award_of_a_rule(more: str, millipoints: int) -> None:
    text = f"name: n\ntitle: N\nrules: [{{id: a, title: A, on: share, points: 2{more}}}]\n"
    assert largest_award(load_document(text, IncentiveScheme).rules[0]) == millipoints


@pytest.mark.parametrize(
    "rest",
    [
        "  - {id: b, title: B, on: share, points: 601.842}\nbadges:\n",
        "badges:\n  - {id: b, title: B, points: 601.842, once_per: object, groups: "
        "[[{metric: events, of: share, scope: object, at_least: 1}]]}\n",
    ],
)
def test_totals_stay_below_half_of_int64_to_the_millipoint(rest: str) -> None:
    # 2^62 is 10,000,000 awards of 461,168,601,842 millipoints, and 7,387,904 more: a badge for each object is won as often.
    def total(last: str) -> IncentiveScheme:
        return load_document(
            "name: n\ntitle: N\nrules:\n  - {id: a, title: A, on: share, points: 461.168, per: unit}\n"
            f"{rest}  - {{id: c, title: C, points: {last}, groups: [[{{metric: events, of: share, at_least: 1}}]]}}\n",
            IncentiveScheme,
        )

    assert 461_168 * MOST_QUANTITY + 601_842 == 461_168_601_842
    compile_scheme(total("7387.903"))
    with pytest.raises(
        SchemeError, match=r"rule 'a': 10000000 awards .* together to 4611686018427387904; totals stay below"
    ):
        compile_scheme(total("7387.904"))


def test_a_product_on_the_way_stays_below_it_too() -> None:
    def with_factor(numerator: int) -> IncentiveScheme:
        return scheme(
            1_000_000, f", multipliers: [{{factor: {numerator}/10000}}], caps: [{{window: day, points: 1}}]"
        )

    # 1,000,000 points of 1,000,000 units are 10^15 millipoints: times 4611 that is below 2^62, times 4613 above.
    compile_scheme(with_factor(4611))
    with pytest.raises(SchemeError, match="4613000000000000000; amounts stay below"):
        compile_scheme(with_factor(4613))

    def doubled(last: int) -> IncentiveScheme:
        factors = ", ".join(f"{{factor: {factor}}}" for factor in (512, 512, 512, last))
        text = "name: n\ntitle: N\nrules: [{id: a, title: A, on: share, points: 536870.912, multipliers: ["
        return load_document(f"{text}{factors}], caps: [{{window: day, points: 1}}]}}]\n", IncentiveScheme)

    # 2^29 millipoints times 2^27, and times 2^6.
    compile_scheme(doubled(63))
    with pytest.raises(SchemeError, match="4611686018427387904; amounts stay below"):
        compile_scheme(doubled(64))


def test_a_badge_for_every_object_counts_as_often() -> None:
    text = """
name: b
title: B
badges:
  - {id: b, title: B, once_per: object, points: 1000000, groups: [[{metric: events, of: share, scope: object, at_least: 1}]]}
"""
    compile_scheme(load_document(text, IncentiveScheme))
    many = load_document(text, IncentiveScheme).model_dump()
    many["badges"] = [many["badges"][0] | {"id": f"b{n}"} for n in range(48)]
    compile_scheme(IncentiveScheme.model_validate(many))


def test_too_many_names_are_refused() -> None:
    tags = [f"t{n}" for n in range(61)]
    rules = [
        {
            "id": f"r{at}",
            "title": "R",
            "on": "share",
            "points": 1,
            "when": {"tag": tags[at * 50 : at * 50 + 50]},
        }
        for at in range(2)
    ]
    with pytest.raises(SchemeError, match="61 tags; at most 60"):
        compile_scheme(IncentiveScheme.model_validate({"name": "n", "title": "N", "rules": rules}))
