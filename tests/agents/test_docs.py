"""docs/model.md says what the code says: its tables are written from the code, its equations give the code's numbers."""

import math
import re
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from agents.audience.audience import (
    Posts,
    click_factor,
    motive,
    reaction_rate,
    shown,
    template_text,
    trust_change,
)
from agents.employees import decision, state
from agents.employees.daily_kernel import MOOD_LAWS, rest
from agents.employees.decision import Occasion
from agents.employees.learning import form_habit
from agents.parameter_table import renewed
from agents.parameters.parameters import DECLARATIONS, Parameters
from agents.world.lanes import Draw, Lanes

DOCUMENT = Path(__file__).parents[2] / "docs" / "model.md"
P = Parameters()
# Symbols that are parameters; the others are states and inputs, given in each test.
SYMBOLS = {
    "r_0": P.reward_unit_points,
    "n_inf": P.novelty_floor,
    "τ": P.novelty_half_life_weeks,
    "β_int": P.intrinsic_weight,
    "β_img": P.image_weight,
    "β_fb": P.feedback_weight,
    "β_ext": P.reward_weight,
    "χ": P.crowding_out,
    "χ_pub": P.crowding_public,
    "β_goal": P.goal_weight,
    "γ": P.goal_exponent,
    "β_up": P.norm_up,
    "ω": P.norm_attention,
    "β_down": P.norm_down,
    "β_rec": P.recognition_weight,
    "β_first": P.rank_first,
    "β_last": P.rank_last,
    "β_team": P.contest_weight,
    "β_streak": P.streak_weight,
    "β_break": P.break_weight,
    "β_H": P.habit_weight,
    "c_fric": P.friction_cost,
    "ψ": P.fear_weight,
    "ρ": P.green_light_relief,
    "φ": P.repetition_cost,
    "β_ask": P.ask_weight,
    "β_award": P.award_weight,
    "β_loss": P.loss_weight,
    "r_f": P.risk_floor,
    "p_0": P.norm_unit,
    "e_tr": P.effort_training,
    "τ_f": P.fear_half_life_weeks,
    "θ_use": P.useful_click,
    "θ_pol": P.polish_click,
    "θ_adv": P.advert_click,
    "θ_praise": P.praise_click,
    "θ_lift": P.feed_lift,
    "κ_react": P.react_base,
    "η_k": P.size_exponent,
    "e_0": P.effort_base,
    "e_int": P.effort_intrinsic,
    "e_gam": P.effort_points,
    "e_norm": P.effort_norm,
    "τ_m": P.motivation_half_life_weeks,
    "ξ": P.tangible_erosion,
    "μ": P.motivation_kept,
    "ι": P.praise_gain,
    "α_Q": P.feedback_rate,
    "scale": P.feedback_scale,
    "η": P.habit_rate,
    "τ_G": P.recognition_half_life_weeks,
    "G_most": P.recognition_most,
    "a_p": P.fear_policy,
    "a_s": P.fear_sanction,
    "a_tr": P.fear_training,
    "a_safe": P.fear_safe_share,
    "weeks": P.rate_weeks,
    "θ_q": P.quality_weight,
    "θ_T": P.trust_weight,
    "κ_r": P.trust_motive,
    "κ_rate": P.trust_rate,
    "κ_useful": P.trust_useful,
    "κ_polish": P.trust_polish,
    "δ": P.disclosure_inference,
    "d": P.duplicate_text,
}
BLOCKS = re.findall(r"```equations\n(.*?)```", DOCUMENT.read_text("utf-8"), flags=re.DOTALL)
EQUATIONS = dict(line.split(" = ", 1) for block in BLOCKS for line in block.strip().splitlines())


def says(name: str, **values: float) -> float:
    """The value of one of the document's equations; those it refers to are evaluated first."""
    known = {unicodedata.normalize("NFKC", key): value for key, value in (SYMBOLS | values).items()}
    text = EQUATIONS[name]
    for other in EQUATIONS:
        if other not in values and other != name and re.search(rf"(?<![\w̄]){other}(?![\w̄])", text):
            known[other] = says(other, **values)
    for written, meant in (("·", "*"), ("−", "-"), ("^", "**")):
        text = text.replace(written, meant)
    functions = {"log1p": math.log1p, "exp": math.exp, "max": max, "min": min}
    return float(eval(text, {"__builtins__": {}}, functions | known))


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_generated_tables_are_up_to_date() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renewed(text) == text, "run: python -m agents.parameter_table docs/model.md"


def test_what_the_document_points_at_is_there() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    root = DOCUMENT.parents[1]
    assert [
        path for path in re.findall(r"`([a-z]+/[a-z_/]+\.[a-z]+)`", text) if not (root / path).is_file()
    ] == []
    for module in re.findall(r"python -m ([a-z_.]+)", text):
        assert (root / (module.replace(".", "/") + ".py")).is_file(), module
    calibration = text[text.index("## 9. ") :]
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", calibration))
    assert named
    assert named <= set(DECLARATIONS)
    # What is told of as a command of this program is one.
    assert set(re.findall(r"`groundswell ([a-z]+)", text)) <= {"validate", "simulate", "compare", "waterfall"}
    assert "redteam" not in text


