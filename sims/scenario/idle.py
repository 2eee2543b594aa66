"""Warnings about parts of a scenario that have no effect, so that a zero is not taken for a finding."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sims.scenario.scenario import Scenario, SchemePhase


def idle(scenario: "Scenario") -> tuple[str, ...]:
    """One line for each part of the scenario that cannot have an effect, with the remedy."""
    groups = [("", scenario.phases), *((f"arm {arm.name!r}, ", arm.phases) for arm in scenario.arms)]
    found = [f"arm {arm.name!r}: {text}" for arm in scenario.arms for text in _empty(arm.share, scenario)]
    if sum(arm.share for arm in scenario.arms) > 1.0 - 1e-9:
        found.append(
            "the arms take everybody: nobody is in the control, and no arm is held against it; leave a part out"
        )
    for owner, phases in groups:
        ends = [*(phase.day for phase in phases[1:]), scenario.horizon_days]
        for phase, end in zip(phases, ends, strict=True):
            texts = _of_phase(phase, min(end, scenario.horizon_days), scenario)
            found += [f"{owner}phase of day {phase.day}: {text}" for text in texts]
    found += _of_schemes(scenario)
    return tuple(f"{scenario.name}: {text}" for text in found)


def _empty(share: float, scenario: "Scenario") -> Iterator[str]:
    people = scenario.organisation.size
    if share * people < 1.0:
        yield f"share {share:g} of {people} people is less than one, so that often nobody is in it; raise the share or the headcount"


def _of_phase(phase: "SchemePhase", end: int, scenario: "Scenario") -> Iterator[str]:
    last = scenario.horizon_days - 1
    if phase.day > last:
        yield f"it begins after the last day, {last}, and nothing of it happens; raise horizon_days or choose an earlier day"
        return
    pays = phase.scheme is not None and any(rule.points > 0 for rule in phase.scheme.rules)
    if phase.terms != type(phase.terms)() and not pays:
        yield "terms without points change nothing; give the phase a reward, or a scheme whose rules pay"
    yield from _of_recognition(phase, end, scenario)
    yield from _of_contest(phase, end, scenario)
    if phase.tool is not None and phase.tool.invitation.share == 0.0:
        yield "a tool to which nobody is invited; raise the share of its invitation"


def _of_recognition(phase: "SchemePhase", end: int, scenario: "Scenario") -> Iterator[str]:
    rule = phase.recognition
    if rule is None:
        return
    first = phase.day + rule.every_days - 1
    if first >= end:
        yield (
            f"recognition every {rule.every_days} days would first be given on day {first}, and the phase ends on day {end - 1}: "
            "nobody is ever thanked; lower every_days or lengthen the phase"
        )
    elif first + rule.delay_days >= scenario.horizon_days:
        yield (
            f"thanks that come {rule.delay_days} days late would come on day {first + rule.delay_days}, after the last day, "
            f"{scenario.horizon_days - 1}; lower delay_days or raise horizon_days"
        )
    if rule.among == "newcomers" and scenario.organisation.turnover.leavers_per_year == 0.0:
        yield "recognition among newcomers, and nobody ever joins; give the organisation a turnover"
    if rule.rule != "threshold" and rule.share == 0.0:
        yield f"recognition of rule {rule.rule!r} with share 0 thanks nobody; raise the share"


def _of_contest(phase: "SchemePhase", end: int, scenario: "Scenario") -> Iterator[str]:
    contest = phase.contest
    if contest is None:
        return
    if scenario.organisation.number_of_teams < 2:
        yield "a contest between teams, and there is one team; give a segment more teams"
    if end == scenario.horizon_days < phase.day + contest.days:
        yield (
            f"a contest of {contest.days} days goes on after the last day, {end - 1}, and nobody wins it; lower its days or raise "
            "horizon_days"
        )


def _of_schemes(scenario: "Scenario") -> Iterator[str]:
    phases = [*scenario.phases, *(phase for arm in scenario.arms for phase in arm.phases)]
    if any(phase.tool is not None for phase in phases):
        return
    for scheme in scenario.schemes():
        if scheme.membership == "enrolled":
            yield (
                f"scheme {scheme.name!r} is for the enrolled, and no phase has a tool in which to enrol: everybody takes part; give its "
                "phases a tool"
            )
