"""Named schemes to begin from, each with where its shape comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from rewards.document import load_document
from rewards.scheme.scheme import IncentiveScheme

# Share 2 / click 10 is the ratio that advocacy vendors' guides show most often (vendor claim); tangible rewards follow.
_CLICKS = """
name: clicks
title: Points for shares and clicks
rules:
  - id: share
    title: Share a green-lit item
    on: share
    points: 2
    per_object: once
    caps: [{window: day, points: 6}]
    cooldown_minutes: 10
  - id: click
    title: A person clicked your link
    on: click
    points: 10
    verification: tracked
    caps: [{window: day, points: 100}, {window: week, points: 300}]
badges:
  - {id: first-share, title: First share, groups: [[{metric: awards, of: share, at_least: 1}]]}
  - {id: ten-shares, title: Ten shares, groups: [[{metric: awards, of: share, at_least: 10}]]}
levels:
  - {id: voice, title: Voice, points: 100}
  - {id: guide, title: Guide, points: 500}
leaderboards: [{id: month, title: This month, window: month}]
recognition: {kudos: {allowance: 100, gift: 10, period: month}}
rewards: [{id: gift-card, title: Gift card worth 25, points: 500, unit_cost_cents: 2500, stock: 100, approval: true}]
"""

# Symbolic, surprising, exclusive recognition: Bradler et al. 2016 and Gallus 2017 found effects without pay.
_RECOGNITION = """
name: recognition
title: Recognition, not pay
rules:
  - id: share
    title: Share a green-lit item
    on: share
    points: 1
    per_object: once
    caps: [{window: day, points: 2}]
    nature: {worth: symbolic}
  - id: suggestion
    title: Suggest content that is published
    on: suggestion
    points: 3
    caps: [{window: week, points: 9}]
    nature: {worth: symbolic}
badges:
  - {id: first-share, title: First share, groups: [[{metric: awards, of: share, at_least: 1}]]}
  - {id: regular, title: Regular voice, groups: [[{metric: awards, of: share, at_least: 12}]]}
recognition:
  kudos: {allowance: 100, gift: 10, period: month}
  highlights: [{title: Voice of the month, share: 1/20, every_days: 28}]
"""

# Rewards finding and proposing content rather than volume (an assumption of ours, against spamming).
_CURATOR = """
name: curator
title: The curator's scheme
rules:
  - id: suggestion
    title: Suggest content that is published
    on: suggestion
    points: 5
    caps: [{window: week, points: 15}]
    nature: {worth: symbolic}
  - id: share
    title: Share a green-lit item
    on: share
    points: 2
    per_object: once
    decay: {factor: 1/2, window: week}
    caps: [{window: week, points: 5}]
    nature: {worth: symbolic}
badges:
  - {id: curator, title: Curator, groups: [[{metric: awards, of: suggestion, at_least: 5}]]}
recognition: {kudos: {allowance: 60, gift: 10, period: month}}
"""

# Daily habits with streaks that forgive: work calendar, freezes and repair keep a break from ending it all (Silverman and Barasch
# 2023 found that people give up after a broken streak). Freezes, repair and amounts are assumptions of ours.
_HABIT = """
name: habit
title: A little every working day
rules:
  - id: share
    title: Share a green-lit item
    on: share
    points: 3
    per_object: once
    decay: {factor: 1/2, window: day}
    caps: [{window: day, points: 5}]
    nature: {worth: symbolic}
  - id: comment
    title: Comment on a colleague's post
    on: comment
    points: 1
    caps: [{window: day, points: 3}, {window: week, points: 3, scope: pair}]
    nature: {worth: symbolic}
streaks:
  - id: weekdays
    title: Working days
    kinds: [share, comment]
    freezes: 2
    freeze_window: month
    repair: {missed_days: 1, events: 2}
badges:
  - id: faithful
    title: Faithful
    groups: [[{metric: streak, of: weekdays, at_least: 10}]]
    levels: [{id: quarter, title: Faithful for a quarter, times: 6}]
"""

# A goal that a team reaches together, boards of teams per head and none of persons: Babcock et al. 2015 found team incentives to
# carry through mutual obligation, Barankay 2012 that telling people their rank can lower what they do. Amounts are assumptions.
_TEAMS = """
name: teams
title: Together
rules:
  - id: share
    title: Share a green-lit item
    on: share
    points: 2
    per_object: once
    verification: connector
    until_verified: 1/2
    caps: [{window: week, points: 10}]
    nature: {worth: symbolic, publicity: public}
  - id: lead
    title: Bring a lead
    on: lead
    points: 10
    verification: connector
    caps: [{window: month, points: 50}]
    nature: {worth: symbolic, publicity: public}
challenges:
  - {id: hundred, title: A hundred points together, metric: points, goal: 100, days: 28, unit: team}
leaderboards:
  - {id: teams, title: Teams per head, window: month, group: team, per_head: true}
recognition:
  kudos: {allowance: 60, gift: 10, period: month}
  nominations: [{id: helper, title: Helper of the month, every_days: 28}]
"""

_TEXTS = {
    "clicks": _CLICKS,
    "recognition": _RECOGNITION,
    "curator": _CURATOR,
    "habit": _HABIT,
    "teams": _TEAMS,
}


def text_of_preset(name: str) -> str:
    """The YAML text of a preset, from which a draft starts."""
    return _TEXTS[name].lstrip("\n")


@cache
def _read(name: str) -> IncentiveScheme:
    return load_document(_TEXTS[name], IncentiveScheme, f"preset {name}")


class _Presets(Mapping[str, IncentiveScheme]):
    """Schemes by name, each read when it is first asked for."""

    def __getitem__(self, name: str) -> IncentiveScheme:
        return _read(name)

    def __contains__(self, name: object) -> bool:
        return name in _TEXTS

    def __iter__(self) -> Iterator[str]:
        return iter(_TEXTS)

    def __len__(self) -> int:
        return len(_TEXTS)


PRESETS: Mapping[str, IncentiveScheme] = _Presets()
