"""What must never appear, whatever is tuned."""

from typing import NamedTuple

import numpy as np
import pytest

from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.program.incentives import thirds
from agents.setting.setting import Arm, Audience, Organisation, Phase, Setting
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme

CLICKS = PRESETS["clicks"]
# Twice everybody's activity, so that short runs show effects; the default otherwise.
BUSY = Parameters(base_log_odds=-4.5)


def company(
    scheme: IncentiveScheme | None, days: int, arms: tuple[Arm, ...] = (), board: str = "scheme"
) -> Setting:
    organisation = Organisation(headcount=400, audience=Audience(size=20_000), corporate_accounts=())
    phases = (Phase(scheme=scheme, leaderboard=board),)
    return Setting(organisation=organisation, phases=phases, arms=arms, horizon_days=days)


def scaled(points: int) -> IncentiveScheme:
    rules = tuple(rule.model_copy(update={"points": points, "caps": ()}) for rule in CLICKS.rules[:1])
    return CLICKS.model_copy(update={"rules": rules, "badges": (), "levels": (), "leaderboards": ()})


class Panel(NamedTuple):
    """float64[days, n]: opportunities, and the chances summed over them, which are free of the noise of the draws."""

    met: np.ndarray
    expected: np.ndarray

    def rate(self, days: slice) -> float:
        """Chance of a share per opportunity."""
        return float(self.expected[days].sum() / self.met[days].sum())


def run_panel(model: AdvocacyModel, days: int) -> Panel:
    """Run a model and keep what everybody met and would do."""
    rows = []
    for _ in range(days):
        model.step()
        who, n = model.last_met.person, model.staff.size
        rows.append(
            (np.bincount(who, minlength=n), np.bincount(who, weights=model.last_met.chance, minlength=n))
        )
    return Panel(*(np.array(part, dtype=np.float64) for part in zip(*rows, strict=True)))


def test_no_launch_lift_lasts_for_ever() -> None:
    days = 26 * 7
    paid, plain = (
        run_panel(AdvocacyModel(company(s, days), 1, parameters=BUSY), days) for s in (CLICKS, None)
    )
    first, last = slice(0, 14), slice(days - 28, days)
    launch = paid.rate(first) / plain.rate(first) - 1.0
    later = paid.rate(last) / plain.rate(last) - 1.0
    assert launch > 0.05
    assert later < launch / 2.0


def test_a_leaderboard_does_not_help_everyone() -> None:
    days = 84
    shown, hidden = (
        AdvocacyModel(company(CLICKS, days, board=board), 2, parameters=BUSY) for board in ("shown", "hidden")
    )
    with_board, without = run_panel(shown, days), run_panel(hidden, days)
    earned = hidden.program.earned_millipoints()
    best = thirds(earned.astype(float), earned > 0) > 0.0
    last = (earned > 0) & (earned <= np.quantile(earned[earned > 0], 1.0 / 3.0))
    late = slice(28, days)
    change = with_board.expected[late].sum(axis=0) - without.expected[late].sum(axis=0)
    assert change[best].sum() > 0.0 > change[last].sum()
    assert (change < 0.0).mean() > 0.1


def test_more_reward_is_not_more_sharing_for_all() -> None:
    panels = [
        run_panel(AdvocacyModel(company(s, 28), 3, parameters=BUSY), 28)
        for s in (None, scaled(1), scaled(40))
    ]
    none, token, large = (panel.expected.sum(axis=0) for panel in panels)
    assert (token < none).mean() > 0.1
    assert large.sum() > none.sum()


@pytest.mark.parametrize("worth", ["tangible", "symbolic"])
def test_trust_feels_tangible_rewards_only(worth: str) -> None:
    rules = tuple(
        rule.model_copy(update={"nature": rule.nature.model_copy(update={"worth": worth})})
        for rule in CLICKS.rules
    )
    scheme = CLICKS.model_copy(update={"rules": rules, "badges": (), "levels": (), "leaderboards": ()})
    change = []
    for chosen in (scheme, None):
        model = AdvocacyModel(
            company(chosen, 84), 4, parameters=BUSY.replace(trust_rate=0.05, effort_points=0.1)
        )
        model.run_for(84)
        o = model.outcomes()
        change.append((o["peer_trust"][-1] - BUSY.peer_trust) / o["viewers"].sum())
    paid, unpaid = change
    if worth == "tangible":
        assert paid < unpaid
    else:
        assert paid == pytest.approx(unpaid, abs=0.25 * abs(unpaid) + 1e-9)


def test_reach_is_no_plain_sum_of_networks() -> None:
    model = AdvocacyModel(company(None, 60), 5, parameters=BUSY)
    model.run_for(60)
    o = model.outcomes()
    assert o["unique_reach"].sum() < 0.2 * o["naive_reach"].sum()
    assert o["people_reached"][-1] < o["unique_reach"].sum()


@pytest.mark.parametrize("seed", [6, 7])
def test_cascades_die_out(seed: int) -> None:
    model = AdvocacyModel(company(None, 120), seed, parameters=BUSY.replace(base_log_odds=-3.0))
    model.run_for(120)
    o = {name: values.sum() for name, values in model.outcomes().items()}
    assert o["reposts"] > 50
    # Reposts per adoption, and reposts of reposts per repost, far below one.
    assert o["reposts"] / (o["shares"] + o["reposts"]) < 0.5
    assert o["deep_reposts"] < 0.5 * o["reposts"]


def test_the_sign_of_a_reward_is_open() -> None:
    # Crowding-out is contested: the model can show either sign.
    keen = BUSY.replace(motivation_mean=0.55, crowding_out=0.9, reward_weight=0.15)
    cool = BUSY.replace(motivation_mean=0.25, crowding_out=0.2, reward_weight=0.6)
    lifts = []
    for p in (keen, cool):
        paid, plain = (
            run_panel(AdvocacyModel(company(s, 28), 7, parameters=p), 28) for s in (scaled(3), None)
        )
        lifts.append(paid.expected.sum() / plain.expected.sum() - 1.0)
    assert lifts[0] < 0.0 < lifts[1]
