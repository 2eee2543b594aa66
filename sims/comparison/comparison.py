"""Paired comparison of scenarios with each other and with a control under common random numbers, and the choice by the rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sims.comparison.choice import Candidate, Choice, choose
from sims.comparison.lift import Lift, lift_of
from sims.comparison.risks import risks_json
from sims.ensemble.bridge import CLICKS, POINTS, guarded
from sims.ensemble.intervals import interval, share_above
from sims.ensemble.result import ALL, Result
from sims.ensemble.run import PLAIN, Manner, simulate_all
from sims.ensemble.uncertainty import Uncertainty, uncertainty

if TYPE_CHECKING:
    from sims.scenario.scenario import Scenario

SCENARIOS_MAX = 20


@dataclass(frozen=True)
class Comparison:
    """The results of the control and of the compared scenarios, and the choice.

    `tools`, by scenario, are the results of the tool alone, for scenarios that have one.
    """

    control: Result
    results: tuple[Result, ...]
    choice: Choice
    tools: Mapping[str, Result] = field(default_factory=dict)

    def difference(
        self, name: str, against: str, outcome: str, split: str = ALL, days: slice | None = None
    ) -> NDArray[np.float64]:
        """float64[runs]: paired difference of an outcome, `name` minus `against`, of a group and over some days (all unless given)."""
        by_name = {result.name: result for result in (self.control, *self.results)}
        whole = slice(0, self.control.provenance.horizon_days)
        mine, theirs = (by_name[each].over(outcome, days or whole, split) for each in (name, against))
        return np.asarray(mine - theirs)

    def unknown(self, name: str, against: str, outcome: str) -> Uncertainty | None:
        """Decomposition of a paired difference's variance into parameter uncertainty and chance; None at default parameters."""
        by_name = {result.name: result for result in (self.control, *self.results)}
        whole = slice(0, self.control.provenance.horizon_days)
        mine, theirs = (by_name[each].echo_over(outcome, whole) for each in (name, against))
        return uncertainty(self.difference(name, against, outcome), mine - theirs)

    @property
    def lifts(self) -> list[Lift]:
        """Each scenario's difference to the control, split into the parts of tool and incentives, outcome by outcome."""
        return [
            lift_of(self.control, self.tools.get(result.name), result, outcome)
            for result in self.results
            for outcome in self.control.reported
        ]

    @property
    def tools_apart(self) -> list[Result]:
        """The results of the distinct tools alone."""
        return list({result.name: result for result in self.tools.values()}.values())

    @property
    def shown_lifts(self) -> bool:
        """True where results show the two parts; at default parameters only where there is a tool."""
        return bool(self.tools) or self.control.provenance.parameters is not None

    @property
    def periods(self) -> list[slice]:
        """The periods between changes of phases in any scenario, as slices of days."""
        starts = sorted({day for result in self.results for day in result.change_days})
        ends = [*starts[1:], self.control.provenance.horizon_days]
        return [slice(first, after) for first, after in zip(starts, ends, strict=True)]

    def pairs(self) -> list[tuple[str, str]]:
        """All compared pairs (scenario, against): each scenario against the control, then each against those before it."""
        names = [result.name for result in self.results]
        versus_nothing = [(name, self.control.name) for name in names]
        return versus_nothing + [(later, earlier) for i, later in enumerate(names) for earlier in names[:i]]

    @property
    def warnings(self) -> tuple[str, ...]:
        """The distinct warnings of all compared scenarios."""
        return tuple(dict.fromkeys(text for result in self.results for text in result.warnings))

    def as_json(self) -> dict[str, Any]:
        """The comparison as JSON values, as stored and shown on the strategist's page."""
        first = self.results[0].provenance
        return {
            "kind": "comparison",
            "title": " or ".join(result.title for result in self.results),
            "provenance": {
                "groundswell": first.groundswell,
                "seed": first.seed,
                "runs": first.runs,
                "horizon_days": first.horizon_days,
                **({} if first.parameters is None else {"parameters": first.parameters}),
                "scenarios": [
                    {
                        "name": result.name,
                        "hash": result.provenance.scenario_hash,
                        "schemes": dict(sorted(result.provenance.scheme_hashes.items())),
                    }
                    for result in (self.control, *self.tools_apart, *self.results)
                ],
            },
            "warnings": list(self.warnings),
            "outcomes": [self.control.specs[name].as_json() for name in self.control.reported],
            "scenarios": [
                {"role": "control" if result is self.control else "candidate", **result.summary()}
                for result in (self.control, *self.results)
            ],
            "differences": [
                self.difference_json(name, against, outcome)
                for name, against in self.pairs()
                for outcome in self.control.reported
            ],
            **(self._beside() if self.shown_lifts else {}),
            **({} if self.control.precision is None else {"precision": self.control.precision.as_json()}),
            "choice": self.choice.as_json(),
        }

    def _beside(self) -> dict[str, Any]:
        return {
            "tools": [result.summary() for result in self.tools_apart],
            "lifts": [lift.as_json() for lift in self.lifts],
            "risks": [risks_json(result) for result in self.results],
        }

    def detailed_json(self) -> dict[str, Any]:
        """The comparison as JSON values for `--json`, with differences also by week, period and group."""
        body = self.as_json()
        body["periods"] = [{"first_day": days.start, "last_day": days.stop - 1} for days in self.periods]
        for entry in body["differences"]:
            pair = (entry["scenario"], entry["against"], entry["outcome"])
            for name, parts in (("weekly", self.control.weeks()), ("periods", self.periods)):
                entry[name] = [interval(self.difference(*pair, days=days)).as_json() for days in parts]
        body["differences_by_split"] = [
            {"split": split, **self.difference_json(name, against, outcome, split)}
            for name, against in self.pairs()
            for split in self.shared_splits()
            for outcome in self.control.reported
            if self.control.has(outcome, split)
        ]
        return body

    def shared_splits(self) -> list[str]:
        """Groups that are not empty in any scenario, in the control's order."""
        everywhere = set.intersection(*(set(result.splits()) for result in self.results))
        return [split for split in self.control.splits() if split in everywhere]

    def difference_json(self, name: str, against: str, outcome: str, split: str = ALL) -> dict[str, Any]:
        """One paired difference as JSON values: its interval, and the share of runs in which it is higher, and better.

        Also relative to `against` (null where that is never above 0).
        """
        paired = self.difference(name, against, outcome, split)
        by_name = {result.name: result for result in (self.control, *self.results)}
        base = by_name[against].total(outcome, split)
        relative = paired[base > 0] / base[base > 0]
        higher = share_above(paired)
        better = self.control.specs[outcome].better
        low, high = interval(paired).p90
        unknown = self.unknown(name, against, outcome) if split == ALL else None
        return {
            "scenario": name,
            "against": against,
            "outcome": outcome,
            "interval": interval(paired).as_json(),
            **({} if unknown is None else {"uncertainty": unknown.as_json(high - low)}),
            "relative": interval(relative).as_json() if relative.size else None,
            "share_of_runs_higher": higher,
            "share_of_runs_better": {"more": higher, "less": 1.0 - higher, "neither": None}[better],
        }


