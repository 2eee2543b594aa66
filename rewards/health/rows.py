"""Row types of program health, shared by page, file and API."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One number. `group`: of whom or what ('': of all). `told`: as it may be said; `value`: the number where it may be known.

    `of`: out of how many, where it is a part. `until`: a date that goes with it, ISO.
    """

    section: str
    measure: str
    group: str
    told: str
    value: float | None
    of: int | None = None
    until: str = ""


@dataclass(frozen=True, slots=True)
class HealthWeek:
    """One week by its Monday. `low` and `high`: the forecast's 80 % band of sharers, where there is a forecast."""

    monday: str
    sharers: str
    shares: int
    clicks: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """Everything of one moment. `minimum`: below how many people nothing is said of a group; `hidden`: segments left out for it."""

    as_of: str
    minimum: int
    hidden: int
    forecast: str
    rows: tuple[HealthRow, ...]
    weeks: tuple[HealthWeek, ...]

    def of(self, section: str) -> list[HealthRow]:
        """The rows of a section."""
        return [row for row in self.rows if row.section == section]

    def one(self, measure: str) -> HealthRow | None:
        """The row of a measure for the whole, if there is one."""
        return next((row for row in self.rows if row.measure == measure and not row.group), None)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def opened(body: Mapping[str, Any]) -> Health:
    """The inverse of `as_json`. Raises TypeError for a body of another version of the program."""
    if set(body) != {field.name for field in fields(Health)}:
        raise TypeError("kept by another version of the program")
    rest = {name: body[name] for name in ("as_of", "minimum", "hidden", "forecast")}
    rows, weeks = body["rows"], body["weeks"]
    return Health(
        **rest,
        rows=tuple(HealthRow(**row) for row in rows),
        weeks=tuple(HealthWeek(**week) for week in weeks),
    )


def number(section: str, measure: str, value: float, group: str = "", **more: Any) -> HealthRow:
    """A row of a number that anybody may know."""
    text = str(int(value)) if float(value).is_integer() else f"{value:.4g}"
    return HealthRow(section, measure, group, text, float(value), **more)


def telling(section: str, measure: str, told: str, group: str = "", **more: Any) -> HealthRow:
    """A row with a count of people under disclosure control (`rewards.disclosure`)."""
    return HealthRow(section, measure, group, told, float(told) if told.isdecimal() else None, **more)
