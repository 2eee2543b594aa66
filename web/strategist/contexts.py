"""The view of a stored comparison on the strategist's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rewards.language import gettext, msg, said
from rewards.people.accounts import Account
from rewards.people.people import Person
from sims.comparison.wording import reason_in_words, rule_in_words
from sims.reports.stored import StoredComparison
from web.strategist.figures import Bar, Figure

# Outcomes that decide; every other one is behind a click.
HEADLINES = (
    "human_clicks",
    "shares",
    "weekly_sharers",
    "peer_trust",
    "motivation",
    "points",
    "points_gini",
    "recognition_coverage",
)
PERCENT_UNITS = {"share of staff": msg("% of staff")}
LEAST_SPANS = {"level 0-1": 0.1, "Gini 0-1": 0.1}
"""Levels from 0 to 1 are never drawn on less than a tenth of their range, or a trifle would look like a difference."""
_RULE_NOW = rule_in_words()
"""As it is stored: a comparison of an older version may have gone by another rule, which is shown as it was."""
BANDS = ("p50", "p80", "p90")


@dataclass(frozen=True)
class Verdict:
    """One candidate under the decision rule: `clicks` against doing nothing, each limit, and the verdict."""

    title: str
    clicks: Bar
    share_above_nothing: float
    checks: Sequence[Mapping[str, Any]]
    points: float
    ending: str
    chosen: bool


@dataclass(frozen=True)
class Pair:
    """Paired differences between two scenarios.

    (Figure with one bar, share of runs in which the first is higher, share of the spread due to parameters with its error: None where it
    was not computed.)
    """

    title: str
    against: str
    rows: Sequence[tuple[Figure, float, Mapping[str, float] | None]]
    drawn: bool


@dataclass(frozen=True)
class LiftTable:
    """Lift of the tool in one scenario, and of its scheme in addition: a figure per outcome with a bar each, and the tool's share."""

    title: str
    has_tool: bool
    rows: Sequence[tuple[Figure, float | None]]


@dataclass(frozen=True)
class ComparisonContext:
    """Page context. `stored`: the latest comparison (None: none yet); figures of `headlines` are drawn first, then `more`."""

    account: Account
    person: Person
    stored: StoredComparison | None
    choice: str = ""
    verdict: str = ""
    rule: str = ""
    reason: str = ""
    verdicts: Sequence[Verdict] = ()
    headlines: Sequence[Figure] = ()
    more: Sequence[Figure] = ()
    pairs: Sequence[Pair] = ()
    lifts: Sequence[LiftTable] = ()


def comparison_context(
    account: Account, person: Person, stored: StoredComparison | None
) -> ComparisonContext:
    """The page context of a stored comparison."""
    if stored is None:
        return ComparisonContext(account, person, None)
    body = stored.body
    titles = {scenario["name"]: str(scenario["title"]) for scenario in body["scenarios"]}
    figures = [_figure(outcome, body["scenarios"]) for outcome in body["outcomes"]]
    by_name = {figure.name: figure for figure in figures}
    headlines = [by_name[name] for name in HEADLINES if name in by_name]
    more = [figure for figure in figures if figure.name not in HEADLINES]
    choice = body["choice"]
    return ComparisonContext(
        account,
        person,
        stored,
        choice=gettext("Do nothing") if choice["scenario"] == "none" else titles[choice["scenario"]],
        reason=reason_in_words(choice, lambda name: said("“{title}”", title=titles.get(name, name))),
        verdict=gettext(choice["verdict"]),
        rule=rule_in_words() if choice["rule"] == _RULE_NOW else choice["rule"],
        verdicts=[_verdict(found, choice["scenario"], titles) for found in choice["candidates"]],
        headlines=headlines,
        more=more,
        pairs=_pairs(body, titles),
        lifts=_lifts(body, titles),
    )


