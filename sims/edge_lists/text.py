"""Normalises the bytes of a published edge list: decompressed, UTF-8, one edge a line; other formats are refused."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zlib
from pathlib import Path
from typing import IO, Any, NamedTuple

from rewards.sheets import SheetError, decode

MOST_BYTES = 8 * 1024**3
COMMENTS = (b"#", b"%")
_CHUNK_BYTES = 1 << 24
_PACKED: tuple[tuple[bytes, Any], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\x00", lzma.open),
)
_BINARY = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd"),
    (b"\x89HDF", "HDF5"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
)
_FORMATS = (
    (re.compile(rb"\*(?:vertices|network|arcs|edges|matrix)", re.IGNORECASE), "Pajek"),
    (
        re.compile(
            rb"(?:creator\b[^\n]*\n\s*(?:version\b[^\n]*\n\s*)?)?(?:comment\b[^\n]*\n\s*)?graph\s*\[",
            re.IGNORECASE,
        ),
        "GML",
    ),
    (re.compile(rb"<\?xml|<graphml|<gexf|<!doctype", re.IGNORECASE), "GraphML, GEXF or other XML"),
    (re.compile(rb"(?:strict\s+)?(?:di)?graph\b[^\n{]*\{", re.IGNORECASE), "DOT"),
    (re.compile(rb"dl\s+n\s*=|dl\s*$", re.IGNORECASE | re.MULTILINE), "UCINET DL"),
    (re.compile(rb"nodedef\s*>", re.IGNORECASE), "GDF"),
    (re.compile(rb"(?:c(?:[ \t][^\n]*)?\n)*p\s+(?:edge|col|sp|max|tw)\s+\d+\s+\d+"), "DIMACS"),
    (re.compile(rb"leda\.graph", re.IGNORECASE), "LEDA"),
    (re.compile(rb'[\[{]\s*(?:["\[{\d]|$)', re.MULTILINE), "JSON"),
)
_SPACES = re.compile(rb"[ \t\v\f]+")
_UNEVEN = re.compile(rb"[ \t\v\f]{2,}|[\t\v\f]|^ | $", re.MULTILINE)
_EMPTY_ROW = re.compile(rb"^[ \t,;|]+$", re.MULTILINE)
_SPACE_BEFORE_QUOTE = re.compile(rb'([,;|])[ \t]+"')


class EdgeListError(ValueError):
    """Raised for a file that is not an edge list: `file:line: what; limit; remedy`."""


def read_body(file: Path) -> bytes:
    """The text of the file in UTF-8 with newlines as line ends. Raises EdgeListError."""
    with file.open("rb") as start:
        first = start.read(512)
    opener = next((opener for mark, opener in _PACKED if first.startswith(mark)), None)
    try:
        with file.open("rb") if opener is None else opener(file, "rb") as stream:
            body = _bounded(file, stream)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as fault:
        raise EdgeListError(f"{file}: cannot be unpacked ({type(fault).__name__}); pack it again") from None
    _refuse_binary(file, body)
    if body.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or b"\0" in body[:2]:
        body = decoded(file, body).encode()
    if b"\0" in body:
        line = 1 + len(re.findall(rb"\r\n|\r|\n", body[: body.index(b"\0")]))
        raise EdgeListError(
            f"{file}:{line}: got a zero byte, which is no text; export it again as CSV or text"
        )
    return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in body else body


def _bounded(file: Path, stream: IO[bytes]) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := stream.read(_CHUNK_BYTES):
        size += len(chunk)
        if size > MOST_BYTES:
            raise EdgeListError(
                f"{file}: unpacks to more than {MOST_BYTES} bytes; write it as Parquet, which is smaller"
            )
        chunks.append(chunk)
    return b"".join(chunks)


def _refuse_binary(file: Path, body: bytes) -> None:
    what = next((name for mark, name in _BINARY if body.startswith(mark)), None)
    if what is None and body[257:262] == b"ustar":
        what = "a tar archive"
    if what is not None:
        raise EdgeListError(
            f"{file}: is {what}; an edge list is read as text, packed or not, or Parquet; unpack or convert it"
        )


def decoded(file: Path, body: bytes, before: int = 0) -> str:
    """The decoded text, which starts after `before` lines. Raises EdgeListError with the first line that is not UTF-8."""
    try:
        return decode(body)
    except SheetError as fault:
        raise EdgeListError(f"{file}:{before + fault.line}: {fault} or Parquet") from None


class Line(NamedTuple):
    """A non-empty line: number of lines before it, byte offset, and bytes."""

    before: int
    at: int
    text: bytes


def data_lines(body: bytes, most: int) -> list[Line]:
    """The first non-empty lines after comments at the top, at most `most`."""
    at, before = 0, 0
    found: list[Line] = []
    while at < len(body) and len(found) < most:
        end = body.find(b"\n", at)
        end = len(body) if end < 0 else end
        text = body[at:end]
        if text.strip() and (found or not text.lstrip().startswith(COMMENTS)):
            found.append(Line(before, at, text))
        at, before = end + 1, before + 1
    return found


def refuse_other_formats(file: Path, body: bytes, first: Line) -> None:
    """Raise EdgeListError, naming the format, where the first non-empty line belongs to another format."""
    where = f"{file}:{first.before + 1}"
    for pattern, name in _FORMATS:
        if pattern.match(body, first.at + len(first.text) - len(first.text.lstrip())):
            raise EdgeListError(
                f"{where}: is {name}, which is not read; write a line for each edge, as CSV or as text"
            )
    if b"{" in first.text:
        shown = first.text.decode(errors="replace").strip()[:40]
        raise EdgeListError(
            f"{where}: got {shown!r}; data in braces is not read; write values as a third column"
        )


def evened(body: bytes, delimiter: str, quoted: bool) -> bytes:
    """The lines prepared for a reader with a single delimiter: without repeated spaces and rows of delimiters only."""
    if delimiter == " " and _UNEVEN.search(body):
        body = re.sub(rb"^ | $", b"", _SPACES.sub(b" ", body), flags=re.MULTILINE)
    if quoted:
        body = _SPACE_BEFORE_QUOTE.sub(rb'\1"', body)
    return _EMPTY_ROW.sub(b"", body) if _EMPTY_ROW.search(body) else body
