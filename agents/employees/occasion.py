"""Inputs of one day's decisions as arrays, one row an opportunity; for tests, teaching and `Employee.decides`."""

from __future__ import annotations

import numpy as np

from agents.employees.decision import Occasion, novelty
from agents.employees.meeting import Inputs, Opportunities
from agents.employees.meeting_kernel import OfferColumns, PersonColumns
from agents.world.desk import Items
from agents.world.lanes import Lanes
from agents.world.population import Staff


def occasion_of(met: Opportunities, inputs: Inputs, staff: Staff, items: Items, lanes: Lanes) -> Occasion:
    """The utility's inputs for each opportunity of `met`, as copies that outlast the day."""
    who, item, p = met.person, met.item, lanes.of(met.person)
    own_topic = staff.segment[who] == items.topic[item]
    c = PersonColumns(*(column[who] for column in inputs.person))
    o = OfferColumns(*(column[who] for column in inputs.offer))
    points = o.share_points + o.click_points * c.clicks_belief
    return Occasion(
        base=c.base,
        motivation=c.motivation,
        relevance=np.where(own_topic, 1.0, p.relevance_elsewhere),
        perceived_log=c.perceived_log,
        feedback=c.feedback,
        novelty=novelty(o.weeks, p),
        reward_points=points,
        crowded=np.maximum(o.tangible * o.expected * (points > 0.0), o.prize),
        public=np.maximum(o.public, o.prize_public),
        connectedness=c.connectedness,
        steerer=c.steerer,
        goal=o.goal,
        own_rate=c.own_rate,
        norm_rate=c.norm_rate,
        norm_message=o.norm_shown * inputs.median[lanes.lane[who]],
        recognition=c.recognition,
        rank=o.rank * c.rank_sensitivity,
        contest=o.contest,
        intact=o.intact,
        broken=o.broken,
        habit=c.habit,
        friction=c.friction,
        fear=c.fear * c.fear_sensitivity,
        risk=items.risk[item],
        green_lit=items.green_lit[item],
        recent=c.recent,
        asked=o.asked,
        award=o.award,
        loss=o.loss,
        felt_more=o.felt_more,
    )
