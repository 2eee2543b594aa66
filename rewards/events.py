"""Events: what happened, as CloudEvents 1.0 in and out, with one canonical order.

`type` is "org.groundswell." + kind, `subject` the person's id, `data` holds object, channel, tags, quantity, verification and
owner. A record of the past may carry the extensions `recordedtime` (when it was taken in), `localzone` and `localdate` (frozen then),
and those of `Frozen`.
Events are ordered by (time, source, id); arrival order never matters.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from reprlib import Repr
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from rewards.bounds import FIRST_YEAR, LAST_YEAR
from rewards.faults import BadValue, sayable
from rewards.fields import (
    INSTANT_WANTED,
    AnyText,
    Instant,
    Name,
    Normal,
    Whole,
    WrittenDay,
    fault,
    like,
    normal,
)
from rewards.people_file import Zone

TYPE_PREFIX = "org.groundswell."
MOST_QUANTITY = 1_000_000
MOST_EXTENSION_CHARACTERS = 64
"""CloudEvents advises 20 for the name of an extension and lets senders go beyond."""
MOST_KEYS = 1 << 14
KNOWN_KINDS = ("share", "click", "lead", "suggestion", "training", "kudos", "comment")
INVITED, ENROLLED, PAUSED, LEFT = (f"membership.{word}" for word in ("invited", "enrolled", "paused", "left"))
MEMBERSHIP_KINDS = (INVITED, ENROLLED, PAUSED, LEFT)
"""Kinds of membership events, each effective from its instant on; only the program records them."""
DIGEST_VISIT = "digest_visit"
OWN_KINDS = frozenset({*MEMBERSHIP_KINDS, DIGEST_VISIT})
"""Kinds that no sender may send: they say what people did here."""
Verification = Literal["declared", "tracked", "connector"]
IntakeStatus = Literal["scored", "late", "closed_period", "inactive_person"]
VERIFICATION_LEVEL: dict[str, int] = {"declared": 0, "tracked": 1, "connector": 2}

Kind = Annotated[
    str,
    like(r"^[a-z][a-z0-9_.]{0,63}$", "a kind: a small letter, then up to 63 small letters, digits, _ or ."),
]
PersonId = Annotated[
    str, like(r"^[A-Za-z0-9._-]{1,64}$", "an id of up to 64 letters, digits, ., _ and -"), Normal
]


def _one_order(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Tags as a set: sorted and without duplicates."""
    return tuple(sorted(set(tags)))


class EventError(ValueError):
    """An unacceptable event, reported in one line."""

    def __init__(self, message: str) -> None:
        super().__init__(sayable(message))


class Frozen(BaseModel):
    """Data frozen when an event was recorded, in exported logs; ignored in events that are sent.

    `taken`: scored, or the reason why not. `version`: the scheme version that scored it; `segment`: the subject's then, `owner_…` the
    owner's. `reversed_at`: when it was voided after its period was closed: it stays counted, and its award is reversed. `enrolled` and
    `owner_enrolled`: the enrolment at the time, where the version requires it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    taken: IntakeStatus = "scored"
    reversed_at: Instant | None = None
    version: Annotated[int, Field(ge=0, le=2**31, strict=True), Whole] | None = None
    segment: Annotated[str, Field(min_length=1, max_length=64), Normal] | None = None
    owner_zone: Zone | None = None
    owner_date: WrittenDay | None = None
    owner_segment: Annotated[str, Field(min_length=1, max_length=64), Normal] | None = None
    enrolled: bool | None = None
    owner_enrolled: bool | None = None


class Event(BaseModel):
    """One event. `occurred_at` is UTC to the microsecond; `local_date` and `zone` are frozen at intake.

    `recorded_at`: when it arrived, where known. Neither these nor `frozen` belong to the sender's payload.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[AnyText, Field(min_length=1)]
    id: Annotated[AnyText, Field(min_length=1)]
    kind: Kind
    subject: PersonId
    occurred_at: Instant
    object: AnyText = ""
    channel: Name | None = None
    tags: Annotated[tuple[Name, ...], Field(max_length=32), AfterValidator(_one_order)] = ()
    quantity: Annotated[int, Field(ge=0, le=MOST_QUANTITY, strict=True), Whole] = 1
    verification: Verification = "declared"
    owner: PersonId | None = None
    local_date: WrittenDay | None = None
    zone: Zone | None = None
    recorded_at: Instant | None = None
    frozen: Frozen | None = None

    @field_validator("occurred_at", "recorded_at")
    @classmethod
    def _utc(cls, value: datetime | None) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise BadValue("has no offset; RFC 3339 with an offset is required; append Z for UTC")
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise BadValue(
                "lies outside the years {first_year} to {last_year}; send when it happened",
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
            )
        return value.astimezone(UTC)

    @property
    def item(self) -> str:
        """The identity of its object for limits per object: an event without an object is an object of its own."""
        return item_of(self.source, self.id, self.object)

    def counterpart(self, of_owner: bool) -> str | None:
        """The other person of the event, from the perspective of its owner or its subject; None without one."""
        if self.owner == self.subject:
            return None
        return self.subject if of_owner else self.owner


