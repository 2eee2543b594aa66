"""The live program's history: what stands in the ledger beside the events, and nothing of groups too small to be told."""

from datetime import timedelta

from rewards.shop.claims import claim_reward
from rewards.thanks.recognition import give_kudos
from sims.history.of_ledger import history_of_ledger
from sims.history.series import ALL
from tests.conftest import World


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
