"""Outcomes that a run measures, with unit and definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rewards.language import msg

Better = Literal["more", "less", "neither"]


@dataclass(frozen=True)
class Outcome:
    """One outcome: a `flow` is summed over days, a `stock` is a value at the end of a day, a `ratio` divides the sums of two flows.

    `of` names the two flows of a ratio, which is 0 where the second is 0.
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
    _flow("shares", msg("Shares"), msg("shares"), "more", msg("Items that employees posted to their networks.")),
    _flow("active_sharers", msg("Active sharers"), msg("person-days"), "more",
        msg("Different employees who shared on a day, added up over days.")),
    _stock("weekly_sharers", msg("Weekly sharers"), msg("share of staff"), "more",
        msg("Employees who shared in the last seven days, of all.")),
    _ratio("care", msg("Care a share"), msg("level 0-1"), "more", ("quality", "shares"),
        text=msg("Mean care taken over a share: its quality.")),
    _flow("quality", msg("Quality"), msg("effort"), "more", msg("Sum over shares of the care taken, 0 to 1 each.")),
    _flow("viewers", msg("Viewers"), msg("viewers"), "neither", msg("Different people who saw a share, added up over shares.")),
    _flow("naive_reach", msg("Naive reach"), msg("contacts"), "neither", msg("Contacts of everybody who posted or reposted, added up.")),
    _flow("unique_reach", msg("Unique daily reach"), msg("person-days"), "more",
        msg("Different people who saw an employee's share on a day, added up over days.")),
    _stock("people_reached", msg("People reached so far"), msg("people"), "more",
        msg("Different direct contacts who saw a share since day 0.")),
    _flow("human_clicks", msg("Human clicks"), msg("clicks"), "more", msg("Clicks on employees' shares and their reposts, one a person.")),
    _ratio("click_rate", msg("Click rate"), msg("clicks a viewer"), "more", ("human_clicks", "viewers"),
        text=msg("Human clicks over viewers.")),
    _flow("reposts", msg("Reposts"), msg("reposts"), "more", msg("Reposts of employees' shares, at any distance.")),
    _flow("deep_reposts", msg("Reposts of reposts"), msg("reposts"), "neither", msg("Reposts two or more steps from the sharer.")),
    _flow("reposted_shares", msg("Reposted shares"), msg("shares"), "more", msg("Shares that were reposted at least once.")),
    _flow("large_cascades", msg("Large cascades"), msg("shares"), "neither", msg("Shares that were reposted five times and more.")),
    _flow("reactions", msg("Reactions"), msg("reactions"), "more", msg("Likes and comments on employees' shares and their reposts.")),
    _flow("contacts_gained", msg("Contacts gained"), msg("contacts"), "more", msg("Contacts that sharers gained by being seen.")),
    _flow("engagement", msg("Engagement"), msg("reactions"), "more", msg("Human clicks and reposts.")),
    _flow("leads", msg("Leads"), msg("leads"), "more", msg("Clicks on employees' shares that became a lead.")),
    _flow("corporate_clicks", msg("Company-page clicks"), msg("clicks"), "more", msg("Clicks on posts of the company's own accounts.")),
    _flow("corporate_reach", msg("Company-page reach"), msg("person-days"), "more",
        msg("Different people who saw a company post on a day, added up over days.")),
    _flow("unfollows", msg("Unfollows"), msg("contacts"), "less", msg("Contacts who muted an employee over a share.")),
    _flow("risky_shares", msg("Risky shares"), msg("shares"), "less", msg("Shares of items that were not green-lit.")),
    _flow("sanctions", msg("Sanctions"), msg("sanctions"), "less", msg("Sanctions for shares that were not green-lit.")),
    _flow("bought_shares", msg("Bought shares"), msg("shares"), "neither", msg("Shares that would not have been made without points.")),
    _flow("gamed_shares", msg("Gamed shares"), msg("shares"), "less",
        msg("Bought shares with less care than an indifferent sharer takes.")),
    _flow("careless_shares", msg("Careless shares"), msg("shares"), "less", msg("Shares with less care than an indifferent sharer takes.")),
    _ratio("low_care", msg("Low-care share"), msg("share of shares"), "less", ("careless_shares", "shares"),
        text=msg("Careless shares, of all shares.")),
    _flow("corporate_posts", msg("Company-page posts"), msg("posts"), "neither", msg("Posts of the company's own accounts.")),
    _flow("corporate_viewers", msg("Company-page viewers"), msg("viewers"), "more",
        msg("Different people who saw a company post, added up over posts.")),
    _flow("corporate_reactions", msg("Company-page reactions"), msg("reactions"), "more", msg("Likes and comments on company posts.")),
    _flow("contest_wins", msg("Contest wins"), msg("people"), "neither",
        msg("Members of a team that has won a contest, on the day it ends.")),
    _stock("shares_gini", msg("Inequality of sharing"), msg("Gini 0-1"), "neither",
        msg("Gini coefficient of shares since day 0 over employees present.")),
    _stock("recent_gini", msg("Inequality of sharing of late"), msg("Gini 0-1"), "neither",
        msg("Gini coefficient of shares of this week and the three before it over employees present.")),
    _flow("points", msg("Points awarded"), msg("points"), "neither", msg("Points of every rule, on the day of the event.")),
    _ratio("points_per_share", msg("Points a share"), msg("points a share"), "neither", ("points", "shares"),
        text=msg("Points over shares.")),
    _flow("cost", msg("Cost"), msg("currency units"), "less", msg("Money paid for rewards that points were turned in for.")),
    _stock("liability", msg("Liability"), msg("currency units"), "less", msg("Money owed for points held, at the dearest reward's rate.")),
    _flow("praise", msg("Recognition given"), msg("thanks"), "more", msg("Acts of recognition received by employees.")),
    _stock("recognition_coverage", msg("Recognition coverage"), msg("share of staff"), "more",
        msg("Employees thanked at least once, of all.")),
    _stock("points_gini", msg("Inequality of points"), msg("Gini 0-1"), "less", msg("Gini coefficient of points over employees present.")),
    _stock("peer_trust", msg("Trust in employees"), msg("level 0-1"), "more", msg("Mean trust on contacts' ties to employees.")),
    _stock("corporate_trust", msg("Trust in company pages"), msg("level 0-1"), "more", msg("Mean trust of followers.")),
    _stock("fatigue", msg("Audience fatigue"), msg("level"), "less", msg("Mean fatigue F on contacts' ties to employees.")),
    _stock("motivation", msg("Intrinsic motivation"), msg("level 0-1"), "more", msg("Mean of m over employees present.")),
    _stock("fear", msg("Fear (FUD)"), msg("level 0-1"), "less", msg("Mean of f over employees present: fear, uncertainty and doubt.")),
    _stock("habit", msg("Habit"), msg("level 0-1"), "more", msg("Mean of H over employees present.")),
    _stock("enrolled", msg("Enrolled"), msg("share of staff"), "more",
        msg("Employees present who are enrolled in the tool, of all; 0 without a tool.")),
    _flow("joined", msg("Joined"), msg("people"), "more", msg("Employees who enrolled, returns included.")),
    _flow("lapsed", msg("Lapsed"), msg("people"), "less", msg("Employees who paused or left the tool.")),
    _flow("opt_outs", msg("Opt-outs"), msg("people"), "less", msg("Members who turned their reminders off.")),
    _stock("annoyance", msg("Annoyance"), msg("level"), "less", msg("Mean annoyance with reminders over the enrolled; 0 without any.")),
    _stock("headcount", msg("Headcount"), msg("people"), "neither", msg("Employees present.")),
)  # fmt: skip
NAMES = tuple(outcome.name for outcome in OUTCOMES)
MEASURED = tuple(outcome.name for outcome in OUTCOMES if outcome.of is None)
