"""Plain-text tables of results for a terminal; the same text whatever the terminal's width."""

from collections.abc import Mapping, Sequence

from rewards.amounts import several
from rewards.digits import teller
from sims.comparison.comparison import Comparison
from sims.comparison.risks import least_paid, risks_json
from sims.ensemble.contrast import contrasts
from sims.ensemble.intervals import Interval, interval
from sims.ensemble.precision import Reached
from sims.ensemble.result import Result
from sims.reach.waterfall import Waterfall

ROUNDING = 1e-12
"""Magnitude below which a value is the rounding error of a zero; no outcome is that small."""


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A text table with columns two spaces apart; the first is left-aligned, the others right-aligned."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = []
    for row in (header, ["-" * width for width in widths], *rows):
        rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *rest]).rstrip())
    return "\n".join(lines)


def number(value: float) -> str:
    """A number with four significant digits below 1,000 and as an integer above; rounding errors of zero become 0."""
    if abs(value) < ROUNDING:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.4g}"


def spread(low_high: tuple[float, float]) -> str:
    """An interval as `low to high`."""
    return f"{number(low_high[0])} to {number(low_high[1])}"


def told_in_digits(value: float, low_high: Sequence[float], *bands: Sequence[float]) -> list[str]:
    """A number and its bands as cells, rounded to the digit that the interval `low_high` resolves, as pages round them."""
    text = teller(low_high)
    cells = [text(value), *(f"{text(low)} to {text(high)}" for low, high in bands)]
    return [cell.replace("\N{MINUS SIGN}", "-") for cell in cells]


def _cells(found: Interval, percents: Sequence[int]) -> list[str]:
    return told_in_digits(found.median, found.p80, *(getattr(found, f"p{percent}") for percent in percents))


def result_text(result: Result) -> str:
    """A table of outcomes with median and the 50, 80 and 90 % intervals over the whole run."""
    unknown = result.uncertainty()
    rows = [
        [
            spec.title,
            *_cells(interval(result.total(name)), (50, 80, 90)),
            *([unknown_cell(unknown[name])] if unknown else []),
            spec.unit,
        ]
        for name, spec in ((name, result.specs[name]) for name in result.reported)
    ]
    about = result.provenance
    head = f"{result.title}: {several(about.runs, 'run')} of {several(about.horizon_days, 'day')}, seed {about.seed}"
    whole = table(
        ["outcome", "median", "50 %", "80 %", "90 %", *(["not known"] if unknown else []), "unit"], rows
    )
    said = (UNKNOWN_MEANS if unknown else "", precision_text(result.precision))
    parts = (head, warnings_text(result.warnings), whole, *said, contrast_text(result))
    return "\n\n".join(part for part in parts if part)


UNKNOWN_MEANS = (
    "not known: how much of the spread between runs is what we do not know of people and audience, with its standard error (the runs'\n"
    "parameters are drawn from their joint posterior); the rest is chance, which no knowledge would take away."
)


def unknown_cell(found: Mapping[str, float] | None) -> str:
    """The part of the variance due to parameter uncertainty with its standard error; empty where there is no variance."""
    return "" if found is None else f"{found['parameters']:.0%} ± {found['error']:.0%}"


def precision_text(found: Reached | None) -> str:
    """The precision reached and the number of runs; empty where no precision was requested."""
    if found is None:
        return ""
    asked = found.asked
    wanted = f"{100.0 * asked.half_width:.4g}% of it" if asked.relative else f"± {number(found.wanted)}"
    words = (
        f"after {found.runs:,} runs more of them would move the median of {asked.outcome} by at most ± {number(found.half_width)} (95 %), "
        f"{found.part:.0%} of the width of its middle 80 %; asked was {wanted}"
    )
    return (
        f"Precision reached: {words}"
        if found.enough
        else f"Precision not reached, the most runs are done: {words}"
    )


def warnings_text(warnings: Sequence[str]) -> str:
    """A line for each warning; empty without any."""
    return "\n".join(f"Warning: {text}" for text in warnings)


def contrast_text(result: Result) -> str:
    """A table of contrasts of each arm with the control, per head and outcome; empty without arms."""
    rows = []
    for entry in contrasts(result):
        if entry["split"] == "all":
            total = entry["total"]
            share = "" if total["relative"] is None else f"{total['relative']['median']:+.0%}"
            cells = [
                told_in_digits(total[arm]["median"], total[arm]["p80"])[0] for arm in ("treated", "control")
            ]
            higher = f"{total['share_of_runs_higher']:.0%}"
            found = total["difference"]
            difference = told_in_digits(found["median"], found["p80"], found["p90"])[1]
            name = f"{entry['arm']}: {result.specs[entry['outcome']].title}"
            rows.append([name, *cells, share, difference, higher, entry["per"]])
    header = ["arm", "arm's", "control's", "relative", "difference, 90 %", "higher in", "per"]
    return table(header, rows) if rows else ""


