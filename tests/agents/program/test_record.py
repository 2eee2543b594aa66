"""Events stand in canonical order: by instant, then kind, number and ordinal, however many happen at one second."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.program.record import Rows


@given(size=st.integers(0, 60), seconds=st.integers(1, 40), seed=st.integers(0, 1 << 32))
def test_the_order_of_events_is_that_of_their_instants_and_ids(size: int, seconds: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = {name: rng.integers(0, 4, size) for name in Rows._fields}
    rows = Rows(**{**columns, "seconds": rng.integers(0, seconds, size), "kind": rng.integers(0, 3, size)})
    order = np.lexsort((rows.ordinal, rows.number, rows.kind, rows.seconds))
    assert [column.tolist() for column in rows.ordered()] == [column[order].tolist() for column in rows]
