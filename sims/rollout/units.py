"""Units of analysis of a randomised rollout: teams or people with a rate in each period and the start of their treatment."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rewards.document import DocumentError, read_text
from rewards.sheets import SheetError, rows_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEVER = 1 << 30
COLUMNS = ("unit", "period", "value", "people", "start", "stratum")
NEEDED = ("unit", "value", "start")
UNTREATED = ("never", "")
MOST_UNITS, MOST_PERIODS = 20_000, 600
PERIODS = (0.0, MOST_PERIODS - 1.0)


@dataclass(frozen=True)
class Units:
    """Units: `rates` float64[units, periods], nan where unknown; `people` are weights; `starts` the first treated period, or NEVER.

    Treatment was assigned within `strata`.
    """

    names: tuple[str, ...]
    rates: Floats
    people: Floats
    starts: Ints
    strata: Ints

    @property
    def treated(self) -> NDArray[np.bool_]:
        """bool[units, periods]: True for treated cells."""
        return np.arange(self.rates.shape[1]) >= self.starts[:, np.newaxis]

    def until(self, periods: int) -> "Units":
        """The units restricted to the first periods."""
        return Units(self.names, self.rates[:, :periods], self.people, self.starts, self.strata)


def read_units(path: Path) -> Units:
    """The units in a table with the columns unit, value and start, and optionally period, people and stratum.

    `value` is a sum over the unit's `people`; `start` the first treated period, or never. Raises DocumentError naming file and line.
    """
    try:
        _, columns, records = rows_of(read_text(path), NEEDED, COLUMNS)
    except SheetError as error:
        raise DocumentError("{path}:{line}: {error}", path=path, line=error.line, error=error) from None
    places: dict[str, int] = {}
    about: list[tuple[float, int, str]] = []
    cells: dict[tuple[int, int], float] = {}
    for line, texts in records:
        row = dict(zip(columns, texts, strict=False))
        name = row["unit"].strip()
        fields = (
            _number(path, line, "people", row.get("people", "1"), (1e-9, 1e9)),
            _start(path, line, row["start"].strip().lower()),
            row.get("stratum", "").strip(),
        )
        unit = places.setdefault(name, len(about))
        if unit == len(about):
            about.append(fields)
        elif about[unit] != fields:
            raise _refused(
                path, line, "unit", name, "people, start and stratum of a unit are the same in every row"
            )
        period = int(_number(path, line, "period", row.get("period", "0"), PERIODS))
        if (unit, period) in cells:
            raise _refused(path, line, "unit", name, f"a unit has one row for period {period}")
        cells[unit, period] = _number(path, line, "value", row["value"], (-1e12, 1e12))
    if not about or len(about) > MOST_UNITS:
        raise _refused(
            path, 1, "units", str(len(about)), f"1 to {MOST_UNITS} of them can be analysed; give as many"
        )
    return _gathered(tuple(places), about, cells)


def _gathered(
    names: Sequence[str], about: Sequence[tuple[float, int, str]], cells: Mapping[tuple[int, int], float]
) -> Units:
    rates = np.full((len(names), max(period for _, period in cells) + 1), np.nan)
    people = np.array([one[0] for one in about])
    for (unit, period), value in cells.items():
        rates[unit, period] = value / people[unit]
    _, strata = np.unique(np.array([one[2] for one in about]), return_inverse=True)
    starts = np.array([one[1] for one in about], dtype=np.int64)
    return Units(tuple(names), rates, people, starts, strata.astype(np.int64))


def _start(path: Path, line: int, text: str) -> int:
    return NEVER if text in UNTREATED else int(_number(path, line, "start", text, PERIODS))


def _number(path: Path, line: int, name: str, text: str, bounds: tuple[float, float]) -> float:
    least, most = bounds
    try:
        found = float(text)
    except ValueError:
        raise _refused(path, line, name, text, "a number is required; correct it") from None
    if not math.isfinite(found) or not least <= found <= most:
        raise _refused(path, line, name, text, f"from {least:g} to {most:g}; correct it")
    return found


def _refused(path: Path, line: int, name: str, got: str, remedy: str) -> DocumentError:
    return DocumentError(
        "{path}:{line}: {name}: got {got!r}; {remedy}",
        path=path,
        line=line,
        name=name,
        got=got,
        remedy=remedy,
    )
