"""Cells of files that spreadsheets open."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def text_cell(text: str) -> str:
    """Text escaped so that a spreadsheet does not run it as a formula: an apostrophe before it keeps it text."""
    return f"'{text}" if text.startswith(_FORMULA) else text
