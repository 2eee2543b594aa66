"""Who took over whose account, also over several merges in turn: the same at once and piece by piece."""

from __future__ import annotations

from typing import Any

import pytest

from rewards.merging import merge_people
from rewards.people.people import find_row
from rewards.store import people


@pytest.mark.parametrize("pieces", [False, True])
def test_heirs_are_followed_to_the_last(
    empty_world: Any, monkeypatch: pytest.MonkeyPatch, pieces: bool
) -> None:
    world = empty_world.found()
    with world.db.read() as tx:
        ana, ben, cleo = (find_row(tx, world.organisation, name).id for name in ("ana", "ben", "cleo"))
    with world.db.begin() as tx:
        merge_people(tx, world.organisation, "ben", "ana", world.now)
        merge_people(tx, world.organisation, "cleo", "ben", world.now)
    if pieces:
        monkeypatch.setattr(people, "_CHUNK", 1)
    with world.db.read() as tx:
        assert people.heirs(tx, world.organisation, [ana, cleo]) == {ana: cleo}
        assert people.heirs(tx, world.organisation, [ana, ben, cleo]) == {ana: cleo, ben: cleo}
        assert people.heirs(tx, world.organisation, []) == {}
