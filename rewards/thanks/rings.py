"""Rings of thanks (A thanks B, B thanks C, C thanks A), each link above the scheme's limit for reciprocal pairs."""

from rewards.store import recognition as rows
from rewards.store.session import Transaction

LONGEST = 5
"""People in a ring that is looked for; a longer circle of thanks is what a healthy company looks like."""


def ring_closed_by(tx: Transaction, giver: int, receiver: int, limit: int, from_us: int) -> tuple[int, ...]:
    """The shortest ring, of three people or more, that one more gift from giver to receiver closes; () for none.

    Every gift of the ring but the new one was given more than `limit` times since `from_us`. Internal ids, the giver first.
    """
    paths: list[tuple[int, ...]] = [(giver, receiver)]
    seen = {giver, receiver}
    for _ in range(LONGEST - 1):
        longer: list[tuple[int, ...]] = []
        for path in paths:
            for thanked in rows.often_thanked_by(tx, path[-1], limit, from_us):
                if thanked == giver and len(path) > 2:
                    return path
                if thanked not in seen:
                    seen.add(thanked)
                    longer.append((*path, thanked))
        paths = longer
    return ()
