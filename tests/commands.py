"""Commands of `groundswell`, each in a process of its own that is forked from one in which the program is loaded.

To load it takes a process seconds, and tests start a hundred. That `groundswell` starts as a user starts it is what the README's examples
show (tests/contracts/test_documents.py), and whoever kills or watches what a command starts.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from typing import IO

from sims.ensemble import crew
from sims.jobs import children

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.loaded"])
# What computes pieces in a test's own process is forked from there too, and so has loaded what the product loads for it.
children.LOADED[:] = ["tests.loaded"]
# An ensemble's too. What is said of those that are started in life has tests of its own: tests/sims/ensemble/test_executors.py.
crew.context = lambda: _forks


class Command:
    """A command that runs: what `subprocess.Popen` tells of one, with output in text."""

    def __init__(
        self,
        arguments: Iterable[object],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | str | None = None,
    ) -> None:
        self.args = [str(one) for one in arguments]
        self._folder = Path(tempfile.mkdtemp(prefix="groundswell-command-"))
        self._outs = [self._folder / name for name in ("out", "err")]
        for path in self._outs:
            path.touch()
        self._printed: tuple[str, str] | None = None
        told = (
            self.args,
            str(cwd or Path.cwd()),
            dict(os.environ if env is None else env),
            list(map(str, self._outs)),
        )
        self._process = _forks.Process(target=_run, args=told)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended: a signal's number is negative."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            # It may end just now.
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def first_line(self, timeout: float) -> str:
        """Waited for; what there is of it where the process ends before."""
        give_up = time.monotonic() + timeout
        while (ended := self.poll()) is not None or time.monotonic() < give_up:
            text = self._outs[0].read_text("utf-8")
            if "\n" in text or ended is not None:
                return text.partition("\n")[0]
            time.sleep(0.01)
        raise subprocess.TimeoutExpired(self.args, timeout)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it printed, all of it: on standard output and on standard error."""
        self.wait(timeout)
        if self._printed is None:
            out, err = (path.read_text("utf-8") for path in self._outs)
            self._printed = out, err
            shutil.rmtree(self._folder)
        return self._printed


def run(
    arguments: Iterable[object],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | str | None = None,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one to its end; it is killed where that takes too long."""
    started = Command(arguments, env=env, cwd=cwd)
    try:
        out, err = started.communicate(timeout)
    except subprocess.TimeoutExpired:
        started.kill()
        raise
    assert started.returncode is not None
    return subprocess.CompletedProcess(started.args, started.returncode, out, err)


def _run(arguments: list[str], folder: str, environment: Mapping[str, str], outs: list[str]) -> None:
    from web.cli import main

    # Workers that are forked here have their own processes forked from where they were: see `sims.jobs.children`.
    forkserver._forkserver.ensure_running = resource_tracker.ensure_running  # type: ignore[method-assign]
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    streams: tuple[IO[str], IO[str]] = (sys.stdout, sys.stderr)
    for path, stream, number in zip(outs, streams, (1, 2), strict=True):
        stream.flush()
        opened = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["groundswell", *arguments]
    main()
