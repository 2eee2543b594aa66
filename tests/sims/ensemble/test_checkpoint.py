"""A sweep that was ended goes on with the same bytes: after a worker was killed, after the parent was, whatever was half written."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sims.comparison.comparison import compare
from sims.ensemble import sweep
from sims.ensemble.checkpoint import folder_of, keep, kept
from sims.ensemble.run import Manner, simulate, simulate_all
from sims.scenario.scenario import Scenario

ROOT = Path(__file__).resolve().parents[3]
RUNS = 24
# More than any machine does before it is told to stop.
ENDLESS = 5000


def test_a_run_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    days = np.array([0.1, -0.0, 1e300])
    found = [
        {"all": {"shares": days, "clicks": days * 2}, "segment=ä, ö": {"shares": days}},
        {"all": {"shares": days}},
    ]
    keep(tmp_path / "new", 3, found)
    again = kept(tmp_path / "new", 3)
    assert again is not None
    assert [list(daily) for daily in again] == [["all", "segment=ä, ö"], ["all"]]
    assert again[0]["all"]["clicks"].tobytes() == (days * 2).tobytes()
    assert kept(tmp_path / "new", 4) is None


def test_what_is_torn_counts_as_not_there(tmp_path: Path) -> None:
    keep(tmp_path, 0, [{"all": {"shares": np.arange(50.0)}}])
    file = tmp_path / "0.run"
    whole = file.read_bytes()
    for torn in (b"", whole[:20], whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1])):
        file.write_bytes(torn)
        assert kept(tmp_path, 0) is None


def test_another_question_has_another_folder(tmp_path: Path) -> None:
    assert folder_of(tmp_path, {"seed": 1}) != folder_of(tmp_path, {"seed": 2})
    assert folder_of(tmp_path, {"a": 1, "b": 2}) == folder_of(tmp_path, {"b": 2, "a": 1})


def test_finished_runs_are_not_lived_again(
    small: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manner = Manner(processes=1, checkpoint=tmp_path)
    plain = json.dumps(simulate(small, runs=5, processes=1).as_json())
    simulate(small, runs=3, manner=manner)
    lived = []
    whole = sweep.daily_outcomes
    monkeypatch.setattr(sweep, "daily_outcomes", lambda *given: lived.extend(given[2]) or whole(*given))
    assert json.dumps(simulate(small, runs=5, manner=manner).as_json()) == plain
    assert sorted(run % sweep.ECHO for run in lived) == [3, 3, 4, 4]
    lived.clear()
    assert json.dumps(simulate(small, runs=5, manner=manner).as_json()) == plain
    assert lived == []
    simulate(small, runs=1, seed=99, manner=manner)
    simulate(small, runs=1, manner=Manner(processes=1, checkpoint=tmp_path, at_defaults=True))
    assert len(lived) == 3


def started(small_file: Path, out: Path, checkpoint: Path, runs: int) -> subprocess.Popen[bytes]:
    """The command, with chunks so small that it is caught in the middle."""
    told = ["compare", str(small_file), "--runs", str(runs), "--processes", "2"]
    code = (
        "import sys; from sims.ensemble import sweep; sweep.RUNS_A_CHUNK = 2; from sims.cli import app; "
        "sys.argv = ['groundswell', *sys.argv[1:]]\nif __name__ == '__main__': app()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *told, "--checkpoint", str(checkpoint), "--json", str(out)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def until_some_are_done(checkpoint: Path, process: subprocess.Popen[bytes], count: int = 2) -> None:
    end = time.monotonic() + 120.0
    while len(list(checkpoint.rglob("*.run"))) < count:
        assert process.poll() is None, process.stderr and process.stderr.read().decode()
        assert time.monotonic() < end
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    """Worker processes of a process."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int) -> bool:
    """Whether a process has ended: nobody is left, or nobody has asked yet how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith(("Z", "X"))
    except FileNotFoundError:
        return True


def seconds_used(pid: int) -> float:
    """The processor's time that a process has had by itself: how busy the machine is does not count."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def expected(small: Scenario) -> str:
    body = compare([small], runs=RUNS, processes=1).detailed_json()
    return json.dumps(body, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def test_killed_workers_and_a_killed_parent_leave_the_same_bytes(
    small_file: Path, expected: str, tmp_path: Path
) -> None:
    out, checkpoint = tmp_path / "out.json", tmp_path / "kept"
    process = started(small_file, out, checkpoint, ENDLESS)
    until_some_are_done(checkpoint, process)
    workers = children(process.pid)
    assert workers
    os.kill(workers[0], signal.SIGKILL)
    until_some_are_done(checkpoint, process, 8)
    workers = children(process.pid)
    process.kill()
    process.communicate()
    assert not out.exists()
    end = time.monotonic() + 60.0
    while not all(map(gone, workers)):
        assert time.monotonic() < end, "workers outlive their parent"
        time.sleep(0.05)
    process = started(small_file, out, checkpoint, RUNS)
    _, error = process.communicate(timeout=240)
    assert process.returncode == 0, error.decode()
    assert out.read_text("utf-8") == expected


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_cancel_takes_less_than_a_second_and_keeps_what_is_done(
    small_file: Path, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    checkpoint = tmp_path / "kept"
    process = started(small_file, tmp_path / "out.json", checkpoint, ENDLESS)
    until_some_are_done(checkpoint, process)
    workers = children(process.pid)
    before = seconds_used(process.pid)
    process.send_signal(sent)
    # It has ended, but nobody has asked yet how.
    assert os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    took = seconds_used(process.pid) - before
    _, error = process.communicate()
    assert process.returncode == code
    assert took < 1.0
    goes_on = f"groundswell: interrupted; what is done is kept in {checkpoint}; the same command goes on from there\n"
    assert error.decode() == goes_on
    assert all(map(gone, workers))
    assert list(checkpoint.rglob("*.run"))


def test_scenarios_of_a_sweep_are_kept_together(small: Scenario, tmp_path: Path) -> None:
    both = [small, small.without_schemes()]
    first = simulate_all(both, runs=2, manner=Manner(processes=1, checkpoint=tmp_path))
    again = simulate_all(both, runs=2, manner=Manner(processes=1, checkpoint=tmp_path))
    for one, other in zip(first, again, strict=True):
        assert json.dumps(one.as_json()) == json.dumps(other.as_json())
