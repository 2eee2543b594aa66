"""When two schemes are the same: a name, a title or a note makes no scheme new."""

from __future__ import annotations

import json
from typing import Any

from rewards.scheme.scheme import IncentiveScheme

WORDS = frozenset(("title", "note", "description"))
# What nobody who shares meets: who is shown to whom in small groups, and when a person looks first.
BEHIND_THE_SCENES = frozenset(("name", "privacy", "fair_play"))


def scoring_form(scheme: IncentiveScheme) -> str:
    """All of it that scoring reads, and the ids by which awards go on: schemes of one form share one score."""
    return _text(_without_words(_body(scheme)))


def offered_form(scheme: IncentiveScheme) -> str:
    """All of it that people can tell by living under it: neither words nor ids, nor the order in which parts stand."""
    body = _body(scheme)
    places: dict[tuple[str, str], str] = {}
    for part, metric in (("rules", "awards"), ("streaks", "streak")):
        bare = {each["id"]: _text(_without_words(each, ids=False)) for each in body[part]}
        places |= {(metric, name): text for name, text in bare.items()}
    for badge in body["badges"]:
        for need in (need for group in badge["groups"] for need in group):
            need["of"] = places.get((need["metric"], need["of"]), need["of"])
    for challenge in body["challenges"]:
        challenge["of"] = places.get((challenge["metric"], challenge["of"]), challenge["of"])
    bare_body = _without_words(body, ids=False)
    return _text({name: _in_order(part) for name, part in bare_body.items()})


def _body(scheme: IncentiveScheme) -> dict[str, Any]:
    return scheme.model_dump(mode="json", exclude=set(BEHIND_THE_SCENES))


def _without_words(value: object, ids: bool = True) -> Any:
    if isinstance(value, dict):
        dropped = WORDS if ids else WORDS | {"id"}
        return {name: _without_words(part, ids) for name, part in value.items() if name not in dropped}
    return [_without_words(part, ids) for part in value] if isinstance(value, list) else value


def _in_order(part: object) -> Any:
    return sorted(part, key=_text) if isinstance(part, list) else part


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