@pytest.mark.parametrize("seed", range(20))
def test_the_utility_is_the_document_s(seed: int) -> None:
    drawn = dict(
        zip(
            Occasion._fields,
            np.random.default_rng(seed).uniform(0.0, 1.0, len(Occasion._fields)),
            strict=True,
        )
    )
    drawn["norm_message"] *= seed % 2
    weeks, drawn["rank"] = 10.0 * drawn["novelty"], 2.0 * drawn["rank"] - 1.0
    drawn |= {"novelty": float(decision.novelty(one(weeks), P)[0]), "reward_points": 30.0 * (seed % 3)}
    o = Occasion(**{name: one(value) for name, value in drawn.items()})
    utility = says(
        "U",
        α=drawn["base"],
        m=drawn["motivation"],
        rel=drawn["relevance"],
        k=math.expm1(drawn["perceived_log"]),
        Q=drawn["feedback"],
        a=weeks,
        r=drawn["reward_points"],
        paid=drawn["crowded"],
        z=drawn["connectedness"],
        public=drawn["public"],
        s=drawn["steerer"],
        x=drawn["goal"],
        p=drawn["own_rate"],
        message=drawn["norm_message"],
        told=float(drawn["norm_message"] > 0.0),
        G=drawn["recognition"],
        h=drawn["rank"],
        H=drawn["habit"],
        f=drawn["fear"],
        greenlit=drawn["green_lit"],
        p̄=drawn["norm_rate"],
        **{
            name: drawn[name]
            for name in (
                "contest",
                "intact",
                "broken",
                "friction",
                "risk",
                "recent",
                "asked",
                "award",
                "loss",
            )
        },
        framed=drawn["felt_more"],
    )
    assert decision.log_odds(o, P)[0] == pytest.approx(utility, abs=1e-12)
    assert decision.share_chance(one(utility))[0] == pytest.approx(says("P", U=utility))


def test_care_is_the_document_s() -> None:
    value = float(decision.reward_value(one(12.0), P)[0])
    fresh = float(decision.novelty(one(3.0), P)[0])
    salience = fresh * value / (1.0 + value)
    assert says("salience", r=12.0, a=3.0) == pytest.approx(salience)
    for told in (0.0, 1.0):
        care = decision.effort(one(0.6), one(salience), one(told), P)[0]
        assert care == pytest.approx(says("e", m=0.6, r=12.0, a=3.0, shown=told, trained=0.0))
    taught = decision.effort(one(0.2), one(0.0), one(0.0), P, 1.0)[0]
    assert taught == pytest.approx(says("e", m=0.2, r=0.0, a=3.0, shown=0.0, trained=1.0))


def test_the_updates_are_the_document_s() -> None:
    back = state.towards(one(0.3), one(0.5), P.motivation_recovered)
    moved = state.praise(state.erode(back, one(0.5), one(2.0), P), one(1.0), P)
    assert moved[0] == pytest.approx(says("m_next", m=0.3, m_0=0.5, y=2.0, thanks=1.0))
    assert state.learn_feedback(one(0.2), one(3.0), P)[0] == pytest.approx(
        says("Q_next", Q=0.2, reactions=3.0)
    )
    habit, lanes = one(0.4), Lanes([Draw(1, 0, P)], [1])
    form_habit(habit, np.zeros(3, dtype=np.int64), np.array([2]), lanes)
    assert habit[0] == pytest.approx(says("H_next", H=0.4, met=3.0, y=2.0))
    recognition = one(1.2)
    rest(lanes.first, lanes.laws.table(MOOD_LAWS), one(0.5), one(1.0), one(0.3), recognition)
    assert recognition[0] == pytest.approx(says("G_next", G=1.2, thanks=1.0))
    trained = np.ones(1, dtype=bool)
    goal = state.fear_goal(one(0.35), one(0.7), trained, P)
    assert goal[0] == pytest.approx(says("f_goal", f_0=0.35, strictness=0.7, trained=1.0))
    for signed in (False, True):
        fear = state.fear_after(one(0.4), goal, np.array([signed]), one(2.0), one(1.2), p=P)[0]
        told = says(
            "f_next",
            f=0.4,
            f_0=0.35,
            strictness=0.7,
            trained=1.0,
            safe=2.0,
            sanctions=1.2,
            signed=float(signed),
        )
        assert fear == pytest.approx(told)
    week = SimpleNamespace(own_rate=one(0.3), amount=one(0.3), week_shares=np.array([2]))
    state.close_week(week, P)
    assert week.amount[0] == pytest.approx(says("p_next", p=0.3, week=2.0))
    assert week.own_rate[0] == pytest.approx(0.3 + 0.7 / P.rate_weeks)


def test_the_answer_to_what_was_written_is_the_document_s() -> None:
    levels = {"effort": 0.3, "tangible": 0.8, "useful": 0.6, "polish": 0.7, "disclosure": 1.0, "praises": 0.2}
    levels |= {"promotional": 0.9, "visibility": 0.2}
    of_item = {name: levels[name] for name in ("useful", "polish", "praises", "promotional")}
    posts = Posts(**{name: one(levels.get(name, 0.0)) for name in Posts._fields})
    average = P.strong_tie_share * P.strong_tie + (1.0 - P.strong_tie_share) * P.weak_tie
    assert click_factor(posts, P)[0] == pytest.approx(
        says("care", e=0.3, tangible=0.8, tie=average, **of_item)
    )
    assert reaction_rate(posts, P)[0] == pytest.approx(says("react", e=0.3, **of_item))
    seen = says("shown", e=0.3, k=900.0, visibility=0.2, **of_item)
    assert shown(posts, one(900.0), P)[0] == pytest.approx(seen)
    assert motive(posts, 0.4, P)[0] == pytest.approx(says("motive", tangible=0.8, tie=0.4, disclosure=1.0))
    for strong, tie in ((1.0, P.strong_tie), (0.0, P.weak_tie)):
        told = says("T_change", tangible=0.8, tie=tie, disclosure=1.0, useful=0.6, polish=0.7, praises=0.2)
        assert trust_change(posts, P, strong)[0] == pytest.approx(told)
    assert template_text(one(0.3), one(4.0), P)[0] == pytest.approx(says("template", e=0.3, copies=4.0))
