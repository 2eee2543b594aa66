"""A database that cannot be used: one line and an exit code of every command, 503 and one line of the log of every route."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient
from structlog.testing import capture_logs

import web.server
import web.worker
from rewards.faults import Unavailable
from rewards.outputs import written
from rewards.store import session
from rewards.store.migrate import upgrade
from rewards.store.session import Database, open_database
from rewards.store.trouble import trouble
from sims.doctor import operator_advice, operator_findings
from tests.company import ORGANISATION, PASSWORD, make_company
from tests.web.routes import every_route
from web.app import create_app
from web.cli import app as commands
from web.settings import Settings

Run = Callable[..., tuple[int, str, str]]
PEOPLE = "id,segment,team,timezone,contacts\np1,sales,north,Europe/Berlin,120\n"
SCHEME = "name: s\ntitle: S\nrules: [{id: share, title: Share, on: share, points: 5}]\n"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command over a database in this process; its exit code, output and errors."""
    monkeypatch.setattr(session, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(web.server, "run", lambda taken: taken.close())

    def one(url: str, *args: str) -> tuple[int, str, str]:
        monkeypatch.setenv("DATABASE_URL", url)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            commands(list(args))
        return int(ended.value.code or 0), *capsys.readouterr()

    return one


def every_command(folder: Path) -> list[tuple[str, ...]]:
    """Each command that opens the database."""
    (folder / "p.csv").write_text(PEOPLE)
    (folder / "s.yaml").write_text(SCHEME)
    init = (
        "init",
        "--people",
        str(folder / "p.csv"),
        "--scheme",
        str(folder / "s.yaml"),
        "--organisation",
        "two",
    )
    return [
        ("db", "verify"), ("db", "backup", str(folder / "out.backup")), ("rehearse", "d1"), ("doctor",), ("worker", "--once"),
        ("serve", "--port", "0"), ("account", "list"), ("account", "invite", "p1"), ("db", "upgrade"), init,
        ("db", "restore", str(folder / "none.backup")),
    ]  # fmt: skip


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process may grow beyond a page."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@contextmanager
def held(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def revised(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        other.commit()


KINDS = (
    "directory",
    "text",
    "older",
    "newer",
    "foreign",
    "cut",
    "scrambled",
    "under a file",
    "locked",
    "full",
    "read-only",
)


def spoil(kind: str, file: Path) -> tuple[str, AbstractContextManager[None]]:
    """The address of a sound database that is made unusable, and the block in which it is so."""
    body = file.read_bytes()
    url = f"sqlite:///{file}"
    if kind == "directory":
        file.unlink()
        file.mkdir()
    elif kind == "text":
        file.write_text("no database at all " * 500)
    elif kind == "older":
        revised(file, "0014")
    elif kind == "newer":
        revised(file, "9999")
    elif kind == "foreign":
        file.unlink()
        with closing(sqlite3.connect(file)) as other:
            other.execute("CREATE TABLE organisation (a integer)")
            other.commit()
    elif kind == "cut":
        file.write_bytes(body[: len(body) // 2])
    elif kind == "scrambled":
        file.write_bytes(body[:4096] + os.urandom(36864) + body[40960:])
    elif kind == "under a file":
        return f"{url}/below.sqlite", nullcontext()
    elif kind == "read-only":
        return f"sqlite:///file:{file}?mode=ro&uri=true", nullcontext()
    block = {"locked": held(file), "full": no_room()}.get(kind, nullcontext())
    return url, block


@pytest.fixture
def sound(_sqlite_template: Path, tmp_path: Path) -> Path:
    """A migrated database to spoil."""
    file = tmp_path / "live.sqlite"
    shutil.copy(_sqlite_template, file)
    return file


@pytest.mark.parametrize("kind", KINDS)
def test_every_command_ends_in_one_line(kind: str, sound: Path, tmp_path: Path, run: Run) -> None:
    asked = every_command(tmp_path)
    url, block = spoil(kind, sound)
    with block:
        told = {args: run(url, *args) for args in asked}
    for args, (code, out, errors) in told.items():
        assert "Traceback" not in out + errors, args
        assert code in (0, 1, 2), args
        if code == 2:
            assert re.fullmatch(r"groundswell: [^\n]+\n", errors), (args, errors)
        if args[0] in ("init", "worker") or (args[0] == "doctor" and kind != "read-only"):
            assert code != 0, (args, out, errors)
    assert not (tmp_path / "none.backup").exists()
    assert not list(tmp_path.glob("*.unfinished"))


def test_a_missing_file_is_told_and_not_made(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "none" / "live.sqlite"
    for args in every_command(tmp_path):
        if args[1:2] != ("upgrade",) and args[0] not in ("init", "doctor"):
            code, _, errors = run(f"sqlite:///{file}", *args)
            assert (code, errors.count("\n")) == (2, 1), (args, errors)
            assert not file.exists(), args


@pytest.mark.postgres
def test_every_command_on_postgresql_ends_in_one_line(
    fresh_url: Callable[[str], str], tmp_path: Path, run: Run
) -> None:
    url = fresh_url("postgresql")
    for state in ("empty", "newer", "absent"):
        if state == "newer":
            db = open_database(url)
            upgrade(db)
            with db.begin() as tx:
                tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            db.close()
        for args in every_command(tmp_path):
            # These make the tables; `serve` then waits for who sets the company up.
            if state == "empty" and args[0] in ("init", "db", "serve") and "verify" not in args:
                continue
            code, out, errors = run(f"{url}_none" if state == "absent" else url, *args)
            assert "Traceback" not in out + errors, args
            assert code in (1, 2) or "backup" in args, (state, args, out, errors)
            if code == 2:
                assert errors.count("\n") == 1, (args, errors)


@pytest.fixture
def live(sound: Path) -> Iterator[tuple[TestClient, Path, str]]:
    """A server over a company, the file of its database and a token."""
    db = open_database(f"sqlite:///{sound}")
    company = make_company(db)
    db.close()
    made = create_app(Settings(DATABASE_URL=f"sqlite:///{sound}", organisation=ORGANISATION, demo=True))
    made.state.database.wait_seconds = 0.05
    with TestClient(made, base_url="http://testserver", follow_redirects=False) as client:
        client.post("/sign-in", data={"person": "hal", "password": PASSWORD})
        yield client, sound, company.token


ALIVE = {
    # Where there is no single sign-on, which this server has not, no database is asked.
    "/sign-in/sso/back-channel-logout",
    "/healthz",
    "/metrics",
    "/openapi.json",
    "/static",
    "/reset",
    "/sign-in/sso",
    "/sign-in/sso/callback",
    "/mail/unsubscribe/{token}",
}


def every_request(client: TestClient, token: str) -> Iterator[tuple[str, str, Any, list[Any]]]:
    """Each route asked once with a token and a session: method, path, answer and what was logged."""
    for route in every_route(client.app.routes):  # type: ignore[attr-defined]
        path = re.sub(r"\{[^}]+\}", "1", getattr(route, "path", ""))
        for method in sorted((getattr(route, "methods", None) or set()) - {"HEAD"}):
            if route.path in ALIVE:
                continue
            with capture_logs() as logs:
                answer = client.request(method, path, headers={"authorization": f"Bearer {token}"})
            yield method, route.path, answer, logs


@pytest.mark.parametrize("kind", ["gone", "older", "text"])
def test_every_route_is_a_503_that_says_when_to_come_back(
    live: tuple[TestClient, Path, str], kind: str
) -> None:
    client, file, token = live
    if kind == "gone":
        file.unlink()
    else:
        for extra in (f"{file}-wal", f"{file}-shm"):
            Path(extra).unlink(missing_ok=True)
        beside = file.with_name("other.sqlite")
        beside.write_text("no database " * 900) if kind == "text" else beside.touch()
        beside.replace(file)
    seen = 0
    for method, path, answer, logs in every_request(client, token):
        assert answer.status_code in (503, 422, 401, 303, 400), (method, path, answer.text)
        if answer.status_code == 503:
            seen += 1
            assert int(answer.headers["retry-after"]) > 0, path
            assert len(logs) <= 1, (path, logs)
    assert seen > 40
    assert client.get("/healthz").text == "ok"


def test_every_route_answers_while_the_database_is_locked(live: tuple[TestClient, Path, str]) -> None:
    client, file, token = live
    with held(file):
        answers = list(every_request(client, token))
    assert [(method, path) for method, path, answer, _ in answers if answer.status_code == 500] == []
    busy = [(answer, logs) for _, _, answer, logs in answers if answer.status_code == 503]
    assert busy
    for answer, logs in busy:
        assert answer.headers["retry-after"]
        assert len(logs) == 1
        assert "password" not in str(logs)


def test_a_file_put_in_the_place_of_another_is_read_anew(sound: Path, tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{sound}")
    with db.begin() as tx:
        tx.execute(text("CREATE TABLE old (a integer)"))
    other = tmp_path / "other.sqlite"
    shutil.copy(sound, other)
    sound.unlink()
    with pytest.raises(Unavailable), db.begin():
        pass
    with pytest.raises(Unavailable), db.read():
        pass
    other.replace(sound)
    with db.begin() as tx:
        assert tx.execute(text("SELECT count(*) FROM organisation")).scalar_one() == 0
    db.close()


def test_a_fault_of_our_own_is_not_taken_for_the_databases(db: Database) -> None:
    with pytest.raises(Exception, match="syntax") as found, db.read() as tx:
        tx.execute(text("SELEC 1"))
    assert trouble(found.value) is None
    with pytest.raises(ValueError, match="mine"), db.begin():
        raise ValueError("mine")


def test_what_is_made_can_be_read_by_its_owner_alone(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "new" / "live.sqlite"
    assert run(f"sqlite:///{file}", "db", "upgrade")[0] == 0
    assert run(f"sqlite:///{file}", "db", "backup", str(tmp_path / "b"))[0] == 0
    assert run(f"sqlite:///{tmp_path / 'again.sqlite'}", "db", "restore", str(tmp_path / "b"))[0] == 0
    run(f"sqlite:///{file}", "doctor", "--json", str(tmp_path / "d.json"))
    for made in (file, tmp_path / "b", tmp_path / "again.sqlite", tmp_path / "d.json"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o600, made


def test_a_file_that_cannot_be_finished_leaves_what_stood_there(tmp_path: Path) -> None:
    place = tmp_path / "out.json"
    place.write_text("before")
    place.chmod(0o640)
    with suppress(RuntimeError), written(place) as file:
        file.write(b"half")
        raise RuntimeError("the disk is full")
    assert place.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    with written(place) as file:
        file.write(b"after")
    assert (place.read_text(), stat.S_IMODE(place.stat().st_mode)) == ("after", 0o640)


def test_an_output_on_a_full_disk_is_no_half_a_document(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out.json"
    with no_room(), written(tmp_path / "small") as file:
        file.write(b"fits")
    with no_room(), pytest.raises(OSError, match="large"), written(out) as file:
        file.write(b"x" * 10_000)
    assert not out.exists()


def test_a_device_is_written_straight() -> None:
    with written(Path("/dev/null")) as file:
        file.write(b"gone")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_doctor_says_what_an_operator_forgot(tmp_path: Path) -> None:
    file = tmp_path / "live.sqlite"
    file.touch(0o644)
    file.chmod(0o644)
    open_ = {"GROUNDSWELL_DEMO": "true", "GROUNDSWELL_BASE_URL": "https://share.acme.example"}
    found = operator_findings(open_, file)
    assert len(found) == 3
    for name in ("GROUNDSWELL_DEMO", "GROUNDSWELL_SECURE_COOKIES", "chmod 600"):
        assert any(name in line for line in found)
    assert len(operator_advice({})) == 5
    given = {
        "GROUNDSWELL_BASE_URL": "https://a.example", "GROUNDSWELL_VISITOR_SECRET": "s", "GROUNDSWELL_METRICS_TOKEN": "t",
        "GROUNDSWELL_TRUSTED_PROXIES": "10.0.0.1", "GROUNDSWELL_SMTP_HOST": "mail.example", "GROUNDSWELL_MAIL_FROM": "g@mail.example",
        "GROUNDSWELL_SECURE_COOKIES": "true",
    }  # fmt: skip
    assert operator_advice(given) == []
    assert operator_findings(given, None) == []


def test_the_worker_outlives_a_locked_database(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = open_database(f"sqlite:///{sound}", wait_seconds=0.05)
    make_company(db)
    handlers: dict[int, Any] = {}
    monkeypatch.setattr(signal, "signal", lambda number, handler: handlers.update({number: handler}))
    with held(sound), capture_logs() as logs:
        threading.Timer(0.6, lambda: handlers[signal.SIGTERM](signal.SIGTERM, None)).start()
        assert web.worker.run(db, False, once=False, every=0.1).released == 0
        with pytest.raises(Unavailable):
            web.worker.run(db, False, once=True, every=0.1)
    assert any(line["event"] == "a round was put off" for line in logs)
    db.close()
