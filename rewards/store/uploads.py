"""Rows of people_upload: uploaded people files waiting for their import."""

from sqlalchemy import delete, insert, select, update

from rewards.store import schema
from rewards.store.rows import PeopleUploadRow
from rewards.store.session import Transaction

UPLOAD = schema.people_upload


def add(
    tx: Transaction, organisation: str, id_: str, actor_id: int, name: str, *, sheet: bytes, digest: str, at_us: int
) -> None:  # fmt: skip
    """Insert an uploaded file."""
    row = {
        "id": id_, "organisation_id": organisation, "actor_id": actor_id, "name": name, "sheet": sheet, "digest": digest,
        "created_at_us": at_us,
    }  # fmt: skip
    tx.execute(insert(UPLOAD), row)


def find(tx: Transaction, organisation: str, id_: str, since_us: int) -> PeopleUploadRow | None:
    """A file uploaded at or after an instant."""
    where = (UPLOAD.c.organisation_id == organisation, UPLOAD.c.id == id_, UPLOAD.c.created_at_us >= since_us)
    return tx.row(PeopleUploadRow, select(UPLOAD).where(*where))


def keep_look(tx: Transaction, organisation: str, id_: str, looked: str) -> bool:
    """Store a file's preview; False where the file is gone."""
    where = (UPLOAD.c.organisation_id == organisation, UPLOAD.c.id == id_)
    return tx.execute(update(UPLOAD).where(*where).values(looked=looked)).rowcount == 1


def drop(tx: Transaction, organisation: str, id_: str) -> None:
    """Delete a file."""
    tx.execute(delete(UPLOAD).where(UPLOAD.c.organisation_id == organisation, UPLOAD.c.id == id_))


def drop_of(tx: Transaction, actor_id: int) -> None:
    """Delete the files that a person uploaded."""
    tx.execute(delete(UPLOAD).where(UPLOAD.c.actor_id == actor_id))


def ids(tx: Transaction, organisation: str) -> list[str]:
    """Ids of an organisation's files."""
    query = select(UPLOAD.c.id).where(UPLOAD.c.organisation_id == organisation).order_by(UPLOAD.c.id)
    return list(tx.execute(query).scalars())


def drop_before(tx: Transaction, at_us: int) -> None:
    """Delete files uploaded before an instant."""
    tx.execute(delete(UPLOAD).where(UPLOAD.c.created_at_us < at_us))
