"""Amounts of points as text."""


def points_text(millipoints: int) -> str:
    """Millipoints as points, exact, without idle zeros: 2500 is "2.5"."""
    sign, amount = ("-" if millipoints < 0 else ""), abs(millipoints)
    whole, rest = divmod(amount, 1000)
    return sign + (f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole))


def units(count: str, noun: str) -> str:
    """A count with its noun, in the plural but for 1."""
    return f"{count} {noun}{'' if count == '1' else 's'}"


def amount_text(millipoints: int) -> str:
    """An amount with its unit: 1 point, 2.5 points."""
    return units(points_text(millipoints), "point")
