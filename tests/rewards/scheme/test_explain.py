"""The explanation leaves nothing out: whatever changes what an employee gets changes what an employee reads."""

from __future__ import annotations

import pytest

from rewards.document import DocumentError, load_document, parse_data
from rewards.scheme.explain import explain_scheme
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme
from tests.rewards.scheme.test_scheme import FIELDS, leaves, mutated
from tests.rewards.whole_scheme import WHOLE

HR_ONLY = {"note", "unit_cost_cents", "worth", "publicity", "expectation"}
UNSAID = {"id", "name"}


def test_every_field_is_told() -> None:
    """Each field of the whole scheme in turn is left out: either that is refused, or the text changes."""
    whole = load_document(WHOLE, IncentiveScheme, "whole")
    for_hr, for_all = explain_scheme(whole, "hr"), explain_scheme(whole)
    told = 0
    for path in leaves(FIELDS):
        try:
            other = parse_data(mutated(path), IncentiveScheme, "whole")
        except DocumentError:
            continue
        if other != whole and path[-1] not in UNSAID:
            told += 1
            assert explain_scheme(other, "hr") != for_hr, path
            assert path[-1] in HR_ONLY or explain_scheme(other) != for_all, path
    assert told > 80


def test_employees_do_not_read_what_is_for_hr() -> None:
    text = " ".join(explain_scheme(load_document(WHOLE, IncentiveScheme, "whole")))
    assert "For those who decide" not in text
    assert "8.50" not in text
    assert "surprise" not in text


def test_a_preset_in_words() -> None:
    lines = explain_scheme(PRESETS["clicks"])
    assert lines[1] == (
        "Share a green-lit item: 2 points when you share something. Each item counts once, however often you take it back and repeat "
        "it. You can earn at most 6 points a day. After an award it waits 10 minutes."
    )
    assert (
        "No points on Facebook, Instagram, Threads, WhatsApp or Messenger: their rules forbid rewards for posts."
        in lines
    )


def test_streaks_and_challenges_speak_of_acts_and_not_of_kinds() -> None:
    text = (
        "name: s\ntitle: S\n"
        "streaks: [{id: days, title: Days, kinds: [share, kudos, visit], repair: {missed_days: 1, events: 2}}]\n"
        "challenges: [{id: all, title: All, metric: events, of: share, goal: 20, unit: everyone, days: 14}]\n"
    )
    lines = explain_scheme(load_document(text, IncentiveScheme, "s"))
    (streak,) = (line for line in lines if line.startswith("Streak"))
    assert streak.startswith("Streak “Days”: a share, thanks or “visit”, on every Monday")
    assert streak.endswith("If you missed no more than 1 day, 2 of these on the day you come back repair it.")
    assert any("Everybody together can reach 20 shares, from the first day" in line for line in lines)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_no_unfinished_sentence(name: str) -> None:
    for role in ("employee", "hr"):
        for line in explain_scheme(PRESETS[name], role):  # type: ignore[arg-type]
            assert line[-1] in ".)"
            assert "  " not in line


@pytest.mark.parametrize(
    ("board", "told"),
    [
        ("{id: a, title: A}", "It shows the first 10 and 2 places on either side of you;"),
        ("{id: a, title: A, top: 1, neighbours: 1}", "It shows the first place and 1 place on either side of you;"),
        ("{id: a, title: A, top: 0}", "It shows 2 places on either side of you;"),
        ("{id: a, title: A, top: 0, neighbours: 0}", "It shows your own place alone;"),
        ("{id: a, title: A, group: team}", "It shows the first 10;"),
    ],
)  # fmt: skip
def test_a_board_says_which_places_it_shows(board: str, told: str) -> None:
    rule = "{id: share, title: Share, on: share, points: 1}"
    text = f"name: b\ntitle: B\nrules: [{rule}]\nleaderboards: [{board}]\n"
    assert any(told in line for line in explain_scheme(load_document(text, IncentiveScheme, "b")))
