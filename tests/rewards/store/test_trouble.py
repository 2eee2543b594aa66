"""A database that goes away: before the end nothing was changed; while it commits nobody knows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from starlette.requests import Request

from rewards.faults import Unavailable
from rewards.store.session import Database, open_database
from web.problems import unavailable

ASKED = {"type": "http", "method": "POST", "path": "/api/v1/events", "headers": [], "query_string": b""}


def cut_off(db: Database, other: Database, commits: bool) -> None:
    """A transaction whose connection the server ends before the commit, or before one more question."""
    with db.begin() as tx:
        mine = tx.execute(select(func.pg_backend_pid())).scalar_one()
        with other.begin() as another:
            assert another.execute(select(func.pg_terminate_backend(mine, 5000))).scalar_one()
        if not commits:
            tx.execute(select(1))


def end_of(db: Database, other: Database, commits: bool) -> Unavailable:
    """What is raised then."""
    with pytest.raises(Unavailable) as caught:
        cut_off(db, other, commits)
    return caught.value


@pytest.mark.postgres
def test_only_a_commit_without_an_answer_leaves_open_what_became_of_it(
    fresh_url: Callable[[str], str],
) -> None:
    url = fresh_url("postgresql")
    db, other = open_database(url), open_database(url)
    try:
        asked, unsure = end_of(db, other, commits=False), end_of(db, other, commits=True)
    finally:
        db.engine.dispose()
        other.engine.dispose()
    assert (asked.unsure, unsure.unsure) == (False, True)
    assert b"nothing was changed" in unavailable(Request(dict(ASKED)), asked).body
    answer = unavailable(Request(dict(ASKED)), unsure)
    assert answer.status_code == 503
    assert b"whether it was is not known" in answer.body
