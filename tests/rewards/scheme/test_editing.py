"""Form and text are one document: what is edited in the one stands in the other, and nothing else moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.document import DocumentError, content_hash, document_faults, dump_document, load_document
from rewards.scheme.editing import form_of, with_changes, with_part, without_part
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme

TEXT = """\
# Our scheme, third try.
name: ours
title: Ours   # the works council knows it as that
rules:
  # what everybody asked for
  - id: share
    title: Share
    on: share
    points: 2   # cheap
    per_object: once
    caps: [{window: day, points: 6}]
levels:
  - {id: voice, title: Voice, points: 100}
"""


def values(text: str) -> dict[str, str]:
    return {field.name: field.value for field in form_of(text).fields()}


def test_a_form_changes_its_field_and_keeps_every_comment() -> None:
    found = with_changes(TEXT, TEXT, values(TEXT) | {"rules.0.points": "50"})
    assert found == TEXT.replace("points: 2   # cheap", "points: 50  # cheap") or found == TEXT.replace(
        "points: 2   #", "points: 50   #"
    )


def test_a_form_left_as_it_is_changes_nothing() -> None:
    odd = 'name:   ours\ntitle: "Ours"\nrules: []\n'
    assert with_changes(odd, odd, values(odd)) == odd


def test_what_both_changed_is_brought_together() -> None:
    mine = TEXT.replace("Voice, points: 100", "Voice, points: 150")
    found = with_changes(mine, TEXT, values(TEXT) | {"rules.0.points": "5", "rules.0.cap_week": "20"})
    scheme = load_document(found, IncentiveScheme)
    assert scheme.levels[0].points == 150
    assert scheme.rules[0].points == 5
    assert [(cap.window, int(cap.points)) for cap in scheme.rules[0].caps] == [("day", 6), ("week", 20)]


def test_a_field_that_is_emptied_is_gone() -> None:
    found = with_changes(TEXT, TEXT, values(TEXT) | {"rules.0.cap_day": "", "rules.0.per_object": ""})
    scheme = load_document(found, IncentiveScheme)
    assert (scheme.rules[0].caps, scheme.rules[0].per_object) == ((), "each")
    nested = with_changes(TEXT, TEXT, values(TEXT) | {"calendar.grace_hours": "24"})
    assert load_document(nested, IncentiveScheme).calendar.grace_hours == 24
    assert "calendar" not in with_changes(nested, nested, values(nested) | {"calendar.grace_hours": ""})


@pytest.mark.parametrize(
    "words",
    ["12:30", "yes", "1/20", "# not a comment", "a: b", "- x", "{", "'", "2026-01-01", "0x10", "a\nb", "é“„"],
)
def test_words_come_back_as_they_were_typed(words: str) -> None:
    found = with_changes(TEXT, TEXT, values(TEXT) | {"note": words, "title": words.replace("\n", " ")})
    scheme = load_document(found, IncentiveScheme)
    assert scheme.note.strip() == words
    assert scheme.title == words.replace("\n", " ")


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30))
def test_any_words_do(words: str) -> None:
    found = with_changes(TEXT, TEXT, values(TEXT) | {"rules.0.title": words})
    assert load_document(found, IncentiveScheme).rules[0].title == words.strip()


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_template_goes_through_the_form_unharmed(name: str) -> None:
    text = dump_document(PRESETS[name])
    assert with_changes(text, text, values(text)) == text
    found = with_changes(text, text, values(text) | {"title": "Another"})
    assert load_document(found, IncentiveScheme) == PRESETS[name].model_copy(update={"title": "Another"})


def test_parts_are_added_and_taken_away() -> None:
    more = with_part(with_part(TEXT, "rules"), "rewards")
    scheme = load_document(more, IncentiveScheme)
    assert [rule.id for rule in scheme.rules] == ["share", "rule-1"]
    assert len(scheme.rewards) == 1
    less = without_part(without_part(more, "rewards", 0), "rules", 1)
    assert content_hash(load_document(less, IncentiveScheme)) == content_hash(
        load_document(TEXT, IncentiveScheme)
    )
    assert "# what everybody asked for" in less


def test_a_text_with_faults_has_its_form_and_the_faults_their_places() -> None:
    broken = TEXT.replace("points: 2 ", "points: lots ").replace("title: Voice", "titel: Voice")
    assert values(broken)["rules.0.points"] == "lots"
    scheme, faults = document_faults(broken, IncentiveScheme)
    assert scheme is None
    assert {fault.place for fault in faults} >= {
        ("rules", 0, "points"),
        ("levels", 0, "titel"),
        ("levels", 0, "title"),
    }
    assert all(";" in fault.message for fault in faults)
    assert [fault.line for fault in faults] == sorted(fault.line for fault in faults)


@pytest.mark.parametrize("text", ["a: [", "- 1", "&a x: *a", "!!python/object x", "", "[" * 50, "a: b: c"])
def test_what_is_no_document_is_told_in_a_line(text: str) -> None:
    with pytest.raises(DocumentError):
        form_of(text)
    scheme, faults = document_faults(text, IncentiveScheme)
    assert scheme is None
    assert len(faults) >= 1
