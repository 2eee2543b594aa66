"""Three-way merge of two edits of one text by lines."""

from collections.abc import Sequence
from difflib import SequenceMatcher

Piece = tuple[int, int, list[str]]
"""Lines of the base, from and until, and what is in their place."""


def woven(base: str, mine: str, theirs: str) -> str | None:
    """The base with both edits; None where both changed the same lines differently."""
    lines = base.splitlines(keepends=True)
    ours = _pieces(lines, mine.splitlines(keepends=True))
    others = _pieces(lines, theirs.splitlines(keepends=True))
    found: list[str] = []
    at = 0
    for piece in sorted([*ours, *(one for one in others if one not in ours)], key=lambda one: one[:2]):
        first, until, fresh = piece
        if any(_touch(piece, one) for one in (others if piece in ours else ours) if one != piece):
            return None
        found += lines[at:first] + fresh
        at = until
    return "".join(found + lines[at:])


def _pieces(base: Sequence[str], edited: Sequence[str]) -> list[Piece]:
    matcher = SequenceMatcher(None, base, edited, autojunk=False)
    return [
        (first, until, list(edited[start:end]))
        for tag, first, until, start, end in matcher.get_opcodes()
        if tag != "equal"
    ]


def _touch(one: Piece, other: Piece) -> bool:
    """True where two edits overlap, or are at the same position."""
    return max(one[0], other[0]) < min(one[1], other[1]) or one[0] == other[0] or (
        one[0] == one[1] and other[0] < one[0] < other[1]
    ) or (other[0] == other[1] and one[0] < other[0] < one[1])  # fmt: skip
