"""What an experiment may say, what keeps a text from being one and where, and how a variant's changes are laid over the scenario."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rewards.language import speaking
from rewards.scheme.presets import PRESETS
from sims.lab.document import BASE, MOST_VARIANTS, Read, read
from sims.lab.levers import LEVERS
from sims.lab.merging import laid_over
from sims.lab.templates import TEMPLATES, TITLES, text_of

SMALL = """title: Small
scenario:
  organisation: {headcount: 20, audience: {size: 200}}
  horizon_days: 28
  runs: 4
"""


def of(text: str) -> Read:
    return read(text, PRESETS.get)


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("live", [False, True])
def test_every_template_is_an_experiment(name: str, live: bool) -> None:
    found = read(text_of(name, live), PRESETS.get, ("sales", "care"))
    assert found.faults == []
    assert found.written is not None
    people = found.scenarios[BASE].organisation.people
    if live and name != "essay":
        assert people is not None
        assert [one.segment for one in people] == ["sales", "care"]
    else:
        assert people is None


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_begins_in_the_language_of_its_reader(name: str) -> None:
    english = text_of(name, live=False)
    with speaking("de"):
        german = text_of(name, live=False)
    found = read(german, PRESETS.get)
    assert found.faults == []
    titles = re.findall(r"title: (.+)", english)
    assert set(titles) <= set(TITLES)
    assert not set(titles) & set(re.findall(r"title: (.+)", german))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "a mapping of fields is required"),
        (SMALL + "colour: red\n", 6, "unknown field"),
        (SMALL.replace("28", "1000"), 2, "weeks: got 142.857; limit 104"),
        (SMALL.replace("headcount: 20", "headcount: 30000"), 2, "people: got 30000; limit 20000"),
        (SMALL.replace("runs: 4", "runs: nine"), 5, "runs: got 'nine'"),
        (SMALL.replace("runs: 4", "outcomes: [shares]"), 5, "outcomes: not taken here"),
        (SMALL.replace("headcount: 20", "people: people.csv"), 3, "files are not read here"),
        (SMALL.replace("headcount: 20", "headcount: 20, network: ties.csv"), 3, "files are not read here"),
        (SMALL + "  phases: [{day: 0, scheme: ours.yaml}]\n", 6, "got 'ours.yaml'; it is none, a preset"),
        (SMALL + "variants:\n  - {name: a, changes: {runs: 5}}\n", 7, "runs: not taken here"),
        (SMALL + "variants:\n  - {name: a, changes: {policy: {strictness: 2}}}\n", 7, "strictness"),
        (SMALL + "variants:\n  - {name: a}\n  - {name: a}\n", 1, "'a' twice"),
        (SMALL + "variants:\n  - {name: nothing}\n", 1, "is the name of what stands beside them"),
        (SMALL + "sweep: {lever: colour}\n", 6, "lever 'colour'; known are strictness"),
        (SMALL + "sweep: {lever: strictness, least: 0.5, most: 0.5}\n", 6, "the first below the last"),
        (SMALL + "sweep: {lever: strictness, most: 7}\n", 6, "limit 0 to 1"),
        (SMALL + "sweep: {lever: reminders}\n", 6, "no phase has a tool"),
        (SMALL + "sweep: {lever: points}\n", 6, "no phase has a scheme that gives points"),
        (SMALL.replace("headcount: 20", "headcount: 20, corporate_accounts: []") + "sweep: {lever: page-posts}\n", 6,
            "no account of the company"),
        (SMALL + "sweep: {lever: strictness, of: strict}\n", 1, "there is no such variant"),
    ],
)  # fmt: skip
def test_what_is_no_experiment_is_told_with_its_line(text: str, line: int, words: str) -> None:
    found = of(text)
    assert found.written is None
    assert found.scenarios == {}
    assert words in found.faults[0].message
    assert found.faults[0].line == line


def test_no_file_is_ever_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,segment,team,timezone,contacts\na,s,t,UTC,5\n", "utf-8")
    (tmp_path / "clicks.yaml").write_text("name: x\ntitle: X\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    for where in ("people: people.csv", "headcount: 9, network: people.csv"):
        assert of(SMALL.replace("headcount: 20", where)).written is None
    variant = "variants:\n  - {name: a, changes: {phases: [{day: 7, scheme: clicks.yaml}]}}\n"
    assert of(SMALL + variant).written is None
    assert of(SMALL + "  phases: [{day: 0, scheme: clicks.yaml}]\n").written is None


def test_there_are_only_so_many_variants() -> None:
    many = "".join(f"  - {{name: v{number}}}\n" for number in range(MOST_VARIANTS + 1))
    assert "variants" in of(SMALL + "variants:\n" + many).faults[0].message


def test_changes_are_laid_over_by_names_and_days() -> None:
    base = {
        "policy": {"strictness": 0.3, "training": 0.2},
        "content": {"kinds": [{"name": "a", "polish": 0.1, "share": 1}, {"name": "b"}]},
        "phases": [{"day": 0}, {"day": 28, "tool": {"digests_per_week": 1}, "scheme": {"name": "x"}}],
        "organisation": {"corporate_accounts": [{"followers": 10}]},
    }
    changes = {
        "policy": {"strictness": 0.9},
        "content": {"kinds": [{"name": "a", "polish": 0.8}, {"name": "c"}]},
        "phases": [{"day": 28, "scheme": {"title": "Y"}}, {"day": 56}],
        "organisation": {"corporate_accounts": [{"name": "company-page", "capability": "intern"}]},
    }
    found = laid_over(base, changes)
    assert found["policy"] == {"strictness": 0.9, "training": 0.2}
    assert found["content"]["kinds"] == [
        {"name": "a", "polish": 0.8, "share": 1},
        {"name": "b"},
        {"name": "c"},
    ]
    assert found["phases"][1] == {"day": 28, "tool": {"digests_per_week": 1}, "scheme": {"title": "Y"}}
    assert found["phases"][2] == {"day": 56}
    assert found["organisation"]["corporate_accounts"] == [
        {"followers": 10, "name": "company-page", "capability": "intern"}
    ]
    assert base["policy"] == {"strictness": 0.3, "training": 0.2}
    emptied = laid_over(base, {"organisation": {"corporate_accounts": []}, "policy": None})
    assert emptied == {**{k: base[k] for k in ("content", "phases")}, "organisation": {"corporate_accounts": []}}  # fmt: skip


def test_a_kind_can_be_changed_that_the_text_does_not_write_out() -> None:
    variant = "variants:\n  - {name: plain, changes: {content: {kinds: [{name: product, polish: 0}]}}}\n"
    kinds = of(SMALL + variant).scenarios["plain"].content.kinds
    assert [(one.name, one.polish) for one in kinds] == [("insight", 0.2), ("news", 0.4), ("product", 0.0)]


def test_a_phase_without_a_first_day_is_given_one() -> None:
    found = of(SMALL + "  phases: [{day: 14, tool: {}}]\n").scenarios[BASE]
    assert [phase.day for phase in found.phases] == [0, 14]


WHOLE = """title: Whole
scenario:
  organisation: {headcount: 20, corporate_accounts: [{followers: 500}]}
  policy: {strictness: 0.2}
  phases: [{day: 0}, {day: 7, scheme: clicks, tool: {}, policy: {strictness: 0.6}}]
