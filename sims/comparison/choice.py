"""Which of several compared schemes is the better one: a written rule, so that nobody can pick a number.

Everything is paired: run r of a scheme is set against run r of doing nothing, and of the other schemes,
under the same random numbers. The rule, in order:

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

from sims.ensemble.intervals import Interval, interval, share_above

CLEAR_SHARE = 0.8
LIMIT_SHARE = 0.9
NOTHING = "none"

Runs = NDArray[np.float64]


@dataclass(frozen=True)
class Limit:
    """A guard rail: `outcome`, minus doing nothing's if `relative`, may not fall below `floor`."""

    outcome: str
    floor: float
    relative: bool
    why: str


LIMITS = (
    Limit(
        "peer_trust", -0.02, True, "contacts' trust in employees at the end, against doing nothing (0 to 1)"
    ),
    Limit("motivation", -0.05, True, "intrinsic motivation at the end, against doing nothing (0 to 1)"),
    Limit(
        "fairness", 0.8, False, "the least-paid segment's points per share, as a part of the median segment's"
    ),
)


@dataclass(frozen=True)
class Candidate:
    """One compared scheme: per run, its clicks and points in total, and the values that limits look at."""

    name: str
    clicks: Runs
    points: Runs
    guarded: Mapping[str, Runs]


@dataclass(frozen=True)
class Check:
    """One limit held against one scheme."""

    limit: Limit
    value: float
    share_of_runs_kept: float

    @property
    def passed(self) -> bool:
        """Whether enough of the runs keep to the limit."""
        return self.share_of_runs_kept >= LIMIT_SHARE


@dataclass(frozen=True)
class Assessment:
    """What the rule saw in one scheme."""

    name: str
    incremental_clicks: Interval
    share_above_nothing: float
    median_points: float
    checks: tuple[Check, ...]

    @property
    def admissible(self) -> bool:
        """Whether every limit is kept."""
        return all(check.passed for check in self.checks)

    @property
    def eligible(self) -> bool:
        """Admissible, and clearly better than doing nothing."""
        return self.admissible and self.share_above_nothing >= CLEAR_SHARE


@dataclass(frozen=True)
class Choice:
    """The rule's answer; `scenario` is `none` when doing nothing is the answer."""

    scenario: str
    verdict: str
    reason: str
    assessments: tuple[Assessment, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, keys in a fixed order."""
        return {
            "scenario": self.scenario,
            "verdict": self.verdict,
            "rule": RULE,
            "reason": self.reason,
            "candidates": [_assessment_json(found) for found in self.assessments],
        }


RULE = (
    f"The most incremental human clicks (median over paired runs, against doing nothing), among schemes that "
    f"beat doing nothing in at least {CLEAR_SHARE:.0%} of the runs and keep every limit on trust, motivation "
    f"and fairness in at least {LIMIT_SHARE:.0%}; if the lead holds in fewer than {CLEAR_SHARE:.0%} of the "
    f"runs, the tied scheme that awards the fewest points."
)


def assess(candidate: Candidate, nothing: Candidate) -> Assessment:
    """Hold one scheme against doing nothing, run by run."""
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
        return Choice(NOTHING, "do nothing", _why_nothing(assessments), assessments)
    leader = max(eligible, key=lambda each: found[each.name].incremental_clicks.median)
    tied = [
        each
        for each in eligible
        if each is not leader and share_above(leader.clicks - each.clicks) < CLEAR_SHARE
    ]
    chosen = min([leader, *tied], key=lambda each: found[each.name].median_points)
    verdict = "toss-up" if tied else "clear"
    return Choice(chosen.name, verdict, _why(found[chosen.name], leader, tied), assessments)


def _why(chosen: Assessment, leader: Candidate, tied: Sequence[Candidate]) -> str:
    low, high = chosen.incremental_clicks.p80
    more = f"{chosen.incremental_clicks.median:,.0f} more human clicks"
    spread = f"80 % of runs: {low:,.0f} to {high:,.0f}"
    reason = f"'{chosen.name}' brings {more} than doing nothing ({spread}) and keeps every limit"
    if not tied:
        return reason + "; no other admissible scheme comes close."
    if chosen.name == leader.name:
        return reason + "; others come close but award more points."
    return reason + f"; '{leader.name}' has a higher median but no clear lead, and awards more points."


def _why_nothing(assessments: Sequence[Assessment]) -> str:
    parts = []
    for found in assessments:
        broken = [check.limit.why for check in found.checks if not check.passed]
        if broken:
            parts.append(f"'{found.name}' breaks a limit: {' and '.join(broken)}")
        else:
            parts.append(
                f"'{found.name}' beats doing nothing in only {found.share_above_nothing:.0%} of the runs"
            )
    return "; ".join(parts) + "." if parts else "No scheme was compared."


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
