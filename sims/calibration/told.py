"""A calibrated posterior in words: informed parameters, those that stay at their prior, and goodness of fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewards.amounts import several
from sims.ensemble.intervals import PERCENTS
from sims.reports.render import number, spread, table, told_in_digits

if TYPE_CHECKING:
    from sims.forecasting.posterior import Posterior


def calibration_text(posterior: Posterior) -> str:
    """The report as text for a terminal."""
    about, found = posterior.provenance, posterior.calibration or {}
    parameters: dict[str, dict[str, Any]] = found["parameters"]
    moved = sorted(
        (name for name, one in parameters.items() if one["moved"]),
        key=lambda name: -parameters[name]["contraction"],
    )
    head = (
        f"{about['scenario']}: {several(about['weeks'], 'week')} to {about['cut_off']}, "
        f"{several(len(found['summaries']), 'summary', 'summaries')}, {about['runs']} runs, "
        f"seed {about['seed']}, {len(posterior.values)} vectors"
    )
    rows = [
        [
            name,
            number(one["prior"]["median"]),
            spread(tuple(one["prior"]["p90"])),
            number(one["posterior"]["median"]),
            spread(tuple(one["posterior"]["p90"])),
            f"{one['contraction']:.0%}",
        ]
        for name in moved
        for one in [parameters[name]]
    ]
    header = ["parameter", "prior", "90 %", "posterior", "90 %", "contraction"]
    by_itself = (
        "no parameter is moved by itself, only some together"
        if found["combinations"]
        else "the data move no parameter: the posterior is the prior"
    )
    learnt = table(header, rows) if rows else by_itself
    rest = len(parameters) - len(moved)
    stay = (
        f"{rest} parameters stay at their prior: the data hardly move them"
        if rest
        else "every parameter was moved"
    )
    together = [
        f"moved together, contraction {one['contraction']:.0%}: "
        + ", ".join(f"{name} ({load:+.2f})" for name, load in one["with"].items())
        for one in found["combinations"]
    ]
    seen = [
        [
            one["label"],
            *told_in_digits(one["observed"], one["p80"], *(one[f"p{each}"] for each in PERCENTS)),
            f"{one['p']:.2g}",
        ]
        for one in found["summaries"]
    ]
    fits = table(["summary", "observed", *(f"{each} %" for each in PERCENTS), "p"], seen)
    notes = [f"note: {warning}" for warning in posterior.warnings]
    return "\n".join([head, "", learnt, stay, *together, "", fits, *notes])
