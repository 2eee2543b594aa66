"""What an ensemble gives back: daily values by run, their intervals, a tidy table, and JSON that is the
same every time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sims.intervals import interval

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
WEEK_DAYS = 7


@dataclass(frozen=True)
class OutcomeSpec:
    """What one outcome is: name, title for people, unit, definition, how days add up, and which way is
    better.

    A *flow* adds up over days (clicks). A *stock* is a level at the end of each day (trust): over a week
    it is the week's mean, over the whole run it is the mean of the last seven days.
    """

    name: str
    title: str
    unit: str
    definition: str
    kind: Literal["flow", "stock"]
    better: Literal["more", "less", "neither"]

    def as_json(self) -> dict[str, str]:
        """Plain JSON values."""
        return {
            "name": self.name,
            "title": self.title,
            "unit": self.unit,
            "definition": self.definition,
            "kind": self.kind,
            "better": self.better,
        }


@dataclass(frozen=True)
class Provenance:
    """Everything that the numbers of one scenario follow from."""

    groundswell: str
    scenario: str
    scenario_hash: str
    scheme_hashes: Mapping[str, str]
    seed: int
    runs: int
    horizon_days: int

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; no time, no path, no machine."""
        return {**vars(self), "scheme_hashes": dict(sorted(self.scheme_hashes.items()))}


@dataclass(frozen=True)
class Result:
    """One scenario's ensemble. `daily[split][outcome]` has shape (runs, days).

    `reported` are the outcomes that summaries show; the table holds all of them.
    """

    title: str
    provenance: Provenance
    specs: Mapping[str, OutcomeSpec]
    daily: Mapping[str, Mapping[str, NDArray[np.float64]]]
    reported: tuple[str, ...]

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.provenance.scenario

    def total(self, outcome: str, split: str = ALL) -> NDArray[np.float64]:
        """The whole run's value of one outcome, shape (runs,): a flow's sum, a stock's mean over the last
        week."""
        days = self.daily[split][outcome]
        if self.specs[outcome].kind == "flow":
            return np.asarray(days.sum(axis=1))
        return np.asarray(days[:, -WEEK_DAYS:].mean(axis=1))

    def weekly(self, outcome: str, split: str = ALL) -> NDArray[np.float64]:
        """Week by week, shape (runs, weeks); days after the last whole week are left out."""
        days = self.daily[split][outcome]
        weeks = days.shape[1] // WEEK_DAYS
        cut = days[:, : weeks * WEEK_DAYS].reshape(days.shape[0], weeks, WEEK_DAYS)
        return np.asarray(cut.sum(axis=2) if self.specs[outcome].kind == "flow" else cut.mean(axis=2))

    def frame(self) -> "pd.DataFrame":
        """Tidy: one row per run, day (0 is the first), split and outcome, with its value."""
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

    def summary(self) -> dict[str, Any]:
        """Totals, weeks and splits as intervals, ready for JSON."""
        names = self.reported
        return {
            "name": self.name,
            "title": self.title,
            "totals": {name: interval(self.total(name)).as_json() for name in names},
            "weekly": {name: [interval(week).as_json() for week in self.weekly(name).T] for name in names},
            "splits": {
                split: {
                    name: interval(self.total(name, split)).as_json() for name in names if name in outcomes
                }
                for split, outcomes in self.daily.items()
                if split != ALL
            },
        }

    def as_json(self) -> dict[str, Any]:
        """The whole result for `--json`: the same scenario, seed and version give the same bytes."""
        return {
            "kind": "simulation",
            "provenance": self.provenance.as_json(),
            "outcomes": [self.specs[name].as_json() for name in self.reported],
            **self.summary(),
            "totals_by_run": {name: self.total(name).tolist() for name in self.reported},
        }
