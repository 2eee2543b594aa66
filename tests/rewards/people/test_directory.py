"""People are found by the beginnings of words, page by page, and nobody twice, on both databases."""

from typing import Any

import pytest

from rewards.faults import BadValue
from rewards.merging import merge_people
from rewards.people.accounts import create_account
from rewards.people.directory import Wanted, find_colleagues, find_people, named_colleagues, segments_of
from rewards.people.people import deactivate, erase, import_people, pause
from rewards.people_file import PersonRow
from rewards.store import directory
from tests.conftest import World

NAMES = (
    "Anna Müller", "Anna Schmidt", "Änne Weber", "Bert Müller", "Max Anders", "Zoë O'Neil", "José García", "anna schmidt",
)  # fmt: skip


@pytest.fixture
def world(world: World) -> World:
    """The usual five, and eight whose names have more to them."""
    with world.db.begin() as tx:
        rows = [
            PersonRow(
                id=f"e-{at:03}", name=name, email=f"{name.split()[0].lower()}.{at}@field.example", timezone="UTC", contacts=1,
                segment="Außendienst" if at % 2 else "Innen", team=f"Team {at // 4}",
            )
            for at, name in enumerate(NAMES)
        ]  # fmt: skip
        import_people(tx, world.organisation, rows, world.now)
        create_account(tx, world.organisation, "e-003", ["employee", "hr"], None, world.now)
        create_account(tx, world.organisation, "ana", ["employee"], None, world.now)
    return world


def found(world: World, *asked: Any, **rest: Any) -> list[str]:
    with world.db.read() as tx:
        return [one.id for one in find_people(tx, world.organisation, Wanted(*asked, **rest)).rows]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("anna", ["e-000", "e-001", "e-007"]),
        ("MUELLER", ["e-000", "e-003"]),
        ("müll an", ["e-000"]),
        ("an", ["ana", "e-000", "e-001", "e-007", "e-002", "e-004"]),
        ("garcia", ["e-006"]),
        ("e-004", ["e-004"]),
        ("o'neil", ["e-005"]),
        ("aussen weber", []),
        ("aussen schmidt", ["e-001", "e-007"]),
        ("zoe.5", ["e-005"]),
        ("north ana", ["ana"]),
        ("nobody", []),
        ("%", ["ana", "e-000", "e-001", "e-007", "e-002", "ben", "e-003", "cleo", "dan", "eva", "e-006", "e-004", "e-005"]),
    ],
)  # fmt: skip
def test_beginnings_of_any_words_find_people(world: World, text: str, ids: list[str]) -> None:
    assert found(world, text) == ids


@pytest.mark.parametrize("few", [directory.FEW, 0])
def test_pages_join_without_a_gap_whether_people_are_sorted_or_walked(
    world: World, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "FEW", few)
    for wanted in (Wanted(), Wanted("an"), Wanted("m"), Wanted("team anna"), Wanted(segment="sales")):
        with world.db.read() as tx:
            whole = find_people(tx, world.organisation, wanted, limit=100)
            assert whole.next is None
            got, cursor = [], None
            while True:
                part = find_people(tx, world.organisation, wanted, cursor, limit=2)
                got += part.rows
                cursor = part.next
                if cursor is None:
                    break
        assert got == list(whole.rows), wanted
        assert len({one.id for one in got}) == len(got)


def test_filters(world: World) -> None:
    with world.db.begin() as tx:
        deactivate(tx, world.organisation, "e-001", world.now)
        pause(tx, world.organisation, "e-000", world.now)
    assert found(world, "anna") == ["e-000", "e-007"], "whoever takes a break is with the company"
    assert found(world, "", "deactivated") == ["e-001"]
    assert found(world, "anna", "all") == ["e-000", "e-001", "e-007"]
    assert found(world, role="hr") == ["e-003"]
    assert found(world, role="employee") == ["ana", "e-003"]
    assert found(world, role="hr", team="Team 1") == []
    assert found(world, team="Team 1") == ["e-007", "e-006", "e-004", "e-005"]
    assert found(world, segment="Innen", team="Team 0") == ["e-000", "e-002"]
    with world.db.read() as tx:
        assert segments_of(tx, world.organisation) == sorted(["Außendienst", "Innen", "sales"])
        for bad in (Wanted(state="gone"), Wanted("x" * 201)):
            with pytest.raises(BadValue, match="limit"):
                find_people(tx, world.organisation, bad)
        for cursor in ("", "x", "W10", "!", "ée", "bnVsbA", "WzAsMSwxXQ"):
            with pytest.raises(BadValue, match="cursor"):
                find_people(tx, world.organisation, Wanted(), cursor)


def test_colleagues_are_found_by_name_alone_and_never_the_reader_or_who_left(world: World) -> None:
    def names(text: str, reader: str = "e-007") -> list[str]:
        with world.db.read() as tx:
            return [one.id for one in find_colleagues(tx, world.organisation, text, reader)]

    assert names("anna schm") == ["e-001"]
    assert names("team") == names("e-001") == names("sales") == names("") == names("%") == []
    with world.db.begin() as tx:
        deactivate(tx, world.organisation, "e-001", world.now)
        assert (
            named_colleagues(tx, world.organisation, ["e-001", "e-007", "e-000", "x"], "e-007")[0].id
            == "e-000"
        )
    assert names("anna schm") == []


def test_who_is_renamed_moved_merged_or_erased_is_found_so(world: World) -> None:
    with world.db.begin() as tx:
        row = PersonRow(id="e-000", name="Anna Weiß", segment="Innen", team="Süd", timezone="UTC", contacts=1)
        import_people(tx, world.organisation, [row], world.now)
    assert (found(world, "weiss"), found(world, "sued"), found(world, "anna mueller")) == (
        ["e-000"],
        ["e-000"],
        [],
    )
    with world.db.begin() as tx:
        merge_people(tx, world.organisation, "e-000", "e-007", world.now)
    assert found(world, "e-007") == ["e-000"]
    assert found(world, "anna schmidt") == ["e-001"]
    with world.db.begin() as tx:
        erase(tx, world.organisation, "e-000", world.now)
    assert found(world, "weiss") == found(world, "e-007") == []
    with world.db.read() as tx:
        assert tx.execute(directory.WORD.select().where(directory.WORD.c.word == "weiss")).first() is None


def test_other_organisations_stay_apart(world: World) -> None:
    world.found(organisation="bolt")
    with world.db.read() as tx:
        assert [one.id for one in find_people(tx, "bolt", Wanted("an")).rows] == ["ana"]
        assert find_colleagues(tx, "bolt", "müller", "ben") == []
