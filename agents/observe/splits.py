"""Groups of employees by which outcomes are split, and weekly pictures of every employee for the stocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.observe.flows import SPLIT_FLOWS
from agents.observe.observed import Observed
from agents.program.incentives import thirds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

DIMENSIONS = ("segment", "team", "arm", "desk", "hours", "contacts", "prior", "rank")
PRIOR = ("none", "some", "regular")
# Weekly rates that divide PRIOR: about one week in fifty, and one in four.
PRIOR_EDGES = (0.02, 0.25)
RANKS = ("first", "middle", "last", "none")
SPLIT_STOCKS = (
    "weekly_sharers",
    "recognition_coverage",
    "points_gini",
    "peer_trust",
    "fatigue",
    "motivation",
    "fear",
    "habit",
    "headcount",
)
WEEK_DAYS = 7


@dataclass(frozen=True)
class Groups:
    """A division of the staff: int64[n] codes into `names`."""

    codes: Ints
    names: tuple[str, ...]


def prior_codes(rate: Floats) -> Ints:
    """int64[n]: index of `PRIOR` for weekly rates."""
    return np.searchsorted(PRIOR_EDGES, rate, side="right").astype(np.int64)


def rank_codes(points: Floats, shares: Floats, among: Flags) -> Ints:
    """int64[n]: index of `RANKS` by points, or by shares where nobody has points; `none` is off the board."""
    score = points if points[among].any() else shares
    place = thirds(score, among)
    on_board = among & (score > 0.0)
    return np.where(on_board, np.where(place > 0.0, 0, np.where(place < 0.0, 2, 1)), 3).astype(np.int64)


def groups_of(model: Observed, dimension: str) -> Groups:
    """One dimension's groups. Raises ValueError for a name that is not in `DIMENSIONS`."""
    staff = model.staff
    if dimension in ("segment", "team"):
        names = staff.segments if dimension == "segment" else staff.teams
        return Groups(staff.segment if dimension == "segment" else staff.team, names)
    if dimension == "arm":
        return Groups(model.timeline.group, model.timeline.names)
    if dimension == "desk":
        return Groups((~staff.desk).astype(np.int64), ("desk", "non-desk"))
    if dimension == "hours":
        return Groups((staff.hours_share < 1.0).astype(np.int64), ("full-time", "part-time"))
    if dimension == "contacts":
        cuts = np.quantile(staff.contacts, (0.25, 0.5, 0.75))
        return Groups(
            np.searchsorted(cuts, staff.contacts, side="left").astype(np.int64), ("q1", "q2", "q3", "q4")
        )
    if dimension == "prior":
        return Groups(prior_codes(model.prior_rate), PRIOR)
    if dimension == "rank":
        return Groups(model.rank, RANKS)
    raise ValueError(f"split {dimension!r}; known are {', '.join(DIMENSIONS)}; choose among them")


def labelled(model: Observed, dimensions: tuple[str, ...], crossed: bool) -> list[tuple[str, Ints, int]]:
    """(label, codes, code) for each group with people in it; with `crossed`, also each arm's part of each group."""
    arms = groups_of(model, "arm")
    found = []
    for dimension in dimensions:
        groups = groups_of(model, dimension)
        present = np.unique(groups.codes)
        found += [(f"{dimension}={groups.names[code]}", groups.codes, int(code)) for code in present]
        if crossed and dimension != "arm":
            both = arms.codes * len(groups.names) + groups.codes
            for code in np.unique(both):
                arm, group = divmod(int(code), len(groups.names))
                found.append((f"arm={arms.names[arm]},{dimension}={groups.names[group]}", both, int(code)))
    return found


class Pictures:
    """Every employee at the end of each week of the run, float32[n] a column; a week's last picture stands for the week."""

    def __init__(self) -> None:
        self._taken: list[tuple[int, dict[str, NDArray[np.float32]]]] = []

    def take(self, model: Observed, day: int) -> None:
        """Remember everybody as they are at the end of `day`."""
        mood, n = model.state, model.staff.size
        columns = {
            "headcount": model.staff.present(day),
            "weekly_sharers": mood.recent_total > 0.0,
            "recognition_coverage": model.recogniser.ever,
            "points_gini": model.programme.earned_millipoints(),
            "peer_trust": model.feelings.trust_by_source(0, n, day),
            "fatigue": model.feelings.fatigue_by_source(0, n, day),
            "motivation": mood.motivation,
            "fear": mood.fear,
            "habit": mood.habit,
        }
        self._taken.append(
            (day, {name: np.asarray(value, dtype=np.float32) for name, value in columns.items()})
        )

    def weeks(self, model: Observed, days: int) -> list[tuple[int, int, dict[str, NDArray[np.float32]]]]:
        """(first day, first day after, picture) of each week up to `days`; a week in progress is pictured as it is now."""
        if days % WEEK_DAYS and (not self._taken or self._taken[-1][0] != days - 1):
            self.take(model, days - 1)
        return [(day - day % WEEK_DAYS, min(day + 1, days), columns) for day, columns in self._taken]


def gini(values: Floats) -> float:
    """Gini coefficient of non-negative values: 0 when all are equal (or all zero), towards 1 when one has everything."""
    total = float(values.sum())
    if values.size == 0 or total <= 0.0:
        return 0.0
    ordered = np.sort(values)
    place = np.arange(1, values.size + 1)
    return float((2.0 * place - values.size - 1.0) @ ordered / (values.size * total))


def by_split(
    model: Observed, pictures: Pictures, days: int, dimensions: tuple[str, ...], crossed: bool
) -> dict[str, dict[str, Floats]]:
    """{label: {outcome: float64[days]}} of the first `days` days for the flows and stocks that can be split.

    Stocks are read at the end of each week (and of the run), and stand for its days.
    """
    labels = labelled(model, dimensions, crossed)
    summed = {id(codes): {} for _, codes, _ in labels}  # type: dict[int, dict[str, Floats]]
    for _, codes, _ in labels:
        if not summed[id(codes)]:
            size = int(codes.max()) + 1
            summed[id(codes)] = {name: model.flows.summed(name, codes, size, days) for name in SPLIT_FLOWS}
    result = {}
    weeks = pictures.weeks(model, days)
    degrees = model.network.degrees[: model.staff.size]
    for label, codes, code in labels:
        flows = {name: summed[id(codes)][name][code].copy() for name in SPLIT_FLOWS}
        stocks = {name: np.zeros(days) for name in SPLIT_STOCKS}
        for first, after, picture in weeks:
            for name, value in _stocks(picture, codes == code, degrees).items():
                stocks[name][first:after] = value
        result[label] = flows | stocks
    return result


def _stocks(picture: dict[str, NDArray[np.float32]], members: Flags, degrees: Ints) -> dict[str, float]:
    here = members & (picture["headcount"] > 0.0)
    heads = int(here.sum())
    values = {"headcount": float(heads)}
    for name in ("weekly_sharers", "recognition_coverage", "motivation", "fear", "habit"):
        values[name] = float(picture[name][here].mean(dtype=np.float64)) if heads else 0.0
    ties = degrees[members].astype(np.float64)
    for name in ("peer_trust", "fatigue"):
        values[name] = float(picture[name][members] @ ties / max(1.0, ties.sum()))
    values["points_gini"] = gini(picture["points_gini"][here].astype(np.float64))
    return values
