"""The whole circle on a company whose truth is known: rehearse, publish, weeks of people through the real HTTP API, calibrate, forecast,
score, and a better scheme.

    python examples/loop.py                       # 80 people, 16 weeks of which 12 are known; a few minutes
    python examples/loop.py --people 40 --weeks 10 --known 6 --runs 400 --folder /tmp/loop

The truth is a scenario of its own, with parameters that the company's scenario does not state. One run of it is what people do. The
program never sees it: only the events that it makes, posted to a running server one after another. What is told at the end is how
near the forecast by the prior and by the posterior came to the weeks that neither of them knew.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

EXAMPLES = Path(__file__).parent
COMMAND = Path(sys.executable).with_name("groundswell")
START = date(2026, 1, 5)
ORGANISATION = "company"
TRUTH = {"base_log_odds": -5.0}
ALONE = ("--processes", "1")
"""So small a company is lived faster than a second process starts."""
READY_SECONDS = 120
WAIT_SECONDS = 0.1

SCENARIO = """\
name: {name}
seed: 20260105
start_date: {start}
horizon_days: {days}
organisation:
  people: people.csv
  timezone: Europe/Madrid
  audience: {{size: 8000}}
phases:
  - {{day: 0, scheme: {scheme}}}
"""


def groundswell(folder: Path, *arguments: str) -> str:
    """Run one command, told as it is typed; what it prints. Ends the script where it fails."""
    print("$ groundswell", *(one if len(one) < 60 else f"{one[:12]}…" for one in arguments), flush=True)
    env = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'live.sqlite'}",
        "GROUNDSWELL_ORGANISATION": ORGANISATION,
    }
    done = subprocess.run(
        [COMMAND, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"groundswell {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of the live program."""
    env = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'live.sqlite'}",
        "GROUNDSWELL_ORGANISATION": ORGANISATION,
    }
    command = [COMMAND, "serve", "--port", "0"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            if found is None:
                sys.exit("the server did not start")
            until = time.monotonic() + READY_SECONDS
            while not ready(found.group()) and time.monotonic() < until:
                time.sleep(WAIT_SECONDS)
            yield found.group()
        finally:
            process.send_signal(signal.SIGINT)


def ready(address: str) -> bool:
    """Whether it takes requests."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def write_company(folder: Path, people: int, days: int) -> None:
    """The people, what is to be rehearsed, and the truth that nobody sees."""
    rows = (EXAMPLES / "people-midsize.csv").read_text("utf-8").splitlines()[: people + 1]
    (folder / "people.csv").write_text("\n".join(rows) + "\n", "utf-8")
    for name, scheme in (("clicks", "clicks"), ("recognition", "recognition")):
        text = SCENARIO.format(name=name, start=START, days=days, scheme=scheme)
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    stated = (
        "parameters:\n  values: {" + ", ".join(f"{name}: {value}" for name, value in TRUTH.items()) + "}\n"
    )
    truth = SCENARIO.format(name="truth", start=START, days=days, scheme="clicks") + stated
    (folder / "truth.yaml").write_text(truth, "utf-8")


def crps(folder: Path, name: str, last: date) -> dict[str, float]:
    """How far each outcome was missed in the weeks after `last`: 0 is perfect."""
    body = json.loads((folder / name).read_text("utf-8"))
    found = {}
    for outcome, one in body["outcomes"].items():
        later = [week["crps"] for week in one["weeks"] if date.fromisoformat(week["date"]) > last]
        found[outcome] = sum(later) / len(later)
    return found


def circle(folder: Path, people: int, weeks: int, known: int, runs: int) -> dict[str, dict[str, float]]:
    """Once around; the CRPS of both forecasts by outcome."""
    days, last = 7 * weeks, START + timedelta(days=7 * known - 1)
    write_company(folder, people, days)
    print("1. Rehearse: what the scheme would do, as far as is known of companies in general", flush=True)
    groundswell(
        folder,
        "compare",
        "clicks.yaml",
        "recognition.yaml",
        "--runs",
        "12",
        *ALONE,
        "--json",
        "rehearsed.json",
    )
    print("2. Publish it", flush=True)
    made = groundswell(
        folder, "init", "--people", "people.csv", "--template", "clicks", "--since", "2025-01-01"
    )
    token = re.search(r"gs_[A-Za-z0-9_-]+", made)
    assert token is not None, made
    print(f"3. {weeks} weeks of people, through the API", flush=True)
    groundswell(
        folder,
        "simulate",
        "truth.yaml",
        "--runs",
        "1",
        "--seed",
        "7",
        "--events",
        "lived.jsonl",
        "--json",
        "lived.json",
    )
    with serving(folder) as address:
        groundswell(folder, "post", "lived.jsonl", "--url", address, "--token", token.group())
    groundswell(folder, "history", "export", "seen.json", "--until", last.isoformat())
    whole = START + timedelta(days=days - 1)
    groundswell(folder, "history", "export", "lived-through.json", "--until", whole.isoformat())
    print(f"4. Calibrate on the first {known} weeks", flush=True)
    calibrated = [
        "calibrate",
        "seen.json",
        "--scenario",
        "clicks.yaml",
        "--runs",
        str(runs),
        *ALONE,
        "--out",
        "posterior.json",
    ]
    print(groundswell(folder, *calibrated), flush=True)
    print("5. Forecast the rest, by what is known in general, and by what was learnt", flush=True)
    for name, options in (
        ("prior", []),
        ("posterior", ["--posterior", "posterior.json", "--history", "seen.json"]),
    ):
        asked = [
            "forecast",
            "clicks.yaml",
            "--runs",
            "40",
            *ALONE,
            "--out",
            f"{name}-forecast.json",
        ]
        groundswell(folder, *asked, *options)
    print("6. Score both against what came", flush=True)
    for name in ("prior", "posterior"):
        asked = ["score", f"{name}-forecast.json", "lived-through.json", "--json", f"{name}-score.json"]
        print(groundswell(folder, *asked), flush=True)
    print("7. A better scheme, for this company and not for companies in general", flush=True)
    again = [
        "compare",
        "clicks.yaml",
        "recognition.yaml",
        "--runs",
        "12",
        *ALONE,
        "--posterior",
        "posterior.json",
        "--json",
        "again.json",
    ]
    groundswell(folder, *again)
    choice = json.loads((folder / "again.json").read_text("utf-8"))["choice"]
    print(f"chosen: {choice['scenario']}: {choice['reason']}")
    return {name: crps(folder, f"{name}-score.json", last) for name in ("prior", "posterior")}


def main() -> None:
    """Go around once and tell how near each forecast came."""
    parser = argparse.ArgumentParser(description="The whole circle on a company whose truth is known.")
    parser.add_argument("--people", type=int, default=80)
    parser.add_argument("--weeks", type=int, default=16)
    parser.add_argument("--known", type=int, default=12)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="groundswell-loop-"))
    folder.mkdir(parents=True, exist_ok=True)
    found = circle(folder, asked.people, asked.weeks, asked.known, asked.runs)
    (folder / "loop.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    for outcome, before in found["prior"].items():
        print(
            f"{outcome}: CRPS {before:.3g} by the prior, {found['posterior'][outcome]:.3g} by the posterior"
        )
    print(f"everything is in {folder}")


if __name__ == "__main__":
    main()
