"""Outcomes: what is measured, in which unit, defined how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["more", "less", "neither"]


@dataclass(frozen=True)
class Outcome:
    """One outcome. A `flow` adds up over days; a `stock` is a value at the end of a day; a `ratio` divides the sums of two flows
    (`of` names them; 0 where the second is 0).
    """

    name: str
    title: str
    unit: str
    definition: str
    kind: Literal["flow", "stock", "ratio"]
    better: Better
    of: tuple[str, str] | None = None


def _flow(name: str, title: str, unit: str, better: Better, text: str) -> Outcome:
    return Outcome(name, title, unit, text, "flow", better)


def _stock(name: str, title: str, unit: str, better: Better, text: str) -> Outcome:
    return Outcome(name, title, unit, text, "stock", better)


def _ratio(name: str, title: str, unit: str, better: Better, of: tuple[str, str], *, text: str) -> Outcome:
    return Outcome(name, title, unit, text, "ratio", better, of)


OUTCOMES: tuple[Outcome, ...] = (
    _flow("shares", "Shares", "shares", "more", "Items that employees posted to their networks."),
    _flow("active_sharers", "Active sharers", "person-days", "more", "Different employees who shared on a day, added up over days."),
    _stock("weekly_sharers", "Weekly sharers", "share of staff", "more", "Employees who shared in the last seven days, of all."),
    _ratio("care", "Care a share", "level 0-1", "more", ("quality", "shares"), text="Mean care taken over a share: its quality."),
    _flow("quality", "Quality", "effort", "more", "Sum over shares of the care taken, 0 to 1 each."),
    _flow("viewers", "Viewers", "viewers", "neither", "Different people who saw a share, added up over shares."),
    _flow("naive_reach", "Naive reach", "contacts", "neither", "Contacts of everybody who posted or reposted, added up."),
    _flow("unique_reach", "Unique daily reach", "person-days", "more", "Different people who saw an employee's share on a day, added up over days."),
    _stock("people_reached", "People reached so far", "people", "more", "Different direct contacts who saw a share since day 0."),
    _flow("human_clicks", "Human clicks", "clicks", "more", "Clicks on employees' shares and their reposts, one a person."),
    _ratio("click_rate", "Click rate", "clicks a viewer", "more", ("human_clicks", "viewers"), text="Human clicks over viewers."),
    _flow("reposts", "Reposts", "reposts", "more", "Reposts of employees' shares, at any distance."),
    _flow("deep_reposts", "Reposts of reposts", "reposts", "neither", "Reposts two or more steps from the sharer."),
    _flow("reposted_shares", "Reposted shares", "shares", "more", "Shares that were reposted at least once."),
    _flow("large_cascades", "Large cascades", "shares", "neither", "Shares that were reposted five times and more."),
    _flow("reactions", "Reactions", "reactions", "more", "Likes and comments on employees' shares and their reposts."),
    _flow("contacts_gained", "Contacts gained", "contacts", "more", "Contacts that sharers gained by being seen."),
    _flow("engagement", "Engagement", "reactions", "more", "Human clicks and reposts."),
    _flow("leads", "Leads", "leads", "more", "Clicks on employees' shares that became a lead."),
    _flow("corporate_clicks", "Company-page clicks", "clicks", "more", "Clicks on posts of the company's own accounts."),
    _flow("corporate_reach", "Company-page reach", "person-days", "more", "Different people who saw a company post on a day, added up over days."),
    _flow("unfollows", "Unfollows", "contacts", "less", "Contacts who muted an employee over a share."),
    _flow("risky_shares", "Risky shares", "shares", "less", "Shares of items that were not green-lit."),
    _flow("sanctions", "Sanctions", "sanctions", "less", "Sanctions for shares that were not green-lit."),
    _flow("bought_shares", "Bought shares", "shares", "neither", "Shares that would not have been made without points."),
    _flow("gamed_shares", "Gamed shares", "shares", "less", "Bought shares with less care than an indifferent sharer takes."),
    _flow("careless_shares", "Careless shares", "shares", "less", "Shares with less care than an indifferent sharer takes."),
    _ratio("low_care", "Low-care share", "share of shares", "less", ("careless_shares", "shares"), text="Careless shares, of all shares."),
    _flow("corporate_posts", "Company-page posts", "posts", "neither", "Posts of the company's own accounts."),
    _flow("corporate_viewers", "Company-page viewers", "viewers", "more", "Different people who saw a company post, added up over posts."),
    _flow("corporate_reactions", "Company-page reactions", "reactions", "more", "Likes and comments on company posts."),
    _flow("contest_wins", "Contest wins", "people", "neither", "Members of a team that has won a contest, on the day it ends."),
    _stock("shares_gini", "Inequality of sharing", "Gini 0-1", "neither", "Gini coefficient of shares since day 0 over employees present."),
    _flow("points", "Points awarded", "points", "neither", "Points of every rule, on the day of the event."),
    _ratio("points_per_share", "Points a share", "points a share", "neither", ("points", "shares"), text="Points over shares."),
    _flow("cost", "Cost", "currency units", "less", "Money paid for rewards that points were turned in for."),
    _stock("liability", "Liability", "currency units", "less", "Money owed for points held, at the dearest reward's rate."),
    _flow("praise", "Recognition given", "thanks", "more", "Acts of recognition received by employees."),
    _stock("recognition_coverage", "Recognition coverage", "share of staff", "more", "Employees thanked at least once, of all."),
    _stock("points_gini", "Inequality of points", "Gini 0-1", "less", "Gini coefficient of points over employees present."),
    _stock("peer_trust", "Trust in employees", "level 0-1", "more", "Mean trust on contacts' ties to employees."),
    _stock("corporate_trust", "Trust in company pages", "level 0-1", "more", "Mean trust of followers."),
    _stock("fatigue", "Audience fatigue", "level", "less", "Mean fatigue F on contacts' ties to employees."),
    _stock("motivation", "Intrinsic motivation", "level 0-1", "more", "Mean of m over employees present."),
    _stock("fear", "Fear (FUD)", "level 0-1", "less", "Mean of f over employees present: fear, uncertainty and doubt."),
    _stock("habit", "Habit", "level 0-1", "more", "Mean of H over employees present."),
    _stock("enrolled", "Enrolled", "share of staff", "more", "Employees present who are enrolled in the tool, of all; 0 without a tool."),
    _flow("joined", "Joined", "people", "more", "Employees who enrolled, returns included."),
    _flow("lapsed", "Lapsed", "people", "less", "Employees who paused or left the tool."),
    _flow("opt_outs", "Opt-outs", "people", "less", "Members who turned their reminders off."),
    _stock("annoyance", "Annoyance", "level", "less", "Mean annoyance with reminders over the enrolled; 0 without any."),
    _stock("headcount", "Headcount", "people", "neither", "Employees present."),
)  # fmt: skip
NAMES = tuple(outcome.name for outcome in OUTCOMES)
MEASURED = tuple(outcome.name for outcome in OUTCOMES if outcome.of is None)
