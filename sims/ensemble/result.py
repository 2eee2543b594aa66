"""The result of an ensemble: daily values by run, intervals, a tidy table, and reproducible JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.contrast import between_periods, contrasts
from sims.ensemble.intervals import interval
from sims.ensemble.precision import Reached
from sims.ensemble.uncertainty import uncertainty

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
WEEK_DAYS = 7

Runs = NDArray[np.float64]


@dataclass(frozen=True)
class OutcomeSpec:
    """The definition of an outcome: name, title, unit, definition, aggregation over days, and which direction is better.

    A *flow* is summed over days (clicks). A *stock* is a level at the end of each day (trust): over a period it is the mean of the last
    seven days. A *ratio* divides the sums of the two flows in `of`.
    """

    name: str
    title: str
    unit: str
    definition: str
    kind: Literal["flow", "stock", "ratio"]
    better: Literal["more", "less", "neither"]
    of: tuple[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        body: dict[str, Any] = {
            "name": self.name,
            "title": self.title,
            "unit": self.unit,
            "definition": self.definition,
            "kind": self.kind,
            "better": self.better,
        }
        return body if self.of is None else {**body, "of": list(self.of)}


@dataclass(frozen=True)
class Provenance:
    """Everything that the results of one scenario depend on."""

    groundswell: str
    scenario: str
    scenario_hash: str
    scheme_hashes: Mapping[str, str]
    seed: int
    runs: int
    horizon_days: int
    parameters: str | None = None
    """The posterior from which each run's parameters were drawn; None: all runs used the defaults."""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values without time, path or machine."""
        body = {**vars(self), "scheme_hashes": dict(sorted(self.scheme_hashes.items()))}
        if self.parameters is None:
            del body["parameters"]
        return body


def over(spec: OutcomeSpec, values: Mapping[str, Runs], days: slice) -> Runs:
    """One outcome over some days from daily values (runs, days), shape (runs,).

    The sum of a flow, the mean of a stock over its last seven days, or a ratio of sums (0 where its denominator is 0).
    """
    if spec.of is not None:
        above, below = (values[name][:, days].sum(axis=1) for name in spec.of)
        return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0))
    if spec.kind == "flow":
        return np.asarray(values[spec.name][:, days].sum(axis=1))
    return np.asarray(values[spec.name][:, days][:, -WEEK_DAYS:].mean(axis=1))


class Stacked(Mapping[str, Runs]):
    """{outcome: float64[runs, days]} of one split, each outcome put together when it is first asked for: most of them never are.

    A split without people in a run (None) is 0 there: splits are flows.
    """

    def __init__(self, runs: Sequence[Mapping[str, Runs] | None]) -> None:
        self._runs, self._found = runs, dict[str, Runs]()
        self._known = next(run for run in runs if run is not None)

    def __getitem__(self, outcome: str) -> Runs:
        found = self._found.get(outcome)
        if found is None:
            none = np.zeros_like(self._known[outcome])
            days = [none if run is None else run[outcome] for run in self._runs]
            # `np.stack` takes twice as long for many short rows.
            found = self._found[outcome] = np.concatenate(days).reshape(len(days), -1)
        return found

    def __contains__(self, outcome: object) -> bool:
        return outcome in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


