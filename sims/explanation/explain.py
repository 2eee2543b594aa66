"""Decomposition of the paired difference of two scenarios, by mechanism and by group of people.

Run by run the groups of mechanisms are switched on in sequence, in both scenarios, in a random order and its reverse; the resulting change
of the difference is the group's part (`sims.explanation.shapley`). The difference with all groups off is a separate part, so that the
parts of a run add up to its difference. Intervals are for the mean over runs (95 %, Student's t) and include chance, parameter
uncertainty, and the sampling of orders.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rewards.digits import teller
from sims.comparison.comparison import check_one_length
from sims.ensemble.bridge import average_reposts, outcome_specs, parameter_source
from sims.ensemble.precision import half_width_of
from sims.ensemble.result import ALL, OutcomeSpec
from sims.ensemble.run import PLAIN, Manner, check_runs, check_seed
from sims.ensemble.spread import ENDLESS, warnings_of
from sims.explanation.mechanisms import Group, groups_of
from sims.explanation.shapley import Parts, along
from sims.explanation.worlds import Differences, Puzzle, all_differences, orders_of, switched_off, worlds_of

if TYPE_CHECKING:
    from sims.scenario.scenario import Scenario

Floats = NDArray[np.float64]

LARGEST = 3
REST = "rest"


@dataclass(frozen=True, eq=False)
class Part:
    """The part of one group of mechanisms, or of the rest, in the difference: float64[runs], of everybody and of each group of people.

    `low` and `high` differ from `values` only where some coalition could not be simulated.
    """

    name: str
    title: str
    mechanisms: tuple[str, ...]
    does: str
    values: Floats
    low: Floats
    high: Floats
    by_people: Mapping[str, Floats]

    @property
    def mean(self) -> float:
        """The mean over runs."""
        return float(self.values.mean())


@dataclass(frozen=True, eq=False)
class Explanation:
    """The decomposed difference of one outcome, `second` minus `first`, run by run."""

    first: str
    second: str
    titles: tuple[str, str]
    spec: OutcomeSpec
    seed: int
    parameters: str | None
    difference: Floats
    by_people: Mapping[str, Floats]
    parts: tuple[Part, ...]
    worlds: int
    missing: int
    warnings: tuple[str, ...] = ()

    @property
    def largest(self) -> list[Part]:
        """The largest parts by absolute value, largest first, without the rest."""
        known = [part for part in self.parts if part.name != REST and part.mean != 0.0]
        return sorted(known, key=lambda part: -abs(part.mean))[:LARGEST]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; the same scenarios, seed and version give the same bytes."""
        return {
            "kind": "explanation",
            "first": self.first,
            "second": self.second,
            "outcome": self.spec.as_json(),
            "seed": self.seed,
            "runs": int(self.difference.size),
            **({} if self.parameters is None else {"parameters": self.parameters}),
            "worlds": self.worlds,
            "worlds_missing": self.missing,
            "warnings": list(self.warnings),
            "difference": estimate(self.difference),
            "mechanisms": [
                {
                    "name": part.name,
                    "title": part.title,
                    "mechanisms": list(part.mechanisms),
                    **estimate(part.values),
                    "bounds": [float(part.low.mean()), float(part.high.mean())],
                    "share": self.share(part),
                    "by_people": {split: float(values.mean()) for split, values in part.by_people.items()},
                    "by_run": part.values.tolist(),
                }
                for part in self.parts
            ],
            "people": {split: estimate(values) for split, values in self.by_people.items()},
            "difference_by_run": self.difference.tolist(),
            "sentences": self.sentences(),
        }

    def share(self, part: Part) -> float | None:
        """The part's mean relative to the mean difference; None where that is 0. It may be negative or above 1."""
        whole = float(self.difference.mean())
        return part.mean / whole if whole else None

    def sentences(self) -> list[str]:
        """A sentence for each of the three largest parts."""
        return [self._sentence(part) for part in self.largest]

    def _sentence(self, part: Part) -> str:
        half, share = half_width_of(part.values), self.share(part)
        mean, range_ = f"{part.mean:+,.4g}", ""
        if np.isfinite(half):
            text = teller((part.mean - half, part.mean + half))
            low, high, middle = (
                text(value).replace("\N{MINUS SIGN}", "-")
                for value in (part.mean - half, part.mean + half, part.mean)
            )
            mean = middle if part.mean <= 0.0 else f"+{middle}"
            range_ = f" (95 %: {low} to {high})"
        clear = "" if half < abs(part.mean) else "; that is not clear from zero with so few runs"
        of = "" if share is None else f", {share:.0%} of the difference"
        return f"{part.title}: {mean} {self.spec.unit}{range_}{of}{clear}; {part.does}."


