"""Scenarios read the files they name, hash what moves numbers, and say in one line what is wrong with them."""

from pathlib import Path

import pytest

from rewards.document import DocumentError
from sims.scenario.scenario import Scenario


def test_files_are_found_beside_the_scenario(
    small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    loaded = Scenario.load(small_file)
    assert loaded.phases[0].scheme is None
    assert [scheme.name for scheme in loaded.schemes()] == list(loaded.scheme_hashes())


def test_people_come_from_a_csv(small_file: Path) -> None:
    small_file.with_name("two.csv").write_text(
        "id,segment,team,timezone,contacts\na,sales,s1,Europe/Madrid,100\nb,shop,s2,Asia/Tokyo,50\n"
    )
    small_file.write_text("name: two\norganisation: {people: two.csv}\n")
    people = Scenario.load(small_file).organisation.people
    assert people is not None
    assert [(row.id, row.contacts) for row in people] == [("a", 100), ("b", 50)]


def test_a_network_comes_from_an_edge_list(small_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    small_file.with_name("ties.txt").write_text("e000002 e000001\ne000001 e000003\n")
    small_file.write_text("name: three\norganisation: {headcount: 3, network: ties.txt}\n")
    named = Scenario.load(small_file)
    assert named.organisation.network == (("e000001", "e000003"), ("e000002", "e000001"))
    small_file.write_text(
        "name: three\norganisation: {headcount: 3, network: [[e000002, e000001], [e000001, e000003]]}\n"
    )
    assert Scenario.load(small_file).content_hash() == named.content_hash()
    small_file.write_text("name: three\norganisation: {headcount: 3}\n")
    assert Scenario.load(small_file).content_hash() != named.content_hash()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, r"network 'ties.csv'; it must be an edge list beside the scenario; there is no file"),
        ("", r"ties.csv: is empty"),
        ("source,target\ne000001,e000002\ne000002\n", r"ties.csv:3: got 1 fields"),
        ("source,target\ne000001,zoe\n", r"'zoe' is none of the company's 3 people \(e000001 … e000003\)"),
        ("source,target\ne000001,e000001\n", "tied to itself"),
        ("graph [", "is GML, which is not read"),
    ],
)
def test_a_bad_network_is_one_line(small_file: Path, text: str | None, message: str) -> None:
    if text is not None:
        small_file.with_name("ties.csv").write_text(text)
    small_file.write_text("name: three\norganisation:\n  headcount: 3\n  network: ties.csv\n")
    with pytest.raises(DocumentError, match=message) as caught:
        Scenario.load(small_file)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{small_file}:")


def test_a_name_or_a_seed_is_no_part_of_the_hash(small: Scenario) -> None:
    renamed = small.model_copy(update={"name": "other", "seed": 9, "runs": 5})
    assert renamed.content_hash() == small.content_hash()
    longer = small.model_copy(update={"horizon_days": 15})
    assert longer.content_hash() != small.content_hash()


def test_the_scheme_is_a_part_of_the_hash(small_file: Path, small: Scenario) -> None:
    scheme = small_file.with_name("points.yaml")
    scheme.write_text(scheme.read_text().replace("points: 10", "points: 11"))
    assert Scenario.load(small_file).content_hash() != small.content_hash()


def test_doing_nothing_is_the_same_company_without_schemes(small: Scenario) -> None:
    nothing = small.without_schemes()
    assert nothing.schemes() == []
    assert nothing.organisation == small.organisation
    assert nothing.horizon_days == small.horizon_days


@pytest.mark.parametrize(
    ("good", "bad", "line", "words"),
    [
        ("runs: 3", "runs: 0", 3, "runs"),
        ("horizon_days: 14", "horizon_dayz: 14", 4, "horizon_dayz"),
        ("headcount: 40", "headcount: many", 7, "headcount"),
        ("points.yaml", "missing.yaml", 17, "missing.yaml"),
        ("seed: 3", "seed: 3\nseed: 4", 3, "seed"),
        ("seed: 3", "seed: 3\noutcomes: [fame]", 3, "fame"),
        ("seed: 3", "seed: [3", 3, ""),
        ("{median: 60}", "{least: 90, most: 60}", 11, "least is at most most"),
        ("audience:", "corporate_accounts: [{posts_per_week: 1e9}]\n  audience:", 12, "posts_per_week"),
    ],
)
def test_bad_input_is_one_line_with_file_and_line(
    small_file: Path, good: str, bad: str, line: int, words: str
) -> None:
    small_file.write_text(small_file.read_text().replace(good, bad))
    with pytest.raises(DocumentError) as caught:
        Scenario.load(small_file)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{small_file}:{line}:")
    assert words in message


def test_a_bad_people_file_is_named_with_its_own_line(small_file: Path) -> None:
    small_file.with_name("two.csv").write_text("id,segment,team,timezone,contacts\na,s,t,Europe/Madrid,-1\n")
    small_file.write_text("name: two\norganisation: {people: two.csv}\n")
    with pytest.raises(DocumentError, match=r"two\.csv:2"):
        Scenario.load(small_file)
