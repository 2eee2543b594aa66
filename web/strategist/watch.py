"""The animation of one recorded run: the company as a picture, a table behind it, and some people's decisions term by term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rewards.language import gettext, msg
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from sims.recording.kept import latest_recording
from web.session import ForecastReader, Store
from web.templating import page

router = APIRouter(include_in_schema=False)
PATH = "/strategist/watch"
WEEK_DAYS = 7
CURVES = ("shares", "human_clicks", "peer_trust", "fatigue", "motivation", "fear", "habit")
TERMS = {
    "intrinsic": msg("wanting to"),
    "image": msg("being seen"),
    "feedback": msg("reactions expected"),
    "reward": msg("points"),
    "crowding_out": msg("points in the place of wanting"),
    "goal": msg("the next goal near"),
    "norm": msg("what colleagues do"),
    "recognition": msg("having been thanked"),
    "rank": msg("place on a board"),
    "contest": msg("a contest of teams"),
    "streak": msg("a streak to keep"),
    "habit": msg("habit"),
    "friction": msg("the tool's trouble"),
    "fear": msg("fear of a mistake"),
    "repetition": msg("having shared lately"),
    "asked": msg("being asked"),
}


@dataclass(frozen=True)
class WatchedWeek:
    """One week of the recording: sums of activity, and people's state variables at its end."""

    first: date
    shares: int
    viewers: int
    clicks: int
    reposts: int
    trust: float
    fatigue: float
    motivation: float


@dataclass(frozen=True)
class WatchContext:
    """Page context. `weeks`: the table behind the picture; empty, like the title, without a recording. `drawn` of `staff` are shown."""

    account: Account
    person: Person
    title: str
    saved_at: datetime | None
    run: int
    seed: int
    drawn: int
    staff: int
    explained: Sequence[int]
    weeks: Sequence[WatchedWeek]
    words: Mapping[str, Any]


@router.get(PATH)
def watch(request: Request, store: Store, account: ForecastReader) -> Response:
    """The latest recorded run."""
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
        found = latest_recording(tx, account.organisation)
    body = None if found is None else found.body
    context = WatchContext(
        account=account,
        person=person,
        title="" if found is None else found.title,
        saved_at=None if found is None else found.saved_at,
        run=0 if body is None else body["run"],
        seed=0 if body is None else body["seed"],
        drawn=0 if body is None else len(body["people"]),
        staff=0 if body is None else body["staff"],
        explained=() if body is None else body["explained"],
        weeks=() if body is None else weeks_of(body),
        words={
            "terms": {name: gettext(word) for name, word in TERMS.items()},
            "day": gettext("Day {day}, {date}"),
            "shared": gettext("shared {item}: the chance was {chance}"),
            "not": gettext("did not share {item}: the chance was {chance}"),
            "nothing": gettext("met nothing to share on this day"),
            "base": gettext("where everybody starts: a chance of {chance}"),
            "play": gettext("Play"),
            "pause": gettext("Pause"),
        },
    )
    return page(request, "strategist/watch.html", context)


@router.get(PATH + ".json")
def data(store: Store, account: ForecastReader) -> Response:
    """The recording as JSON for the animation."""
    with store.read() as tx:
        found = latest_recording(tx, account.organisation)
    return Response("{}" if found is None else found.text, media_type="application/json")


def weeks_of(body: Mapping[str, Any]) -> list[WatchedWeek]:
    """The recording summed by week."""
    days, first = body["days"], date.fromisoformat(body["first_date"])
    at = {name: place for place, name in enumerate(CURVES)}
    weeks = []
    for start in range(0, len(days), WEEK_DAYS):
        part = days[start : start + WEEK_DAYS]
        shares = [share for day in part for share in day["shares"]]
        last = part[-1]["curves"]
        viewers, clicks, reposts = (sum(share[column] for share in shares) for column in (2, 3, 4))
        weeks.append(
            WatchedWeek(
                first=first + timedelta(days=start),
                shares=len(shares),
                viewers=viewers,
                clicks=clicks,
                reposts=reposts,
                trust=last[at["peer_trust"]],
                fatigue=last[at["fatigue"]],
                motivation=last[at["motivation"]],
            )
        )
    return weeks
