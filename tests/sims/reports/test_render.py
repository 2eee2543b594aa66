"""Numbers as the terminal shows them."""

import numpy as np
import pytest

from sims.ensemble.intervals import interval
from sims.ensemble.precision import Precision, reached
from sims.reports.render import number, precision_text, spread


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (-0.0, "0"), (14.5, "14.5"), (0.02143, "0.02143"), (-6.113e-05, "-6.113e-05"), (3694.2, "3,694"), (12.0, "12")],
)  # fmt: skip
def test_numbers_are_short(value: float, shown: str) -> None:
    assert number(value) == shown


def test_what_interpolation_leaves_of_a_zero_is_a_zero() -> None:
    """Four fifths between -4 and 1 are 0, but for rounding."""
    found = interval(np.array([-5.0, -4.0, 1.0]))
    assert found.p80[1] != 0
    assert spread(found.p80) == "-4.8 to 0"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("shares=12.5%", "the width of its middle 80 %; asked was 12.5% of it"), ("shares=7", "asked was ± 7")],
)
def test_what_was_asked_stands_in_the_unit_of_what_was_reached(asked: str, shown: str) -> None:
    assert precision_text(reached(Precision.parse(asked), [np.arange(90.0)])).endswith(shown)