"""


@pytest.mark.parametrize("name", LEVERS)
def test_every_lever_moves_its_own_number_alone(name: str) -> None:
    scenario, lever = of(WHOLE).scenarios[BASE], LEVERS[name]
    assert lever.fits(scenario)
    least, most = (lever.pull(scenario, value) for value in lever.usual)
    assert least.content_hash() != most.content_hash()
    # What a pulled scenario says is still one.
    assert type(scenario).model_validate(most.model_dump()).content_hash() == most.content_hash()
    again = lever.pull(most, lever.usual[0])
    assert name == "points" or again.content_hash() == least.content_hash()


def test_a_lever_is_pulled_where_a_phase_says_it_too() -> None:
    found = LEVERS["strictness"].pull(of(WHOLE).scenarios[BASE], 0.9)
    assert (found.policy.strictness, found.phases[1].policy.strictness) == (0.9, 0.9)
    assert found.phases[0].policy.strictness is None


def test_settings_are_even_and_whole_where_they_are_counted() -> None:
    assert LEVERS["strictness"].settings(0.0, 1.0, 5) == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert LEVERS["approval-delay"].settings(0.0, 2.0, 5) == (0.0, 1.0, 2.0)


def test_what_the_document_shows_is_an_experiment() -> None:
    page = (Path(__file__).parents[3] / "docs" / "lab.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        assert read(block, lambda name: PRESETS.get("clicks" if name == "in-force" else name)).faults == []
    assert all(f"`{name}`" in page for name in LEVERS)
