"""Groups of employees by which outcomes are split, and weekly snapshots of every employee for the stocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from agents.observe.gini import group_ginis
from agents.observe.observed import Observed
from agents.observe.people_kernel import SUMS, Picture, Sums, add_groups
from agents.program.incentives import thirds
from agents.program.membership import MEMBER
from agents.world.lanes import Lanes
from agents.world.population import Staff
from rewards.people.tenure import GROUPS, UNKNOWN, tenure_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

DIMENSIONS = (
    "segment",
    "team",
    "arm",
    "desk",
    "hours",
    "contacts",
    "prior",
    "rank",
    "motivation",
    "acts",
    "median",
    "tenure",
)
# Newcomers joined after the first simulated day. The tenure of others is known where their row has a `since` date.
TENURES = (*(name for name in GROUPS if name != UNKNOWN), "longer", "newcomer")
LONGER, NEWCOMER = len(TENURES) - 2, len(TENURES) - 1
PRIOR = ("none", "some", "regular")
# Weekly rates that separate the classes of PRIOR: about one week in fifty, and one in four.
PRIOR_EDGES = (0.02, 0.25)
RANKS = ("first", "middle", "last", "none")
WEEK_DAYS, RECENT_WEEKS = 7, 4


@dataclass(frozen=True)
class Groups:
    """A partition of the staff: int64[n] codes into `names`."""

    codes: Ints
    names: tuple[str, ...]


def prior_codes(rate: Floats) -> Ints:
    """int64[n]: index into `PRIOR` by weekly rate."""
    return np.searchsorted(PRIOR_EDGES, rate, side="right").astype(np.int64)


def prior_flags(rate: Floats) -> dict[str, Flags]:
    """{class of `PRIOR`: bool[n]}: its members."""
    codes = prior_codes(rate)
    return {name: codes == code for code, name in enumerate(PRIOR)}


def rank_codes(points: Floats, shares: Floats, among: Flags, lane: Ints | None = None) -> Ints:
    """int64[n]: index into `RANKS` by points, or by shares in runs without points; `none` for those who are not ranked."""
    run = np.zeros(points.size, dtype=np.int64) if lane is None else lane
    by_points = np.bincount(run, among & (points != 0.0)) > 0.0
    score = np.where(by_points[run], points, shares).astype(np.int64)
    place = thirds(score, among, run)
    on_board = among & (score > 0)
    return np.where(on_board, np.where(place > 0.0, 0, np.where(place < 0.0, 2, 1)), 3).astype(np.int64)


def groups_of(model: Observed, dimension: str) -> Groups:
    """The groups of one dimension, over the staff of all runs. Raises ValueError for a name that is not in `DIMENSIONS`."""
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
        return Groups(_quarters(staff.contacts, model.lanes), ("q1", "q2", "q3", "q4"))
    if dimension == "prior":
        return Groups(prior_codes(model.prior_rate), PRIOR)
    if dimension == "rank":
        return Groups(model.rank, RANKS)
    if dimension == "motivation":
        codes = [_thirds(model.traits.motivation[part]) for part in model.lanes.parts()]
        return Groups(np.concatenate(codes), ("low", "middle", "high"))
    if dimension == "acts":
        edges = model.setting.split_acts
        return Groups(np.searchsorted(edges, model.acts, side="right").astype(np.int64), act_names(edges))
    if dimension == "median":
        return Groups(model.above_median.astype(np.int64), ("below", "above"))
    if dimension == "tenure":
        return Groups(_tenures(staff, model.setting.start_date), TENURES)
    raise ValueError(f"split {dimension!r}; known are {', '.join(DIMENSIONS)}; choose among them")


def act_names(edges: tuple[int, ...]) -> tuple[str, ...]:
    """Names of the classes of numbers of acts that `edges` separate, the lowest first."""
    ends = [str(after - 1) for after in edges] + [""]
    starts = ["0", *(str(edge) for edge in edges)]
    return tuple(
        f"{start}+" if not end else start if start == end else f"{start}-{end}"
        for start, end in zip(starts, ends, strict=True)
    )


def _tenures(staff: Staff, start: date) -> Ints:
    """int64[n]: index into `TENURES` as of the first simulated day."""
    days, place = np.unique(staff.since, return_inverse=True)
    groups = [
        TENURES.index(tenure_of(date.fromordinal(day), start)) if day else LONGER for day in days.tolist()
    ]
    found: Ints = np.array(groups, dtype=np.int64)[place]
    return np.where(staff.joins > 0, NEWCOMER, found)


def _thirds(level: Floats) -> Ints:
    return np.searchsorted(np.quantile(level, (1.0 / 3.0, 2.0 / 3.0)), level, side="left").astype(np.int64)


def _quarters(contacts: Ints, lanes: Lanes) -> Ints:
    parts = (
        contacts.reshape(1, lanes.count, -1)
        if lanes.even
        else [contacts[np.newaxis, part] for part in lanes.parts()]
    )
    codes = []
    for rows in parts:
        cuts = np.quantile(rows, (0.25, 0.5, 0.75), axis=1)
        codes.append((rows > cuts[:, :, np.newaxis]).sum(axis=0).ravel())
    return np.concatenate(codes)


@dataclass(frozen=True)
class Split:
    """A partition of the staff and the labels {code: label} of the groups with members in at least one run."""

    codes: Ints
    labels: dict[int, str]

    @property
    def size(self) -> int:
        """Number of codes: one more than the largest."""
        return max(self.labels) + 1


def labelled(model: Observed, dimensions: tuple[str, ...], crossed: bool) -> list[Split]:
    """The groups of each dimension; with `crossed`, also the groups within each arm."""
    arms = groups_of(model, "arm")
    found = []
    for dimension in dimensions:
        groups = groups_of(model, dimension)
        present = np.flatnonzero(np.bincount(groups.codes)).tolist()
        if dimension == "tenure" and len(present) < 2:
            # A single group carries no information: all are alike, or nobody's first day is known.
            continue
        found.append(Split(groups.codes, {code: f"{dimension}={groups.names[code]}" for code in present}))
        if crossed and dimension != "arm":
            both, labels = arms.codes * len(groups.names) + groups.codes, {}
            for code in np.flatnonzero(np.bincount(both)).tolist():
                arm, group = divmod(code, len(groups.names))
                labels[code] = f"arm={arms.names[arm]},{dimension}={groups.names[group]}"
            found.append(Split(both, labels))
    return found


class Pictures:
    """Snapshots of every employee at the end of each week, float32[n] a column; the last snapshot of a week represents it."""

    def __init__(self) -> None:
        self._days: list[int] = []
        self._taken: list[dict[str, NDArray[np.float32]]] = []
        self._before: tuple[int, Ints] | None = None

    def copy(self) -> Pictures:
        """An independent copy, for a fork."""
        found = Pictures()
        found._days, found._taken = list(self._days), list(self._taken)
        return found

    def take(self, model: Observed, day: int) -> None:
        """Take a snapshot of everybody at the end of `day`."""
        mood = model.state
        trust, fatigue = model.feelings.means_of_sources(day)
        columns = {
            "headcount": model.staff.present(day),
            "weekly_sharers": mood.recent_total > 0.0,
            "recognition_coverage": model.recogniser.ever,
            "peer_trust": trust[model.staff_sources],
            "fatigue": fatigue[model.staff_sources],
            "motivation": mood.motivation,
            "fear": mood.fear,
            "habit": mood.habit,
            "enrolled": model.members.status == MEMBER,
            "annoyance": model.members.reminders.annoyance,
            "shares": mood.total_shares,
            "millipoints": model.program.earned_millipoints(),
        }
        self._days.append(day)
        self._taken.append({name: np.asarray(value).astype(np.float32) for name, value in columns.items()})

    def shares_before(self, day: int, size: int) -> Ints:
        """int64[size]: cumulative shares since day 0 at the start of the four-week window that ends with the week of `day`."""
        last = WEEK_DAYS * (day // WEEK_DAYS - RECENT_WEEKS + 1) - 1
        # The same for a week.
        if self._before is None or self._before[0] != last:
            known = last in self._days
            shares = self._taken[self._days.index(last)]["shares"] if known else np.zeros(size)
            self._before = last, shares.astype(np.int64)
        return self._before[1]

    def weeks(self, model: Observed, days: int) -> tuple[list[tuple[int, int]], Picture]:
        """(first day, first day after) of each week up to `days`, and the snapshots at the weeks' ends.

        An unfinished week has a snapshot of the current state.
        """
        if days % WEEK_DAYS and (not self._days or self._days[-1] != days - 1):
            self.take(model, days - 1)
        spans = [(day - day % WEEK_DAYS, min(day + 1, days)) for day in self._days]
        empty = np.empty((0, model.staff.size), dtype=np.float32)
        return spans, Picture(
            *(
                np.stack([one[name] for one in self._taken]) if self._taken else empty
                for name in Picture._fields
            )
        )


Splits = dict[str, dict[str, Floats]]


def by_split(
    model: Observed, pictures: Pictures, days: int, dimensions: tuple[str, ...], crossed: bool
) -> list[Splits]:
    """{label: {outcome: float64[days]}} of each run over the first `days` days.

    Covers the flows and stocks that can be split, and the groups that are not empty in the run.

    Stocks are measured at the end of each week (and of the run); that value is used for all days of the week.
    """
    lanes = model.lanes
    found: list[Splits] = [{} for _ in lanes.draws]
    spans, picture = pictures.weeks(model, days)
    week = np.repeat(np.arange(len(spans)), [after - first for first, after in spans])
    ties = model.networks.degrees[model.staff_sources].astype(np.float64)
    known = labelled(model, dimensions, crossed)
    if not known:
        return found
    # Groups are numbered through all splits and runs, so that one pass over people serves all of them.
    sizes = np.array([split.size for split in known])
    before = lanes.count * (np.cumsum(sizes) - sizes)
    group = np.stack(
        [at + lanes.lane * split.size + split.codes for at, split in zip(before, known, strict=True)]
    )
    groups = lanes.count * int(sizes.sum())
    stocks = _stocks(picture, group, groups, ties)
    daily = model.flows.summed(group, groups, days) | {
        name: np.ascontiguousarray(values[week].T) for name, values in stocks.items()
    }
    some = np.bincount(group.ravel(), minlength=groups) > 0
    for at, split in zip(before.tolist(), known, strict=True):
        for run, mine in enumerate(found):
            for code, label in split.labels.items():
                row = at + run * split.size + code
                if some[row]:
                    mine[label] = {name: values[row] for name, values in daily.items()}
    return found


def _stocks(picture: Picture, group: Ints, groups: int, ties: Floats) -> dict[str, Floats]:
    """{stock: float64[weeks, groups]}; `group` is int64[splits, n]."""
    sums = np.zeros((len(picture.headcount) * groups, len(SUMS)))
    add_groups(group, groups, tuple(picture), ties, sums)
    of = Sums(*sums.T.reshape(len(SUMS), -1, groups))
    there = np.ascontiguousarray(of.headcount)
    heads = np.maximum(1.0, there)
    weight = np.maximum(1.0, np.bincount(group.ravel(), np.tile(ties, len(group)), groups))
    stocks = {
        "headcount": there,
        "peer_trust": of.peer_trust / weight,
        "fatigue": of.fatigue / weight,
        "annoyance": of.annoyance / np.maximum(1.0, of.enrolled),
        "shares_gini": group_ginis(group, picture.shares, picture.headcount, there),
        "recent_gini": group_ginis(group, picture.shares, picture.headcount, there, RECENT_WEEKS),
        "points_gini": group_ginis(group, picture.millipoints, picture.headcount, there),
    }
    means = ("weekly_sharers", "recognition_coverage", "motivation", "fear", "habit", "enrolled")
    return stocks | {name: getattr(of, name) / heads for name in means}
