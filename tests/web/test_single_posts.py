"""Single events posted by many senders at once to a real server: each answer is the sender's own, and all of it is in the ledger."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.senders import Senders, request
from rewards.people.accounts import create_token, revoke_token
from rewards.store.session import Database
from tests.conftest import World
from tests.serving import serving

SENDERS, EACH = 8, 12


def message(world: World, id_: str, subject: str, minutes_ago: int, **data: Any) -> bytes:
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return json.dumps(
        {
            "specversion": "1.0", "id": id_, "source": "test", "type": "org.groundswell.share", "subject": subject,
            "time": at.isoformat(), "data": {"object": id_, **data},
        }
    ).encode()  # fmt: skip


def answers_of(address: str, token: str, shares: list[list[bytes]]) -> list[tuple[int, dict[str, Any]]]:
    """(status, body) of every answer, in the order in which they came."""
    url = f"{address}/api/v1/events"
    with Senders(address, len(shares)) as senders:
        _, _, answers = senders.post([[request(url, body, token) for body in share] for share in shares])
    parts = [answer.partition(b"\r\n\r\n") for answer in answers]
    return [(int(head.split()[1]), json.loads(body)) for head, _, body in parts]


@pytest.fixture
def token(world: World) -> str:
    with world.db.begin() as tx:
        return create_token(tx, "acme", "test", ["events:write"], world.now)


def url_of(db: Database) -> str:
    return db.url.render_as_string(hide_password=False)


def test_each_sender_has_its_own_answer(world: World, token: str) -> None:
    people = world.people
    shares = [
        [message(world, f"s{s}-{n}", people[(s + n) % 5], (n * 7) % 60) for n in range(EACH)]
        for s in range(SENDERS)
    ]
    # What one sends that is no event, or contradicts, is that one's alone.
    shares[0].insert(3, message(world, "bad", "ana", 1, quantity=-1))
    shares[1].append(message(world, "s1-0", "eva", 5, channel="other"))
    with serving(url_of(world.db), "acme") as address:
        found = answers_of(address, token, shares)
    taken = {body["results"][0]["id"]: body["results"][0] for status, body in found if status == 200}
    assert sorted(taken) == sorted(f"s{s}-{n}" for s in range(SENDERS) for n in range(EACH))
    assert {one["status"] for one in taken.values()} <= {"awarded", "zero"}
    assert sorted(status for status, _ in found if status != 200) == [409, 422]
    entered = {view.event_id for person in people for view in world.entries(person)}
    assert entered == set(taken)
    world.sound()


def test_a_revoked_token_is_out_at_once(world: World, token: str) -> None:
    with serving(url_of(world.db), "acme") as address:
        before = answers_of(address, token, [[message(world, "a", "ana", 3)]])
        with world.db.begin() as tx:
            revoke_token(tx, "acme", "test", datetime.now(UTC))
        after = answers_of(address, token, [[message(world, "b", "ana", 2)]] * 4)
    assert [status for status, _ in before] == [200]
    assert [status for status, _ in after] == [401] * 4
