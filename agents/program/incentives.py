"""The incentives of each employee on one day: the inputs of the utility that a scheme and a phase determine."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.program.rising_kernel import memory, rising
from agents.world.lanes import Lanes
from engine.kernels import kernel
from engine.signatures import F64Out, I64In, I64Out

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TERCILE = 3


@dataclass
class Incentives:
    """float64[n] each, 0 without a program.

    share_points, click_points  points expected for one share, and for one click on it
    tangible, public, expected  parts of the points that are tangible, public and announced (0 to 1)
    prize, prize_public  1 while a tangible, announced prize other than points (badge, challenge, highlight) can still be won, and 1 where
                such a prize is public
    weeks       weeks on the novelty clock
    goal        completed fraction of the next goal
    rank        +1 in the first third of a visible leaderboard, −1 in the last third, else 0
    contest     1 during a team contest, decaying after it
    intact, broken  state of the scheme's streaks
    norm_shown  1 where a norm message is shown
    award       proximity of an announced award, 0 to 1
    loss        value of a share's reward that was taken away, times motivation, decaying
    felt_more   relative change of the felt value of the reward by its framing
    """

    share_points: Floats
    click_points: Floats
    tangible: Floats
    public: Floats
    expected: Floats
    prize: Floats
    prize_public: Floats
    weeks: Floats
    goal: Floats
    rank: Floats
    contest: Floats
    intact: Floats
    broken: Floats
    norm_shown: Floats
    award: Floats
    loss: Floats
    felt_more: Floats

    def of_share(self, who: NDArray[np.int64], clicks: Floats) -> tuple[Floats, Floats]:
        """float64[k] each: points that each of `who` expects for a share, and the tangible and announced part of its reward.

        clicks  float64[n]: clicks that each employee expects of a share
        """
        points = self.share_points[who] + self.click_points[who] * clicks[who]
        tangible = self.tangible[who] * self.expected[who] * (points > 0.0)
        return points, np.maximum(tangible, self.prize[who])

    def set(self, rows: NDArray[np.bool_], **values: float) -> None:
        """Set the named columns to one value each for some people; used by experiments that stage an offer by hand."""
        for name, value in values.items():
            self._own(name)[rows] = value

    def put(self, name: str, members: Ints | None, values: Floats | float) -> None:
        """Set one column for the members of a group; with `members` None the array itself becomes the column."""
        if members is None:
            alone = isinstance(values, np.ndarray)
            setattr(self, name, values if alone else np.broadcast_to(float(values), self.weeks.size))
        else:
            self._own(name)[members] = values[members] if isinstance(values, np.ndarray) else values

    def _own(self, name: str) -> Floats:
        # A column of one value takes no memory, and is read-only, until it is written to.
        if not getattr(self, name).flags.writeable:
            setattr(self, name, getattr(self, name).copy())
        column: Floats = getattr(self, name)
        return column

    def only(self, taking: NDArray[np.bool_]) -> Incentives:
        """A copy in which those who do not take part have no incentive except the norm message."""
        kept = {f.name: np.where(taking, getattr(self, f.name), 0.0) for f in fields(self)}
        return Incentives(**(kept | {"norm_shown": self.norm_shown, "loss": self.loss}))

    def copy(self) -> Incentives:
        """An independent, writable copy."""
        return Incentives(*(getattr(self, f.name).copy() for f in fields(self)))

    @classmethod
    def none(cls, n: int) -> Incentives:
        """No incentives for n people."""
        nothing = np.broadcast_to(0.0, n)
        return cls(*(nothing for _ in fields(cls)))


def thirds(points: Ints, among: NDArray[np.bool_], board: Ints | None = None) -> Floats:
    """+1 for the first third of those with points, −1 for the last third, 0 for the middle and the unranked; ties share their mean place.

    `board` is the number of each one's leaderboard; a single one unless given.
    """
    ranked = np.flatnonzero(among & (points > 0))
    boards = np.zeros(ranked.size, dtype=np.int64) if board is None else board[ranked]
    order = np.argsort(boards, kind="stable")
    count = int(boards.max(initial=-1)) + 1
    return _marked(points, ranked[order], np.searchsorted(boards[order], np.arange(count + 1)))


def thirds_by_run(points: Ints, among: NDArray[np.bool_], lanes: Lanes) -> Floats:
    """`thirds` with a separate leaderboard for each run."""
    ranked = np.flatnonzero(among & (points > 0))
    return _marked(points, ranked, lanes.starts(ranked))


def _marked(points: Ints, ranked: Ints, starts: Ints) -> Floats:
    result = np.zeros(points.size)
    mark_thirds(points, ranked, starts, *memory(ranked.size), result)
    return result


@kernel(I64In, I64In, I64In, I64Out, I64Out, I64Out, F64Out)
def mark_thirds(
    points: Any, ranked: Any, starts: Any, room: Any, spare: Any, tally: Any, result: Any
) -> None:
    """Write the third of whoever is ranked to `result`; `ranked` holds the people of each board from its start.

    Of n ranked people let a be worse and b at most as good: the mean place is (a + b) / 2, so that thirds are cut at a + b = 2n/3 and 4n/3.
    """
    for board in range(starts.size - 1):
        people, top = ranked[starts[board] : starts[board + 1]], 0
        size = people.size
        for k in range(size):
            room[k] = points[people[k]]
            top = max(top, room[k])
        ordered, worse, last, first = rising(room, spare, size, top, tally), 0, -1, top + 1
        while size >= TERCILE and worse < size:
            value, through = ordered[worse], worse + 1
            while through < size and ordered[through] == value:
                through += 1
            if TERCILE * (worse + through) <= 2 * size:
                last = value
            elif TERCILE * (worse + through) >= 4 * size:
                first = value
                break
            worse = through
        for k in range(size):
            if points[people[k]] >= first:
                result[people[k]] = 1.0
            elif points[people[k]] <= last:
                result[people[k]] = -1.0
