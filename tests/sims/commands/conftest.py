"""The company that commands work on."""

from __future__ import annotations

import pytest

from rewards.store.session import Database
from tests.company import ORGANISATION, make_company


@pytest.fixture
def company(db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Its database, which the environment names as an operator's does."""
    make_company(db)
    monkeypatch.setenv("DATABASE_URL", db.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GROUNDSWELL_ORGANISATION", ORGANISATION)
    return db
