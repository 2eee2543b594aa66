"""Replay scores a file of events and says why, entry by entry."""

import json
from pathlib import Path

import pytest

from rewards.document import DocumentError
from sims.replaying import replay_file, replay_text

CLICKS = Path(__file__).resolve().parents[2] / "examples" / "schemes" / "clicks.yaml"


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
    body = replay_file(path, CLICKS, None)
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
        replay_file(path, CLICKS, None)
