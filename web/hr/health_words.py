"""Titles and definitions of the measures of program health."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rewards.disclosure import NEARLY_ALL, NOT_SHOWN
from rewards.health.rows import Health, HealthRow
from rewards.language import gettext, in_signs, msg, msgs, ngettext, said
from rewards.people.tenure import GROUPS as TENURES
from web.templating import month_text

MEASURES: dict[str, tuple[str, str]] = {
    "people": (msg("People"), msg("Everybody who is with the company; of a scheme for the enrolled, those who joined.")),
    "invited": (msg("Invited"), msg("People who were ever invited to take part.")),
    "enrolled": (msg("Joined"), msg("People who take part now. Not joining is a choice and is shown of nobody.")),
    "active_7d": (msg("Active in 7 days"), msg("People who shared, suggested, commented, trained or thanked in 7 days.")),
    "active_28d": (msg("Active in 28 days"), msg("People who shared, suggested, commented, trained or thanked in 28 days.")),
    "cohort_active": (msg("Active still"),
        msg("Of those who first shared in that month (or in months before it with too few people), how many were active in the last 28 "
            "days.")),
    "shares_28d": (msg("Shares, 28 days"), msg("Shares that count; those taken back are not among them.")),
    "viewers_28d": (msg("Viewers, 28 days"),
        msg("As connected networks report them. Without a connection nobody knows, and nothing is guessed.")),
    "clicks_28d": (msg("Human clicks, 28 days"), msg("Clicks on tracked links after crawlers, repeats and one's own were taken out.")),
    "link_clicks": (msg("Clicks of any kind, ever"), msg("Every time that a tracked link was followed, by people and by programs.")),
    "link_clicks_human": (msg("… counted as human"), msg("Clicks on tracked links after crawlers, repeats and one's own were taken out.")),
    "link_clicks_filtered": (msg("… filtered"),
        msg("Clicks by crawlers and link previews, repeats, and those from the sharer's own network.")),
    "contributors": (msg("Did something in 13 weeks"), msg("People with something of their own in the last 91 days.")),
    "never_thanked": (msg("Of them, never thanked"),
        msg("People who did something in the last 91 days and got no thanks, highlight or award in them. Whoever did nothing is not "
            "counted.")),
    "coverage": (msg("Recognition coverage"),
        msg("The part of those who did something in the last 91 days that was thanked, highlighted or awarded.")),
    "points_per_share": (msg("Points a share"), msg("Points earned in 28 days for each share, where enough people shared.")),
    "least_to_median": (msg("Least-paid against the median"),
        msg("The least-paid group's points a share as a part of the median group's; 80 % is the limit that rehearsals hold schemes "
            "against, segment by segment.")),
    "points_held": (msg("Points not spent"), msg("Points that people can spend or that still wait.")),
    "liability": (msg("Liability"),
        msg("What it would cost if every point not spent went into the reward that costs most per point, in the company's currency.")),
    "spend_28d": (msg("Spent in 28 days"), msg("Cost of rewards asked for or approved in 28 days, in the company's currency.")),
    "award_budget_left": (msg("Points that can still be made spendable"), msg("What the award budget of the window under way has left.")),
    "budget_left": (msg("Points left this month"), msg("What this month's budget of a reward has left.")),
    "stock_left": (msg("Left in stock"), msg("How many of a reward there still are.")),
    "reviews_open": (msg("Held for a look"), msg("Events and thanks that wait for a person, by what made them wait.")),
    "reviews_decided_28d": (msg("Decided in 28 days"), msg("Looks that a person decided in 28 days.")),
    "claims_waiting": (msg("Rewards that wait"), msg("Rewards asked for that nobody has decided on.")),
    "reversals_28d": (msg("Taken back in 28 days"), msg("Events of 28 days that were taken back, by the page that they were about.")),
    "boards": (msg("Boards"), msg("Boards of the scheme in force.")),
    "off_boards": (msg("Not on boards by choice"), msg("People who chose not to stand on boards.")),
    "challenges_running": (msg("Challenges under way"), msg("Common goals whose last day is still to come.")),
    "challenge_reached": (msg("Goal reached by"), msg("Groups that have reached the goal, of those that may be shown.")),
    "nominations_28d": (msg("Nominations, 28 days"), msg("How often somebody named a colleague for an award.")),
    "rounds_waiting": (msg("Rounds to decide"), msg("Rounds of nominations that are over and wait for a person.")),
    "highlight_rounds_28d": (msg("Highlight periods closed, 28 days"), msg("Periods of exclusive recognition that ended and were given.")),
    "highlighted_28d": (msg("Highlights given, 28 days"), msg("How often somebody got exclusive recognition.")),
}  # fmt: skip
SECTIONS: dict[str, str] = {
    "participation": msg("Who takes part"),
    "reach": msg("What it reaches"),
    "recognition": msg("Who is thanked"),
    "money": msg("What it owes and spends"),
    "queue": msg("What waits"),
    "boards": msg("Boards"),
    "challenges": msg("Challenges"),
    "nominations": msg("Nominations"),
    "highlights": msg("Highlights"),
}
TABLES: dict[str, tuple[str, str]] = {
    "segments": (msg("Active by segment"), msg("Segment")),
    "cohorts": (msg("By month of the first share"), msg("First share")),
    "never_thanked": (msg("Never thanked, by segment"), msg("Segment")),
    "fairness": (msg("Fairness by segment"), msg("Segment")),
    "fairness_tenure": (msg("Fairness by time with the company"), msg("With the company")),
    "budgets": (msg("Budgets"), msg("What")),
    "reversals": (msg("Taken back, by page"), msg("Page")),
}
PEOPLE, SHARES, CLICKS = msgs("person", "people"), msgs("share", "shares"), msgs("click", "clicks")
POINTS, MONEY = msgs("point", "points"), msgs("in your currency", "in your currency")
UNITS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("people", "invited", "enrolled", "active_7d", "active_28d", "cohort_active", "viewers_28d", "contributors", "never_thanked",
            "off_boards"),
        PEOPLE,
    ),
    "shares_28d": SHARES,
    **dict.fromkeys(("clicks_28d", "link_clicks", "link_clicks_human", "link_clicks_filtered"), CLICKS),
    **dict.fromkeys(("points_per_share", "points_held", "award_budget_left", "budget_left"), POINTS),
    **dict.fromkeys(("liability", "spend_28d"), MONEY),
    "stock_left": msgs("piece", "pieces"),
    **dict.fromkeys(("reviews_open", "reviews_decided_28d"), msgs("case", "cases")),
    "claims_waiting": msgs("reward", "rewards"),
    "reversals_28d": msgs("event", "events"),
    "boards": msgs("board", "boards"),
    "challenges_running": msgs("challenge", "challenges"),
    "challenge_reached": msgs("group", "groups"),
    "nominations_28d": msgs("nomination", "nominations"),
    **dict.fromkeys(("rounds_waiting", "highlight_rounds_28d"), msgs("round", "rounds")),
    "highlighted_28d": msgs("highlight", "highlights"),
}  # fmt: skip
"""What each measure counts; parts say their % themselves."""
_RATIOS = frozenset({"points_per_share"})
_PARTS = frozenset({"coverage", "least_to_median"})
MOST_WITH_CENTS = 100
MONTH = re.compile(r"\d{4}-\d\d")
_KINDS = {
    "velocity": msg("more in an hour than usual"),
    "reciprocal": msg("thanks both ways"),
    "ring": msg("a ring of thanks"),
}


@dataclass(frozen=True)
class Shown:
    """A row as shown: title, definition, group, number, its unit ("" where it says it itself), and the total that it is a part of."""

    measure: str
    title: str
    definition: str
    group: str
    text: str
    unit: str
    of: int | None
    until: date | None


def shown(row: HealthRow, minimum: int) -> Shown:
    """One measure as a row of the page."""
    title, definition = MEASURES[row.measure]
    words = {"queue": _KINDS, "fairness_tenure": TENURES}.get(row.section, {})
    group = gettext(words[row.group]) if row.group in words else row.group
    if MONTH.fullmatch(group):
        group = month_text(date.fromisoformat(f"{group}-01"))
    return Shown(
        row.measure,
        gettext(title),
        gettext(definition),
        group,
        text_of(row, minimum),
        unit_of(row),
        row.of,
        date.fromisoformat(row.until) if row.until else None,
    )


def unit_of(row: HealthRow) -> str:
    """The unit of a number that is shown, in the number that fits it."""
    if row.measure not in UNITS or (row.measure == "challenge_reached" and row.of == 1):
        return ""
    if row.value is None:
        return "" if row.told in (NOT_SHOWN, "unknown") else ngettext(*UNITS[row.measure], 2)
    one = row.value == 1 and row.of is None
    return ngettext(*UNITS[row.measure], 1 if one else 2)


def text_of(row: HealthRow, minimum: int) -> str:
    """The number as text, or the words shown in its place."""
    if row.value is not None and row.measure in _PARTS:
        return f"{100 * row.value:.0f} %"
    if row.value is not None:
        if row.measure == "challenge_reached" and row.of == 1:
            return gettext("reached") if row.value else gettext("not reached yet")
        a_share = row.measure in _RATIOS
        whole = not a_share and (float(row.value).is_integer() or abs(row.value) >= MOST_WITH_CENTS)
        return in_signs(f"{row.value:,.0f}" if whole else f"{row.value:,.2f}")
    if row.told == NOT_SHOWN:
        return gettext("not shown")
    if row.told == NEARLY_ALL:
        return gettext("nearly all")
    if row.told == "unknown":
        return gettext("not known")
    return said("fewer than {count}", count=minimum)


def section(found: Health, name: str) -> list[Shown]:
    """The rows of a section: the total and its groups."""
    return [shown(row, found.minimum) for row in found.of(name)]
