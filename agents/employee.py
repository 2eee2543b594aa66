"""An employee as a readable Mesa agent: a view of one row of the model's arrays, and the decision in plain
Python.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa

from agents.decision import Occasion
from agents.parameters import Parameters

if TYPE_CHECKING:
    from agents.model import AdvocacyModel


class Employee(mesa.Agent):  # type: ignore[misc]
    """One employee. Reads come straight from the arrays, so a view is always up to date and costs nothing
    to keep.
    """

    model: AdvocacyModel

    def __init__(self, model: AdvocacyModel, row: int) -> None:
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
        return float(self.model.programme.earned_millipoints()[self.row]) / 1000.0

    def decides(self, occasion: Occasion, position: int, draw: float) -> bool:
        """Whether this employee shares at one opportunity, given its uniform draw."""
        own = {name: float(column[position]) for name, column in occasion._asdict().items()}
        return draw < chance(plain_log_odds(own, self.model.parameters))


def chance(utility: float) -> float:
    """σ(U)."""
    return 1.0 / (1.0 + math.exp(-utility)) if utility > -700.0 else 0.0


def plain_log_odds(o: dict[str, float], p: Parameters) -> float:
    """The utility of one opportunity, in plain Python: what `agents.decision.log_odds` says for arrays."""
    gap = p.norm_attention * (o["norm_rate"] - o["own_rate"])
    if o["norm_message"] > 0.0:
        gap = o["norm_message"] - o["own_rate"]
    relief = 1.0 - p.green_light_relief * o["green_lit"]
    total = o["base"]
    total += p.intrinsic_weight * o["motivation"] * o["relevance"]
    total += p.image_weight * o["perceived_log"]
    total += p.feedback_weight * o["feedback"]
    total += p.reward_weight * o["novelty"] * math.log1p(o["reward_points"] / p.reward_unit_points)
    total += (
        -p.crowding_out
        * o["crowded"]
        * o["motivation"]
        * (1.0 + p.crowding_public * o["connectedness"] * o["public"])
    )
    total += o["steerer"] * p.goal_weight * math.pow(o["goal"], p.goal_exponent)
    total += p.norm_up * max(0.0, gap) - p.norm_down * max(0.0, -gap)
    total += p.recognition_weight * o["recognition"]
    total += p.rank_first * max(0.0, o["rank"]) - p.rank_last * max(0.0, -o["rank"])
    total += p.contest_weight * o["contest"]
    total += p.streak_weight * o["intact"] - p.break_weight * o["broken"]
    total += p.habit_weight * o["habit"]
    total += -p.friction_cost * o["friction"]
    total += -p.fear_weight * o["fear"] * o["risk"] * relief
    total += -p.repetition_cost * o["recent"]
    return total
