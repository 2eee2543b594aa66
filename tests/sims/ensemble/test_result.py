"""Totals, weeks, the tidy table and JSON on a hand-made ensemble of two runs and nine days."""

import json

import numpy as np
import pytest

from sims.ensemble.result import ALL, OutcomeSpec, Provenance, Result, Stacked

CLICKS = OutcomeSpec("clicks", "Clicks", "clicks", "Human clicks.", "flow", "more")
TRUST = OutcomeSpec("trust", "Trust", "0 to 1", "Mean trust.", "stock", "more")


@pytest.fixture
def result() -> Result:
    clicks = np.array([np.arange(9.0), np.ones(9)])
    trust = np.array([np.linspace(0.0, 0.8, 9), np.full(9, 0.5)])
    provenance = Provenance("0.1", "toy", "abc", {"s": "def"}, 7, 2, 9)
    daily = {ALL: {"clicks": clicks, "trust": trust}, "segment=sales": {"clicks": clicks / 2}}
    return Result("A toy", provenance, {"clicks": CLICKS, "trust": TRUST}, daily, ("clicks", "trust"))


def test_a_flow_adds_up_and_a_stock_is_its_last_week(result: Result) -> None:
    assert result.total("clicks").tolist() == [36.0, 9.0]
    assert result.total("trust") == pytest.approx([0.5, 0.5])
    assert result.total("clicks", "segment=sales").tolist() == [18.0, 4.5]


def test_only_whole_weeks_are_reported(result: Result) -> None:
    assert result.weekly("clicks").tolist() == [[21.0], [7.0]]
    assert result.weekly("trust")[0] == pytest.approx([0.3])


def test_the_frame_is_tidy(result: Result) -> None:
    frame = result.frame()
    assert list(frame.columns) == ["run", "day", "split", "outcome", "value"]
    assert len(frame) == 2 * 9 * 3
    sales = frame[(frame["split"] == "segment=sales") & (frame["run"] == 0) & (frame["day"] == 8)]
    assert sales["value"].tolist() == [4.0]


def test_json_carries_provenance_and_no_nan(result: Result) -> None:
    body = json.loads(json.dumps(result.as_json(), allow_nan=False))
    assert body["provenance"]["scheme_hashes"] == {"s": "def"}
    assert body["totals"]["clicks"]["median"] == 22.5
    assert body["totals_by_run"]["clicks"] == [36.0, 9.0]
    assert body["splits"]["segment=sales"]["clicks"]["p90"][0] == pytest.approx(4.5 + 0.05 * 13.5)


def test_outcomes_are_put_together_when_asked_for_and_nobody_there_is_nothing() -> None:
    one, other = ({name: np.full(3, value) for name in ("clicks", "shares")} for value in (1.0, 2.0))
    stacked = Stacked([None, one, None, other])
    assert list(stacked) == ["clicks", "shares"]
    assert len(stacked) == 2
    assert stacked["clicks"].tolist() == [[0.0] * 3, [1.0] * 3, [0.0] * 3, [2.0] * 3]
    assert stacked["clicks"] is stacked["clicks"]
    assert "trust" not in stacked
    with pytest.raises(KeyError):
        stacked["trust"]
