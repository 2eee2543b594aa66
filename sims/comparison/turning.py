"""Turning points: the size of a reward, its publicity, or the number of reminders or posts at which the effect changes sign.

Each lever of a scenario is set to several values under common random numbers. Between two settings the effect is interpolated linearly,
and the interval in which its mean over runs changes sign is simulated again at intermediate settings. The confidence interval is that of
the crossing over bootstrap samples of runs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.bridge import CLICKS
from sims.ensemble.result import Result
from sims.ensemble.run import PLAIN, Manner, simulate_all

if TYPE_CHECKING:
    from sims.scenario.scenario import Scenario, SchemePhase

Floats = NDArray[np.float64]

# Settings of the first pass, and number of intermediate settings of the second.
FACTORS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
DIGESTS = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0)
PARTS = (0.0, 0.25, 0.5, 0.75, 1.0)
PAGE_POSTS = (0.0, 1.0, 3.0, 5.0, 10.0, 20.0, 40.0)
CUTS, RESAMPLES = 3, 400
MILLI = Decimal("0.001")


@dataclass(frozen=True)
class Lever:
    """A numerical lever of a scenario.

    marginal    evaluate the effect of one more unit instead of the total effect
    outcome     outcome in which the effect is measured, where it differs from the requested one
    against     reference of the effect: `least`, the first setting; `unpaid`, the scenario without points
    """

    name: str
    title: str
    settings: tuple[float, ...]
    marginal: bool
    pull: "Callable[[Scenario, float], Scenario]"
    outcome: str | None = None
    against: Literal["least", "unpaid"] = "least"


@dataclass(frozen=True, eq=False)
class Turning:
    """The outcome at each setting of a lever, float64[runs, settings], and the setting at which the effect turns.

    `ground`, float64[runs], is the reference.
    """

    scenario: str
    lever: Lever
    outcome: str
    settings: Floats
    values: Floats
    ground: Floats
    at: float | None
    interval: tuple[float, float] | None
    certain: float

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; `at` is null without a turning point between the smallest and the largest setting."""
        return {
            "scenario": self.scenario,
            "lever": self.lever.name,
            "title": self.lever.title,
            "outcome": self.outcome,
            "settings": self.settings.tolist(),
            "means": self.values.mean(axis=0).tolist(),
            "turns_at": self.at,
            "interval_90": None if self.interval is None else list(self.interval),
            "share_of_resamples_that_turn": self.certain,
            "sentence": self.sentence(),
        }

    def sentence(self) -> str:
        """A sentence with the warning, or that there is no turning point."""
        means, least, most = self.values.mean(axis=0), self.settings[0], self.settings[-1]
        unpaid = self.lever.against == "unpaid"
        rises = bool(means[0 if unpaid else 1] > self.ground.mean())
        none = "no points at all" if unpaid else "none"
        if self.at is None or self.interval is None:
            if self.lever.marginal:
                what = "one more always brings more"
            else:
                what = f"{'the scheme' if unpaid else 'any of it'} brings {'more' if rises else 'less'} than {none}"
            return f"{self.lever.title}: from {least:g} to {most:g} {what} ({self.outcome}; {self.certain:.0%} of resampled runs turn)."
        low, high = self.interval
        if self.lever.marginal:
            what = "one more brings less"
        else:
            what = (
                f"{'the scheme' if unpaid else 'it'} brings {'less' if rises else 'more'} than {none}, "
                f"before {'more' if rises else 'less'}"
            )
        return (
            f"{self.lever.title}: beyond {self.at:.3g} {what} ({self.outcome}; 90 %: {low:.3g} to {high:.3g}; "
            f"{self.certain:.0%} of resampled runs turn)."
        )


def _paying(phase: "SchemePhase", factor: float) -> "SchemePhase":
    if phase.scheme is None or factor == 1.0:
        return phase
    rules = tuple(
        rule.model_copy(update={"points": (Decimal(rule.points) * Decimal(str(factor))).quantize(MILLI)})
        for rule in phase.scheme.rules
    )
    return phase.model_copy(update={"scheme": phase.scheme.model_copy(update={"rules": rules})})


