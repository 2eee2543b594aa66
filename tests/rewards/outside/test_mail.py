"""Mail against a real server: what arrives, in which language; and that nothing is lost, sent late or sent in a storm."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from rewards.faults import NotFound
from rewards.mail.choices import Choice, choose
from rewards.outside.mail import (
    LEASE,
    MOST_ATTEMPTS,
    SERVER_PAUSE,
    Mailed,
    Post,
    pause_after,
    queue,
    send_due,
)
from rewards.outside.smtp import MailServer, ServerTrouble, Tls
from rewards.people.people import deactivate, erase, import_people
from rewards.people_file import PersonRow
from rewards.store import mail as rows
from tests.conftest import World
from tests.ports import deaf_port
from tests.rewards.mailbox import PASSWORD, USER, Mailbox, certificate, mailbox

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LINK = {"link": "/invitation/abc"}


def person(name: str, email: str = "", **rest: Any) -> PersonRow:
    fields = {"segment": "sales", "team": "north", "timezone": "UTC", "contacts": 100, **rest}
    return PersonRow(id=name, name=name.title(), email=email, **fields)


@pytest.fixture
def world(db: Any) -> World:
    made = World(db).found()
    with db.begin() as tx:
        some = [person("ana", "ana@acme.example"), person("ben", "ben@acme.example", locale="de-AT")]
        import_people(tx, made.organisation, some, made.now)
    return made


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


def post(box: Mailbox, per_minute: int = 60, **rest: Any) -> Post:
    fields: dict[str, Any] = {"tls": "none", "sender": "advocacy@acme.example", "seconds": 5.0, **rest}
    return Post(MailServer("127.0.0.1", box.port, **fields), "https://share.acme.example", per_minute)


def write(world: World, who: str = "ana", kind: str = "invitation", **rest: Any) -> int | None:
    with world.db.begin() as tx:
        return queue(tx, world.organisation, who, kind, rest.pop("data", LINK), now=world.now, **rest)


def states(world: World) -> list[tuple[str, int]]:
    with world.db.read() as tx:
        found = rows.page(tx, world.organisation, ("waiting", "sent", "failed", "expired"), 500, None)
        return [(row.status, row.attempts) for row in reversed(found)]


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


def test_an_invitation_arrives_as_text_and_html(world: World, box: Mailbox) -> None:
    write(world, expires_at=world.now + timedelta(days=2))
    assert send_due(world.db, world.now, post(box)) == Mailed(sent=1)
    assert send_due(world.db, world.now, post(box)) == Mailed()
    (message,) = box.got
    assert box.to == ["ana@acme.example"]
    assert message["From"] == "Acme <advocacy@acme.example>"
    assert message["Subject"] == "Your sign-in for Acme"
    assert message["List-Unsubscribe"] is None, "whoever is invited once has nothing to unsubscribe from"
    text, html = parts(message)
    for body in (text, html):
        assert "https://share.acme.example/invitation/abc" in body
        assert "26 November 2026, 12:00" in body
    assert "<style" not in html
    assert 'style="' in html
    assert states(world) == [("sent", 1)]


def test_it_is_in_the_language_of_whom_it_goes_to(world: World, box: Mailbox) -> None:
    write(world, "ben")
    send_due(world.db, world.now, post(box))
    assert box.got[0]["Subject"] == "Deine Anmeldung bei Acme"
    assert "27. November 2026, 12:00" in parts(box.got[0])[0]


def test_what_people_wrote_is_escaped(world: World, box: Mailbox) -> None:
    data = {"title": "<b>Bold</b>\r\nBcc: eve@x.org", "link": "/l/x", "reason": "a < b & c"}
    write(world, kind="recall", data=data)
    send_due(world.db, world.now, post(box))
    (message,) = box.got
    assert message["Bcc"] is None
    assert message["Subject"] == "“<b>Bold</b> Bcc: eve@x.org” was recalled"
    text, html = parts(message)
    assert "a < b & c" in text
    assert "a &lt; b &amp; c" in html
    assert "<b>" not in html


def test_nothing_of_a_transaction_that_failed_is_sent(world: World, box: Mailbox) -> None:
    def fail() -> None:
        with world.db.begin() as tx:
            queue(tx, world.organisation, "ana", "invitation", LINK, now=world.now)
            erase(tx, world.organisation, "nobody", world.now)

    with pytest.raises(NotFound):
        fail()
    assert send_due(world.db, world.now, post(box)) == Mailed()


def test_who_has_no_address_gets_none_and_the_caller_is_told(world: World) -> None:
    assert write(world, "cleo") is None
    assert write(world, "ana", key="once") is not None
    assert write(world, "ana", key="once") is None
    with pytest.raises(NotFound):
        write(world, "nobody")
    with pytest.raises(ValueError, match="it takes"):
        write(world, data={"url": "x"})


def test_an_erased_person_gets_nothing_that_waited(world: World, box: Mailbox) -> None:
    write(world)
    write(world, "ben")
    with world.db.begin() as tx:
        erase(tx, world.organisation, "ana", world.now)
        deactivate(tx, world.organisation, "ben", world.now)
    assert send_due(world.db, world.now, post(box)).sent == 0
    assert box.got == []
    assert states(world) == [("expired", 1)]


# The server that we test with does not know that a connection secured from the start is secured.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_secured_and_signed_in(world: World, tmp_path: Path, tls: Tls) -> None:
    own, shown = certificate(tmp_path)
    write(world)
    with mailbox(tls, own, sign_in=True) as box:
        right = {"tls": tls, "user": USER, "password": PASSWORD, "ca_file": str(shown)}
        assert send_due(world.db, world.now, post(box, **right)) == Mailed(sent=1)
        assert box.secured == [True]


@pytest.mark.parametrize(
    "wrong",
    [{"password": "another"}, {"ca_file": ""}, {"tls": "tls"}, {"user": "", "password": ""}],
    ids=["password", "unknown certificate", "tls from the start", "no user"],
)
def test_a_server_that_cannot_be_used_loses_nothing(
    world: World, tmp_path: Path, wrong: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    own, shown = certificate(tmp_path)
    write(world)
    with mailbox("starttls", own, sign_in=True) as box:
        right = {"tls": "starttls", "user": USER, "password": PASSWORD, "ca_file": str(shown)}
        assert send_due(world.db, world.now, post(box, **right | wrong)) == Mailed(retried=1)
        assert states(world) == [("waiting", 0)]
        later = world.now + SERVER_PAUSE
        assert send_due(world.db, later, post(box, **right)) == Mailed(sent=1)
    said = "".join(capsys.readouterr())
    assert PASSWORD not in said
    assert "ana@" not in said


def test_a_server_that_is_down_is_asked_once_a_minute(world: World) -> None:
    for number in range(5):
        write(world, key=str(number))
    with deaf_port() as port:
        nobody = Mailbox(port)
        assert send_due(world.db, world.now, post(nobody)) == Mailed(retried=5)
        assert send_due(world.db, world.now + timedelta(seconds=30), post(nobody)) == Mailed()
        assert states(world) == [("waiting", 0)] * 5
        with pytest.raises(ServerTrouble, match="ConnectionRefusedError"), post(nobody).server.session():
            pass


def test_refused_for_now_is_tried_again_and_refused_for_good_is_kept(world: World, box: Mailbox) -> None:
    write(world)
    box.recipients = ["451 not now", "250 fine"]
    assert send_due(world.db, world.now, post(box)) == Mailed(retried=1)
    assert send_due(world.db, world.now, post(box)) == Mailed()
    assert send_due(world.db, world.now + pause_after(1), post(box)) == Mailed(sent=1)
    box.data = ["554 ana@acme.example unwanted", "250 fine"]
    write(world)
    assert send_due(world.db, world.now, post(box)) == Mailed(failed=1)
    assert states(world) == [("sent", 2), ("failed", 1)]
    with world.db.begin() as tx:
        (failed,) = rows.page(tx, world.organisation, ("failed",), 10, None)
        assert failed.answer == "554 the address unwanted"
        assert rows.again(tx, world.organisation, failed.id, 0)
    assert send_due(world.db, world.now + timedelta(minutes=9), post(box)) == Mailed(sent=1)


def test_it_is_given_up_after_many_attempts(world: World, box: Mailbox) -> None:
    box.recipients = ["450 busy"]
    write(world, expires_at=world.now + timedelta(days=30))
    at = world.now
    for attempt in range(1, MOST_ATTEMPTS + 1):
        done = send_due(world.db, at, post(box))
        assert done == (Mailed(retried=1) if attempt < MOST_ATTEMPTS else Mailed(failed=1))
        at += pause_after(attempt)
    assert box.got == []


def test_a_connection_that_breaks_blames_one_mail_alone(world: World, box: Mailbox) -> None:
    write(world)
    write(world, "ben")
    box.hang_up = True
    assert send_due(world.db, world.now, post(box)) == Mailed(retried=2)
    assert states(world) == [("waiting", 1), ("waiting", 0)]
    box.hang_up = False
    assert send_due(world.db, world.now + SERVER_PAUSE, post(box)) == Mailed(sent=2)


def test_what_is_too_late_is_dropped_and_not_sent(world: World, box: Mailbox) -> None:
    data = {"items": [{"title": "News", "link": "/", "note": ""}], "thanks": [], "goal": None, "link": "/"}
    write(world, kind="digest", data=data, expires_at=world.now + timedelta(hours=6))
    write(world)
    assert send_due(world.db, world.now + timedelta(hours=7), post(box)) == Mailed(sent=1, expired=1)
    assert [message["Subject"] for message in box.got] == ["Your sign-in for Acme"]


def test_so_many_a_minute_the_urgent_first(world: World, box: Mailbox) -> None:
    data = {"title": "T", "link": "/", "reason": "R"}
    for number in range(4):
        write(world, kind="recall", data=data, key=f"r{number}")
    write(world, "ben")
    assert send_due(world.db, world.now, post(box, 3)) == Mailed(sent=3)
    assert box.to[0] == "ben@acme.example", "who wants to sign in waits for no notices"
    # A worker that starts anew knows what was sent within the minute.
    assert send_due(world.db, world.now + timedelta(seconds=59), post(box, 3)) == Mailed()
    assert send_due(world.db, world.now + timedelta(seconds=61), post(box, 3)) == Mailed(sent=2)


def test_notices_wait_for_the_end_of_quiet_hours_and_sign_in_does_not(world: World, box: Mailbox) -> None:
    world.now = NOON + timedelta(hours=10)
    write(world, kind="recall", data={"title": "T", "link": "/", "reason": "R"})
    write(world)
    assert send_due(world.db, world.now, post(box)) == Mailed(sent=1)
    assert send_due(world.db, NOON + timedelta(hours=18), post(box)) == Mailed()
    assert send_due(world.db, NOON + timedelta(hours=19), post(box)) == Mailed(sent=1)


def test_whoever_does_without_notices_gets_none(world: World) -> None:
    with world.db.begin() as tx:
        choose(tx, world.organisation, "ana", Choice(notices=False), world.now)
    scheme = {"title": "S", "from": NOON.isoformat(), "changes": [], "link": "/"}
    assert write(world, kind="scheme", data=scheme) is None
    assert write(world, kind="recall", data={"title": "T", "link": "/", "reason": "R"}) is not None


WORKER = """
import sys
from datetime import UTC, datetime
from rewards.outside.mail import Post, send_due
from rewards.outside.smtp import MailServer
from rewards.store.session import open_database

db = open_database(sys.argv[1])
server = MailServer("127.0.0.1", int(sys.argv[2]), "none", "advocacy@acme.example")
print("ready", flush=True)
sys.stdin.readline()
send_due(db, datetime.fromisoformat(sys.argv[3]), Post(server, "https://share.acme.example"))
"""


def test_killed_between_sending_and_saying_so_it_sends_again_under_the_same_id(
    world: World, box: Mailbox
) -> None:
    write(world)
    url = world.db.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WORKER, url, str(box.port), world.now.isoformat()]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert worker.stdin is not None
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"ready\n"
    box.victim = lambda: worker.pid
    worker.stdin.write(b"go\n")
    worker.stdin.flush()
    assert worker.wait(30) == -9
    worker.stdin.close()
    worker.stdout.close()
    assert states(world) == [("waiting", 1)]
    assert send_due(world.db, world.now + timedelta(minutes=5), post(box)) == Mailed()
    assert send_due(world.db, world.now + LEASE, post(box)) == Mailed(sent=1)
    assert len(box.got) == 2
    assert box.got[0]["Message-ID"] == box.got[1]["Message-ID"]
