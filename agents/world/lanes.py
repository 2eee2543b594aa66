"""Runs side by side: the rows of all of them in one array, run after run, so that one pass over it serves them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters
from engine.kernels import kernel
from engine.signatures import F64Matrix, F64MatrixOut, I64In
from engine.streams import Stream, stream_key

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# How numpy adds: through so many sums at once, and longer arrays in several pieces.
AT_ONCE, IN_ONE_PIECE = 8, 128


class Draw(NamedTuple):
    """What names a run: every draw of it follows from `seed` and `run`, and it goes by `parameters`."""

    seed: int
    run: int
    parameters: Parameters


class _At:
    """Parameters of each of some rows, an array a parameter: read like `Parameters`."""

    def __init__(self, laws: Laws, lane: Ints) -> None:
        self._laws, self._lane = laws, lane

    def __getattr__(self, name: str) -> Any:
        found = self._laws.column(name)
        first = found.flat[0]
        # What all runs agree on stays a number.
        value = float(first) if (found == first).all() else found[self._lane]
        self.__dict__[name] = value
        return value


class Laws:
    """The parameters of R runs. Equations read them through `at`: numbers where the runs agree, else one value a row.

    Whatever a parameter must first be raised to a power for is a property of `Parameters`, computed run by run, so that a run has
    the same bits whatever other runs are beside it.
    """

    def __init__(self, parameters: Iterable[Parameters]) -> None:
        self.all = tuple(parameters)
        self.one = (
            self.all[0] if all(each is self.all[0] or each == self.all[0] for each in self.all) else None
        )
        self._columns: dict[str, Floats] = {}
        self._tables: dict[tuple[str, ...], Floats] = {}
        self._left: dict[str, Floats] = {}

    def column(self, name: str) -> Floats:
        """float64[R]: one parameter of each run."""
        if name not in self._columns:
            alike = self.one is not None
            values = [getattr(each, name) for each in (self.all[:1] if alike else self.all)]
            self._columns[name] = np.array(values * (len(self.all) if alike else 1), dtype=np.float64)
        return self._columns[name]

    def table(self, names: tuple[str, ...]) -> Floats:
        """float64[R, k]: some parameters of each run, a row a run."""
        if names not in self._tables:
            self._tables[names] = np.stack([self.column(name) for name in names], axis=1)
        return self._tables[names]

    def left_after(self, name: str, most: int) -> Floats:
        """float64[R, most + 1 or more]: what is left of a level after 0, 1, … steps, each of which takes this part of it."""
        known = self._left.get(name)
        if known is None or known.shape[1] <= most:
            steps = np.arange(most + 1.0)
            known = self._left[name] = (1.0 - self.column(name))[:, np.newaxis] ** steps
        return known

    def at(self, lane: Ints) -> Parameters:
        """The parameters of the rows whose runs are `lane`."""
        return self.one if self.one is not None else cast("Parameters", _At(self, lane))

    @cached_property
    def each(self) -> Parameters:
        """The parameters of each run, float64[R] where they differ."""
        return self.at(np.arange(len(self.all), dtype=np.int64))


class Lanes:
    """Whose rows are whose.

    draws      of each run
    first      int64[R + 1]: where each run's rows begin
    lane, own  int64[n]: the run of each row, and its number within it, which names its draws
    """

    def __init__(self, draws: Sequence[Draw], sizes: Sequence[int]) -> None:
        self.draws, self.count = tuple(draws), len(draws)
        self.laws = Laws(draw.parameters for draw in draws)
        self.sizes = np.array(sizes, dtype=np.int64)
        self.first = np.zeros(self.count + 1, dtype=np.int64)
        np.cumsum(self.sizes, out=self.first[1:])
        self.size = int(self.first[-1])
        self.lane = np.repeat(np.arange(self.count, dtype=np.int64), self.sizes)
        self.own = np.arange(self.size, dtype=np.int64) - self.first[self.lane]
        self.rows = self.laws.at(self.lane)
        self._keys: dict[Stream, NDArray[np.uint64]] = {}

    @cached_property
    def even(self) -> bool:
        """Whether all runs have as many rows."""
        return bool((self.sizes == self.sizes[0]).all())

    def keys(self, stream: Stream) -> NDArray[np.uint64]:
        """uint64[R]: the key of a stream in each run. Whoever asks has the same array, which `rename` writes to."""
        if stream not in self._keys:
            self._keys[stream] = keys_of(self.draws, stream)
        return self._keys[stream]

    def rename(self, draws: Sequence[Draw]) -> None:
        """What is drawn from now on is what these draws would draw."""
        for stream, keys in self._keys.items():
            keys[:] = keys_of(draws, stream)

    def of(self, row: Ints) -> Parameters:
        """The parameters of some rows."""
        return self.laws.at(self.lane[row])

    def by_law(self, reckon: Callable[[Parameters], float]) -> Floats | float:
        """What follows from each run's parameters: one number where they agree, else one a row."""
        if self.laws.one is not None:
            return reckon(self.laws.one)
        return np.array([reckon(parameters) for parameters in self.laws.all])[self.lane]

    def parts(self) -> list[slice]:
        """The rows of each run."""
        return [slice(int(a), int(b)) for a, b in zip(self.first[:-1], self.first[1:], strict=True)]

    def starts(self, row: Ints) -> Ints:
        """int64[R + 1]: where each run's part of the rising rows `row` begins."""
        return np.searchsorted(row, self.first)

    def counts(self, flags: Flags) -> Ints:
        """int64[R]: how many are set in each run."""
        if self.count == 1:
            return np.array([np.count_nonzero(flags)])
        return (
            np.add.reduceat(flags, self.first[:-1], dtype=np.int64)
            if self.size
            else np.zeros(self.count, dtype=np.int64)
        )

    def whole(self, values: NDArray[np.int64]) -> Ints:
        """int64[R]: sums of whole numbers by run."""
        return np.add.reduceat(values, self.first[:-1])

    def means(self, values: Floats, among: Flags, everybody: bool) -> Floats:
        """float64[R]: the mean of `values` over those in `among` (0 where nobody is); `everybody` says that all are.

        Sums are those of one run's array by itself, in numpy's own order.
        """
        if everybody and self.even:
            return np.asarray(values.reshape(self.count, -1).mean(axis=1))
        found = (values[part][among[part]] for part in self.parts())
        return np.array([one.mean() if one.size else 0.0 for one in found])


