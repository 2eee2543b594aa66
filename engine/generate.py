"""Networks made to measure: heavy-tailed contact counts, segment homophily, coworkers, and overlap from a finite audience.

Every row draws from counters of its own, so a network depends on its key alone and can be filled by any
number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.generate_kernel import fill_rows, sort_by_segment
from engine.graph import MAX_EDGES, MAX_NODES, Graph
from engine.sketch_kernel import count_segments, end_rows
from engine.streams import normals

_ROWS_A_PIECE = 1 << 16


def lognormal_counts(
    size: int, median: float, sigma: float, key: np.uint64, least: int = 0, *, most: int | None = None
) -> NDArray[np.int64]:
    """int64[size]: lognormal counts, rounded and clipped to `least` and `most`.

    median  of the law before rounding, contacts
    sigma   standard deviation of its logarithm; its mean is median · exp(sigma² / 2)
    """
    # In place: what a few thousand people need fits into the nearest memory once, not four times.
    draws = _lognormal(size, median, sigma, key)
    draws *= median
    np.rint(draws, out=draws)
    counts = draws.astype(np.int64)
    return np.clip(counts, least, most, out=counts)


def _lognormal(size: int, median: float, sigma: float, key: np.uint64) -> NDArray[np.float64]:
    """Lognormal draws as parts of the median."""
    if size < 0 or not median > 0.0 or not 0.0 <= sigma <= 4.0:
        raise ValueError(
            f"lognormal counts of size {size}, median {median}, sigma {sigma}; 0 or more, above 0, 0 to 4"
        )
    draws = normals(key, 0, np.arange(size, dtype=np.int64), 0)
    draws *= sigma
    return np.exp(draws, out=draws)


def social_graph(
    n_nodes: int,
    mean_degree: float,
    key: np.uint64,
    sigma: float = 1.0,
    n_segments: int = 8,
    *,
    homophily: float = 0.5,
    concentration: float = 1.0,
    threads: int | None = None,
) -> Graph:
    """One population without a company: lognormal out-degrees of this mean, segment node % n_segments."""
    median = mean_degree / float(np.exp(sigma * sigma / 2.0))
    degrees = lognormal_counts(n_nodes, median, sigma, key, 0, most=max(n_nodes - 1, 0))
    segments = np.arange(n_nodes, dtype=np.int32) % np.int32(n_segments)
    return audience_network(
        np.empty(0, dtype=np.int64),
        np.empty(0, dtype=np.int32),
        n_nodes,
        segments,
        homophily,
        coworker_share=0.0,
        key=key,
        audience_counts=degrees,
        concentration=concentration,
        threads=threads,
    )


class Ties(NamedTuple):
    """Known ties among the first employees, as rows of edges that replace drawn ones.

    offsets  int64[K + 1], where each of the K employees' targets begin; targets: int32[offsets[K]], all different in a row
    """

    offsets: NDArray[np.int64]
    targets: NDArray[np.int32]

    @property
    def counts(self) -> NDArray[np.int64]:
        """int64[K]: how many each has."""
        return self.offsets[1:] - self.offsets[:-1]

    def enter(self, first: int, last: int, offsets: NDArray[np.int64], targets: NDArray[np.int32]) -> None:
        """Write rows `first` … `last` − 1 to where they begin: a row of the network begins with colleagues."""
        for row in range(first, last):
            begin, end = self.offsets[row : row + 2]
            targets[offsets[row] : offsets[row] + end - begin] = self.targets[begin:end]


class Room(NamedTuple):
    """Where the arrays of a sketch are written (`Sketch`), for whoever has many of them in one."""

    offsets: NDArray[np.int64]
    row_segments: NDArray[np.int32]
    members: NDArray[np.int32]

    @classmethod
    def of(cls, n_nodes: int, n_audience: int) -> Room:
        """Arrays of their own."""
        kinds = (np.empty(n_nodes + 1, dtype=np.int64), np.empty(n_nodes, dtype=np.int32))
        return cls(*kinds, np.empty(n_audience, dtype=np.int32))


@dataclass(frozen=True, eq=False)
class Sketch:
    """A network before its rows are drawn: everything that each row follows from. Nodes as in `audience_network`.

    offsets       int64[n_nodes + 1]
    coworkers     int64[E], how many of a row's targets are employees
    row_segments  int32[n_nodes], −1 for none
    members       int32[A], the audience by segment; starts: int64[segments + 1], where each segment begins among them
    ties          the colleagues of the first employees, where they are known
    """

    n_nodes: int
    n_employees: int
    n_sources: int
    offsets: NDArray[np.int64]
    coworkers: NDArray[np.int64]
    row_segments: NDArray[np.int32]
    members: NDArray[np.int32]
    starts: NDArray[np.int64]
    homophily: float
    concentration: float
    key: np.uint64
    ties: Ties | None = None

    def fill(self, first: int, last: int, targets: NDArray[np.int32]) -> None:
        """Draw the targets of rows `first` … `last` − 1 into their places."""
        taken = np.zeros(self.n_nodes // 64 + 1, dtype=np.uint64)
        fill_rows(
            first, last, self.offsets, self.coworkers, self.row_segments, self.members, self.starts, self.n_employees,
            self.n_sources, self.homophily, self.concentration, self.key, taken, targets,
        )  # fmt: skip
        if self.ties is not None:
            self.ties.enter(first, min(last, self.ties.counts.size), self.offsets, targets)


def audience_network(
    contact_counts: ArrayLike,
    contact_segments: ArrayLike,
    audience_size: int,
    audience_segments: ArrayLike,
    homophily: float,
    *,
    coworker_share: float,
    key: np.uint64,
    n_corporate: int = 0,
    audience_mean_degree: float = 20.0,
    audience_sigma: float = 1.0,
    audience_counts: ArrayLike | None = None,
    concentration: float = 1.0,
    threads: int | None = None,
) -> Graph:
    """Employees, corporate accounts and their shared audience as one graph; an edge goes from a source to who sees its posts.

    Nodes: employees 0 … E−1, then corporate accounts E … E+C−1, then audience E+C … E+C+A−1.
    threads            the most threads at once; None: one per core; the graph does not depend on it
    The other arguments are those of `sketch_network`.

    Targets of one source are all different and never itself. Out-degrees are exact, except that nobody has
    more contacts than there are people: coworkers stop at E − 1 and audience contacts at A.
    Raises ValueError for values outside their range and for more than 2**31 − 1 nodes or edges.
    """
    sketch = sketch_network(
        contact_counts, contact_segments, audience_size, audience_segments, homophily, coworker_share=coworker_share, key=key,
        n_corporate=n_corporate, audience_mean_degree=audience_mean_degree, audience_sigma=audience_sigma,
        audience_counts=audience_counts, concentration=concentration,
    )  # fmt: skip
    n_threads = os.cpu_count() or 1 if threads is None else threads
    if n_threads < 1:
        raise ValueError(f"threads {threads}; 1 or more; leave it out for one per core")
    targets = np.empty(int(sketch.offsets[-1]), dtype=np.int32)
    _in_pieces(partial(sketch.fill, targets=targets), sketch.n_nodes, n_threads)
    return Graph(sketch.n_nodes, sketch.offsets, targets)


def sketch_network(
    contact_counts: ArrayLike,
    contact_segments: ArrayLike,
    audience_size: int,
    audience_segments: ArrayLike,
    homophily: float,
    *,
    coworker_share: float,
    key: np.uint64,
    n_corporate: int = 0,
    audience_mean_degree: float = 20.0,
    audience_sigma: float = 1.0,
    audience_counts: ArrayLike | None = None,
    concentration: float = 1.0,
    ties: Ties | None = None,
    room: Room | None = None,
) -> Sketch:
    """A network without any contacts drawn, since most rows of a large audience are never needed.

    contact_counts     int[E+C] ≥ 0, out-degree of each source; the last n_corporate of them are followers of
                       corporate accounts
    contact_segments   int[E+C], segment of each source, −1 for none (its contacts come from everybody)
    audience_size      A ≥ 0 people
    audience_segments  int[A], segment of each audience member, 0 or more
    homophily          0 … 1, chance that a contact comes from the source's own segment, else from everybody
    coworker_share     0 … 1, share of an employee's contacts who are other employees (corporate accounts:
                       none)
    key                stream_key(seed, Stream.NETWORK, run)
    audience_mean_degree, audience_sigma   lognormal out-degrees of audience members towards each other, for
                                           reposts
    audience_counts    int[A], those out-degrees themselves, instead
    concentration      ≥ 1; 1 draws contacts evenly; more favours the first members of each segment, so that
                       audiences overlap more
    ties               the colleagues of the first employees: these instead of a share of their contacts, who are as many at least
    room               arrays to write the sketch to; `audience_segments` may be the end of its `row_segments`
    """
    counts = np.atleast_1d(np.asarray(contact_counts, dtype=np.int64))
    source_segments = np.asarray(contact_segments, dtype=np.int32)
    segments = np.ascontiguousarray(audience_segments, dtype=np.int32)
    n_sources, n_audience = counts.size, int(audience_size)
    n_employees = n_sources - n_corporate
    _check(counts, source_segments, segments, n_audience, n_corporate)
    _check_shares(homophily, coworker_share, concentration)
    n_nodes = n_sources + n_audience
    room = room or Room.of(n_nodes, n_audience)
    coworkers = _coworkers(counts[:n_employees], coworker_share, ties)
    near = np.concatenate([coworkers, np.zeros(n_corporate, dtype=np.int64)])
    own, onward = room.offsets[: n_sources + 1], room.offsets[n_sources:]
    own[0] = 0
    np.cumsum(near + np.clip(counts - near, 0, n_audience), out=own[1:])
    if audience_counts is None:
        _end_drawn(onward, audience_mean_degree, audience_sigma, key)
    else:
        _end_given(onward, audience_counts)
    if room.offsets[-1] > MAX_EDGES:
        raise ValueError(
            f"{room.offsets[-1]} edges; at most {MAX_EDGES} are stored; use engine.implicit instead"
        )
    room.row_segments[:n_sources], room.row_segments[n_sources:] = source_segments, segments
    starts = np.zeros(int(segments.max(initial=-1)) + 2, dtype=np.int64)
    count_segments(segments, starts)
    sort_by_segment(segments, starts[:-1].copy(), room.members)
    return Sketch(
        n_nodes, n_employees, n_sources, room.offsets, coworkers, room.row_segments, room.members, starts, float(homophily),
        float(concentration), np.uint64(key), ties,
    )  # fmt: skip


def _end_drawn(offsets: NDArray[np.int64], mean_degree: float, sigma: float, key: np.uint64) -> None:
    """Where the rows of an audience end that have so many edges on average; the first begins at `offsets[0]`."""
    if not mean_degree >= 0.0:
        raise ValueError(f"audience_mean_degree {mean_degree}; 0 or above; give contacts per person")
    size = offsets.size - 1
    if mean_degree == 0.0:
        offsets[1:] = offsets[0]
        return
    median = mean_degree / float(np.exp(sigma**2 / 2.0))
    end_rows(_lognormal(size, median, sigma, key), median, max(size - 1, 0), offsets)


def _end_given(offsets: NDArray[np.int64], audience_counts: ArrayLike) -> None:
    """The same for rows of which it is known how many edges they have."""
    size = offsets.size - 1
    onwards = np.minimum(np.asarray(audience_counts, dtype=np.int64), max(size - 1, 0))
    if onwards.shape != (size,):
        raise ValueError(f"audience_counts of shape {onwards.shape}; {size} people; give one for each")
    if onwards.size and onwards.min() < 0:
        raise ValueError(f"audience count {onwards.min()}; 0 or above; correct the count")
    np.cumsum(onwards, out=offsets[1:])
    offsets[1:] += offsets[0]


def _coworkers(counts: NDArray[np.int64], share: float, ties: Ties | None) -> NDArray[np.int64]:
    """Coworkers of each employee: those that are known, else a share of the contacts."""
    drawn: NDArray[np.int64] = np.minimum(np.rint(counts * share).astype(np.int64), max(counts.size - 1, 0))
    if ties is not None:
        drawn[: ties.counts.size] = ties.counts
    return drawn


def _in_pieces(fill: Callable[[int, int], None], n_rows: int, threads: int) -> None:
    cuts = [*range(0, n_rows, _ROWS_A_PIECE), n_rows]
    with ThreadPoolExecutor(threads) as pool:
        for piece in [pool.submit(fill, a, b) for a, b in pairwise(cuts)]:
            piece.result()


def _check(
    counts: NDArray[np.int64],
    source_segments: NDArray[np.int32],
    segments: NDArray[np.int32],
    n_audience: int,
    n_corporate: int,
) -> None:
    if n_audience < 0:
        raise ValueError(f"audience_size {n_audience}; 0 or above; give the number of people")
    if counts.ndim != 1 or source_segments.shape != counts.shape:
        raise ValueError(
            f"{source_segments.size} contact_segments for {counts.size} contact_counts; one for each"
        )
    if segments.shape != (n_audience,):
        raise ValueError(
            f"audience_segments of shape {segments.shape}; {n_audience} people; give one for each"
        )
    if not 0 <= n_corporate <= counts.size:
        raise ValueError(
            f"n_corporate {n_corporate}; from 0 to {counts.size}; they are the last contact_counts"
        )
    if counts.size + n_audience > MAX_NODES:
        raise ValueError(
            f"{counts.size + n_audience} people; at most {MAX_NODES} are stored; use engine.implicit instead"
        )
    if counts.size and counts.min() < 0:
        raise ValueError(f"contact count {counts.min()}; 0 or above; correct the count")
    if segments.size and segments.min() < 0:
        raise ValueError(f"audience segment {segments.min()}; 0 or above; number the segments from 0")


def _check_shares(homophily: float, coworker_share: float, concentration: float) -> None:
    for name, value in (("homophily", homophily), ("coworker_share", coworker_share)):
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"{name} {value}; from 0 to 1; give a share such as 0.4")
    if not 1.0 <= concentration <= 8.0:
        raise ValueError(f"concentration {concentration}; from 1 to 8; use 1 for an even draw")
