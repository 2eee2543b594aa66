"""Rehearsed texts of schemes and their results, by content hash, for the approval gate."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rewards.store import drafts as rows
from rewards.store import trail
from rewards.store.rows import SchemeRehearsalRow
from rewards.store.session import Transaction
from rewards.store.units import dump, from_us, to_us

FAIRNESS, CLICKS = "fairness", "human_clicks"
LOOSEST_PERCENT = 25.0
"""Monte Carlo error of the gain, relative to its range, above which no stated precision suffices."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Requested and reached precision of a rehearsal's gain: in percent if `relative`, else in the outcome's unit; None: unknown.

    `part`: how far more runs could still move the estimate, in percent of its range; None also for old rehearsals whose precision had
    another reference.
    """

    asked: float
    reached: float | None
    relative: bool
    enough: bool
    part: float | None = None

    @property
    def loose(self) -> bool:
        """True where the precision is insufficient for a decision, whatever was requested."""
        return self.part is not None and self.part > LOOSEST_PERCENT


@dataclass(frozen=True, slots=True)
class Forecast:
    """The result of a rehearsal of a text. `clicks`: human clicks beyond doing nothing, median and the middle 80 % of the runs.

    `fairness`: points per share of the least-paid segment relative to the median segment; `least`: the limit.
    `precision`: None where the rehearsal stated none. `posterior`: the one used by the runs ("": not stored), and
    `recalibration`: its number if the company accepted it (None: published findings, or a file).
    """

    id: int
    result: int
    rehearsed_at: datetime
    runs: int
    fair: bool
    clicks: tuple[float, float, float]
    fairness: float
    least: float
    precision: Precision | None
    posterior: str = ""
    recalibration: int | None = None

    @property
    def precise(self) -> bool:
        """True where a sufficient precision was requested and reached."""
        return self.precision is not None and self.precision.enough and not self.precision.loose


def note_rehearsal(
    tx: Transaction, organisation: str, result: int, body: Mapping[str, Any], actor: str, *, now: datetime
) -> list[str]:
    """Record the texts of a comparison as rehearsed, also with the drafts that still have them; returns their hashes."""
    texts = {
        one["name"]: next(iter(one["schemes"].values())) for one in body["provenance"]["scenarios"] if one["schemes"]
    }  # fmt: skip
    found, precision, about = [], _precision_of(body), body["provenance"]
    named = about.get("recalibration")
    for candidate in body["choice"]["candidates"]:
        content = texts.get(candidate["scenario"])
        if content is None:
            continue
        fairness = next((one for one in candidate["checks"] if one["outcome"] == FAIRNESS), None)
        clicks = candidate["incremental_clicks"]
        forecast = {
            "clicks": [clicks["median"], *clicks["p80"]],
            "fairness": None if fairness is None else fairness["value"],
            "least": None if fairness is None else fairness["allowed"],
            "precision": None if precision is None else asdict(precision),
            "posterior": about.get("posterior") or about.get("parameters") or "",
            "recalibration": None if named is None else named["number"],
        }
        rows.add_rehearsal(
            tx,
            {
                "organisation_id": organisation,
                "content_hash": content,
                "result_id": result,
                "runs": body["provenance"]["runs"],
                "fair": fairness is None or bool(fairness["passed"]),
                "forecast": dump(forecast),
                "rehearsed_us": to_us(now),
            },
        )
        found.append(content)
        for draft in rows.of_hash(tx, organisation, content):
            if draft.status == "draft":
                rows.change(tx, draft.id, {"rehearsed_hash": content})
                trail.log(
                    tx,
                    organisation,
                    actor,
                    "scheme.rehearse",
                    str(draft.id),
                    reason=content,
                    at_us=to_us(now),
                )
    return found


def latest_rehearsal(tx: Transaction, organisation: str, content: str) -> Forecast | None:
    """The newest rehearsal of a text, by its hash."""
    row = rows.latest_rehearsal(tx, organisation, content)
    return None if row is None else _forecast(row)


def get_rehearsal(tx: Transaction, rehearsal: int) -> Forecast | None:
    """One rehearsal."""
    row = rows.find_rehearsal(tx, rehearsal)
    return None if row is None else _forecast(row)


def _precision_of(body: Mapping[str, Any]) -> Precision | None:
    """The precision in percent of the gain's range, or in clicks, as requested; None where it was requested for another outcome."""
    stated = body.get("precision")
    if stated is None or stated["outcome"] != CLICKS:
        return None
    part = None if stated["part_of_range"] is None else 100.0 * stated["part_of_range"]
    enough = bool(stated["reached"])
    if stated["relative"]:
        return Precision(100.0 * stated["asked"], part, True, enough, part)
    return Precision(stated["asked"], stated["half_width"], False, enough, part)


def _forecast(row: SchemeRehearsalRow) -> Forecast:
    numbers = json.loads(row.forecast)
    median, low, high = numbers["clicks"]
    fairness, least = numbers["fairness"], numbers["least"]
    stated = numbers.get("precision")
    return Forecast(
        row.id, row.result_id, from_us(row.rehearsed_us), row.runs, row.fair, (median, low, high),
        1.0 if fairness is None else fairness, 0.0 if least is None else least,
        None if stated is None else Precision(**stated), numbers.get("posterior", ""), numbers.get("recalibration"),
    )  # fmt: skip
