"""Rows of mail: queued in the caller's transaction, leased for sending, and the outcome of each."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, delete, func, insert, or_, select, text, update

from rewards.store import schema
from rewards.store.people import taking_part
from rewards.store.rows import (
    AddressedMailRow,
    AnnouncementRow,
    DueDigestRow,
    ListedMailRow,
    MailChoiceRow,
    ToldPersonRow,
    ZonedPersonRow,
)
from rewards.store.session import Transaction
from rewards.store.units import upsert

MAIL, CHOICE, EVENT = schema.mail, schema.mail_choice, schema.event
PERSON, IDENTITY, ORGANISATION = schema.person, schema.person_identity, schema.organisation
ACCOUNT, ANNOUNCEMENT = schema.account, schema.announcement
WAITING, SENT, FAILED, EXPIRED = "waiting", "sent", "failed", "expired"
MINUTE_US = 60_000_000
_CHUNK = 500
_NO_DATA = "{}"
# One worker at a time applies the limit per minute.
_CLAIMING = 7_305_001


def add(tx: Transaction, row: Mapping[str, object]) -> int | None:
    """Queue one mail; its id, or None where its idempotency key exists."""
    statement = upsert(tx, MAIL).on_conflict_do_nothing(index_elements=["organisation_id", "key"])
    found = tx.execute(statement.returning(MAIL.c.id), row).scalar()
    return None if found is None else int(found)


def expire(tx: Transaction, now_us: int) -> int:
    """Expire mails past their deadline; returns how many. A mail being sent at the moment is left alone."""
    where = and_(MAIL.c.status == WAITING, MAIL.c.next_us <= now_us, MAIL.c.expires_us <= now_us)
    return tx.execute(update(MAIL).where(where).values(status=EXPIRED, data=_NO_DATA)).rowcount


def claim(tx: Transaction, limit: int, per_minute: int, now_us: int, until_us: int) -> list[AddressedMailRow]:
    """Lease due mails in order of urgency, within the limit per minute; each lease counts as an attempt.

    Each comes with the person's address (None where there is none any more), name, language and time zone.
    """
    if tx.dialect == "postgresql":
        tx.execute(text(f"SELECT pg_advisory_xact_lock({_CLAIMING})"))
    tried = select(func.count()).select_from(MAIL).where(MAIL.c.tried_us > now_us - MINUTE_US)
    room = min(limit, per_minute - int(tx.execute(tried).scalar_one()))
    if room <= 0:
        return []
    due = (
        select(MAIL.c.id)
        .where(MAIL.c.status == WAITING, MAIL.c.next_us <= now_us)
        .order_by(MAIL.c.rank, MAIL.c.next_us, MAIL.c.id)
        .limit(room)
    )
    if tx.dialect == "postgresql":
        due = due.with_for_update(skip_locked=True)
    ids = list(tx.execute(due).scalars())
    if not ids:
        return []
    values = {"next_us": until_us, "tried_us": now_us, "attempts": MAIL.c.attempts + 1}
    tx.execute(update(MAIL).where(MAIL.c.id.in_(ids)).values(**values))
    return with_person(tx, ids)


def with_person(tx: Transaction, ids: Sequence[int]) -> list[AddressedMailRow]:
    """Mails joined with recipient and organisation, in order of urgency."""
    query = (
        select(
            MAIL, IDENTITY.c.external_id, IDENTITY.c.name, IDENTITY.c.email, PERSON.c.locale, PERSON.c.timezone,
            PERSON.c.status.label("person_status"), ORGANISATION.c.name.label("organisation"),
            ORGANISATION.c.languages,
        )
        .join(PERSON, PERSON.c.id == MAIL.c.person_id)
        .join(ORGANISATION, ORGANISATION.c.organisation_id == MAIL.c.organisation_id)
        .outerjoin(IDENTITY, IDENTITY.c.person_id == MAIL.c.person_id)
        .where(MAIL.c.id.in_(ids))
        .order_by(MAIL.c.rank, MAIL.c.created_us, MAIL.c.id)
    )  # fmt: skip
    return tx.rows(AddressedMailRow, query)


def report(tx: Transaction, mail: int, attempt: int, values: Mapping[str, object]) -> bool:
    """Store an attempt's outcome; False when a later attempt has begun, whose outcome counts instead."""
    where = and_(MAIL.c.id == mail, MAIL.c.attempts == attempt, MAIL.c.status == WAITING)
    if values.get("status") in (SENT, EXPIRED):
        values = {**values, "data": _NO_DATA}
    return tx.execute(update(MAIL).where(where).values(**values)).rowcount == 1


def put_back(tx: Transaction, mails: Sequence[tuple[int, int]], next_us: int, answer: str) -> None:
    """Release the leases (id, attempt) of mails that never reached the server: the attempt is not counted."""
    for mail, attempt in mails:
        where = and_(MAIL.c.id == mail, MAIL.c.attempts == attempt, MAIL.c.status == WAITING)
        tx.execute(
            update(MAIL)
            .where(where)
            .values(next_us=next_us, attempts=MAIL.c.attempts - 1, tried_us=None, answer=answer)
        )


