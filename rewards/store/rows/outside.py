"""Rows of the tables of `rewards.store.schema.outside`."""

from typing import NamedTuple


class IssuerKeyRow(NamedTuple):
    """A key that signs badges."""

    id: str
    organisation_id: str
    did: str
    algorithm: str
    public_pem: str
    private_pem: str | None
    created_us: int


class CredentialRow(NamedTuple):
    """One signed badge and its index in a status list."""

    id: str
    organisation_id: str
    person_id: int
    badge: str
    object_key: int
    journal_id: int
    issuer: str
    list_number: int
    list_index: int
    token: str | None
    issued_us: int
    revoked_us: int | None


class WebhookRow(NamedTuple):
    """One subscription."""

    id: int
    organisation_id: str
    url: str
    topics: str
    secret: str
    former_secret: str | None
    former_until_us: int | None
    status: str
    person_id: int | None
    created_us: int


class WebhookDeliveryRow(NamedTuple):
    """One message to deliver to one subscription."""

    id: int
    organisation_id: str
    webhook_id: int
    outbox_id: int
    message_id: str
    status: str
    attempts: int
    next_us: int
    delivered_us: int | None
    answer: str


class RequestKeyRow(NamedTuple):
    """A request made under an idempotency key, and its response once there is one."""

    organisation_id: str
    caller: str
    key: str
    request_hash: str
    owner: str
    until_us: int
    answer: str | None
    created_us: int


class SentRow(NamedTuple):
    """A message to a subscription, with its topic."""

    id: int
    organisation_id: str
    webhook_id: int
    outbox_id: int
    message_id: str
    status: str
    attempts: int
    next_us: int
    delivered_us: int | None
    answer: str
    topic: str


class DueRow(NamedTuple):
    """A due message, with everything needed to send it."""

    id: int
    organisation_id: str
    webhook_id: int
    message_id: str
    attempts: int
    url: str
    secret: str
    former_secret: str | None
    former_until_us: int | None
    webhook_status: str
    topic: str
    payload: str
    created_at_us: int
