"""A server in a process of its own: `groundswell serve` on a free port."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.commands import Command

COMMAND = Path(sys.executable).with_name("groundswell")
START_SECONDS = 120
STOP_SECONDS = 60


@contextmanager
def serving(database_url: str, organisation: str, demo: bool = False) -> Iterator[str]:
    """The address of a server over the database; the process ends with the block, and its exit is checked."""
    env = os.environ | {
        "DATABASE_URL": database_url,
        "GROUNDSWELL_ORGANISATION": organisation,
        "GROUNDSWELL_DEMO": "true" if demo else "false",
    }
    process = Command(["serve", "--port", "0"], env=env)
    try:
        line = process.first_line(START_SECONDS)
        found = re.search(r"http://\S+", line)
        assert found, (line, process.communicate(timeout=STOP_SECONDS))
        address = found.group()
        # Told before it listens; the first request waits for the application to load.
        for _ in range(START_SECONDS * 10):
            if answers(address):
                break
            assert process.poll() is None, process.communicate()
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, err) == (0, ""), (out, err)


def answers(address: str) -> bool:
    """Whether the server is ready; waits a moment where it is not."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        time.sleep(0.1)
        return False
