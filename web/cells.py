"""Cells of files that spreadsheets open."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def text_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before it keeps it text."""
    return f"'{text}" if text.startswith(_FORMULA) else text
