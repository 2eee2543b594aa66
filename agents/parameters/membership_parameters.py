"""Parameters of participation: enrolment, reminders and the annoyance they cause, lapsing."""

from __future__ import annotations

import math
from dataclasses import dataclass

from agents.parameters.employee_parameters import ANY, UNIT
from agents.parameters.priors import declare


@dataclass(frozen=True, kw_only=True)
class MembershipParameters:
    """Parameters of participation (docs/model.md, "Taking part"); hazards are daily unless stated otherwise, log-odds are natural."""

    # Enrolling
    enrol_base: float = declare(
        -4.86,
        "log-odds a day",
        (-6.0, -3.0),
        "A",
        "enrolling on the day of the invitation, everything else at 0; calibrated jointly, see docs/validation.md",
        limits=ANY,
    )
    enrol_motivation: float = declare(1.5, "log-odds at m = 1", (0.5, 2.5), "A", "the motivated join")
    enrol_inclination: float = declare(
        0.697,
        "log-odds per log-odds of sharing",
        (0.2, 1.0),
        "A",
        "who shares anyway joins sooner; calibrated jointly, see docs/validation.md",
    )
    enrol_fear: float = declare(1.0, "log-odds at f = 1", (0.0, 2.0), "A", "no evidence: flat prior")
    enrol_friction: float = declare(
        1.5, "log-odds at full friction", (0.0, 3.0), "A", "trouble of signing up; no evidence: flat prior"
    )
    enrol_team: float = declare(
        1.0, "log-odds, whole team enrolled", (0.0, 2.0), "A", "colleagues who joined"
    )
    enrol_leader: float = declare(
        0.5, "log-odds", (0.0, 1.0), "A", "the one whom the team looks to has joined"
    )
    enrol_reward: float = declare(
        0.25, "log-odds per unit of v(r)", (0.0, 0.6), "A", "points announced for a share draw people in"
    )
    invitation_half_life_weeks: float = declare(
        3.0, "weeks", (1.0, 8.0), "A", "an invitation is forgotten", limits=(1e-6, math.inf)
    )
    return_log_odds: float = declare(
        -0.5,
        "log-odds",
        (-2.0, 0.5),
        "A",
        "who paused or left, invited anew at a relaunch or contest",
        limits=ANY,
    )
    # Reminders
    digest_first: float = declare(
        0.69,
        "chance of opening",
        (0.3, 0.9),
        "V",
        "a weekly digest in the first week; weak evidence; calibrated jointly, see docs/validation.md",
        limits=UNIT,
    )
    digest_floor: float = declare(
        0.15, "chance of opening", (0.05, 0.4), "V", "a weekly digest later; weak evidence", limits=UNIT
    )
    digest_half_life_weeks: float = declare(
        4.0, "weeks", (2.0, 16.0), "A", "fading of the first weeks' curiosity", limits=(1e-6, math.inf)
    )
    digest_elasticity: float = declare(
        0.35,
        "per log of reminders a week",
        (0.3, 0.4),
        "V",
        "digests opened against digests sent; weak evidence",
        limits=UNIT,
    )
    default_opening: float = declare(
        0.5,
        "part of another's",
        (0.2, 0.8),
        "A",
        "chance of opening of somebody enrolled by default",
        limits=UNIT,
    )
    ask_weight: float = declare(
        2.03,
        "log-odds",
        (0.5, 2.5),
        "A",
        "being asked, with the text at hand, on the day; no evidence; calibrated jointly, see docs/validation.md",
    )
    digests_wanted: float = declare(
        2.0,
        "reminders a week",
        (1.0, 4.0),
        "A",
        "beyond these a reminder annoys the median member",
        limits=(1e-6, math.inf),
    )
    digests_wanted_spread: float = declare(0.5, "log, standard deviation", (0.2, 0.8), "A", "people differ")
    annoyance_gain: float = declare(
        0.06, "level per reminder too many", (0.02, 0.15), "A", "nagging has a price", limits=(0.0, 10.0)
    )
    annoyance_half_life_weeks: float = declare(
        4.0, "weeks", (1.0, 12.0), "A", "annoyance fades", limits=(1e-6, math.inf)
    )
    annoyance_opening: float = declare(
        1.0, "log per unit of annoyance", (0.3, 2.0), "A", "the annoyed open less"
    )
    annoyance_leaving: float = declare(
        1.0, "log per unit of annoyance", (0.3, 2.0), "A", "the annoyed lapse and opt out"
    )
    opt_out_base: float = declare(
        0.002,
        "chance per reminder",
        (0.0005, 0.006),
        "V",
        "turning reminders off; weak evidence",
        scale="log",
        limits=UNIT,
    )
    # Lapsing
    lapse_per_week: float = declare(
        0.006,
        "hazard a week",
        (0.002, 0.02),
        "A",
        "of a member who opens every digest",
        scale="log",
        limits=UNIT,
    )
    lapse_unopened: float = declare(
        1.2, "log, none opened", (0.4, 2.0), "A", "whoever opens nothing drifts away"
    )
    lapse_leaves: float = declare(
        0.3, "part of those who lapse", (0.1, 0.6), "A", "leave the program; the others pause", limits=UNIT
    )
    opened_memory_weeks: float = declare(
        4.0, "weeks", (2.0, 8.0), "A", "memory of digests opened", limits=(1.0, math.inf)
    )
    lapse_after_pay: float = declare(
        1.0,
        "log at m = 0",
        (0.0, 2.0),
        "A",
        "who came for points alone leaves when they go; no evidence: flat prior",
    )
    lapse_after_pay_weeks: float = declare(
        6.0, "weeks", (2.0, 12.0), "A", "for so long after the removal", limits=(1e-6, math.inf)
    )
