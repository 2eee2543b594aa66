"""Sentences of sealed documents are told in the reader's language, and are those that documents are made with."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from rewards.document import DocumentError
from rewards.language import speaking
from sims.calibration.going_on import far, moved_from
from sims.calibration.series import Observed, Series, unlike
from sims.ensemble.bridge import parameter_source
from sims.history.columns import Columns
from sims.history.of_tables import history_of_sheet
from sims.history.series import History
from sims.loop.pieces import GENERAL
from sims.scenario.scenario import Scenario
from web.sealed import in_words

SCENARIO = Scenario.load(Path(__file__).parents[2] / "examples" / "small.yaml")
HISTORY = History(source="table", first=SCENARIO.start_date, periods=1, headcount=600, series={"all": {}})
FAR = far(Observed((Series("all", "shares"),), np.array([[9e5]]), ()), np.array([[[2.0]], [[60.5]]]), 60.0)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (parameter_source(), "200 Vektoren der gemeinsamen Posterior-Verteilung"),
        (moved_from(3), "in den 3 Wochen des Verlaufs"),
        (moved_from(1), "in 1 Woche des Verlaufs"),
        (FAR[0], "shares lag bei 900,000.0 in der Woche, und die Läufe haben 2.0 bis 60.5"),
        (unlike(HISTORY, SCENARIO)[0], "Der Verlauf ist von 600 Personen"),
        ("1 day after the last whole week is left out", "1 Tag nach der letzten ganzen Woche"),
        (f"posterior: {GENERAL}", "nichts von diesem Unternehmen"),
        ("3 days after the last whole week are left out", "3 Tage nach der letzten ganzen Woche"),
    ],
)
def test_what_documents_say_is_said_in_german(sentence: str, told: str) -> None:
    assert in_words(sentence) == sentence
    with speaking("de"):
        assert told in in_words(sentence)


@pytest.mark.parametrize(
    "lines",
    [
        "date,shares\n16/03/2026,3\n16/03/2026,3\n30/03/2026,\nTotal,3\n",
        "Report,\ndate,shares\n2026-03-02,1.240\n,\nsource: us,\n2026-03-03,2\n",
        "date,team,person,shares\n2026-03-02,a,ana,1.5\n2026-03-09,a,,2\n2026-03-09,b,bo,\n2026-03-09,Total,,2\n",
        "date,shares\n2026-03-02,0\n",
        "date,team,shares\n2026-03-02,North Lab,1\n2026-03-09,north  lab,2\n",
    ],
)
def test_every_note_of_a_table_is_said_in_german(lines: str) -> None:
    found = history_of_sheet(lines.encode(), "table.csv", Columns())
    assert found.warnings
    for note in found.warnings:
        assert in_words(note) == note
        with speaking("de"):
            assert in_words(note) != note


def test_what_is_not_known_stays_as_it_is() -> None:
    with speaking("de"):
        assert in_words("posterior: something (else) {odd}") == "posterior: something (else) {odd}"


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "date,shares\n",
        "date,shares,Shares\n2026-03-02,1,2\n",
        "day,shares\n2026-03-02,1\n",
        "date,fancy\n2026-03-02,1\n",
        "date,shares\n2026-03-02,\n",
        "date,shares\nsoon,1\n",
        "date,shares\n02/03/2026,1\n",
        "date,shares\n16/03/2026,1\n03/16/2026,1\n",
        "date,shares\n0999-03-02,1\n",
        "date,shares\n,1\n2026-03-02,5\n",
        "date,shares\n2026-03-02,many\n",
        "date,shares,spend\n2026-03-02,1,1.200\n",
        "date,shares\n2026-03-02,1\n2026-03-02,2\n",
        "date,post,shares\n2026-03-02,a,1\n2026-03-02,b,1\n",
        "date,shares\n2026-01-01,1\n2026-02-01,1\n2026-03-04,1\n",
        "date,shares\n1971-01-01,1\n2026-03-04,1\n",
    ],
)
def test_every_fault_of_a_table_is_said_in_german(lines: str) -> None:
    with pytest.raises(DocumentError) as plain:
        history_of_sheet(lines.encode(), "table.csv", Columns())
    with speaking("de"), pytest.raises(DocumentError) as told:
        history_of_sheet(lines.encode(), "table.csv", Columns())
    place, _, english = str(plain.value).partition(": ")
    assert str(told.value).startswith(f"{place}: ")
    assert english not in str(told.value)
    assert not re.search(r"\b(got|required|correct|remove|the)\b", str(told.value)), told.value
