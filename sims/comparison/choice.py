"""The decision rule for choosing among compared schemes, fixed in advance so that nobody can pick a number.

Everything is paired: run r of a scheme is compared with run r of the control (doing nothing) and of the other schemes, under common
random numbers; a run in which both are equal counts half. The rule, in order:

1. *Limits.* A scheme is admissible if each limit of `LIMITS` holds in at least `LIMIT_SHARE` of the runs.
2. *It must do something.* Its incremental human clicks (its clicks minus those of doing nothing) are above
   zero in at least `CLEAR_SHARE` of the runs. Otherwise it is dropped, however good its mean.
3. *The most.* Among what is left, the scheme with the largest median of incremental human clicks leads.
4. *Clear, or a toss-up.* The lead is clear if the leader has more clicks than every other admissible
   scheme in at least `CLEAR_SHARE` of the paired runs. If not, the schemes it does not clearly beat are
   tied with it, and the one of them that awards the fewest points (the smallest liability) is chosen.
5. With nothing left, the choice is to do nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rewards.language import msg
from sims.comparison.wording import (
    CLEAR,
    CLEAR_SHARE,
    DO_NOTHING,
    LIMIT_SHARE,
    NOTHING,
    TOSS_UP,
    reason_in_words,
    rule_in_words,
)
from sims.ensemble.intervals import Interval, interval, share_above

Runs = NDArray[np.float64]


@dataclass(frozen=True)
class Limit:
    """A limit: `outcome`, minus the control's if `relative`, may not fall below `floor`."""

    outcome: str
    floor: float
    relative: bool
    why: str


LIMITS = (
    Limit(
        "peer_trust",
        -0.02,
        True,
        msg("contacts' trust in employees at the end, against doing nothing (0 to 1)"),
    ),
    Limit("motivation", -0.05, True, msg("intrinsic motivation at the end, against doing nothing (0 to 1)")),
    Limit(
        "fairness",
        0.8,
        False,
        msg("the least-paid segment's points per share, as a part of the median segment's"),
    ),
)


@dataclass(frozen=True)
class Candidate:
    """One compared scheme: total clicks and points of each run, and the values that are checked against limits."""

    name: str
    clicks: Runs
    points: Runs
    guarded: Mapping[str, Runs]


@dataclass(frozen=True)
class Check:
    """The check of one limit for one scheme."""

    limit: Limit
    value: float
    share_of_runs_kept: float

    @property
    def passed(self) -> bool:
        """True where enough of the runs keep the limit."""
        return self.share_of_runs_kept >= LIMIT_SHARE


@dataclass(frozen=True)
class Assessment:
    """The rule's assessment of one scheme."""

    name: str
    incremental_clicks: Interval
    share_above_nothing: float
    median_points: float
    checks: tuple[Check, ...]

    @property
    def admissible(self) -> bool:
        """True where every limit is kept."""
        return all(check.passed for check in self.checks)

    @property
    def eligible(self) -> bool:
        """True where admissible and clearly better than the control."""
        return self.admissible and self.share_above_nothing >= CLEAR_SHARE


@dataclass(frozen=True)
class Choice:
    """The chosen scenario and why; `scenario` is `none` where the control is chosen."""

    scenario: str
    verdict: str
    reason: str
    assessments: tuple[Assessment, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, keys in a fixed order."""
        return {
            "scenario": self.scenario,
            "verdict": self.verdict,
            "rule": rule_in_words(),
            "reason": self.reason,
            "candidates": [_assessment_json(found) for found in self.assessments],
        }


def assess(candidate: Candidate, nothing: Candidate) -> Assessment:
    """Compare one scheme with the control, run by run."""
    gained = candidate.clicks - nothing.clicks
    checks = []
    for limit in LIMITS:
        if limit.outcome in candidate.guarded:
            value = candidate.guarded[limit.outcome] - (
                nothing.guarded[limit.outcome] if limit.relative else 0.0
            )
            checks.append(Check(limit, float(np.median(value)), float(np.mean(value >= limit.floor))))
    return Assessment(
        candidate.name,
        interval(gained),
        share_above(gained),
        float(np.median(candidate.points)),
        tuple(checks),
    )


def choose(candidates: Sequence[Candidate], nothing: Candidate) -> Choice:
    """Apply the rule of this module to schemes simulated with the same runs as `nothing`."""
    found = {candidate.name: assess(candidate, nothing) for candidate in candidates}
    assessments = tuple(found.values())
    eligible = [candidate for candidate in candidates if found[candidate.name].eligible]
    if not eligible:
        return _choice(NOTHING, DO_NOTHING, assessments)
    leader = max(eligible, key=lambda each: found[each.name].incremental_clicks.median)
    tied = [
        each
        for each in eligible
        if each is not leader and share_above(leader.clicks - each.clicks) < CLEAR_SHARE
    ]
    chosen = min([leader, *tied], key=lambda each: found[each.name].median_points)
    return _choice(chosen.name, TOSS_UP if tied else CLEAR, assessments)


def _choice(scenario: str, verdict: str, assessments: tuple[Assessment, ...]) -> Choice:
    candidates = [_assessment_json(found) for found in assessments]
    told = {"scenario": scenario, "verdict": verdict, "candidates": candidates}
    return Choice(scenario, verdict, reason_in_words(told, repr), assessments)


def _assessment_json(found: Assessment) -> dict[str, Any]:
    return {
        "scenario": found.name,
        "admissible": found.admissible,
        "share_of_runs_above_nothing": found.share_above_nothing,
        "incremental_clicks": found.incremental_clicks.as_json(),
        "median_points": found.median_points,
        "checks": [
            {
                "outcome": check.limit.outcome,
                "limit": check.limit.why,
                "value": check.value,
                "allowed": check.limit.floor,
                "share_of_runs_kept": check.share_of_runs_kept,
                "passed": check.passed,
            }
            for check in found.checks
        ],
    }
