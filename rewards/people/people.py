"""Use cases of people: listing, pausing, leave, linking and erasure. Addressed by external id within an organisation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from rewards.bounds import check_day
from rewards.faults import BadValue, NotFound, Refused
from rewards.language import msg
from rewards.ledger.fold import replay_people
from rewards.people import uploads
from rewards.people.importing import ImportSummary, NotTaken, import_people
from rewards.people.membership import pause, resume
from rewards.people.zones import change_zone
from rewards.store import account_desk as account_desk_rows
from rewards.store import accounts as account_rows
from rewards.store import credentials as credential_rows
from rewards.store import directory, forgetting, participation, person_links, projections, states
from rewards.store import links as link_rows
from rewards.store import mail as mail_rows
from rewards.store import nominations as nomination_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as rows
from rewards.store import recognition as recognition_rows
from rewards.store import suggestions as suggestion_rows
from rewards.store import webhooks as webhook_rows
from rewards.store.persons import ACTOR_PREFIX, PPM, accounts_of, find_row, is_hidden, log_change
from rewards.store.rows import NamedPersonRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us

__all__ = [
    "ImportSummary", "NotTaken", "Person", "change_zone", "deactivate", "erase", "find_row", "get_person", "import_people",
    "link_people", "list_people", "pause", "reactivate", "refuse_own", "resume", "set_leave", "set_opt_out",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One person for display. `hours_share` 1.0 = full-time; `first_day` None: unknown."""

    id: str
    name: str
    email: str | None
    segment: str
    team: str
    timezone: str
    contacts: int
    locale: str
    role: str
    manager: str | None
    desk: str
    hours_share: float
    first_day: date | None
    status: str
    opted_out: bool
    pseudonym: str
    zone_flagged: bool


def get_person(tx: Transaction, organisation: str, external_id: str) -> Person:
    """One person. Raises NotFound for an unknown or erased id."""
    row = find_row(tx, organisation, external_id)
    manager = rows.names(tx, organisation, [row.manager_id]) if row.manager_id else {}
    return _person(row, {key: external for key, (external, _) in manager.items()})


def names_of(tx: Transaction, organisation: str, ids: Iterable[str]) -> dict[str, str]:
    """{id: display name} of these people; unknown ones are left out."""
    return {id_: row.name or id_ for id_, row in rows.find_many(tx, organisation, ids).items()}


def list_people(tx: Transaction, organisation: str, include_inactive: bool = False) -> list[Person]:
    """All people who are not erased, by external id."""
    found = rows.every(tx, organisation, inactive=include_inactive)
    externals = {row.id: row.external_id for row in found}
    return [_person(row, externals) for row in found]


def count_people(tx: Transaction, organisation: str) -> int:
    """Number of present people."""
    return rows.count_present(tx, organisation)


def contacts_in_all(tx: Transaction, organisation: str) -> int:
    """Sum of all people's contact counts; contacts shared by two people count twice. Reads all rows."""
    return participation.sum_contacts(tx, organisation)


def deactivate(
    tx: Transaction, organisation: str, external_id: str, now: datetime, actor: str = "system"
) -> None:
    """Deactivate a person: hidden everywhere, sessions ended; the history remains."""
    keep_an_administrator(tx, organisation, external_id)
    row = locked(tx, organisation, external_id)
    if row.status == "inactive":
        return
    _change(tx, organisation, row, {"status": "inactive", "hidden": True, "inactive_since_us": to_us(now)})
    account_rows.drop_sessions(tx, row.id)
    webhook_rows.end_of(tx, row.id)
    log_change(tx, organisation, actor, "people.deactivate", row.id, now=now)


def keep_an_administrator(tx: Transaction, organisation: str, external_id: str) -> None:
    """Raises Refused where no administrator would be left without the person, NotFound for the person.

    To be called before any person's row is locked, since the order of locks begins with the organisation.
    """
    row = find_row(tx, organisation, external_id)
    if row.status not in rows.PRESENT or "admin" not in account_rows.roles_of(tx, row.id):
        return
    # Two administrators who leave concurrently: the second transaction sees the first one's change.
    organisation_rows.find_exclusive(tx, organisation)
    if not account_desk_rows.others_with(tx, organisation, "admin", row.id, rows.PRESENT):
        raise Refused("This is the last administrator: give somebody else the role first.")