_ENVELOPE = {
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "data",
    "data_base64",
    "datacontenttype",
    "dataschema",
}
_EXTENSIONS = {"recordedtime": "recorded_at", "localzone": "zone", "localdate": "local_date"}
_FROZEN = {
    "recordedas": "taken",
    "reversedtime": "reversed_at",
    "schemeversion": "version",
    "localsegment": "segment",
    "ownerzone": "owner_zone",
    "ownerdate": "owner_date",
    "ownersegment": "owner_segment",
    "localenrolled": "enrolled",
    "ownerenrolled": "owner_enrolled",
}
_DATA = ("object", "channel", "tags", "quantity", "verification", "owner")


def _shown(value: object) -> str:
    """A value for an error message: in one line, truncated, without unprintable characters."""
    short = Repr()
    short.maxstring = short.maxother = 56
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else short.repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    attributes = {
        "kind": "type",
        "occurred_at": "time",
        "recorded_at": "recordedtime",
        "local_date": "localdate",
        "zone": "localzone",
    }
    if first["loc"][0] == "frozen":
        field = next(key for key, name in _FROZEN.items() if name == first["loc"][-1])
    name = attributes.get(field, f"data.{field}" if field.split(".")[0] in _DATA else field)
    if first["type"] == "missing":
        return f"{name}: got nothing; the attribute is required; add it"
    return f"{name}: got {_shown(first['input'])}; {fault(first)}; correct the value"


def is_json(media_type: object) -> bool:
    """True for application/json and +json types, parameters ignored."""
    kind = media_type.partition(";")[0].strip().lower() if isinstance(media_type, str) else ""
    return kind in ("application/json", "text/json") or kind.endswith("+json")


def read_json(text: str | bytes) -> Any:
    """The JSON value. Raises ValueError for invalid JSON, NaN and deep nesting."""

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is not JSON")

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _data_of(message: Mapping[object, Any]) -> Mapping[object, Any]:
    """The event's data in any of CloudEvents' encodings. Raises EventError."""
    data = message.get("data")
    name = "data"
    if message.get("data_base64") is not None:
        if data is not None:
            raise EventError("data_base64: got data beside it; an event has one of the two; remove one")
        name, kind = "data_base64", message.get("datacontenttype", "application/json")
        if not is_json(kind):
            raise EventError(
                f"datacontenttype: got {_shown(kind)}; data in base64 is read as JSON; send application/json"
            )
        try:
            data = read_json(base64.b64decode(message["data_base64"], validate=True))
        except (ValueError, TypeError, binascii.Error):
            raise EventError(
                f"data_base64: got {_shown(message['data_base64'])}; a JSON object in base64 is required; send it as data"
            ) from None
    if data is None or data == []:
        return {}
    if not isinstance(data, Mapping):
        raise EventError(f"{name}: got {type(data).__name__}; an object is required; send a JSON object")
    strangers = sorted(str(key) for key in data if key not in _DATA)
    if strangers:
        raise EventError(
            f"data.{_bare(strangers[0])}: got an unknown field; {', '.join(_DATA)} are taken; remove it"
        )
    return data


def _bare(key: str) -> str:
    """A name for an error message."""
    return key[:60] if key.isprintable() else ascii(key)[1:-1][:60]


