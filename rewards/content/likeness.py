"""Similarity of two texts, and detection of forbidden phrases.

A text is kept as a sketch: the smallest hashes of its pairs of neighbouring words (bottom-k of MinHash, Broder 1997), salted. The
words cannot be read from it, and two sketches tell how many pairs the texts share (Jaccard).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from hashlib import blake2b

SKETCH_SIZE = 96
"""Texts of at most this many words are compared exactly."""
_BITS = 6
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
# Scripts that write no spaces between words: every sign is one.
_WORD = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]|[^\W぀-ヿ㐀-鿿豈-﫿]+(?:['’][^\W_]+)?")


def folded(text: str) -> str:
    """The text as it is compared: one Unicode form, without case, addresses left out."""
    return _ADDRESS.sub(" ", unicodedata.normalize("NFKC", text)).casefold()


def words_of(text: str) -> list[str]:
    """Its words, without case, punctuation and addresses."""
    return _WORD.findall(folded(text))


def sketch_of(text: str, salt: str = "") -> str:
    """A sketch of a text for comparison: salted hashes of its word pairs, in hexadecimal; '' where it has no words."""
    found = words_of(text)
    if not found:
        return ""
    pairs = {f"{one}\0{other}" for one, other in zip(["", *found], [*found, ""], strict=True)}
    key = salt.encode()[:64]
    hashes = sorted(blake2b(pair.encode(), digest_size=_BITS, key=key).hexdigest() for pair in pairs)
    return "".join(hashes[:SKETCH_SIZE])


def likeness(one: str, other: str) -> float:
    """The share of pairs of words that two sketches have in common, 0 to 1; nothing is like an empty one."""
    left, right = _hashes(one), _hashes(other)
    if not left or not right:
        return 0.0
    smallest = sorted(left | right)[:SKETCH_SIZE]
    return sum(found in left and found in right for found in smallest) / len(smallest)


def most_alike(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """Pairs of texts by their places, the most alike first; pairs that share nothing are left out."""
    sketches = [sketch_of(text) for text in texts]
    pairs = [
        (one, other, likeness(sketches[one], sketches[other]))
        for one in range(len(texts))
        for other in range(one + 1, len(texts))
    ]
    return sorted((pair for pair in pairs if pair[2] > 0), key=lambda pair: -pair[2])


def _hashes(sketch: str) -> set[str]:
    width = 2 * _BITS
    return {sketch[at : at + width] for at in range(0, len(sketch) - len(sketch) % width, width)}


def holds(text: str, phrase: str) -> bool:
    """True where a text contains a phrase, word for word; a `*` at a word's end matches any ending."""
    found = words_of(text)
    wanted = [_WORD.findall(part) + (["*"] if part.endswith("*") else []) for part in folded(phrase).split()]
    looked_for = [word for part in wanted for word in part]
    pattern: list[tuple[str, bool]] = []
    for word in looked_for:
        if word == "*":
            if pattern:
                pattern[-1] = (pattern[-1][0], True)
        else:
            pattern.append((word, False))
    if not pattern:
        return False
    return any(
        all(
            word.startswith(start) if open_ended else word == start
            for word, (start, open_ended) in zip(found[at : at + len(pattern)], pattern, strict=True)
        )
        for at in range(len(found) - len(pattern) + 1)
    )
