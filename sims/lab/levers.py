"""Levers of the lab: one number of a scenario each, within limits, set in every phase that has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rewards.language import gettext, msg
from rewards.scheme.scheme import IncentiveScheme

if TYPE_CHECKING:
    from sims.scenario.scenario import Scenario, SchemePhase

MILLI = Decimal("0.001")
Pull = Callable[["Scenario", float], "Scenario"]


@dataclass(frozen=True)
class Lever:
    """A lever: `least` and `most` limit its settings, `usual` are the default ends of a sweep.

    `remedy`: what to do where the lever does not apply to a scenario.
    """

    name: str
    title: str
    least: float
    most: float
    usual: tuple[float, float]
    whole: bool
    pull: Pull
    fits: Callable[[Scenario], bool]
    remedy: str = ""

    def told_remedy(self) -> str:
        """The remedy in the current language."""
        return gettext(self.remedy)

    def settings(self, least: float, most: float, steps: int) -> tuple[float, ...]:
        """`steps` evenly spaced settings from the least to the most; integers without duplicates."""
        found = [least + (most - least) * at / (steps - 1) for at in range(steps)]
        return tuple(dict.fromkeys(float(round(one)) if self.whole else round(one, 6) for one in found))


def _part(scenario: Scenario, name: str, **values: Any) -> Scenario:
    part = getattr(scenario, name).model_copy(update=values)
    return scenario.model_copy(update={name: part})


def _phases(scenario: Scenario, change: Callable[[SchemePhase], SchemePhase]) -> Scenario:
    return scenario.model_copy(update={"phases": tuple(map(change, scenario.phases))})


def _policy(name: str, whole: bool = False) -> Pull:
    def pull(scenario: Scenario, value: float) -> Scenario:
        set_to = int(value) if whole else value

        def change(phase: SchemePhase) -> SchemePhase:
            if getattr(phase.policy, name, None) is None:
                return phase
            return phase.model_copy(update={"policy": phase.policy.model_copy(update={name: set_to})})

        return _phases(_part(scenario, "policy", **{name: set_to}), change)

    return pull


def _kinds(name: str) -> Pull:
    def pull(scenario: Scenario, value: float) -> Scenario:
        kinds = tuple(one.model_copy(update={name: value}) for one in scenario.content.kinds)
        return _part(scenario, "content", kinds=kinds)

    return pull


def _accounts(name: str, whole: bool = False) -> Pull:
    def pull(scenario: Scenario, value: float) -> Scenario:
        set_to = int(value) if whole else value
        accounts = scenario.organisation.corporate_accounts
        changed = tuple(one.model_copy(update={name: set_to}) for one in accounts)
        return _part(scenario, "organisation", corporate_accounts=changed)

    return pull


def _tool(name: str) -> Pull:
    def pull(scenario: Scenario, value: float) -> Scenario:
        def change(phase: SchemePhase) -> SchemePhase:
            if phase.tool is None:
                return phase
            return phase.model_copy(update={"tool": phase.tool.model_copy(update={name: value})})

        return _phases(scenario, change)

    return pull


def _points(scenario: Scenario, factor: float) -> Scenario:
    def change(phase: SchemePhase) -> SchemePhase:
        if phase.scheme is None:
            return phase
        times = Decimal(str(factor))
        rules = tuple(
            {**rule.model_dump(), "points": (Decimal(rule.points) * times).quantize(MILLI)}
            for rule in phase.scheme.rules
        )
        scheme = IncentiveScheme.model_validate({**phase.scheme.model_dump(), "rules": rules})
        return phase.model_copy(update={"scheme": scheme})

    return _phases(scenario, change)


def _always(_scenario: Scenario) -> bool:
    return True


def _has_account(scenario: Scenario) -> bool:
    return bool(scenario.organisation.corporate_accounts)


def _has_tool(scenario: Scenario) -> bool:
    return any(phase.tool is not None for phase in scenario.phases)


def _pays(scenario: Scenario) -> bool:
    return any(rule.points for scheme in scenario.schemes() for rule in scheme.rules)


_NO_ACCOUNT = msg("the scenario has no account of the company; add one to organisation.corporate_accounts")
_NO_TOOL = msg("no phase has a tool that reminds; add `tool: {}` to one")
_NO_POINTS = msg("no phase has a scheme that gives points; choose one")
_ALL = (
    Lever("strictness", msg("Strictness of the policy"), 0.0, 1.0, (0.0, 1.0), False, _policy("strictness"), _always),
    Lever("training", msg("Trained in the policy"), 0.0, 1.0, (0.0, 1.0), False, _policy("training"), _always),
    Lever("approval-delay", msg("Days until an item is approved"), 0.0, 90.0, (0.0, 14.0), True, _policy("approval_delay_days", True),
        _always),
    Lever("approval", msg("Part of shares approved one by one"), 0.0, 1.0, (0.0, 1.0), False, _policy("approval"), _always),
    Lever("friction", msg("Trouble of a share"), 0.0, 1.0, (0.0, 1.0), False, _policy("tools_friction"), _always),
    Lever("cadence", msg("Items a week"), 0.1, 200.0, (1.0, 25.0), False, lambda one, value: _part(one, "content", items_per_week=value),
        _always),
    Lever("polish", msg("Polish of all content"), 0.0, 1.0, (0.0, 1.0), False, _kinds("polish"), _always),
    Lever("promotion", msg("How much all content advertises"), 0.0, 1.0, (0.0, 1.0), False, _kinds("promotional"), _always),
    Lever("reminders", msg("Reminders a week"), 0.0, 50.0, (0.0, 7.0), False, _tool("digests_per_week"), _has_tool, _NO_TOOL),
    Lever("points", msg("Points of every rule, as a multiple of the scheme's"), 0.0, 100.0, (0.0, 8.0), False, _points, _pays, _NO_POINTS),
    Lever("page-posts", msg("Posts of the company's page a week"), 0.0, 100.0, (0.0, 20.0), False, _accounts("posts_per_week"),
        _has_account, _NO_ACCOUNT),
    Lever("page-followers", msg("Followers of the company's page"), 0.0, 1_000_000.0, (0.0, 50_000.0), True, _accounts("followers", True),
        _has_account, _NO_ACCOUNT),
)  # fmt: skip
LEVERS: Mapping[str, Lever] = {one.name: one for one in _ALL}
