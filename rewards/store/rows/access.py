"""Rows of the tables of `rewards.store.schema.access`."""

from typing import NamedTuple


class AccountRow(NamedTuple):
    """An account: roles separated by spaces, and the password's hash where there is one."""

    person_id: int
    organisation_id: str
    roles: str
    password_hash: str | None
    created_at_us: int
    ended_at_us: int | None


class AccessLinkRow(NamedTuple):
    """A single-use link, by its hash. `ending`: why it ended before its expiry."""

    link_hash: str
    organisation_id: str
    person_id: int
    purpose: str
    created_at_us: int
    expires_at_us: int
    ended_at_us: int | None
    ending: str


class SetupLinkRow(NamedTuple):
    """A link to the first set-up, by its hash."""

    link_hash: str
    created_at_us: int
    ended_at_us: int | None
    ending: str


class HeldLinkRow(NamedTuple):
    """A link with its person and the state of the person's account."""

    link_hash: str
    organisation_id: str
    person_id: int
    purpose: str
    created_at_us: int
    expires_at_us: int
    ended_at_us: int | None
    ending: str
    external_id: str
    status: str
    roles: str
    account_ended_at_us: int | None


class ListedRow(NamedTuple):
    """A person with the account, if there is one."""

    id: int
    external_id: str
    name: str
    email: str | None
    segment: str
    team: str
    status: str
    roles: str | None
    password_hash: str | None
    ended_at_us: int | None


class SessionTokenRow(NamedTuple):
    """One open session, by its token's hash."""

    token_hash: str
    organisation_id: str
    person_id: int
    created_at_us: int
    expires_at_us: int
    seen_at_us: int
    device: str
    provider_hint: str | None
    provider_subject: str | None
    provider_session: str | None


class ApiTokenRow(NamedTuple):
    """One API token, by its hash."""

    token_hash: str
    organisation_id: str
    name: str
    scopes: str
    person_id: int | None
    maker_id: int | None
    created_at_us: int
    expires_at_us: int | None
    revoked_at_us: int | None
    used_at_us: int | None


class ListedTokenRow(NamedTuple):
    """A token with external ids of the person it acts for and of its creator."""

    token_hash: str
    organisation_id: str
    name: str
    scopes: str
    person_id: int | None
    maker_id: int | None
    created_at_us: int
    expires_at_us: int | None
    revoked_at_us: int | None
    used_at_us: int | None
    external_id: str | None
    maker: str | None


class HolderRow(NamedTuple):
    """An account with its person's external id and status."""

    person_id: int
    organisation_id: str
    roles: str
    password_hash: str | None
    created_at_us: int
    ended_at_us: int | None
    external_id: str
    status: str


class SignedInRow(NamedTuple):
    """The account behind an open session."""

    organisation_id: str
    roles: str
    ended_at_us: int | None
    external_id: str
    status: str
    seen_at_us: int


class BearerRow(NamedTuple):
    """An API token with external id and status of the person it acts for, and its creator's status."""

    token_hash: str
    organisation_id: str
    name: str
    scopes: str
    person_id: int | None
    maker_id: int | None
    created_at_us: int
    expires_at_us: int | None
    revoked_at_us: int | None
    used_at_us: int | None
    external_id: str | None
    status: str | None
    maker_status: str | None
