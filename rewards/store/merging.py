"""Merging two accounts, row by row. Each column declares what a merge does with it (`schema.base.Merge`)."""

from sqlalchemy import and_, delete, insert, or_, select, update

from rewards.store import directory, schema
from rewards.store.rows import AccountRow, MovedEventRow, PersonIdentityRow, PersonLinkRow
from rewards.store.session import Transaction
from rewards.store.units import upsert

EVENT, MOVED, LINK, SHARE = schema.event, schema.moved_event, schema.person_link, schema.share_link
ACCOUNT, ALIAS, IDENTITY = schema.account, schema.person_alias, schema.person_identity
CREDENTIAL, BADGE = schema.credential, schema.person_badge


def move_rows(tx: Transaction, gone: int, kept: int) -> None:
    """Reassign one account's rows in every column declared as moving, including tables added later."""
    for table in schema.metadata.sorted_tables:
        for column in table.columns:
            if column.info.get("merge") == "moves":
                tx.execute(update(table).where(column == gone).values({column.name: kept}))


def move_events(tx: Transaction, organisation: str, gone: int, kept: int, from_us: int) -> None:
    """Reassign one account's events since an instant; each keeps its former account, whose segment and team apply."""
    for column in (EVENT.c.person_id, EVENT.c.owner_id):
        where = and_(column == gone, EVENT.c.occurred_us >= from_us)
        ids = list(tx.execute(select(EVENT.c.id).where(where)).scalars())
        was = {
            row.event_id: row.was_id
            for row in tx.rows(MovedEventRow, select(MOVED).where(MOVED.c.person_id == gone))
        }
        noted = [
            {
                "organisation_id": organisation,
                "event_id": id_,
                "person_id": kept,
                "was_id": was.get(id_, gone),
            }
            for id_ in ids
        ]
        if noted:
            tx.execute(upsert(tx, MOVED).on_conflict_do_nothing(), noted)
        tx.execute(update(EVENT).where(where).values({column.name: kept}))
    done = MOVED.alias()
    taken_over = select(done.c.event_id).where(done.c.person_id == kept)
    tx.execute(delete(MOVED).where(MOVED.c.person_id == gone, MOVED.c.event_id.in_(taken_over)))


def companions(tx: Transaction, person_id: int, from_us: int) -> set[int]:
    """Other people of somebody's events since an instant, by internal id: their pair limits count this person."""
    both = or_(EVENT.c.person_id == person_id, EVENT.c.owner_id == person_id)
    query = select(EVENT.c.person_id, EVENT.c.owner_id).where(both, EVENT.c.occurred_us >= from_us).distinct()
    found = {id_ for pair in tx.execute(query) for id_ in pair if id_ is not None}
    return found - {person_id}


def move_links(tx: Transaction, organisation: str, gone: int, kept: int) -> None:
    """Reassign the links between one account and others."""
    touches = or_(LINK.c.low_id == gone, LINK.c.high_id == gone)
    rows = tx.rows(PersonLinkRow, select(LINK).where(LINK.c.organisation_id == organisation, touches))
    pairs = {
        (min(kept, other), max(kept, other)): row.created_at_us
        for row in rows
        for other in ({row.low_id, row.high_id} - {gone, kept})
    }
    tx.execute(delete(LINK).where(touches))
    made = [
        {"organisation_id": organisation, "low_id": low, "high_id": high, "created_at_us": at_us}
        for (low, high), at_us in sorted(pairs.items())
    ]
    if made:
        tx.execute(upsert(tx, LINK).on_conflict_do_nothing(), made)


def move_shares(tx: Transaction, gone: int, kept: int) -> None:
    """Reassign tracked links, unless the heir has one of the same share: clicks on that one count for the heir anyway."""
    own = SHARE.alias()
    taken = select(own.c.code).where(
        own.c.person_id == kept, own.c.item == SHARE.c.item, own.c.channel == SHARE.c.channel
    )
    tx.execute(update(SHARE).where(SHARE.c.person_id == gone, ~taken.exists()).values(person_id=kept))


def join_accounts(tx: Transaction, gone: int, kept: int) -> None:
    """Join two accounts into one with the roles of both, and with the heir's password where it has one. Sessions stay open."""
    rows = {
        row.person_id: row
        for row in tx.rows(AccountRow, select(ACCOUNT).where(ACCOUNT.c.person_id.in_((gone, kept))))
    }
    if gone not in rows:
        return
    old = rows[gone]
    if kept in rows:
        roles = dict.fromkeys([*rows[kept].roles.split(), *old.roles.split()])
        values = {
            "roles": " ".join(roles), "password_hash": rows[kept].password_hash or old.password_hash
        }  # fmt: skip
        tx.execute(update(ACCOUNT).where(ACCOUNT.c.person_id == kept).values(**values))
    else:
        tx.execute(insert(ACCOUNT), old._asdict() | {"person_id": kept})
    tx.execute(delete(ACCOUNT).where(ACCOUNT.c.person_id == gone))


def rename(tx: Transaction, organisation: str, gone: int, kept: int) -> None:
    """Make the id of one account an alias of the other; its name and address are stored with the alias until erasure."""
    (row,) = tx.rows(PersonIdentityRow, select(IDENTITY).where(IDENTITY.c.person_id == gone))
    alias = {
        "organisation_id": organisation, "external_id": row.external_id, "person_id": kept, "name": row.name,
        "email": row.email,
    }  # fmt: skip
    directory.drop_words(tx, [gone])
    tx.execute(delete(IDENTITY).where(IDENTITY.c.person_id == gone))
    tx.execute(insert(ALIAS), alias)
    # The heir is found by the alias too.
    directory.renew_words(tx, [kept])


def valid_credentials(tx: Transaction, person_id: int) -> list[str]:
    """Ids of the person's credentials that are valid."""
    held = and_(
        BADGE.c.person_id == CREDENTIAL.c.person_id,
        BADGE.c.badge == CREDENTIAL.c.badge,
        BADGE.c.object_key == CREDENTIAL.c.object_key,
        BADGE.c.revoked_us.is_(None),
    )
    query = (
        select(CREDENTIAL.c.id)
        .join(BADGE, held)
        .where(CREDENTIAL.c.person_id == person_id, CREDENTIAL.c.revoked_us.is_(None))
    )
    return list(tx.execute(query).scalars())


def move_credentials(tx: Transaction, gone: int, kept: int, valid: list[str]) -> None:
    """Reassign signed badges to the account that now holds the badges. `valid`: ids of those valid before."""
    tx.execute(update(CREDENTIAL).where(CREDENTIAL.c.person_id == gone).values(person_id=kept))
    if valid:
        tx.execute(update(CREDENTIAL).where(CREDENTIAL.c.id.in_(valid)).values(revoked_us=None))
