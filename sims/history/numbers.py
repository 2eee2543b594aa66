"""Numbers as spreadsheets write them: 1200, 1,200.5, 1.200,5 and 12,5, by what all numbers of a table have in common."""

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
    """A number without currency, and without spaces and apostrophes between its thousands."""
    return _BETWEEN.sub("", cell.strip(_MONEY))


def said_by(cell: str) -> Decimal | None:
    """Which decimal sign a number tells; None where it has none, or may have either: 1.200."""
    text = bare(cell)
    if _GROUPED.fullmatch(text):
        return None
    return next((sign for sign, pattern in _SAID.items() if pattern.fullmatch(text)), None)


@dataclass(frozen=True)
class Reader:
    """Reads numbers by the decimal sign that was told, or that the numbers of a table tell; None: no number tells one."""

    sign: Decimal | None

    @classmethod
    def of(cls, told: Decimal | None, cells: Iterable[str]) -> "Reader":
        """From the numbers of a table, where nobody told it. What contradicts the first that tells is for whoever reads it."""
        return cls(told or next((found for cell in cells if (found := said_by(cell))), None))

    def doubtful(self, cell: str) -> bool:
        """Whether nothing tells if it is a fraction or thousands."""
        return self.sign is None and _GROUPED.fullmatch(bare(cell)) is not None

    def read(self, cell: str) -> float:
        """Its value; a doubtful one is of thousands. Raises ValueError."""
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
