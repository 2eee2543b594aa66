"""Paths that operators' scripts import are the modules behind them (decision 118)."""

import importlib

import pytest


@pytest.mark.parametrize(
    ("kept", "home"),
    [
        ("rewards.accounts", "rewards.people.accounts"),
        ("rewards.organisations", "rewards.people.organisations"),
        ("rewards.intake", "rewards.ledger.intake"),
        ("rewards.publication", "rewards.publishing.publication"),
        ("rewards.delivery", "rewards.outside.delivery"),
    ],
)
def test_a_kept_path_is_the_module_itself(kept: str, home: str) -> None:
    assert importlib.import_module(kept) is importlib.import_module(home)


@pytest.mark.parametrize(
    ("room", "name"),
    [
        ("rewards.people", "import_people"),
        ("rewards.scheme", "IncentiveScheme"),
        ("sims.edge_lists", "read_edges"),
    ],
)
def test_a_room_gives_the_name_that_its_module_had(room: str, name: str) -> None:
    assert callable(getattr(importlib.import_module(room), name))
