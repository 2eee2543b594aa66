"""An employee as a readable Mesa agent: a view of one row of the model's arrays, and of its decision."""

from __future__ import annotations

import mesa

from agents.employees.decision import Occasion, log_odds, share_chance
from agents.observe.observed import Observed


class Employee(mesa.Agent):  # type: ignore[misc]
    """A read-only view of one employee: values are read from the model's arrays on access, so a view is never stale."""

    model: Observed

    def __init__(self, model: Observed, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def person_id(self) -> str:
        """External id."""
        return self.model.staff.ids[self.row]

    @property
    def segment(self) -> str:
        """Name of the segment."""
        return self.model.staff.segments[int(self.model.staff.segment[self.row])]

    @property
    def team(self) -> str:
        """Name of the team."""
        return self.model.staff.teams[int(self.model.staff.team[self.row])]

    @property
    def contacts(self) -> int:
        """Contact count."""
        return int(self.model.staff.contacts[self.row])

    @property
    def motivation(self) -> float:
        """m, intrinsic motivation today."""
        return float(self.model.state.motivation[self.row])

    @property
    def fear(self) -> float:
        """f, fear of sharing the wrong thing today."""
        return float(self.model.state.fear[self.row])

    @property
    def habit(self) -> float:
        """H, habit today."""
        return float(self.model.state.habit[self.row])

    @property
    def points(self) -> float:
        """Points earned so far."""
        return float(self.model.program.earned_millipoints()[self.row]) / 1000.0

    def decides(self, occasion: Occasion, position: int, draw: float) -> bool:
        """True where this employee shares at one opportunity, given its uniform draw."""
        own = Occasion(*(column[position : position + 1] for column in occasion))
        return draw < float(share_chance(log_odds(own, self.model.lanes.rows))[0])
