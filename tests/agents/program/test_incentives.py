"""What a program offers: one value for all takes no memory, and is written to person by person without touching other columns."""

import numpy as np

from agents.program.incentives import Incentives

N = 40
RNG = np.random.default_rng(3)


def test_what_is_the_same_for_all_takes_no_memory_until_it_is_written_to() -> None:
    offer = Incentives.none(N)
    offer.put("weeks", None, 3.0)
    assert offer.weeks.strides == (0,)
    assert (offer.weeks == 3.0).all()
    some = np.arange(N) < 5
    offer.set(some, weeks=1.0, share_points=2.0)
    assert offer.weeks.tolist() == [1.0] * 5 + [3.0] * (N - 5)
    assert offer.share_points.sum() == 10.0
    assert not offer.click_points.any()
    assert not offer.prize.any()


def test_what_is_expected_of_a_share_is_that_of_each_sharer() -> None:
    offer, clicks = Incentives.none(N), RNG.random(N)
    for name in ("share_points", "click_points", "tangible", "prize"):
        offer.put(name, None, np.where(RNG.random(N) < 0.5, RNG.random(N), 0.0))
    offer.put("expected", None, 0.5)
    who = np.array([2, 2, 7, 31])
    points, tangible = offer.of_share(who, clicks)
    for at, one in enumerate(who):
        wanted = offer.share_points[one] + offer.click_points[one] * clicks[one]
        assert points[at] == wanted
        assert tangible[at] == max(offer.tangible[one] * 0.5 * (wanted > 0.0), offer.prize[one])