def _scaled(outcome: Mapping[str, Any]) -> tuple[float, str]:
    unit = str(outcome["unit"])
    return (100.0, gettext(PERCENT_UNITS[unit])) if unit in PERCENT_UNITS else (1.0, gettext(unit))


def _bar(title: str, interval: Mapping[str, Any], scale: float = 1.0) -> Bar:
    bands = {band: (scale * interval[band][0], scale * interval[band][1]) for band in BANDS}
    return Bar(title, scale * interval["median"], **bands)


def _figure(outcome: Mapping[str, Any], scenarios: Sequence[Mapping[str, Any]]) -> Figure:
    scale, unit = _scaled(outcome)
    name = str(outcome["name"])
    bars = [_bar(s["title"], s["totals"][name], scale) for s in scenarios if name in s["totals"]]
    least = LEAST_SPANS.get(str(outcome["unit"]), 0.0)
    return Figure(name, gettext(outcome["title"]), unit, gettext(outcome["definition"]), bars, least)


def _verdict(found: Mapping[str, Any], chosen: str, titles: Mapping[str, str]) -> Verdict:
    name = str(found["scenario"])
    if name == chosen:
        ending = gettext("Chosen")
    elif not found["admissible"]:
        ending = gettext("Out: breaks a limit")
    else:
        ending = gettext("Not chosen")
    return Verdict(
        titles[name],
        _bar(titles[name], found["incremental_clicks"]),
        found["share_of_runs_above_nothing"],
        found["checks"],
        found["median_points"],
        ending,
        name == chosen,
    )


def _pairs(body: Mapping[str, Any], titles: Mapping[str, str]) -> list[Pair]:
    outcomes = {outcome["name"]: outcome for outcome in body["outcomes"]}
    rank = {name: at for at, name in enumerate(HEADLINES)}
    found: dict[tuple[str, str], list[tuple[Figure, float, Mapping[str, float] | None]]] = {}
    for difference in sorted(body["differences"], key=lambda d: rank.get(d["outcome"], len(rank))):
        outcome = outcomes[difference["outcome"]]
        scale, unit = _scaled(outcome)
        title = gettext(outcome["title"])
        bar = _bar(title, difference["interval"], scale)
        figure = Figure(outcome["name"], title, unit, gettext(outcome["definition"]), [bar])
        key = (difference["scenario"], difference["against"])
        row = (figure, difference["share_of_runs_higher"], difference.get("uncertainty"))
        found.setdefault(key, []).append(row)
    return [
        Pair(titles[name], titles[against], rows, any(row[2] for row in rows))
        for (name, against), rows in found.items()
    ]


def tool_share(lift: Mapping[str, Any], outcome: Mapping[str, Any]) -> float | None:
    """The tool's share of the lift; None where the lift is too small for a share to mean anything."""
    came = max(abs(lift[part]["interval"]["median"]) for part in ("tool", "incentive"))
    share: float | None = lift["tool_share"]
    # A tenth of the narrowest chart is hardly visible.
    return share if came >= LEAST_SPANS.get(str(outcome["unit"]), 0.0) / 10 else None


def _lifts(body: Mapping[str, Any], titles: Mapping[str, str]) -> list[LiftTable]:
    outcomes = {outcome["name"]: outcome for outcome in body["outcomes"]}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for lift in body.get("lifts", ()):
        if lift["outcome"] in HEADLINES:
            found.setdefault(lift["scenario"], []).append(lift)
    tables = []
    for name, lifts in found.items():
        rows = []
        for lift in sorted(lifts, key=lambda each: HEADLINES.index(each["outcome"])):
            outcome = outcomes[lift["outcome"]]
            scale, unit = _scaled(outcome)
            bars = [_bar(part, lift[part]["interval"], scale) for part in ("tool", "incentive")]
            figure = Figure(
                outcome["name"], gettext(outcome["title"]), unit, gettext(outcome["definition"]), bars
            )
            rows.append((figure, tool_share(lift, outcome)))
        tables.append(LiftTable(titles[name], lifts[0]["has_tool"], rows))
    return tables
