"""Storage of comparisons as JSON, so that pages can show them without loading the model.

Light on purpose: a web request imports this module.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from rewards.store.results import StoredResult, latest_result, save_result
from rewards.store.session import Transaction

COMPARISON = "comparison"


@dataclass(frozen=True)
class StoredComparison:
    """A stored comparison; `body` is `Comparison.as_json`."""

    id: str
    title: str
    created_at: datetime
    content_hash: str
    body: Mapping[str, Any]


def save_comparison(tx: Transaction, organisation: str, body: Mapping[str, object], now: datetime) -> str:
    """Store the JSON of a comparison; returns its id."""
    text = json.dumps(body, allow_nan=False, ensure_ascii=False)
    digest = sha256(text.encode()).hexdigest()
    return str(save_result(tx, organisation, COMPARISON, str(body["title"]), digest, body_json=text, now=now))


def latest_comparison(tx: Transaction, organisation: str) -> StoredComparison | None:
    """The comparison stored last, or None."""
    return _opened(latest_result(tx, organisation, COMPARISON))


def _opened(found: StoredResult | None) -> StoredComparison | None:
    if found is None:
        return None
    body = json.loads(found.body_json)
    return StoredComparison(str(found.id), found.title, found.saved_at, found.content_hash, body)
