"""An event of the inbox as a fold reads it."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from rewards.events import item_of
from rewards.store.rows import ScoredEventRow

MOST_TAGS = 1 << 12


class InboxEvent(NamedTuple):
    """An event of the inbox with internal person ids; cheap to construct, since a fold reads hundreds."""

    ref: int
    source: str
    event_id: str
    kind: str
    person_id: int
    owner_id: int | None
    occurred_us: int
    local_date: int
    zone: str
    object: str
    channel: str | None
    quantity: int
    verification: str
    tags_json: str
    voided_at_us: int | None = None

    @classmethod
    def from_row(cls, ref: int, row: Mapping[str, Any]) -> "InboxEvent":
        """From a row of `event`, stored or about to be."""
        return cls(ref, *(row[name] if name != "tags_json" else row["tags"] for name in cls._fields[1:]))

    @classmethod
    def stored(cls, row: ScoredEventRow) -> "InboxEvent":
        """From a row of `event_rows.scored_of`: its columns are in the order of the fields, then the person asked about."""
        return cls._make(row[:-1])

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return _tags(self.tags_json)

    @property
    def voided(self) -> bool:
        """True where it was undone."""
        return self.voided_at_us is not None

    @property
    def item(self) -> str:
        """The identity of its object for limits per object."""
        return item_of(self.source, self.event_id, self.object)

    @property
    def key(self) -> tuple[int, str, str]:
        """The canonical order: time, then source, then id."""
        return self.occurred_us, self.source, self.event_id

    @property
    def beneficiaries(self) -> tuple[int, ...]:
        """The people who may earn by the event: the subject, and the owner if another person."""
        if self.owner_id is None or self.owner_id == self.person_id:
            return (self.person_id,)
        return self.person_id, self.owner_id


@lru_cache(MOST_TAGS)
def _tags(text: str) -> tuple[str, ...]:
    return () if text == "[]" else tuple(json.loads(text))