@dataclass(frozen=True)
class Result:
    """The result of one scenario's ensemble. `daily[split][outcome]` has shape (runs, days), for flows and stocks.

    `reported` are the outcomes in summaries; the table has all of them. `change_days` are the days on which some phase begins; they divide
    the horizon into periods. `warnings`: where the scenario is outside the range of evidence. `echoes`: the first runs again with the same
    parameters and other random numbers, which separates parameter uncertainty from chance; none at the defaults. `precision`: requested and
    reached.
    """

    title: str
    provenance: Provenance
    specs: Mapping[str, OutcomeSpec]
    daily: Mapping[str, Mapping[str, Runs]]
    reported: tuple[str, ...]
    change_days: tuple[int, ...] = (0,)
    warnings: tuple[str, ...] = ()
    echoes: Mapping[str, Mapping[str, Runs]] = field(default_factory=dict)
    precision: Reached | None = None

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.provenance.scenario

    @property
    def periods(self) -> list[slice]:
        """The periods between changes of phases, as slices of days in order."""
        ends = (*self.change_days[1:], self.provenance.horizon_days)
        return [slice(first, after) for first, after in zip(self.change_days, ends, strict=True)]

    def splits(self) -> list[str]:
        """Labels of the groups that outcomes are split by, without `all`."""
        return [split for split in self.daily if split != ALL]

    def has(self, outcome: str, split: str = ALL) -> bool:
        """True where an outcome is available for a split; some exist for the whole company only."""
        return all(name in self.daily[split] for name in self.specs[outcome].of or (outcome,))

    def over(self, outcome: str, days: slice, split: str = ALL) -> Runs:
        """One outcome over some days, shape (runs,): the sum of a flow, the mean of a stock over its last seven days, a ratio of sums.

        A ratio is 0 where its denominator is 0.
        """
        return over(self.specs[outcome], self.daily[split], days)

    def echo_over(self, outcome: str, days: slice) -> Runs:
        """One outcome of the echoes over some days, for everybody, shape (echoes,); empty at the defaults."""
        return over(self.specs[outcome], self.echoes[ALL], days) if self.echoes else np.zeros(0)

    def total(self, outcome: str, split: str = ALL) -> Runs:
        """One outcome over the whole horizon, shape (runs,)."""
        return self.over(outcome, slice(0, self.provenance.horizon_days), split)

    def weeks(self) -> list[slice]:
        """The whole weeks of the horizon; remaining days are left out."""
        return [
            slice(day, day + WEEK_DAYS)
            for day in range(0, self.provenance.horizon_days - WEEK_DAYS + 1, WEEK_DAYS)
        ]

    def weekly(self, outcome: str, split: str = ALL) -> Runs:
        """One outcome by week, shape (runs, weeks)."""
        weeks = [self.over(outcome, week, split) for week in self.weeks()]
        return np.stack(weeks, axis=1) if weeks else np.zeros((self.provenance.runs, 0))

    def by_day(self, outcome: str, split: str = ALL) -> Runs:
        """One outcome by day, shape (runs, days)."""
        days = range(self.provenance.horizon_days)
        return np.stack([self.over(outcome, slice(day, day + 1), split) for day in days], axis=1)

    def frame(self) -> "pd.DataFrame":
        """A tidy table: one row per run, day (0 is the first), split and outcome, with its value.

        Ratios are left out, since they are quotients of sums over a chosen period.
        """
        import pandas as pd

        parts = []
        for split, outcomes in self.daily.items():
            for name, values in outcomes.items():
                runs, days = values.shape
                parts.append(
                    pd.DataFrame(
                        {
                            "run": np.repeat(np.arange(runs), days),
                            "day": np.tile(np.arange(days), runs),
                            "split": split,
                            "outcome": name,
                            "value": values.ravel(),
                        }
                    )
                )
        return pd.concat(parts, ignore_index=True)

    def uncertainty(self) -> dict[str, Any]:
        """For each reported outcome, the parts of its variance that are parameter uncertainty and chance.

        None where there is no variance; empty where runs use the defaults.
        """
        if not self.echoes:
            return {}
        found: dict[str, Any] = {}
        for name in self.reported:
            total = self.total(name)
            split = uncertainty(total, self.echo_over(name, slice(0, self.provenance.horizon_days)))
            low, high = interval(total).p90
            found[name] = None if split is None else split.as_json(high - low)
        return found

    def summary(self) -> dict[str, Any]:
        """Totals, weeks and splits as intervals, ready for JSON."""
        names, unknown = self.reported, self.uncertainty()
        return {
            "name": self.name,
            "title": self.title,
            "totals": self._intervals(slice(0, self.provenance.horizon_days), ALL),
            **({"uncertainty": unknown} if unknown else {}),
            "weekly": {name: [interval(week).as_json() for week in self.weekly(name).T] for name in names},
            "splits": {
                split: self._intervals(slice(0, self.provenance.horizon_days), split)
                for split in self.splits()
            },
        }

    def as_json(self, by_day: bool = False) -> dict[str, Any]:
        """The whole result for `--json`: the same scenario, seed and version give the same bytes."""
        body = {
            "kind": "simulation",
            "provenance": self.provenance.as_json(),
            "warnings": list(self.warnings),
            "outcomes": [self.specs[name].as_json() for name in self.reported],
            **self.summary(),
            "weekly_splits": {
                split: {
                    name: [interval(week).as_json() for week in self.weekly(name, split).T]
                    for name in self.reported
                    if self.has(name, split)
                }
                for split in self.splits()
            },
            "periods": [
                {
                    "first_day": period.start,
                    "last_day": period.stop - 1,
                    "totals": self._intervals(period, ALL),
                    "splits": {split: self._intervals(period, split) for split in self.splits()},
                }
                for period in self.periods
            ],
            "contrasts": contrasts(self),
            "between_periods": between_periods(self),
            "totals_by_run": {name: self.total(name).tolist() for name in self.reported},
        }
        if self.precision is not None:
            body["precision"] = self.precision.as_json()
        if by_day:
            body["daily"] = {
                name: [interval(day).as_json() for day in self.by_day(name).T] for name in self.reported
            }
        return body

    def _intervals(self, days: slice, split: str) -> dict[str, Any]:
        return {
            name: interval(self.over(name, days, split)).as_json()
            for name in self.reported
            if self.has(name, split)
        }
