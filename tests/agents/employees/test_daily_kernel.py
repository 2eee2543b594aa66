"""The compiled day of those to whom nothing happened has the bits of the updates of `agents.employees.state`."""

import numpy as np

from agents.employees import state
from agents.employees.daily_kernel import MOOD_LAWS, calm, rest
from agents.parameters.default_posterior import draw_parameters
from agents.world.lanes import Draw, Lanes

LANES = Lanes([Draw(1, run, draw_parameters(1, run)) for run in range(3)], [40, 50, 60])
RNG = np.random.default_rng(5)
N = LANES.size


def test_rest() -> None:
    base, motivation, recognition = RNG.random(N), RNG.random(N), RNG.random(N)
    thanked, p = np.where(RNG.random(N) < 0.2, 1.5, 0.0), LANES.rows
    recovered = state.towards(motivation, base, p.motivation_recovered)
    wanted = state.praise(state.erode(recovered, base, np.zeros(N), p), thanked, p)
    faded = recognition * p.recognition_kept
    remembered = faded + thanked * np.maximum(0.0, 1.0 - faded / p.recognition_most)
    rest(LANES.first, LANES.laws.table(MOOD_LAWS), base, thanked, motivation, recognition)
    assert motivation.tobytes() == wanted.tobytes()
    assert recognition.tobytes() == remembered.tobytes()


def test_calm() -> None:
    strictness, fear = RNG.random(N), RNG.random(N)
    trained, present = RNG.random(N) < 0.5, RNG.random(N) < 0.9
    nothing = np.zeros(N)
    moved = state.fear_after(fear, strictness, trained, nothing, nothing, p=LANES.rows)
    wanted = np.where(present, moved, fear)
    table = LANES.laws.table(MOOD_LAWS)
    calm(LANES.first, table, strictness, trained.view(np.uint8), present.view(np.uint8), fear)
    assert fear.tobytes() == wanted.tobytes()
