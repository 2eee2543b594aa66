"""The commands of the live loop: a posterior is proposed, decided about and taken back; what the programme brought is told, or that nobody
knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rewards.store import audit
from rewards.store.session import Database
from sims.cli import app
from tests.company import ORGANISATION

POSTERIOR = {"provenance": {}, "names": ["opportunities_per_week"], "values": [[4.0], [5.0]]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "posterior.json"
    path.write_text(json.dumps(POSTERIOR))
    return path


def run(*typed: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in typed])


def statuses() -> list[str]:
    body = json.loads(run("recalibration", "list", "--json", "-").stdout)
    return [one["status"] for one in body["recalibrations"]]


def test_proposed_accepted_and_taken_back_by_whom_is_logged(company: Database, file: Path) -> None:
    for number in (1, 2):
        done = run("--as", "sam", "recalibration", "propose", file)
        assert done.exit_code == 0, done.stderr
        assert f"recalibration {number} is proposed: 2 vectors of 1 parameter" in done.stdout
    assert run("--as", "sam", "recalibration", "accept", 1, "--reason", "its forecast was met").exit_code == 0
    assert run("--as", "sam", "recalibration", "reject", 2, "--reason", "a campaign ran").exit_code == 0
    assert statuses() == ["rejected", "accepted"]
    assert "its forecast was met" in run("recalibration", "list").stdout
    assert run("--as", "hal", "recalibration", "withdraw", 1, "--reason", "it missed April").exit_code == 0
    assert statuses() == ["rejected", "withdrawn"]
    with company.read() as tx:
        logged = {(one.action, one.actor) for one in audit.page(tx, ORGANISATION, audit.Asked(), None, 50)}
    assert logged >= {
        ("recalibration.propose", "sam"),
        ("recalibration.accepted", "sam"),
        ("recalibration.rejected", "sam"),
        ("recalibration.withdrawn", "hal"),
    }


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("accept", 7, "--reason", "why"), "recalibration 7: not in this organisation"),
        (("accept", 1, "--reason", " "), "say why"),
        (("withdraw", 1, "--reason", "why"), "recalibration 1: is not accepted"),
        (("accept", 1, "--reason", "why", "--organisation", "elsewhere"), "not in this database"),
    ],
)
def test_what_cannot_be_decided_is_one_line(
    company: Database, file: Path, typed: tuple[object, ...], told: str
) -> None:
    assert run("recalibration", "propose", file).exit_code == 0
    done = run("recalibration", *typed)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert statuses() == ["open"]


def test_nobody_of_this_name_decides_nothing(company: Database, file: Path) -> None:
    done = run("--as", "nobody", "recalibration", "propose", file)
    assert (done.exit_code, "nobody has this id" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "body",
    [
        "", "[1, 2]", "{", json.dumps({**POSTERIOR, "names": ["unheard_of"]}), json.dumps({**POSTERIOR, "values": [[1.0, 2.0]]}),
        json.dumps({**POSTERIOR, "values": []}), json.dumps({**POSTERIOR, "seal": "0" * 64}), json.dumps(POSTERIOR).replace("4.0", "NaN"),
        json.dumps(POSTERIOR).replace("4.0", "-1e9"), "[" * 100_000, "\x00",
    ],
)  # fmt: skip
def test_what_is_no_posterior_is_one_line(company: Database, file: Path, body: str) -> None:
    file.write_text(body)
    done = run("recalibration", "propose", file)
    assert done.exit_code == 2, done.stdout
    assert done.stderr.startswith("groundswell: ")
    assert done.stderr.count("\n") == 1
    assert len(done.stderr) < 600
    assert statuses() == []


def test_what_it_brought_is_told_or_that_nobody_knows(company: Database) -> None:
    done = run("brought", "--json", "-")
    assert json.loads(done.stdout) == {"kind": "brought", "brought": []}
    assert "nobody can say yet" in run("brought").stdout
    done = run("brought", "--organisation", "elsewhere")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
