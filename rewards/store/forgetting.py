"""Erasure in free text: every occurrence of a person's id, name or address is replaced by a number.

The ledger is append-only and never holds names: its rows refer to internal ids. Every other free-text column
is swept, including those of tables added later.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from unicodedata import normalize

from sqlalchemy import Column, Table, Text, or_, select, update

from rewards.store import facts, schema
from rewards.store.session import Transaction

# Hashed documents that name no employees.
_WHOLE = frozenset({"scheme_version.document", "result.body"})
_GRID = (schema.content_item, schema.content_draft)
"""Tables whose documents `content_fact` is derived from; it is rewritten with them."""
_SHORTEST_PART = 3


def words_for(external_id: str, name: str, email: str | None, other_names: Iterable[str]) -> list[str]:
    """Words that identify a person: id, name, address, and parts of the name that no other person shares."""
    shared = {part.casefold() for other in other_names for part in other.split()}
    parts = [part for part in name.split() if len(part) >= _SHORTEST_PART and part.casefold() not in shared]
    whole = [one for one in (external_id, name, email) if one]
    return sorted({*whole, *parts}, key=lambda word: (-len(word), word))


def _forms(words: Sequence[str]) -> list[str]:
    # Tags and topics are stored case-folded, where some letters become two.
    variants = {one for word in words for one in (word, word.casefold())}
    return sorted(
        {normalize(form, one) for one in variants for form in ("NFC", "NFD")}, key=len, reverse=True
    )


def pattern_of(words: Sequence[str]) -> re.Pattern[str]:
    """A pattern that matches the words as whole words, in any case and Unicode form."""
    return re.compile(
        "|".join(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])" for word in _forms(words)), re.IGNORECASE
    )


def forget_words(tx: Transaction, organisation: str, words: Sequence[str], replacement: str) -> None:
    """Replace the words, in any case and Unicode form, in every free-text column of the organisation outside the ledger."""
    words, pattern = _forms(words), pattern_of(words)
    for table, columns in _free_texts():
        keys = list(table.primary_key.columns)
        written = [column.icontains(word, autoescape=True) for column in columns for word in _cases(words)]
        query = select(*keys, *columns).where(table.c.organisation_id == organisation, or_(*written))
        for row in tx.execute(query).all():
            values = row._mapping
            changed = {
                column.name: pattern.sub(replacement, values[column.name])
                for column in columns
                if values[column.name] is not None and pattern.search(values[column.name])
            }
            if changed:
                here = [key == values[key.name] for key in keys]
                tx.execute(update(table).where(*here).values(**changed))
                if "document" in changed and table in _GRID:
                    item = str(values["item"])
                    facts.note(
                        tx, organisation, item, changed["document"], drafted=table is schema.content_draft
                    )


def forget_payloads(tx: Transaction, person_id: int) -> None:
    """Delete the payload hashes of a person's events: with the other fields known, guessed ids could be tested against a hash."""
    event = schema.event
    where = or_(event.c.person_id == person_id, event.c.owner_id == person_id)
    tx.execute(update(event).where(where).values(payload_hash=""))


def _free_texts() -> Iterator[tuple[Table, list[Column[Any]]]]:
    for table in schema.metadata.sorted_tables:
        if table.name in (
            *schema.APPEND_ONLY,
            "organisation",
            "person_identity",
            "person_alias",
            "content_fact",
        ):
            continue
        columns = [
            column
            for column in table.columns
            if type(column.type) is Text and f"{table.name}.{column.name}" not in _WHOLE
        ]
        if columns:
            yield table, columns


def _cases(words: Sequence[str]) -> set[str]:
    # SQLite folds the case of ASCII only.
    return {form for word in words for form in (word, word.lower(), word.upper(), word.title())}
