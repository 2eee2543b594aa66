"""The part of an import's preview that a page shows, small enough to be stored with the file."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from rewards.people.reimporting import Change, Plan, RowFault

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class New:
    """A person who would be added."""

    id: str
    name: str
    segment: str
    team: str
    timezone: str
    role: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The first MOST_SHOWN rows of each part of a plan, and the number of rows in each."""

    added: tuple[New, ...]
    changed: tuple[Change, ...]
    missing: tuple[tuple[str, str], ...]
    deactivated: tuple[tuple[str, str], ...]
    faults: tuple[RowFault, ...]
    count: Mapping[str, int]
    stamp: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A previewed file: header, number of rows, column mapping, and changes.

    `shown` None: `fault` names the reason why there is no preview.
    """

    header: tuple[str, ...]
    rows: int
    columns: Mapping[str, int]
    for_new: Mapping[str, str]
    shown: Shown | None
    fault: str = ""


_LOOKED = TypeAdapter(Looked)


def shown_of(plan: Plan) -> Shown:
    """The part of a plan that a page shows."""
    return Shown(
        added=tuple(
            New(row.id, row.name, row.segment, row.team, row.timezone, row.role)
            for row in plan.added[:MOST_SHOWN]
        ),
        changed=plan.changed[:MOST_SHOWN],
        missing=plan.missing[:MOST_SHOWN],
        deactivated=plan.deactivated[:MOST_SHOWN],
        faults=plan.faults[:MOST_SHOWN],
        count={
            "added": len(plan.added),
            "changed": len(plan.changed),
            "unchanged": plan.unchanged,
            "missing": len(plan.missing),
            "deactivated": len(plan.deactivated),
            "faults": len(plan.faults),
        },
        stamp=plan.stamp,
    )


def written(looked: Looked) -> str:
    """The preview serialised for storage."""
    return _LOOKED.dump_json(looked).decode()


def read(text: str) -> Looked:
    """The preview deserialised from storage."""
    return _LOOKED.validate_json(text)
