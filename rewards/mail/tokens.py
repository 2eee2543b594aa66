"""Signed URLs in mails: to unsubscribe without signing in, and to recognise a visit that came through a digest.

They identify a person without signing in: a holder can end a kind of mail, or, signed in as that person, record a visit.
"""

import hashlib
import hmac
import re
from typing import Literal

from rewards.store import organisations as organisation_rows
from rewards.store.session import Transaction

Purpose = Literal["unsubscribe", "visit"]
_TOKEN = re.compile(r"([A-Za-z0-9._-]{1,64}):([0-9]{1,18}):([a-z0-9-]{1,32}):([0-9a-f]{32})")


def token_for(tx: Transaction, organisation: str, person_id: int, purpose: Purpose, about: str) -> str:
    """The token of a person (internal id) for a purpose; `about` identifies its mail."""
    return f"{organisation}:{person_id}:{about}:{_signature(tx, organisation, person_id, purpose, about)}"


def read_token(tx: Transaction, token: str, purpose: Purpose) -> tuple[str, int, str] | None:
    """(organisation, person, about) of a token that was made for this purpose; None for any other text."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    organisation, person, about, given = found.groups()
    if organisation_rows.find(tx, organisation) is None:
        return None
    right = _signature(tx, organisation, int(person), purpose, about)
    return (organisation, int(person), about) if hmac.compare_digest(right, given) else None


def _signature(tx: Transaction, organisation: str, person_id: int, purpose: Purpose, about: str) -> str:
    home = organisation_rows.find(tx, organisation)
    assert home is not None
    said = f"mail:{purpose}:{organisation}:{person_id}:{about}"
    return hmac.new(home.salt.encode(), said.encode(), hashlib.sha256).hexdigest()[:32]
