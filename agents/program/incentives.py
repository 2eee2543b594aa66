"""What the program means to each employee on one day: the inputs of the utility that a scheme and a phase decide."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.world.lanes import Lanes
from engine.kernels import kernel
from engine.signatures import F64In, F64MatrixOut, F64Out, I64In

Floats = NDArray[np.float64]

TERCILE = 3


@dataclass
class Incentives:
    """float64[n] each, 0 without a program.

    share_points, click_points  points expected for one share, and for one click on it
    tangible, public, expected  parts of the points that are tangible, public and announced (0 to 1)
    prize, prize_public  1 while a tangible, announced prize that is no points a share (a badge, a challenge, a highlight) can still
                be had; and where such a one is public
    weeks       on the novelty clock
    goal        fraction of the next goal done
    rank        +1 first third of a shown board, −1 last third, else 0
    contest     1 during a team contest, fading after it
    intact, broken  state of the scheme's streaks
    norm_shown  1 where a norm message is shown
    award       how near an award is that was announced, 0 to 1
    loss        value of a share's reward that was taken away, by motivation, fading
    felt_more   by how much the reward is felt more, on its terms
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

    def crowding(self, points: Floats) -> Floats:
        """Part of what is had for a share now that is tangible and announced, `points` being those expected for it."""
        return np.maximum(self.tangible * self.expected * (points > 0.0), self.prize)

    def set(self, rows: NDArray[np.bool_], **values: float) -> None:
        """Give some people one value of each named column: how experiments stage an offer by hand."""
        for name, value in values.items():
            self._own(name)[rows] = value

    def put(self, name: str, members: NDArray[np.int64] | None, values: Floats | float) -> None:
        """Give the members of a group their values of one column; of all (None) the array itself becomes the column."""
        if members is None:
            size = self.weeks.size
            setattr(self, name, values if isinstance(values, np.ndarray) else np.full(size, float(values)))
        else:
            self._own(name)[members] = values[members] if isinstance(values, np.ndarray) else values

    def _own(self, name: str) -> Floats:
        # A column of nothing is everybody's until it is written to.
        if not getattr(self, name).flags.writeable:
            setattr(self, name, getattr(self, name).copy())
        column: Floats = getattr(self, name)
        return column

    def only(self, taking: NDArray[np.bool_]) -> Incentives:
        """The same for those who take part, and nothing for the others but the message about colleagues."""
        kept = {f.name: np.where(taking, getattr(self, f.name), 0.0) for f in fields(self)}
        return Incentives(**(kept | {"norm_shown": self.norm_shown, "loss": self.loss}))

    def copy(self) -> Incentives:
        """An independent copy, for whoever wants to change it."""
        return Incentives(*(getattr(self, f.name).copy() for f in fields(self)))

    @classmethod
    def none(cls, n: int) -> Incentives:
        """Nothing offered to anybody."""
        nothing = np.zeros(n)
        nothing.flags.writeable = False
        return cls(*(nothing for _ in fields(cls)))


def thirds(points: Floats, among: NDArray[np.bool_], board: NDArray[np.int64] | None = None) -> Floats:
    """+1 for the first third of those with points, −1 for the last third; those tied are in the middle of their places; 0 off the board.

    Each has a board of their own number; all the same one unless given.
    """
    boards = np.zeros(points.size, dtype=np.int64) if board is None else board
    kept = np.where(among & (points > 0.0), points, np.inf)
    count = int(boards.max(initial=-1)) + 1
    order = np.lexsort((kept, boards))
    starts = np.searchsorted(boards[order], np.arange(count + 1))
    return _marked(kept[order], starts, kept, boards)


def thirds_by_run(points: Floats, among: NDArray[np.bool_], lanes: Lanes) -> Floats:
    """`thirds` with a board for each run."""
    if not lanes.even:
        return thirds(points, among, lanes.lane)
    kept = np.where(among & (points > 0.0), points, np.inf)
    ordered = np.sort(kept.reshape(lanes.count, -1), axis=1)
    return _marked(ordered.reshape(-1), lanes.first, kept, lanes.lane)


def _marked(ordered: Floats, starts: NDArray[np.int64], kept: Floats, boards: NDArray[np.int64]) -> Floats:
    result, cuts = np.zeros(kept.size), np.empty((starts.size, 2))
    mark_thirds(ordered, starts, kept, boards, cuts, result)
    return result


@kernel(F64In, I64In, F64In, I64In, F64MatrixOut, F64Out)
def mark_thirds(ordered: Any, starts: Any, points: Any, boards: Any, cuts: Any, result: Any) -> None:
    """Mark who is in which third. `ordered` are the points of each board, rising, from its start on; infinite ones are on none.

    With a worse and b at most as good of n, the middle of the places is that of a + b: thirds of the board are cut at 2/3 and 4/3 of n.
    """
    for board in range(starts.size - 1):
        first, size = starts[board], 0
        cuts[board, 0], cuts[board, 1] = -math.inf, math.inf
        while first + size < starts[board + 1] and ordered[first + size] < math.inf:
            size += 1
        worse = 0
        while size >= TERCILE and worse < size:
            value, through = ordered[first + worse], worse + 1
            while through < size and ordered[first + through] == value:
                through += 1
            if TERCILE * (worse + through) <= 2 * size:
                cuts[board, 0] = value
            elif TERCILE * (worse + through) >= 4 * size:
                cuts[board, 1] = value
                break
            worse = through
    for i in range(points.size):
        if points[i] < math.inf:
            if points[i] >= cuts[boards[i], 1]:
                result[i] = 1.0
            elif points[i] <= cuts[boards[i], 0]:
                result[i] = -1.0
