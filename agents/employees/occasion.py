"""Inputs of one day's decisions as arrays, one row an opportunity; for tests, teaching and `Employee.decides`."""

from __future__ import annotations

import numpy as np

from agents.employees.decision import Occasion, novelty
from agents.employees.meeting import Opportunities, PersonColumns
from agents.parameters.parameters import Parameters
from agents.world.desk import Items
from agents.world.population import Staff


def occasion_of(
    met: Opportunities, columns: PersonColumns, staff: Staff, items: Items, p: Parameters
) -> Occasion:
    """The utility's inputs for each opportunity of `met`, as copies that outlast the day."""
    who, item = met.person, met.item
    own_topic = staff.segment[who] == items.topic[item]
    c = PersonColumns(*(column[who] for column in columns))
    return Occasion(
        base=c.base,
        motivation=c.motivation,
        relevance=np.where(own_topic, 1.0, p.relevance_elsewhere),
        perceived_log=c.perceived_log,
        feedback=c.feedback,
        novelty=novelty(c.weeks, p),
        reward_points=c.share_points + c.click_points * c.clicks_belief,
        crowded=c.crowded,
        public=c.public,
        connectedness=c.connectedness,
        steerer=c.steerer,
        goal=c.goal,
        own_rate=c.own_rate,
        norm_rate=c.norm_rate,
        norm_message=c.norm_message,
        recognition=c.recognition,
        rank=c.rank * c.rank_sensitivity,
        contest=c.contest,
        intact=c.intact,
        broken=c.broken,
        habit=c.habit,
        friction=c.friction,
        fear=c.fear * c.fear_sensitivity,
        risk=items.risk[item],
        green_lit=items.green_lit[item],
        recent=c.recent,
        asked=c.asked,
        award=c.award,
        loss=c.loss,
        felt_more=c.felt_more,
    )
