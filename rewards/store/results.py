"""Results of simulations and forecasts, stored byte for byte."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, insert, select

from rewards.store import schema
from rewards.store.rows import ResultRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us

RESULT = schema.result


@dataclass(frozen=True, slots=True)
class StoredResult:
    """One saved result; `body_json` is the text that was saved, byte for byte."""

    id: int
    kind: str
    title: str
    content_hash: str
    body_json: str
    saved_at: datetime


def save_result(
    tx: Transaction,
    organisation: str,
    kind: str,
    title: str,
    content_hash: str,
    *,
    body_json: str,
    now: datetime,
) -> int:
    """Insert a result; returns its id."""
    row = {
        "organisation_id": organisation,
        "kind": kind,
        "title": title,
        "content_hash": content_hash,
        "body": body_json,
        "saved_us": to_us(now),
    }
    return int(tx.execute(insert(RESULT).returning(RESULT.c.id), row).scalar_one())


def replace_result(
    tx: Transaction,
    organisation: str,
    kind: str,
    title: str,
    content_hash: str,
    *,
    body_json: str,
    now: datetime,
    others_stay: bool = False,
) -> int:
    """Replace all results of a kind (`others_stay`: of a kind and title) by one that describes the present; no row refers to them."""
    gone = [RESULT.c.organisation_id == organisation, RESULT.c.kind == kind]
    gone += [RESULT.c.title == title] if others_stay else []
    tx.execute(delete(RESULT).where(*gone))
    return save_result(tx, organisation, kind, title, content_hash, body_json=body_json, now=now)


def renew_result(
    tx: Transaction, organisation: str, result_id: int, body_json: str, content_hash: str
) -> bool:
    """Replace a result of a running computation by a new row; False where another transaction replaced it first."""
    where = and_(RESULT.c.organisation_id == organisation, RESULT.c.id == result_id)
    gone = tx.rows(ResultRow, delete(RESULT).where(where).returning(*RESULT.c))
    for row in gone:
        save_result(
            tx,
            organisation,
            row.kind,
            row.title,
            content_hash,
            body_json=body_json,
            now=from_us(row.saved_us),
        )
    return bool(gone)


def latest_result(
    tx: Transaction, organisation: str, kind: str, title: str | None = None
) -> StoredResult | None:
    """The newest result of a kind, and of a title where it is given."""
    where = [RESULT.c.organisation_id == organisation, RESULT.c.kind == kind]
    where += [] if title is None else [RESULT.c.title == title]
    row = tx.row(ResultRow, select(RESULT).where(*where).order_by(RESULT.c.id.desc()).limit(1))
    return None if row is None else _stored(row)


def list_results(tx: Transaction, organisation: str, kind: str, limit: int) -> list[StoredResult]:
    """Results of a kind, newest first."""
    where = and_(RESULT.c.organisation_id == organisation, RESULT.c.kind == kind)
    query = select(RESULT).where(where).order_by(RESULT.c.id.desc()).limit(limit)
    return [_stored(row) for row in tx.rows(ResultRow, query)]


def get_result(tx: Transaction, organisation: str, result_id: int) -> StoredResult | None:
    """One result by id, within its organisation."""
    where = and_(RESULT.c.organisation_id == organisation, RESULT.c.id == result_id)
    row = tx.row(ResultRow, select(RESULT).where(where))
    return None if row is None else _stored(row)


def _stored(row: ResultRow) -> StoredResult:
    return StoredResult(row.id, row.kind, row.title, row.content_hash, row.body, from_us(row.saved_us))
