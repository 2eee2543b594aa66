"""Serialisation of a chunk's daily outcomes as one array a scenario.

Few large arrays are sent between processes instead of thousands of small ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.bridge import Daily

Layout = tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Packed:
    """Packed runs of some scenarios.

    layouts  the distinct row labels (split, outcome), in order, since not every run has people in every group
    which    layout of each run, by scenario
    values   float64[rows, days] of each scenario, run after run
    """

    layouts: tuple[Layout, ...]
    which: tuple[tuple[int, ...], ...]
    values: tuple[NDArray[np.float64], ...]

    @classmethod
    def of(cls, found: Sequence[Sequence[Daily]]) -> "Packed":
        """Pack runs as returned by `daily_outcomes`, by run and scenario."""
        known: dict[Layout, int] = {}
        which, values = [], []
        for dailies in zip(*found, strict=True):
            rows: list[NDArray[np.float64]] = []
            layouts = []
            for daily in dailies:
                layout = tuple((split, name) for split, outcomes in daily.items() for name in outcomes)
                layouts.append(known.setdefault(layout, len(known)))
                rows += (days for outcomes in daily.values() for days in outcomes.values())
            which.append(tuple(layouts))
            # `np.stack` takes twice as long for many short rows.
            values.append(np.concatenate(rows).reshape(len(rows), -1))
        return cls(tuple(known), tuple(which), tuple(values))

    def opened(self) -> list[list[Daily]]:
        """The runs unpacked; their arrays are views of `values`."""
        groups = [_groups(layout) for layout in self.layouts]
        scenarios = []
        for which, values in zip(self.which, self.values, strict=True):
            runs, row = [], 0
            for layout in which:
                daily: Daily = {}
                for split, names in groups[layout]:
                    daily[split] = dict(zip(names, values[row : row + len(names)], strict=True))
                    row += len(names)
                runs.append(daily)
            scenarios.append(runs)
        return [list(run) for run in zip(*scenarios, strict=True)]


def _groups(layout: Layout) -> list[tuple[str, list[str]]]:
    """The outcomes of each split, in order: a run's rows of one split follow each other."""
    return [
        (split, [name for _, name in rows]) for split, rows in groupby(layout, key=lambda label: label[0])
    ]
