"""Replay scores a file of events and says why, entry by entry."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rewards.document import DocumentError
from sims.cli import app
from sims.commands.replaying import replay_file, replay_text

CLICKS = Path(__file__).resolve().parents[3] / "examples" / "schemes" / "clicks.yaml"


def line(number: int, kind: str = "share", **data: object) -> str:
    body = {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "test",
        "type": f"org.groundswell.{kind}",
        "subject": "ana",
        "time": f"2026-01-05T09:{number:02d}:00Z",
        "data": {"object": f"item-{number}", "verification": "tracked", **data},
    }
    return json.dumps(body) + "\n"


def test_points_badges_and_reasons(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text("".join(line(number) for number in range(6)) + line(7, "click") + line(7, "click"))
    body = replay_file(path, [CLICKS], None)
    (ana,) = body["balances"]
    # Five shares of 2 reach the day's cap of 10; the sixth is zero; one click is 10, its repetition a duplicate.
    assert (ana["person"], ana["millipoints"], body["duplicates"]) == ("ana", 20_000, 1)
    assert "first-share" in ana["badges"]
    assert "cap_reached" in {entry["reason"] for entry in body["entries"]}
    text = replay_text(body)
    assert "cap_reached" in text
    assert "1 duplicate events left out" in text


def test_a_bad_event_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(line(1) + line(2, quantity=-1))
    with pytest.raises(DocumentError, match=r"events\.jsonl:2: .*quantity"):
        replay_file(path, [CLICKS], None)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["replay", *arguments])


def test_each_event_is_scored_by_the_version_in_force(tmp_path: Path) -> None:
    path, second = tmp_path / "events.jsonl", tmp_path / "second@home.yaml"
    path.write_text("".join(line(number) for number in (1, 2, 3)))
    second.write_text(CLICKS.read_text().replace("points: 2", "points: 3"))
    assert "points: 3" in second.read_text()
    found = run(
        str(path), "--scheme", str(CLICKS), "--scheme", f"{second}@2026-01-05T11:02:00+02:00", "--json", "-"
    )
    assert found.exit_code == 0, found.stderr
    body = json.loads(found.stdout)
    got = [(entry["version"], entry["millipoints"]) for entry in body["entries"] if entry["kind"] == "points"]
    assert got == [(1, 2000), (2, 3000), (2, 3000)]


@pytest.mark.parametrize(
    ("later", "told"),
    [
        ("{clicks}", "needs the instant"),
        ("{clicks}@tomorrow", "RFC 3339"),
        ("{clicks}@2026-01-05T09:00:00", "RFC 3339"),
        ("nowhere.yaml@2026-01-05T09:00:00Z", "nowhere.yaml"),
    ],
)
def test_a_bad_version_is_one_line(tmp_path: Path, later: str, told: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(line(1))
    found = run(str(path), "--scheme", str(CLICKS), "--scheme", later.format(clicks=CLICKS))
    assert (found.exit_code, found.stderr.count("\n")) == (2, 1)
    assert told in found.stderr


def test_versions_come_in_order_and_the_first_holds_from_the_beginning(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(line(1))
    one, other = f"{CLICKS}@2026-02-01T00:00:00Z", f"{CLICKS}@2026-01-01T00:00:00Z"
    back = run(str(path), "--scheme", str(CLICKS), "--scheme", one, "--scheme", other)
    assert (back.exit_code, "their instants rise" in back.stderr) == (2, True)
    early = run(str(path), "--scheme", one)
    assert (early.exit_code, "leave out its instant" in early.stderr) == (2, True)
