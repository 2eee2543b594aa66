"""Awards by nomination: rounds, limits, one decision, the ledger, and what merging, erasure and versions do to them."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rewards.faults import BadValue, Conflict, NotFound, Refused
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from rewards.nominations.decisions import decide_round, rounds_decided, rounds_to_decide
from rewards.nominations.nominations import awards_for, honours, nominate, withdraw
from rewards.people.export import export_person
from rewards.people.people import deactivate, erase, link_people, set_opt_out
from rewards.publishing.publication import publish_scheme, roll_back, shadow
from rewards.store import audit, schema
from rewards.store.rebuild import rebuild
from rewards.store.verify import verify
from rewards.store.webhooks import take_from_outbox
from tests.conftest import World

# 09:00 on 1 November in Auckland (+13), where the rounds' days are counted.
START = datetime(2026, 10, 31, 20, 0, tzinfo=UTC)
FIRST = date(2026, 11, 1)
OVER = datetime(2026, 11, 7, 11, 0, tzinfo=UTC)
SCHEME = """
name: praise
title: Praise
rules: [{id: share, title: Share, on: share, points: 2}]
calendar: {zone: Pacific/Auckland}
recognition:
  nominations:
    - {id: helper, title: Helper of the week, every_days: 7, per_person: 2, winners: 1, points: 15}
    - {id: quiet, title: Quiet hand, every_days: 7, nature: {worth: symbolic, publicity: private}}
