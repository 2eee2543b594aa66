"""What a scheme can come to at most is refused before it overflows."""

import pytest

from rewards.document import load_document
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
