"""What colleagues pass on: answered as their own posts would be, whether or not they ever posted themselves."""

import numpy as np
import pytest

from agents.audience.audience import Answer, Posts
from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.setting.setting import Audience, Contacts, Organisation, Segment, Setting

# Nobody tires or loses trust, so that thousands of posts are answered alike.
CALM = Parameters(repost_base=0.01).without("fatigue", "trust", "unfollow", "size", "feed_lift")
EVERYBODY_SEES_AND_PASSES_ON = Parameters(visibility=1.0, repost_base=1.0).without(
    "fatigue", "trust", "unfollow", "feed_load", "dormant", "size", "content", "feed_lift"
)


def company(
    p: Parameters, headcount: int = 300, size: int = 40_000, contacts: int | None = None, **audience: float
) -> AdvocacyModel:
    organisation = Organisation(
        headcount=headcount,
        segments=(Segment(name="a"), Segment(name="b", contacts_median=contacts or 150)),
        contacts=Contacts() if contacts is None else Contacts(median=contacts, sigma=0.0, tail_share=0.0),
        audience=Audience(size=size, **audience),
    )
    setting = Setting(organisation=organisation, burn_in_days=0, horizon_days=1)
    return AdvocacyModel(setting, 3, parameters=p)


def posted(model: AdvocacyModel, people: list[int] | np.ndarray, day: int) -> Answer:
    """All of them post the same on one day."""
    sources = np.asarray(people, dtype=np.int64)
    ones = np.ones(sources.size)
    levels = {"visibility": model.parameters.visibility, "premium": 1.9, "effort": 0.5, "promotional": 1.0}
    columns = {name: ones * levels.get(name, 0.0) for name in Posts._fields}
    columns |= {"source": sources, "ordinal": np.ones_like(sources), "topic": np.zeros_like(sources)}
    return model.feelings.answer(Posts(**columns), day)


def rounds(model: AdvocacyModel) -> list[np.ndarray]:
    """float64[nodes] for each of three rounds: reposts that a broadcast brings in it, those who saw it already aside."""
    p, network = model.parameters, model.network
    graph, position = network.graph, np.arange(network.graph.n_edges)
    sight = p.visibility / (1.0 + network.feed_load[graph.targets] / p.feed_load_scale)
    lift = np.exp(p.trust_weight * p.peer_trust + p.affinity_weight * network.interest[graph.targets, 0])
    stands_for = np.where(position < network.graph.offsets[network.n_sources], 1.0, network.onward_weight)
    chance = sight * np.minimum(1.0, stands_for * p.repost_base * lift)
    rows = np.repeat(np.arange(graph.n_nodes), np.diff(graph.offsets))
    found, onward = [], np.ones(graph.n_nodes)
    for _ in range(3):
        onward = np.bincount(rows, chance * onward[graph.targets], graph.n_nodes)
        found.append(onward)
    return found


@pytest.mark.parametrize("coworkers", [0.0, 0.15, 0.6])
def test_reposts_have_their_closed_form_where_nobody_has_posted_yet(coworkers: float) -> None:
    model = company(CALM, coworkers=coworkers)
    first, second, third = (values[:300].sum() for values in rounds(model))
    never_posted = model.feelings.lift.copy()
    days, near, deep = 60, 0, 0
    for day in range(1, days + 1):
        assert np.array_equal(model.feelings.lift, never_posted)
        answer = posted(model, np.arange(300), day)
        near += int((answer.reposts - answer.beyond_one).sum())
        deep += int(answer.beyond_one.sum())
    assert near / days == pytest.approx(first, rel=0.04)
    # A little is lost to people who have seen it already.
    assert 0.85 < deep / days / (second + third) < 1.05


def test_naive_reach_counts_a_colleague_s_network_once() -> None:
    model = company(EVERYBODY_SEES_AND_PASSES_ON, headcount=6, contacts=5, coworkers=1.0)
    # Everybody knows everybody in the company, and nobody outside it.
    assert posted(model, [0], 1).naive[0] == model.network.degrees[:6].sum()


