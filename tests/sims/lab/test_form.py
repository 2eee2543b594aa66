"""The form of an experiment's text, and what is changed in it put back into the text."""

from __future__ import annotations

import pytest

from rewards.document import DocumentError, load_yaml
from rewards.scheme.presets import PRESETS
from sims.lab.document import read
from sims.lab.form import form_of, with_changes, with_part, without_part
from sims.lab.templates import text_of

TEXT = text_of("policy", live=False)


def values(text: str) -> dict[str, str]:
    return {field.name: field.value for field in form_of(text).fields()}


def test_the_form_reads_the_text() -> None:
    found = values(TEXT)
    assert found["scenario.organisation.headcount"] == "300"
    assert found["scenario.policy.strictness"] == "0.3"
    assert found["scenario.program.digests_per_week"] == "1"
    assert found["variants.0.changes.policy.strictness"] == "0.8"
    assert found["variants.1.changes.policy.strictness"] == ""
    assert len(form_of(TEXT).variants) == 3
    usual = {field.name: field.usual for field in form_of(TEXT).fields()}
    assert usual["variants.1.changes.policy.strictness"] == "0.3"


def test_nothing_changed_gives_the_text_to_the_letter() -> None:
    assert with_changes(TEXT, TEXT, values(TEXT)) == TEXT


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("variants.1.changes.policy.strictness", "0.9", ("variants", 1, "changes", "policy", "strictness")),
        ("variants.1.kinds.2.polish", "0.1", ("variants", 1, "changes", "content", "kinds", 0, "polish")),
        ("variants.0.accounts.0.capability", "intern", ("variants", 0, "changes", "organisation", "corporate_accounts", 0, "capability")),
        ("variants.2.program.scheme", "clicks", ("variants", 2, "changes", "phases", 0, "scheme")),
        ("variants.2.program.digests_per_week", "3", ("variants", 2, "changes", "phases", 0, "tool", "digests_per_week")),
        ("scenario.organisation.people", "live", ("scenario", "organisation", "people")),
        ("sweep.lever", "strictness", ("sweep", "lever")),
    ],
)  # fmt: skip
def test_one_field_is_put_in_and_taken_out_again(name: str, value: str, place: tuple[str | int, ...]) -> None:
    put_in = with_changes(TEXT, TEXT, {**values(TEXT), name: value})
    here = load_yaml(put_in, "yaml")[1]
    for step in place:
        here = here[step]
    assert str(here) == value
    assert "# The company as it is" in put_in
    found = read(put_in, PRESETS.get)
    assert found.faults == [], put_in
    assert values(put_in)[name] == value
    out = with_changes(put_in, put_in, {**values(put_in), name: ""})
    assert load_yaml(out, "yaml")[1] == load_yaml(TEXT, "yaml")[1]


def test_both_sides_may_be_typed_in_before_either_is_sent() -> None:
    typed = TEXT.replace("title: Most people trained", "title: All trained")
    both = with_changes(typed, TEXT, {**values(TEXT), "scenario.runs": "12"})
    assert "All trained" in both
    assert "runs: 12" in both


def test_parts_come_and_go() -> None:
    for group in ("variants", "kinds", "accounts"):
        more = with_part(TEXT, group)
        assert read(more, PRESETS.get).faults == [], more
        counts = [len(getattr(form_of(text), group)) for text in (TEXT, more)]
        assert counts[1] == counts[0] + 1
        less = without_part(more, group, counts[0])
        assert load_yaml(less, "yaml")[1] == load_yaml(TEXT, "yaml")[1]


def test_what_is_no_yaml_has_no_form() -> None:
    with pytest.raises(DocumentError, match="yaml:1"):
        form_of("title: [")


@pytest.mark.parametrize("text", ["scenario: 5", "scenario: {phases: 3}\nvariants: {a: 1}", "variants: [1, x]\nsweep: [2]",
    "scenario:\n  organisation: {corporate_accounts: [1, {}]}"])  # fmt: skip
def test_a_text_that_is_no_experiment_yet_has_a_form_as_far_as_it_goes(text: str) -> None:
    form = form_of(text)
    assert with_changes(text, text, {field.name: field.value for field in form.fields()}) == text
    assert read(text, PRESETS.get).written is None