def estimate(values: Floats) -> dict[str, Any]:
    """The mean over runs with its 95 % interval (null for a single run), and the share of runs above zero."""
    mean, half = float(values.mean()), half_width_of(values)
    known = [mean - half, mean + half] if np.isfinite(half) else None
    return {"mean": mean, "interval": known, "share_of_runs_higher": float(np.mean(values > 0.0))}


def explain(
    first: "Scenario",
    second: "Scenario",
    outcome: str = "human_clicks",
    runs: int | None = None,
    seed: int | None = None,
    *,
    wanted: Sequence[str] = (),
    pairs: int = 1,
    manner: Manner = PLAIN,
) -> Explanation:
    """Decompose the difference of an outcome, `second` minus `first`, over the whole horizon.

    wanted  names of groups of mechanisms, all unless given; mechanisms in none of them stay on
    pairs   number of random orders, each with its reverse, in each run
    Raises ValueError for an unknown outcome or group, or scenarios that cannot be paired.
    """
    check_one_length("explain", [first, second])
    specs = outcome_specs()
    if outcome not in specs:
        raise ValueError(f"outcome {outcome!r}; known are {', '.join(specs)}; choose among them")
    runs, seed = (
        check_runs(first.runs if runs is None else runs),
        check_seed(first.seed if seed is None else seed),
    )
    off = set(first.parameters.off) & set(second.parameters.off)
    puzzle = Puzzle(
        (first, second),
        groups_of(_known(), wanted, sorted(off)),
        specs[outcome],
        seed,
        manner.at_defaults,
        manner.posterior,
    )
    warnings = tuple(dict.fromkeys(text for scenario in (first, second) for text in warnings_of(scenario)))
    orders = [orders_of(puzzle, run, pairs) for run in range(runs)]
    asked = [(run, world) for run in range(runs) for world in worlds_of(orders[run])]
    endless = _endless(puzzle, {world for _, world in asked})
    found = all_differences(puzzle, [each for each in asked if each[1] not in endless], manner.processes)
    return replace(_taken_apart(puzzle, orders, found), missing=len(asked) - len(found), warnings=warnings)


def _known() -> dict[str, dict[str, float]]:
    from agents.parameters.parameters import MECHANISMS

    return MECHANISMS


def _endless(puzzle: Puzzle, worlds: set[int]) -> set[int]:
    """Coalitions with a supercritical cascade, because a mechanism that limits cascades is switched off."""
    # The empty coalition is needed for the sum of parts: it is simulated in any case, with cascades bounded by the audience.
    inner = sorted(worlds - {0, puzzle.whole})
    found = set()
    for scenario in puzzle.scenarios:
        own = scenario.parameters.resolve()
        spread = average_reposts(
            scenario, [own.without(*switched_off(puzzle.groups, world)) for world in inner]
        )
        found |= {world for world, each in zip(inner, spread, strict=True) if each.reposts > ENDLESS}
    return found


def _taken_apart(
    puzzle: Puzzle, orders: Sequence[list[list[int]]], found: Mapping[tuple[int, int], Differences]
) -> Explanation:
    splits = list(dict.fromkeys(split for values in found.values() for split in values))
    by_run: dict[str, list[Parts]] = {split: [] for split in splits}
    for run, mine in enumerate(orders):
        worlds = {world: found[run, world] for world in worlds_of(mine) if (run, world) in found}
        for split in splits:
            by_run[split].append(
                along(mine, {world: values.get(split, 0.0) for world, values in worlds.items()})
            )
    ends = {
        world: {
            split: np.array([found[run, world].get(split, 0.0) for run in range(len(orders))])
            for split in splits
        }
        for world in (0, puzzle.whole)
    }
    people = [split for split in splits if split != ALL]
    parts = [_part(group, at, by_run, people) for at, group in enumerate(puzzle.groups)]
    rest = ends[0]
    parts.append(
        Part(
            REST,
            "Everything else",
            (),
            "what the scenarios differ in beside these mechanisms",
            rest[ALL],
            rest[ALL],
            rest[ALL],
            {split: rest[split] for split in people},
        )
    )
    first, second = puzzle.scenarios
    return Explanation(
        first.name,
        second.name,
        (first.title or first.name, second.title or second.name),
        puzzle.outcome,
        puzzle.seed,
        None if puzzle.at_defaults else parameter_source(puzzle.posterior),
        ends[puzzle.whole][ALL],
        {split: ends[puzzle.whole][split] for split in people},
        tuple(parts),
        len(found),
        0,
    )


def _part(group: Group, at: int, by_run: Mapping[str, Sequence[Parts]], people: Sequence[str]) -> Part:
    def of(split: str, which: str) -> Floats:
        return np.array([getattr(each, which)[at] for each in by_run[split]])

    return Part(
        group.name,
        group.title,
        group.mechanisms,
        group.does,
        of(ALL, "values"),
        of(ALL, "low"),
        of(ALL, "high"),
        {split: of(split, "values") for split in people},
    )
