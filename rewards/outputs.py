"""Atomic writing of files: to a temporary file in the same folder, synced to disk, then renamed."""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600


@contextmanager
def written(path: Path, new: bool = False) -> Iterator[BinaryIO]:
    """A temporary file that replaces `path` at the end of the block; if the block raises, `path` is unchanged.

    Readable by its owner alone, unless it replaces a file with other permissions. A pipe or device is written directly. A `new` file
    never replaces another, not even one created meanwhile: raises FileExistsError.
    """
    place = path.resolve()
    before = _mode(place)
    if before is not None and not stat.S_ISREG(before):
        with path.open("wb") as straight:
            yield straight
        return
    beside = _beside(place)
    try:
        with open(beside, "xb", opener=_for_owner) as file:
            if before is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(before))
            yield file
            file.flush()
            os.fsync(file.fileno())
        if new:
            _move_to_new(beside, place)
        else:
            beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
    _settle(place.parent)


def write_text(path: Path, text: str, new: bool = False) -> None:
    """Write a text to `path` as UTF-8; `new` as in `written`."""
    with written(path, new) as file:
        file.write(text.encode())


def check_place(path: Path) -> None:
    """Raises OSError where no file can be created at `path`, by trying: permissions, a read-only folder, a name that is too long."""
    place = path.resolve()
    before = _mode(place)
    if before is not None and not stat.S_ISREG(before):
        if not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return
    beside = _beside(place)
    try:
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
        beside.unlink()
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from None


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name[:200]}.{secrets.token_hex(4)}.unfinished")


def _move_to_new(beside: Path, place: Path) -> None:
    try:
        os.link(beside, place)
    except FileExistsError as error:
        raise FileExistsError(error.errno, error.strerror, str(place)) from None
    except OSError:
        # A file system without hard links.
        if place.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place)) from None
        beside.replace(place)


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, OWNER_ONLY)


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _settle(folder: Path) -> None:
    """Sync the folder, so that the new name survives a power cut too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
