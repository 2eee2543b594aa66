"""`groundswell demo` as a user starts it: the product, the colleagues and the worker, all of which end together."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile

import pytest

from tests.serving import COMMAND, START_SECONDS, STOP_SECONDS, answers

WAIT_TENTHS = 100


@contextmanager
def demo(url: str, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command and its address; whatever becomes of it, it is gone afterwards."""
    process = subprocess.Popen(
        [COMMAND, "demo", "--port", "0", *options],
        env=os.environ | {"DATABASE_URL": url, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = ""
        while not address:
            line = process.stdout.readline()
            assert line, process.communicate()
            found = re.search(r"Open (http://\S+)/sign-in", line)
            address = found.group(1) if found else ""
        for _ in range(START_SECONDS * 10):
            if answers(address):
                break
        yield process, address
    finally:
        process.kill()
        process.communicate(timeout=STOP_SECONDS)


def beside(process: subprocess.Popen[str]) -> list[int]:
    """The processes that it started."""
    said = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in said.stdout.split()]


def gone(pids: list[int]) -> bool:
    """Whether all of them end within seconds."""
    for _ in range(WAIT_TENTHS):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def own_url(demo_url: str, tmp_path: Path) -> str:
    copyfile(demo_url.removeprefix("sqlite:///"), tmp_path / "own.sqlite")
    return f"sqlite:///{tmp_path / 'own.sqlite'}"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_runs_beside_the_server_ends_with_it(own_url: str, how: signal.Signals) -> None:
    with demo(own_url) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        started = beside(process)
        assert started
        process.send_signal(how)
        out, err = process.communicate(timeout=STOP_SECONDS)
        assert gone(started)
    # Python's multiprocessing has a word about a killed parent; whoever ends it properly sees nothing.
    if how != signal.SIGKILL:
        assert err == "", (out, err)
    assert process.returncode == (0 if how == signal.SIGINT else -how)