def _reminding(phase: "SchemePhase", digests: float) -> "SchemePhase":
    if phase.tool is None:
        return phase
    return phase.model_copy(update={"tool": phase.tool.model_copy(update={"digests_per_week": digests})})


def _publishing(phase: "SchemePhase", part: float) -> "SchemePhase":
    if phase.scheme is None:
        return phase
    return phase.model_copy(update={"terms": phase.terms.model_copy(update={"publicity": part})})


def _posting(phase: "SchemePhase", factor: float) -> "SchemePhase":
    if phase.notifications is None:
        return phase
    return phase.model_copy(update={"notifications": phase.notifications * factor})


def _asking_for_posts(scenario: "Scenario", factor: float) -> "Scenario":
    content = scenario.content.model_copy(update={"notifications": scenario.content.notifications * factor})
    return _in_phases(_posting)(scenario.model_copy(update={"content": content}), factor)


def _posting_pages(scenario: "Scenario", posts: float) -> "Scenario":
    accounts = tuple(
        account.model_copy(update={"posts_per_week": posts})
        for account in scenario.organisation.corporate_accounts
    )
    company = scenario.organisation.model_copy(update={"corporate_accounts": accounts})
    return scenario.model_copy(update={"organisation": company})


def _in_phases(
    pull: "Callable[[SchemePhase, float], SchemePhase]",
) -> "Callable[[Scenario, float], Scenario]":
    """A setter that applies `pull` in every phase and arm."""

    def pulled_everywhere(scenario: "Scenario", setting: float) -> "Scenario":
        phases = tuple(pull(phase, setting) for phase in scenario.phases)
        arms = tuple(
            arm.model_copy(update={"phases": tuple(pull(phase, setting) for phase in arm.phases)})
            for arm in scenario.arms
        )
        return scenario.model_copy(update={"phases": phases, "arms": arms})

    return pulled_everywhere


REWARD = Lever(
    "reward_size", "Points of every rule, as a multiple of the scheme's", FACTORS, False, _in_phases(_paying)
)
PUBLICITY = Lever(
    "publicity",
    "Part of the tangible points that colleagues see",
    PARTS,
    False,
    _in_phases(_publishing),
    against="unpaid",
)
CADENCE = Lever("cadence", "Reminders a week", DIGESTS, True, _in_phases(_reminding))
POSTS = Lever(
    "posts", "Items put before employees, as a multiple of the scenario's", FACTORS, True, _asking_for_posts
)
PAGE = Lever(
    "page_posts",
    "Posts of each company page a week",
    PAGE_POSTS,
    True,
    _posting_pages,
    outcome="corporate_clicks",
)


def levers_of(scenario: "Scenario") -> list[Lever]:
    """The levers that apply to the scenario."""
    phases = [*scenario.phases, *(phase for arm in scenario.arms for phase in arm.phases)]
    rules = [rule for scheme in scenario.schemes() for rule in scheme.rules if rule.points]
    has = {
        REWARD: bool(rules),
        PUBLICITY: any(rule.nature.worth == "tangible" for rule in rules),
        CADENCE: any(phase.tool is not None for phase in phases),
        POSTS: True,
        PAGE: bool(scenario.organisation.corporate_accounts),
    }
    return [lever for lever, there in has.items() if there]


def turning_points(
    scenario: "Scenario",
    outcome: str,
    runs: int,
    seed: int,
    manner: Manner = PLAIN,
    *,
    levers: Sequence[Lever] | None = None,
) -> list[Turning]:
    """The turning point of each lever (the scenario's levers unless given) in an outcome over the whole horizon."""
    return [
        _turning(scenario, lever, lever.outcome or outcome, (runs, seed, manner))
        for lever in (levers_of(scenario) if levers is None else levers)
    ]


def turning_points_beside(
    control: Result, scenarios: "Sequence[Scenario]", manner: Manner = PLAIN
) -> list[Turning]:
    """Turning points of human clicks for every lever of each scenario, in the runs of a comparison with this control."""
    about = control.provenance
    return [
        point for one in scenarios for point in turning_points(one, CLICKS, about.runs, about.seed, manner)
    ]


