"""The events that a day's shares cause.

The shares themselves, clicks hours or days later, leads among the clicks, and contacts gained where a scheme counts them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.program.record import CLICK, CONTACT, LEAD, SHARE, Rows, joined
from agents.world.clock import DAY_SECONDS, Clock
from agents.world.draws import uniforms_each
from agents.world.lanes import Lanes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LATEST_CLICK_DAYS = 30
ORDINALS_A_DAY = 64


class NewShares(NamedTuple):
    """The employees' shares of one day, arrays of one length."""

    person: Ints
    ordinal: Ints
    item: Ints
    channel: Ints
    second: Ints
    number: Ints


def happenings(
    made: NewShares,
    clicks: Ints,
    zone: Ints,
    half_life_hours: Floats,
    clock: Clock,
    *,
    keys: NDArray[np.uint64],
    lanes: Lanes,
    day: int,
    lead_factor: Floats,
    contacts: Ints | None = None,
) -> Rows:
    """All events caused by the shares of `day`, in no particular order.

    clicks           human clicks on each share
    zone             index of each sharer's time zone
    half_life_hours  of each share's channel: click delays are exponential, cut at 30 days
    lead_factor      factor of each share on the leads per click
    keys             keys of the CLICK stream, one a run; a click's draws are keyed by its share's (person, ordinal) and its
                     index among the share's clicks
    contacts         contacts gained by each share, recorded a second later; None where no scheme counts them
    """
    n = made.person.size
    zeros = np.zeros(n, dtype=np.int64)
    seconds = clock.utc_of_local(day, made.second, zone)
    share = Rows(
        made.person, zeros + SHARE, seconds, zeros + day, made.item, made.channel, made.number, zeros
    )
    root = np.repeat(np.arange(n), clicks)
    nth = np.arange(root.size) - np.repeat(np.cumsum(clicks) - clicks, clicks)
    name = lanes.own[made.person[root]] * ORDINALS_A_DAY + made.ordinal[root] % ORDINALS_A_DAY
    lane = lanes.lane[made.person[root]]
    hours = -np.log1p(-uniforms_each(keys, lane, day, name, 2 * nth)) / np.log(2.0) * half_life_hours[root]
    delay = np.minimum(1.0 + np.floor(3600.0 * hours), LATEST_CLICK_DAYS * DAY_SECONDS).astype(np.int64)
    then = seconds[root] + delay
    click = share.take(root)._replace(
        kind=zeros[root] + CLICK, seconds=then, day=clock.local_day(then, zone[root]), ordinal=nth
    )
    won = (
        uniforms_each(keys, lane, day, name, 2 * nth + 1)
        < lanes.laws.at(lane).leads_per_click * lead_factor[root]
    )
    lead = click.take(won)
    found = [share, click, lead._replace(kind=np.full(lead.kind.size, LEAD, dtype=np.int64))]
    if contacts is not None and contacts.any():
        found.append(_gained(share, contacts))
    return joined(found)


def _gained(share: Rows, contacts: Ints) -> Rows:
    # Shares are made in working hours, so that a second later is still the same day.
    root = np.repeat(np.arange(contacts.size), contacts)
    nth = np.arange(root.size) - np.repeat(np.cumsum(contacts) - contacts, contacts)
    one = share.take(root)
    return one._replace(
        kind=np.full(root.size, CONTACT, dtype=np.int64), seconds=one.seconds + 1, ordinal=nth
    )
