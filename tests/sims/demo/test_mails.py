"""What the demo would mail can be read in a folder."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from shutil import copyfile

import pytest

from rewards.outside.mail import Post, send_due
from rewards.store.session import open_database
from sims.demo import mails
from sims.demo.mails import INDEX, MailFolder


def mail(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["To"], message["Subject"] = "Ana <p001@example.com>", subject
    message.set_content("Hello")
    message.add_alternative("<p>Hello</p>", subtype="html")
    return message


def test_the_demo_s_mails_can_be_read_without_a_server(demo_url: str, tmp_path: Path) -> None:
    copyfile(demo_url.removeprefix("sqlite:///"), tmp_path / "own.sqlite")
    database = open_database(f"sqlite:///{tmp_path / 'own.sqlite'}")
    folder = tmp_path / "mail"
    done = send_due(database, datetime.now(UTC), Post(MailFolder(folder), "http://127.0.0.1:8000"))
    database.close()
    # Newcomers were invited yesterday, and whoever shared the recalled item was told.
    assert done.sent >= 20
    assert (done.failed, done.retried) == (0, 0)
    page = (folder / INDEX).read_text("utf-8")
    assert page.count("<tr>") == done.sent + 1
    assert "http://127.0.0.1:8000/" in (folder / "000001.html").read_text("utf-8")


def test_of_many_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mails, "MOST_KEPT", 3)
    folder = MailFolder(tmp_path)
    for number in range(5):
        with folder.session() as session:
            session.send(mail(f"Number {number} <script>"), "p001@example.com")
    assert sorted(one.name for one in tmp_path.glob("*.eml")) == ["000003.eml", "000004.eml", "000005.eml"]
    assert len(list(tmp_path.glob("0*.html"))) == 3
    page = (tmp_path / INDEX).read_text("utf-8")
    assert "<script>" not in page
    assert page.index("Number 4") < page.index("Number 2")
    assert "Number 1" not in page
