"""The essay's own figures, computed exactly, for comparison with realistic ones.

They are neither reach nor clicks as defined by the product: they assume 100 % visibility, disjoint networks, and a new person for every
contact. `sims.reach.waterfall` derives an expected figure from such a naive one.
"""

from dataclasses import dataclass
from fractions import Fraction

from engine.reach import naive_reach, second_hand_reach, visits


@dataclass(frozen=True)
class EssayFigure:
    """One figure of the essay: what it counts, its formula, and its exact value."""

    name: str
    arithmetic: str
    unit: str
    value: Fraction

    def as_json(self) -> dict[str, str | int]:
        """Plain JSON values; every figure is an integer."""
        return {"name": self.name, "arithmetic": self.arithmetic, "unit": self.unit, "value": int(self.value)}


def essay_figures() -> tuple[EssayFigure, ...]:
    """The six figures, in the essay's order."""
    return (
        EssayFigure("a company page", "5,000 followers x 1 %", "visits", visits(5_000, "0.01")),
        EssayFigure("ten employees", "10 employees x 500 contacts", "people", naive_reach(10, 500)),
        EssayFigure(
            "a hundred employees on two networks",
            "100 employees x 1,000 contacts x 2 networks",
            "people",
            naive_reach(100, 1_000, networks=2),
        ),
        EssayFigure(
            "'close to half a million'",
            "20,000 people x 10 x 3",
            "people",
            naive_reach(20_000, 10, shares_each=3),
        ),
        EssayFigure(
            "5 % of the followers share on",
            "5,000 followers x 5 % x 1,000 contacts",
            "people",
            second_hand_reach(5_000, "0.05", 1_000),
        ),
        EssayFigure(
            "'millions'",
            "10 employees x 5,000 x 5 % x 1,000 contacts",
            "people",
            second_hand_reach(5_000, "0.05", 1_000, sharers=10),
        ),
    )
