"""Items from feeds, pages and files: what is taken over, what is refused, and that nothing of our own network is reached."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rewards.content.bringing import bring_items, read_items
from rewards.content.desk import get_draft
from rewards.content.feeds import bring, feed_entries, item_from, text_of
from rewards.faults import BadValue, Fault, Refused
from rewards.outside.fetching import MOST_BYTES, Fetcher
from tests.conftest import World

RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>News</title><language>de-DE</language>
<item><title>First &lt;b&gt;bold&lt;/b&gt; news</title><link>https://acme.example/1</link>
<description>&lt;p&gt;Some &lt;script&gt;alert(1)&lt;/script&gt;words&lt;/p&gt;</description><category>Lab</category></item>
<item><title>Bad link</title><link>javascript:alert(1)</link></item>
<item><link>https://acme.example/3</link></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>T</title><entry><title>An entry</title>
<link href="https://acme.example/a"/><summary>Short</summary></entry></feed>"""
HTML = b"""<!doctype html><html lang="fr"><head><title>Une page</title><meta name="description" content="Ce qu'elle dit">
</head><body><article><p>Texte</p></article></body></html>"""


def test_a_feed_gives_words_and_no_markup() -> None:
    (entry,) = feed_entries(RSS)
    assert (entry.title, entry.url, entry.summary, entry.language) == (
        "First bold news", "https://acme.example/1", "Some words", "de",
    )  # fmt: skip
    assert item_from(entry).tags == ("lab",)
    assert [one.title for one in feed_entries(ATOM)] == ["An entry"]
    assert item_from(entry).id == item_from(entry).id
    assert text_of("a " * 300, 20).endswith("…")


class Site(BaseHTTPRequestHandler):
    """Answers for the tests; /away leads into our own network."""

    def do_GET(self) -> None:
        places = {
            "/feed": (200, "application/rss+xml", RSS),
            "/page": (200, "text/html; charset=utf-8", HTML),
            "/large": (200, "text/html", b"x" * (MOST_BYTES + 10)),
            "/empty": (200, "text/plain", b"nothing"),
        }
        if self.path in ("/moved", "/away", "/round"):
            self.send_response(302)
            target = {"/moved": "/feed", "/away": "https://169.254.169.254/latest", "/round": "/round"}
            self.send_header("Location", target[self.path])
            self.end_headers()
            return
        status, kind, body = places.get(self.path, (404, "text/plain", b""))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_address_is_read_where_it_may_be(site: str) -> None:
    fetcher = Fetcher(allow_loopback=True, seconds=5)
    assert [one.title for one in bring(fetcher, f"{site}/feed")] == ["First bold news"]
    assert [one.title for one in bring(fetcher, f"{site}/moved")] == ["First bold news"]
    (page,) = bring(fetcher, f"{site}/page")
    assert (page.title, page.summary, page.language) == ("Une page", "Ce qu'elle dit", "fr")
    for path, said in (
        ("/large", "too large"), ("/missing", "HTTP 404"), ("/round", "more than 4 times"), ("/empty", "neither a feed"),
        ("/away", "not a public host"),
    ):  # fmt: skip
        with pytest.raises(Fault, match=said):
            bring(fetcher, f"{site}{path}")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "https://localhost/x",
        "https://10.0.0.1/",
        "file:///etc/passwd",
        "https://a b/",
        "",
        "x" * 3000,
    ],
)
def test_nothing_of_our_own_is_reached(url: str) -> None:
    with pytest.raises((BadValue, Refused)):
        bring(Fetcher(seconds=1), url)


def test_a_file_of_any_kind_becomes_drafts_once(world: World, tmp_path: Path) -> None:
    now = world.now
    table = (
        "Title;URL;Channels;Segments;Texts;Last day\n"
        "One;https://x.example/1;linkedin, x: amber;sales;First.|Second.;2027-01-31\n"
        "Two;ftp://x.example/2;;;;\n"
        "Three;https://x.example/3;x: blue;;;\n"
        "Four;https://x.example/4;;;;2027-13-01\n"
    )
    read = read_items(table.encode(), "Europe/Madrid")
    (one,) = read.items
    assert {name: status.status for name, status in one.channels.items()} == {
        "linkedin": "green",
        "x": "amber",
    }
    assert one.suggested_texts == ("First.", "Second.")
    assert one.expires_at is not None
    assert one.expires_at.isoformat() == "2027-01-31T23:00:00+00:00"
    assert [refusal.place for refusal in read.refused] == [3, 4, 5]
    assert all("\n" not in refusal.why for refusal in read.refused)
    with world.db.begin() as tx:
        assert bring_items(tx, "acme", read.items, "ana", now).new == (one.id,)
        assert bring_items(tx, "acme", read.items, "ana", now).unchanged == (one.id,)
        other = one.model_copy(update={"title": "Other"})
        assert bring_items(tx, "acme", [other], "ana", now).changed == (one.id,)
        assert get_draft(tx, "acme", one.id).revision == 2
    document = json.dumps({"items": [one.model_dump(mode="json"), {"id": "x"}, 5]})
    again = read_items(document.encode())
    assert again.items == (one,)
    assert [refusal.place for refusal in again.refused] == [2, 3]
    assert read_items(one.model_dump_json().encode()).items == (one,)
    assert [item.title for item in read_items(RSS).items] == ["First bold news"]


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"[1", b'{"a": 1}', b"\xff\xfe\x00", b"PK\x03\x04xx"])
def test_what_is_no_such_file_is_said_in_one_line(data: bytes) -> None:
    with pytest.raises(BadValue) as caught:
        read_items(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-31", "soon"])
def test_a_row_whose_last_day_is_none_is_left_out_and_told(day: str) -> None:
    read = read_items(
        f"title,url,last_day\nT,https://acme.example/1,{day}\nU,https://acme.example/2,\n".encode()
    )
    assert [item.title for item in read.items] == ["U"]
    assert [one.place for one in read.refused] == [2]


def test_json_nested_beyond_reading_is_said_in_one_line() -> None:
    with pytest.raises(BadValue, match="not readable"):
        read_items(b"[" * 100_000)
    (refusal,) = read_items(b"[7]").refused
    assert refusal.why == "a mapping is required"
