"""A network that the company knows stands in every run as it was given; what nobody knows of is drawn."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

from agents.employees.spreading import spreadings
from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.setting.setting import Audience, Contacts, Organisation, Phase, Setting, Turnover
from rewards.people_file import PersonRow
from rewards.scheme.presets import PRESETS

TIES = (("e000001", "e000002"), ("e000002", "e000001"), ("e000001", "e000004"))


def company(**change: object) -> Organisation:
    return Organisation(**({"headcount": 4, "audience": Audience(size=500), "network": TIES} | change))  # type: ignore[arg-type]


def model(organisation: Organisation, seed: int = 1) -> AdvocacyModel:
    phases = (Phase(scheme=PRESETS["clicks"]),)
    return AdvocacyModel(
        Setting(
            organisation=organisation,
            phases=phases,
            horizon_days=60,
            burn_in_days=0,
            start_date=date(2026, 1, 5),
        ),
        seed,
    )


def colleagues(made: AdvocacyModel) -> list[list[int]]:
    graph, size = made.network.graph, made.network.n_employees
    return [sorted(int(t) for t in graph.neighbours(row) if t < size) for row in range(size)]


@pytest.mark.parametrize("seed", [1, 2])
def test_colleagues_are_those_of_the_file(seed: int) -> None:
    made = model(company(), seed)
    assert colleagues(made) == [[1, 3], [0], [], []]
    made.run_for(60)
    assert colleagues(made) == [[1, 3], [0], [], []]


def test_the_contacts_outside_are_as_many_as_before() -> None:
    given, drawn = (model(company(network=ties)).network for ties in (TIES, None))
    outside = [
        [(one.graph.neighbours(row) >= one.n_sources).sum() for row in range(4)] for one in (given, drawn)
    ]
    contacts = drawn.degrees[:4]
    assert outside[0] == (contacts - np.array([2, 1, 0, 0])).tolist()


def test_who_joins_later_has_drawn_colleagues() -> None:
    turnover = Turnover(leavers_per_year=0.9, days_to_refill=0)
    made = model(company(headcount=40, turnover=turnover, network=(("e000001", "e000002"),)))
    found = colleagues(made)
    assert len(found) > 40
    assert found[:40] == [[1], *[[]] * 39]
    assert all(found[40:])


def test_people_of_a_file_are_called_by_their_ids() -> None:
    people = tuple(
        PersonRow(id=name, segment="s", team="t", timezone="Europe/Madrid", contacts=20)
        for name in ("ana", "ben")
    )
    organisation = Organisation(people=people, network=(("ben", "ana"),), audience=Audience(size=100))
    assert colleagues(model(organisation)) == [[], [0]]


def test_the_guard_on_cascades_counts_the_ties_that_are_there() -> None:
    names = [f"e{number + 1:06d}" for number in range(50)]
    half = tuple((one, other) for one in names for other in names if one != other)
    found = [
        spreadings(
            Setting(
                organisation=company(
                    headcount=100,
                    network=ties,
                    contacts=Contacts(median=99.0, sigma=0.0, tail_share=0.0),
                    audience=Audience(size=500, coworkers=1.0, onward_contacts=0.0),
                )
            ),
            [Parameters()],
        )[0].reposts
        for ties in ((), half, None)
    ]
    # Half of the people tied among themselves: 50 * 49 of the 100 * 99 ties that there could be.
    assert 0.0 == found[0] < found[1]
    assert found[1] / found[2] == pytest.approx(49 / 198)


@pytest.mark.parametrize(
    ("ties", "message"),
    [
        ((("e000001", "zoe"),), r"'zoe' is none of the company's 4 people \(e000001 … e000004\)"),
        ((("e000005", "e000001"),), "'e000005' is none of"),
        ((("e000002", "e000002"),), "'e000002' is tied to itself"),
    ],
)
def test_ties_that_cannot_be_are_named(ties: tuple[tuple[str, str], ...], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        company(network=ties)


def test_the_order_and_repetitions_of_ties_say_nothing() -> None:
    assert company(network=(*reversed(TIES), TIES[0])) == company()