def again(tx: Transaction, organisation: str, mail: int, now_us: int) -> bool:
    """Requeue a failed mail; False where it has not failed or is past its deadline."""
    where = and_(
        MAIL.c.organisation_id == organisation, MAIL.c.id == mail, MAIL.c.status == FAILED, MAIL.c.expires_us > now_us
    )  # fmt: skip
    values = {"status": WAITING, "attempts": 0, "next_us": now_us}
    return tx.execute(update(MAIL).where(where).values(**values)).rowcount == 1


def page(
    tx: Transaction, organisation: str, statuses: Sequence[str], limit: int, before: int | None
) -> list[ListedMailRow]:
    """Mails in some states before an id, newest first."""
    where = [MAIL.c.organisation_id == organisation, MAIL.c.status.in_(statuses)]
    if before is not None:
        where.append(MAIL.c.id < before)
    query = (
        select(MAIL, IDENTITY.c.external_id, IDENTITY.c.name)
        .outerjoin(IDENTITY, IDENTITY.c.person_id == MAIL.c.person_id)
        .where(*where)
        .order_by(MAIL.c.id.desc())
        .limit(limit)
    )
    return tx.rows(ListedMailRow, query)


def counts(tx: Transaction, organisation: str) -> dict[str, int]:
    """Number of stored mails by state."""
    query = (
        select(MAIL.c.status, func.count())
        .where(MAIL.c.organisation_id == organisation)
        .group_by(MAIL.c.status)
    )
    return {status: int(number) for status, number in tx.execute(query)}


def counts_up_to(tx: Transaction, organisation: str, statuses: Sequence[str], most: int) -> dict[str, int]:
    """Number of mails by state, each counted up to `most` + 1."""
    found = {}
    for status in statuses:
        some = select(MAIL.c.id).where(MAIL.c.organisation_id == organisation, MAIL.c.status == status)
        query = select(func.count()).select_from(some.limit(most + 1).subquery())
        found[status] = int(tx.execute(query).scalar_one())
    return found


def forget(tx: Transaction, before_us: int) -> int:
    """Delete mails that ended long ago; returns how many."""
    where = and_(MAIL.c.status != WAITING, MAIL.c.created_us < before_us)
    return tx.execute(delete(MAIL).where(where)).rowcount


def drop_of(tx: Transaction, person_id: int) -> None:
    """Delete a person's mails and mail preferences."""
    tx.execute(delete(MAIL).where(MAIL.c.person_id == person_id))
    tx.execute(delete(CHOICE).where(CHOICE.c.person_id == person_id))


def join_choices(tx: Transaction, gone: int, kept: int) -> None:
    """Merge preferences: those of the remaining account win, else those of the other."""
    if choice(tx, kept) is None:
        tx.execute(update(CHOICE).where(CHOICE.c.person_id == gone).values(person_id=kept))
    tx.execute(delete(CHOICE).where(CHOICE.c.person_id == gone))


def choice(tx: Transaction, person_id: int) -> MailChoiceRow | None:
    """A person's mail preferences, or None for the defaults."""
    return tx.row(MailChoiceRow, select(CHOICE).where(CHOICE.c.person_id == person_id))


def choose(tx: Transaction, organisation: str, person_id: int, values: Mapping[str, object]) -> None:
    """Store a person's mail preferences; columns left out are unchanged."""
    if choice(tx, person_id) is None:
        tx.execute(insert(CHOICE), {"person_id": person_id, "organisation_id": organisation, **values})
    else:
        tx.execute(update(CHOICE).where(CHOICE.c.person_id == person_id).values(**values))


def due_digests(tx: Transaction, organisation: str, now_us: int, limit: int) -> list[DueDigestRow]:
    """Preferences with a digest due, locked, with the person's time zone and state; rows locked by another worker are skipped."""
    query = (
        select(
            CHOICE,
            PERSON.c.timezone,
            PERSON.c.status,
            PERSON.c.standing,
            IDENTITY.c.external_id,
            IDENTITY.c.email,
        )
        .join(PERSON, PERSON.c.id == CHOICE.c.person_id)
        .join(IDENTITY, IDENTITY.c.person_id == CHOICE.c.person_id)
        .where(CHOICE.c.organisation_id == organisation, CHOICE.c.next_us <= now_us)
        .order_by(CHOICE.c.next_us, CHOICE.c.person_id)
        .limit(limit)
    )
    if tx.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True, of=CHOICE)
    return tx.rows(DueDigestRow, query)


def addressed(tx: Transaction, ids: Sequence[int], states: Sequence[str]) -> list[ZonedPersonRow]:
    """Those of the given people who have an address and one of these states, with their time zones."""
    found: list[ZonedPersonRow] = []
    for start in range(0, len(ids), _CHUNK):
        query = (
            select(PERSON.c.id, PERSON.c.timezone)
            .join(IDENTITY, IDENTITY.c.person_id == PERSON.c.id)
            .where(
                PERSON.c.id.in_(ids[start : start + _CHUNK]), IDENTITY.c.email.is_not(None), IDENTITY.c.email != "",
                PERSON.c.status.in_(states),
            )
            .order_by(PERSON.c.id)
        )  # fmt: skip
        found += tx.rows(ZonedPersonRow, query)
    return found


