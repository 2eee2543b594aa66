"""The scheme in plain language for the employee, with the rest of each cap, the streaks and the level held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rewards.badges.outlook import CapLeft, Outlook, StreakToday, outlook
from rewards.language import counted, gettext, msg, said
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.publishing.notices import changes
from rewards.publishing.publication import next_version, scheme_in_force
from rewards.scheme.explain import explain_scheme
from web.session import Employee, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
_WINDOWS = {
    "day": msg("today"),
    "week": msg("this week"),
    "month": msg("this month"),
    "total": msg("in all"),
}


@dataclass(frozen=True)
class CapBar:
    """A cap with the share of it that is left, from 0 to 1, and its time window in words."""

    cap: CapLeft
    window: str
    share: float


@dataclass(frozen=True)
class RulesContext:
    """Page context: `lines` are the scheme's sentences; empty where no scheme is in force."""

    account: Account
    person: Person
    title: str
    lines: Sequence[str]
    caps: Sequence[CapBar]
    streaks: Sequence[tuple[StreakToday, str]]
    outlook: Outlook
    coming: Coming | None


@dataclass(frozen=True)
class Coming:
    """An announced version: when it takes effect, and its sentences that the version in force lacks."""

    title: str
    from_: datetime
    changes: Sequence[str]


@router.get("/rules")
def rules(request: Request, store: Store, account: Employee) -> Response:
    """The scheme's sentences, and the rest of each cap."""
    org, me = account.organisation, account.person
    with store.read() as tx:
        version = scheme_in_force(tx, org, now())
        found = outlook(tx, org, me, now())
        person = get_person(tx, org, me)
        announced = next_version(tx, org, now())
        coming = None
        if announced is not None and version is not None:
            new = changes(version.scheme, announced.scheme)
            coming = Coming(announced.scheme.title, announced.effective_at, new)
    context = RulesContext(
        account=account,
        person=person,
        title="" if version is None else version.scheme.title,
        lines=[] if version is None else explain_scheme(version.scheme)[1:],
        caps=[_bar(cap) for cap in found.caps],
        streaks=[(streak, state_of(streak)) for streak in found.streaks],
        outlook=found,
        coming=coming,
    )
    return page(request, "employee/rules.html", context)


def _bar(cap: CapLeft) -> CapBar:
    share = cap.left_millipoints / cap.whole_millipoints if cap.whole_millipoints else 0.0
    return CapBar(cap, gettext(_WINDOWS[cap.window]), share)


def state_of(streak: StreakToday) -> str:
    """The state of a streak in a sentence."""
    if not streak.days:
        return gettext("Not begun yet.")
    if streak.broken:
        return counted(
            "It broke after {count} day; the next time begins it anew.",
            "It broke after {count} days; the next time begins it anew.",
            streak.days,
        )
    if streak.frozen_days:
        return counted(
            "{count} missed day is covered by a freeze; act today to keep it.",
            "{count} missed days are covered by freezes; act today to keep it.",
            streak.frozen_days,
        )
    if streak.acted_today:
        return gettext("Kept today.")
    return said("Kept so far.")
