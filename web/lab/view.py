"""The view of a run's results: the answer in one sentence, then curves and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from rewards.digits import Told, told
from rewards.language import gettext as _
from web.beliefs import recalibration_of, went_by
from web.lab.chart import curve
from web.lab.words import gain_words, marginal_words
from web.rehearsal.beside import MARKS
from web.rehearsal.chart import bands, scale_of
from web.rehearsal.sheets import sheet
from web.runs import Body, known_words
from web.templating import number_text

ALL_CLICKS, EMPLOYEES, PAGE = "all_clicks", "human_clicks", "corporate_clicks"
MAIN = (ALL_CLICKS, EMPLOYEES, PAGE, "shares", "peer_trust", "motivation", "fear")
"""The main outcomes for a decision; all others are in the table below."""
SCALED = {"share of staff": 100.0, "share of shares": 100.0}


@dataclass(frozen=True)
class Gain:
    """One outcome of one scenario: its value, and the difference to the baseline of doing nothing (None for the baseline itself)."""

    total: Told
    more: Told | None
    above: float


@dataclass(frozen=True)
class Line:
    """One outcome in all scenarios."""

    name: str
    title: str
    unit: str
    definition: str
    gains: Sequence[Gain]


@dataclass(frozen=True)
class Drawn:
    """A scenario's weekly chart; all scenarios share one scale."""

    name: str
    title: str
    chart: Markup
    weeks: Sequence[Told]


@dataclass(frozen=True)
class Hanging:
    """An uncertain parameter that a scenario's gain depends on: the direction, its share of the spread, and its evidence."""

    title: str
    parameter: str
    more: bool
    part: float
    mark: str


@dataclass(frozen=True)
class Curve:
    """A sweep's curve of one outcome: its table, and its turning points in words."""

    name: str
    title: str
    definition: str
    chart: Markup
    rows: Sequence[tuple[str, Told, Told, float]]
    turns: str
    marginal: str


@dataclass(frozen=True)
class Outcome:
    """All numbers of a page."""

    sentence: str
    known: str
    enough: bool
    names: Sequence[str]
    main: Sequence[Line]
    more: Sequence[Line]
    drawn: Sequence[Drawn]
    hanging: Sequence[Hanging]
    lever: str
    curves: Sequence[Curve]
    warnings: Sequence[str]
    origin: Mapping[str, Any]
    went_by: str
    recalibration: int | None


def outcome_of(body: Body) -> Outcome:
    """The part of a result that the page shows."""
    titles = {one["name"]: title_of(one) for one in body["scenarios"]}
    lines = [_line(one, body["scenarios"]) for one in body["outcomes"]]
    swept = body["sweep"]
    curves = [] if swept is None else _curves(body)
    return Outcome(
        sentence=_best(body, titles) if swept is None else _turned(body, curves),
        known=known_words(body["precision"]),
        enough=body["precision"]["reached"],
        names=list(titles.values()),
        main=[one for one in lines if one.name in MAIN],
        more=[one for one in lines if one.name not in MAIN],
        drawn=[] if swept is not None else _drawn(body, titles),
        hanging=[] if swept is not None else _hanging(body, titles),
        lever="" if swept is None else _(swept["title"]),
        curves=curves,
        warnings=body["warnings"],
        origin=body["provenance"],
        went_by=went_by(body["provenance"]),
        recalibration=recalibration_of(body["provenance"]),
    )


def title_of(scenario: Body) -> str:
    """The title of a scenario on the page."""
    role = scenario["role"]
    if role == "nothing":
        return _("Do nothing")
    if role == "base":
        return _("As it is")
    return str(scenario["title"] or scenario["name"])


def _scale(unit: str) -> float:
    return SCALED.get(unit, 1.0)


def _unit(unit: str) -> str:
    return {"share of staff": _("% of staff"), "share of shares": _("% of shares")}.get(unit) or _(unit)


