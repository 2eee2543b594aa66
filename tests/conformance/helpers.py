"""Short ways to say what the conformance cases do."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from rewards.boards.boards import leaderboard
from rewards.faults import Fault
from rewards.publishing.publication import publish_scheme
from rewards.thanks.recognition import give_kudos

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


DOUBLE = "{name: double, title: Double, rules: [{id: share, title: Share, on: share, points: 40}]}"


HALF = "{name: half, title: Half, rules: [{id: share, title: Share, on: share, points: 10}]}"


def in_threads(count: int, work: Callable[[int], Any]) -> list[Any]:
    """The results (or exceptions) of `count` threads that start together."""
    results: list[Any] = [None] * count
    gate = threading.Barrier(count)

    def run(index: int) -> None:
        gate.wait()
        try:
            results[index] = work(index)
        except Fault as fault:
            results[index] = fault

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def standing_views(world: Any, person: str = "ana") -> list[Any]:
    found = world.entries(person)
    undone = {view.reverses for view in found}
    return [v for v in found if v.kind == "points" and v.reverses is None and v.id not in undone]


def kudos(world: Any, giver: str, receiver: str, key: str, message: str = "Thank you") -> Any:
    with world.db.begin() as tx:
        return give_kudos(
            tx, world.organisation, giver, receiver, message, tags=["teamwork"], key=key, now=world.now
        )


def board(world: Any, name: str = "week", person: str | None = "ana") -> Any:
    with world.db.read() as tx:
        return leaderboard(tx, world.organisation, name, person, world.now)


def publish(world: Any, text: str, at: Any, mode: str = "prospective") -> Any:
    with world.db.begin() as tx:
        return publish_scheme(
            tx, world.organisation, world.scheme(text), at, "hr", "test", world.now, mode=mode
        )
