"""The tables. One declaration for SQLite and PostgreSQL; every table carries its organisation.

Units: instants are int64 microseconds since 1970 UTC (`*_us`), dates are proleptic ordinals (`date.toordinal`),
amounts are int64 millipoints. JSON is stored as canonical text, so that a rebuild compares byte for byte.
Names and addresses live in `person_identity` alone: dropping that row is what erasure means.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

Key = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", Key, primary_key=True, autoincrement=True)


def _organisation() -> Column[str]:
    return Column("organisation_id", String(64), ForeignKey("organisation.organisation_id"), nullable=False)


def _person(name: str = "person_id", nullable: bool = False) -> Column[int]:
    return Column(name, Key, ForeignKey("person.id"), nullable=nullable)


def _us(name: str, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean(create_constraint=False), nullable=False, server_default=text("false"))


def _table(name: str, *parts: Any) -> Table:
    return Table(name, metadata, *parts)


organisation = _table(
    "organisation",
    Column("organisation_id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("salt", String(64), nullable=False),
    _us("closed_until_us", nullable=True),
    _us("created_at_us"),
)

person = _table(
    "person",
    _id(),
    _organisation(),
    Column("segment", String(128), nullable=False),
    Column("team", String(128), nullable=False),
    Column("timezone", String(64), nullable=False),
    _flag("zone_flagged"),
    Column("contacts", Integer, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("role", String(32), nullable=False),
    Column("desk", String(16), nullable=False),
    Column("hours_share_ppm", Integer, nullable=False),
    Column("manager_id", Key, nullable=True),
    Column("status", String(16), nullable=False),
    _flag("opted_out"),
    _flag("has_history"),
    _flag("hidden"),
    Column("pseudonym", String(64), nullable=False),
    Column("merged_into", Key, nullable=True),
    _us("created_at_us"),
    Index("ix_person_team", "organisation_id", "team"),
    Index(
        "ix_person_hidden", "organisation_id", sqlite_where=text("hidden"), postgresql_where=text("hidden")
    ),
)

person_identity = _table(
    "person_identity",
    Column("person_id", Key, ForeignKey("person.id"), primary_key=True),
    _organisation(),
    Column("external_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=True),
    UniqueConstraint("organisation_id", "external_id"),
)

membership = _table(
    "membership",
    _id(),
    _organisation(),
    _person(),
    _us("from_us"),
    Column("segment", String(128), nullable=False),
    Column("team", String(128), nullable=False),
    UniqueConstraint("person_id", "from_us"),
)

zone_change = _table(
    "zone_change",
    _id(),
    _organisation(),
    _person(),
    _us("from_us"),
    Column("zone", String(64), nullable=False),
    Column("floor_date", Integer, nullable=False),
    UniqueConstraint("person_id", "from_us"),
)

leave = _table(
    "leave",
    _id(),
    _organisation(),
    _person(),
    Column("first_date", Integer, nullable=False),
    Column("last_date", Integer, nullable=False),
    CheckConstraint("last_date >= first_date", name="ordered"),
    Index("ix_leave_person", "person_id"),
)

person_link = _table(
    "person_link",
    _organisation(),
    _person("low_id"),
    _person("high_id"),
    _us("created_at_us"),
    PrimaryKeyConstraint("organisation_id", "low_id", "high_id"),
)

person_state = _table(
    "person_state",
    Column("person_id", Key, ForeignKey("person.id"), primary_key=True),
    _organisation(),
    Column("scheme_version", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    _us("last_us"),
    Column("last_source", Text, nullable=False),
    Column("last_event", Text, nullable=False),
    Column("base_version", Integer, nullable=False),
    Column("base_state", LargeBinary, nullable=False),
    Column("last_date", Integer, nullable=False),
)

account = _table(
    "account",
    Column("person_id", Key, ForeignKey("person.id"), primary_key=True),
    _organisation(),
    Column("roles", Text, nullable=False),
    Column("password_hash", Text, nullable=True),
    _us("created_at_us"),
)

session_token = _table(
    "session_token",
    Column("token_hash", String(64), primary_key=True),
    _organisation(),
    _person(),
    _us("created_at_us"),
    _us("expires_at_us"),
    Index("ix_session_token_person", "person_id"),
)

api_token = _table(
    "api_token",
    Column("token_hash", String(64), primary_key=True),
    _organisation(),
    Column("name", String(128), nullable=False),
    Column("scopes", Text, nullable=False),
    _person(nullable=True),
    _us("created_at_us"),
    _us("expires_at_us", nullable=True),
    _us("revoked_at_us", nullable=True),
    UniqueConstraint("organisation_id", "name"),
)

scheme_version = _table(
    "scheme_version",
    _id(),
    _organisation(),
    Column("version", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("document", Text, nullable=False),
    _us("effective_us"),
    _us("published_at_us"),
    Column("mode", String(16), nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _us("rolled_back_at_us", nullable=True),
    UniqueConstraint("organisation_id", "version"),
)

event = _table(
    "event",
    _id(),
    _organisation(),
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("payload_hash", String(64), nullable=False),
    Column("kind", String(128), nullable=False),
    _person(),
    _person("owner_id", nullable=True),
    _us("occurred_us"),
    _us("received_us"),
    Column("local_date", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("object", Text, nullable=False),
    Column("channel", String(64), nullable=True),
    Column("tags", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("verification", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    _flag("scored"),
    _us("voided_at_us", nullable=True),
    UniqueConstraint("organisation_id", "source", "event_id"),
    Index("ix_event_person", "person_id", "occurred_us", "source", "event_id"),
    Index(
        "ix_event_owner",
        "owner_id",
        "occurred_us",
        sqlite_where=text("owner_id IS NOT NULL"),
        postgresql_where=text("owner_id IS NOT NULL"),
    ),
    Index("ix_event_organisation", "organisation_id", "occurred_us"),
)

journal = _table(
    "journal",
    _id(),
    _organisation(),
    _person(nullable=True),
    Column("event_ref", Key, ForeignKey("event.id"), nullable=True),
    Column("origin", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("rule", String(128), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("reason", String(64), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("scheme_version", Integer, nullable=False),
    Column("local_date", Integer, nullable=False),
    Column("board_date", Integer, nullable=False),
    Column("team", String(128), nullable=False),
    _us("occurred_us"),
    _us("recorded_us"),
    _us("hold_until_us", nullable=True),
    Column("reverses", Key, ForeignKey("journal.id"), nullable=True),
    Column("dedupe", String(160), nullable=True),
    UniqueConstraint("reverses"),
    UniqueConstraint("organisation_id", "dedupe"),
    Index("ix_journal_person", "person_id", "id"),
    Index("ix_journal_event", "event_ref"),
)

posting = _table(
    "posting",
    _id(),
    _organisation(),
    Column("journal_id", Key, ForeignKey("journal.id"), nullable=False),
    Column("account", String(16), nullable=False),
    _person(nullable=True),
    Column("detail", String(128), nullable=False),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount <> 0", name="nonzero"),
    Index("ix_posting_journal", "journal_id"),
)

balance = _table(
    "balance",
    _organisation(),
    Column("account", String(16), nullable=False),
    Column("holder", Key, nullable=False),
    Column("detail", String(128), nullable=False),
    Column("amount", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "account", "holder", "detail"),
    CheckConstraint("account NOT IN ('allowance', 'budget', 'held') OR amount >= 0", name="funded"),
)

person_day = _table(
    "person_day",
    _organisation(),
    _person(),
    Column("local_date", Integer, nullable=False),
    Column("earned", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "person_id", "local_date"),
)

team_day = _table(
    "team_day",
    _organisation(),
    Column("team", String(128), nullable=False),
    Column("board_date", Integer, nullable=False),
    Column("earned", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "team", "board_date"),
)

board_score = _table(
    "board_score",
    _organisation(),
    Column("window", String(16), nullable=False),
    _person(),
    Column("score", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "window", "person_id"),
    Index("ix_board_score_rank", "organisation_id", "window", "score", "person_id"),
)

board_bucket = _table(
    "board_bucket",
    _organisation(),
    Column("window", String(16), nullable=False),
    Column("bucket", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "window", "bucket"),
)

person_badge = _table(
    "person_badge",
    _organisation(),
    _person(),
    Column("badge", String(128), nullable=False),
    Column("journal_id", Key, ForeignKey("journal.id"), nullable=False),
    _us("awarded_us"),
    _us("revoked_us", nullable=True),
    PrimaryKeyConstraint("organisation_id", "person_id", "badge"),
)

outbox = _table(
    "outbox",
    _id(),
    _organisation(),
    Column("topic", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    _us("created_at_us"),
    _us("dispatched_at_us", nullable=True),
    Index(
        "ix_outbox_waiting",
        "id",
        sqlite_where=text("dispatched_at_us IS NULL"),
        postgresql_where=text("dispatched_at_us IS NULL"),
    ),
)

audit = _table(
    "audit",
    _id(),
    _organisation(),
    Column("actor", Text, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _us("recorded_us"),
)

review = _table(
    "review",
    _id(),
    _organisation(),
    _person(),
    Column("event_ref", Key, ForeignKey("event.id"), nullable=True),
    Column("kind", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("status", String(16), nullable=False),
    _us("opened_us"),
    _us("decided_us", nullable=True),
    Column("actor", Text, nullable=True),
    Column("reason", Text, nullable=True),
    Index("ix_review_status", "organisation_id", "status"),
    Index("ix_review_event", "event_ref"),
)

content_item = _table(
    "content_item",
    _organisation(),
    Column("item", String(64), nullable=False),
    Column("document", Text, nullable=False),
    _us("published_us"),
    _us("expires_us", nullable=True),
    _us("recalled_us", nullable=True),
    Column("recall_reason", Text, nullable=True),
    PrimaryKeyConstraint("organisation_id", "item"),
)

share_link = _table(
    "share_link",
    Column("code", String(16), primary_key=True),
    _organisation(),
    _person(),
    Column("item", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("raw_clicks", Integer, nullable=False),
    Column("counted_clicks", Integer, nullable=False),
    _us("created_at_us"),
    _us("declared_us", nullable=True),
    UniqueConstraint("organisation_id", "person_id", "item", "channel"),
)

click = _table(
    "click",
    _id(),
    _organisation(),
    Column("code", String(16), ForeignKey("share_link.code"), nullable=False),
    Column("visitor_hash", String(64), nullable=False),
    Column("day", Integer, nullable=False),
    _us("clicked_us"),
    UniqueConstraint("code", "visitor_hash"),
)

kudos = _table(
    "kudos",
    _id(),
    _organisation(),
    _person("giver_id"),
    _person("receiver_id"),
    Column("message", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("dedupe", String(160), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    _us("given_us"),
    UniqueConstraint("organisation_id", "dedupe"),
    Index("ix_kudos_receiver", "receiver_id", "given_us"),
    Index("ix_kudos_giver", "giver_id", "given_us"),
)

reward_stock = _table(
    "reward_stock",
    _organisation(),
    Column("reward", String(128), nullable=False),
    Column("stock", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "reward"),
    CheckConstraint("stock >= 0", name="not_oversold"),
)

claim = _table(
    "claim",
    _id(),
    _organisation(),
    _person(),
    Column("reward", String(128), nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("period", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("journal_id", Key, ForeignKey("journal.id"), nullable=False),
    Column("dedupe", String(160), nullable=False),
    _us("claimed_us"),
    _us("decided_us", nullable=True),
    Column("actor", Text, nullable=True),
    Column("reason", Text, nullable=True),
    UniqueConstraint("organisation_id", "dedupe"),
    Index("ix_claim_person", "person_id"),
)

result = _table(
    "result",
    _id(),
    _organisation(),
    Column("kind", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    _us("saved_us"),
    Index("ix_result_kind", "organisation_id", "kind", "id"),
)

APPEND_ONLY = ("journal", "posting")

# Further tables, declared by aggregate on the same metadata.
from rewards.store import schema_outside  # noqa: E402, F401
