"""The demo's live scheme: the rehearsed one, plus features that the rehearsed candidates do not have."""

from typing import Any

from rewards.scheme.scheme import IncentiveScheme

BESIDE = (
    "Rehearsed were the rules, badges and levels. The challenges, the streak, the award by nomination, the board of teams, and the rewards "
    "and boards where the rehearsed scheme has none, were added for this demo; the third thanks both ways between two "
    "people waits for a look."
)
LOOKED_AT_AFTER = 2
"""Threshold of review; with the candidates' limits of thanks between a pair, nothing would ever be held for review."""

# None of these parts mints points, so that earnings are as rehearsed.
_PARTS: dict[str, Any] = {
    "streaks": [
        {"id": "weekdays", "title": "Working days", "kinds": ["share", "kudos"], "freezes": 2,
         "freeze_window": "month", "repair": {"missed_days": 1, "events": 2}}
    ],
    "challenges": [
        {"id": "first-fortnight", "title": "Twenty shares in the first fortnight", "metric": "events", "of": "share", "goal": 20,
         "days": 14, "unit": "everyone"},
        {"id": "together", "title": "Five hundred shares together", "metric": "events", "of": "share", "goal": 500, "days": 365,
         "unit": "everyone"},
    ],
}  # fmt: skip
_NOMINATION: dict[str, Any] = {"id": "helper", "title": "Helper of the month", "every_days": 28}
_BOARDS: list[dict[str, Any]] = [
    {"id": "month", "title": "This month", "window": "month"},
    {"id": "teams", "title": "Teams per head", "window": "month", "group": "team", "per_head": True},
]
_REWARDS: list[dict[str, Any]] = [
    {"id": "coffee", "title": "Coffee with somebody from another team", "points": 5},
    {"id": "book", "title": "A book of your choice", "points": 10, "stock": 500, "approval": True, "unit_cost_cents": 2500},
]  # fmt: skip


def live_scheme(rehearsed: IncentiveScheme) -> IncentiveScheme:
    """The rehearsed scheme plus the demo's parts; on equal ids its own part is kept."""
    document = rehearsed.model_dump(mode="json")
    for name, parts in (*_PARTS.items(), ("leaderboards", _BOARDS), ("rewards", _REWARDS)):
        document[name] = _with(document[name], parts)
    recognition = document["recognition"]
    recognition["nominations"] = _with(recognition["nominations"], [_NOMINATION])
    thanks = recognition["kudos"]
    if thanks is not None:
        thanks["reciprocal_limit"] = min(thanks["reciprocal_limit"], LOOKED_AT_AFTER)
    document["note"] = f"“{rehearsed.title}” as it was rehearsed, live in the demo company. {BESIDE}"
    return IncentiveScheme.model_validate(document)


def draft_scheme(live: IncentiveScheme) -> IncentiveScheme:
    """The draft in the demo company: the live scheme with a cooldown between shares."""
    rules = tuple(
        rule.model_copy(update={"cooldown_minutes": 30}) if rule.on == "share" else rule
        for rule in live.rules
    )
    changed = live.model_copy(
        update={"title": f"{live.title}, with half an hour between shares", "rules": rules}
    )
    return IncentiveScheme.model_validate(changed.model_dump(mode="json"))


def _with(own: list[dict[str, Any]], parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {one["id"] for one in own}
    return [*own, *(one for one in parts if one["id"] not in known)]
