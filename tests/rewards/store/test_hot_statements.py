"""What recording asks of SQLite is answered by an index that narrows it to the person or the event, however much others have done."""

from __future__ import annotations

import pytest

from rewards.store import accounts, badges, events, journal, organisations, reviews, states
from rewards.store.prepared import Prepared
from rewards.store.session import Database

NARROWED_BY = {
    "token": (accounts._FIND_TOKEN, "token_hash=?"),
    "organisation": (organisations.SHARED, "organisation_id=?"),
    "people": (states._PEOPLE, "external_id=?"),
    "known event": (events._FIND, "event_id=?"),
    "open events": (events._SCORED, "person_id=?"),
    "entries that stand": (journal._STANDING, "person_id=?"),
    "entries of one event": (journal._STANDING_OF, "event_ref=?"),
    "entries by number": (journal._WHOLE, "rowid=?"),
    "postings": (journal._POSTINGS, "journal_id=?"),
    "entries of a badge": (badges._ENTRIES, "person_id=?"),
    "events held": (reviews.HELD, "status=?"),
}


@pytest.mark.parametrize("name", NARROWED_BY)
def test_the_outer_question_goes_by_its_own_index(sqlite_db: Database, name: str) -> None:
    statement, narrowed = NARROWED_BY[name]
    plan = plan_of(sqlite_db, statement)
    # The keys given with the question are walked, and nothing else is.
    walked = [step for step in plan if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
    assert not walked, plan
    searches = [step for step in plan if step.startswith("SEARCH")]
    assert narrowed in searches[0], plan


def plan_of(db: Database, statement: Prepared) -> list[str]:
    sql = statement.on("sqlite").sql
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?"))
        return [str(row[3]) for row in rows]
