"""Bands over weeks as SVG, drawn on the server: shown without JavaScript, and offered as a file.

Colours come from CSS classes; a downloaded file has its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor
from typing import Any

from rewards.digits import rounded
from web.drawing import round_step

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 460, 230, 58, 12, 12, 44
"""As wide as a card of two beside each other: on a phone its texts are made smaller by a quarter, not by a half."""
TICKS = 4
MOST_NUMBERS = 13
BANDS = ("p90", "p80", "p50")
OWN_COLOURS = (
    "<style>.band-p90{fill:#0f5f57;opacity:.16}.band-p80{fill:#0f5f57;opacity:.26}.band-p50{fill:#0f5f57;opacity:.42}"
    ".median{fill:none;stroke:#17211f;stroke-width:2}.zero{stroke:#55635f}.grid{stroke:#dfe3de}text{fill:#55635f;font:13px sans-serif}"
    "</style>"
)
Weeks = Sequence[Mapping[str, Any]]
Seen = Sequence[float | None]
"""The observed value of each week; None where unknown."""


def scale_of(several: Sequence[Weeks], seen: Seen = ()) -> tuple[float, float, float]:
    """(lowest, highest, step) of a common axis, which makes charts comparable."""
    came = [value for value in seen if value is not None]
    lows = [week["p90"][0] for weeks in several for week in weeks]
    highs = [week["p90"][1] for weeks in several for week in weeks]
    low, high = min([0.0, *lows, *came]), max([0.0, *highs, *came])
    step = round_step(high - low, TICKS)
    return floor(low / step) * step, ceil(high / step) * step, step


def bands(
    weeks: Weeks,
    scale: tuple[float, float, float],
    label: str,
    across: str,
    own: bool = False,
    *,
    seen: Seen = (),
) -> str:
    """One chart; observed values (`seen`) are dots.

    `label`: text for screen readers; `across`: name of the week axis; `own`: with colours of its own.
    """
    low, high, step = scale
    wide = (WIDTH - LEFT - RIGHT) / max(len(weeks) - 1, 1)

    def x(at: int) -> float:
        return round(LEFT + wide * at, 1)

    def y(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / ((high - low) or 1.0), 1)

    parts = []
    for tick in range(round((high - low) / step) + 1):
        value = low + tick * step
        kind = "zero" if abs(value) < step / 2 else "grid"
        parts.append(
            f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value)}" y2="{y(value)}"/>'
        )
        parts.append(
            f'<text x="{LEFT - 8}" y="{y(value) + 4}" text-anchor="end">{escape(rounded(value, step))}</text>'
        )
    for band in BANDS:
        above = [f"{x(at)},{y(week[band][1])}" for at, week in enumerate(weeks)]
        below = [f"{x(at)},{y(week[band][0])}" for at, week in reversed(list(enumerate(weeks)))]
        parts.append(f'<polygon class="band-{band}" points="{" ".join([*above, *below])}"/>')
    middle = " ".join(f"{x(at)},{y(week['median'])}" for at, week in enumerate(weeks))
    parts.append(f'<polyline class="median" points="{middle}"/>')
    parts += [
        f'<circle class="seen" cx="{x(at)}" cy="{y(value)}" r="4.5"/>'
        for at, value in enumerate(seen)
        if value is not None
    ]
    every = next(each for each in (1, 2, 4, 8, 13, 26) if len(weeks) / each <= MOST_NUMBERS)
    parts += [
        f'<text x="{x(at)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{at + 1}</text>'
        for at in range(every - 1 if every > 1 else 0, len(weeks), every)
    ]
    parts.append(
        f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{escape(across)}</text>'
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" class="weeks" role="img" '
        f'aria-label="{escape(label)}">'
    )
    return head + (OWN_COLOURS if own else "") + "".join(parts) + "</svg>"
