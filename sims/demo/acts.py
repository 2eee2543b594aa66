"""What colleagues do when: shares and clicks of the model, and beside them what the model leaves out.

Joining, thanks, rewards, nominations.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rewards.scheme.scheme import IncentiveScheme
    from sims.scenario.scenario import Scenario

BLOCK_DAYS = 28
WARM_UP_DAYS = 7
"""What a block begins with and leaves out: the days until what was posted is there to be clicked on."""
FIRST_BLOCK = date(2026, 1, 5)
MOST_BLOCKS = 1000
THANKS_A_DAY, CLAIMS_A_DAY = 3, 2
Kind = Literal["enrol", "share", "click", "thank", "redeem", "nominate", "decide"]

_MODELLED: tuple[Literal["share", "click"], ...] = ("share", "click")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that one person does. `other`: whom she thanks or names; `number` tells acts of a kind and day apart."""

    at: datetime
    kind: Kind
    person: str
    other: str = ""
    channel: str = ""
    number: int = 0


class Calendar:
    """The acts of any stretch of time, always the same for a scenario and a scheme: run after run of the model, four weeks each."""

    def __init__(self, scenario: "Scenario", scheme: "IncentiveScheme | None", people: Sequence[str]) -> None:
        self._scenario = scenario
        self._scheme = scheme
        self._people = people
        self._blocks: dict[int, list[Act]] = {}

    def between(self, after: datetime, until: datetime) -> list[Act]:
        """The acts in (after, until], in the order of time."""
        if until <= after:
            return []
        blocks = range(_block(after), _block(until) + 1)
        # Time goes on: what lies behind is not asked for again.
        self._blocks = {place: acts for place, acts in self._blocks.items() if place in blocks}
        return [act for place in blocks for act in self._acts_of(place) if after < act.at <= until]

    def _acts_of(self, place: int) -> list[Act]:
        if place not in self._blocks:
            first = FIRST_BLOCK + timedelta(days=BLOCK_DAYS * place)
            shared = self._of_the_model(first, place)
            sharers = sorted({act.person for act in shared if act.kind == "share"}) or list(self._people)
            beside = [
                act
                for day in range(BLOCK_DAYS)
                for act in _beside(first + timedelta(days=day), self._people, sharers)
            ]
            self._blocks[place] = sorted([*shared, *beside], key=lambda act: act.at)
        return self._blocks[place]

    def _of_the_model(self, first: date, place: int) -> list[Act]:
        from sims.ensemble.run import record_run
        from sims.scenario.scenario import SchemePhase

        update: dict[str, Any] = {
            "start_date": first - timedelta(days=WARM_UP_DAYS),
            "horizon_days": WARM_UP_DAYS + BLOCK_DAYS,
            "phases": (SchemePhase(scheme=self._scheme),),
            "arms": (),
        }
        known = set(self._people)
        end = first + timedelta(days=BLOCK_DAYS)
        found = record_run(
            self._scenario.model_copy(update=update), run=place % MOST_BLOCKS, at_defaults=True
        )
        acts: list[Act] = []
        for number, event in enumerate(found):
            if event.subject not in known or not first <= event.occurred_at.date() < end:
                continue
            for kind in _MODELLED:
                if event.kind == kind:
                    acts.append(Act(event.occurred_at, kind, event.subject, "", event.channel or "", number))
        return acts


def _block(at: datetime) -> int:
    return (at.date() - FIRST_BLOCK).days // BLOCK_DAYS


def _beside(day: date, people: Sequence[str], sharers: Sequence[str]) -> list[Act]:
    """Somebody who joins, thanks, rewards, a nomination and a decision of HR, drawn anew for each day; at weekends thanks alone."""
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
    enrolled = Act(at(), "enrol", draw.choice(people))
    redeemed = [Act(at(), "redeem", draw.choice(sharers)) for _ in range(CLAIMS_A_DAY)]
    named = Act(at(), "nominate", draw.choice(people), draw.choice(sharers))
    return [enrolled, *thanks, *redeemed, named, Act(at(), "decide", "")]