def told_of(points: Sequence[Turning], asked: bool) -> dict[str, Any]:
    """The turning points in the JSON of a comparison; empty where they were not requested."""
    return {"turning_points": [point.as_json() for point in points]} if asked else {}


def _turning(scenario: "Scenario", lever: Lever, outcome: str, how: tuple[int, int, Manner]) -> Turning:
    settings = np.array(lever.settings)
    values = _effects(scenario, lever, settings, outcome, how)
    if lever.against == "unpaid":
        ground = _effects(scenario, REWARD, (0.0,), outcome, how)[:, 0]
    else:
        ground = values[:, 0]

    def turn(settings: Floats, values: Floats, ground: Floats) -> float | None:
        means = values.mean(axis=0)
        if lever.against == "least":
            return crossing(settings, means, lever.marginal)
        # The reference comes before the first setting, and no turning point lies between the two.
        return crossing(
            np.concatenate([settings[:1], settings]), np.concatenate([[ground.mean()], means]), False
        )

    rough = turn(settings, values, ground)
    if rough is not None:
        at = int(np.clip(np.searchsorted(settings, rough), 1, settings.size - 1))
        first, last = max(at - 1 - lever.marginal, 0), min(at + lever.marginal, settings.size - 1)
        between = np.linspace(settings[first], settings[last], CUTS + 2)[1:-1]
        fresh = np.array([each for each in between if each not in settings])
        more = _effects(scenario, lever, fresh, outcome, how)
        order = np.argsort(np.concatenate([settings, fresh]))
        settings = np.concatenate([settings, fresh])[order]
        values = np.concatenate([values, more], axis=1)[:, order]
    found = turn(settings, values, ground)
    rng = np.random.default_rng((how[1], len(lever.name)))
    again = []
    for _ in range(RESAMPLES):
        rows = rng.integers(0, len(values), len(values))
        again.append(turn(settings, values[rows], ground[rows]))
    crossed = [each for each in again if each is not None]
    ends = np.quantile(crossed, (0.05, 0.95)) if crossed else None
    return Turning(
        scenario.name,
        lever,
        outcome,
        settings,
        values,
        ground,
        found,
        None if ends is None or found is None else (float(ends[0]), float(ends[1])),
        len(crossed) / RESAMPLES,
    )


def crossing(settings: Floats, means: Floats, marginal: bool) -> float | None:
    """The setting at which the mean effect changes sign or, with `marginal`, at which the mean is largest.

    The first change of sign relative to the first setting; the first setting where the means never rise; None without such a setting.
    """
    if marginal:
        top = int(np.argmax(means))
        return None if top == means.size - 1 else _top(settings, means, top)
    effect = means - means[0]
    some = np.flatnonzero(effect)
    for last, at in pairwise(some.tolist()):
        before, after = effect[last], effect[at]
        if before * after < 0.0:
            # Where the effect is exactly 0 in between, that is the crossing.
            last, part = (last + 1, 0.0) if at - last > 1 else (last, before / (before - after))
            return float(settings[last] + part * (settings[at] - settings[last]))
    return None


def _top(settings: Floats, means: Floats, top: int) -> float:
    # The vertex of the parabola through the highest mean and its neighbours.
    if top == 0:
        return float(settings[0])
    x, y = settings[top - 1 : top + 2], means[top - 1 : top + 2]
    (first, second), bend = np.diff(y) / np.diff(x), x[2] - x[0]
    curve = (second - first) / bend
    return float((x[0] + x[1]) / 2.0 - first / (2.0 * curve)) if curve < 0.0 else float(settings[top])


def _effects(
    scenario: "Scenario",
    lever: Lever,
    settings: Sequence[float] | Floats,
    outcome: str,
    how: tuple[int, int, Manner],
) -> Floats:
    runs, seed, manner = how
    tried = [pulled(scenario, lever, float(setting)) for setting in settings]
    plain = replace(manner, precision=None, cluster=None)
    found = simulate_all(tried, runs, seed, manner=plain, echoes=False)
    return np.stack([each.total(outcome) for each in found], axis=1)


def pulled(scenario: "Scenario", lever: Lever, setting: float) -> "Scenario":
    """The scenario with the lever at `setting`."""
    return lever.pull(scenario, setting)
