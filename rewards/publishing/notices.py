"""Mail notices of a new scheme version before it takes effect: its changes, in each person's language.

A publication stores one announcement, whatever the size of the company; the worker queues the mails in batches.
"""

import json
from datetime import datetime

from rewards.language import LANGUAGES, speaking, spoken_among
from rewards.mail.queue import queue_many
from rewards.people.organisations import languages_of
from rewards.scheme.explain import explain_scheme
from rewards.scheme.scheme import IncentiveScheme
from rewards.store import mail as rows
from rewards.store import organisations as organisation_rows
from rewards.store.session import Transaction
from rewards.store.units import dump, to_us

MOST_LINES = 12
TOLD_AT_ONCE = 500
RULES = "/rules"
_KIND = "scheme"


def announce_version(
    tx: Transaction,
    organisation: str,
    version: int,
    scheme: IncentiveScheme,
    former: IncentiveScheme | None,
    *,
    effective_at: datetime,
    now: datetime,
) -> None:
    """Queue a notice for everybody with an account, an address and notices enabled; `tell_of_announcements` sends them.

    The first version changes nothing, and people whom the version does not cover get no notice.
    """
    if former is None:
        return
    data = {}
    for language in LANGUAGES:
        with speaking(language):
            data[language] = {
                "title": scheme.title,
                "from": effective_at.isoformat(),
                "changes": changes(former, scheme)[:MOST_LINES],
                "link": RULES,
            }
    row = {
        "organisation_id": organisation,
        "kind": _KIND,
        "key": _key(version),
        "data": dump(data),
        "enrolled_only": scheme.membership == "enrolled",
        "created_us": to_us(now),
        "told_until": 0,
    }
    rows.announce(tx, row)


def call_off_version(tx: Transaction, organisation: str, version: int) -> None:
    """Cancel the unsent notices of a version that was withdrawn."""
    rows.call_off(tx, organisation, _key(version))


def tell_of_announcements(tx: Transaction, organisation: str, now: datetime) -> int:
    """Queue the mails of the oldest announcement to the next TOLD_AT_ONCE people; returns how many were queued.

    Progress is stored in the same transaction: after a worker is killed the next one resumes, and nobody is notified twice. One
    announcement is completed before the next, so that everybody gets notices in the order of versions.
    """
    one = rows.announced(tx, organisation)
    if one is None:
        return 0
    found = rows.to_be_told(tx, one, TOLD_AT_ONCE)
    data = json.loads(one.data)
    home = organisation_rows.find(tx, organisation)
    offered = tuple(LANGUAGES) if home is None else languages_of(home)
    people: dict[str, list[tuple[int, str]]] = {}
    for row in found:
        people.setdefault(spoken_among([row.locale], offered), []).append((row.id, row.timezone))
    for language, some in sorted(people.items()):
        queue_many(tx, organisation, some, one.kind, data[language], now=now, key=one.key)
    rows.told_until(tx, one.id, found[-1].id if len(found) == TOLD_AT_ONCE else None)
    return len(found)


def changes(former: IncentiveScheme, scheme: IncentiveScheme) -> list[str]:
    """Sentences of the scheme in plain language that its predecessor lacks."""
    known = set(explain_scheme(former))
    return [line for line in explain_scheme(scheme)[1:] if line not in known]


def _key(version: int) -> str:
    return f"{_KIND}:{version}"
