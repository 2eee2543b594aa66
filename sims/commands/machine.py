"""`doctor`: what is installed, which database, which executor, clashes of package names."""

from pathlib import Path
from typing import Any

import typer

from sims.commands.console import FINDING, JsonOut, say, write_json
from sims.commands.program import database_url, opened, shown
from sims.doctor import cores, installed, package_clashes
from sims.executors import choose_executor

MANY_RUNS = 1_000


def doctor(json_out: JsonOut = None) -> None:
    """Say what is installed, which database and which executor are used; exit 1 if something is amiss.

    Example: groundswell doctor
    """
    findings = [str(clash) for clash in package_clashes()]
    findings += [
        f"{name} is not installed; run make"
        for name, found in installed().items()
        if found == "not installed"
    ]
    state, finding = database_state()
    body: dict[str, Any] = {
        "kind": "doctor",
        "versions": installed(),
        "database": {"url": shown(database_url()), "state": state},
        "executor": choose_executor(None, MANY_RUNS).label,
        "cores": cores(),
        "findings": [*findings, *finding],
    }
    write_json(json_out, body)
    for name, found in body["versions"].items():
        say(f"{name:12} {found}", json_out)
    say(f"{'database':12} {shown(database_url())} ({state})", json_out)
    say(f"{'executor':12} {body['executor']}, {body['cores']} cores", json_out)
    for line in body["findings"]:
        say(f"finding: {line}", json_out)
    if body["findings"]:
        raise typer.Exit(FINDING)


def database_state() -> tuple[str, list[str]]:
    """What the database is like, and what is wrong with it (a database that does not exist yet is not wrong)."""
    from rewards.store.migrate import is_ready

    url = database_url()
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return "not created yet", []
    try:
        with opened(url) as database:
            database.ping()
            current = is_ready(database)
    except ValueError as error:
        return "unreachable", [str(error)]
    if current:
        return "up to date", []
    return "older than this version", [
        f"database {shown(url)} is of an earlier version; run groundswell db upgrade"
    ]
