"""The posts of one day, the audience's response to them, and the equations of that response."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters

USUAL_CONTACTS, FEW_CONTACTS = 300.0, 30.0
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Posts(NamedTuple):
    """One day's posts of employees and corporate accounts, arrays of one length.

    source      index among the sources of all runs (in a model of one run: the node); `ordinal` numbers a source's posts of one day
    topic       column of interest
    visibility  of the channel
    premium     factor on clicks (1 for a corporate account)
    effort      quality effort in writing, 0 to 1
    polish      of the item, plus that of template text which others have posted before
    useful, promotional, disclosure  levels of the item
    praises     how much the item praises others
    log_appeal  logarithm of the item's appeal; log_clicks, log_reposts, log_reactions: logarithms of the channel's factors
    tangible    1 where the share was tangibly rewarded (a fraction: the tangible part of the reward)
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
    praises: Floats
    log_appeal: Floats
    log_clicks: Floats
    log_reposts: Floats
    log_reactions: Floats

    def at(self, rows: Ints) -> Posts:
        """The posts at these indices."""
        found: Any = (column[rows] for column in self)
        return Posts(*found)


class Answer(NamedTuple):
    """The audience's response, one value a post; counts are of people unless stated otherwise.

    naive       contacts of everybody who broadcast it: the sum of network sizes, thinned networks at their full size
    exposures   exposures including repeats; float because a thinned onward edge has a weight above 1
    viewers     distinct people exposed, float for the same reason
    clicks      human clicks, each person once
    reactions   likes and comments on it and its reposts
    reposts     reposts in its cascade; `beyond_one` those two or more steps from the sharer
    unfollows   contacts who muted the source on this exposure
    unique_employees, unique_corporate  float64[R], distinct people of each run exposed to any post of the day by employees, by pages
    """

    naive: Floats
    exposures: Floats
    viewers: Floats
    clicks: Ints
    reactions: Ints
    reposts: Ints
    depth: Ints
    beyond_one: Ints
    unfollows: Ints
    unique_employees: Floats
    unique_corporate: Floats

    def at(self, rows: Ints) -> Answer:
        """The response with its posts reordered by `rows`."""
        by_post: Any = {name: getattr(self, name)[rows] for name in self._fields[:-2]}
        return self._replace(**by_post)


def settled_fatigue(
    load: NDArray[np.float32], posts_per_day: Floats, visibility: Floats | float, p: Parameters
) -> NDArray[np.float32]:
    """float32[edges of followers]: stationary mean fatigue towards an account that posts `posts_per_day`, given each one's feed load."""
    sights = visibility / (1.0 + load / p.feed_load_scale)
    left_tomorrow = 2.0 ** (-1.0 / p.fatigue_half_life_days)
    felt = p.fatigue_per_exposure * posts_per_day * sights * left_tomorrow / (1.0 - left_tomorrow)
    return np.asarray(felt, dtype=np.float32)


def motive(posts: Posts, tie: float, p: Parameters) -> Floats:
    """Commercial motive that a reader infers: tangible · (1 − tie) + inferred from disclosure · disclosure.

    Symbolic rewards add nothing; every share counts as unsolicited.
    """
    return posts.tangible * (1.0 - tie) + p.disclosure_inference * posts.disclosure


def trust_change(posts: Posts, p: Parameters, strong: float) -> Floats:
    """Change of trust per exposure, over a strong (1) or weak (0) tie: rate · (κ⁺ · useful − κ⁻ · polish − κ_r · motive)."""
    tie = p.strong_tie if strong else p.weak_tie
    gain = p.trust_useful * np.minimum(1.0, posts.useful + posts.praises)
    loss = p.trust_polish * posts.polish + p.trust_motive * motive(posts, tie, p)
    return p.trust_rate * (gain - loss)


def template_text(effort: Floats, copies: Floats, p: Parameters) -> Floats:
    """Polish added by duplicated text: duplicate · (1 − e) · copies / (1 + copies), `copies` being earlier shares of the same item."""
    return p.duplicate_text * (1.0 - effort) * copies / (1.0 + copies)


def click_factor(posts: Posts, p: Parameters) -> Floats:
    """Factor on clicks by the text and the item: exp(θ_q · (e − ½) − θ_T · κ_r · tangible · (1 − average tie)) · exp(`content`)."""
    tie = p.strong_tie_share * p.strong_tie + (1.0 - p.strong_tie_share) * p.weak_tie
    return np.exp(
        p.quality_weight * (posts.effort - 0.5)
        - p.trust_weight * p.trust_motive * posts.tangible * (1.0 - tie)
        + content(posts, p)
    )


def content(posts: Posts, p: Parameters) -> Floats:
    """Immediate effect of the item's qualities on a reader, as the logarithm of a factor on clicks and reactions.

    θ_use · useful − θ_pol · polish − θ_adv · promotional · (1 − praises) + θ_praise · praises
    """
    found: Floats = (
        p.useful_click * posts.useful
        - p.polish_click * posts.polish
        - p.advert_click * posts.promotional * (1.0 - posts.praises)
        + p.praise_click * posts.praises
    )
    return found


def reaction_rate(posts: Posts, p: Parameters) -> Floats:
    """Likes and comments per viewer: base · exp(θ_q · (e − ½)) · exp(`content`) · channel · appeal."""
    lifted = np.exp(
        p.quality_weight * (posts.effort - 0.5) + content(posts, p) + posts.log_appeal + posts.log_reactions
    )
    return np.asarray(p.react_base * lifted)


def size_factor(contacts: Any, p: Parameters) -> Any:
    """Visibility relative to a network of 300 contacts: (k / 300)^(−η) for k contacts, constant below 30."""
    # By logarithms: NumPy's power rounds differently where the exponent is a scalar, as it is when all runs agree on it.
    return np.exp(-p.size_exponent * np.log(np.maximum(contacts, FEW_CONTACTS) / USUAL_CONTACTS))


def shown(posts: Posts, contacts: Floats, p: Parameters) -> Floats:
    """Chance that an active contact with an empty feed sees a post.

    The channel's visibility, scaled by network size, and raised by reactions in excess of an average post's.
    """
    lift = np.exp(
        p.feed_lift * (p.quality_weight * (posts.effort - 0.5) + content(posts, p) + posts.log_appeal)
    )
    seen: Floats = np.minimum(1.0, posts.visibility * size_factor(contacts, p) * lift)
    return seen
