"""Requests for a forecast of the live programme: its people, all versions of its scheme, and the history so far.

Light on purpose: a web request imports this module.
"""

import json
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any

import rfc8785

from rewards.faults import BadValue, NotFound
from rewards.forecasts.recalibrations import belief_of
from rewards.jobs.queue import URGENT, ask
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.people.organisations import get_organisation
from rewards.store.session import Transaction
from rewards.store.units import dump, from_us, to_us
from sims.history.counting import HistoryError
from sims.history.of_ledger import history_of_ledger
from sims.history.series import ALL
from sims.rehearsal.asking import Assumptions
from sims.rehearsal.asking import completed as with_people

KIND = "forecast"
RUNS, CHUNK = 40, 8
FEWEST_RUNS, MOST_RUNS = 20, 400
MOST_WEEKS = 26
BACK_WEEKS = 26
"""Weeks of the past that are simulated before the forecast begins."""
WEEK = timedelta(weeks=1)
DRIFT_WEEKS, DRIFT_OUTSIDE = 4, 3
"""Drift: three of the last four weeks outside of the central 80 % interval, which a calibrated forecast shows once in 37 times."""


def ask_for_forecast(
    tx: Transaction,
    organisation: str,
    weeks: int,
    assumptions: Assumptions,
    runs: int = RUNS,
    *,
    actor: str,
    now: datetime,
) -> int:
    """Enqueue a forecast; returns the job's number.

    Raises Refused where too many jobs are queued, and the errors of `specification`.
    """
    title, spec = specification(tx, organisation, weeks, assumptions, runs, now=now)
    total = len(spec["chunks"])
    return ask(tx, organisation, KIND, title, spec, total=total, actor=actor, now=now, priority=URGENT)


def specification(
    tx: Transaction,
    organisation: str,
    weeks: int,
    assumptions: Assumptions,
    runs: int = RUNS,
    *,
    now: datetime,
) -> tuple[str, dict[str, Any]]:
    """(title, specification) of a forecast. Raises NotFound, BadValue without a scheme or for a number out of range."""
    home = get_organisation(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    for name, value, least, most in (("weeks", weeks, 1, MOST_WEEKS), ("runs", runs, FEWEST_RUNS, MOST_RUNS)):
        if not least <= value <= most:
            raise BadValue(
                "{name}: got {value}; limit {least} to {most}; choose within it",
                name=name,
                value=value,
                least=least,
                most=most,
            )
    schemes = Schemes.of(tx, organisation)
    live = schemes.at(to_us(now))
    if live == NO_SCHEME:
        raise BadValue("scheme: none is in force, so that there is nothing to forecast; publish one first")
    chunks = list(pairwise([*range(0, runs, CHUNK), runs]))
    # The first week without data: on a Monday the one that begins.
    ahead = monday(now.date() + WEEK - timedelta(days=1)) + weeks * WEEK
    spec = {
        **programme(schemes, home.timezone, assumptions, ahead, now=now),
        "runs": runs,
        "chunks": chunks,
    }
    return schemes.scheme(live).title[:200], spec


def programme(
    schemes: Schemes, timezone: str, assumptions: Assumptions, end: date, *, now: datetime
) -> dict[str, Any]:
    """The live programme since its start, at most `BACK_WEEKS` back, up to a Monday: schemes and the days from which they held."""
    turns = [(from_us(at).date(), version) for at, version in schemes.turns]
    start = monday(max(turns[0][0], now.date() - BACK_WEEKS * WEEK))
    used = sorted({version for _, version in turns if version != NO_SCHEME})
    weeks = (end - start).days // 7
    return {
        "timezone": timezone,
        "start": start.isoformat(),
        "turns": _phases(turns, start, end),
        "schemes": [
            {"name": f"v{one}", "title": schemes.scheme(one).title, "document": schemes.scheme(one).model_dump(mode="json")}
            for one in used
        ],
        "assumptions": assumptions.model_copy(update={"weeks": max(4, weeks)}).model_dump(mode="json"),
        "horizon_weeks": weeks,
    }  # fmt: skip


def completed(tx: Transaction, organisation: str, spec: str, now: datetime) -> str:
    """The specification with the current people, the history up to yesterday, and the last accepted posterior."""
    body = json.loads(spec)
    if "known" in body:
        return spec
    whole = json.loads(with_people(tx, organisation, spec))
    accepted = belief_of(tx, organisation, body["assumptions"].get("posterior", "accepted"))
    return dump(
        {
            **whole,
            "known": _known(tx, organisation, date.fromisoformat(body["start"]), now),
            "posterior": accepted,
        }
    )


def _known(tx: Transaction, organisation: str, start: date, now: datetime) -> dict[str, Any] | None:
    """The history of everybody, its last day, and the clicks since the start; None without any event."""
    try:
        history = history_of_ledger(tx, organisation, now)
    except HistoryError:
        return None
    clicks = history.series[ALL].get("clicks", ())
    since = [value for day, value in zip(history.dates, clicks, strict=True) if day >= start]
    return {
        "last": history.last.isoformat(),
        "hash": sha256(rfc8785.dumps(history.model_dump(mode="json"))).hexdigest(),
        "clicks": float(sum(value or 0.0 for value in since)),
        "days": len(since),
        "history": history.model_copy(update={"series": {ALL: history.series[ALL]}}).model_dump(mode="json"),
    }


def _phases(turns: list[tuple[date, int]], start: date, end: date) -> list[tuple[int, int]]:
    """(day, version) of each change from the start on; day 0 has the version in force at the start."""
    found: dict[int, int] = {0: NO_SCHEME}
    for day, version in turns:
        if day < end:
            found[max(0, (day - start).days)] = version
    return sorted(found.items())


def monday(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())
