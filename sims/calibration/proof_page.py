"""Generates the part of docs/calibration.md with results over synthetic companies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest, chisquare

from rewards.outputs import write_text
from sims.calibration.synthetic import NONE, OTHER, PROGRAM, SCHEME

Row = Mapping[str, Any]
BINS, PERCENTS = 5, (50, 80, 90)
SURE = 0.95
NO_CHANGE, CHANGED = "no change", "scheme changes"
METHODS = ("prior", "prior, going on", "posterior", "posterior, going on", "smoother", "rejection", "known")
"""Forecast methods; the last uses the true parameters and history, so that only chance remains."""


def write_page(path: Path, rows: Sequence[Row], misfits: Sequence[Row], seed: int, runs: int) -> None:
    """Write the Markdown page, generated wholly from the companies' rows."""
    head = f"# Calibrations of companies whose truth is known\n\nSeed {seed}, {runs} runs of the model for each calibration.\n\n"
    write_text(path, head + page(rows) + misfits_of(misfits))


def page(rows: Sequence[Row]) -> str:
    """Ranks, coverage, errors and forecasts over all companies."""
    beside = [row for row in rows if "smoother" in row["forecasts"][0]["ranks"]]
    heads, weeks = ([row[name] for row in rows] for name in ("headcount", "weeks"))
    changes = ", ".join(
        f"{sum(row['change'] == one for row in rows)} where {one}" for one in (PROGRAM, SCHEME, OTHER)
    )
    lines = [
        f"Written by `python -m sims.calibration.proof`: {len(rows)} companies of {min(heads)} to {max(heads)} people with a history of "
        f"{min(weeks)} to {max(weeks)} weeks, {len(beside)} of them given to the baselines too. When the forecast begins nothing changes "
        f"in {sum(row['change'] == NONE for row in rows)} of them, and the scheme in the others: {changes}.",
        "",
        "Ranks are of the truth among the draws: even, where what is said is right. The interval beside a coverage is what as many "
        "independent values would show by chance; those of one company are not independent, so that truly it is wider, and the test of "
        "evenness milder.",
        "",
        *_coverage_table("what", _kinds(rows)),
        "",
        *_errors(rows, beside),
        "",
        "## Four weeks ahead",
        "",
        "Skill is 1 less a method's CRPS over that of the best naive forecast: for each measure the one that is best on average over the "
        "companies of the row, which nobody knows before, so that it is a hard one to beat. `known` is what nobody can beat: the same "
        "people with their true parameters and their own past, who differ from what happened by the chance of the weeks ahead alone. "
        "`going on` is what `groundswell forecast --history` does.",
        "",
        *_skills(rows, beside),
        "",
        *_by_measure(rows),
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
    for method in ("posterior", "posterior, going on"):
        for title, some in ((NO_CHANGE, _unchanged(rows)), (CHANGED, _changed(rows))):
            ones = [one["ranks"][method] for row in some for one in row["forecasts"]]
            found[f"forecast: {method}; {title}"] = ones
    return found


def _unchanged(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["change"] == NONE]


def _changed(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["change"] != NONE]


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
    """Root mean square error of the informed parameters, in prior standard deviations."""
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


def _skills(rows: Sequence[Row], beside: Sequence[Row]) -> list[str]:
    """Skill of each method, by the kind of change."""
    found = [
        "| skill over the best naive forecast | companies | " + " | ".join(METHODS) + " |",
        "|---|---|" + "---|" * len(METHODS),
    ]
    kinds = [(one, [row for row in rows if row["change"] == one]) for one in (PROGRAM, SCHEME, OTHER)]
    groups = [
        (NO_CHANGE, _unchanged(rows)),
        (CHANGED, _changed(rows)),
        *((f"of these: {title}", some) for title, some in kinds),
        *(
            (f"{title}, {size} people", [row for row in rows_of if row["headcount"] == size])
            for title, rows_of in ((NO_CHANGE, _unchanged(rows)), (CHANGED, _changed(rows)))
            for size in sorted({row["headcount"] for row in rows_of})
        ),
        (f"{NO_CHANGE}, given to the baselines", _unchanged(beside)),
        (f"{CHANGED}, given to the baselines", _changed(beside)),
    ]
    for title, some in groups:
        if some:
            cells = [_over_measures(some, method) for method in METHODS]
            found.append(f"| {title} | {len(some)} | {' | '.join(cells)} |")
    return found


def _over_measures(rows: Sequence[Row], method: str) -> str:
    """Mean over measures, each over all companies and weeks; empty where the method did not cover some company."""
    parts = [_skill(ones, method) for ones in _measures(rows).values()]
    known = [one for one in parts if one is not None]
    return _told(float(np.mean(known)) if len(known) == len(parts) else None)


def _by_measure(rows: Sequence[Row]) -> list[str]:
    found = [
        "| skill, by measure | best naive forecast | posterior, going on | known |",
        "|---|---|---|---|",
    ]
    for title, some in ((NO_CHANGE, _unchanged(rows)), (CHANGED, _changed(rows))):
        for measure, ones in _measures(some).items():
            cells = [_told(_skill(ones, method)) for method in ("posterior, going on", "known")]
            found.append(f"| {measure}, {title} | {_best(ones)[0]} | {' | '.join(cells)} |")
    return found


def _measures(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        for one in row["forecasts"]:
            found.setdefault(one["measure"], []).append(one)
    return found


def _best(ones: Sequence[Row]) -> tuple[str, float]:
    """The naive forecast that was best on average, and its CRPS."""
    names = [name for name in ones[0]["naive"] if all(name in one["naive"] for one in ones)]
    means = {name: float(np.mean([one["naive"][name] for one in ones])) for name in names}
    best = min(names, key=means.__getitem__)
    return best, means[best]


def _told(skill: float | None) -> str:
    return "" if skill is None else f"{skill:+.2f}"


def _skill(ones: Sequence[Row], method: str) -> float | None:
    if any(method not in one["crps"] for one in ones):
        return None
    return 1.0 - float(np.mean([one["crps"][method] for one in ones])) / max(_best(ones)[1], 1e-9)


def _alarms(rows: Sequence[Row]) -> str:
    wrong = sum(bool(row["suspicious"]) for row in rows)
    return f"Sound companies that were told not to fit: {wrong} of {len(rows)}."


def misfits_of(rows: Sequence[Row]) -> str:
    """The section on histories that the model cannot produce."""
    if not rows:
        return ""
    lines = [
        "",
        "## Histories that do not fit",
        "",
        "Companies of the same kind, with something wrong. Told: the calibration says that it does not fit, and is widened. What matters "
        "is that nobody is misled without being told: the forecasts of those that were not told.",
        "",
        "| what is wrong | companies | told | forecasts in 90 %, told | not told | skill over the best naive forecast |",
        "|---|---|---|---|---|---|",
    ]
    for kind in dict.fromkeys(row["kind"] for row in rows):
        mine = [row for row in rows if row["kind"] == kind]
        told = [row for row in mine if row["suspicious"]]
        cells = [
            _in_90([row for row in mine if bool(row["suspicious"]) == flagged]) for flagged in (True, False)
        ]
        skill = _over_measures(mine, "posterior, going on")
        lines.append(f"| {kind} | {len(mine)} | {len(told)} | {' | '.join(cells)} | {skill} |")
    return "\n".join(lines) + "\n"


def _in_90(rows: Sequence[Row]) -> str:
    ranks = [one["ranks"]["posterior, going on"] for row in rows for one in row["forecasts"]]
    return f"{_within(ranks, 90):.0%}" if ranks else ""
