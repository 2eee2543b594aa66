"""`groundswell worker`: a real process that delivers, releases, and stops when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rewards.faults import BadValue
from rewards.outside.mail import queue
from rewards.outside.webhooks import subscribe
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.store import trail
from rewards.store.units import to_us
from tests.commands import run
from tests.conftest import World
from tests.rewards.mailbox import mailbox
from tests.rewards.receiver import receiving
from web.settings import settings_from_environment

HOLD = """
name: held
title: Held
rules: [{id: share, title: Share, on: share, points: 20, hold_hours: 1}]
"""


def command(*options: str) -> list[str]:
    return [sys.executable, "-c", "from web.cli import main; main()", "worker", *options]


def environment(world: World) -> dict[str, str]:
    url = world.db.url.render_as_string(hide_password=False)
    return os.environ | {"DATABASE_URL": url, "GROUNDSWELL_WEBHOOK_LOOPBACK": "true"}


@pytest.fixture
def world(sqlite_db: Any) -> World:
    made = World(sqlite_db)
    made.now = datetime.now(UTC)
    return made.found(HOLD)


def test_one_round_delivers_and_releases(world: World) -> None:
    present, world.now = world.now, world.now - timedelta(hours=2)
    world.record(world.event("ana"))
    world.now = present
    assert world.balances().held == 20_000
    with receiving() as receiver:
        with world.db.begin() as tx:
            subscribe(
                tx,
                world.organisation,
                receiver.url,
                ("event.awarded",),
                "hr",
                now=world.now,
                allow_loopback=True,
            )
            trail.tell(tx, world.organisation, [("event.awarded", {"n": 1})], to_us(world.now))
        done = subprocess.run(
            command("--once"), env=environment(world), capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("1 released, 0 results of challenges fixed, 0 highlights closed,")
        assert "1 webhooks delivered" in done.stdout
        assert world.balances() == type(world.balances())(20_000, 20_000, 0)
        assert len(receiver.got) == 1


def test_it_stops_when_told_and_finishes_its_round(world: World) -> None:
    with receiving() as receiver:
        with world.db.begin() as tx:
            subscribe(
                tx,
                world.organisation,
                receiver.url,
                ("event.awarded",),
                "hr",
                now=world.now,
                allow_loopback=True,
            )
        process = subprocess.Popen(
            command("--every", "0.1"), env=environment(world), stdout=subprocess.PIPE, text=True
        )
        try:
            with world.db.begin() as tx:
                trail.tell(tx, world.organisation, [("event.awarded", {"n": 1})], to_us(datetime.now(UTC)))
            deadline = time.monotonic() + 60
            while not receiver.got and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=60)
        finally:
            process.kill()
        assert process.returncode == 0
        assert "1 webhooks delivered" in said
        assert len(receiver.got) == 1


def test_a_database_without_migrations_is_one_line(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite"
    done = run(["worker", "--once"], env=os.environ | {"DATABASE_URL": url}, timeout=60)
    assert done.returncode == 2
    assert "db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


def test_mail_goes_out_by_the_server_that_the_environment_names(world: World) -> None:
    with world.db.begin() as tx:
        row = PersonRow(id="ana", name="Ana", email="ana@acme.example", segment="sales", team="north", timezone="UTC",
            contacts=1)  # fmt: skip
        import_people(tx, world.organisation, [row], world.now)
        queue(tx, world.organisation, "ana", "invitation", {"link": "/invitation/abc"}, now=world.now)
    with mailbox() as box:
        named = {
            "GROUNDSWELL_SMTP_HOST": "127.0.0.1", "GROUNDSWELL_SMTP_PORT": str(box.port), "GROUNDSWELL_SMTP_TLS": "none",
            "GROUNDSWELL_MAIL_FROM": "advocacy@acme.example", "GROUNDSWELL_BASE_URL": "https://share.acme.example",
        }  # fmt: skip
        done = run(["worker", "--once"], env=environment(world) | named, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 mails sent, 0 to retry, 0 failed, 0 too late to be sent" in done.stdout
    assert box.to == ["ana@acme.example"]


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ({"GROUNDSWELL_MAIL_FROM": ""}, "GROUNDSWELL_MAIL_FROM: not set"),
        ({"GROUNDSWELL_BASE_URL": ""}, "GROUNDSWELL_BASE_URL: not set"),
        ({"GROUNDSWELL_MAIL_FROM": "nobody"}, "GROUNDSWELL_MAIL_FROM: not a mail address"),
        ({"GROUNDSWELL_SMTP_TLS": "perhaps"}, "GROUNDSWELL_SMTP_TLS"),
        ({"GROUNDSWELL_SMTP_PORT": "x"}, "GROUNDSWELL_SMTP_PORT"),
        ({"GROUNDSWELL_SMTP_TLS": "none", "GROUNDSWELL_SMTP_USER": "u"}, "in the clear"),
    ],
)
def test_settings_of_mail_that_cannot_be_are_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, named: dict[str, str], why: str
) -> None:
    whole = {
        "GROUNDSWELL_SMTP_HOST": "mail.acme.example", "GROUNDSWELL_MAIL_FROM": "advocacy@acme.example",
        "GROUNDSWELL_BASE_URL": "https://share.acme.example", "GROUNDSWELL_SMTP_PASSWORD": "hush",
    }  # fmt: skip
    for name, value in (whole | named).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadValue) as told:
        assert settings_from_environment().post
    assert why in str(told.value)
    assert "hush" not in str(told.value)