def compare(
    scenarios: Sequence["Scenario"],
    runs: int | None = None,
    seed: int | None = None,
    processes: int | None = None,
    manner: Manner = PLAIN,
) -> Comparison:
    """Simulate the scenarios and the control (the first one's company in an empty phase), pair the runs, and choose by the rule.

    All use the first scenario's seed and number of runs unless these are given. A precision requested by `manner` is that of each
    scenario's difference to the control. Raises ValueError where the scenarios cannot be paired: none at all, two of one name, or different
    horizons.
    """
    check_comparable(scenarios)
    tools = {scenario.name: scenario.tool_alone() for scenario in scenarios}
    # Scenarios with the same tool share the runs of the tool alone.
    apart: dict[str, Scenario] = {}
    for tool in tools.values():
        if tool is not None:
            apart.setdefault(tool.content_hash(), tool)
    arms = [scenarios[0].without_schemes(), *scenarios, *apart.values()]
    paired = range(1, 1 + len(scenarios))
    control, *found = simulate_all(arms, runs, seed, processes, manner=manner, paired=paired)
    results = found[: len(scenarios)]
    alone = dict(zip(apart, found[len(scenarios) :], strict=True))
    choice = choose([candidate(result) for result in results], candidate(control))
    by_name = {name: alone[tool.content_hash()] for name, tool in tools.items() if tool is not None}
    return Comparison(control, tuple(results), choice, by_name)


def check_comparable(scenarios: Sequence["Scenario"]) -> None:
    """Raise ValueError unless the scenarios can be compared run by run."""
    if not 1 <= len(scenarios) <= SCENARIOS_MAX:
        raise ValueError(
            f"compare: got {len(scenarios)} scenarios; from 1 to {SCENARIOS_MAX} can be compared"
        )
    names = [scenario.name for scenario in scenarios]
    if len(set(names)) < len(names) or "nothing" in names:
        raise ValueError(
            f"compare: got scenarios named {', '.join(names)}; names must differ, and "
            f"'nothing' is the control; rename one"
        )
    check_one_length("compare", scenarios)


def check_one_length(command: str, scenarios: Sequence["Scenario"]) -> None:
    """Raise ValueError unless the scenarios have the same horizon."""
    horizons = {scenario.horizon_days for scenario in scenarios}
    if len(horizons) > 1:
        raise ValueError(
            f"{command}: got horizons of {', '.join(map(str, sorted(horizons)))} days; "
            f"paired runs have one length; give all the same horizon_days"
        )


def candidate(result: Result) -> Candidate:
    """The inputs of the decision rule from one scenario's ensemble."""
    return Candidate(result.name, result.total(CLICKS), result.total(POINTS), guarded(result))
