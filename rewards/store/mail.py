"""Rows of mail: queued in the caller's transaction, leased for sending, and what became of each."""

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
# One worker at a time counts what was sent within the minute.
_CLAIMING = 7_305_001


def add(tx: Transaction, row: Mapping[str, object]) -> int | None:
    """Queue one mail; its id, or None where its key was used before."""
    statement = upsert(tx, MAIL).on_conflict_do_nothing(index_elements=["organisation_id", "key"])
    found = tx.execute(statement.returning(MAIL.c.id), row).scalar()
    return None if found is None else int(found)


def expire(tx: Transaction, now_us: int) -> int:
    """Give up what is too late to be sent; returns how many. A mail that is being sent at the moment is left alone."""
    where = and_(MAIL.c.status == WAITING, MAIL.c.next_us <= now_us, MAIL.c.expires_us <= now_us)
    return tx.execute(update(MAIL).where(where).values(status=EXPIRED, data=_NO_DATA)).rowcount


def claim(tx: Transaction, limit: int, per_minute: int, now_us: int, until_us: int) -> list[AddressedMailRow]:
    """Lease what is due, the most urgent first, as many as the minute still allows; each counts an attempt.

    With each comes the person's address (None where there is none any more), name, language and zone.
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
    """Mails with what is known of whom they go to and of the organisation, the most urgent first."""
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
    """What became of an attempt; False when another attempt has begun since, whose word then counts."""
    where = and_(MAIL.c.id == mail, MAIL.c.attempts == attempt, MAIL.c.status == WAITING)
    if values.get("status") in (SENT, EXPIRED):
        values = {**values, "data": _NO_DATA}
    return tx.execute(update(MAIL).where(where).values(**values)).rowcount == 1


def put_back(tx: Transaction, mails: Sequence[tuple[int, int]], next_us: int, answer: str) -> None:
    """End the lease of mails (id, attempt) that never reached the server: the attempt does not count."""
    for mail, attempt in mails:
        where = and_(MAIL.c.id == mail, MAIL.c.attempts == attempt, MAIL.c.status == WAITING)
        tx.execute(
            update(MAIL)
            .where(where)
            .values(next_us=next_us, attempts=MAIL.c.attempts - 1, tried_us=None, answer=answer)
        )


def again(tx: Transaction, organisation: str, mail: int, now_us: int) -> bool:
    """Put a failed mail back into the queue; False where it did not fail or is too late by now."""
    where = and_(
        MAIL.c.organisation_id == organisation, MAIL.c.id == mail, MAIL.c.status == FAILED, MAIL.c.expires_us > now_us
    )  # fmt: skip
    values = {"status": WAITING, "attempts": 0, "next_us": now_us}
    return tx.execute(update(MAIL).where(where).values(**values)).rowcount == 1


def page(
    tx: Transaction, organisation: str, statuses: Sequence[str], limit: int, before: int | None
) -> list[ListedMailRow]:
    """Mails of some states, the newest first, those before an id."""
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
    """How many mails are in which state, of those still kept."""
    query = (
        select(MAIL.c.status, func.count())
        .where(MAIL.c.organisation_id == organisation)
        .group_by(MAIL.c.status)
    )
    return {status: int(number) for status, number in tx.execute(query)}


def counts_up_to(tx: Transaction, organisation: str, statuses: Sequence[str], most: int) -> dict[str, int]:
    """How many mails are in each of these states, counted no further than one beyond `most`."""
    found = {}
    for status in statuses:
        some = select(MAIL.c.id).where(MAIL.c.organisation_id == organisation, MAIL.c.status == status)
        query = select(func.count()).select_from(some.limit(most + 1).subquery())
        found[status] = int(tx.execute(query).scalar_one())
    return found


def forget(tx: Transaction, before_us: int) -> int:
    """Drop mails that ended long ago; returns how many."""
    where = and_(MAIL.c.status != WAITING, MAIL.c.created_us < before_us)
    return tx.execute(delete(MAIL).where(where)).rowcount


def drop_of(tx: Transaction, person_id: int) -> None:
    """Forget the mails and the choices of a person."""
    tx.execute(delete(MAIL).where(MAIL.c.person_id == person_id))
    tx.execute(delete(CHOICE).where(CHOICE.c.person_id == person_id))


def join_choices(tx: Transaction, gone: int, kept: int) -> None:
    """The choice of the account kept holds, that of the other where there is none."""
    if choice(tx, kept) is None:
        tx.execute(update(CHOICE).where(CHOICE.c.person_id == gone).values(person_id=kept))
    tx.execute(delete(CHOICE).where(CHOICE.c.person_id == gone))


def choice(tx: Transaction, person_id: int) -> MailChoiceRow | None:
    """What a person chose to get, or None where she never said."""
    return tx.row(MailChoiceRow, select(CHOICE).where(CHOICE.c.person_id == person_id))


def choose(tx: Transaction, organisation: str, person_id: int, values: Mapping[str, object]) -> None:
    """Keep what a person chose; columns left out keep what they hold."""
    if choice(tx, person_id) is None:
        tx.execute(insert(CHOICE), {"person_id": person_id, "organisation_id": organisation, **values})
    else:
        tx.execute(update(CHOICE).where(CHOICE.c.person_id == person_id).values(**values))


def due_digests(tx: Transaction, organisation: str, now_us: int, limit: int) -> list[DueDigestRow]:
    """Choices whose digest is due, with the person's zone and state, locked; those of another worker are passed over."""
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
    """Those of some people who have an address and are in one of these states, with their zones."""
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
    """Store an announcement to many; does nothing where its key was used before."""
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
        # Asked first: with SKIP LOCKED alone a rival would go on to the one behind it, and announce that one sooner.
        oldest = tx.execute(first.with_only_columns(ANNOUNCEMENT.c.id)).scalar()
        query = select(ANNOUNCEMENT).where(ANNOUNCEMENT.c.id == oldest)
        return tx.row(AnnouncementRow, query.with_for_update(skip_locked=True))
    return tx.row(AnnouncementRow, first)


