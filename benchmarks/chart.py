"""The chart of the propagation benchmark, written as plain SVG."""

from __future__ import annotations

from typing import Any

WIDTH, BAR, LEFT, RIGHT = 760, 18, 220, 90
INK, OURS, THEIRS, FAINT = "#1f2933", "#0b7285", "#adb5bd", "#e9ecef"


def bar_chart(result: dict[str, Any]) -> str:
    """Cascades per second of everybody, on a logarithmic scale, one panel for each graph and p."""
    panels = [row for row in result["cascades"] if not row["per_edge"]]
    parts: list[str] = []
    y = 50
    rates = [row["runs_per_s"] for row in panels]
    rates += [seen["runs_per_s"] for row in panels for seen in row["peers"].values()]
    low, high = _decade(min(rates), 0), _decade(max(rates), 1)
    for row in panels:
        parts.append(_text(10, y + 14, f"{row['people']:,} people, p = {row['p']}", "bold"))
        y += 24
        speeds = {"this engine": row["runs_per_s"]}
        speeds |= {name: seen["runs_per_s"] for name, seen in row["peers"].items()}
        for name, rate in sorted(speeds.items(), key=lambda pair: -pair[1]):
            length = (WIDTH - LEFT - RIGHT) * _share(rate, low, high)
            colour = OURS if name == "this engine" else THEIRS
            parts.append(_text(LEFT - 8, y + 13, name, "normal", "end"))
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 4}" rx="2" fill="{colour}"/>'
            )
            parts.append(_text(LEFT + length + 6, y + 12, f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"))
            y += BAR
        y += 14
    lines = []
    for power in range(low, high + 1):
        x = LEFT + (WIDTH - LEFT - RIGHT) * (power - low) / (high - low)
        lines.append(f'<line x1="{x:.1f}" y1="44" x2="{x:.1f}" y2="{y}" stroke="{FAINT}"/>')
    title = "Cascades per second on one core (logarithmic scale)"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}" role="img" aria-label="{title}" '
        f'font-family="system-ui, sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        + "\n".join([_text(10, 26, title, "bold"), *lines, *parts])
        + "\n</svg>\n"
    )


def _decade(rate: float, above: int) -> int:
    power = 0
    while 10.0**power > rate:
        power -= 1
    while 10.0 ** (power + 1) <= rate:
        power += 1
    return power + above


def _share(rate: float, low: int, high: int) -> float:
    from math import log10

    return max(0.0, (log10(rate) - low) / (high - low))


def _text(x: float, y: float, text: str, weight: str = "normal", anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{text}</text>'
    )
