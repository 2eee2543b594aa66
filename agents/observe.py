"""Outcomes: what is measured, in which unit, defined how; daily values and splits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from agents.model import AdvocacyModel

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """One outcome. A `flow` adds up over days; a `stock` is a value at the end of a day."""

    name: str
    title: str
    unit: str
    definition: str
    kind: Literal["flow", "stock"]
    better: Literal["more", "less", "neither"]


def _flow(name: str, title: str, unit: str, better: Literal["more", "less", "neither"], text: str) -> Outcome:
    return Outcome(name, title, unit, text, "flow", better)


def _stock(
    name: str, title: str, unit: str, better: Literal["more", "less", "neither"], text: str
) -> Outcome:
    return Outcome(name, title, unit, text, "stock", better)


OUTCOMES: tuple[Outcome, ...] = (
    _flow("shares", "Shares", "shares", "more", "Items that employees posted to their networks."),
    _flow(
        "active_sharers",
        "Active sharers",
        "people a day",
        "more",
        "Different employees who shared on the day.",
    ),
    _stock(
        "weekly_sharers",
        "Weekly sharers",
        "share of staff",
        "more",
        "Employees who shared in the last seven days, of all.",
    ),
    _flow(
        "exposures",
        "Impressions",
        "sights",
        "neither",
        "Times that an employee's share was seen, repeats counted.",
    ),
    _flow(
        "naive_reach",
        "Naive reach",
        "contacts",
        "neither",
        "Contacts of everybody who posted or reposted, added up.",
    ),
    _flow(
        "unique_reach",
        "Unique daily reach",
        "people a day",
        "more",
        "Different people who saw an employee's share that day.",
    ),
    _stock(
        "people_reached",
        "People reached so far",
        "people",
        "more",
        "Different direct contacts who saw a share since day 0.",
    ),
    _flow(
        "human_clicks",
        "Human clicks",
        "clicks",
        "more",
        "Clicks on employees' shares and their reposts, one a person.",
    ),
    _flow("reposts", "Reposts", "reposts", "more", "Reposts of employees' shares, at any distance."),
    _flow("leads", "Leads", "leads", "more", "Clicks on employees' shares that became a lead."),
    _flow(
        "corporate_clicks",
        "Company-page clicks",
        "clicks",
        "more",
        "Clicks on posts of the company's own accounts.",
    ),
    _flow(
        "corporate_reach",
        "Company-page reach",
        "people a day",
        "more",
        "Different people who saw a company post that day.",
    ),
    _flow("unfollows", "Unfollows", "contacts", "less", "Contacts who muted an employee over a share."),
    _flow(
        "quality",
        "Quality",
        "effort",
        "more",
        "Sum over shares of the care taken, 0 to 1 each; divide by shares.",
    ),
    _flow("risky_shares", "Risky shares", "shares", "less", "Shares of items that were not green-lit."),
    _flow("points", "Points awarded", "points", "neither", "Points of every rule, on the day of the event."),
    _flow("praise", "Recognition given", "thanks", "more", "Acts of recognition received by employees."),
    _stock(
        "peer_trust", "Trust in employees", "level 0-1", "more", "Mean trust on contacts' ties to employees."
    ),
    _stock("corporate_trust", "Trust in company pages", "level 0-1", "more", "Mean trust of followers."),
    _stock(
        "fatigue", "Audience fatigue", "exposures", "less", "Mean fatigue on contacts' ties to employees."
    ),
    _stock("motivation", "Intrinsic motivation", "level 0-1", "more", "Mean of m over employees present."),
    _stock("fear", "Fear", "level 0-1", "less", "Mean of f over employees present."),
    _stock("habit", "Habit", "level 0-1", "more", "Mean of H over employees present."),
    _stock(
        "points_gini",
        "Inequality of points",
        "Gini 0-1",
        "less",
        "Gini coefficient of points over employees present.",
    ),
    _stock(
        "recognition_coverage",
        "Recognition coverage",
        "share of staff",
        "more",
        "Employees thanked at least once, of all.",
    ),
)
NAMES = tuple(outcome.name for outcome in OUTCOMES)
SPLIT_FLOWS = (
    "shares",
    "exposures",
    "naive_reach",
    "human_clicks",
    "reposts",
    "quality",
    "unfollows",
    "points",
)


def gini(values: Floats) -> float:
    """Gini coefficient of non-negative values: 0 when all are equal (or all zero), towards 1 when one has
    everything.
    """
    total = float(values.sum())
    if values.size == 0 or total <= 0.0:
        return 0.0
    ordered = np.sort(values)
    place = np.arange(1, values.size + 1)
    return float((2.0 * place - values.size - 1.0) @ ordered / (values.size * total))


def split_labels(model: AdvocacyModel) -> dict[str, NDArray[np.bool_]]:
    """bool[n] for each split: all, segment, team, desk, hours, contacts (quartiles), prior activity, rank,
    arm.
    """
    staff = model.staff
    labels: dict[str, NDArray[np.bool_]] = {"all": np.ones(staff.size, dtype=bool)}
    for name, codes, names in (
        ("segment", staff.segment, staff.segments),
        ("team", staff.team, staff.teams),
        ("arm", model.timeline.group, model.timeline.names),
    ):
        labels |= {f"{name}={names[code]}": codes == code for code in np.unique(codes)}
    labels["desk=desk"], labels["desk=non-desk"] = staff.desk, ~staff.desk
    labels["hours=full-time"], labels["hours=part-time"] = staff.hours_share >= 1.0, staff.hours_share < 1.0
    cuts = np.quantile(staff.contacts, (0.25, 0.5, 0.75))
    quarter = np.searchsorted(cuts, staff.contacts, side="left")
    labels |= {f"contacts=q{q + 1}": quarter == q for q in range(4)}
    before = model.prior_rate
    labels["prior=none"], labels["prior=some"] = before < 0.02, (before >= 0.02) & (before < 0.25)
    labels["prior=regular"] = before >= 0.25
    third = np.argsort(np.argsort(-model.programme.earned_millipoints(), kind="stable"), kind="stable")
    third = third * 3 // max(1, staff.size)
    labels |= {f"rank={name}": third == place for place, name in enumerate(("first", "middle", "last"))}
    return {label: rows for label, rows in labels.items() if rows.any()}


def by_split(model: AdvocacyModel) -> dict[str, dict[str, Floats]]:
    """Daily flows for every split: {label: {outcome: float64[days]}}."""
    days = model.days_observed
    result: dict[str, dict[str, Floats]] = {}
    table = model.flow_table()
    for label, rows in split_labels(model).items():
        mine = rows[table["person"].astype(np.int64)]
        day = table["day"][mine].astype(np.int64)
        result[label] = {
            name: np.bincount(day, weights=table[name][mine], minlength=days)[:days].astype(np.float64)
            for name in SPLIT_FLOWS
        }
    return result
