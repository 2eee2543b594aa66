"""Comparison of schemes: names, titles and notes do not make a scheme new."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rewards.scheme.scheme import IncentiveScheme

WORDS = frozenset(("title", "note", "description"))
# Sections that do not affect employees' decisions: small-group privacy, and thresholds of human review.
BEHIND_THE_SCENES = frozenset(("name", "privacy", "fair_play"))


def scoring_form(scheme: IncentiveScheme) -> str:
    """The part of a scheme that scoring reads, including the ids that state is carried by, as text: equal forms share one score."""
    return _text(_without_words(_body(scheme)))


Leaves = dict[tuple[str, ...], Any]
Offer = list[tuple[str, Leaves]]


def offered(scheme: IncentiveScheme) -> Offer:
    """The part of a scheme that employees can experience, without texts and ids.

    One element for each rule, badge, reward … and each section that is not a list, with the name of its section.
    """
    body = _body(scheme)
    # References of badges and challenges are replaced by the kind of event they count, so that ids do not matter.
    kinds = {("awards", rule["id"]): rule["on"] for rule in body["rules"]}
    kinds |= {("streak", streak["id"]): str(streak["kinds"]) for streak in body["streaks"]}
    needs = [need for badge in body["badges"] for group in badge["groups"] for need in group]
    for each in (*needs, *body["challenges"]):
        each["of"] = kinds.get((each["metric"], each["of"]), each["of"])
    bare: dict[str, Any] = _without_words(body, ids=False)
    parts = [
        (name, each) for name, part in bare.items() for each in (part if isinstance(part, list) else [part])
    ]
    return [(name, dict(_leaves(each, ()))) for name, each in parts]


def newness(here: Offer, before: Offer) -> float:
    """Novelty of an offer relative to an earlier one, from 0 to 1: that of its most novel or missing element.

    0 for equivalent offers, 1 for a rule, badge, board … of a kind that did not exist, in between where only numbers changed: a number that
    is x < 1 times the other has novelty 1 − x.
    """
    return max(_farthest(here, before), _farthest(before, here))


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, (*path, name))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from _leaves(part, (*path, str(at)))
    else:
        yield path, value


def _farthest(some: Offer, others: Offer) -> float:
    # The maximum over elements of the distance to the nearest element of the same section in the other offer.
    return max(
        (
            1.0 - max((_likeness(part, other) for where, other in others if where == section), default=0.0)
            for section, part in some
        ),
        default=0.0,
    )


def _likeness(one: Leaves, other: Leaves) -> float:
    if one.keys() != other.keys():
        return 0.0
    return min((_ratio(one[path], other[path]) for path in one), default=1.0)


def _ratio(one: object, other: object) -> float:
    if one == other:
        return 1.0
    a, b = _number(one), _number(other)
    if a is None or b is None or a * b <= 0.0:
        return 0.0
    return min(abs(a), abs(b)) / max(abs(a), abs(b))


def _number(value: object) -> float | None:
    # Points are serialised as text in JSON.
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _body(scheme: IncentiveScheme) -> dict[str, Any]:
    return scheme.model_dump(mode="json", exclude=set(BEHIND_THE_SCENES))


def _without_words(value: object, ids: bool = True) -> Any:
    if isinstance(value, dict):
        dropped = WORDS if ids else WORDS | {"id"}
        return {name: _without_words(part, ids) for name, part in value.items() if name not in dropped}
    return [_without_words(part, ids) for part in value] if isinstance(value, list) else value


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
