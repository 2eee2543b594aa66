"""Plots of verdicts as plain SVG: for each part of a target the replicates, the band and the 90 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from sims.validation.validate import BandCheck

Floats = NDArray[np.float64]

WIDTH, MARGIN, ROW, BARS, TALLEST = 720, 24, 132, 40, 54
AXIS_BELOW_TITLE, TICKS = 88, 5
BAND, BAR, LINE, TEXT = "#cfe8cf", "#4a7fb0", "#1b1b1b", "#1b1b1b"
FAILED = "#a11d1d"
# A band's edge farther away than this many widths of the results is not drawn: that side is unbounded.
FAR_EDGE = 1.5


def svg_of(verdicts: Sequence[BandCheck]) -> str:
    """One SVG document with a row for each verdict."""
    height = ROW * len(verdicts) + 8
    label = escape("; ".join(f"{v.title}: median {number(v.median)} {v.unit}" for v in verdicts))
    rows = "\n".join(_row(verdict, ROW * place) for place, verdict in enumerate(verdicts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label="{label}" font-family="sans-serif" font-size="13">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n{rows}\n</svg>\n'
    )


def number(value: float) -> str:
    """Three significant digits, without an exponent; a true minus sign."""
    if value == 0.0:
        return "0"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    text = f"{value:.{min(digits, 4)}f}"
    return text.replace("-", "−")


def span(verdict: BandCheck) -> tuple[float, float]:
    """The ends of the axis: the replicates, and the band's edges where they are near."""
    values = np.array(verdict.values)
    low, high = float(values.min()), float(values.max())
    width = max(high - low, 0.02 * max(abs(low), abs(high)), 1e-6)
    near = [
        edge
        for edge in (verdict.low, verdict.high, *([verdict.neutral] if verdict.sign else []))
        if low - FAR_EDGE * width <= edge <= high + FAR_EDGE * width
    ]
    low, high = min(low, *near, low), max(high, *near, high)
    room = 0.06 * max(high - low, width)
    return low - room, high + room


def _row(verdict: BandCheck, top: int) -> str:
    low, high = span(verdict)
    axis = top + AXIS_BELOW_TITLE

    def at(value: float) -> float:
        part = (min(max(value, low), high) - low) / (high - low)
        return round(MARGIN + part * (WIDTH - 2 * MARGIN), 1)

    colour = TEXT if verdict.passed else FAILED
    word = "pass" if verdict.passed else "fail"
    heading = (
        f"{verdict.title} ({verdict.unit}): {number(verdict.median)} "
        f"[{number(verdict.interval[0])}, {number(verdict.interval[1])}], {word}"
    )
    first, last = at(verdict.low), at(verdict.high)
    parts = [
        f'<text x="{MARGIN}" y="{top + 20}" fill="{colour}">{escape(heading)}</text>',
        f'<rect x="{first}" y="{axis - TALLEST - 4}" width="{round(last - first, 1)}" '
        f'height="{TALLEST + 4}" fill="{BAND}"/>',
        *_bars(np.array(verdict.values), low, high, axis),
        f'<line x1="{MARGIN}" y1="{axis}" x2="{WIDTH - MARGIN}" y2="{axis}" stroke="{LINE}"/>',
        f'<line x1="{at(verdict.interval[0])}" y1="{axis + 6}" x2="{at(verdict.interval[1])}" '
        f'y2="{axis + 6}" stroke="{colour}" stroke-width="3"/>',
        f'<circle cx="{at(verdict.median)}" cy="{axis + 6}" r="5" fill="{colour}"/>',
    ]
    if verdict.sign and low <= verdict.neutral <= high:
        x = at(verdict.neutral)
        parts.append(
            f'<line x1="{x}" y1="{axis - TALLEST - 4}" x2="{x}" y2="{axis}" stroke="{LINE}" '
            'stroke-dasharray="4 3"/>'
        )
    for tick in np.linspace(low, high, TICKS + 2)[1:-1]:
        parts.append(
            f'<text x="{at(float(tick))}" y="{axis + 26}" text-anchor="middle" font-size="11" fill="{TEXT}">'
            f"{number(float(tick))}</text>"
        )
    return "\n".join(parts)


def _bars(values: Floats, low: float, high: float, axis: int) -> list[str]:
    counts, _ = np.histogram(values, bins=BARS, range=(low, high))
    step = (WIDTH - 2 * MARGIN) / BARS
    tallest = max(1, int(counts.max()))
    return [
        f'<rect x="{round(MARGIN + place * step, 1)}" y="{round(axis - TALLEST * count / tallest, 1)}" '
        f'width="{round(step - 1, 1)}" height="{round(TALLEST * count / tallest, 1)}" fill="{BAR}"/>'
        for place, count in enumerate(counts.tolist())
        if count
    ]
