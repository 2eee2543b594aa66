"""Columns by which the grid of content is filtered and ordered: derived from each document alone whenever it is written."""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete

from rewards.fields import name_of
from rewards.store import schema
from rewards.store.session import Transaction
from rewards.store.units import to_us, upsert

FACT = schema.content_fact
_KEYS = ("organisation_id", "item", "drafted")


def note(tx: Transaction, organisation: str, item: str, document: str, *, drafted: bool) -> None:
    """Store the derived columns of a document just written."""
    columns = told_by(document)
    row = {"organisation_id": organisation, "item": item, "drafted": drafted, **columns}
    tx.execute(upsert(tx, FACT).on_conflict_do_update(index_elements=_KEYS, set_=columns), row)


def drop_drafted(tx: Transaction, organisation: str, item: str) -> None:
    """Delete the derived columns of a draft."""
    tx.execute(
        delete(FACT).where(FACT.c.organisation_id == organisation, FACT.c.item == item, FACT.c.drafted)
    )


def told_by(document: str) -> dict[str, Any]:
    """The columns derived from a document; names are normalised, also in documents stored before normalisation."""
    body = json.loads(document.replace("\\u0000", ""))
    channels = {name_of(str(name)): one for name, one in body["channels"].items()}
    topic = name_of(str(body.get("topic") or ""))
    tags = [name_of(str(tag)) for tag in body.get("tags") or ()]
    starts, ends = body.get("starts_on"), body.get("expires_at")
    return {
        "searched": f"{body['id']} {body['title']} {body.get('summary') or ''}".casefold(),
        "segments": listed(body.get("segments") or ()),
        "channels": listed(channels),
        "tags": listed(dict.fromkeys([*tags, *([topic] if topic else [])])),
        "topic": topic,
        "language": str(body.get("language") or "").strip(),
        "starts_on": date.fromisoformat(starts).toordinal() if starts else None,
        "expires_us": to_us(datetime.fromisoformat(ends)) if ends else None,
        "open_somewhere": any(one.get("status") != "red" for one in channels.values()),
    }


def listed(values: Any) -> str:
    """A list of texts as one text with line breaks around each, so that a search for one value never matches inside another."""
    lines = [json.dumps(str(value), ensure_ascii=False) for value in values]
    return "\n".join(["", *lines, ""]) if lines else ""


def one_of_list(value: str) -> str:
    """One text in the encoding of `listed`, to search for."""
    return listed([value])


def values_of(text: str) -> list[str]:
    """The texts encoded by `listed`."""
    return [json.loads(line) for line in text.split("\n") if line]
