"""The curve of a sweep as SVG: the median over the settings of a lever, and the middle 50 and 80 % of the runs around it.

Colours come from CSS classes; a downloaded file has its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from rewards.digits import rounded
from web.rehearsal.chart import BOTTOM, HEIGHT, LEFT, OWN_COLOURS, RIGHT, TOP, WIDTH, scale_of
from web.templating import number_text

BANDS = ("p80", "p50")
MOST_LABELS = 8
TURN = "<style>.turn{stroke:#8a5a00;stroke-width:2;stroke-dasharray:6 4}.turn-band{fill:#8a5a00;opacity:.14}</style>"
Intervals = Sequence[Mapping[str, Any]]


def curve(
    settings: Sequence[float],
    gains: Intervals,
    label: str,
    across: str,
    *,
    turn: tuple[float, float, float] | None = None,
    own: bool = False,
) -> str:
    """One curve. `label`: text for screen readers; `across`: the lever's name; `turn`: the turning point with its 80 % interval."""
    low, high, step = scale_of([gains])
    first, last = settings[0], settings[-1]
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(value: float) -> float:
        return round(LEFT + wide * (value - first) / ((last - first) or 1.0), 1)

    def y(value: float) -> float:
        return round(TOP + tall * (high - value) / ((high - low) or 1.0), 1)

    parts = _ground(low, high, step, y)
    if turn is not None:
        at, least, most = (min(max(each, first), last) for each in turn)
        parts.append(
            f'<rect class="turn-band" x="{x(least)}" y="{TOP}" width="{max(x(most) - x(least), 1.0):.1f}" height="{tall}"/>'
        )
        parts.append(f'<line class="turn" x1="{x(at)}" x2="{x(at)}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
    for band in BANDS:
        above = [f"{x(at)},{y(one[band][1])}" for at, one in zip(settings, gains, strict=True)]
        below = [f"{x(at)},{y(one[band][0])}" for at, one in zip(settings, gains, strict=True)]
        parts.append(f'<polygon class="band-{band}" points="{" ".join([*above, *reversed(below)])}"/>')
    middle = " ".join(f"{x(at)},{y(one['median'])}" for at, one in zip(settings, gains, strict=True))
    parts.append(f'<polyline class="median" points="{middle}"/>')
    every = -(-len(settings) // MOST_LABELS)
    parts += [
        f'<text x="{x(at)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{escape(number_text(at))}</text>'
        for at in settings[::every]
    ]
    parts.append(
        f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{escape(across)}</text>'
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" class="weeks" role="img" '
        f'aria-label="{escape(label)}">'
    )
    return head + (OWN_COLOURS + TURN if own else "") + "".join(parts) + "</svg>"


def _ground(low: float, high: float, step: float, y: Any) -> list[str]:
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
    return parts