def reactivate(
    tx: Transaction, organisation: str, external_id: str, now: datetime, actor: str = "system"
) -> None:
    """Reactivate a person with all previous data. Events during the absence stay uncounted.

    Raises BadValue for an instant before the person left.
    """
    row = locked(tx, organisation, external_id)
    if row.status != "inactive":
        return
    since_us = row.inactive_since_us or 0
    if to_us(now) < since_us:
        raise BadValue(
            "reactivated {day}: limit {day_2}, when {external_id!r} was deactivated; give a later instant",
            day=now.isoformat(),
            day_2=from_us(since_us).isoformat(),
            external_id=external_id,
        )
    rows.add_absence(tx, organisation, row.id, since_us, to_us(now))
    hidden = is_hidden(tx, organisation, row._replace(status="active"))
    back = {"status": "active", "hidden": hidden, "inactive_since_us": None, "has_history": True}
    _change(tx, organisation, row, back)
    log_change(tx, organisation, actor, "people.reactivate", row.id, now=now)


def locked(tx: Transaction, organisation: str, external_id: str) -> NamedPersonRow:
    """The person's row, locked."""
    states.lock(tx, organisation, [find_row(tx, organisation, external_id).id])
    return find_row(tx, organisation, external_id)


def set_opt_out(tx: Transaction, organisation: str, external_id: str, opted_out: bool, now: datetime) -> None:
    """Opt out of the boards, or in again; a person off the boards still sees the own rank."""
    row = locked(tx, organisation, external_id)
    hidden = is_hidden(tx, organisation, row._replace(opted_out=opted_out))
    _change(tx, organisation, row, {"opted_out": opted_out, "hidden": hidden})
    log_change(tx, organisation, "self", "people.opt_out" if opted_out else "people.opt_in", row.id, now=now)


def refuse_own(
    tx: Transaction, organisation: str, actor: str, person_id: int, wrong: str, **places: object
) -> None:
    """Raise Refused where the actor is the person: nobody decides about oneself.

    The person's identities are this account, those linked to it or merged into it, and tokens that the person created.
    """
    decider = acting(tx, organisation, actor)
    whose = rows.heirs(tx, organisation, [person_id]).get(person_id, person_id)
    if decider is not None and person_links.linked(tx, organisation, decider, whose):
        raise Refused(wrong, **places)


def is_anybody(tx: Transaction, external_id: str) -> bool:
    """True where a person in any organisation has the id."""
    return directory.is_anybody(tx, external_id)


def acting(tx: Transaction, organisation: str, actor: str) -> int | None:
    """The internal id of the person behind an actor: the person, or the creator of a token; None where unknown."""
    if not actor.startswith(ACTOR_PREFIX):
        row = rows.find(tx, organisation, actor)
        return None if row is None else int(row.id)
    token = account_rows.token_named(tx, organisation, actor.removeprefix(ACTOR_PREFIX))
    return None if token is None or token.maker_id is None else int(token.maker_id)


def _change(tx: Transaction, organisation: str, row: NamedPersonRow, values: dict[str, object]) -> None:
    """Update a person's row under its lock; a change of `hidden` is applied to the boards too."""
    rows.change(tx, row.id, values)
    projections.show(tx, organisation, row.id, not values["hidden"])


def erase(tx: Transaction, organisation: str, external_id: str, now: datetime, actor: str = "self") -> None:
    """Erase a person's identity: name, address, id, account and messages. Entries and totals remain, without a name.

    The data that scoring needs (dates of leave, time zones, memberships) remains with the internal number, so that a later replay
    gives the same totals.
    """
    keep_an_administrator(tx, organisation, external_id)
    row = locked(tx, organisation, external_id)
    nobody = f"person:{row.id}"
    names = [(row.external_id, row.name, row.email)]
    names += [(one.external_id, one.name, one.email) for one in rows.aliases_of(tx, row.id)]
    others = directory.namesakes(tx, organisation, row.id, [name for _, name, _ in names])
    for account in accounts_of(tx, row):
        account_rows.drop_account(tx, account)
        webhook_rows.end_of(tx, account)
        mail_rows.drop_of(tx, account)
        recognition_rows.blank_messages(tx, account)
        nomination_rows.blank_messages(tx, account)
        credential_rows.forget(tx, account)
        person_links.drop_all(tx, account)
        forgetting.forget_payloads(tx, account)
        link_rows.blank_sketches(tx, account)
        suggestion_rows.blank_words(tx, account)
        suggestion_rows.drop_aside(tx, account)
    rows.drop_aliases(tx, row.id)
    rows.drop_identity(tx, row.id)
    _change(
        tx,
        organisation,
        row,
        {
            "status": "erased",
            "hidden": True,
            "manager_id": None,
            "locale": "en",
            "pseudonym": nobody,
            "joined_date": None,
        },
    )
    words = {word for known in names for word in forgetting.words_for(*known, others)}
    for account in accounts_of(tx, row):
        uploads.forget_person(tx, organisation, account, sorted(words))
    forgetting.forget_words(tx, organisation, sorted(words, key=lambda word: (-len(word), word)), nobody)
    known_ids = {one for one, _, _ in names}
    log_change(tx, organisation, nobody if actor in known_ids else actor, "people.erase", row.id, now=now)


