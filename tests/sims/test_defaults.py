"""The calibration's own bookkeeping: waves that are kept and gone on with, and bands as wide as their grade."""

import json
from pathlib import Path

import numpy as np
import pytest

from sims.defaults import NAMES, Waves, bands_of, wider
from sims.validation.plausible import GRADES, MAGNITUDES
from sims.validation.validate import TARGETS


def measured(rows: int, seed: int) -> tuple[np.ndarray, list[dict[int, float]]]:
    z = np.random.default_rng(seed).standard_normal((rows, len(NAMES)))
    return z, [{1: float(np.exp(0.5 * row[7] - 4.0)), 17: float(0.3 * np.exp(0.3 * row[30]))} for row in z]


def test_finished_waves_are_kept_and_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "waves.json"
    waves = Waves.kept_at(path)
    assert waves.wave == []
    for number in (0, 1):
        waves.add(number, *measured(5, number))
    again = Waves.kept_at(path)
    assert again.wave == [0] * 5 + [1] * 5
    assert np.array_equal(again.z, waves.z)
    assert again.found == waves.found


def test_waves_of_other_parameters_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "waves.json"
    path.write_text(json.dumps({"names": ["a"], "z": [[0.0]], "found": [{}], "wave": [0]}))
    with pytest.raises(ValueError, match="begin a new file"):
        Waves.kept_at(path)


def test_what_moves_a_target_is_found_among_all_parameters() -> None:
    waves = Waves()
    waves.add(0, *measured(64, 1))
    waves.add(1, *measured(32, 2))
    targets, bands = bands_of(waves)
    assert [target.key for target in targets] == [1, 17]
    assert [one.inputs.tolist()[0] for one in bands.emulators] == [7, 30]
    assert all(one.noise < 0.05 for one in bands.emulators)


def test_weak_evidence_binds_less_and_never_moves_the_middle() -> None:
    low, high = wider(0.5, 0.9, 1.5)
    assert low * high == pytest.approx(0.5 * 0.9)
    assert np.log(high / low) == pytest.approx(1.5 * np.log(0.9 / 0.5))
    assert {one.key for one in MAGNITUDES} == set(GRADES)
    assert not {one.key for one in TARGETS} & set(GRADES)
