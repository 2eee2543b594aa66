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
