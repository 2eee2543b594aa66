"""Rows of the tables of `rewards.store.schema.people`."""

from typing import NamedTuple

from rewards.store.rows.ledger import PersonStateRow


class OrganisationRow(NamedTuple):
    """One tenant."""

    organisation_id: str
    name: str
    timezone: str
    salt: str
    closed_until_us: int | None
    schemes_token: str
    languages: str
    networks: str
    enrolled_only: bool
    gated: bool
    rehearsal_days: int
    notice_hours: int
    created_at_us: int


class PersonRow(NamedTuple):
    """One person without name or address, erased or not."""

    id: int
    organisation_id: str
    segment: str
    team: str
    timezone: str
    zone_flagged: bool
    contacts: int
    locale: str
    role: str
    desk: str
    hours_share_ppm: int
    joined_date: int | None
    manager_id: int | None
    status: str
    opted_out: bool
    has_history: bool
    hidden: bool
    pseudonym: str
    merged_into: int | None
    inactive_since_us: int | None
    standing: str
    standing_us: int | None
    created_at_us: int


class PersonIdentityRow(NamedTuple):
    """A person's identity; erasure deletes it."""

    person_id: int
    organisation_id: str
    external_id: str
    name: str
    email: str | None
    sort_name: str


class PersonWordRow(NamedTuple):
    """A search word of a person."""

    organisation_id: str
    kind: int
    word: str
    person_id: int


class PersonAliasRow(NamedTuple):
    """The former id of a merged account."""

    organisation_id: str
    external_id: str
    person_id: int
    name: str
    email: str | None


class MembershipRow(NamedTuple):
    """A membership of a segment and a team, from an instant on."""

    id: int
    organisation_id: str
    person_id: int
    from_us: int
    segment: str
    team: str
    ahead: bool


class ZoneChangeRow(NamedTuple):
    """A change of time zone, from an instant on."""

    id: int
    organisation_id: str
    person_id: int
    from_us: int
    zone: str
    floor_date: int


class LeaveRow(NamedTuple):
    """Days off, both ends included."""

    id: int
    organisation_id: str
    person_id: int
    first_date: int
    last_date: int


class AbsenceRow(NamedTuple):
    """An absence from the company."""

    id: int
    organisation_id: str
    person_id: int
    from_us: int
    until_us: int


class EnrolmentRow(NamedTuple):
    """A change of the enrolment state, from an instant on."""

    id: int
    organisation_id: str
    person_id: int
    from_us: int
    standing: str


class PersonLinkRow(NamedTuple):
    """Two accounts of one human."""

    organisation_id: str
    low_id: int
    high_id: int
    created_at_us: int


class NamedPersonRow(NamedTuple):
    """A person with name and address."""

    id: int
    organisation_id: str
    segment: str
    team: str
    timezone: str
    zone_flagged: bool
    contacts: int
    locale: str
    role: str
    desk: str
    hours_share_ppm: int
    joined_date: int | None
    manager_id: int | None
    status: str
    opted_out: bool
    has_history: bool
    hidden: bool
    pseudonym: str
    merged_into: int | None
    inactive_since_us: int | None
    standing: str
    standing_us: int | None
    created_at_us: int
    external_id: str
    name: str
    email: str | None


class ListedPersonRow(NamedTuple):
    """A person with name, address, sort key of the name, and the account's roles."""

    id: int
    organisation_id: str
    segment: str
    team: str
    timezone: str
    zone_flagged: bool
    contacts: int
    locale: str
    role: str
    desk: str
    hours_share_ppm: int
    joined_date: int | None
    manager_id: int | None
    status: str
    opted_out: bool
    has_history: bool
    hidden: bool
    pseudonym: str
    merged_into: int | None
    inactive_since_us: int | None
    standing: str
    standing_us: int | None
    created_at_us: int
    external_id: str
    name: str
    email: str | None
    sort_name: str
    roles: str


class ColleagueRow(NamedTuple):
    """A colleague who can be chosen in a form."""

    person_id: int
    external_id: str
    name: str
    team: str


class FoundPersonRow(NamedTuple):
    """The columns from which a person's search words derive."""

    person_id: int
    organisation_id: str
    external_id: str
    name: str
    email: str | None
    segment: str
    team: str


class PeopleUploadRow(NamedTuple):
    """An uploaded people file waiting for its import."""

    id: str
    organisation_id: str
    actor_id: int
    name: str
    sheet: bytes
    digest: str
    created_at_us: int
    looked: str | None


class FoldedPersonRow(NamedTuple):
    """A person with the fold's state in one row. An erased person has no id, name or address."""

    id: int
    organisation_id: str
    segment: str
    team: str
    timezone: str
    zone_flagged: bool
    contacts: int
    locale: str
    role: str
    desk: str
    hours_share_ppm: int
    joined_date: int | None
    manager_id: int | None
    status: str
    opted_out: bool
    has_history: bool
    hidden: bool
    pseudonym: str
    merged_into: int | None
    inactive_since_us: int | None
    standing: str
    standing_us: int | None
    created_at_us: int
    external_id: str | None
    name: str | None
    email: str | None
    scheme_version: int
    state: bytes
    last_us: int
    last_source: str
    last_event: str
    base_version: int
    base_state: bytes
    layout: int


AnyPerson = PersonRow | NamedPersonRow | FoldedPersonRow
"""For what asks nothing about the person's name, address or fold."""

AnyState = PersonStateRow | FoldedPersonRow
"""The state of a person's fold, without the person."""
