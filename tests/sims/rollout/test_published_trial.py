"""A published trial of thanks, analysed as if it were a rollout.

The known difference comes out, and no more is claimed than it can carry.
"""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from sims.rollout.analysis import MORE, UNTOLD, judged
from sims.rollout.units import read_units

TRIAL = Path(__file__).parents[4] / "shared" / "data" / "recognition_rct_wikipedia_de" / "thankees_de.csv.gz"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The trial in the columns of a rollout: people are units, drawn within blocks; the outcome is coming back within two weeks."""
    if not TRIAL.exists():
        pytest.skip("shared/data/recognition_rct_wikipedia_de is not here")
    out = tmp_path / "trial.csv"
    with (
        gzip.open(TRIAL, "rt", encoding="utf-8") as rows,
        out.open("w", encoding="utf-8", newline="") as made,
    ):
        writer = csv.writer(made)
        writer.writerow(("unit", "value", "start", "stratum"))
        for number, row in enumerate(csv.DictReader(rows)):
            start = "0" if row["randomization.arm"] == "1" else "never"
            came_back = int(row["two.week.retention"] == "True")
            writer.writerow((f"u{number}", came_back, start, row["randomization.block.id"]))
    return out


def test_the_blocked_difference_and_its_error(table: Path) -> None:
    units = read_units(table)
    rates, treated = units.rates[:, 0], units.starts == 0
    body = judged(units, 0.05)
    found = body["effect"]
    # By hand: the mean over blocks that have both kinds, each weighed by its share of the contrast.
    contrasts = []
    for block in np.unique(units.strata):
        here = units.strata == block
        mine, others = rates[here & treated], rates[here & ~treated]
        if mine.size and others.size:
            contrasts.append(
                (mine.size * others.size / (mine.size + others.size), mine.mean() - others.mean())
            )
    weights, differences = np.array(contrasts).T
    estimate = float(weights @ differences / weights.sum())
    assert found["estimate"] == pytest.approx(estimate, abs=1e-9)
    plain = float(np.sqrt((weights**2 * (differences - estimate) ** 2).sum()) / weights.sum())
    assert found["error"] == pytest.approx(plain, rel=0.1)
    # Pooled over four languages about two points more came back; one language alone is no proof of it, and does not rule it out.
    assert found["low"] < 0.02 < found["high"]
    assert body["verdict"] in (UNTOLD, MORE)
    assert (body["verdict"] == MORE) == (found["low"] > 0)
    assert found["robust"][0] == pytest.approx(found["low"], abs=0.004)
    assert found["robust"][1] == pytest.approx(found["high"], abs=0.004)
    assert 0.1 < found["untreated"] < 0.5
