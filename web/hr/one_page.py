"""One printable page for the sponsor of the program.

Cost including working time, gain, forecast against observed values, and what is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from rewards.digits import Told, step_of, told
from rewards.health.rows import Health, HealthWeek
from rewards.language import gettext, msg
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.publishing.publication import SchemeVersion, scheme_in_force
from sims.reports.stored import StoredComparison
from web.hr.health_kept import Promised, forecast_kept, health, promised
from web.loop.brought_words import BroughtRow, brought_rows
from web.session import SchemeReader, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
PATH = "/hr/one-page"
MINUTES_A_SHARE, COST_AN_HOUR = 5.0, 60.0
"""What a share takes of working time, and an hour's full cost: assumptions, which the reader can change on the page."""
SHOWN_WEEKS = 8
OUTCOMES = {"shares": msg("Shares"), "human_clicks": msg("Human clicks")}
Minutes = Annotated[float, Query(ge=0, le=600, allow_inf_nan=False)]
Hourly = Annotated[float, Query(ge=0, le=10_000, allow_inf_nan=False)]


@dataclass(frozen=True)
class Cost:
    """Cost of four weeks in the company's currency: rewards handed out and working time; the liability is listed apart."""

    rewards: float
    hours: float
    time: float
    owed: float

    @property
    def whole(self) -> float:
        """Rewards and working time together; the liability is a stock and no part of four weeks."""
        return self.rewards + self.time


@dataclass(frozen=True)
class Gain:
    """Human clicks beyond the baseline of doing nothing over the forecast's days, and the share of runs in which there were any.

    Rounded as on a rehearsal's page.
    """

    clicks: Told
    share: float
    days: int
    runs: int


@dataclass(frozen=True)
class PromiseRow:
    """One week of one outcome: the forecast and the observed value, in whole shares and clicks."""

    week: date
    title: str
    promised: Promised
    came: int

    @property
    def told(self) -> Told:
        """The forecast as displayed, rounded as on its own page."""
        median, *band = self.promised
        return told({"median": median, "p80": band}, least=1.0)

    @property
    def kept(self) -> bool:
        """True where the observed value is within the band as displayed."""
        step = max(step_of(self.promised[2] - self.promised[1]), 1.0)
        low, high = (round(bound / step) * step for bound in self.promised[1:])
        return low <= self.came <= high


@dataclass(frozen=True)
class OnePageContext:
    """Page context: `gain` and `promises` are empty where no forecast describes the scheme in force; `unknown`: what nobody knows."""

    account: Account
    person: Person
    version: SchemeVersion | None
    as_of: datetime
    cost: Cost
    shares: int
    clicks: int
    minutes: float
    hourly: float
    gain: Gain | None
    promises: Sequence[PromiseRow]
    brought: Sequence[BroughtRow]
    unknown: Sequence[str]


@router.get(PATH)
def one_page(
    request: Request,
    store: Store,
    account: SchemeReader,
    minutes: Minutes = MINUTES_A_SHARE,
    hourly: Hourly = COST_AN_HOUR,
) -> Response:
    """The page; the reader sets the minutes per share and the cost of an hour."""
    at, org = now(), account.organisation
    found = health(store, org, at)
    with store.read() as tx:
        person = get_person(tx, org, account.person)
        version = scheme_in_force(tx, org, at)
        stored = None if version is None else forecast_kept(tx, org, version.hash)
        weeks = {} if version is None else promised(tx, org, version)[1]
        after = brought_rows(tx, org, at)
    shares, clicks = (_number(found, name) for name in ("shares_28d", "clicks_28d"))
    hours = shares * minutes / 60
    cost = Cost(_number(found, "spend_28d"), hours, hours * hourly, _number(found, "liability"))
    gain = None if stored is None or version is None else gain_of(stored, version.hash)
    context = OnePageContext(
        account=account,
        person=person,
        version=version,
        as_of=datetime.fromisoformat(found.as_of),
        cost=cost,
        shares=int(shares),
        clicks=int(clicks),
        minutes=minutes,
        hourly=hourly,
        gain=gain,
        promises=promises(found.weeks, weeks, at.date()),
        brought=after,
        unknown=_unknown(found, gain, any(row.one.label == "randomised" for row in after)),
    )
    return page(request, "hr/one_page.html", context)


def gain_of(stored: StoredComparison, scheme: str) -> Gain | None:
    """The forecast gain of a scheme (by its hash) over doing nothing; None where the result describes another scheme."""
    body: Mapping[str, Any] = stored.body
    origin = body["provenance"]
    names = [one["name"] for one in origin["scenarios"] if scheme in one["schemes"].values()]
    for one in body["choice"]["candidates"]:
        if one["scenario"] in names:
            return Gain(
                told(one["incremental_clicks"]), one["share_of_runs_above_nothing"], origin["horizon_days"], origin["runs"]
            )  # fmt: skip
    return None


def promises(
    weeks: Sequence[HealthWeek], promised: Mapping[str, Mapping[str, Promised]], today: date
) -> list[PromiseRow]:
    """The last full weeks that the forecast covers."""
    over = [week for week in weeks if date.fromisoformat(week.monday) + timedelta(days=7) <= today]
    rows = []
    for week in over[-SHOWN_WEEKS:]:
        came = {"shares": week.shares, "human_clicks": week.clicks}
        for outcome, title in OUTCOMES.items():
            band = promised.get(outcome, {}).get(week.monday)
            if band is not None:
                day = date.fromisoformat(week.monday)
                rows.append(PromiseRow(day, gettext(title), band, came[outcome]))
    return rows


def _number(found: Health, measure: str) -> float:
    row = found.one(measure)
    return 0.0 if row is None or row.value is None else row.value


def _unknown(found: Health, gain: Gain | None, randomised: bool) -> list[str]:
    anyway = gettext(
        "How many of the clicks would have come anyway: nobody was left without the program to compare with. What is called more than "
        "doing nothing is the model's word, with its assumptions."
    )
    lines = [
        *([] if randomised else [anyway]),
        gettext("What a click is worth to the company, and what becomes of it."),
        gettext("How long a share really takes; the minutes above are assumed."),
    ]
    viewers = found.one("viewers_28d")
    if viewers is None or viewers.value is None:
        lines.append(gettext("How many people saw the posts: no network reports it."))
    if gain is None:
        lines.append(gettext("What the scheme in force would do: no forecast of exactly this text is kept."))
    return lines
