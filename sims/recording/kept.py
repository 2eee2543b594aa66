"""Storage of the latest recording of each organisation, as JSON. Light on purpose: a web request imports this module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rewards.store.results import latest_result, replace_result
from rewards.store.session import Transaction
from rewards.store.units import digest

KIND = "recording"


@dataclass(frozen=True)
class KeptRecording:
    """A stored recording."""

    title: str
    saved_at: datetime
    text: str
    body: Mapping[str, Any]


def keep_recording(tx: Transaction, organisation: str, body: Mapping[str, Any], now: datetime) -> int:
    """Store a recording in place of the previous one."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    title = str(body["title"])
    return replace_result(tx, organisation, KIND, title, digest(text), body_json=text, now=now)


def latest_recording(tx: Transaction, organisation: str) -> KeptRecording | None:
    """The stored recording, or None."""
    found = latest_result(tx, organisation, KIND)
    if found is None:
        return None
    return KeptRecording(found.title, found.saved_at, found.body_json, json.loads(found.body_json))
