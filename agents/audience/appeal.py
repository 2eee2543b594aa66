"""Effects of channel and item appeal on the rates of clicks, reposts and reactions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters
from agents.setting.setting import Channel

Floats = NDArray[np.float64]
# Stands in for log(0): the exponential of it is 0 for any rate.
NOTHING = -700.0


def appeal_of(drawn: Floats, channel: tuple[Floats, Floats, Floats], p: Parameters) -> dict[str, Floats]:
    """Logarithms of the posts' rate factors: item appeal σ · z − σ²/2, and the channel's (`channel_logs`, per post or one for all)."""
    appeal = p.appeal_spread * drawn - 0.5 * p.appeal_spread**2
    clicks, reposts, reactions = channel
    nothing = np.zeros(appeal.size)
    return {
        "log_appeal": appeal,
        "log_clicks": nothing + clicks,
        "log_reposts": nothing + reposts,
        "log_reactions": nothing + reactions,
    }


def channel_logs(channels: tuple[Channel, ...], code: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Logarithms of the factors of each post's channel on clicks, reposts and reactions."""
    clicks, reposts, reactions = np.array([_logs(one) for one in channels]).T
    return clicks[code], reposts[code], reactions[code]


def _logs(channel: Channel) -> tuple[float, ...]:
    factors = (channel.clicks, channel.reposts, channel.reactions)
    return tuple(float(np.log(factor)) if factor > 0.0 else NOTHING for factor in factors)
