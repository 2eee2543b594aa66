"""Sentences of sealed documents are told in the reader's language, and are those that documents are made with."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rewards.language import speaking
from sims.calibration.going_on import GoingOn
from sims.ensemble.bridge import parameter_source
from sims.loop.pieces import GENERAL
from web.sealed import in_words

MOVED = GoingOn.note(SimpleNamespace(observed=SimpleNamespace(weeks=3)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (parameter_source(), "200 Vektoren der gemeinsamen Posterior-Verteilung"),
        (MOVED, "in den 3 Wochen des Verlaufs"),
        (f"posterior: {GENERAL}", "nichts von diesem Unternehmen"),
        ("3 days after the last whole week are left out", "3 Tage nach der letzten ganzen Woche"),
    ],
)
def test_what_documents_say_is_said_in_german(sentence: str, told: str) -> None:
    assert in_words(sentence) == sentence
    with speaking("de"):
        assert told in in_words(sentence)


def test_what_is_not_known_stays_as_it_is() -> None:
    with speaking("de"):
        assert in_words("posterior: something (else) {odd}") == "posterior: something (else) {odd}"