def parse_cloudevent(message: object) -> Event:
    """A CloudEvents 1.0 mapping as an Event. Raises EventError, one line naming the attribute, value, limit and remedy."""
    if not isinstance(message, Mapping):
        raise EventError(
            f"event: got {type(message).__name__}; a CloudEvents object is required; send a JSON object"
        )
    if message.get("specversion") != "1.0":
        raise EventError(
            f"specversion: got {_shown(message.get('specversion'))}; only '1.0' is taken; send CloudEvents 1.0"
        )
    unknown = sorted(str(key) for key in message if key not in _ENVELOPE and not _extension(key))
    if unknown:
        raise EventError(
            f"{_bare(unknown[0])}: got an unknown attribute; extension names are up to {MOST_EXTENSION_CHARACTERS} "
            "lower-case letters and digits; remove it"
        )
    kind = message.get("type")
    if not isinstance(kind, str) or not kind.startswith(TYPE_PREFIX):
        raise EventError(
            f"type: got {_shown(kind)}; types begin with {TYPE_PREFIX!r}; send one like {TYPE_PREFIX}share"
        )
    data = _data_of(message)
    if not isinstance(message.get("time"), str):
        raise EventError(f"time: got {_shown(message.get('time'))}; {INSTANT_WANTED}")
    fields = {key: message[key] for key in ("source", "id", "subject") if key in message}
    fields |= {field: message[key] for key, field in _EXTENSIONS.items() if key in message}
    frozen = {field: message[key] for key, field in _FROZEN.items() if key in message}
    if frozen:
        fields["frozen"] = frozen
    try:
        return Event.model_validate(
            {**fields, "kind": kind.removeprefix(TYPE_PREFIX), "occurred_at": message["time"], **data}
        )
    except ValidationError as error:
        raise EventError(_sentence(error)) from None


def _extension(key: object) -> bool:
    return (
        isinstance(key, str)
        and key.isascii()
        and key.isalnum()
        and key.lower() == key
        and len(key) <= MOST_EXTENSION_CHARACTERS
    )


def to_cloudevent(event: Event) -> dict[str, Any]:
    """The event as a CloudEvents 1.0 mapping that `parse_cloudevent` reads back to an equal event."""
    message = _said(event)
    if event.recorded_at is not None:
        message["recordedtime"] = _rfc3339(event.recorded_at)
    if event.zone is not None:
        message["localzone"] = event.zone
    if event.local_date is not None:
        message["localdate"] = event.local_date.isoformat()
    if event.frozen is not None:
        values = {key: getattr(event.frozen, field) for key, field in _FROZEN.items()}
        message |= {key: _plain(value) for key, value in values.items() if value is not None}
    return message


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return _rfc3339(value)
    return value.isoformat() if isinstance(value, date) else value


def _rfc3339(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _said(event: Event) -> dict[str, Any]:
    """The sender's payload of an event."""
    data: dict[str, Any] = {
        "object": event.object,
        "quantity": event.quantity,
        "verification": event.verification,
    }
    if event.channel is not None:
        data["channel"] = event.channel
    if event.tags:
        data["tags"] = list(event.tags)
    if event.owner is not None:
        data["owner"] = event.owner
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": TYPE_PREFIX + event.kind,
        "subject": event.subject,
        "time": _rfc3339(event.occurred_at),
        "datacontenttype": "application/json",
        "data": data,
    }


def item_of(source: str, id_: str, name: str) -> str:
    """The object's name; for an event without one a name that no object and no other event has."""
    return name or f"\x00{source}\x00{id_}"


def canonical_order(events: Iterable[Event]) -> list[Event]:
    """The events by (occurred_at, source, id), in any order of arrival."""
    return sorted(events, key=lambda event: (event.occurred_at, event.source, event.id))


def payload_hash(event: Event) -> str:
    """SHA-256 (hex) of the sender's payload: the same id with another hash is a conflict."""
    # Without floats RFC 8785 is sorted keys without spaces, which the C encoder writes much faster.
    text = json.dumps(_said(event), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(MOST_KEYS)
def object_key(name: str) -> int:
    """A non-negative int64 that represents an object's name in the kernel (blake2b, 63 bits)."""
    return int.from_bytes(hashlib.blake2b(normal(name).encode(), digest_size=8).digest(), "big") >> 1


__all__ = [
    "KNOWN_KINDS",
    "MOST_QUANTITY",
    "TYPE_PREFIX",
    "VERIFICATION_LEVEL",
    "Event",
    "EventError",
    "Frozen",
    "IntakeStatus",
    "Verification",
    "canonical_order",
    "is_json",
    "item_of",
    "object_key",
    "parse_cloudevent",
    "payload_hash",
    "read_json",
    "to_cloudevent",
]