def _line(outcome: Body, scenarios: Sequence[Body]) -> Line:
    name, scale = str(outcome["name"]), _scale(outcome["unit"])
    gains = [
        Gain(
            told(one["totals"][name], scale),
            None if one["role"] == "nothing" else told(one["more"][name], scale),
            one["more"][name]["share_of_runs_above"],
        )
        for one in scenarios
    ]
    return Line(name, _(outcome["title"]), _unit(outcome["unit"]), _(outcome["definition"]), gains)


def _best(body: Body, titles: Mapping[str, str]) -> str:
    """The scenario with the most clicks, and whether its lead is beyond chance."""
    others = [one for one in body["scenarios"] if one["role"] != "nothing"]
    if not others:
        return _("There is nothing beside doing nothing: add a variant.")
    best = max(others, key=lambda one: one["more"][ALL_CLICKS]["median"])
    gain = best["more"][ALL_CLICKS]
    clicks = told(gain)
    places = {
        "title": titles[best["name"]],
        "median": clicks.median,
        "low": clicks.low,
        "high": clicks.high,
        "share": f"{100 * gain['share_of_runs_above']:.0f} %",
    }
    if gain["median"] <= 0.0:
        text = _("Nothing here brings more clicks than doing nothing; “{title}” comes nearest, with {median} ({low} to {high} in 80 % of "
                 "the runs).")  # fmt: skip
    elif gain["p80"][0] > 0.0:
        text = _(
            "“{title}” brings the most: about {median} more clicks than doing nothing ({low} to {high} in 80 % of the runs)."
        )
    else:
        text = _("“{title}” brings the most, and it is not clear that it brings anything: {median} more clicks than doing "
                 "nothing ({low} to {high} in 80 % of the runs; more in {share} of them).")  # fmt: skip
    return text.format(**places)


def _turned(body: Body, curves: Sequence[Curve]) -> str:
    first = curves[0]
    return f"{first.turns} {first.marginal}"


def _drawn(body: Body, titles: Mapping[str, str]) -> list[Drawn]:
    others = [one for one in body["scenarios"] if one["role"] != "nothing"]
    if not others or not others[0]["weekly_more"][ALL_CLICKS]:
        return []
    scale = scale_of([one["weekly_more"][ALL_CLICKS] for one in others])
    return [
        Drawn(
            one["name"],
            titles[one["name"]],
            # Safe: drawn here, and every text in it is escaped.
            Markup(bands(one["weekly_more"][ALL_CLICKS], scale, _label(titles[one["name"]]), _("Week"))),  # noqa: S704
            [told(week) for week in one["weekly_more"][ALL_CLICKS]],
        )
        for one in others
    ]


def _curves(body: Body) -> list[Curve]:
    outcomes = {one["name"]: one for one in body["outcomes"]}
    settings, gains = body["sweep"]["settings"], _settings(body)
    found = []
    for turn in body["sweep"]["turns"]:
        name = turn["outcome"]
        scale, title = _scale(outcomes[name]["unit"]), _(outcomes[name]["title"])
        rows = [
            (number_text(at), told(one["totals"][name], scale), told(one["more"][name], scale), one["more"][name]["share_of_runs_above"])
            for at, one in zip(settings, gains, strict=True)
        ]  # fmt: skip
        found.append(
            Curve(
                name, title, _(outcomes[name]["definition"]), Markup(_curve_svg(body, turn, title)),  # noqa: S704
                rows, gain_words(turn["gain"], settings, title, [one["more"][name] for one in gains]),
                marginal_words(turn["marginal"], settings, title),
            )
        )  # fmt: skip
    return found


def _hanging(body: Body, titles: Mapping[str, str]) -> list[Hanging]:
    return [
        Hanging(
            titles[one["scenario"]],
            named["parameter"],
            named["correlation"] > 0.0,
            named["part"],
            _(MARKS[named["mark"]]),
        )
        for one in body.get("hanging", ())
        for named in one["named"]
    ]


def _settings(body: Body) -> list[Body]:
    return [one for one in body["scenarios"] if one["role"] == "setting"]


