"""Uploaded people files, stored for a day so that exactly the previewed file is applied."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rewards.faults import BadValue, NotFound
from rewards.people.columns import table_of
from rewards.store import uploads as rows
from rewards.store.forgetting import pattern_of
from rewards.store.persons import find_row
from rewards.store.session import Transaction
from rewards.store.units import to_us

KEPT = timedelta(days=1)
MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as uploaded, the SHA-256 of its bytes, and a worker's preview (`rewards.people.preview`)."""

    id: str
    name: str
    sheet: bytes
    digest: str
    looked: str | None = None


def keep_upload(
    tx: Transaction, organisation: str, actor: str, name: str, sheet: bytes, *, now: datetime
) -> Upload:
    """Store a file, and delete expired ones."""
    made = Upload(secrets.token_hex(16), name[-MOST_NAME:], sheet, digest_of(sheet))
    rows.drop_before(tx, to_us(now - KEPT))
    who = find_row(tx, organisation, actor)
    rows.add(tx, organisation, made.id, who.id, made.name, sheet=sheet, digest=made.digest, at_us=to_us(now))
    return made


def digest_of(sheet: bytes) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(sheet).hexdigest()


def find_upload(tx: Transaction, organisation: str, id_: str, now: datetime) -> Upload:
    """A stored file. Raises NotFound where it was applied, or is older than a day."""
    row = rows.find(tx, organisation, id_, to_us(now - KEPT))
    if row is None:
        raise NotFound(
            "this file is no longer kept: it was applied, or is older than a day; choose the file again"
        )
    return Upload(row.id, row.name, row.sheet, row.digest, row.looked)


def keep_look(tx: Transaction, organisation: str, id_: str, looked: str) -> None:
    """Store a file's preview. Raises NotFound where the file is gone."""
    if not rows.keep_look(tx, organisation, id_, looked):
        raise NotFound(
            "this file is no longer kept: it was applied, or is older than a day; choose the file again"
        )


def drop_upload(tx: Transaction, organisation: str, id_: str) -> None:
    """Delete a file."""
    rows.drop(tx, organisation, id_)


def forget_person(tx: Transaction, organisation: str, person_id: int, words: Sequence[str]) -> None:
    """Delete the files that a person uploaded, and those that contain a word that identifies the person."""
    rows.drop_of(tx, person_id)
    pattern = pattern_of(words)
    for id_ in rows.ids(tx, organisation):
        kept = rows.find(tx, organisation, id_, 0)
        if kept is not None and _names(kept.sheet, pattern):
            rows.drop(tx, organisation, id_)


def _names(sheet: bytes, pattern: re.Pattern[str]) -> bool:
    """True where a file contains one of the words, or cannot be read."""
    try:
        table = table_of(sheet)
    except BadValue:
        return True
    return any(pattern.search("\n".join(cells)) for cells in (table.header, *(row for _, row in table.rows)))
