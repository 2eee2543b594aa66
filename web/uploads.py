"""Uploaded files, read within limits and only after authorisation."""

from __future__ import annotations

from fastapi import Request
from starlette.datastructures import UploadFile


async def sent_file(request: Request, most_fields: int) -> tuple[str, bytes]:
    """Name and content of the form's `file`; the number of other fields is limited. Both are empty without a file."""
    async with request.form(max_files=1, max_fields=most_fields) as form:
        sent = form.get("file")
        return (sent.filename or "", await sent.read()) if isinstance(sent, UploadFile) else ("", b"")


def printable(name: str) -> str:
    """A file's name without characters that cannot be shown or stored."""
    return "".join(letter for letter in name if letter.isprintable() and not "\ud800" <= letter <= "\udfff")
