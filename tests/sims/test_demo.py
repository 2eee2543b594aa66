"""The demo company is created once, and is there again after a restart."""

from datetime import UTC, datetime

import pytest

from rewards.content import green_lit_for
from rewards.program import entries_for, participation
from rewards.publication import scheme_in_force
from rewards.recognition import kudos_received
from rewards.store.session import open_database
from rewards.store.verify import verify
from sims import desk
from sims.demo import ORGANISATION, create_demo

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.sqlite'}"
    create_demo(url, runs=1, say=lambda _: None, now=NOW)
    return url


def test_the_demo_is_a_program_in_full_swing(url: str) -> None:
    demo = create_demo(url, say=pytest.fail, now=NOW)
    assert set(demo.accounts) == {"employee", "hr", "strategist"}
    database = open_database(url)
    with database.read() as tx:
        stored = desk.latest_comparison(tx, ORGANISATION)
        assert stored is not None
        assert stored.id == demo.comparison_id
        assert [each["role"] for each in stored.body["scenarios"]] == ["control", "candidate", "candidate"]
        version = scheme_in_force(tx, ORGANISATION, NOW)
        assert version is not None
        assert participation(tx, ORGANISATION, NOW).people == 500
        assert participation(tx, ORGANISATION, NOW).shares_28d > 0
        employee = demo.accounts["employee"]
        assert len(green_lit_for(tx, ORGANISATION, employee, NOW)) >= 4
        assert len(kudos_received(tx, ORGANISATION, employee)) >= 3
        assert entries_for(tx, ORGANISATION, employee)
    assert verify(database) == []
    database.close()