"""
WHY = "Stayed until it worked."


@pytest.fixture
def world(db: Any) -> World:
    made = World(db)
    made.now = START
    made.found("{name: before, title: Before}")
    publish(made, SCHEME)
    return made


def name(world: World, who: str, whom: str, award: str = "helper", message: str = WHY) -> Any:
    with world.db.begin() as tx:
        return nominate(tx, world.organisation, who, award, whom, message=message, now=world.now)


def decide(
    world: World, *winners: str, award: str = "helper", actor: str = "hal", first: date = FIRST
) -> Any:
    with world.db.begin() as tx:
        return decide_round(
            tx,
            world.organisation,
            award,
            first,
            winners,
            actor=actor,
            reason="Clearly the best.",
            now=world.now,
        )


def awards(world: World, who: str = "ana") -> dict[str, Any]:
    with world.db.read() as tx:
        return {one.id: one for one in awards_for(tx, world.organisation, who, world.now)}


def to_decide(world: World) -> list[Any]:
    with world.db.read() as tx:
        return rounds_to_decide(tx, world.organisation, world.now)


def outcomes(world: World, who: str) -> list[Any]:
    with world.db.read() as tx:
        return honours(tx, world.organisation, who, world.now)


def given(world: World, who: str) -> list[Any]:
    return [entry for entry in world.entries(who) if entry.kind == "nomination"]


def test_a_round_from_naming_to_the_award(world: World) -> None:
    before = awards(world)["helper"]
    assert (before.first_day, before.last_day, before.left) == (FIRST, date(2026, 11, 7), 2)
    first = name(world, "ana", "ben")
    assert name(world, "ana", "ben") == first, "the same again is the same nomination"
    name(world, "cleo", "ben", message="Two <b>reasons</b>.")
    name(world, "ben", "ana")
    mine = awards(world)["helper"]
    assert (mine.left, [(n.nominee, n.message) for n in mine.named]) == (1, [("ben", WHY)])
    (round_,) = to_decide(world)
    assert round_.state == "open"
    world.now = OVER - timedelta(seconds=1)
    with pytest.raises(Conflict, match="goes on until 2026-11-07"):
        decide(world, "ben")
    world.now = OVER
    (round_,) = to_decide(world)
    assert (round_.state, round_.winners_at_most) == ("waiting", 1)
    assert [(c.person, len(c.said), c.mutual) for c in round_.candidates] == [
        ("ana", 1, True),
        ("ben", 2, True),
    ]
    decided = decide(world, "ben")
    assert [(c.person, c.won) for c in decided.candidates] == [("ana", False), ("ben", True)]
    (entry,) = given(world, "ben")
    assert (entry.reason, entry.rule, entry.rule_title) == (
        "nomination", "nomination:helper", "Helper of the week",
    )  # fmt: skip
    assert entry.why == "You were chosen for “Helper of the week” and 15 points."
    balance = world.balances("ben")
    assert (balance.earned, balance.spendable) == (15_000, 15_000)
    assert given(world, "ana") == []
    assert to_decide(world) == []
    (told,) = outcomes(world, "dan")
    assert (told.award, told.first_day, told.winners) == ("helper", FIRST, (("ben", "Ben"),))
    with world.db.begin() as tx:
        (log,) = [
            row
            for row in audit.page(tx, "acme", audit.Asked(), None, 50)
            if row.action == "nomination.decide"
        ]
        assert (log.actor, log.subject, log.reason) == ("hal", "award:helper:2026-11-01", "Clearly the best.")
        assert "nomination.decided" in {row.topic for row in take_from_outbox(tx, 100, 0)}
        rebuild(tx, world.organisation)
    world.sound()


def test_who_may_be_named_by_whom_and_how_often(world: World) -> None:
    with world.db.begin() as tx:
        link_people(tx, world.organisation, "ana", "eva", world.now)
        deactivate(tx, world.organisation, "dan", world.now)
    for whom in ("ana", "eva", "dan"):
        with pytest.raises(Refused):
            name(world, "ana", whom)
    with pytest.raises(NotFound):
        name(world, "ana", "nobody")
    with pytest.raises(NotFound):
        name(world, "ana", "ben", "bonus")
    for message in (" ", "x" * 1001):
        with pytest.raises(BadValue):
            name(world, "ana", "ben", message=message)
    first = name(world, "ana", "ben")
    with pytest.raises(Conflict):
        name(world, "ana", "ben", message="Something else.")
    name(world, "ana", "cleo")
    name(world, "ana", "cleo", "quiet")
    with pytest.raises(Refused, match="limit 1 a person"):
        name(world, "ana", "ben", "quiet")
    with pytest.raises(NotFound), world.db.begin() as tx:
        withdraw(tx, world.organisation, "ben", first.id, world.now)
    with world.db.begin() as tx:
        withdraw(tx, world.organisation, "ana", first.id, world.now)
    second = name(world, "ana", "ben", message="Something else.")
    world.now = OVER
    with pytest.raises(Refused, match="over"), world.db.begin() as tx:
        withdraw(tx, world.organisation, "ana", second.id, world.now)
    assert name(world, "ana", "ben").first_day == date(2026, 11, 8), "a new round"
    world.sound()


def test_the_limit_holds_for_rivals(world: World) -> None:
    gate = threading.Barrier(4)

    def try_one(whom: str) -> None:
        gate.wait()
        try:
            name(world, "ana", whom)
        except Refused:
            refused.append(whom)

    refused: list[str] = []
    rivals = [threading.Thread(target=try_one, args=(whom,)) for whom in ("ben", "cleo", "dan", "eva")]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert (len(refused), awards(world)["helper"].left) == (2, 0)


def test_one_decision_stands_whoever_decides_at_once(world: World) -> None:
    name(world, "ana", "ben")
    name(world, "ana", "cleo")
    world.now = OVER
    gate = threading.Barrier(2)
    refused: list[str] = []

    def try_one(winner: str) -> None:
        gate.wait()
        try:
            decide(world, winner)
        except Conflict:
            refused.append(winner)

    rivals = [threading.Thread(target=try_one, args=(winner,)) for winner in ("ben", "cleo")]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert len(refused) == 1
    assert len(given(world, "ben") + given(world, "cleo")) == 1
    world.sound()


def test_what_a_decision_may_be(world: World) -> None:
    name(world, "ana", "ben")
    name(world, "ben", "cleo")
    name(world, "ben", "ana")
    with world.db.begin() as tx:
        link_people(tx, world.organisation, "cleo", "eva", world.now)
    world.now = OVER
    for winners, actor in (
        (("dan",), "hal"),
        (("ben", "cleo"), "hal"),
        (("ben",), "ben"),
        (("cleo",), "eva"),
    ):
        with pytest.raises(Refused):
            decide(world, *winners, actor=actor)
    with pytest.raises(NotFound):
        decide(world, "ben", first=date(2026, 11, 2))
    with pytest.raises(NotFound):
        decide(world, "ben", award="quiet")
    with world.db.begin() as tx:
        deactivate(tx, world.organisation, "ben", world.now)
    with pytest.raises(Refused, match="not active"):
        decide(world, "ben")
    assert decide(world).state == "decided", "nobody is a decision too"
    assert outcomes(world, "ana") == []
    with pytest.raises(Conflict):
        decide(world, "ana")
    world.sound()


def test_an_award_of_no_points_is_told_and_a_private_one_to_the_winner_alone(world: World) -> None:
    name(world, "ana", "ben", "quiet")
    world.now = OVER
    decide(world, "ben", award="quiet")
    (entry,) = given(world, "ben")
    assert (entry.amount_millipoints, entry.why) == (0, "You were chosen for “Quiet hand”.")
    assert [one.award for one in outcomes(world, "ben")] == ["quiet"]
    assert outcomes(world, "ana") == []
    world.sound()


def test_who_is_hidden_is_a_colleague_to_others(world: World) -> None:
    name(world, "ana", "ben")
    world.now = OVER
    decide(world, "ben")
    with world.db.begin() as tx:
        set_opt_out(tx, world.organisation, "ben", True, world.now)
    assert outcomes(world, "ana")[0].winners == ((None, "A colleague"),)
    assert outcomes(world, "ben")[0].winners == (("ben", "Ben"),)


def test_an_award_is_undone_once(world: World) -> None:
    name(world, "ana", "ben")
    world.now = OVER
    decide(world, "ben")
    (entry,) = given(world, "ben")
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, entry.id, "hal", "a mistake", now=world.now)
    with pytest.raises(Conflict), world.db.begin() as tx:
        reverse_entry(tx, world.organisation, entry.id, "hal", "a mistake", now=world.now)
    assert (world.earned("ben"), outcomes(world, "ana")) == (0, [])
    world.sound()


def publish(world: World, text: str, mode: Any = "prospective", at: datetime | None = None) -> Any:
    with world.db.begin() as tx:
        return publish_scheme(
            tx, world.organisation, world.scheme(text), at or world.now, "hr", "test", world.now, mode
        )


def test_rounds_go_on_through_versions_on_the_last_terms_and_end_with_the_award(world: World) -> None:
    name(world, "ana", "ben")
    world.now = START + timedelta(days=2)
    publish(world, SCHEME.replace("points: 15", "points: 20"))
    assert awards(world)["helper"].first_day == FIRST
    world.now = OVER
    publish(world, SCHEME.replace("points: 15", "points: 25"))
    decide(world, "ben")
    assert world.earned("ben") == 20_000, "the terms at the round's end"
    name(world, "ana", "cleo")
    world.now += timedelta(days=1)
    publish(world, SCHEME.replace("every_days: 7", "every_days: 9"))
    world.now += timedelta(days=30)
    assert to_decide(world) == []
    with pytest.raises(NotFound):
        decide(world, "cleo", first=date(2026, 11, 8))
    world.sound()


def test_a_rollback_takes_its_awards_along_and_another_decision_can_follow(world: World) -> None:
    world.now = START + timedelta(days=1)
    version = publish(world, SCHEME.replace("points: 15", "points: 20")).version
    name(world, "ana", "ben")
    world.now = OVER
    decide(world, "ben")
    with world.db.begin() as tx:
        roll_back(tx, world.organisation, version, "hr", "test", now=world.now)
    assert world.earned("ben") == 0
    (round_,) = to_decide(world)
    assert (round_.state, round_.points_millipoints) == ("waiting", 15_000)
    decide(world, "ben")
    assert world.earned("ben") == 15_000
    world.sound()


def test_an_exact_version_without_the_award_takes_it_back_and_its_shadow_says_so(world: World) -> None:
    name(world, "ana", "ben")
    world.now = OVER
    decide(world, "ben")
    plain = "{name: plain, title: Plain}"
    with world.db.read() as tx:
        seen = shadow(tx, world.organisation, world.scheme(plain), START, world.now)
    assert seen.by_person == {"ben": -15_000}
    publish(world, plain, "exact", START)
    assert world.earned("ben") == 0
    world.sound()


@pytest.mark.parametrize(("winners", "left"), [(2, 15_000), (1, 0)])
def test_an_exact_version_of_fewer_winners_opens_the_decision_again(
    world: World, winners: int, left: int
) -> None:
    two = SCHEME.replace("winners: 1", "winners: 2")
    publish(world, two, "exact", START)
    name(world, "ana", "ben")
    name(world, "ana", "cleo")
    world.now = OVER
    decide(world, "ben", "cleo")
    publish(world, two.replace("winners: 2", f"winners: {winners}"), "exact", START)
    assert (world.earned("ben"), world.earned("cleo"), bool(to_decide(world))) == (left, left, left == 0)
    world.sound()


def test_merged_accounts_keep_what_was_said_once(world: World) -> None:
    name(world, "ana", "ben")
    name(world, "ana", "cleo")
    name(world, "dan", "cleo")
    name(world, "cleo", "ben")
    with world.db.begin() as tx:
        merge_people(tx, world.organisation, "ben", "cleo", world.now)
    world.now = OVER
    (round_,) = to_decide(world)
    assert [(c.person, [who for who, _ in c.said]) for c in round_.candidates] == [("ben", ["Ana", "Dan"])]
    decide(world, "ben")
    assert world.earned("ben") == 15_000
    assert verify(world.db) == []


def test_of_the_erased_nothing_readable_stays_and_the_export_has_it_before(world: World) -> None:
    name(world, "ana", "ben", message="Ben, and nobody but Ben.")
    name(world, "ben", "cleo", message="From Ben with regard.")
    world.now = OVER
    decide(world, "ben")
    with world.db.begin() as tx:
        rows = export_person(tx, world.organisation, "ben", "ben", world.now).tables["nomination"]
        assert [row["message"] for row in rows] == ["Ben, and nobody but Ben.", "From Ben with regard."]
        erase(tx, world.organisation, "ben", world.now, "hal")
        kept = " ".join(str(row) for row in tx.execute(schema.nomination.select()))
        assert "Ben" not in kept
        assert "regard" not in kept
        (round_,) = rounds_decided(tx, world.organisation, world.now)
    assert [c.person for c in round_.candidates] == ["cleo"]
    assert outcomes(world, "ana")[0].winners == ((None, "A colleague"),)
    assert verify(world.db) == []


def test_two_organisations_do_not_meet(world: World) -> None:
    other = World(world.db)
    other.organisation, other.now = "bolt", START
    other.found(SCHEME, "bolt")
    named = name(world, "ana", "ben")
    with pytest.raises(NotFound), world.db.begin() as tx:
        withdraw(tx, "bolt", "ana", named.id, world.now)
    assert to_decide(other) == []


def test_an_award_that_was_away_goes_on_in_its_round_or_begins_anew(world: World) -> None:
    name(world, "ana", "ben")
    world.now = START + timedelta(days=2)
    publish(world, "{name: none, title: None, calendar: {zone: Pacific/Auckland}}")
    assert awards(world) == {}
    world.now = START + timedelta(days=4)
    publish(world, SCHEME)
    back = awards(world)["helper"]
    assert (back.first_day, back.left, len(back.named)) == (FIRST, 1, 1)
    world.now = START + timedelta(days=8)
    publish(world, "{name: none, title: None, calendar: {zone: Pacific/Auckland}}")
    world.now = START + timedelta(days=16)
    publish(world, SCHEME)
    assert awards(world)["helper"].first_day == FIRST + timedelta(days=16)
