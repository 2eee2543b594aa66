"""What every benchmark measures with: the machine's description, and fair clocks."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "numba", "mesa", "ndlib", "cynetdiff")


def describe() -> dict[str, Any]:
    """Processor, cores, memory, load and versions."""
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory": _first("/proc/meminfo", "MemTotal"),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _first(path: str, key: str) -> str | None:
    file = Path(path)
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), None)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def resident_bytes() -> int:
    """Memory of this process now."""
    return int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


Contestant = Callable[[int], Any]


def race(
    contestants: dict[str, Contestant], seconds: float, rounds: int, most: int = 2_000_000
) -> dict[str, tuple[float, Any]]:
    """Runs per second of CPU time, the best of some rounds in which all take turns, and the last result.

    A contestant takes a number of runs and does them; each gets as many as fill the seconds. CPU time and taking
    turns keep the ratios fair on a machine that does other work as well.
    """
    for contestant in contestants.values():
        contestant(1)
    sizes = {name: _runs_for(contestant, seconds, most) for name, contestant in contestants.items()}
    best = dict.fromkeys(contestants, 0.0)
    results: dict[str, Any] = {}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            begun = time.process_time()
            results[name] = contestant(sizes[name])
            best[name] = max(best[name], sizes[name] / (time.process_time() - begun))
    return {name: (best[name], results[name]) for name in contestants}


def _runs_for(contestant: Contestant, seconds: float, most: int) -> int:
    runs = 1
    while True:
        begun = time.process_time()
        contestant(runs)
        spent = time.process_time() - begun
        if spent > seconds / 8 or runs >= most:
            return max(2, min(most, int(runs * seconds / max(spent, 1e-6))))
        runs = min(most, runs * 8)