def announce(tx: Transaction, row: Mapping[str, object]) -> None:
    """Insert an announcement to many; no effect where its key exists."""
    tx.execute(upsert(tx, ANNOUNCEMENT).on_conflict_do_nothing(), dict(row))


def announced(tx: Transaction, organisation: str) -> AnnouncementRow | None:
    """The oldest announcement that is not complete, locked against other workers; None where another holds it."""
    first = (
        select(ANNOUNCEMENT)
        .where(ANNOUNCEMENT.c.organisation_id == organisation)
        .order_by(ANNOUNCEMENT.c.id)
        .limit(1)
    )
    if tx.dialect == "postgresql":
        # A query of its own: with SKIP LOCKED alone another worker would take, and announce, the second oldest first.
        oldest = tx.execute(first.with_only_columns(ANNOUNCEMENT.c.id)).scalar()
        query = select(ANNOUNCEMENT).where(ANNOUNCEMENT.c.id == oldest)
        return tx.row(AnnouncementRow, query.with_for_update(skip_locked=True))
    return tx.row(AnnouncementRow, first)


def told_until(tx: Transaction, announcement: int, person_id: int | None) -> None:
    """Store the last recipient queued for an announcement; None: all are queued, and it is deleted."""
    mine = ANNOUNCEMENT.c.id == announcement
    if person_id is None:
        tx.execute(delete(ANNOUNCEMENT).where(mine))
    else:
        tx.execute(update(ANNOUNCEMENT).where(mine).values(told_until=person_id))


def call_off(tx: Transaction, organisation: str, key: str) -> None:
    """Delete the announcement with this key, which queues no more mails."""
    tx.execute(
        delete(ANNOUNCEMENT).where(ANNOUNCEMENT.c.organisation_id == organisation, ANNOUNCEMENT.c.key == key)
    )


def to_be_told(tx: Transaction, one: AnnouncementRow, limit: int) -> list[ToldPersonRow]:
    """The next recipients: with an address, an account older than the announcement, and notices not declined."""
    query = (
        select(PERSON.c.id, PERSON.c.locale, PERSON.c.timezone)
        .join(IDENTITY, IDENTITY.c.person_id == PERSON.c.id)
        .join(ACCOUNT, ACCOUNT.c.person_id == PERSON.c.id)
        .outerjoin(CHOICE, CHOICE.c.person_id == PERSON.c.id)
        .where(
            PERSON.c.organisation_id == one.organisation_id,
            PERSON.c.id > one.told_until,
            ACCOUNT.c.created_at_us <= one.created_us,
            IDENTITY.c.email.is_not(None),
            taking_part(one.enrolled_only),
            or_(CHOICE.c.person_id.is_(None), CHOICE.c.notices),
        )
        .order_by(PERSON.c.id)
        .limit(limit)
    )
    return tx.rows(ToldPersonRow, query)


def choices_of(tx: Transaction, ids: Sequence[int]) -> dict[int, MailChoiceRow]:
    """Stored mail preferences by person."""
    found: dict[int, MailChoiceRow] = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(CHOICE).where(CHOICE.c.person_id.in_(ids[start : start + _CHUNK]))
        found.update((row.person_id, row) for row in tx.rows(MailChoiceRow, query))
    return found


def add_many(tx: Transaction, made: Sequence[Mapping[str, object]]) -> None:
    """Queue mails; those whose idempotency keys exist are skipped."""
    if made:
        statement = upsert(tx, MAIL).on_conflict_do_nothing(index_elements=["organisation_id", "key"])
        tx.execute(statement, list(made))


def visited(tx: Transaction, organisation: str, source: str, event_id: str) -> bool:
    """True where a visit was recorded already."""
    where = and_(
        EVENT.c.organisation_id == organisation, EVENT.c.source == source, EVENT.c.event_id == event_id
    )
    return tx.execute(select(EVENT.c.id).where(where)).first() is not None


def without_choice(tx: Transaction, organisation: str, limit: int) -> list[ZonedPersonRow]:
    """People with an account and an address but without preferences, who get the default digest, with their time zones."""
    query = (
        select(PERSON.c.id, PERSON.c.timezone)
        .join(IDENTITY, IDENTITY.c.person_id == PERSON.c.id)
        .join(ACCOUNT, ACCOUNT.c.person_id == PERSON.c.id)
        .outerjoin(CHOICE, CHOICE.c.person_id == PERSON.c.id)
        .where(
            PERSON.c.organisation_id == organisation, CHOICE.c.person_id.is_(None), IDENTITY.c.email.is_not(None),
            or_(PERSON.c.status == "active", PERSON.c.status == "paused"),
        )
        .order_by(PERSON.c.id)
        .limit(limit)
    )  # fmt: skip
    return tx.rows(ZonedPersonRow, query)