def keys_of(draws: Sequence[Draw], stream: Stream) -> NDArray[np.uint64]:
    """uint64[R]: the key of a stream under each of some draws."""
    return np.array([stream_key(draw.seed, stream, draw.run) for draw in draws], dtype=np.uint64)


def distinct(rising: Ints) -> tuple[Ints, Ints]:
    """The different values of a rising array, and where each begins (and the last ends), int64[k] and int64[k + 1]."""
    begins = np.flatnonzero(np.diff(rising, prepend=-1))
    return rising[begins], np.append(begins, rising.size)


def sums(values: Floats, starts: Ints) -> Floats:
    """float64[k, R]: of each row of float64[k, n] the sum of each run's part, in numpy's own order; `starts` as of `Lanes.starts`."""
    found = np.empty((len(values), starts.size - 1))
    add_up(values, starts, found)
    for run in np.flatnonzero(np.diff(starts) > IN_ONE_PIECE):
        found[:, run] = [mine.sum() for mine in values[:, starts[run] : starts[run + 1]]]
    return found


@kernel(F64Matrix, I64In, F64MatrixOut)
def add_up(values: Any, starts: Any, found: Any) -> None:
    """Sums of each run's part of some rows of values, where it is no longer than `IN_ONE_PIECE`.

    As numpy adds: fewer than eight one after another, else through eight sums that are added in pairs, and what is left of the eights after
    them.
    """
    for row in range(values.shape[0]):
        for r in range(starts.size - 1):
            first, size = starts[r], starts[r + 1] - starts[r]
            mine, total, done = values[row, first : first + size], 0.0, 0
            if size >= AT_ONCE:
                a, b, c, d = mine[0], mine[1], mine[2], mine[3]
                e, f, g, h = mine[4], mine[5], mine[6], mine[7]
                for i in range(AT_ONCE, size - AT_ONCE + 1, AT_ONCE):
                    a, b, c, d = a + mine[i], b + mine[i + 1], c + mine[i + 2], d + mine[i + 3]
                    e, f, g, h = e + mine[i + 4], f + mine[i + 5], g + mine[i + 6], h + mine[i + 7]
                total, done = ((a + b) + (c + d)) + ((e + f) + (g + h)), size - size % AT_ONCE
            for i in range(done, size):
                total += mine[i]
            found[row, r] = total


def medians(values: Floats, starts: Ints, lane: Ints) -> Floats:
    """float64[R]: the median of each run's part of `values`, 0 where there is none; arguments as of `sums`."""
    ordered = values[np.lexsort((values, lane))]
    sizes = np.diff(starts)
    some = np.flatnonzero(sizes)
    low, high = starts[some] + (sizes[some] - 1) // 2, starts[some] + sizes[some] // 2
    found = np.zeros(sizes.size)
    # Of an odd number the two middle ones are one, which is not added to itself.
    found[some] = np.where(low == high, ordered[low], (ordered[low] + ordered[high]) / 2.0)
    return found
