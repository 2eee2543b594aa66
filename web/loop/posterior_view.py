"""A posterior in words: the parameters narrowed by the history, and the posterior predictive check of its summaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rewards.digits import teller
from rewards.language import gettext as _
from rewards.language import msg
from web.templating import number_text

WIDTH, HEIGHT, EDGE = 220, 30, 8
BANDS = ("p90", "p80", "p50")
SURE = (
    (0.75, msg("now well known")),
    (0.5, msg("much surer than before")),
    (0.25, msg("somewhat surer than before")),
)
UNLIKELY = 0.05
Pair = tuple[float, float]


class _Spread(BaseModel):
    model_config = ConfigDict(frozen=True)

    median: float
    p90: Pair


class _Parameter(BaseModel):
    model_config = ConfigDict(frozen=True)

    contraction: float
    moved: bool
    prior: _Spread
    posterior: _Spread


class _Summary(BaseModel):
    model_config = ConfigDict(frozen=True)

    label: str
    observed: float
    median: float
    p50: Pair
    p80: Pair
    p90: Pair
    p: float


class _Calibration(BaseModel):
    """The calibration part of a posterior file by `groundswell calibrate`; optional in a hand-made one."""

    model_config = ConfigDict(frozen=True)

    parameters: dict[str, _Parameter]
    summaries: list[_Summary]
    widened: float = 1.0
    stated: list[str] = Field(default_factory=list)


@dataclass(frozen=True)
class Moved:
    """One parameter that the history narrowed: prior and posterior."""

    name: str
    unit: str
    before: str
    after: str
    gone: float
    words: str


@dataclass(frozen=True)
class Seen:
    """One summary statistic: observed, and in the calibrated model's runs; `fits`: the observed value lies within their range."""

    label: str
    observed: str
    lived: str
    picture: Markup
    fits: bool


@dataclass(frozen=True)
class PosteriorView:
    """The view of a posterior. `told`: the file has a calibration part.

    `stays`: parameters that the history hardly narrowed; `stated`: parameters set by the scenario.
    """

    told: bool
    moved: Sequence[Moved]
    stays: Sequence[str]
    stated: Sequence[str]
    seen: Sequence[Seen]
    widened: bool
    origin: Sequence[tuple[str, str]]


def view_of(document: Mapping[str, Any], units: Mapping[str, str]) -> PosteriorView:
    """The view of a posterior document."""
    origin = [(name, str(value)) for name, value in document.get("provenance", {}).items()]
    try:
        found = _Calibration.model_validate(document.get("calibration") or {})
    except ValidationError:
        return PosteriorView(False, [], [], [], [], False, origin)
    moved = sorted(
        ((name, one) for name, one in found.parameters.items() if one.moved),
        key=lambda pair: -pair[1].contraction,
    )
    return PosteriorView(
        told=True,
        moved=[_moved(name, one, units.get(name, "")) for name, one in moved],
        stays=sorted(name for name, one in found.parameters.items() if not one.moved),
        stated=found.stated,
        seen=[_seen(one) for one in found.summaries],
        widened=found.widened > 1.0,
        origin=origin,
    )


def _moved(name: str, one: _Parameter, unit: str) -> Moved:
    words = next((text for least, text in SURE if one.contraction >= least), SURE[-1][1])
    return Moved(name, unit, _told(one.prior), _told(one.posterior), one.contraction, _(words))


def _told(one: _Spread) -> str:
    low, high = one.p90
    return _("{median} ({low} to {high})").format(
        median=number_text(one.median), low=number_text(low), high=number_text(high)
    )


def _seen(one: _Summary) -> Seen:
    low, high = one.p80
    text = teller(one.p80)
    lived = _("{low} to {high}").format(low=text(low), high=text(high))
    fits = one.p >= UNLIKELY
    return Seen(one.label, text(one.observed), lived, strip(one), fits)


def strip(one: _Summary) -> Markup:
    """SVG of one summary on its own scale: the runs' middle 90, 80 and 50 % as bands, their median, and the observed value as a dot."""
    low, high = min(one.p90[0], one.observed), max(one.p90[1], one.observed)
    wide = (high - low) or 1.0

    def x(value: float) -> float:
        return round(EDGE + (WIDTH - 2 * EDGE) * (value - low) / wide, 1)

    parts = [
        f'<polygon class="band-{name}" points="{x(a)},4 {x(b)},4 {x(b)},{HEIGHT - 4} {x(a)},{HEIGHT - 4}"/>'
        for name, (a, b) in zip(BANDS, (one.p90, one.p80, one.p50), strict=True)
    ]
    parts.append(f'<line class="median" x1="{x(one.median)}" x2="{x(one.median)}" y1="2" y2="{HEIGHT - 2}"/>')
    parts.append(f'<circle class="seen" cx="{x(one.observed)}" cy="{HEIGHT / 2:g}" r="5"/>')
    text = teller(one.p80)
    label = _("{name}: seen {seen}, the middle 80 % of the runs {low} to {high}").format(
        name=one.label,
        seen=text(one.observed),
        low=text(one.p80[0]),
        high=text(one.p80[1]),
    )
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" class="weeks strip" role="img" aria-label="{escape(label)}">'
    # Safe: drawn here, and the only text in it is escaped.
    return Markup(head + "".join(parts) + "</svg>")  # noqa: S704