def set_leave(
    tx: Transaction,
    organisation: str,
    external_id: str,
    first: date,
    last: date,
    *,
    now: datetime,
    actor: str = "system",
) -> None:
    """Add days off, both ends included: streaks pause, also those that broke before the leave was known. Idempotent.

    Raises BadValue when the end precedes the start.
    """
    if last < first:
        raise BadValue(
            "leave {first}..{last}: the last day precedes the first; swap them", first=first, last=last
        )
    check_day(first, msg("leave from {day}: limit years {first} to {last}; name a date in them"))
    check_day(last, msg("leave until {day}: limit years {first} to {last}; name a date in them"))
    home = organisation_rows.find_shared(tx, organisation)
    row = locked(tx, organisation, external_id)
    if (first.toordinal(), last.toordinal()) in rows.leave_of(tx, [row.id]).get(row.id, ()):
        return
    rows.add_leave(tx, organisation, row.id, first.toordinal(), last.toordinal())
    rows.change(tx, row.id, {"has_history": True})
    replay_people(tx, organisation, home, [row.id], to_us(now))
    log_change(tx, organisation, actor, "people.leave", row.id, now=now, reason=f"{first}/{last}")


def drop_leave(
    tx: Transaction,
    organisation: str,
    external_id: str,
    first: date,
    last: date,
    *,
    now: datetime,
    actor: str = "system",
) -> None:
    """Remove days off; the open period is replayed. Raises NotFound where no leave has these dates."""
    home = organisation_rows.find_shared(tx, organisation)
    row = locked(tx, organisation, external_id)
    if not rows.drop_leave(tx, row.id, first.toordinal(), last.toordinal()):
        raise NotFound(
            "leave {first}..{last}: not known of {external_id!r}; look at what stands there now",
            first=first,
            last=last,
            external_id=external_id,
        )
    replay_people(tx, organisation, home, [row.id], to_us(now))
    log_change(tx, organisation, actor, "people.leave_back", row.id, now=now, reason=f"{first}/{last}")


def link_people(
    tx: Transaction, organisation: str, one: str, other: str, now: datetime, *, actor: str = "system"
) -> None:
    """Link two accounts as one human's: they cannot thank each other."""
    first, second = find_row(tx, organisation, one), find_row(tx, organisation, other)
    if first.id == second.id:
        raise Refused("person {one!r}: cannot be linked to itself; name two accounts", one=one)
    person_links.add(tx, organisation, min(first.id, second.id), max(first.id, second.id), to_us(now))
    log_change(tx, organisation, actor, "people.link", first.id, now=now, reason=f"with person:{second.id}")


def unlink_people(
    tx: Transaction, organisation: str, one: str, other: str, now: datetime, *, actor: str = "system"
) -> None:
    """Remove the link between two accounts of one human. Raises NotFound where there is none."""
    first, second = find_row(tx, organisation, one), find_row(tx, organisation, other)
    if not person_links.drop(tx, organisation, min(first.id, second.id), max(first.id, second.id)):
        raise NotFound(
            "link of {one!r} and {other!r}: none; look at what stands there now", one=one, other=other
        )
    log_change(tx, organisation, actor, "people.unlink", first.id, now=now, reason=f"from person:{second.id}")


def _person(row: NamedPersonRow, externals: dict[int, str]) -> Person:
    return Person(
        id=row.external_id,
        name=row.name,
        email=row.email,
        segment=row.segment,
        team=row.team,
        timezone=row.timezone,
        contacts=row.contacts,
        locale=row.locale,
        role=row.role,
        manager=None if row.manager_id is None else externals.get(row.manager_id),
        desk=row.desk,
        hours_share=row.hours_share_ppm / PPM,
        first_day=None if row.joined_date is None else date.fromordinal(row.joined_date),
        status=row.status,
        opted_out=bool(row.opted_out),
        pseudonym=row.pseudonym,
        zone_flagged=bool(row.zone_flagged),
    )
