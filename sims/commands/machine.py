"""`doctor`: what is installed, which database, which executor, clashes of package names."""

import os
from typing import Any

from sims.commands.console import JsonOut, say, write_json
from sims.doctor import cores, installed, package_clashes
from sims.executors import choose_executor

DATABASE_DEFAULT = "sqlite:///var/groundswell.db"


def doctor(json_out: JsonOut = None) -> None:
    """Say what is installed, which database and which executor would be used; exit 1 if something is amiss.

    Example: groundswell doctor
    """
    from rewards.store.session import open_database, redacted

    url = database_url()
    findings = [str(clash) for clash in package_clashes()]
    body: dict[str, Any] = {
        "versions": installed(),
        "database": url,
        "executor": choose_executor(None, 1_000).label,
        "cores": cores(),
        "findings": findings,
    }


def database_url() -> str:
    """The database that commands work on: `DATABASE_URL`, or a SQLite file below the current folder."""
    return os.environ.get("DATABASE_URL") or DATABASE_DEFAULT
