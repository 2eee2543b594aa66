"""The demo company is created once, and is there again after a restart."""

from datetime import UTC, datetime

import pytest

from rewards.content.content import green_lit_for
from rewards.ledger.entries import entries_for
from rewards.people.participation import participation
from rewards.people.rights import ROLES
from rewards.publishing.publication import scheme_in_force
from rewards.store.session import open_database
from rewards.store.verify import verify
from rewards.thanks.recognition import kudos_received
from sims.demo.demo import ORGANISATION, create_demo
from sims.reports import stored as desk


def test_the_demo_is_a_program_in_full_swing(demo_url: str) -> None:
    now = datetime.now(UTC)
    demo = create_demo(demo_url, say=pytest.fail)
    assert set(demo.accounts) == set(ROLES)
    assert len(set(demo.accounts.values())) == len(ROLES)
    database = open_database(demo_url)
    with database.read() as tx:
        stored = desk.latest_comparison(tx, ORGANISATION)
        assert stored is not None
        assert stored.id == demo.comparison_id
        assert [each["role"] for each in stored.body["scenarios"]] == ["control", "candidate", "candidate"]
        version = scheme_in_force(tx, ORGANISATION, now)
        assert version is not None
        assert participation(tx, ORGANISATION, now).people == 500
        assert participation(tx, ORGANISATION, now).shares_28d > 0
        employee = demo.accounts["employee"]
        assert len(green_lit_for(tx, ORGANISATION, employee, now)) >= 4
        assert len(kudos_received(tx, ORGANISATION, employee)) >= 3
        assert entries_for(tx, ORGANISATION, employee)
    assert verify(database) == []
    database.close()
