"""`groundswell webhook`: what a page does, by command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rewards.outside.delivery import deliver_due
from rewards.outside.webhooks import deliveries_of, subscriptions
from rewards.store import trail
from rewards.store.session import Database
from rewards.store.units import to_us
from sims.cli import app
from tests.company import ORGANISATION
from web.session import now

RUN = CliRunner()
URL = "https://203.0.114.7/hook"


def run(*words: str) -> tuple[int, str]:
    done = RUN.invoke(app, ["webhook", *words])
    return done.exit_code, done.output


def test_a_webhook_is_made_watched_and_ended(company: Database, tmp_path: Path) -> None:
    assert "has no webhooks" in run("list")[1]
    out = tmp_path / "webhook.json"
    code, printed = run("add", URL, "--topic", "scheme.*", "--json", str(out))
    made = json.loads(out.read_text())
    assert (code, made["secret"] in printed, made["secret"][:6]) == (0, True, "whsec_")
    number = str(made["id"])
    assert run("list") == (0, f"{number}  active  {URL}  scheme.*\n")
    with company.begin() as tx:
        trail.tell(tx, ORGANISATION, [("scheme.published", {"version": 9})], to_us(now()))
    deliver_due(company, now(), lambda url, body, headers: 200)
    with company.read() as tx:
        (arrived,) = deliveries_of(tx, ORGANISATION, made["id"])
    assert run("deliveries", number) == (
        0,
        f"{arrived.id}  scheme.published  delivered  1 attempts  HTTP 200\n",
    )
    code, printed = run("rotate", number, "--json", str(out))
    assert code == 0
    assert json.loads(out.read_text())["secret"] != made["secret"]
    assert run("again", number)[1] == f"webhook {number}: 0 messages are sent again by the worker\n"
    once_more = ("again", number, "--delivery", str(arrived.id))
    assert run(*once_more)[1] == f"webhook {number}: 1 message is sent again by the worker\n"
    assert run(*once_more)[0] == 2
    assert run("pause", number) == (0, f"webhook {number}: paused\n")
    assert "paused" in run("list")[1]
    assert run("resume", number) == (0, f"webhook {number}: resumed\n")
    assert run("delete", number) == (0, f"webhook {number}: deleted\n")
    with company.read() as tx:
        assert subscriptions(tx, ORGANISATION) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "http://127.0.0.1/x"), "127.0.0.1"),
        (("pause", "99"), "webhook 99"),
        (("rotate", "1", "--overlap-hours", "-1"), "got -1"),
        (("list", "--organisation", "nobody"), "nobody"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(company: Database, words: tuple[str, ...], why: str) -> None:
    code, printed = run(*words)
    assert code == 2
    assert why in printed
    assert len(printed.splitlines()) == 1
