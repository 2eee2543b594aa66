"""What tests read from a replay."""

from rewards.scoring.replay import Replay


def balances_of(found: Replay) -> dict[str, int]:
    """Millipoints earned, by person."""
    return {one.person: one.millipoints for one in found.standings}
