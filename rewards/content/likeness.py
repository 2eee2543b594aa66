"""Similarity of two texts, and detection of forbidden phrases.

A text is stored as a sketch: the smallest salted hashes of its word pairs (bottom-k of MinHash, Broder 1997). The
words cannot be recovered from it, and two sketches estimate the share of common pairs (Jaccard).
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
# Scripts without spaces between words: every character is a word.
_WORD = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]|[^\W぀-ヿ㐀-鿿豈-﫿]+(?:['’][^\W_]+)?")


def folded(text: str) -> str:
    """The text normalised for comparison: one Unicode form, case-folded, without addresses."""
    return _ADDRESS.sub(" ", unicodedata.normalize("NFKC", text)).casefold()


def words_of(text: str) -> list[str]:
    """The words of a text, without case, punctuation and addresses."""
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
    """Estimated share of common word pairs of two sketches, 0 to 1; 0 for an empty one."""
    left, right = _hashes(one), _hashes(other)
    if not left or not right:
        return 0.0
    smallest = sorted(left | right)[:SKETCH_SIZE]
    return sum(found in left and found in right for found in smallest) / len(smallest)


def most_alike(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """Pairs of texts by index, most similar first; pairs without a common word pair are left out."""
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
    """True where a text contains a phrase as whole words; a `*` at a word's end matches any ending."""
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
