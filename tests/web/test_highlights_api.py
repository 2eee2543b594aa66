"""Highlights over the API: as the page has them, for whoever may see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rewards.boards.highlights import give_highlights
from rewards.events import Event
from rewards.ledger.intake import record
from rewards.people.people import set_opt_out
from rewards.store.session import Database
from tests.conftest import SHARES
from tests.web.api_client import make_api

SCHEME = SHARES.replace("recognition: {", "recognition: {highlights: [{title: Best, share: 1/5}], ")


def test_who_was_thanked_is_told_to_persons_and_who_is_hidden_to_herself(db: Database) -> None:
    api = make_api(db, SCHEME)
    then = datetime.now(UTC) - timedelta(days=50)
    with api.client:
        assert api.get("/highlights", "ana").json() == {"highlights": []}
        with db.begin() as tx:
            event = Event(source="t", id="e", kind="share", subject="ben", object="b", occurred_at=then)
            record(tx, "acme", [event], received_at=then)
            assert give_highlights(tx, "acme", datetime.now(UTC)) == 2
        (found,) = api.get("/highlights", "ana").json()["highlights"]
        assert (found["title"], found["people"]) == ("Best", [{"person": "ben", "name": "Ben"}])
        with db.begin() as tx:
            set_opt_out(tx, "acme", "ben", True, datetime.now(UTC))
        (found,) = api.get("/highlights", "ana").json()["highlights"]
        assert [one["person"] for one in found["people"]] == [None]
        (mine,) = api.get("/highlights", "ben").json()["highlights"]
        assert [one["person"] for one in mine["people"]] == ["ben"]
        assert api.get("/highlights", "admin").status_code == 403
        assert api.get("/highlights", "writer").status_code == 403
