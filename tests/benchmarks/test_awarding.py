"""The writes by hand leave the database that awarding leaves: else the benchmark compares two different things."""

from benchmarks.awarding import TURN, compare


def test_both_ways_write_the_same_rows() -> None:
    # It ends with an AssertionError where they differ.
    assert compare("sqlite", None, 2 * TURN)["events"] == 2 * TURN
