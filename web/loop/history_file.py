"""Another tool's history file on a page: its column mapping, and the history parsed with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rewards.document import DocumentError, parse_data
from rewards.language import gettext as _
from rewards.language import msg, said
from rewards.sheets import SheetError
from sims.history.columns import FLOWS, STOCKS, WHO, Columns, guessed
from sims.history.of_tables import history_of_sheet
from sims.history.series import ALL, MEASURES, History
from sims.history.sheet import header_cells
from web.sealed import in_words
from web.templating import number_text
from web.uploads import printable

FIELDS = {
    "date": msg("Day or week"),
    "team": msg("Team"),
    "segment": msg("Segment"),
    "person": msg("Person"),
    "shares": msg("Shares"),
    "clicks": msg("Clicks"),
    "active_sharers": msg("People who shared"),
    "enrolled": msg("Enrolled"),
    "joined": msg("Joined"),
    "reactions": msg("Reactions"),
    "leads": msg("Leads"),
    "spend": msg("Spend"),
}
CHOICES = ("every", "duplicates", "missing", "decimal")
WORDS = ("date_format", "headcount")
SAVED = ".json"


@dataclass(frozen=True)
class FileView:
    """A parsed file. `header`: headings (empty: an exported history); `columns`: the heading mapped to each field; `fault`: parse error.

    `rows`: each measure with its total (flow) or last value (stock), and how many of its periods are known.
    """

    header: Sequence[str]
    columns: Mapping[str, str]
    given: Mapping[str, str]
    history: History | None
    fault: str
    rows: Sequence[tuple[str, str, str]]

    @property
    def notes(self) -> list[str]:
        """Assumptions that the parser made about the file."""
        return [in_words(text) for text in self.history.warnings] if self.history else []

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Display names of the fields that a column can be mapped to."""
        return [(name, _(title)) for name, title in FIELDS.items()]


def name_of(name: str) -> str:
    """A printable file name of limited length."""
    return printable(name[-120:]) or "file"


def columns_from(given: Mapping[str, str]) -> dict[str, str]:
    """The column mapping in a form; empty where the form has none yet."""
    if not any(f"column_{name}" in given for name in FIELDS):
        return {}
    kept = {name: given.get(f"column_{name}", "")[:200] for name in FIELDS}
    return {**kept, **{name: given.get(name, "").strip()[:40] for name in (*CHOICES, *WORDS)}}


def look(name: str, sheet: bytes, given: Mapping[str, str]) -> FileView:
    """Parse a file with the mapping in `given`, or with one guessed from the headings; errors are returned in `fault`, never raised."""
    if name.lower().endswith(SAVED):
        return _saved(name, sheet)
    try:
        header = [cell for cell in header_cells(sheet) if cell]
    except SheetError as error:
        return FileView([], {}, given, None, f"{name}:{error.line}: {error}", [])
    columns = {field: given[field] for field in FIELDS if given.get(field)} if given else guessed(header)
    try:
        history = history_of_sheet(sheet, name, _columns(columns, given))
    except DocumentError as error:
        return FileView(header, columns, given, None, str(error), [])
    return FileView(header, columns, given, history, "", _rows(history))


def _columns(columns: Mapping[str, str], given: Mapping[str, str]) -> Columns:
    """The mapping with every unmapped measure left out, whatever headings the file has. Raises DocumentError."""
    unread = [name for name in (*WHO, *STOCKS, *FLOWS) if name not in columns]
    told: dict[str, Any] = {**columns, "leave_out": unread}
    told |= {name: given[name] for name in (*CHOICES, *WORDS) if given.get(name)}
    if "headcount" in told and not (told["headcount"].isascii() and told["headcount"].isdecimal()):
        raise DocumentError(
            "headcount: got {value!r}; a whole number is required; mend it", value=told["headcount"]
        )
    return parse_data(told, Columns, "columns")


def _saved(name: str, sheet: bytes) -> FileView:
    try:
        history = parse_data(json.loads(sheet), History, name)
    except DocumentError as error:
        return FileView([], {}, {}, None, str(error), [])
    except (ValueError, RecursionError):
        fault = said("{name}:1: is no JSON; send what `groundswell history export` wrote", name=name)
        return FileView([], {}, {}, None, fault, [])
    return FileView([], {}, {}, history, "", _rows(history))


def _rows(history: History) -> list[tuple[str, str, str]]:
    found = []
    for name, values in history.series[ALL].items():
        known = [value for value in values if value is not None]
        stock = MEASURES[name].kind == "stock"
        value = number_text(known[-1] if stock else sum(known)) if known else _("not known")
        told = _("{known} of {all}").format(known=len(known), all=history.periods)
        title = _(FIELDS[name]) if name in FIELDS else MEASURES[name].title
        found.append((title, value, told))
    return found
