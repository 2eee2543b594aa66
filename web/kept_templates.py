"""A bytecode cache of templates beside Python's own; without effect where that folder cannot be written."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache


class KeptTemplates(FileSystemBytecodeCache):
    """A cache of a module's compiled templates, valid while the template, that module and Jinja are unchanged."""

    def __init__(self, module: str) -> None:
        super().__init__(str(Path(cache_from_source(module)).parent), "template-%s.cache")
        self._made_by = f"{version('jinja2')}\n{Path(module).read_text('utf-8')}\n"

    def get_source_checksum(self, source: str) -> str:
        """A checksum of everything that invalidates the cache."""
        return super().get_source_checksum(self._made_by + source)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load the cached bytecode, if any; a file truncated by a crash is ignored."""
        with suppress(Exception):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store the bytecode beside Python's own."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)
