"""Items from other sites: entries of RSS and Atom feeds, and previews of web pages. Only text is imported, never markup."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import urlsplit

from pydantic import ValidationError

from rewards.content.hosts import host_in_ascii
from rewards.content.items import ContentItem
from rewards.faults import BadValue
from rewards.fields import fault, printed
from rewards.outside.fetching import Fetched

MOST_ENTRIES = 50
MOST_TITLE = 300
MOST_SUMMARY = 1000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?")


class Reads(Protocol):
    """Interface of a fetcher of addresses: `rewards.outside.fetching.Fetcher`."""

    def fetch(self, url: str) -> Fetched:
        """The document at the source. Raises Fault."""


@dataclass(frozen=True, slots=True)
class Found:
    """An entry found, from which an item can be drafted."""

    title: str
    url: str
    summary: str
    language: str
    tags: tuple[str, ...]


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.hidden += tag in ("script", "style")
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style") and self.hidden > 0

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def text_of(markup: str, most: int) -> str:
    """The text of an HTML fragment on one line, cut after a word where it is too long."""
    reader = _Text()
    reader.feed(markup)
    reader.close()
    kept = "".join(
        letter if letter.isprintable() or letter.isspace() else " " for letter in "".join(reader.parts)
    )
    text = " ".join(kept.split())
    return text if len(text) <= most else f"{text[: most - 1].rsplit(' ', 1)[0]}…"


def bring(fetcher: Reads, url: str) -> list[Found]:
    """The items at an address: the entries of a feed, or the page itself. Raises Fault."""
    return read(fetcher.fetch(url.strip()))


def read(fetched: Fetched) -> list[Found]:
    """The items in a fetched document: the entries of a feed, or the page itself. Raises BadValue for anything else."""
    head = fetched.body[:2000].lstrip().lower()
    is_feed = any(mark in head for mark in (b"<rss", b"<feed", b"<rdf:rdf")) or fetched.media_type in (
        "application/rss+xml",
        "application/atom+xml",
    )
    found = feed_entries(fetched.body, fetched.url) if is_feed else page_preview(fetched)
    if not found:
        raise BadValue(
            "address {value!r}: neither a feed with entries nor a page with a title", value=fetched.url[:80]
        )
    return found


def feed_entries(body: bytes, address: str = "") -> list[Found]:
    """Entries of a feed with a title and a web address, in order, at most MOST_ENTRIES."""
    import feedparser

    # As bytes: the parser would take a text for an address or a file to open. Its clean-up of markup is not needed.
    feed = feedparser.parse(
        BytesIO(body), response_headers={"content-location": address}, sanitize_html=False
    )
    language = _language(feed.feed.get("language", ""))
    found = []
    for entry in feed.entries[:MOST_ENTRIES]:
        url = str(entry.get("link", "")).strip()
        title = text_of(str(entry.get("title", "")), MOST_TITLE)
        if not title or not _is_web(url):
            continue
        tags = tuple(str(tag.get("term") or "") for tag in entry.get("tags", ()))
        found.append(
            Found(title, url, text_of(str(entry.get("summary", "")), MOST_SUMMARY), language, _names(tags))
        )
    return found


def page_preview(fetched: Fetched) -> list[Found]:
    """A page's metadata as an item: title, description, language. Empty where it has no title."""
    from trafilatura import extract_metadata, load_html

    tree = load_html(fetched.body)
    if tree is None:
        return []
    metadata = extract_metadata(tree, default_url=fetched.url)
    if metadata is None or not metadata.title:
        return []
    language = _language(str(tree.get("lang") or ""))
    tags = _names(tuple(str(tag) for tag in metadata.tags or ()))
    title, summary = text_of(metadata.title, MOST_TITLE), text_of(metadata.description or "", MOST_SUMMARY)
    return [Found(title, fetched.url, summary, language, tags)] if title else []


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(printed(url))
        host_in_ascii(parts.netloc)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(url) <= 2000


def _language(said: str) -> str:
    return said.partition("-")[0].lower() if _LANGUAGE.fullmatch(said) else ""


def _names(tags: Sequence[str]) -> tuple[str, ...]:
    clean = (text_of(tag, 64) for tag in tags)
    return tuple(dict.fromkeys(tag for tag in clean if 0 < len(tag) <= 60))[:10]


def item_from(found: Found, language: str = "en", channels: Sequence[str] = ("linkedin",)) -> ContentItem:
    """A draft of an item, in `language` where the entry names none; the same address always has the same id. Raises BadValue."""
    digest = hashlib.sha256(found.url.encode()).hexdigest()[:12]
    document = {
        "id": f"link-{digest}",
        "title": found.title,
        "url": found.url,
        "summary": found.summary,
        "language": found.language or language,
        "tags": found.tags,
        "channels": {channel: {"status": "green"} for channel in channels},
    }
    try:
        return ContentItem.model_validate(document)
    except ValidationError as error:
        raise BadValue("{value!r}: {fault}", value=found.title[:40], fault=fault(error.errors()[0])) from None