def test_naive_reach_counts_a_thinned_network_at_its_full_size() -> None:
    p = EVERYBODY_SEES_AND_PASSES_ON.replace(repost_base=0.02)
    model = company(p, headcount=1, size=2_000, coworkers=0.0, onward_contacts=400.0)
    network = model.network
    answer = posted(model, [0], 1)
    others = answer.naive[0] - network.degrees[0]
    assert 5.0 < network.onward_weight < 20.0
    assert others / network.onward_weight == pytest.approx(round(others / network.onward_weight))
    # More than a hundred pass it on, to some four hundred each.
    assert others > 100.0 * 400.0


@pytest.mark.parametrize("repost_base", [0.002, 0.02, 0.2])
def test_a_thinned_tie_answers_for_all_that_it_stands_for(repost_base: float) -> None:
    p = Parameters(repost_base=repost_base, click_base=0.0).without("fatigue", "trust", "unfollow")
    network = company(p, onward_contacts=2_000.0).network
    likeliest = repost_base * np.exp(
        p.trust_weight * p.peer_trust + p.affinity_weight * network.interest.max()
    )
    assert network.onward_weight * likeliest <= 1.0 or network.onward_weight == 1.0


def test_nobody_outside_knows_more_people_than_there_are() -> None:
    network = company(CALM, headcount=2, size=5, onward_contacts=300.0).network
    assert network.onward_weight == 1.0
    assert network.graph.out_degrees[network.n_sources :].max() <= 4


def test_a_colleague_s_network_forgets_what_it_was_shown_long_ago() -> None:
    p = Parameters(repost_base=0.05, fatigue_per_exposure=1.0).without("trust", "unfollow")
    tired, fresh = company(p, coworkers=0.5), company(p, coworkers=0.5)
    for day in range(1, 6):
        posted(tired, np.arange(300), day)
    # Only one posts after a year; what colleagues pass on is answered as in the world that was left alone.
    later, never = (posted(model, [7], 400) for model in (tired, fresh))
    assert never.beyond_one[0] > 0
    for name in ("clicks", "reposts", "viewers", "naive"):
        assert np.array_equal(getattr(later, name), getattr(never, name)), name


def test_what_a_colleague_passes_on_today_is_not_forgotten_at_once() -> None:
    model = company(
        Parameters(repost_base=0.5, visibility=0.5).without("trust", "unfollow"),
        headcount=40,
        size=500,
        coworkers=0.5,
    )
    posted(model, [0], 300)
    others = model.feelings.means_of_sources(300)[1][1:40]
    posted(model, np.arange(1, 40), 301)
    assert others.max() > 0.0
    assert (model.feelings.means_of_sources(301)[1][1:40] >= 0.9 * others).all()


def test_a_muted_colleague_shows_nothing_of_what_others_post() -> None:
    p = EVERYBODY_SEES_AND_PASSES_ON.replace(unfollow_base=1.0, unfollow_fatigue=0.0, click_base=1.0)
    model = company(p, headcount=6, size=4_000, coworkers=0.2, onward_contacts=0.0)
    # Whoever sees an advertisement mutes its source: on the first day all networks but one person's are lost.
    posted(model, np.arange(1, 6), 1)
    answer = posted(model, [0], 2)
    assert answer.reposts[0] >= 5
    assert answer.viewers[0] == answer.clicks[0] == model.network.degrees[0]


def test_who_wrote_a_post_is_not_reached_by_it_when_a_colleague_passes_it_on() -> None:
    model = company(
        EVERYBODY_SEES_AND_PASSES_ON, headcount=20, size=400, contacts=30, coworkers=0.5, onward_contacts=5
    )
    assert model.network.onward_weight == 1.0
    for day, writer in enumerate(range(20)):
        answer = posted(model, [writer], day)
        # One post: whoever it reached saw it once for the first time.
        assert answer.unique_employees[0] == answer.viewers[0]
    nobody_else = model.network.graph.n_nodes - 1
    assert answer.viewers[0] <= nobody_else
