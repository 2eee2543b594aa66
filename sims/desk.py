"""Where results are kept, so that a page can show them without loading a model: stored and read as JSON.

Light on purpose: a web request imports this module.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from rewards.store.results import Result as StoredResult
from rewards.store.results import latest_result, save_result
from rewards.store.session import Transaction

COMPARISON = "comparison"


def save_comparison(tx: Transaction, organisation: str, body: Mapping[str, Any], now: datetime) -> str:
    """Store a comparison's JSON (`Comparison.as_json`) and give back its id."""
    text = json.dumps(body, allow_nan=False, ensure_ascii=False)
    digest = sha256(text.encode()).hexdigest()
    return str(save_result(tx, organisation, COMPARISON, str(body["title"]), digest, text, now))


def latest_comparison(tx: Transaction, organisation: str) -> StoredResult | None:
    """The comparison stored last, or None."""
    return latest_result(tx, organisation, COMPARISON)
