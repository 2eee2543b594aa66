"""Summary statistics that compare a history with the model: levels, ratios, shares of groups, and dispersion, all in logarithms.

Weeks between two changes of phase are divided into blocks of doubling length (two, four, …), since the effects of a change decay. Weeks
unknown in the history are left out of the model's runs too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sims.calibration.laws import Floats
from sims.calibration.series import BY_GROUP, Observed, Series
from sims.history.series import ALL, WEEK_DAYS

FIRST_BLOCK = 2
MOST_BLOCKS = 8
UNEVEN_WEEKS = 4
OVER_SHARES = ("clicks", "reactions", "leads", "active_sharers")
OVER_CLICKS = ("leads",)
# Continuity correction of counts, so that the logarithm of zero is finite.
HALF = 0.5


@dataclass(frozen=True)
class Summary:
    """A summary: a weekly `level`, a `ratio` of two sums, or `uneven`, the variance between weeks of a block over their mean.

    Series are given by index; `blocks` are the weeks used.
    """

    label: str
    kind: Literal["level", "ratio", "uneven"]
    top: int
    bottom: int
    blocks: tuple[tuple[int, ...], ...]

    @property
    def weeks(self) -> list[int]:
        """All weeks used."""
        return [week for block in self.blocks for week in block]

    def of(self, values: Floats) -> Floats:
        """float64[n]: the summary of float64[n, series, weeks]."""
        top = values[:, self.top]
        if self.kind == "uneven":
            return self._unevenness(top)
        total = top[:, self.weeks].sum(axis=1) + HALF
        if self.kind == "level":
            return np.asarray(np.log(total / len(self.weeks)))
        return np.asarray(np.log(total / (values[:, self.bottom][:, self.weeks].sum(axis=1) + HALF)))

    def told(self, value: float) -> float:
        """The value on the original scale, without the continuity correction of a level."""
        if self.kind == "level":
            return max(0.0, float(np.exp(value)) - HALF / len(self.weeks))
        return float(np.exp(value))

    def _unevenness(self, top: Floats) -> Floats:
        parts = [top[:, list(block)] for block in self.blocks if len(block) > 1]
        squares = sum(((part - part.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) for part in parts)
        freedom = sum(part.shape[1] - 1 for part in parts)
        mean = np.concatenate(parts, axis=1).mean(axis=1)
        return np.asarray(np.log((squares / freedom + HALF) / (mean + HALF)))


def blocks_of(weeks: int, change_days: Sequence[int]) -> list[tuple[int, ...]]:
    """Blocks of weeks that double in length after each change; the week of a change belongs to the phase before."""
    starts = sorted({-(-day // WEEK_DAYS) for day in change_days if -(-day // WEEK_DAYS) < weeks} | {0})
    found: list[tuple[int, ...]] = []
    for start, end in zip(starts, [*starts[1:], weeks], strict=True):
        size = FIRST_BLOCK
        while start < end:
            # A single remaining week is merged into the block before.
            stop = end if end - (start + size) <= 1 else start + size
            found.append(tuple(range(start, stop)))
            start, size = stop, 2 * size
    while len(found) > MOST_BLOCKS:
        at = min(range(len(found) - 1), key=lambda one: len(found[one]) + len(found[one + 1]))
        found[at : at + 2] = [found[at] + found[at + 1]]
    return found


def summaries_of(observed: Observed, change_days: Sequence[int]) -> tuple[Summary, ...]:
    """All summaries for which the history has at least one week."""
    blocks = blocks_of(observed.weeks, change_days)
    return tuple(_all(observed, blocks))


def _all(observed: Observed, blocks: list[tuple[int, ...]]) -> Iterator[Summary]:
    places = {one: place for place, one in enumerate(observed.series)}
    known = ~np.isnan(observed.values)
    for one, place in places.items():
        if one.split != ALL:
            continue
        below = _below(one.measure, places)
        for block in blocks:
            weeks = _known(block, known, place, below)
            if weeks and below is None:
                yield Summary(f"{one.measure} a week, {_named(weeks)}", "level", place, place, (weeks,))
            elif weeks and below is not None:
                over = observed.series[below].measure
                yield Summary(f"{one.measure} over {over}, {_named(weeks)}", "ratio", place, below, (weeks,))
        if one.measure in BY_GROUP:
            parts = tuple(found for block in blocks if (found := _known(block, known, place, None)))
            if sum(len(part) - 1 for part in parts) >= UNEVEN_WEEKS:
                yield Summary(f"unevenness of {one.measure}", "uneven", place, place, parts)
    for one, place in places.items():
        whole = places.get(Series(ALL, one.measure))
        if one.split == ALL or whole is None:
            continue
        # Differences between arms vary from block to block; those between other groups are constant.
        spans = blocks if one.split.startswith("arm=") else [tuple(range(observed.weeks))]
        for span in spans:
            weeks = _known(span, known, place, whole)
            if weeks:
                yield Summary(
                    f"part of {one.measure}: {one.split}, {_named(weeks)}", "ratio", place, whole, (weeks,)
                )


def _below(measure: str, places: dict[Series, int]) -> int | None:
    """The index of a measure's denominator, where the history has it."""
    if measure in OVER_CLICKS and Series(ALL, "clicks") in places:
        return places[Series(ALL, "clicks")]
    return places.get(Series(ALL, "shares")) if measure in OVER_SHARES else None


def _known(block: Sequence[int], known: Floats, place: int, below: int | None) -> tuple[int, ...]:
    return tuple(week for week in block if known[place, week] and (below is None or known[below, week]))


def _named(weeks: Sequence[int]) -> str:
    first, last = weeks[0] + 1, weeks[-1] + 1
    return f"week {first}" if first == last else f"weeks {first} to {last}"
