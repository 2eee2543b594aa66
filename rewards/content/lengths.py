"""Limits of the length of posts on networks, and lengths as each network counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from unicodedata import category, normalize

from rewards.content.items import ContentItem
from rewards.fields import name_of

LINK_CHARACTERS = 40
"""About as long as a tracked link is, before there is one."""
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)']", re.IGNORECASE)
_JOINER = 0x200D
_SELECTORS = range(0xFE00, 0xFE10)
_TONES = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
# Characters that count once on X: Latin, Greek, Cyrillic, Hebrew, Arabic and others, and some punctuation; all others count twice.
_LIGHT = (range(4352), range(8192, 8206), range(8208, 8224), range(8242, 8248))


@dataclass(frozen=True, slots=True)
class Limit:
    """A network's limit in characters. `address`: how many a URL counts, None for its length; `weighted`: by the weights of X."""

    most: int
    source: str
    address: int | None = None
    weighted: bool = False


LIMITS = MappingProxyType(
    {
        "x": Limit(280, "https://docs.x.com/fundamentals/counting-characters", 23, weighted=True),
        "linkedin": Limit(3000, "https://www.linkedin.com/help/linkedin/answer/a528176"),
        "instagram": Limit(
            2200, "https://developers.facebook.com/docs/instagram-platform/content-publishing"
        ),
        "threads": Limit(500, "https://developers.facebook.com/docs/threads/overview"),
        "bluesky": Limit(
            300, "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json"
        ),
        "mastodon": Limit(500, "https://docs.joinmastodon.org/user/posting/", 23),
    }
)
"""Without an entry no limit is known, or it is far beyond what anybody writes. Servers of Mastodon may set another."""
_OTHER_NAMES = {"twitter": "x"}


@dataclass(frozen=True, slots=True)
class Length:
    """The length of a post and its limit."""

    signs: int
    most: int

    @property
    def over(self) -> int:
        """Characters beyond the limit, 0 where it fits."""
        return max(0, self.signs - self.most)


def limit_of(channel: str) -> Limit | None:
    """The limit of a channel, with its name in any spelling; None where none is known."""
    name = name_of(channel)
    return LIMITS.get(_OTHER_NAMES.get(name, name))


def length_on(channel: str, text: str, link: str) -> Length | None:
    """The length of text and link together on a channel; None where no limit is known."""
    limit = limit_of(channel)
    if limit is None:
        return None
    whole = f"{text} {link}".strip()
    addresses = _ADDRESS.findall(whole) if limit.address is not None else []
    rest = _ADDRESS.sub("", whole) if addresses else whole
    signs = _weight(rest, limit.weighted) + len(addresses) * (limit.address or 0)
    return Length(signs, limit.most)


def too_long(item: ContentItem) -> list[tuple[str, str, Length]]:
    """(channel, text, length) of every suggested text that exceeds, with a link, the limit of one of its channels."""
    found = []
    link = f"https://{'x' * (LINK_CHARACTERS - len('https://'))}"
    for channel, status in item.channels.items():
        if status.status == "red":
            continue
        texts = [
            *item.suggested_texts,
            *(one.text for one in item.variants if not one.channels or name_of(channel) in one.channels),
        ]
        for text in dict.fromkeys(texts):
            length = length_on(channel, text, link)
            if length is not None and length.over:
                found.append((channel, text, length))
    return found


def _weight(text: str, weighted: bool) -> int:
    """Number of graphemes; on X an emoji and most Asian scripts count twice."""
    total, symbol, joined, flag = 0, False, False, False
    for letter in normalize("NFC", text):
        code = ord(letter)
        if code == _JOINER and symbol:
            joined = True
            continue
        second = flag and code in _FLAGS
        flag = code in _FLAGS and not second
        unseen = code in _SELECTORS or code in _TONES or joined or second
        joined = False
        if unseen or (not weighted and category(letter) in ("Mn", "Mc", "Me")):
            continue
        symbol = category(letter) == "So"
        total += 1 if not weighted or any(code in light for light in _LIGHT) else 2
    return total
