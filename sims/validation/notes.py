"""Descriptions of the calibration targets: heading, experiment, and evidence of the band.

Marks as in the table of parameters: R read in a published page, M from memory and to be verified before it is quoted, V vendor claim,
A our assumption.
"""

from __future__ import annotations

from typing import NamedTuple


class Note(NamedTuple):
    """The description of a target."""

    heading: str
    experiment: str
    basis: str


NOTES: dict[int, Note] = {
    1: Note(
        "Sharers without a programme",
        "A company of 500 with an audience of 100,000 and one company page is left alone for 26 weeks after a burn-in "
        "of four. Mean over the weeks of the share of staff who shared in the week.",
        "LinkedIn: about 3 % of employees share (V).",
    ),
    2: Note(
        "Their share of all engagement (soft)",
        "The same company: clicks on employees' shares, of all clicks on them and on the company page. It depends on "
        "the size of the page (20,000 followers, five posts a week), hence soft.",
        "LinkedIn: those 3 % bring about 30 % of engagement (V).",
    ),
    3: Note(
        "Peer click premium",
        "500 employees and the company page post the same item. Clicks per view of the employees' shares over clicks "
        "per view of the page's post.",
        "LinkedIn: employees' shares are clicked twice as often (R).",
    ),
    4: Note(
        "Singleton cascades",
        "20,000 shares a replicate by the company's people, each in proportion to the own rate of sharing, on the topics "
        "of the content desk. Share of trees without a repost.",
        "Goel, Watts & Goldstein 2012 (R).",
    ),
    5: Note(
        "Trees beyond one degree",
        "The same shares. A tree goes beyond one degree when a repost is reposted (depth two or more).",
        "Goel, Watts & Goldstein 2012 (R).",
    ),
    6: Note(
        "Adoptions beyond one degree",
        "The same shares: reposts two or more steps from the sharer, of all shares and reposts. In addition R, the "
        "reposts caused by one adoption, which must lie in 0.10–0.25 at the same time.",
        "Goel, Watts & Goldstein 2012 (R).",
    ),
    8: Note(
        "Perceived audience",
        "Employees' estimate of their audience over their number of contacts; median.",
        "Bernstein et al. 2013: people guess 27 % of their true audience (R).",
    ),
    9: Note(
        "Friends who see one post",
        "Thirty people with some 250 friends post four times in a month on Facebook as it was in 2012 (visibility "
        "0.62, an input). Mean share of friends who see a post.",
        "Bernstein et al. 2013: 35 % of friends see a post (M).",
    ),
    91: Note(
        "Friends who see one post or more in a month",
        "The same four posts: share of friends who saw one or more.",
        "Bernstein et al. 2013: 61 % of friends see one post or more in a month (M).",
    ),
    10: Note(
        "Half-life of a post",
        "Median time from a share to its clicks, over four weeks of a company of 500 on LinkedIn.",
        "LinkedIn's feed: about 24 hours (R).",
    ),
    11: Note(
        "Unique against naive reach",
        "Distinct contacts of 10, 100 and 1,000 sharers over the sum of the sizes of their networks, audience of "
        "300,000.",
        "Overlap of a finite audience (A).",
    ),
    12: Note(
        "Undermining, high motivation",
        "Eight weeks of tangible pay for each share, then none; the two weeks after that, against people who were "
        "never paid; most motivated quarter. The behaviour is a pleasant one (chosen on about half of all occasions).",
        "Deci, Koestner & Ryan 1999: d −0.28 to −0.40 for expected tangible rewards (M).",
    ),
    13: Note(
        "Undermining, low motivation",
        "The same experiment, least motivated quarter.",
        "Deci, Koestner & Ryan 1999: no undermining of dull tasks (M).",
    ),
    15: Note(
        "Tiny pay, dull task",
        "Two weeks of two tangible points a share, for people without intrinsic motivation for the task, over the "
        "same people without pay.",
        "DellaVigna & Pope 2018: very low pay does not crowd out effort in a dull task (M).",
    ),
    17: Note(
        "Unexpected praise",
        "Everybody is thanked, unannounced, at the end of two weeks running; the two weeks after.",
        "Deci, Koestner & Ryan 1999: verbal rewards, d about 0.3 (M).",
    ),
    18: Note(
        "A random award and retention",
        "A random half gets one award after a week. Their activity a month and twelve months later, over the same "
        "people's activity without the award.",
        "Gallus 2017: awards to newcomers of Wikipedia, +20 % retention after a month, still there after a year (M).",
    ),
    19: Note(
        "Exclusive recognition",
        "The best third is thanked after a week. Volume of the whole group, and of those not thanked, over the "
        "following four weeks.",
        "Bradler et al. 2016: exclusive recognition raises the group, those passed over included (M).",
    ),
    21: Note(
        "Badges, on average",
        "A badge for ten shares, nine weeks, everybody together.",
        "Field experiments with badges: small, sign uncertain (M).",
    ),
    22: Note(
        "Steering",
        "The same badge. People with ten shares, each compared with themselves without the badge: share of those who "
        "speed up by more than 5 % over the last three shares before it; their time between shares; and the time "
        "between the three shares after it.",
        "Anderson et al. 2013: about 20 % steer (R). Kivetz, Urminsky & Zheng 2006: acceleration and reset (M).",
    ),
    26: Note(
        "Novelty",
        "Tangible points for every share, week after week: effect in week 20 over that in week 1. Nothing later in "
        "the year can change either.",
        "Effects of gamification: 1.57 under a week, 0.30 to 20 weeks, −0.20 over years (R).",
    ),
    28: Note(
        "Quantity against quality",
        "Symbolic points, a message that shows the median colleague, and both, for four weeks: volume, and the care "
        "that goes into a share.",
        "Points raise volume and not quality; a norm beside them does best (M).",
    ),
    29: Note(
        "The rewarded share",
        "The same hundred people post the same items on ten days, with tangible points, with symbolic points or with "
        "none in force, to an audience of acquaintances or of friends. Clicks per view and trust, compared with no "
        "points.",
        "Verlegh et al. 2013: weak ties discount a recommendation paid for, strong ones excuse it; symbolic rewards "
        "cost nothing (R).",
    ),
    30: Note(
        "A broken streak",
        "People with a streak of two days cannot share on a Wednesday. Thursday's probability of sharing where "
        "Wednesdays count, compared with the same people where they do not; and where a freeze covers the missed day. "
        "Up to the Wednesday all three conditions are identical.",
        "Silverman & Barasch 2023: a broken streak, rather than a pause, keeps people away; a repair helps (signs "
        "only, R).",
    ),
}
