"""Amounts of points as text."""

from rewards.language import in_signs, ngettext


def points_text(millipoints: int) -> str:
    """Millipoints as points, exact, without trailing zeros, in the stored form: 2500 is "2.5"."""
    sign, amount = ("-" if millipoints < 0 else ""), abs(millipoints)
    whole, rest = divmod(amount, 1000)
    return sign + (f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole))


def several(count: int, one: str, many: str = "") -> str:
    """A count with its noun in English: 1 day, 1,200 people."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def counted_points(points: str) -> str:
    """Points in the stored form with their unit: 1 point, 2.5 points."""
    return ngettext("{count} point", "{count} points", 1 if points == "1" else 2).format(
        count=in_signs(points)
    )


def amount_text(millipoints: int) -> str:
    """An amount with its unit: 1 point, 2.5 points."""
    return counted_points(points_text(millipoints))
