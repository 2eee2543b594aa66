"""Parsing of numbers in spreadsheets: 1200, 1,200.5, 1.200,5 and 12,5, with one decimal sign for a whole table."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rewards.bounds import decimal_of

Decimal = Literal["point", "comma"]
_BETWEEN = re.compile(r"(?<=\d)[\s\u00a0\u202f'\u2019](?=\d{3}(?:\D|$))")
_MONEY = "€$£ \u00a0"
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")
_SAID: dict[Decimal, re.Pattern[str]] = {
    "point": re.compile(r"\d{1,3}(?:,\d{3}){2,}|\d{1,3}(?:,\d{3})+\.\d+|\d*\.\d+"),
    "comma": re.compile(r"\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:\.\d{3})+,\d+|\d*,\d+"),
}
_WITH_GROUPS: dict[Decimal, re.Pattern[str]] = {
    "point": re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?"),
    "comma": re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?"),
}


def bare(cell: str) -> str:
    """A number's text without currency, spaces and apostrophes."""
    return _BETWEEN.sub("", cell.strip(_MONEY))


def said_by(cell: str) -> Decimal | None:
    """The decimal sign that a number implies; None where it has none, or is ambiguous as in 1.200."""
    text = bare(cell)
    if _GROUPED.fullmatch(text):
        return None
    return next((sign for sign, pattern in _SAID.items() if pattern.fullmatch(text)), None)


@dataclass(frozen=True)
class Reader:
    """Parses numbers with a given decimal sign, or with the one that a table's numbers imply; None where none implies one."""

    sign: Decimal | None

    @classmethod
    def of(cls, told: Decimal | None, cells: Iterable[str]) -> "Reader":
        """A reader with the decimal sign `told`, or else that of the first unambiguous number; `read` checks the others."""
        return cls(told or next((found for cell in cells if (found := said_by(cell))), None))

    def doubtful(self, cell: str) -> bool:
        """True where the separator may mean a fraction or thousands."""
        return self.sign is None and _GROUPED.fullmatch(bare(cell)) is not None

    def read(self, cell: str) -> float:
        """The value of a cell; an ambiguous separator is taken for thousands. Raises ValueError."""
        text = bare(cell)
        sign = self.sign or _thousands_of(text)
        if _WITH_GROUPS[sign].fullmatch(text):
            text = text.replace("," if sign == "point" else ".", "")
        elif sign == "comma" and "." in text and "e" not in text.lower():
            raise ValueError("a point where commas stand before the tenths")
        return float(decimal_of(text.replace(",", ".") if sign == "comma" else text))


def _thousands_of(text: str) -> Decimal:
    found = _GROUPED.fullmatch(text)
    return "comma" if found and found.group(1) == "." else "point"
