"""Taking part over the API, on each database: own steps, invitations, and kinds of events that nobody may send."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from rewards.events import OWN_KINDS
from rewards.people.membership import membership_of
from sims.cli import app
from tests.conftest import SHARES
from tests.web.api_client import Api, make_api


@pytest.fixture
def asking(db: object) -> Api:
    """A company whose scheme is for the enrolled alone."""
    return make_api(db, SHARES + "membership: enrolled\n")  # type: ignore[arg-type]


def test_one_joins_pauses_and_leaves(asking: Api) -> None:
    with asking.client:
        assert asking.get("/me/membership", "ana").json() == {
            "standing": "", "takes_part": False, "asked": True, "history": []
        }  # fmt: skip
        early = asking.call("PUT", "/me/membership", "ana", json={"standing": "enrolled"})
        assert early.status_code == 403
        assert "was not invited yet" in early.json()["detail"]
        asked = {"segments": ["sales"], "teams": ["north"]}
        assert asking.post("/membership/invitations", asked).json() == {"invited": 5, "mailed": 0, "left": 0}
        assert asking.post("/membership/invitations", asked).json()["invited"] == 0
        for standing in ("enrolled", "enrolled", "paused", "enrolled", "left"):
            found = asking.call("PUT", "/me/membership", "ana", json={"standing": standing}).json()
            assert (found["standing"], found["takes_part"]) == (standing, standing == "enrolled")
        told = [one["standing"] for one in found["history"]]
        assert told == ["invited", "enrolled", "paused", "enrolled", "left"]


def test_bad_invitations_are_told_in_one_line(asking: Api) -> None:
    with asking.client:
        assert asking.post("/membership/invitations", {}).status_code == 422
        assert asking.post("/membership/invitations", {"people": ["nobody"]}).status_code == 404
        assert asking.post("/membership/invitations", {"who": "x"}).status_code == 422
        assert asking.post("/membership/invitations", {"people": ["ana"]}, "writer").status_code == 403


@pytest.mark.parametrize("kind", sorted(OWN_KINDS))
def test_nobody_sends_what_the_program_records(api: Api, kind: str) -> None:
    event = {
        "specversion": "1.0", "type": f"org.groundswell.{kind}", "source": "test", "id": "forged", "subject": "ana",
        "time": datetime.now(UTC).isoformat(), "data": {},
    }  # fmt: skip
    one = api.post("/events", event, "writer")
    assert one.status_code == 422
    assert "the program alone records it" in one.json()["detail"]
    (result,) = api.post("/events", [event], "writer").json()["results"]
    assert (result["status"], "alone records it" in result["reason"]) == ("invalid", True)


def test_commands_do_the_same(asking: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", asking.db.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GROUNDSWELL_ORGANISATION", "acme")

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, list(words))
        return done.exit_code, done.output

    assert run("membership", "join", "ana")[0] == 2
    assert "was not invited yet" in run("membership", "join", "ana")[1]
    assert run("membership", "invite")[0] == 2
    assert run("membership", "invite", "ana", "ben") == (0, "2 invited, 0 mails queued\n")
    assert run("membership", "invite", "--everybody")[1].startswith("3 invited")
    for step, standing in (
        ("join", "enrolled"),
        ("pause", "paused"),
        ("resume", "enrolled"),
        ("leave", "left"),
    ):
        assert run("membership", step, "ana") == (0, "ana: done\n")
        with asking.db.read() as tx:
            assert membership_of(tx, "acme", "ana", datetime.now(UTC)).standing == standing
    assert "5 people, 5 invited" in run("membership", "show")[1]
    assert run("mail", "list")[1].startswith("0 waiting, 0 sent")
    for number in ("1", "0", str(10**30)):
        assert run("mail", "retry", number)[0] == 2
