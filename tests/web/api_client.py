"""A client of the API over a lively company on either database, with a token for each kind of caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from json import dumps
from typing import Any

from starlette.testclient import TestClient

from rewards.events import Event
from rewards.ledger.intake import record
from rewards.people.accounts import create_token
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.conditions import Rules
from rewards.publishing.gate import change_rules
from rewards.publishing.publication import publish_scheme
from rewards.store.session import Database
from tests.conftest import SHARES, World
from web.app import create_app
from web.settings import Settings

PERSONAL = ("me:read", "me:write", "kudos:write", "rewards:write")
NAMES = ("ana", "ben", "cleo", "dan", "eva")


@dataclass
class Api:
    """`tokens`: ana, ben … (personal), admin, author (schemes alone), writer (events alone), other (admin of bolt)."""

    db: Database
    client: TestClient
    tokens: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def call(self, method: str, path: str, who: str = "admin", **rest: Any) -> Any:
        """One request; `headers` are added to the token's."""
        headers = {"authorization": f"Bearer {self.tokens[who]}", **rest.pop("headers", {})}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **rest)

    def get(self, path: str, who: str = "admin", **rest: Any) -> Any:
        return self.call("GET", path, who, **rest)

    def post(self, path: str, json: Any, who: str = "admin", **rest: Any) -> Any:
        # ASCII with escapes: lone surrogates can be sent this way, and in no other.
        headers = {"content-type": "application/json", **rest.pop("headers", {})}
        return self.call("POST", path, who, content=dumps(json), headers=headers, **rest)

    def share(self, *people: str, organisation: str = "acme", ago: int = 60) -> list[int]:
        """One share a person named, `ago` seconds ago; the ids of the awards."""
        at = datetime.now(UTC)
        events = []
        for person in people:
            self.count += 1
            events.append(
                Event(
                    source="test", id=f"e{self.count}", kind="share", subject=person, object=f"i{self.count}",
                    occurred_at=at - timedelta(seconds=ago) + timedelta(milliseconds=self.count),
                )
            )  # fmt: skip
        with self.db.begin() as tx:
            receipts = record(tx, organisation, events, received_at=at)
        return [receipt.entries[0].id for receipt in receipts]


def make_api(db: Database, scheme: str = SHARES) -> Api:
    """Two organisations with the same people and scheme, in force for 60 days."""
    at = datetime.now(UTC) - timedelta(minutes=5)
    settings = Settings(
        DATABASE_URL=db.url.render_as_string(hide_password=False), organisation="acme", webhook_loopback=True
    )
    client = TestClient(create_app(settings), base_url="http://testserver", follow_redirects=False)
    made = Api(db, client)
    with db.begin() as tx:
        for slug in ("acme", "bolt"):
            create_organisation(tx, slug, slug.title(), "UTC", at)
            rows = [
                PersonRow(
                    id=name, name=name.title(), segment="sales", team="north", timezone="UTC", contacts=100
                )
                for name in NAMES
            ]
            import_people(tx, slug, rows, at)
            change_rules(tx, slug, Rules(False, 30, 0), "test", at)
            publish_scheme(tx, slug, World.scheme(scheme), at - timedelta(days=60), "hr", "start", at)
        for name in NAMES:
            made.tokens[name] = create_token(tx, "acme", name, PERSONAL, at, person=name)
        made.tokens["admin"] = create_token(tx, "acme", "admin", ("admin", "me:read"), at)
        made.tokens["author"] = create_token(tx, "acme", "author", ("schemes:write",), at)
        made.tokens["writer"] = create_token(tx, "acme", "writer", ("events:write",), at)
        made.tokens["other"] = create_token(tx, "bolt", "admin", ("admin", "schemes:write", "me:read"), at)
    return made
