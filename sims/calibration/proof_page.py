"""The part of docs/calibration.md that is counted from companies whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest, chisquare

from rewards.outputs import write_text

Row = Mapping[str, Any]
BINS, PERCENTS = 5, (50, 80, 90)
SURE = 0.95
NAIVE = ("last value", "seasonal mean", "autoregression")


def write_page(path: Path, rows: Sequence[Row], seed: int, runs: int) -> None:
    """Markdown, wholly written from the companies' rows."""
    head = f"# Calibrations of companies whose truth is known\n\nSeed {seed}, {runs} runs of the model for each calibration.\n\n"
    write_text(path, head + page(rows))


def page(rows: Sequence[Row]) -> str:
    """Ranks, coverage, errors and forecasts over all companies."""
    beside = [row for row in rows if "smoother" in (row["forecasts"][0]["ranks"] if row["forecasts"] else {})]
    lines = [
        f"Written by `python -m sims.calibration.proof`: {len(rows)} companies, {len(beside)} of them given to the "
        "baselines too. Ranks are "
        "of the truth among the draws: even, where what is said is right. The interval beside a coverage is what as many "
        "independent values "
        "would show by chance; those of one company are not independent, so that truly it is wider, and the test of "
        "evenness milder. The best "
        "naive forecast is chosen with hindsight, for each measure.",
        "",
        *_coverage_table("what", _kinds(rows)),
        "",
        *_errors(rows, beside),
        "",
        *_crps(rows, beside),
        "",
        _alarms(rows),
    ]
    return "\n".join(lines) + "\n"


def _kinds(rows: Sequence[Row]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {
        "combinations that the data move": [rank for row in rows for rank in row["combinations"]],
        "parameters that the data move": [
            one["ranks"]["posterior"] for row in rows for one in row["parameters"]
        ],
    }
    for method, title in (
        ("posterior", "by the posterior alone"),
        ("conditioned", "going on from the history"),
    ):
        for changes, when in ((False, "no change"), (True, "scheme changes")):
            found[f"forecast {title}, {when}"] = _of_forecasts(rows, method, changes)
    return found


def _of_forecasts(rows: Sequence[Row], method: str, changes: bool) -> list[float]:
    mine = [row for row in rows if row["changes"] == changes]
    return [one["ranks"][method] for row in mine for one in row["forecasts"]]


def _coverage_table(head: str, kinds: Mapping[str, Sequence[float]]) -> list[str]:
    found = [
        f"| {head} | values | "
        + " | ".join(f"in {one} %" for one in PERCENTS)
        + f" | ranks in {BINS} bins | evenness, p |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, ranks in kinds.items():
        if ranks:
            cells = [f"{_within(ranks, one):.0%} {_by_chance(len(ranks), one)}" for one in PERCENTS]
            counts = np.histogram(ranks, BINS, (0.0, 1.0))[0]
            p = float(chisquare(counts).pvalue)
            found.append(
                f"| {name} | {len(ranks)} | {' | '.join(cells)} | {' '.join(map(str, counts))} | {p:.2g} |"
            )
    return found


def _within(ranks: Sequence[float], percent: int) -> float:
    return float(np.mean(np.abs(np.asarray(ranks) - 0.5) <= percent / 200.0))


def _by_chance(n: int, percent: int) -> str:
    spread = binomtest(round(n * percent / 100), n).proportion_ci(SURE, "wilson")
    return f"({spread.low:.0%}–{spread.high:.0%})"


def _errors(rows: Sequence[Row], beside: Sequence[Row]) -> list[str]:
    """Root mean square error of the informed parameters, in the prior's spreads."""
    found = [
        "| error of informed parameters, in the prior's spreads | companies | prior | posterior | smoother alone | rejection |",
        "|---|---|---|---|---|---|",
    ]
    for title, some, methods in (
        ("all", rows, ("prior", "posterior")),
        ("given to the baselines", beside, ("prior", "posterior", "smoother", "rejection")),
    ):
        ones = [one for row in some for one in row["parameters"]]
        if ones:
            cells = [
                _rms([one["errors"][method] for one in ones]) if method in methods else ""
                for method in ("prior", "posterior", "smoother", "rejection")
            ]
            found.append(f"| {title} | {len(some)} | {' | '.join(cells)} |")
    return found


def _rms(values: Sequence[float]) -> str:
    return f"{float(np.sqrt(np.mean(np.square(values)))):.2f}"


def _crps(rows: Sequence[Row], beside: Sequence[Row]) -> list[str]:
    """CRPS of four weeks ahead, and skill over the best naive forecast of each measure."""
    methods = ("prior", "posterior", "conditioned", "smoother", "rejection")
    found = [
        "| CRPS over that of the best naive forecast | companies | " + " | ".join(methods) + " |",
        "|---|---|" + "---|" * len(methods),
    ]
    for changes, when in ((False, "no change"), (True, "scheme changes")):
        for title, some in ((when, rows), (f"{when}, given to the baselines", beside)):
            mine = [row for row in some if row["changes"] == changes]
            if mine:
                cells = [_relative(mine, method) for method in methods]
                found.append(f"| {title} | {len(mine)} | {' | '.join(cells)} |")
    return found


def _relative(rows: Sequence[Row], method: str) -> str:
    """Mean over measures of the method's CRPS over the best naive one's, each over all companies and weeks."""
    parts = []
    for measure in dict.fromkeys(one["measure"] for row in rows for one in row["forecasts"]):
        ones = [one for row in rows for one in row["forecasts"] if one["measure"] == measure]
        if any(method not in one["crps"] for one in ones):
            return ""
        best = min(
            float(np.mean([one["naive"][name] for one in ones]))
            for name in NAIVE
            if all(name in one["naive"] for one in ones)
        )
        parts.append(float(np.mean([one["crps"][method] for one in ones])) / max(best, 1e-9))
    return f"{float(np.mean(parts)):.2f}"


def _alarms(rows: Sequence[Row]) -> str:
    wrong = sum(bool(row["suspicious"]) for row in rows)
    return f"Sound companies that were told not to fit: {wrong} of {len(rows)}."
