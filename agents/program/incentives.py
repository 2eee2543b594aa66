"""What the program means to each employee on one day: the inputs of the utility that a scheme and a phase
decide.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

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

    def crowding(self, points: Floats) -> Floats:
        """Part of what is had for a share now that is tangible and announced, `points` being those expected for it."""
        return np.maximum(self.tangible * self.expected * (points > 0.0), self.prize)

    def inferred(self, points: Floats) -> Floats:
        """Part of what is had for a share that readers take for tangible pay."""
        return np.maximum(self.tangible * (points > 0.0), self.prize)

    def set(self, rows: NDArray[np.bool_], **values: float) -> None:
        """Give some people one value of each named column: how experiments stage an offer by hand."""
        for name, value in values.items():
            getattr(self, name)[rows] = value

    @classmethod
    def none(cls, n: int) -> Incentives:
        """Nothing offered to anybody."""
        return cls(*(np.zeros(n) for _ in fields(cls)))


def thirds(points: Floats, among: NDArray[np.bool_]) -> Floats:
    """+1 for the first third of those with points, −1 for the last third; those tied stand in the middle of their places; 0
    off the board.
    """
    result = np.zeros(points.size)
    rows = np.flatnonzero(among & (points > 0))
    if rows.size < TERCILE:
        return result
    ordered = np.sort(points[rows])
    better = rows.size - np.searchsorted(ordered, points[rows], side="right")
    worse = np.searchsorted(ordered, points[rows], side="left")
    # Twice the places before the middle of one's tie: thirds of the board are cut at 2/3 and 4/3 of its size.
    place = TERCILE * (rows.size + better - worse)
    result[rows[place <= 2 * rows.size]] = 1.0
    result[rows[place >= 4 * rows.size]] = -1.0
    return result
