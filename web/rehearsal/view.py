"""The view of a rehearsal's results: the answer in one sentence, then the numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from rewards.digits import Told, rounded, teller, told
from rewards.language import gettext as _
from rewards.language import msg
from rewards.people.tenure import GROUPS as TENURES
from web.beliefs import recalibration_of, went_by
from web.rehearsal.beside import Played, Walk, played_of, walk_of
from web.rehearsal.chart import bands, scale_of
from web.rehearsal.sheets import sheet
from web.rehearsal.turns import GAIN, turns_of
from web.runs import known_words

PARTS = {
    "segment": msg("Segment"),
    "desk": msg("At a desk or not"),
    "hours": msg("Hours"),
    "contacts": msg("Contacts, in quarters"),
    "tenure": msg("Time with the company"),
}
WORDS = {
    "desk": msg("at a desk"),
    "non-desk": msg("not at a desk"),
    "full-time": msg("full time"),
    "part-time": msg("part time"),
    "q1": msg("fewest contacts"),
    "q2": msg("fewer contacts"),
    "q3": msg("more contacts"),
    "q4": msg("most contacts"),
    **TENURES,
    "longer": msg("first day not known"),
}
RISKS = {
    "trust": (
        msg("Contacts trust sharers less"),
        msg("Trust of contacts in employees at the end, minus that of doing nothing; levels from 0 to 1."),
    ),
    "motivation": (
        msg("Points crowd out the own motive"),
        msg("Intrinsic motivation at the end, minus that of doing nothing; levels from 0 to 1."),
    ),
    "fairness": (
        msg("A segment is paid less for the same share"),
        msg("The least-paid segment's points a share, as a part of the median segment's."),
    ),
    "gamed": (
        msg("Shares are made for the points alone"),
        msg("Bought shares with less care than an indifferent sharer takes, as a part of all shares."),
    ),
}
PERCENT = frozenset({"fairness", "gamed"})


@dataclass(frozen=True)
class Week:
    """A row of the table behind a chart."""

    number: int
    clicks: Told


@dataclass(frozen=True)
class Lift:
    """The effect of one scheme compared with doing nothing."""

    name: str
    title: str
    role: str
    draft: int | None
    clicks: Told
    relative: str
    shares: Told
    beyond_tool: Told | None
    above: float
    chart: Markup
    weeks: Sequence[Week]


@dataclass(frozen=True)
class Risk:
    """One risk: its value, its limit, its worst run, and the share of runs within the limit.

    `turns`: the multiple of points that crosses the limit ("": not known yet).
    """

    title: str
    definition: str
    value: str
    limit: str
    worst: str
    kept_in: float
    kept: bool
    turns: str


@dataclass(frozen=True)
class Risks:
    """The three risks of one scheme that are nearest to their limits."""

    title: str
    named: Sequence[Risk]
    gain: str


@dataclass(frozen=True)
class Group:
    """One group under one scheme, in percent of the overall average."""

    part: str
    name: str
    people: str
    a_share: Told
    a_head: Told
    least: bool


@dataclass(frozen=True)
class Fair:
    """The groups of one scheme."""

    title: str
    groups: Sequence[Group]


@dataclass(frozen=True)
class Owed:
    """The liability of one scheme. `priced`: True where its points buy rewards that cost money."""

    title: str
    today: str
    expected: str
    p80: str
    worst: str
    points: Told
    priced: bool


@dataclass(frozen=True)
class Outcome:
    """All results shown on the page."""

    sentence: str
    known: str
    enough: bool
    lifts: Sequence[Lift]
    risks: Sequence[Risks]
    fair: Sequence[Fair]
    owed: Sequence[Owed]
    played: Sequence[Played]
    walk: Walk | None
    assumed: Mapping[str, Any]
    people: int
    origin: Mapping[str, Any]
    warnings: Sequence[str]
    went_by: str
    recalibration: int | None


def outcome_of(body: Mapping[str, Any], turning: Mapping[str, Any] | None = None) -> Outcome:
    """The view of a rehearsal's JSON; `turning`: the partial result of the search for turning points."""
    turns = turns_of(turning)
    schemes = {one["name"]: one for one in body["schemes"]}
    titles = {name: _titled(one) for name, one in schemes.items()}
    lifts = _lifts(body, schemes, titles)
    return Outcome(
        sentence=sentence(body, titles),
        known=known_words(body["precision"]),
        enough=body["precision"]["reached"],
        lifts=lifts,
        risks=[_risks(one, titles[one["scenario"]], turns.get(one["scenario"], {})) for one in body["risks"]],
        fair=[
            _fair(name, title, body["fairness"])
            for name, title in titles.items()
            if schemes[name]["role"] != "tool"
        ],
        owed=[_owed(one, titles[one["scenario"]]) for one in body["liability"]],
        played=played_of(body, titles),
        walk=walk_of(body),
        assumed=body["assumptions"],
        people=body["people"],
        origin=body["provenance"],
        warnings=body["warnings"],
        went_by=went_by(body["provenance"]),
        recalibration=recalibration_of(body["provenance"]),
    )  # fmt: skip