def comparison_text(comparison: Comparison) -> str:
    """A table of paired differences by outcome, then the choice and its reason."""
    about = comparison.control.provenance
    parts = [
        f"{several(about.runs, 'paired run')} of {several(about.horizon_days, 'day')}, seed {about.seed}"
    ]
    parts += [warnings_text(comparison.warnings)] if comparison.warnings else []
    drawn = about.parameters is not None
    for name, against in comparison.pairs():
        rows = []
        for outcome in comparison.control.reported:
            spec = comparison.control.specs[outcome]
            body = comparison.difference_json(name, against, outcome)
            found = interval(comparison.difference(name, against, outcome))
            better = body["share_of_runs_better"]
            share = "" if better is None else f"{better:.0%}"
            cells = _cells(found, (80, 90))
            cells += [unknown_cell(body.get("uncertainty"))] if drawn else []
            rows.append([spec.title, *cells, share, spec.unit])
        header = [
            "difference",
            "median",
            "80 %",
            "90 %",
            *(["not known"] if drawn else []),
            "better in",
            "unit",
        ]
        parts.append(f"{name} minus {against}\n" + table(header, rows))
    parts += [lift_text(comparison), risks_text(comparison)] if comparison.shown_lifts else []
    parts += [UNKNOWN_MEANS] if drawn else []
    parts += [precision_text(comparison.control.precision)] if comparison.control.precision else []
    parts.append(limits_text(comparison))
    choice = comparison.choice
    parts.append(f"Choice: {choice.scenario} ({choice.verdict}). {choice.reason}")
    return "\n\n".join(parts)


def lift_text(comparison: Comparison) -> str:
    """A table of each scenario's difference to the control, split into the parts of tool and incentives."""
    parts = []
    for result in comparison.results:
        lifts = [lift for lift in comparison.lifts if lift.scenario == result.name]
        if result.name not in comparison.tools:
            parts.append(f"{result.name} has no tool: all that it brings is the incentive's")
            continue
        rows = []
        for lift in lifts:
            cells = [
                cell
                for each in (interval(lift.tool), interval(lift.incentive))
                for cell in _cells(each, (90,))
            ]
            share = "" if lift.tool_share is None else f"{lift.tool_share:.0%}"
            spec = result.specs[lift.outcome]
            rows.append([spec.title, *cells, share, spec.unit])
        header = ["nothing, tool, tool and scheme", "tool", "90 %", "scheme", "90 %", "tool's part", "unit"]
        parts.append(
            f"{result.name}: what making it easy and asking brings, and what the incentive\n"
            + table(header, rows)
        )
    return "\n\n".join(parts)


def risks_text(comparison: Comparison) -> str:
    """A table of fairness (group with the fewest expected points) and liability by scheme."""
    rows = []
    for result in comparison.results:
        for least in least_paid(result):
            error = f" ± {least.error:.0%}" if least.error < 1.0 else ""
            rows.append(
                [
                    result.name,
                    f"paid least a share: {least.group}",
                    f"{least.part:.0%}{error} of the median group",
                ]
            )
        owed = risks_json(result)["liability"]
        money = teller((owed["expected"], owed["worst"]), least=1.0)
        expected, most, worst = (money(owed[one]) for one in ("expected", "p80", "worst"))
        rows.append(
            [
                result.name,
                "owed for points",
                f"{expected}, at most {most} in 80 % of runs, {worst} at worst",
            ]
        )
    return table(["scenario", "risk", "expected"], rows)


def limits_text(comparison: Comparison) -> str:
    """A table of the checks of every limit for every scheme."""
    rows = []
    for found in comparison.choice.assessments:
        for check in found.checks:
            values = [number(check.value), number(check.limit.floor), f"{check.share_of_runs_kept:.0%}"]
            rows.append([check.limit.why, found.name, *values])
    return table(["limit", "scenario", "median", "at least", "kept in"], rows)


def waterfall_text(walk: Waterfall) -> str:
    """The waterfall of the scenario, then the essay's figures."""
    rows = [["naive reach", "", number(walk.naive), "", "people", "S"]]
    for step in walk.steps:
        values = [number(step.factor.median), *_cells(step.value, (90,))]
        rows.append([step.name, *values, step.unit, step.mark])
    people = f"{walk.employees:,} employees, {walk.contacts:,} contacts, {walk.networks} networks"
    sources = "\n".join(f"  {step.name}: [{step.mark}] {step.source}" for step in walk.steps)
    essay = table(
        ["the essay", "arithmetic", "exactly", "unit"],
        [[figure.name, figure.arithmetic, f"{int(figure.value):,}", figure.unit] for figure in walk.essay],
    )
    return "\n\n".join(
        part
        for part in [
            f"{walk.title}: everybody shares one item once on every network ({people})",
            warnings_text(walk.warnings),
            table(["step", "factor", "left", "90 %", "unit", "mark"], rows),
            "Marks: R read, M from memory, V vendor's claim, A assumption, S the scenario's own.\n" + sources,
            essay,
        ]
        if part
    )
