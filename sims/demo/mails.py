"""The demo's mail: a folder instead of a server, with a page that lists the mails."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import escape
from pathlib import Path

SENDER = "advocacy@northwind.example"
MOST_KEPT = 500
INDEX = "index.html"
_STYLE = "body{font:16px/1.5 system-ui;margin:2rem;max-width:60rem}td,th{text-align:left;padding:.2rem 1rem .2rem 0}"


@dataclass(frozen=True, slots=True)
class MailFolder:
    """Stores each mail as `.eml` and, for reading in a browser, as `.html`; only the newest are kept."""

    folder: Path
    sender: str = SENDER

    @contextmanager
    def session(self) -> Iterator["MailFolder"]:
        """A context in which mails can be sent; the page is rewritten at the end."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            yield self
        finally:
            self._list()

    def send(self, message: EmailMessage, address: str) -> None:
        """Store one mail."""
        kept = self._kept()
        number = int(kept[-1].stem) + 1 if kept else 1
        place = self.folder / f"{number:06d}"
        html = message.get_body(("html", "plain"))
        place.with_suffix(".html").write_text("" if html is None else html.get_content(), encoding="utf-8")
        # Last, so that listed mails are complete.
        place.with_suffix(".eml").write_bytes(message.as_bytes())
        for old in kept[: max(0, len(kept) + 1 - MOST_KEPT)]:
            old.with_suffix(".html").unlink(missing_ok=True)
            old.unlink(missing_ok=True)

    def _kept(self) -> list[Path]:
        return sorted(one for one in self.folder.glob("*.eml") if one.stem.isdecimal())

    def _list(self) -> None:
        rows = "".join(map(_row, reversed(self._kept())))
        (self.folder / INDEX).write_text(
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Mail of the demo</title><style>{_STYLE}</style>'
            "<h1>Mail of the demo</h1><p>Nothing of it was sent. The newest first; load the page again for more.</p>"
            f"<table><tr><th>To</th><th>Subject</th><th></th></tr>{rows}</table></html>",
            encoding="utf-8",
        )


def _row(place: Path) -> str:
    """A line of the page, from the mail's headers."""
    with place.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file, headersonly=True)
    return (
        f"<tr><td>{escape(str(message['To']))}</td><td><a href='{place.stem}.html'>{escape(str(message['Subject']))}</a></td>"
        f"<td><a href='{place.name}'>source</a></td></tr>"
    )
