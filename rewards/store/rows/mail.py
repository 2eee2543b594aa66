"""Rows of the tables of `rewards.store.schema.mail`."""

from typing import NamedTuple


class MailRow(NamedTuple):
    """One mail."""

    id: int
    organisation_id: str
    person_id: int
    kind: str
    data: str
    key: str | None
    message_id: str
    status: str
    rank: int
    attempts: int
    next_us: int
    expires_us: int
    created_us: int
    tried_us: int | None
    sent_us: int | None
    answer: str


class AddressedMailRow(NamedTuple):
    """A mail with its recipient and organisation."""

    id: int
    organisation_id: str
    person_id: int
    kind: str
    data: str
    key: str | None
    message_id: str
    status: str
    rank: int
    attempts: int
    next_us: int
    expires_us: int
    created_us: int
    tried_us: int | None
    sent_us: int | None
    answer: str
    external_id: str | None
    name: str | None
    email: str | None
    locale: str
    timezone: str
    person_status: str
    organisation: str
    languages: str


class ListedMailRow(NamedTuple):
    """A mail with its recipient."""

    id: int
    organisation_id: str
    person_id: int
    kind: str
    data: str
    key: str | None
    message_id: str
    status: str
    rank: int
    attempts: int
    next_us: int
    expires_us: int
    created_us: int
    tried_us: int | None
    sent_us: int | None
    answer: str
    external_id: str | None
    name: str | None


class MailChoiceRow(NamedTuple):
    """A person's mail preferences."""

    person_id: int
    organisation_id: str
    digest: str
    weekday: int
    hour: int
    quiet_from: int
    quiet_until: int
    notices: bool
    next_us: int | None
    last_us: int | None


class DueDigestRow(NamedTuple):
    """Preferences with a digest due, with the person's time zone and state."""

    person_id: int
    organisation_id: str
    digest: str
    weekday: int
    hour: int
    quiet_from: int
    quiet_until: int
    notices: bool
    next_us: int | None
    last_us: int | None
    timezone: str
    status: str
    standing: str
    external_id: str
    email: str | None


class ZonedPersonRow(NamedTuple):
    """A person and the time zone."""

    id: int
    timezone: str


class ToldPersonRow(NamedTuple):
    """A recipient of a notice, with language and time zone."""

    id: int
    locale: str
    timezone: str


class AnnouncementRow(NamedTuple):
    """An announcement to many, and the last recipient whose mail is queued."""

    id: int
    organisation_id: str
    kind: str
    key: str
    data: str
    enrolled_only: bool
    created_us: int
    told_until: int
