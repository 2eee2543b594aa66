"""The live program's history: what stands in the ledger beside the events, and nothing of groups too small to be told."""

from datetime import UTC, datetime, timedelta

import pytest

from rewards.events import Event
from rewards.ledger.intake import record
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.scheme.presets import PRESETS
from rewards.shop.claims import claim_reward
from rewards.store.session import Database
from rewards.thanks.recognition import give_kudos
from sims.history.of_ledger import history_of_ledger
from sims.history.series import ALL
from sims.rollout.live import register
from sims.rollout.plan import Wish
from tests.conftest import World

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_shares_thanks_badges_and_claims(world: World) -> None:
    yesterday = world.now - timedelta(days=1)
    world.record(world.event(at=yesterday), world.event(at=yesterday), world.event("ben"))
    with world.db.begin() as tx:
        claim_reward(tx, "acme", "ana", "mug", "k1", now=world.now)
        give_kudos(tx, "acme", "ben", "cleo", "for the help", tags=(), key="k2", now=world.now)
    tomorrow = world.now + timedelta(days=1)
    with world.db.read() as tx:
        found = history_of_ledger(tx, "acme", tomorrow)
        early = history_of_ledger(tx, "acme", world.now)
    whole = found.series[ALL]
    assert (found.first, found.last) == (yesterday.date(), world.now.date())
    assert whole["shares"] == (2.0, 1.0)
    assert whole["thanks"] == (0.0, 1.0)
    assert whole["badges"] == (2.0, 1.0)
    assert whole["redemptions"] == (0.0, 1.0)
    assert (found.headcount, found.source) == (5, "ledger")
    assert [(phase.version, phase.name) for phase in found.phases] == [(1, "shares")]
    assert early.last == yesterday.date()


def test_groups_that_tell_of_somebody_are_left_out(world: World) -> None:
    world.record(*(world.event(person) for person in world.people))
    with world.db.read() as tx:
        found = history_of_ledger(tx, "acme", world.now + timedelta(days=1))
    assert "team=north" in found.series
    # All have as many contacts: three quarters hold nobody.
    assert {split for split in found.series if split.startswith("contacts=")} <= {"contacts=q1"}


def test_what_only_connectors_tell_is_unknown_without_one_and_no_zero(world: World) -> None:
    yesterday = world.now - timedelta(days=1)
    world.record(world.event(at=yesterday))
    with world.db.read() as tx:
        found = history_of_ledger(tx, "acme", world.now + timedelta(days=1))
    assert {"reactions", "leads"} & set(found.series[ALL]) == set()
    assert {"shares", "clicks", "opens", "thanks"} <= set(found.series[ALL])
    world.record(world.event(kind="reaction.like"))
    with world.db.read() as tx:
        told = history_of_ledger(tx, "acme", world.now + timedelta(days=1))
    assert told.series[ALL]["reactions"] == (0.0, 1.0)
    assert "leads" not in told.series[ALL]


@pytest.fixture
def drawn(db: Database) -> Database:
    """Twelve teams of three, half of which are treated from the second week on."""
    rows = [
        PersonRow.model_validate(
            {
                "id": f"p{at}",
                "segment": f"s{at % 2}",
                "team": f"t{at // 3}",
                "timezone": "UTC",
                "contacts": 100,
            }
        )
        for at in range(36)
    ]
    enrolled = PRESETS["clicks"].model_copy(update={"membership": "enrolled"})
    with db.begin() as tx:
        create_organisation(tx, "drawn", "Drawn", "UTC", NOW)
        import_people(tx, "drawn", rows, NOW)
        publish_scheme(tx, "drawn", enrolled, NOW, "hal", "a test", NOW)
        first = (NOW + timedelta(days=1)).date()
        register(
            tx,
            "drawn",
            Wish(baseline_weeks=1, weeks=3),
            first,
            title="R",
            expected=None,
            actor="hal",
            now=NOW,
        )
    return db


def test_arms_of_a_rollout_that_has_begun_are_groups_of_the_history(drawn: Database) -> None:
    later = NOW + timedelta(days=3)
    events = [
        Event(source="test", id=f"e{at}", kind="share", subject=f"p{at}", occurred_at=NOW + timedelta(days=2))
        for at in range(36)
    ]
    early = Event(source="test", id="early", kind="share", subject="p0", occurred_at=NOW)
    with drawn.begin() as tx:
        record(tx, "drawn", [early, *events], received_at=NOW + timedelta(days=2))
    with drawn.read() as tx:
        found = history_of_ledger(tx, "drawn", later)
        before = history_of_ledger(tx, "drawn", later, until=NOW.date())
    series = {split: each["shares"] for split, each in found.series.items()}
    assert {"arm=control", "arm=treated"} < set(series)
    assert series["arm=control"][-1] == series["arm=treated"][-1] == 18.0
    assert "arm=treated" not in before.series
    assert ("2026-03-04", "arm=treated", "shares", 18.0) in list(found.rows())


def test_arms_that_would_tell_of_few_are_left_out(drawn: Database) -> None:
    with drawn.begin() as tx:
        import_people(
            tx, "drawn", [PersonRow(id="new", segment="s0", team="t0", timezone="UTC", contacts=100)], NOW
        )
        record(
            tx, "drawn",
            [Event(source="test", id="n", kind="share", subject="new", occurred_at=NOW + timedelta(days=2))],
            received_at=NOW + timedelta(days=2),
        )  # fmt: skip
    with drawn.read() as tx:
        found = history_of_ledger(tx, "drawn", NOW + timedelta(days=3))
    # Whoever came later is in no arm: one person is the difference between both arms and everybody.
    assert not [
        split for split in found.series if split.startswith("arm=control") and "arm=treated" in found.series
    ]
