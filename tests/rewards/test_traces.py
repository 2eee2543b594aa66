"""Errors are told by type and place; no message, parameter or local variable of theirs is repeated."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import text

from rewards.logs import Line
from rewards.store.session import Database
from rewards.traces import lines_of, trace_of

SECRET = "wholly-secret-words"


class Form(BaseModel):
    count: int


def _validation() -> None:
    Form.model_validate({"count": SECRET})


def _chained() -> None:
    try:
        _validation()
    except ValueError as error:
        raise RuntimeError(SECRET) from error


def _while_handling() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError:
        raise LookupError(SECRET)  # noqa: B904 - the context is what is looked at


def _group() -> None:
    raise ExceptionGroup(SECRET, [ValueError(SECRET)])


def _deep(more: int = 300) -> None:
    password = SECRET
    if more:
        _deep(more - 1)
    raise ValueError(password)


def _of_a_name() -> None:
    raise FileNotFoundError(2, SECRET, SECRET)


@pytest.mark.parametrize("fails", [_validation, _chained, _while_handling, _group, _deep, _of_a_name])
def test_an_error_is_told_without_its_values(fails: Callable[[], None]) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        fails()
    told = json.dumps(trace_of(caught.value))
    assert SECRET not in told
    assert fails.__name__ in told
    assert type(caught.value).__name__ in told
    assert len(told) < 6000
    lines = "\n".join(lines_of(caught.value))
    assert SECRET not in lines
    assert fails.__name__ in lines


def test_a_system_error_says_what_it_is() -> None:
    assert trace_of(FileNotFoundError(2, SECRET, SECRET))["what"] == "No such file or directory"


def test_a_database_error_names_the_table_and_no_value(db: Database) -> None:
    for statement in ("select :v from nowhere", "insert into person (id, display_name) values (1, :v)"):
        with pytest.raises(Exception) as caught, db.begin() as tx:  # noqa: PT011 - either driver's
            tx.execute(text(statement), {"v": SECRET})
        told = json.dumps(trace_of(caught.value))
        assert SECRET not in told
        assert SECRET not in str(caught.value).replace("[SQL:", "")
        assert ("nowhere" in told) or ("organisation" in told) or ("constraint" in told) or ("column" in told)


def test_sentences_of_sqlite_that_could_hold_values_are_left_out() -> None:
    assert "what" not in trace_of(sqlite3.OperationalError(f'near "{SECRET}": syntax error'))


def test_a_library_log_line_keeps_its_template_and_its_places_only() -> None:
    record = logging.LogRecord(
        "lib", logging.ERROR, __file__, 1, "failed for %s\nwith %s", (SECRET, SECRET), None
    )
    try:
        _deep(0)
    except ValueError:
        record.exc_info = sys.exc_info()
    line = Line().format(record)
    assert SECRET not in line
    told: dict[str, Any] = json.loads(line)
    assert (told["event"], told["error"]) == ("failed for %s", "ValueError")


def test_errors_that_nobody_catches_end_without_values(tmp_path: Path) -> None:
    program = (
        "import sys, threading, warnings; sys.path.insert(0, sys.argv[1])\n"
        "from rewards.logs import begin_log\n"
        "import structlog\n"
        "begin_log()\n"
        f"def fails(): password = '{SECRET}'; raise ValueError(password)\n"
        "t = threading.Thread(target=fails); t.start(); t.join()\n"
        f"warnings.warn('{SECRET}')\n"
        "try: fails()\n"
        "except ValueError: structlog.get_logger().error('told', exc_info=True)\n"
        "fails()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parents[2])],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr
    assert done.stderr.count("ValueError") == 3
    assert "UserWarning" in done.stderr


def test_a_defect_of_a_command_is_told_by_places(monkeypatch: pytest.MonkeyPatch) -> None:
    import sims.commands.program as commands
    from sims.cli import app

    def defect(_: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr("rewards.store.migrate.upgrade", defect)
    monkeypatch.setattr(commands, "database_url", lambda: "sqlite:////tmp/groundswell-never-made.sqlite")
    said = io.StringIO()
    with redirect_stderr(said), pytest.raises(SystemExit) as ended:
        app(["db", "upgrade"])
    assert ended.value.code == 1
    assert SECRET not in said.getvalue()
    assert "KeyError" in said.getvalue()
    assert "sims/commands/program.py" in said.getvalue()
