"""Last uses of tokens, written in the background so that no request waits for it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from rewards.people.accounts import ApiToken
from rewards.people.tokens import USED_EVERY, note_used
from rewards.store.session import Database


class TokenUses:
    """Writes the use of each token at most once in USED_EVERY, in batches and in a thread of its own."""

    def __init__(self, store: Database) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._noted: dict[tuple[str, str], datetime] = {}
        self._waiting: list[ApiToken] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="token-uses")

    def note(self, tokens: Sequence[ApiToken | None], at: datetime) -> None:
        """Record a use of these tokens."""
        with self._lock:
            for token in tokens:
                if token is None:
                    continue
                key = (token.organisation, token.name)
                known = (token.used_at, self._noted.get(key))
                if not any(one is not None and one > at - USED_EVERY for one in known):
                    self._noted[key] = at
                    self._waiting.append(token)
            if self._waiting:
                self._thread.submit(self._write, at)

    def close(self) -> None:
        """Stop the thread once the queue is written."""
        self._thread.shutdown()

    def _write(self, at: datetime) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        if waiting:
            note_used(self._store, waiting, at)
