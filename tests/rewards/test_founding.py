"""A template as a company begins with it: in its language, by its days, and without points where it gives none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rewards.document import load_document
from rewards.founding import template, text_of_template
from rewards.people.organisations import Network, change_organisation
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.session import Database
from tests.company import ORGANISATION, make_company


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_draft_begins_as_what_would_be_published(sqlite_db: Database, name: str) -> None:
    make_company(sqlite_db)
    with sqlite_db.begin() as tx:
        used = (Network("linkedin", True), Network("x", False), Network("Интранет", False))
        change_organisation(tx, ORGANISATION, "Acme", ("de", "en"), used, actor="ana", now=datetime.now(UTC))
        text, fitting = text_of_template(tx, ORGANISATION, name), template(tx, ORGANISATION, name)
    begun = load_document(text, IncentiveScheme, name)
    assert begun == fitting
    assert begun.calendar.zone == "Europe/Madrid"
    assert begun.is_unrewarded("X")
    assert begun.is_unrewarded("интранет")
    assert not begun.is_unrewarded("linkedin")
    assert begun.title != PRESETS[name].title
    assert "points: '" not in text, "the text stays as a person would write it"
