"""Files that are written whole or not at all: beside their place, forced to the disk, and only then put there."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which is at `path` once the block has ended; where it raises, what was there before still does.

    Readable by its owner alone, unless a file with other rights stood there. A pipe or device is written straight.
    """
    place = path.resolve()
    before = _mode(place)
    if before is not None and not stat.S_ISREG(before):
        with path.open("wb") as straight:
            yield straight
        return
    beside = place.with_name(f".{place.name[:200]}.{secrets.token_hex(4)}.unfinished")
    try:
        with open(beside, "xb", opener=_for_owner) as file:
            if before is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(before))
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
    _settle(place.parent)


def write_text(path: Path, text: str) -> None:
    """Put a text at `path`, as UTF-8."""
    with written(path) as file:
        file.write(text.encode())


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, OWNER_ONLY)


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _settle(folder: Path) -> None:
    """The new name survives a power cut too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
