"""Layout of several runs in one array: rows of one run after those of another, so that one pass covers all runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters
from engine.kernels import kernel
from engine.signatures import F64Matrix, F64MatrixOut, I64In
from engine.streams import Stream, stream_keys

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# NumPy's pairwise summation: the number of parallel accumulators, and the length beyond which it splits an array.
AT_ONCE, IN_ONE_PIECE = 8, 128


class Draw(NamedTuple):
    """Identity of a run: its random numbers follow from `seed` and `run`, its behaviour from `parameters`."""

    seed: int
    run: int
    parameters: Parameters


class _At:
    """Parameters broadcast to rows, with the attributes of `Parameters`."""

    def __init__(self, laws: Laws, lane: Ints) -> None:
        self._laws, self._lane = laws, lane

    def __getattr__(self, name: str) -> Any:
        found = self._laws.column(name)
        first = found.flat[0]
        # A parameter with one value in all runs stays a scalar.
        value = float(first) if (found == first).all() else found[self._lane]
        self.__dict__[name] = value
        return value


class Laws:
    """The parameters of R runs. Equations read them through `at`: scalars where the runs agree, else one value a row.

    Powers of parameters are properties of `Parameters` and computed run by run, so that a run has the same bits whatever other runs are
    simulated with it.
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
        """float64[R, k]: the named parameters, a row a run."""
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
    """Assignment of rows to runs.

    draws      identity of each run
    first      int64[R + 1]: first row of each run
    lane, own  int64[n]: run of each row, and its number within the run, which keys its draws
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
        """True where all runs have the same number of rows."""
        return bool((self.sizes == self.sizes[0]).all())

    def keys(self, stream: Stream) -> NDArray[np.uint64]:
        """uint64[R]: the key of a stream in each run; a shared array, which `rename` updates in place."""
        if stream not in self._keys:
            self._keys[stream] = keys_of(self.draws, stream)
        return self._keys[stream]

    def rename(self, draws: Sequence[Draw]) -> None:
        """Key all further random numbers by these draws."""
        for stream, keys in self._keys.items():
            keys[:] = keys_of(draws, stream)

    def of(self, row: Ints) -> Parameters:
        """The parameters of some rows."""
        return self.laws.at(self.lane[row])

    def by_law(self, reckon: Callable[[Parameters], float]) -> Floats | float:
        """`reckon` applied to each run's parameters: a scalar where the runs agree, else one value a row."""
        if self.laws.one is not None:
            return reckon(self.laws.one)
        return np.array([reckon(parameters) for parameters in self.laws.all])[self.lane]

    def parts(self) -> list[slice]:
        """The rows of each run."""
        return [slice(int(a), int(b)) for a, b in zip(self.first[:-1], self.first[1:], strict=True)]

    def starts(self, row: Ints) -> Ints:
        """int64[R + 1]: start of each run's part of the ascending rows `row`."""
        return np.searchsorted(row, self.first)

    def counts(self, flags: Flags) -> Ints:
        """int64[R]: number of set flags in each run."""
        if self.count == 1:
            return np.array([np.count_nonzero(flags)])
        return (
            np.add.reduceat(flags, self.first[:-1], dtype=np.int64)
            if self.size
            else np.zeros(self.count, dtype=np.int64)
        )

    def whole(self, values: NDArray[np.int64]) -> Ints:
        """int64[R]: sums of integers by run."""
        return np.add.reduceat(values, self.first[:-1])

    def means(self, values: Floats, among: Flags, everybody: bool) -> Floats:
        """float64[R]: mean of `values` over the rows in `among`, 0 without any; `everybody` states that all rows are.

        Sums have the same bits as NumPy's sum of that run's array alone.
        """
        if everybody and self.even:
            return np.asarray(values.reshape(self.count, -1).mean(axis=1))
        found = (values[part][among[part]] for part in self.parts())
        return np.array([one.mean() if one.size else 0.0 for one in found])


def keys_of(draws: Sequence[Draw], stream: Stream) -> NDArray[np.uint64]:
    """uint64[R]: the key of a stream for each draw."""
    return stream_keys([draw.seed for draw in draws], stream, [draw.run for draw in draws])


def one_value(values: Floats) -> Floats:
    """The same values; where all are equal, as an array that takes no memory (stride 0)."""
    alike = values.size > 0 and bool((values == values[0]).all())
    return np.broadcast_to(values[0], values.size) if alike else values


def distinct(rising: Ints) -> tuple[Ints, Ints]:
    """Distinct values of an ascending array, int64[k], and the bounds of their runs, int64[k + 1]."""
    new = np.ones(rising.size + 1, dtype=bool)
    np.not_equal(rising[1:], rising[:-1], out=new[1:-1])
    bounds = np.flatnonzero(new)
    return rising[bounds[:-1]], bounds


def sums(values: Floats, starts: Ints) -> Floats:
    """float64[k, R]: sums by run of each row of float64[k, n], with the bits of NumPy's sum; `starts` as of `Lanes.starts`."""
    found = np.empty((len(values), starts.size - 1))
    add_up(values, starts, found)
    for run in np.flatnonzero(np.diff(starts) > IN_ONE_PIECE):
        found[:, run] = [mine.sum() for mine in values[:, starts[run] : starts[run + 1]]]
    return found


@kernel(F64Matrix, I64In, F64MatrixOut)
def add_up(values: Any, starts: Any, found: Any) -> None:
    """Sums of each run's part of some rows of values, for parts up to `IN_ONE_PIECE` long.

    In NumPy's order: fewer than eight values one after another, else eight accumulators that are added in pairs, then the remainder.
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
    """float64[R]: median of each run's part of `values`, 0 where it is empty; arguments as of `sums`."""
    ordered = values[np.lexsort((values, lane))]
    sizes = np.diff(starts)
    some = np.flatnonzero(sizes)
    low, high = starts[some] + (sizes[some] - 1) // 2, starts[some] + sizes[some] // 2
    found = np.zeros(sizes.size)
    # Of an odd number both middle values are the same element, which must not be averaged with itself (rounding, infinities).
    found[some] = np.where(low == high, ordered[low], (ordered[low] + ordered[high]) / 2.0)
    return found
