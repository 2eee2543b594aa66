"""The pay ratio for the same work between a tenfold and a typical network: the hint next to the points of shares and clicks."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from rewards.events import VERIFICATION_LEVEL
from rewards.publishing.behaviour import Act, Actor
from rewards.publishing.clicks import CLICKS_PER_SHARE
from rewards.publishing.expected import points_of
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.tables import compile_scheme

TENFOLD = 10
SHARES = 20
_MONDAY = date(2026, 3, 2)
_DAY_US, _HOUR_US = 86_400_000_000, 3_600_000_000


@dataclass(frozen=True, slots=True)
class NetworkGap:
    """Points of four weeks with a share every working day, with a typical network and one ten times as large."""

    typical_millipoints: int
    tenfold_millipoints: int
    clicks_per_share: float

    @property
    def times(self) -> float | None:
        """The ratio of pay of the larger to the typical network; None where the typical one earns nothing."""
        return self.tenfold_millipoints / self.typical_millipoints if self.typical_millipoints else None


@lru_cache(64)
def network_gap(
    scheme: IncentiveScheme, clicks_per_share: float = CLICKS_PER_SHARE, *, limits: bool = True
) -> NetworkGap:
    """Score both four weeks with the production kernel; without `limits` by points alone, ignoring caps, cooldowns and decay.

    Raises SchemeError where the scheme cannot be scored.
    """
    compiled = compile_scheme(scheme if limits else _unlimited(scheme))
    few = points_of(compiled, _weeks(round(SHARES * clicks_per_share)))
    many = points_of(compiled, _weeks(round(SHARES * clicks_per_share * TENFOLD)))
    return NetworkGap(few, many, clicks_per_share)


def _unlimited(scheme: IncentiveScheme) -> IncentiveScheme:
    free = {"caps": (), "decay": None, "cooldown_minutes": 0}
    return scheme.model_copy(
        update={"caps": (), "rules": tuple(rule.model_copy(update=free) for rule in scheme.rules)}
    )


def _weeks(clicks: int) -> Actor:
    """A share every working day of four weeks, and a number of clicks, spread evenly over the shares."""
    acts: list[Act] = []
    for at in range(SHARES):
        day = _MONDAY + timedelta(days=at // 5 * 7 + at % 5)
        start = day.toordinal() * _DAY_US
        acts.append(_act("share", 1 + at, day, start + 9 * _HOUR_US))
        mine = (at + 1) * clicks // SHARES - at * clicks // SHARES
        gap = 8 * _HOUR_US // (mine + 1)
        acts += [
            _act("click", 1_000 + at * 100_000 + n, day, start + 10 * _HOUR_US + n * gap) for n in range(mine)
        ]
    return Actor("", tuple(acts))


def _act(kind: str, item: int, day: date, at_us: int) -> Act:
    # Both have the highest verification that any rule requires, so that the gap is due to points alone.
    proof = max(VERIFICATION_LEVEL.values())
    return Act(kind, item, -1, at_us, day.toordinal(), None, (), proof, 1, owned=False)
