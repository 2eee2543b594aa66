"""Writers that post at the same time and are killed with SIGKILL at random points, each replaced at once.

    python -m tests.faults.killing URL KILLS

The database is migrated and has the organisation of `tests.conftest.World` already. Writers are forked from this
process, where everything is imported, and acknowledge through a pipe what `record` has committed. A replacement begins
with the event its predecessor had in flight. Prints one JSON object: for each slot the number of the last event
acknowledged, and how many writers were killed.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import struct
import sys
import time
import traceback
import warnings
from contextlib import suppress
from datetime import timedelta

from rewards.events import Event
from rewards.ledger.intake import record
from rewards.store.session import open_database
from tests.conftest import NOON, World

WRITERS = 3
PEOPLE = tuple(f"p{number}" for number in range(60))
SAID_EVERY = 50
LONGEST_LIFE_SECONDS = 0.08
PATIENCE_SECONDS = 240.0
_NUMBER = struct.Struct("<q")


def event_of(slot: int, number: int) -> Event:
    """The event of a slot: people shared by all writers, objects that repeat, one in four late."""
    minutes = number * WRITERS + slot
    late = timedelta(hours=3) if number % 4 == 3 else timedelta()
    return Event(
        source=f"writer-{slot}",
        id=f"n{number}",
        kind="click" if number % 3 else "share",
        subject=PEOPLE[(number + slot) % len(PEOPLE)],
        owner=PEOPLE[(number * 3 + slot) % len(PEOPLE)] if number % 5 == 0 else None,
        occurred_at=NOON + timedelta(seconds=minutes) - late,
        object=f"item-{number % 7}",
        verification="tracked",
    )


def write(url: str, slot: int, number: int, pipe: int) -> None:
    """Post one event after another for ever; acknowledge each after its commit."""
    db = open_database(url)
    while True:
        event = event_of(slot, number)
        with db.begin() as tx:
            (receipt,) = record(tx, World.organisation, [event], received_at=event.occurred_at)
        assert receipt.status in ("awarded", "zero", "duplicate"), receipt
        os.write(pipe, _NUMBER.pack(number))
        number += 1


class Slot:
    """One writer after another, each taking up where the last acknowledgement stopped."""

    def __init__(self, url: str, slot: int) -> None:
        self.url, self.slot, self.acknowledged = url, slot, -1
        self.start()

    def start(self) -> None:
        """Fork a writer."""
        self.reader, pipe = os.pipe()
        with warnings.catch_warnings():
            # As in `sims.ensemble.crew`.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.child = os.fork()
        if self.child == 0:
            try:
                write(self.url, self.slot, self.acknowledged + 1, pipe)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(70)
        os.close(pipe)

    def wait(self) -> None:
        """Until the writer has acknowledged something."""
        ready, _, _ = select.select([self.reader], [], [], PATIENCE_SECONDS)
        if not ready:
            raise TimeoutError(f"writer {self.slot} has acknowledged nothing for {PATIENCE_SECONDS} s")
        self.drain(os.read(self.reader, 1 << 16))

    def drain(self, data: bytes) -> None:
        """Note acknowledgements; they come whole, being shorter than a pipe's atomic write."""
        for (number,) in _NUMBER.iter_unpack(data):
            if number != self.acknowledged + 1:
                raise AssertionError(f"writer {self.slot}: {number} after {self.acknowledged}")
            self.acknowledged = number

    def kill(self) -> None:
        """SIGKILL, and what it had acknowledged before."""
        os.kill(self.child, signal.SIGKILL)
        _, status = os.waitpid(self.child, 0)
        if not os.WIFSIGNALED(status):
            raise AssertionError(f"writer {self.slot} ended by itself: {status}")
        while data := os.read(self.reader, 1 << 16):
            self.drain(data)
        os.close(self.reader)
        self.child = 0


def main(url: str, kills: int) -> None:
    """Kill until the count is reached, then stop the writers the same way."""
    chance = random.Random(20261124)
    slots = [Slot(url, number) for number in range(WRITERS)]
    try:
        harass(slots, kills, chance)
    finally:
        for slot in slots:
            if slot.child:
                with suppress(ProcessLookupError):
                    os.kill(slot.child, signal.SIGKILL)


def harass(slots: list[Slot], kills: int, chance: random.Random) -> None:
    """Kill one of them after another; the last kills stop them all."""
    for done in range(kills - WRITERS):
        if done % SAID_EVERY == 0:
            print(f"{done} killed, {[slot.acknowledged for slot in slots]} acknowledged", file=sys.stderr)
        victim = chance.choice(slots)
        victim.wait()
        time.sleep(chance.uniform(0.0, LONGEST_LIFE_SECONDS))
        victim.kill()
        victim.start()
    for slot in slots:
        slot.wait()
        slot.kill()
    print(json.dumps({"kills": kills, "acknowledged": [slot.acknowledged for slot in slots]}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
