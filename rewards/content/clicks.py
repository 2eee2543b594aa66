"""Limits on clicks forged from one network: a forger can invent browsers but not addresses, and people click slowly.

The limits are per sharer and day (or less), so that they bind forgery in favour of one person, and are listed in docs/running.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rewards.store.rows import ClickOriginRow
from rewards.store.units import digest

SECOND_US = 1_000_000
BURST_US = 10 * SECOND_US
HOUR_US = 3600 * SECOND_US


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of counted clicks from one address: on all links of a sharer in BURST_US and in a day, on one link in an hour."""

    burst: int
    hour: int
    day: int


ADDRESS = Limits(burst=2, hour=3, day=10)
BLOCK = Limits(burst=10, hour=20, day=60)


@dataclass(frozen=True, slots=True)
class Network:
    """The origin of a click as keyed hashes: the address (of IPv6 the /64) and its block (/24, /48)."""

    address: str
    block: str

    def hashed(self, salt: str) -> "Network":
        """The hashes salted, so that they cannot be linked across days or organisations."""
        return Network(digest(f"{salt}:{self.address}"), digest(f"{salt}:{self.block}"))


def why_forged(before: Sequence[ClickOriginRow], code: str, origin: Network, now_us: int) -> str:
    """The reason not to count another click, given today's clicks on the sharer's links from its network block; '' to count it."""
    same = [row for row in before if row.address_hash == origin.address]
    for place, rows, limits in (("address", same, ADDRESS), ("block", before, BLOCK)):
        if sum(row.clicked_us > now_us - BURST_US for row in rows) >= limits.burst:
            return f"{place}_burst"
        if sum(row.code == code and row.clicked_us > now_us - HOUR_US for row in rows) >= limits.hour:
            return f"{place}_hour"
        if len(rows) >= limits.day:
            return f"{place}_day"
    return ""
