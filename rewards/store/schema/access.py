"""Tables of sign-in. Tokens are stored as hashes only."""

from sqlalchemy import Column, ForeignKey, Index, String, Text, UniqueConstraint

from rewards.store.schema.base import Key, instant, naming, of_organisation, of_person, table

account = table(
    "account",
    naming(Column("person_id", Key, ForeignKey("person.id"), primary_key=True), "joins", "dropped"),
    of_organisation(),
    Column("roles", Text, nullable=False),
    Column("password_hash", Text, nullable=True),
    instant("created_at_us"),
    instant("ended_at_us", nullable=True),
    Index("ix_account_roles", "organisation_id", "roles", "person_id"),
)

access_link = table(
    "access_link",
    Column("link_hash", String(64), primary_key=True),
    of_organisation(),
    of_person(merge="moves", erasure="dropped"),
    Column("purpose", String(16), nullable=False),
    instant("created_at_us"),
    instant("expires_at_us"),
    instant("ended_at_us", nullable=True),
    Column("ending", String(16), nullable=False, server_default=""),
    Index("ix_access_link_person", "person_id"),
)

setup_link = table(
    "setup_link",
    Column("link_hash", String(64), primary_key=True),
    instant("created_at_us"),
    instant("ended_at_us", nullable=True),
    Column("ending", String(16), nullable=False, server_default=""),
)

session_token = table(
    "session_token",
    Column("token_hash", String(64), primary_key=True),
    of_organisation(),
    of_person(merge="moves", erasure="dropped"),
    instant("created_at_us"),
    instant("expires_at_us"),
    instant("seen_at_us"),
    # A few words on the device, such as "Firefox, Windows"; never the browser's whole User-Agent.
    Column("device", String(64), nullable=False),
    # The ID token returned to the identity provider at sign-out. Only the provider accepts it, and no page shows it.
    Column("provider_hint", String, nullable=True),
    # Look-up keys of a back-channel logout: SHA-256 of the provider's subject and session.
    Column("provider_subject", String(64), nullable=True),
    Column("provider_session", String(64), nullable=True),
    Index("ix_session_token_person", "person_id"),
    Index("ix_session_token_provider", "organisation_id", "provider_subject"),
    Index("ix_session_token_provider_session", "organisation_id", "provider_session"),
)

api_token = table(
    "api_token",
    Column("token_hash", String(64), primary_key=True),
    of_organisation(),
    Column("name", String(128), nullable=False),
    Column("scopes", Text, nullable=False),
    of_person(nullable=True, merge="moves", erasure="dropped"),
    of_person("maker_id", nullable=True, merge="moves", erasure="number"),
    instant("created_at_us"),
    instant("expires_at_us", nullable=True),
    instant("revoked_at_us", nullable=True),
    # To the hour: storing each use would cost more than all else that a request with a token asks of the database.
    instant("used_at_us", nullable=True),
    UniqueConstraint("organisation_id", "name"),
)
