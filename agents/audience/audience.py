"""One day's posts and what comes of them: the equations of the audience's side."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Posts(NamedTuple):
    """One day's posts of employees and corporate accounts, arrays of one length.

    source      place among all runs' sources (a model of one run: the node); `ordinal` tells apart the posts of one source on one day
    topic       column of interest
    visibility  of the channel
    premium     factor on clicks (1 for a corporate account)
    effort      care of what was written, 0 to 1
    polish      of the item, and of template text that others have posted before
    useful, promotional, disclosure  levels of the item
    tangible    1 where the sharer was tangibly rewarded for it (a fraction: the tangible part)
    """

    source: Ints
    ordinal: Ints
    topic: Ints
    visibility: Floats
    premium: Floats
    effort: Floats
    polish: Floats
    useful: Floats
    promotional: Floats
    disclosure: Floats
    tangible: Floats

    def at(self, rows: Ints) -> Posts:
        """The posts at these places."""
        found: Any = (column[rows] for column in self)
        return Posts(*found)


class Answer(NamedTuple):
    """What came of each post, one value a post; counts are people unless said.

    naive       contacts of everybody who broadcast it: the plain sum of networks, a thinned one at its full size
    exposures   sights, repeats counted; float because a thinned onward edge counts for several
    viewers     different people who saw it, float likewise
    clicks      human clicks, each person once
    reposts     reposts in its tree; `beyond_one` those two or more steps from the sharer
    unfollows   contacts who muted the source over it
    unique_employees, unique_corporate  float64[R], different people of each run who saw any post of the day by that kind of source
    """

    naive: Floats
    exposures: Floats
    viewers: Floats
    clicks: Ints
    reposts: Ints
    depth: Ints
    beyond_one: Ints
    unfollows: Ints
    unique_employees: Floats
    unique_corporate: Floats

    def at(self, rows: Ints) -> Answer:
        """With the posts in another order."""
        by_post: Any = {name: getattr(self, name)[rows] for name in self._fields[:-2]}
        return self._replace(**by_post)


def settled_fatigue(
    load: NDArray[np.float32], posts_per_day: Floats, visibility: float, p: Parameters
) -> NDArray[np.float32]:
    """float32[followers' edges]: mean fatigue of each, of this feed load, after years of so many posts a day by the account."""
    sights = visibility / (1.0 + load / p.feed_load_scale)
    left_tomorrow = 2.0 ** (-1.0 / p.fatigue_half_life_days)
    felt = p.fatigue_per_exposure * posts_per_day * sights * left_tomorrow / (1.0 - left_tomorrow)
    return np.asarray(felt, dtype=np.float32)


def motive(posts: Posts, tie: float, p: Parameters) -> Floats:
    """Motive a reader infers: tangible · (1 − tie) + inferred from disclosure · disclosure.

    Symbolic rewards add nothing; every share is unsolicited.
    """
    return posts.tangible * (1.0 - tie) + p.disclosure_inference * posts.disclosure


def trust_change(posts: Posts, p: Parameters, strong: float) -> Floats:
    """Change of trust per exposure, over a strong (1) or weak (0) tie: rate · (κ⁺ · useful − κ⁻ · polish − κ_r · motive)."""
    tie = p.strong_tie if strong else p.weak_tie
    gain = p.trust_useful * posts.useful
    loss = p.trust_polish * posts.polish + p.trust_motive * motive(posts, tie, p)
    return p.trust_rate * (gain - loss)


def template_text(effort: Floats, copies: Floats, p: Parameters) -> Floats:
    """Polish that duplicated text adds: duplicate · (1 − e) · copies / (1 + copies), for shares of the same item before this one."""
    return p.duplicate_text * (1.0 - effort) * copies / (1.0 + copies)


def click_factor(posts: Posts, p: Parameters) -> Floats:
    """Factor on clicks from what was written: exp(θ_q · (e − ½) − θ_T · κ_r · tangible · (1 − average tie))."""
    tie = p.strong_tie_share * p.strong_tie + (1.0 - p.strong_tie_share) * p.weak_tie
    return np.exp(
        p.quality_weight * (posts.effort - 0.5)
        - p.trust_weight * p.trust_motive * posts.tangible * (1.0 - tie)
    )
