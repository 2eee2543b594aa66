"""Queueing mail: a row of the caller's transaction, so that nothing is reported that did not happen, and nothing that did is forgotten."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from rewards.mail.choices import from_row
from rewards.mail.kinds import KINDS
from rewards.store import mail as rows
from rewards.store.persons import find_row
from rewards.store.session import Transaction
from rewards.store.units import dump, to_us

PRESENT = ("active", "paused")


def queue(
    tx: Transaction,
    organisation: str,
    person: str,
    template: str,
    data: Mapping[str, object],
    *,
    now: datetime,
    expires_at: datetime | None = None,
    not_before: datetime | None = None,
    key: str | None = None,
) -> int | None:
    """Queue one mail to a person; the worker sends it after the commit. Returns its id.

    None where nothing is queued: she has no address, has left the company, does without this kind of mail, or the `key` (once for
    an organisation) was used before. `template` is one of `KINDS`, `data` holds its places: JSON values, links whole or from `/` on.
    After `expires_at` it is not sent any more. Raises NotFound for an unknown person, ValueError for data of another shape.
    """
    kind = KINDS[template]
    if set(data) != kind.places:
        raise ValueError(f"mail {template!r} holds {sorted(data)}; it takes {sorted(kind.places)}")
    who = find_row(tx, organisation, person)
    if not who.email or who.status not in PRESENT:
        return None
    start = not_before or now
    if kind.rank:
        choice = from_row(rows.choice(tx, who.id))
        if template == "scheme" and not choice.notices:
            return None
        start = choice.awake(start, who.timezone)
    row = _row(organisation, who.id, template, data, now, start=start, expires_at=expires_at, key=key)
    return rows.add(tx, row)


def queue_many(
    tx: Transaction,
    organisation: str,
    people: Sequence[tuple[int, str]],
    template: str,
    data: Mapping[str, object],
    *,
    now: datetime,
    key: str | None,
) -> int:
    """Queue the same mail to many who have an address and want it: (internal id, zone) of each. With a `key`, once a person and key."""
    kind = KINDS[template]
    if set(data) != kind.places:
        raise ValueError(f"mail {template!r} holds {sorted(data)}; it takes {sorted(kind.places)}")
    choices = rows.choices_of(tx, [id_ for id_, _ in people]) if kind.rank else {}
    made = [
        _row(
            organisation, id_, template, data, now, expires_at=None, key=key and f"{key}:{id_}",
            start=from_row(choices.get(id_)).awake(now, zone) if kind.rank else now,
        )
        for id_, zone in people
    ]  # fmt: skip
    rows.add_many(tx, made)
    return len(made)


def queue_to(
    tx: Transaction,
    organisation: str,
    ids: Sequence[int],
    template: str,
    data: Mapping[str, object],
    *,
    now: datetime,
) -> int:
    """Queue the same mail to those of some people, by internal id, who have an address and are with the company; returns to how many."""
    people = [(row.id, row.timezone) for row in rows.addressed(tx, ids, PRESENT)]
    return queue_many(tx, organisation, people, template, data, now=now, key=None)


def _row(
    organisation: str,
    person_id: int,
    template: str,
    data: Mapping[str, object],
    now: datetime,
    *,
    start: datetime,
    expires_at: datetime | None,
    key: str | None,
) -> dict[str, object]:
    kind = KINDS[template]
    return {
        "organisation_id": organisation,
        "person_id": person_id,
        "kind": template,
        "data": dump(dict(data)),
        "key": key,
        "message_id": secrets.token_hex(16),
        "status": rows.WAITING,
        "rank": kind.rank,
        "attempts": 0,
        "next_us": to_us(start),
        "expires_us": to_us(expires_at or start + kind.lifetime),
        "created_us": to_us(now),
        "tried_us": None,
        "sent_us": None,
        "answer": "",
    }
