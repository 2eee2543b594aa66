"""Rows of people_upload: files of people that were sent and wait to be looked at."""

from sqlalchemy import delete, insert, select, update

from rewards.store import schema
from rewards.store.rows import PeopleUploadRow
from rewards.store.session import Transaction

UPLOAD = schema.people_upload


def add(
    tx: Transaction, organisation: str, id_: str, actor_id: int, name: str, *, sheet: bytes, digest: str, at_us: int
) -> None:  # fmt: skip
    """Keep a file for a while."""
    row = {
        "id": id_, "organisation_id": organisation, "actor_id": actor_id, "name": name, "sheet": sheet, "digest": digest,
        "created_at_us": at_us,
    }  # fmt: skip
    tx.execute(insert(UPLOAD), row)


def find(tx: Transaction, organisation: str, id_: str, since_us: int) -> PeopleUploadRow | None:
    """A file that is still kept."""
    where = (UPLOAD.c.organisation_id == organisation, UPLOAD.c.id == id_, UPLOAD.c.created_at_us >= since_us)
    return tx.row(PeopleUploadRow, select(UPLOAD).where(*where))


def keep_look(tx: Transaction, organisation: str, id_: str, looked: str) -> bool:
    """Keep what was seen in a file; False where it is gone."""
    where = (UPLOAD.c.organisation_id == organisation, UPLOAD.c.id == id_)
    return tx.execute(update(UPLOAD).where(*where).values(looked=looked)).rowcount == 1


def drop(tx: Transaction, organisation: str, id_: str) -> None:
    """Forget a file."""
    tx.execute(delete(UPLOAD).where(UPLOAD.c.organisation_id == organisation, UPLOAD.c.id == id_))


def drop_of(tx: Transaction, actor_id: int) -> None:
    """Forget the files that somebody sent."""
    tx.execute(delete(UPLOAD).where(UPLOAD.c.actor_id == actor_id))


def ids(tx: Transaction, organisation: str) -> list[str]:
    """The files of an organisation that are kept."""
    query = select(UPLOAD.c.id).where(UPLOAD.c.organisation_id == organisation).order_by(UPLOAD.c.id)
    return list(tx.execute(query).scalars())


def drop_before(tx: Transaction, at_us: int) -> None:
    """Forget the files of former days."""
    tx.execute(delete(UPLOAD).where(UPLOAD.c.created_at_us < at_us))