def sentence(body: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """The answer in one sentence."""
    choice = body["choice"]
    found = {one["scenario"]: one for one in choice["candidates"]}
    named = choice["scenario"]
    if named in titles:
        clicks = told(found[named]["incremental_clicks"])
        text = (
            _("“{title}” brings about {median} more human clicks than doing nothing ({low} to {high} in 80 % of the runs) and keeps "
              "every limit.")
            if choice["verdict"] == "clear"
            else _("“{title}” brings about {median} more human clicks than doing nothing ({low} to {high} in 80 % of the runs) and keeps "
                   "every limit; another comes as close, and awards more points.")
        )  # fmt: skip
        return text.format(title=titles[named], median=clicks.median, low=clicks.low, high=clicks.high)
    broken = [titles[name] for name, one in found.items() if not one["admissible"]]
    weak = [titles[name] for name, one in found.items() if one["admissible"]]
    parts = [_("Doing nothing is better than what was rehearsed.")]
    if broken:
        parts.append(
            _("These break a limit: {titles}.").format(titles=", ".join(f"“{one}”" for one in broken))
        )
    if weak:
        parts.append(
            _("These bring no clear gain: {titles}.").format(titles=", ".join(f"“{one}”" for one in weak))
        )
    return " ".join(parts)


def weeks_csv(body: Mapping[str, Any]) -> str:
    """Weekly clicks beyond doing nothing for each scheme, as CSV: the unrounded numbers of the charts."""
    rows = [
        [one["scenario"], at + 1, week["median"], *week["p50"], *week["p80"], *week["p90"]]
        for one in body["lift"]
        for at, week in enumerate(one["weekly"])
    ]
    head = ["scheme", "week", "median", "p50_low", "p50_high", "p80_low", "p80_high", "p90_low", "p90_high"]
    return sheet(head, rows)


def fairness_csv(body: Mapping[str, Any]) -> str:
    """Points per share and per head of each group in relation to the average, as CSV."""
    rows = [
        [
            one["scenario"], one["group"], one["people"],
            one["points_a_share"]["median"], *one["points_a_share"]["p80"],
            one["points_a_head"]["median"], *one["points_a_head"]["p80"],
        ]
        for one in body["fairness"]
    ]  # fmt: skip
    head = [
        "scheme", "group", "people", "points_a_share", "points_a_share_low", "points_a_share_high", "points_a_head",
        "points_a_head_low", "points_a_head_high",
    ]  # fmt: skip
    return sheet(head, rows)


def chart_svg(body: Mapping[str, Any], name: str) -> str | None:
    """The chart of one scheme as a file; None for an unknown scheme."""
    several = {one["scenario"]: one["weekly"] for one in body["lift"]}
    if name not in several:
        return None
    titles = {one["name"]: _titled(one) for one in body["schemes"]}
    scale = scale_of(list(several.values()))
    return bands(several[name], scale, _chart_label(titles[name]), _("Week"), own=True)


def _lifts(body: Mapping[str, Any], schemes: Mapping[str, Any], titles: Mapping[str, str]) -> list[Lift]:
    scale = scale_of([one["weekly"] for one in body["lift"]])
    return [
        Lift(
            name=one["scenario"],
            title=titles[one["scenario"]],
            role=schemes[one["scenario"]]["role"],
            draft=schemes[one["scenario"]]["draft"],
            clicks=told(one["clicks"]),
            relative="–" if one["relative_percent"] is None else _signed(one["relative_percent"]),
            shares=told(one["shares"]),
            beyond_tool=None if one["beyond_tool"] is None else told(one["beyond_tool"]),
            above=one["share_of_runs_above"],
            # Safe: drawn here, and every text in it is escaped.
            chart=Markup(bands(one["weekly"], scale, _chart_label(titles[one["scenario"]]), _("Week"))),  # noqa: S704
            weeks=[Week(at + 1, told(week)) for at, week in enumerate(one["weekly"])],
        )
        for one in body["lift"]
    ]


def _risks(one: Mapping[str, Any], title: str, turns: Mapping[str, str]) -> Risks:
    return Risks(
        title, [_risk(each, turns.get(each["name"], "")) for each in one["named"]], turns.get(GAIN, "")
    )


def _risk(one: Mapping[str, Any], turns: str) -> Risk:
    title, definition = RISKS[one["name"]]
    percent = one["name"] in PERCENT
    scale, step = (100.0, 1.0) if percent else (1.0, 0.001)
    unit = " %" if percent else ""
    value, limit, worst = (rounded(scale * one[key], step) + unit for key in ("value", "limit", "worst"))
    return Risk(_(title), _(definition), value, limit, worst, one["share_of_runs_kept"], one["kept"], turns)


def _fair(name: str, title: str, rows: Sequence[Mapping[str, Any]]) -> Fair:
    mine = [one for one in rows if one["scenario"] == name]
    groups = []
    for part in dict.fromkeys(one["group"].partition("=")[0] for one in mine):
        here = [one for one in mine if one["group"].partition("=")[0] == part]
        shares = [told(one["points_a_share"], 100.0) for one in here]
        medians = [one["points_a_share"]["median"] for one in here]
        # Differences within chance mark no group as the lowest.
        alike = len({one.median for one in shares}) == 1
        for one, a_share in zip(here, shares, strict=True):
            label = one["group"].partition("=")[2]
            groups.append(
                Group(
                    _(PARTS.get(part, part)),
                    _(WORDS[label]) if part != "segment" and label in WORDS else label,
                    rounded(one["people"], 1.0),
                    a_share,
                    told(one["points_a_head"], 100.0),
                    one["points_a_share"]["median"] == min(medians) and not alike,
                )
            )
    return Fair(title, groups)


def _owed(one: Mapping[str, Any], title: str) -> Owed:
    money = teller((one["expected"], one["worst"]), least=1.0)
    today, expected, p80, worst = (money(one[key]) for key in ("today", "expected", "p80", "worst"))
    return Owed(title, today, expected, p80, worst, told(one["points"]), one["priced"])


def _titled(one: Mapping[str, Any]) -> str:
    title = str(one["title"] or one["name"])
    if one["role"] == "tool":
        return _("The tool alone, without points")
    return _("{title} (in force)").format(title=title) if one["role"] == "live" else title


def _signed(percent: float) -> str:
    text = rounded(percent, 1.0)
    return f"+{text} %" if percent >= 0.5 else f"{text} %"


def _chart_label(title: str) -> str:
    text = _("{title}: human clicks a week more than doing nothing, with the middle 50, 80 and 90 % of the runs. The table below has the "
             "numbers.")  # fmt: skip
    return text.format(title=title)
