"""Plausible magnitudes of a program: weak, graded evidence, evaluated separately from the published experiments.

The company has the size and the contacts of `examples/people-midsize.csv` (500 people, median of some 320 contacts) and is simulated for
a year without a program (N) and with a tool alone (T): an invitation to everybody, a weekly reminder, little friction, training.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.program.membership import MEMBER
from agents.setting.setting import Audience, Contacts, CorporateAccount, Organisation, Phase, Setting, Tool
from sims.validation.experiments import post

Grade = Literal["A", "B", "C", "D"]

PEOPLE, AUDIENCE, FOLLOWERS, YEAR_DAYS, MONTH_DAYS = 500, 60_000, 5_000, 364, 28
TOOL = Phase(tool=Tool(digests_per_week=1.0, friction=0.1, signup_friction=0.3, training=0.5))
# Clicks per view on the channel X relative to LinkedIn.
X_CLICKS = 0.6
PAGE_POSTS = 40
# Offset of the keys of magnitudes: ten times the number, plus the part.
OF_A_MAGNITUDE = 10_000


def world(p: Parameters, seed: int, run: int, phase: Phase) -> AdvocacyModel:
    """A model of a company of 500 with an audience of 60,000 and a page with 5,000 followers."""
    organisation = Organisation(
        headcount=PEOPLE,
        contacts=Contacts(median=320.0, sigma=1.1),
        audience=Audience(size=AUDIENCE),
        corporate_accounts=(CorporateAccount(followers=FOLLOWERS),),
    )
    setting = Setting(organisation=organisation, phases=(phase,), horizon_days=YEAR_DAYS)
    return AdvocacyModel(setting, seed, run, parameters=p)


class Months:
    """A year by months of four weeks: `shares` int64[13, n] of each employee, and who was `enrolled` at the end of each month."""

    def __init__(self, model: AdvocacyModel) -> None:
        totals, members = [model.state.total_shares.copy()], []
        for _ in range(YEAR_DAYS):
            model.run_for(1)
            totals.append(model.state.total_shares.copy())
            members.append(model.members.status == MEMBER)
        self._totals, self._members = np.array(totals), np.array(members)
        self.shares = np.diff(self._totals[::MONTH_DAYS], axis=0)
        self.enrolled = self._members[MONTH_DAYS - 1 :: MONTH_DAYS]

    def active(self, month: int) -> float:
        """Part of the staff who shared in a month (numbered from 1)."""
        return float((self.shares[month - 1] > 0).mean())

    def active_of_enrolled(self, month: int) -> float:
        """Part of the enrolled who shared in a month of their membership (from 1), among those who joined early enough and stayed."""
        joined = np.argmax(self._members, axis=0)
        begin = joined + MONTH_DAYS * (month - 1)
        end = begin + MONTH_DAYS
        who = np.flatnonzero(self._members.any(axis=0) & (end <= YEAR_DAYS))
        who = who[self._members[end[who] - 1, who]]
        made = self._totals[end[who], who] - self._totals[begin[who], who]
        return float((made > 0).mean()) if who.size else 0.0

    def shares_an_advocate(self, month: int) -> float:
        """Mean shares of enrolled people who shared at all."""
        mine = self.shares[month - 1][self.enrolled[month - 1]]
        return float(mine.sum() / max(1, (mine > 0).sum()))


def year_with_a_tool(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """P1 to P5, P8 and P10 to P13: the same people for a year, without a program and with a tool."""
    left_alone, tooled = world(p, seed, run, Phase()), world(p, seed, run, TOOL)
    alone, with_tool = Months(left_alone), Months(tooled)
    o, t = left_alone.outcomes(), tooled.outcomes()
    sums = {name: float(values.sum()) for name, values in o.items()}
    views, pages = max(1.0, sums["viewers"]), max(1.0, sums["corporate_viewers"])
    year = range(1, YEAR_DAYS // MONTH_DAYS + 1)
    return {
        OF_A_MAGNITUDE + 10: float(o["weekly_sharers"][6::7].mean()),
        OF_A_MAGNITUDE + 11: float(np.mean([alone.active(month) for month in year])),
        OF_A_MAGNITUDE + 20: float(t["enrolled"][83]),
        OF_A_MAGNITUDE + 30: with_tool.active_of_enrolled(1),
        OF_A_MAGNITUDE + 31: with_tool.active_of_enrolled(3),
        OF_A_MAGNITUDE + 32: with_tool.active_of_enrolled(12),
        OF_A_MAGNITUDE + 40: with_tool.shares_an_advocate(3),
        OF_A_MAGNITUDE + 50: with_tool.active(3) - alone.active(3),
        OF_A_MAGNITUDE + 80: sums["human_clicks"] / max(1.0, sums["shares"]),
        OF_A_MAGNITUDE + 81: float(t["human_clicks"].sum() / max(1.0, float(t["shares"].sum()))),
        OF_A_MAGNITUDE + 100: sums["reposts"] / views,
        OF_A_MAGNITUDE + 101: sums["reposts"] / max(1.0, sums["shares"] + sums["reposts"]),
        OF_A_MAGNITUDE + 110: (sums["reactions"] + sums["corporate_reactions"]) / (views + pages),
        OF_A_MAGNITUDE + 120: sums["corporate_viewers"] / max(1.0, sums["corporate_posts"]) / FOLLOWERS,
        OF_A_MAGNITUDE + 130: sums["unfollows"] / views,
    }


def one_post_each(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """P6, P7: viewers relative to contacts when everybody posts once. P9: link clicks per view of the page, and of a page on X."""
    model = world(p.without("fatigue", "trust", "unfollow"), seed, run, Phase())
    contacts = model.staff.contacts.astype(np.float64)
    people = np.arange(PEOPLE, dtype=np.int64)
    viewers = sum(
        (post(model, people, day, p.peer_premium).viewers for day in (1, 2, 3)), start=np.zeros(PEOPLE)
    )
    middling = (contacts >= 200.0) & (contacts <= 1000.0)
    seen = viewers > 0.0
    slope = np.polyfit(np.log(contacts[seen]), np.log(viewers[seen]), 1)[0]
    pages = [post(model, np.full(PAGE_POSTS, PEOPLE, dtype=np.int64), day, 1.0) for day in (4, 5, 6, 7)]
    rate = sum(int(page.clicks.sum()) for page in pages) / max(
        1.0, sum(float(page.viewers.sum()) for page in pages)
    )
    return {
        OF_A_MAGNITUDE + 60: float(viewers[middling].sum() / 3.0 / contacts[middling].sum()),
        OF_A_MAGNITUDE + 70: float(slope),
        OF_A_MAGNITUDE + 90: float(rate),
        OF_A_MAGNITUDE + 91: float(X_CLICKS * rate),
    }
