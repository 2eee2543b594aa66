"""Large arrays go from one chunk of runs to the next, and never to two at once."""

import numpy as np

from agents.world.memory import give_up, handed_on, unwritten


def test_memory_is_handed_on_and_never_shared() -> None:
    give_up()
    with handed_on():
        one, other = unwritten(1000, np.int32), unwritten(1000, np.int32)
        one[:], other[:] = 1, 2
        with handed_on():
            inner = unwritten(10, np.int32)
            inner[:] = 3
        again = unwritten(10, np.int32)
        assert again.tolist() == [3] * 10
        again[:] = 4
        assert (one == 1).all()
        assert (other == 2).all()
    with handed_on():
        assert set(unwritten(10, np.int32).tolist()) <= {1, 2, 3, 4}
    assert unwritten(5, np.int32).tolist() == [0] * 5
    give_up()