def _curve_svg(body: Body, turn: Body, title: str, own: bool = False) -> str:
    at, ends = turn["gain"]["at"], turn["gain"]["interval_80"]
    words = _(
        "{title} more than doing nothing at each setting, with the middle 50 and 80 % of the runs. The table below has the numbers."
    )
    return curve(
        body["sweep"]["settings"],
        [one["more"][turn["outcome"]] for one in _settings(body)],
        words.format(title=title),
        _(body["sweep"]["title"]),
        turn=None if at is None or ends is None else (at, ends[0], ends[1]),
        own=own,
    )  # fmt: skip


def _label(title: str) -> str:
    words = _(
        "{title}: clicks a week more than doing nothing, with the middle 50, 80 and 90 % of the runs. The table below has the numbers."
    )
    return words.format(title=title)


def svg_of(body: Body, name: str) -> str | None:
    """A chart as a file: a scenario's weeks, or the curve of an outcome; None for an unknown name."""
    titles = {one["name"]: title_of(one) for one in body["scenarios"]}
    if body["sweep"] is not None:
        outcomes = {one["name"]: _(one["title"]) for one in body["outcomes"]}
        turn = next((one for one in body["sweep"]["turns"] if one["outcome"].replace("_", "-") == name), None)
        return None if turn is None else _curve_svg(body, turn, outcomes[turn["outcome"]], own=True)
    others = {one["name"]: one["weekly_more"][ALL_CLICKS] for one in body["scenarios"] if one["role"] != "nothing"}  # fmt: skip
    if name not in others or not others[name]:
        return None
    return bands(others[name], scale_of(list(others.values())), _label(titles[name]), _("Week"), own=True)


HEAD = ("median", "p50_low", "p50_high", "p80_low", "p80_high", "p90_low", "p90_high")


def _whole(one: Body) -> list[object]:
    return [one["median"], *one["p50"], *one["p80"], *one["p90"]]


def outcomes_csv(body: Body) -> str:
    """Every outcome of every scenario as CSV: the value, and the difference to doing nothing."""
    rows = [
        [one["name"], one["setting"], outcome["name"], of, *_whole(one[key][outcome["name"]]),
         one["more"][outcome["name"]]["share_of_runs_above"] if key == "more" else ""]
        for one in body["scenarios"]
        for outcome in body["outcomes"]
        for of, key in (("total", "totals"), ("more than doing nothing", "more"))
        if key == "totals" or one["role"] != "nothing"
    ]  # fmt: skip
    return sheet(["scenario", "setting", "outcome", "of", *HEAD, "share_of_runs_above"], rows)


def weeks_csv(body: Body) -> str:
    """Weekly clicks beyond doing nothing, as CSV."""
    rows = [
        [one["name"], one["setting"], name, at + 1, *_whole(week)]
        for one in body["scenarios"]
        if one["role"] != "nothing"
        for name in (ALL_CLICKS, EMPLOYEES, PAGE)
        for at, week in enumerate(one["weekly_more"][name])
    ]
    return sheet(["scenario", "setting", "outcome", "week", *HEAD], rows)


def curve_csv(body: Body) -> str | None:
    """Each outcome of a sweep by setting, with its turning points, as CSV; None for a run without a sweep."""
    if body["sweep"] is None:
        return None
    rows = []
    for turn in body["sweep"]["turns"]:
        gain, marginal = turn["gain"], turn["marginal"]
        ends = [gain["at"], *(gain["interval_80"] or ("", "")), marginal["at"], *(marginal["interval_80"] or ("", ""))]  # fmt: skip
        for at, one in zip(body["sweep"]["settings"], _settings(body), strict=True):
            more = one["more"][turn["outcome"]]
            rows.append([body["sweep"]["lever"], at, turn["outcome"], *_whole(more), more["share_of_runs_above"], *ends])  # fmt: skip
    head = ["lever", "setting", "outcome", *HEAD, "share_of_runs_above", "sign_turns_at", "sign_p80_low", "sign_p80_high",
        "one_more_brings_less_beyond", "beyond_p80_low", "beyond_p80_high"]  # fmt: skip
    return sheet(head, [["" if cell is None else cell for cell in row] for row in rows])
