"""All benchmarks, one after another, each in a process of its own.

python -m benchmarks [--quick]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ALL = ("propagation", "model", "ensemble", "scoring", "awarding", "intake", "boards", "people", "calibration")


def main() -> int:
    """Run them; the number that failed."""
    failed = 0
    for name in ALL:
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *sys.argv[1:]]
        failed += subprocess.run(command, cwd=Path(__file__).parents[1], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
