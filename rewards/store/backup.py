"""Online backup and restore with each database's own means, without client tools that may not be installed.

SQLite: its backup API, which writes a database file. PostgreSQL: COPY of every table in one snapshot into a ZIP
archive, restored into an empty database of the same schema revision. Both run beside concurrent writers.
"""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import Table, func, select, text

from rewards.outputs import written
from rewards.store import schema
from rewards.store.address import parse_address
from rewards.store.engines import file_of
from rewards.store.migrate import head, revision, upgrade
from rewards.store.session import Database, Transaction, open_database
from rewards.store.trouble import told

_REVISION = "revision"
_CHUNK_BYTES = 1 << 20


def backup(db: Database, path: Path) -> None:
    """Write a consistent copy to `path`. Raises FileExistsError, never overwrites; a failed backup leaves no file."""
    if path.exists():
        raise FileExistsError(f"backup {path}: the file exists; choose another name")
    with db.read() as tx:
        if revision(tx) == "none":
            raise ValueError(
                "the database has no tables of Groundswell; there is nothing to back up; see DATABASE_URL"
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    with written(path, new=True) as out:
        if db.dialect == "sqlite":
            with told(), db.read() as tx:
                source = cast("sqlite3.Connection", tx.connection.connection.driver_connection)
                _copy(source, Path(out.name))
        else:
            _pack(db, out)


def _copy(source: sqlite3.Connection, path: Path) -> None:
    with closing(sqlite3.connect(path)) as target:
        # An unreadable page aborts the backup; corrupt but readable content is left to `db verify`.
        source.backup(target)


def restore(path: Path, url: str) -> None:
    """Restore a backup into an empty database.

    Raises FileNotFoundError, FileExistsError where there is data already, ValueError for a file that is no backup of
    this kind of database or of another schema revision.
    """
    if not path.exists():
        raise FileNotFoundError(f"backup {path}: no such file; name a file written by backup")
    target = parse_address(url)
    if target.get_backend_name() != "sqlite":
        _unpack(path, url)
        return
    file = file_of(target)
    if file.exists():
        raise FileExistsError(f"database {file}: exists; restore into a new file")
    with path.open("rb") as start:
        kind = start.read(15)
    if kind != b"SQLite format 3":
        raise ValueError(
            f"backup {path}: is not an SQLite database; restore it into the database it came from"
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    with (
        told(),
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as source,
        written(file, new=True) as copy,
    ):
        _copy(source, Path(copy.name))


def _pack(db: Database, file: BinaryIO) -> None:
    with db.read() as tx, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_REVISION, revision(tx))
        for table in schema.metadata.sorted_tables:
            query = f"COPY {_named(table)} TO STDOUT (FORMAT csv)"
            with archive.open(f"{table.name}.csv", "w", force_zip64=True) as out, tx.copy(query) as copy:
                for chunk in copy:
                    out.write(chunk)


def _unpack(path: Path, url: str) -> None:
    if not zipfile.is_zipfile(path):
        raise ValueError(
            f"backup {path}: is not an archive of a PostgreSQL database; restore it where it came from"
        )
    db = open_database(url)
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.read(_REVISION).decode() if _REVISION in archive.namelist() else "none"
            if found != head():
                raise ValueError(
                    f"backup {path}: schema revision {found}, this version has {head()}; restore it with the version that wrote it"
                )
            upgrade(db)
            with db.begin() as tx:
                if tx.execute(select(func.count()).select_from(schema.organisation)).scalar_one():
                    raise FileExistsError(
                        f"database {db.url.database}: holds data; restore into an empty one"
                    )
                for table in schema.metadata.sorted_tables:
                    _fill(tx, table, archive)
    finally:
        db.close()


def _fill(tx: Transaction, table: Table, archive: zipfile.ZipFile) -> None:
    """Copy one table's rows, and set its id sequence behind the last of them."""
    with (
        archive.open(f"{table.name}.csv") as rows,
        tx.copy(f"COPY {_named(table)} FROM STDIN (FORMAT csv)") as copy,
    ):
        while chunk := rows.read(_CHUNK_BYTES):
            copy.write(chunk)
    counted: Any = table.autoincrement_column
    if counted is not None:
        last = tx.execute(select(func.max(counted))).scalar_one()
        if last is not None:
            tx.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, :key), :last)"),
                {"name": table.name, "key": counted.name, "last": last},
            )


def _named(table: Table) -> str:
    """The quoted table and column names, in this version's column order."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'"{table.name}" ({columns})'
