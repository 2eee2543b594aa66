"""Which opportunities end in a share: below the chance, and each item once by each person of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agents.employees.meeting import Opportunities
from agents.employees.sharing import Shared
from agents.parameters.parameters import Parameters
from agents.setting.setting import Content
from agents.world.desk import Items, publish_all
from agents.world.lanes import Draw, Lanes

RUNS, PEOPLE = 3, 40
DRAWS = [Draw(1, run, Parameters()) for run in range(RUNS)]


def content() -> Items:
    """As many items in each run as in no other: the first run's last ones are left out, and fewer of the next one's."""
    items = publish_all(Content(items_per_week=8.3), ("a", "b"), 0, 0, 90, draws=DRAWS)
    sizes = np.diff(items.first) - 5 * np.arange(RUNS)[::-1]
    kept = np.concatenate([first + np.arange(size) for first, size in zip(items.first, sizes, strict=False)])
    columns = {
        name: value[kept]
        for name, value in vars(items).items()
        if isinstance(value, np.ndarray) and name != "first"
    }
    return replace(items, ids=tuple(items.ids[at] for at in kept), first=np.cumsum([0, *sizes]), **columns)


def met_of(items: Items, lanes: Lanes, rng: np.random.Generator) -> Opportunities:
    person = np.sort(rng.integers(0, lanes.size, 400))
    first = items.first[lanes.lane[person]]
    size = items.first[lanes.lane[person] + 1] - first
    item = first + np.floor(rng.random(400) * size).astype(np.int64)
    nothing = np.zeros(400, dtype=np.int64)
    draw, chance = rng.random(400), rng.random(400)
    return Opportunities(person, nothing, item, draw, chance, np.zeros(400), np.flatnonzero(draw < chance))


def by_hand(met: Opportunities, done: set[tuple[int, int]]) -> Sequence[int]:
    rows = []
    for row in range(met.person.size):
        act = int(met.person[row]), int(met.item[row])
        if met.draw[row] < met.chance[row] and act not in done:
            done.add(act)
            rows.append(row)
    return rows


def test_nobody_shares_one_item_twice_and_a_fork_goes_on_from_what_was_shared() -> None:
    items, lanes, rng = content(), Lanes(DRAWS, [PEOPLE] * RUNS), np.random.default_rng(4)
    assert np.unique(np.diff(items.first)).size > 1
    shared, done = Shared(items, lanes), set[tuple[int, int]]()
    for _ in range(6):
        met = met_of(items, lanes, rng)
        assert shared.today(met).tolist() == by_hand(met, done)
    fork, met = shared.copy(), met_of(items, lanes, rng)
    expected = by_hand(met, set(done))
    assert fork.today(met).tolist() == expected
    assert shared.today(met).tolist() == expected
    assert fork.today(met).size == 0