def told_until(tx: Transaction, announcement: int, person_id: int | None) -> None:
    """Note up to whom mails of an announcement are queued; None: to everybody, so that it is over."""
    mine = ANNOUNCEMENT.c.id == announcement
    if person_id is None:
        tx.execute(delete(ANNOUNCEMENT).where(mine))
    else:
        tx.execute(update(ANNOUNCEMENT).where(mine).values(told_until=person_id))


def call_off(tx: Transaction, organisation: str, key: str) -> None:
    """Drop what is left of the announcement with this key."""
    tx.execute(
        delete(ANNOUNCEMENT).where(ANNOUNCEMENT.c.organisation_id == organisation, ANNOUNCEMENT.c.key == key)
    )


def to_be_told(tx: Transaction, one: AnnouncementRow, limit: int) -> list[ToldPersonRow]:
    """The next recipients: with an address, a sign-in older than the announcement, and notices not declined; with languages and zones."""
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
    """What people chose to get, of those who did."""
    found: dict[int, MailChoiceRow] = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(CHOICE).where(CHOICE.c.person_id.in_(ids[start : start + _CHUNK]))
        found.update((row.person_id, row) for row in tx.rows(MailChoiceRow, query))
    return found


def add_many(tx: Transaction, made: Sequence[Mapping[str, object]]) -> None:
    """Queue mails; those whose keys were used before are left out."""
    if made:
        statement = upsert(tx, MAIL).on_conflict_do_nothing(index_elements=["organisation_id", "key"])
        tx.execute(statement, list(made))


def visited(tx: Transaction, organisation: str, source: str, event_id: str) -> bool:
    """Whether a visit was recorded already."""
    where = and_(
        EVENT.c.organisation_id == organisation, EVENT.c.source == source, EVENT.c.event_id == event_id
    )
    return tx.execute(select(EVENT.c.id).where(where)).first() is not None


def without_choice(tx: Transaction, organisation: str, limit: int) -> list[ZonedPersonRow]:
    """People with a sign-in and an address who never chose, and so have the usual digest, with their zones."""
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
