"""One outcome over several scenarios: its intervals as numbers, and as bars on one scale.

The bars are SVG with positions in percent: a chart fills the width available without scaling its texts,
and without JavaScript. Each bar's values are shown on hover, to screen readers, and in the table below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor

from markupsafe import Markup

from rewards.digits import rounded, step_of
from rewards.language import gettext
from web.drawing import round_step

TICKS = 4
ROW, TITLE, MIDDLE, FOOT = 46, 14, 31, 22
"""Pixels: a row's height, its title's line and its bar's middle below its top, and what the axis takes."""
HEIGHTS = {"p90": 6, "p80": 12, "p50": 18}
EDGE_PERCENT = 8.0
"""A number so near to an end of the axis begins or ends there instead of standing in its middle."""


@dataclass(frozen=True)
class Bar:
    """One scenario's interval of one outcome: the median and (low, high) of each band."""

    title: str
    median: float
    p50: tuple[float, float]
    p80: tuple[float, float]
    p90: tuple[float, float]

    def text(self, value: float) -> str:
        """A number, rounded to the digit that its middle 80 % resolves."""
        return rounded(value, step_of(self.p80[1] - self.p80[0]))

    def band(self, name: str) -> str:
        """A band in words."""
        low, high = getattr(self, name)
        return gettext("{low} to {high}").format(low=self.text(low), high=self.text(high))


@dataclass(frozen=True)
class Figure:
    """One outcome over all scenarios in a readable unit. `least_span`: the minimum span of its axis."""

    name: str
    title: str
    unit: str
    definition: str
    bars: Sequence[Bar]
    least_span: float = 0.0

    @property
    def chart(self) -> Markup:
        """The bars as SVG."""
        # Safe: drawn here, and every text in it is escaped.
        return Markup(_drawn(self))  # noqa: S704


def axis_of(figure: Figure) -> tuple[float, float, float]:
    """(lowest, highest, step) of a figure's axis."""
    low = min(bar.p90[0] for bar in figure.bars)
    high = max(bar.p90[1] for bar in figure.bars)
    missing = max(0.0, figure.least_span - (high - low)) / 2
    low, high = (max(0.0, low - missing) if missing else low), high + missing
    if high <= low:
        low, high = min(low, 0.0), max(high, 0.0) or 1.0
    step = round_step(high - low, TICKS)
    return floor(low / step) * step, ceil(high / step) * step, step


def _drawn(figure: Figure) -> str:
    low, high, step = axis_of(figure)

    def x(value: float) -> float:
        return round(100.0 * (value - low) / (high - low), 2)

    height = ROW * len(figure.bars) + FOOT
    parts = []
    for tick in range(round((high - low) / step) + 1):
        value = low + tick * step
        at = x(value)
        anchor = "start" if at < EDGE_PERCENT else "end" if at > 100 - EDGE_PERCENT else "middle"
        parts.append(f'<line class="grid" x1="{at}%" x2="{at}%" y1="0" y2="{height - FOOT}"/>')
        parts.append(
            f'<text x="{at}%" y="{height - 6}" text-anchor="{anchor}">{escape(rounded(value, step))}</text>'
        )
    parts += [_row(bar, ROW * at, x) for at, bar in enumerate(figure.bars)]
    label = f"{figure.title}. " + " ".join(_spoken(bar) for bar in figure.bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bars" width="100%" height="{height}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def _row(bar: Bar, top: int, x: Callable[[float], float]) -> str:
    middle = top + MIDDLE
    bands = "".join(
        f'<rect class="band-{name}" x="{x(getattr(bar, name)[0])}%" y="{middle - height // 2}" '
        f'width="{max(0.3, round(x(getattr(bar, name)[1]) - x(getattr(bar, name)[0]), 2))}%" height="{height}" rx="2"/>'
        for name, height in HEIGHTS.items()
    )
    at = x(bar.median)
    return (
        f"<g><title>{escape(_spoken(bar))}</title>"
        f'<text class="name" x="0" y="{top + TITLE}">{escape(bar.title)}</text>{bands}'
        f'<line class="median" x1="{at}%" x2="{at}%" y1="{middle - 12}" y2="{middle + 12}"/></g>'
    )


def _spoken(bar: Bar) -> str:
    return gettext("{title}: median {median}, nine runs in ten from {low} to {high}.").format(
        title=bar.title, median=bar.text(bar.median), low=bar.text(bar.p90[0]), high=bar.text(bar.p90[1])
    )
