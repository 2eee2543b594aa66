"""Both endpoints take the same events, and each figure is there."""

import pytest

from benchmarks import intake


def test_both_endpoints_take_the_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "TURN", 24)
    monkeypatch.setattr(intake, "ALONE", 3)
    # It ends with an AssertionError where one was refused, or where the ledger does not verify.
    found = intake.compare("sqlite", None, 48)
    for order in ("in_order", "out_of_order"):
        assert found[order]["events"] == 48
        assert found[order]["share"] > 0
    assert found["one_sender"]["empty_answer_us"] > 0
