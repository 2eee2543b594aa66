"""Requests for a calibration of the model: on the live programme's history, or on that of another tool.

Light on purpose: a web request imports this module.
"""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from rewards.faults import BadValue, Conflict, NotFound
from rewards.jobs.queue import ask
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.people.organisations import get_organisation
from rewards.publishing.drafts import get_draft
from rewards.publishing.publication import scheme_in_force
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.session import Transaction
from rewards.store.units import dump
from sims.calibration.runs import LEAST_RUNS
from sims.history.counting import HistoryError
from sims.history.of_ledger import history_of_ledger
from sims.history.series import WEEK_DAYS, History
from sims.loop.asking import monday, programme
from sims.rehearsal.asking import Assumptions
from sims.rehearsal.asking import completed as with_people

KIND = "calibration"
RUNS, MOST_RUNS = 1000, 10_000
MOST_WEEKS = 104
InForce = Literal["nothing", "tool", "live"]
NOTHING: InForce = "nothing"
FILE_VERSION = 1
"""The version number of the scheme in the scenario of an uploaded history."""


def ask_for_calibration(
    tx: Transaction,
    organisation: str,
    assumptions: Assumptions,
    runs: int = RUNS,
    *,
    actor: str,
    now: datetime,
) -> int:
    """Enqueue a calibration on the live programme since its start; returns the job's number.

    Raises NotFound, BadValue where no week of it is over or a number is out of range, Refused.
    """
    zone, schemes = _home(tx, organisation), Schemes.of(tx, organisation)
    _check_runs(runs)
    if not any(version != NO_SCHEME for _at, version in schemes.turns):
        raise BadValue("history: no scheme was ever in force here; bring a file of another tool instead")
    body = programme(schemes, zone, assumptions, monday(now.date()), now=now)
    if body["horizon_weeks"] < 1:
        raise BadValue("history: no whole week of the program is over; wait until Monday")
    return _ask(tx, organisation, {**body, "of": "live", "runs": runs}, "", runs, actor=actor, now=now)


def ask_for_calibration_on(
    tx: Transaction,
    organisation: str,
    history: History,
    name: str,
    assumptions: Assumptions,
    *,
    runs: int = RUNS,
    in_force: InForce | int = NOTHING,
    since: date | None = None,
    actor: str,
    now: datetime,
) -> int:
    """Enqueue a calibration on the history of another tool, with the company's current people; returns the job's number.

    in_force  the program during these weeks: nothing, a tool without points, the scheme in force here, or the draft of this number
    since     first day of it; the history's first day unless given
    Raises as `ask_for_calibration`, and BadValue for a history that extends into the future or has no whole week.
    """
    zone = _home(tx, organisation)
    _check_runs(runs)
    if history.last >= now.date():
        raise BadValue(
            "history: goes on to {last}, and today is {today}; what has not happened teaches nothing; mend the dates",
            last=history.last,
            today=now.date(),
        )
    weeks = history.periods * history.every_days // WEEK_DAYS
    if weeks < 1:
        raise BadValue(
            "history: got {days} days; at least one whole week is needed; bring more", days=history.periods
        )
    start = history.first + timedelta(weeks=max(0, weeks - MOST_WEEKS))
    begun = start if since is None else since
    if not start <= begun <= history.last:
        raise BadValue(
            "since: got {since}; limit {first} to {last}, the days of the history; mend it",
            since=begun,
            first=start,
            last=history.last,
        )
    scheme = _scheme(tx, organisation, in_force, now)
    turns = [(0, NO_SCHEME)] if scheme is None else [((begun - start).days, FILE_VERSION)]
    if turns[0][0]:
        turns.insert(0, (0, NO_SCHEME))
    horizon = min(weeks, MOST_WEEKS)
    spec = {
        "of": "file",
        "timezone": zone,
        "start": start.isoformat(),
        "turns": turns,
        "schemes": []
        if scheme is None
        else [
            {"name": f"v{FILE_VERSION}", "title": scheme.title, "document": scheme.model_dump(mode="json")}
        ],
        "tool_from": (begun - start).days if in_force == "tool" else None,
        "assumptions": assumptions.model_copy(update={"weeks": max(4, horizon)}).model_dump(mode="json"),
        "horizon_weeks": horizon,
        "runs": runs,
        "history": history.model_dump(mode="json"),
    }
    return _ask(tx, organisation, spec, name, runs, actor=actor, now=now)


def completed(tx: Transaction, organisation: str, spec: str) -> str:
    """The specification with the current people and the history up to yesterday. Raises ValueError where either is empty."""
    body = json.loads(with_people(tx, organisation, spec))
    if "history" in body:
        return spec if "people" in json.loads(spec) else dump(body)
    try:
        history = history_of_ledger(tx, organisation, datetime.now(UTC))
    except HistoryError as error:
        raise BadValue("history: {error}", error=error) from None
    return dump({**body, "history": history.model_dump(mode="json")})


def _ask(
    tx: Transaction,
    organisation: str,
    spec: dict[str, Any],
    name: str,
    runs: int,
    *,
    actor: str,
    now: datetime,
) -> int:
    return ask(tx, organisation, KIND, name[:200], spec, total=runs, actor=actor, now=now)


def _home(tx: Transaction, organisation: str) -> str:
    home = get_organisation(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    return home.timezone


def _check_runs(runs: int) -> None:
    if not LEAST_RUNS <= runs <= MOST_RUNS:
        raise BadValue(
            "{name}: got {value}; limit {least} to {most}; choose within it",
            name="runs",
            value=runs,
            least=LEAST_RUNS,
            most=MOST_RUNS,
        )


def _scheme(
    tx: Transaction, organisation: str, in_force: InForce | int, now: datetime
) -> IncentiveScheme | None:
    if isinstance(in_force, int):
        return get_draft(tx, organisation, in_force).scheme
    if in_force != "live":
        return None
    version = scheme_in_force(tx, organisation, now)
    if version is None:
        raise Conflict("scheme: none is in force; choose a draft, the tool alone, or nothing")
    return version.scheme
