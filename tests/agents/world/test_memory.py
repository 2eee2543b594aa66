"""Large arrays go from one chunk of runs to the next, and never to two at once."""

import resource

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


def test_small_arrays_of_a_day_are_those_of_the_day_before() -> None:
    def day() -> None:
        assert sum(array[0] for array in [np.ones(40_000) for _ in range(60)]) == 60.0

    def faults() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

    with handed_on():
        day()
        before = faults()
        for _ in range(20):
            day()
        # Given back and fetched anew they are some 4,700 pages a day.
        assert faults() - before < 10_000
