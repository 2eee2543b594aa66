"""The decision in plain Python, as an agent of a plain Mesa model takes it: the yardstick of `benchmarks.model`.

Tested to give what `agents.employees.decision.log_odds` gives for arrays (tests/benchmarks/test_plain_decision.py).
"""

from __future__ import annotations

import math

from agents.parameters.parameters import Parameters


def chance(utility: float) -> float:
    """σ(U)."""
    return 1.0 / (1.0 + math.exp(-utility)) if utility > -700.0 else 0.0


def plain_log_odds(o: dict[str, float], p: Parameters) -> float:
    """The utility of one opportunity, in plain Python: what `agents.employees.decision.log_odds` says for arrays."""
    paid = o["crowded"] if o["reward_points"] > 0.0 else 0.0
    told = o["norm_message"] > 0.0
    norm = o["norm_message"] if told else o["norm_rate"]
    gap = (norm - o["own_rate"]) / (norm + o["own_rate"] + p.norm_unit) * (1.0 if told else p.norm_attention)
    seen = p.risk_floor + (1.0 - p.risk_floor) * o["risk"]
    value = math.log1p(o["reward_points"] / p.reward_unit_points) * (1.0 + o["felt_more"])
    relief = 1.0 - p.green_light_relief * o["green_lit"]
    total = o["base"]
    total += p.intrinsic_weight * o["motivation"] * o["relevance"]
    total += p.image_weight * o["perceived_log"]
    total += p.feedback_weight * o["feedback"]
    total += p.reward_weight * o["novelty"] * value
    total += (
        -p.crowding_out
        * paid
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
    total += -p.fear_weight * o["fear"] * seen * relief
    total += -p.repetition_cost * o["recent"]
    total += p.ask_weight * o["asked"] + p.award_weight * o["award"] - p.loss_weight * o["loss"]
    return total
