"""A large company that has lived through some weeks of the program: what the pages are measured on."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import text

from rewards.content.content import ChannelStatus, ContentItem, publish_item
from rewards.content.desk import save_draft
from rewards.content.links import prepare_share
from rewards.events import Event
from rewards.ledger.intake import record
from rewards.outside.webhooks import subscribe
from rewards.people.accounts import create_account, create_token, open_session
from rewards.people.importing import import_people
from rewards.people.organisations import create_organisation
from rewards.people.rights import ROLES
from rewards.people_file import PersonRow
from rewards.publishing.counting import ask
from rewards.publishing.drafts import create_draft
from rewards.publishing.foreseeing import SHADOW, count_asked
from rewards.publishing.notices import tell_of_announcements
from rewards.publishing.publication import publish_scheme
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database, Transaction

ORGANISATION, WHO = "acme", "e000000"
SEGMENTS = ("sales", "service", "finance", "research")
ITEMS, EVENTS, LOGGED = 1000, 20_000, 50_000
BATCH = 1000
STARTS = ("An", "Ma", "Jo", "Pe", "Li", "Su", "Ka", "To", "Fe", "Ni")
ENDS = [
    "na",
    "ria",
    "hannes",
    "ter",
    "sa",
    "sanne",
    "rl",
    "m",
    "lix",
    "ls",
    "bert",
    "ra",
    "ke",
    "co",
    "va",
    "dine",
]
FAMILIES = ("Schmi", "Mü", "Wag", "Beck", "Hoff", "Schu", "Koch", "Wol", "Neu", "Kai", "Hart", "Lan")
TAILS = [
    "dt",
    "ller",
    "ner",
    "er",
    "mann",
    "lz",
    "s",
    "f",
    "ling",
    "ser",
    "wig",
    "ge",
    "mayer",
    "stein",
    "berg",
    "bach",
]


@dataclass(frozen=True)
class Found:
    """What asks the pages: a session and a token of somebody with every role, a draft and a webhook; and how long the import took, and
    the count of the draft's shadow."""

    session: str
    token: str
    draft: int
    webhook: int
    import_s: float
    shadow_s: float


def found(db: Database, people: int) -> Found:
    """The company: everybody with a sign-in, two versions of a scheme, content, four weeks of events, mail and a long audit log."""
    rng, now = random.Random(1), datetime.now(UTC)
    with db.begin() as tx:
        create_organisation(tx, ORGANISATION, "Acme", "Europe/Berlin", now)
        began = time.perf_counter()
        import_people(tx, ORGANISATION, list(staff(rng, people)), now)
        seconds = time.perf_counter() - began
    return lived_through(db, rng, people, seconds)


def lived_through(db: Database, rng: random.Random, people: int, import_s: float) -> Found:
    """Sign-ins and four weeks of the program for people who are there."""
    now = datetime.now(UTC)
    with db.begin() as tx:
        create_account(tx, ORGANISATION, WHO, [*ROLES], None, now)
        tx.execute(
            text(
                "INSERT INTO account (person_id, organisation_id, roles, created_at_us) SELECT id, organisation_id, 'employee', 0 "
                "FROM person WHERE id NOT IN (SELECT person_id FROM account)"
            )
        )
    start = now - timedelta(days=28)
    with db.begin() as tx:
        publish_scheme(tx, ORGANISATION, PRESETS["recognition"], start, WHO, "the first", start)
        _content(tx, start)
    for some in _events(rng, people, start, now):
        with db.begin() as tx:
            record(tx, ORGANISATION, some, received_at=now, backfill=True)
    with db.begin() as tx:
        publish_scheme(tx, ORGANISATION, PRESETS["recognition"], now, WHO, "the second", now)
    while _told(db, now):
        pass
    with db.begin() as tx:
        prepare_share(tx, ORGANISATION, WHO, "item-0001", "linkedin", now=now)
        tx.execute(
            text(
                "INSERT INTO audit (organisation_id, actor, action, subject, reason, recorded_us) SELECT organisation_id, :who, "
                "'people.change', 'person:' || id, 'a reason', :now FROM person ORDER BY id LIMIT :most"
            ),
            {"who": WHO, "now": int(now.timestamp() * 1e6), "most": LOGGED},
        )
        draft = create_draft(tx, ORGANISATION, PRESETS["clicks"], WHO, now).id
        hook = subscribe(tx, ORGANISATION, "https://203.0.114.7/hook", ["event.*"], WHO, now=now)[0].id
        token = create_token(
            tx, ORGANISATION, "bench", ["admin", "me:read", "content:read", "schemes:write"], now, person=WHO
        )
        session = open_session(tx, ORGANISATION, WHO, now)
    _keep_house(db)
    with db.begin() as tx:
        ask(tx, SHADOW, ORGANISATION, str(draft), now, since=start.isoformat())
    began = time.perf_counter()
    while count_asked(db):
        pass
    return Found(session, token, draft, hook, import_s, time.perf_counter() - began)


def _keep_house(db: Database) -> None:
    """What the server itself does after so many rows, some time later."""
    if db.dialect == "postgresql":
        with psycopg.connect(
            db.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        ) as admin:
            admin.execute("VACUUM ANALYZE")


def staff(rng: random.Random, people: int) -> Iterator[PersonRow]:
    """Their rows in HR's file."""
    for at in range(people):
        yield PersonRow(
            id=f"e{at:06}", email=f"p{at}@field.example", segment=rng.choice(SEGMENTS),
            name=f"{rng.choice(STARTS)}{rng.choice(ENDS)} {rng.choice(FAMILIES)}{rng.choice(TAILS)}",
            team=f"team-{rng.randrange(max(1, people // 12)):05}", timezone="Europe/Berlin", contacts=100,
        )  # fmt: skip


def _content(tx: Transaction, at: datetime) -> None:
    """A thousand items on the grid, a fifth of them for one segment, and a few drafts."""
    for number in range(ITEMS + 20):
        item = ContentItem(
            id=f"item-{number:04}", title=f"Item {number}", summary="What happened, and why it matters. " * 4,
            url=f"https://acme.example/news/{number}", topic=f"topic-{number % 12}", approver=WHO,
            channels={"linkedin": ChannelStatus(status="green"), "x": ChannelStatus(status="amber", reason="Ask first")},
            segments=(SEGMENTS[number % 4],) if number % 5 == 0 else (),
        )  # fmt: skip
        if number < ITEMS:
            publish_item(tx, ORGANISATION, item, at + timedelta(minutes=30 * number))
        else:
            save_draft(tx, ORGANISATION, item, WHO, at)


def _events(rng: random.Random, people: int, first: datetime, last: datetime) -> Iterator[list[Event]]:
    """Shares and clicks in the order of time, a batch at once."""
    step = (last - first) / EVENTS
    for start in range(0, EVENTS, BATCH):
        yield [
            Event(
                source="bench", id=f"e{n}", kind="share" if n % 4 == 0 else "click",
                subject=WHO if n % 100 == 0 else f"e{rng.randrange(people):06}", occurred_at=first + n * step,
                object=f"item-{n % ITEMS:04}", channel="linkedin", verification="tracked",
            )
            for n in range(start, start + BATCH)
        ]  # fmt: skip


def _told(db: Database, now: datetime) -> int:
    with db.begin() as tx:
        return tell_of_announcements(tx, ORGANISATION, now)
