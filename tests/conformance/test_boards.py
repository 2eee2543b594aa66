"""Cases 39 to 45: boards and projections. On SQLite and on PostgreSQL."""

from typing import Any

import pytest

from rewards.boards.boards import leaderboard
from rewards.ledger.undo import reverse_entry
from rewards.people.participation import participation
from rewards.people.people import (
    deactivate,
    import_people,
    list_people,
    reactivate,
    set_opt_out,
)
from rewards.people_file import PersonRow
from rewards.scheme.quantities import SchemeError
from rewards.store.rebuild import rebuild, stored
from rewards.store.units import dump
from tests.conformance.helpers import DAY, HALF, HOUR, board, kudos, publish


def test_case_39_ties_rank_1_2_2_4(world: Any) -> None:
    tracked = {"kind": "click", "verification": "tracked"}
    counts = {"ana": 1, "ben": 2, "cleo": 2, "dan": 3}
    world.record(*(world.event(person, **tracked) for person, n in counts.items() for _ in range(n)))
    assert [(row.rank, row.label) for row in board(world).rows] == [
        (1, "Dan"),
        (2, "Cleo"),
        (2, "Ben"),
        (4, "Ana"),
    ]
    assert board(world).me.rank == 4
    assert board(world, person="eva").me.rank == 5


def test_case_40_the_week_equals_the_ledger_for_everybody(world: Any) -> None:
    receipts = world.record(
        *(world.event(person, world.now - n * HOUR) for person in world.people for n in (0, 30, 60))
    )
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, receipts[0].entries[0].id, "hr", "test", now=world.now)
        week = {
            row.label.lower(): row.amount_millipoints
            for row in leaderboard(tx, world.organisation, "week", None, world.now).rows
        }
    for person in world.people:
        own = sum(e.amount_millipoints for e in world.entries(person) if e.occurred_at.isocalendar()[1] == 48)
        assert week[person] == own
    world.sound()


def test_case_41_contributions_follow_membership_at_event_time(world: Any) -> None:
    world.record(world.event("ana", world.now - DAY))
    rows = [
        PersonRow(id=id_, name=id_, segment="sales", team="south", timezone="UTC", contacts=1)
        for id_ in ("ana", "ben")
    ]
    with world.db.begin() as tx:
        import_people(tx, world.organisation, rows, world.now)
    world.now += HOUR
    world.record(world.event("ana"), world.event("ana", world.now - 25 * HOUR))
    teams = {row.label: row.amount_millipoints for row in board(world, "teams").rows}
    assert teams == {"north": 30_000 // 3, "south": 20_000 // 2}
    world.sound()


def test_case_42_a_deactivated_person_is_hidden_and_comes_back_whole(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben"), world.event("cleo"))
    with world.db.begin() as tx:
        deactivate(tx, world.organisation, "ana", world.now)
        assert "ana" not in {p.id for p in list_people(tx, world.organisation)}
    assert "Ana" not in {row.label for row in board(world, person="ben").rows}
    assert world.record(world.event("ana"))[0].status == "rejected"
    with world.db.begin() as tx:
        reactivate(tx, world.organisation, "ana", world.now)
    assert "Ana" in {row.label for row in board(world, person="ben").rows}
    assert world.earned("ana") == 20_000


def test_case_43_who_opts_out_is_off_the_boards_and_sees_her_own_rank(world: Any) -> None:
    tracked = {"kind": "click", "verification": "tracked"}
    world.record(*(world.event(p, **tracked) for p in ("ana", "ana", "ben", "cleo")))
    with world.db.begin() as tx:
        set_opt_out(tx, world.organisation, "ana", True, world.now)
    shown = board(world, person="ben")
    assert {row.label for row in shown.rows} == {"Ben", "Cleo"}
    assert "Ana" not in {row.label for row in shown.neighbours}
    assert shown.me.rank == 1
    assert (board(world).me.rank, board(world).me.amount_millipoints) == (1, 20_000)


def test_case_43_what_is_earned_off_the_boards_counts_on_return(world: Any) -> None:
    tracked = {"kind": "click", "verification": "tracked"}
    world.record(*(world.event(p, **tracked) for p in ("ana", "ben", "ben", "cleo")))
    for out in (True, False):
        with world.db.begin() as tx:
            set_opt_out(tx, world.organisation, "ana", out, world.now)
        world.record(*(world.event("ana", **tracked) for _ in range(2)))
        world.sound()
        expected = {"Ben", "Cleo"} if out else {"Ana", "Ben", "Cleo"}
        assert {row.label for row in board(world, person="ben").rows} == expected
        assert board(world, person="ben").me.rank == (1 if out else 2)


def test_case_44_a_group_below_the_minimum_is_suppressed(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben"))
    shown = board(world, "hidden")
    assert (shown.rows, shown.neighbours, shown.suppressed) == ((), (), "fewer than 50 people take part")
    assert shown.me is None
    with world.db.read() as tx:
        assert participation(tx, world.organisation, world.now).by_segment == (("sales", 5, 2),)


def test_case_45_a_rebuild_is_byte_identical(world: Any) -> None:
    receipts = world.record(*(world.event(p, world.now - n * HOUR) for p in world.people for n in (3, 2, 1)))
    world.record(*(world.event(p, world.now - 5 * HOUR) for p in world.people))
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, receipts[4].entries[0].id, "hr", "test", now=world.now)
    kudos(world, "ana", "ben", "k")
    with world.db.begin() as tx:
        before = dump(
            sorted(
                (name, sorted(map(str, rows.items())))
                for name, rows in stored(tx, world.organisation).items()
            )
        )
        rebuild(tx, world.organisation)
        after = dump(
            sorted(
                (name, sorted(map(str, rows.items())))
                for name, rows in stored(tx, world.organisation).items()
            )
        )
    assert before == after
    world.sound()


def test_boards_by_choice_alone_are_not_published(world: Any) -> None:
    by_choice = HALF[:-1] + ", privacy: {boards_opt_in: true}}"
    with pytest.raises(SchemeError, match=r"privacy\.boards_opt_in true: .*publish with false"):
        publish(world, by_choice, world.now)
    assert world.record(world.event())[0].entries[0].scheme_version == 1
