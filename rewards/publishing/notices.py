"""Telling people of a version of the scheme by mail, before it counts: what is new in it, each in her language."""

from datetime import datetime

from rewards.language import LANGUAGES, SOURCE, nearest, speaking
from rewards.mail.queue import queue_many
from rewards.scheme.explain import explain_scheme
from rewards.scheme.scheme import IncentiveScheme
from rewards.store import mail as rows
from rewards.store.session import Transaction

MOST_LINES = 12
RULES = "/rules"


def tell_of_version(
    tx: Transaction,
    organisation: str,
    version: int,
    scheme: IncentiveScheme,
    former: IncentiveScheme | None,
    *,
    effective_at: datetime,
    now: datetime,
) -> int:
    """Queue a notice for everybody who has a sign-in, an address and did not decline notices; returns for how many.

    The first version of all is no change, and whoever does not take part under it is not asked to read it.
    """
    if former is None:
        return 0
    people: dict[str, list[tuple[int, str]]] = {}
    for row in rows.to_be_told(tx, organisation, scheme.membership == "enrolled"):
        people.setdefault(nearest([row.locale]) or SOURCE, []).append((row.id, row.timezone))
    told = 0
    for language in LANGUAGES:
        with speaking(language):
            data = {
                "title": scheme.title,
                "from": effective_at.isoformat(),
                "changes": changes(former, scheme)[:MOST_LINES],
                "link": RULES,
            }
        told += queue_many(
            tx, organisation, people.get(language, []), "scheme", data, now=now, key=f"scheme:{version}"
        )
    return told


def changes(former: IncentiveScheme, scheme: IncentiveScheme) -> list[str]:
    """Sentences of the scheme in plain words that the former one did not say."""
    known = set(explain_scheme(former))
    return [line for line in explain_scheme(scheme)[1:] if line not in known]
