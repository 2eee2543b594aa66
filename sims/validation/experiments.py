"""Experiments without a scheme: baseline activity of a company, and the spread of its posts.

Each takes parameters, a seed and a replicate, and returns {target number of `sims.validation.validate`: measured value}.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience import Answer, Posts
from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.program.record import CLICK, SHARE
from agents.setting.setting import Audience, Organisation, Setting
from engine.streams import Stream, stream_key, uniforms

WEEKS = 26
COMPANY = 500
POSTS_A_MONTH, FRIENDS, FACEBOOK_2012 = 4, 250, 0.62
SHARES_A_ROUND, ROUNDS = 5_000, 4

Ints = NDArray[np.int64]


def company(
    headcount: int, audience: int, days: int, p: Parameters, seed: int, *, run: int, burn_in: int = 28
) -> AdvocacyModel:
    """A company without a program."""
    organisation = Organisation(headcount=headcount, audience=Audience(size=audience))
    setting = Setting(organisation=organisation, horizon_days=days, burn_in_days=burn_in)
    return AdvocacyModel(setting, seed, run, parameters=p)


def without_a_programme(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """1: weekly sharers; 2: their share of all clicks; 8: perceived over true audience."""
    model = company(COMPANY, 100_000, 7 * WEEKS, p, seed, run=run)
    model.run_for(7 * WEEKS)
    o = model.outcomes()
    clicks, pages = o["human_clicks"].sum(), o["corporate_clicks"].sum()
    believed = np.expm1(model.traits.perceived_log) / np.maximum(model.staff.contacts, 1)
    return {
        1: float(o["weekly_sharers"][6::7].mean()),
        2: float(clicks / max(1.0, clicks + pages)),
        8: float(np.median(believed)),
    }


def post(
    model: AdvocacyModel,
    sources: Ints,
    day: int,
    premium: float,
    topic: Ints | int = 0,
    *,
    tangible: float = 0.0,
    visibility: float | None = None,
) -> Answer:
    """The response when all `sources` post the same kind of item on one day, with medium effort."""
    n = sources.size
    _, place, counts = np.unique(sources, return_inverse=True, return_counts=True)
    order = np.argsort(place, kind="stable")
    ordinal = np.empty(n, dtype=np.int64)
    ordinal[order] = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    ones = np.ones(n)
    posts = Posts(
        source=sources,
        ordinal=ordinal,
        topic=np.broadcast_to(np.asarray(topic, dtype=np.int64), sources.shape),
        visibility=ones * (model.parameters.visibility if visibility is None else visibility),
        premium=ones * premium,
        effort=ones * 0.5,
        polish=ones * 0.3,
        useful=ones * 0.5,
        promotional=ones * 0.3,
        disclosure=ones * 0.0,
        tangible=ones * tangible,
        praises=ones * 0.0,
        log_appeal=ones * 0.0,
        log_clicks=ones * 0.0,
        log_reposts=ones * 0.0,
        log_reactions=ones * 0.0,
    )
    return model.feelings.answer(posts, day)


def same_item(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """3: clicks per exposure of an employee's post relative to the company page's post of the same item."""
    calm = p.without("fatigue", "trust", "unfollow", "repost")
    model = company(COMPANY, 100_000, 1, calm, seed, run=run, burn_in=0)
    staff = post(model, np.arange(COMPANY, dtype=np.int64), 1, p.peer_premium)
    page = post(model, np.full(40, COMPANY, dtype=np.int64), 2, 1.0)
    by_peer = staff.clicks.sum() / staff.exposures.sum()
    return {3: float(by_peer / (page.clicks.sum() / page.exposures.sum()))}


def cascades(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """Statistics of the cascades of 20,000 shares a replicate, millions over all replicates.

    4: trees without a repost; 5: trees beyond one degree; 6: adoptions beyond one degree; 61: R, reposts per adoption.

    The company's employees share with their own probabilities on the topics of the content.
    """
    calm = p.without("fatigue", "trust", "unfollow")
    model = company(1000, 100_000, 15, calm, seed, run=run, burn_in=0)
    expected = np.zeros(1000)
    for _ in range(15):
        model.step()
        met = model.last_met
        assert met is not None
        expected += np.bincount(met.person, weights=met.chance, minlength=1000)
    law = np.cumsum(expected) / expected.sum()
    key = stream_key(seed, Stream.POSTERIOR, run)
    rows = np.arange(SHARES_A_ROUND, dtype=np.int64)
    topics = len(model.staff.segments)
    trees, alone, deep, reposts, beyond = 0, 0, 0, 0, 0
    for day in range(15, 15 + ROUNDS):
        who = np.minimum(np.searchsorted(law, uniforms(key, day, rows, 0)), 999)
        topic = np.floor(topics * uniforms(key, day, rows, 1)).astype(np.int64)
        answer = post(model, who, day, p.peer_premium, topic)
        trees += answer.reposts.size
        alone += int((answer.reposts == 0).sum())
        deep += int((answer.depth >= 2).sum())
        reposts += int(answer.reposts.sum())
        beyond += int(answer.beyond_one.sum())
    adoptions = trees + reposts
    return {4: alone / trees, 5: deep / trees, 6: beyond / adoptions, 61: reposts / adoptions}


def friends(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """9: share of friends who see a given post; 91: who see at least one of four posts in a month.

    The setting is Facebook in 2012, which showed most posts of friends: its visibility is an input of the scenario.
    """
    model = company(200, 50_000, 1, p.without("repost"), seed=seed, run=run, burn_in=0)
    contacts = model.network.degrees
    chosen = np.argsort(np.abs(contacts[:200] - FRIENDS), kind="stable")[:30].astype(np.int64)
    seen: list[NDArray[np.int64]] = []
    single = []
    for day in range(1, POSTS_A_MONTH + 1):
        answer = post(model, chosen, day, p.peer_premium, visibility=FACEBOOK_2012)
        single.append(float(answer.viewers.sum() / contacts[chosen].sum()))
        seen.append(np.unique(model.feelings.last_edges))
    edges = np.unique(np.concatenate(seen))
    sources = np.searchsorted(model.network.graph.offsets, edges, side="right") - 1
    return {9: float(np.mean(single)), 91: float(np.isin(sources, chosen).sum() / contacts[chosen].sum())}


def reach_of(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """11, 111, 112: distinct contacts relative to the sum of network sizes for 10, 100 and 1,000 sharers; 113: last minus first."""
    model = company(1500, 300_000, 1, p, seed, run=run, burn_in=0)
    graph = model.network.graph
    draws = uniforms(stream_key(seed, Stream.POSTERIOR, run), 0, np.arange(1500, dtype=np.int64))
    order = np.argsort(draws)
    result = {}
    for number, sharers in ((11, 10), (111, 100), (112, 1000)):
        networks = [graph.neighbours(int(row)) for row in order[:sharers]]
        reached = np.zeros(graph.n_nodes, dtype=bool)
        reached[np.concatenate(networks)] = True
        result[number] = float(reached.sum() / sum(part.size for part in networks))
    return result | {113: result[112] - result[11]}


def timing(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """10: median hours from a share to its clicks."""
    organisation = Organisation(headcount=COMPANY, audience=Audience(size=50_000))
    setting = Setting(organisation=organisation, horizon_days=28, burn_in_days=0)
    busy = p.replace(base_log_odds=-4.0)
    model = AdvocacyModel(setting, seed, run, parameters=busy, record_events=True)
    model.run_for(28)
    rows = model.program.kept_rows()
    shares = {
        int(n): int(s) for n, s, k in zip(rows.number, rows.seconds, rows.kind, strict=True) if k == SHARE
    }
    early = (rows.kind == CLICK) & (rows.day < 28)
    waits = [int(s) - shares[int(n)] for n, s in zip(rows.number[early], rows.seconds[early], strict=True)]
    return {10: float(np.median(waits)) / 3600.0}
