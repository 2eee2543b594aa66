"""The acts of the demo's colleagues: joining, sharing, clicks and leaving come from the model, other acts are drawn separately.

Thanks, rewards, nominations.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal

from rewards.events import ENROLLED, LEFT, PAUSED

if TYPE_CHECKING:
    from rewards.scheme.scheme import IncentiveScheme
    from sims.scenario.scenario import Scenario

BLOCK_DAYS = 28
MOST_DAYS = 3640
"""Number of days that the model simulates; afterwards the last four weeks repeat."""
THANKS_A_DAY, CLAIMS_A_DAY = 3, 2
Kind = Literal["enrol", "pause", "leave", "share", "click", "thank", "redeem", "nominate", "decide"]

_MODELLED: dict[str, Kind] = {
    "share": "share", "click": "click", ENROLLED: "enrol", PAUSED: "pause", LEFT: "leave"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """One act of one person. `other`: the person thanked or nominated; `number` distinguishes acts of a kind and day."""

    at: datetime
    kind: Kind
    person: str
    other: str = ""
    channel: str = ""
    number: int = 0


class Calendar:
    """The acts of any period, deterministic for a scenario and its schemes: one run of the model since the program began.

    `turns`: (day, scheme or None) of every change of the scheme in force; the first is the day on which the program began.
    """

    def __init__(
        self,
        scenario: "Scenario",
        turns: "Sequence[tuple[date, IncentiveScheme | None]]",
        people: Sequence[str],
    ) -> None:
        self._scenario = scenario
        self._people = people
        self._began = turns[0][0]
        self._turns = dict(turns)
        self._days, self._lived = 0, list[Act]()
        self._blocks: dict[int, list[Act]] = {}

    def turn(self, day: date, scheme: "IncentiveScheme | None") -> None:
        """Put another scheme into force from that day on."""
        self._turns[max(day, self._began)] = scheme
        self._days, self._blocks = 0, {}

    def between(self, after: datetime, until: datetime) -> list[Act]:
        """The acts in (after, until], in order of time."""
        if until <= after:
            return []
        blocks = range(max(0, self._block(after)), self._block(until) + 1)
        # Requests move forward in time: past blocks are not needed again.
        self._blocks = {place: acts for place, acts in self._blocks.items() if place in blocks}
        return [act for place in blocks for act in self._acts_of(place) if after < act.at <= until]

    def _block(self, at: datetime) -> int:
        return (at.date() - self._began).days // BLOCK_DAYS

    def _acts_of(self, place: int) -> list[Act]:
        if place not in self._blocks:
            first = self._began + timedelta(days=BLOCK_DAYS * place)
            lived = self._of_the_model(place)
            sharers = sorted({act.person for act in lived if act.kind == "share"})
            members = sorted(
                {act.person for act in self._lived if act.kind == "enrol" and act.at.date() < first}
            )
            everybody = members or list(self._people)
            beside = [
                act
                for day in range(BLOCK_DAYS)
                for act in _beside(first + timedelta(days=day), everybody, sharers or everybody)
            ]
            self._blocks[place] = sorted([*lived, *beside], key=lambda act: act.at)
        return self._blocks[place]

    def _of_the_model(self, place: int) -> list[Act]:
        lived = min(place, MOST_DAYS // BLOCK_DAYS - 1)
        end = BLOCK_DAYS * (lived + 1)
        if end > self._days:
            # A run always starts at the first day: extending by half saves restarting every four weeks.
            self._days = min(MOST_DAYS, end + self._days // 2)
            # In time zones ahead of UTC a local day starts on the previous UTC day.
            self._lived = self._run(self._days + 1)
        first = self._began + timedelta(days=BLOCK_DAYS * lived if lived else -1)
        last = self._began + timedelta(days=BLOCK_DAYS * (lived + 1))
        on = timedelta(days=BLOCK_DAYS * (place - lived))
        return [replace(act, at=act.at + on) for act in self._lived if first <= act.at.date() < last]

    def _run(self, days: int) -> list[Act]:
        from sims.ensemble.run import record_run

        [*_, usual] = self._scenario.phases
        changes = {
            (day - self._began).days: usual.model_copy(
                update={"day": (day - self._began).days, "scheme": scheme}
            )
            for day, scheme in sorted(self._turns.items())
        }
        update: dict[str, Any] = {
            "start_date": self._began,
            "horizon_days": days,
            "phases": tuple(phase for day, phase in changes.items() if day < days),
            "arms": (),
        }
        known = set(self._people)
        return [
            Act(event.occurred_at, _MODELLED[event.kind], event.subject, "", event.channel or "", number)
            for number, event in enumerate(
                record_run(self._scenario.model_copy(update=update), at_defaults=True)
            )
            if event.subject in known and event.kind in _MODELLED
        ]


def with_a_tool(scenario: "Scenario") -> "Scenario":
    """The scenario with a tool: people are invited, may enrol, and are reminded."""
    from agents.setting.tool import Tool

    phases = tuple(phase.model_copy(update={"tool": Tool()}) for phase in scenario.phases)
    return scenario.model_copy(update={"phases": phases})


def _beside(day: date, people: Sequence[str], sharers: Sequence[str]) -> list[Act]:
    """Thanks, rewards, a nomination and a decision of HR, drawn independently for each day; only thanks at weekends."""
    draw = random.Random(day.toordinal())  # noqa: S311 - invented people, not secrets
    begun = datetime.combine(day, time(), UTC)

    def at() -> datetime:
        return begun + timedelta(seconds=draw.randrange(6 * 3600, 20 * 3600))

    thanks = [
        Act(at(), "thank", draw.choice(people), draw.choice(sharers), number=number)
        for number in range(THANKS_A_DAY)
    ]
    if day.weekday() > 4:
        return thanks[:1]
    redeemed = [Act(at(), "redeem", draw.choice(sharers)) for _ in range(CLAIMS_A_DAY)]
    named = Act(at(), "nominate", draw.choice(people), draw.choice(sharers))
    return [*thanks, *redeemed, named, Act(at(), "decide", "")]
