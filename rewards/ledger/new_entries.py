"""Drafts of ledger entries, and their moves between accounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from rewards.store.badges import NO_OBJECT
from rewards.store.rows import ComparedRow, JournalRow, PostingRow

MINT, EARNED, SPENDABLE, HELD = "mint", "earned", "spendable", "held"
ALLOWANCE, BUDGET, EXPIRED, REDEEMED = "allowance", "budget", "expired", "redeemed"
NOBODY = 0

Move = tuple[str, int, str, int]
"""(account, holder's internal id or 0, detail, millipoints)."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A journal entry not yet posted. Dates are ordinals, instants microseconds, amounts millipoints."""

    person_id: int | None
    origin: str
    kind: str
    rule: str
    amount: int
    reason: str
    scheme_version: int
    local_date: int
    board_date: int
    team: str
    occurred_us: int
    arguments: dict[str, object] = field(default_factory=dict)
    event_ref: int | None = None
    hold_until_us: int | None = None
    reverses: int | None = None
    dedupe: str | None = None
    object_key: int | None = None
    moves: tuple[Move, ...] = ()


def badge_of(entry: "NewEntry | JournalRow | ComparedRow") -> tuple[str, int]:
    """The badge of a draft or a row of the journal: (name, key of the object or NO_OBJECT)."""
    return entry.rule, NO_OBJECT if entry.object_key is None else entry.object_key


def award_moves(person_id: int, amount: int, *, held: bool) -> tuple[Move, ...]:
    """The moves of an award of `amount` (which may be negative) to a person."""
    if amount == 0:
        return ()
    if held:
        return ((MINT, NOBODY, "", -amount), (HELD, person_id, "", amount))
    return (
        (MINT, NOBODY, "", -2 * amount),
        (EARNED, person_id, "", amount),
        (SPENDABLE, person_id, "", amount),
    )


def opposite(row: JournalRow, postings: Iterable[PostingRow], origin: str, reason: str) -> NewEntry:
    """The entry that undoes `row`, on the dates of `row`."""
    return NewEntry(
        person_id=row.person_id,
        origin=origin,
        kind=row.kind,
        rule=row.rule,
        amount=-row.amount,
        reason=reason,
        scheme_version=row.scheme_version,
        local_date=row.local_date,
        board_date=row.board_date,
        team=row.team,
        occurred_us=row.occurred_us,
        arguments={"entry": row.id},
        event_ref=row.event_ref,
        reverses=row.id,
        object_key=row.object_key,
        moves=tuple((one.account, one.person_id or NOBODY, one.detail, -one.amount) for one in postings),
    )


def on_dates(draft: NewEntry, local_date: int, board_date: int) -> NewEntry:
    """The draft booked on other dates (an undo inside a closed period is booked today)."""
    return replace(draft, local_date=local_date, board_date=board_date)


def inherited(draft: NewEntry, heirs: Mapping[int, int]) -> NewEntry:
    """The draft booked to the account into which the person's own was merged, if any."""
    if draft.person_id is None or draft.person_id not in heirs:
        return draft
    moves = tuple(
        (account, heirs.get(who, who), detail, amount) for account, who, detail, amount in draft.moves
    )
    return replace(draft, person_id=heirs[draft.person_id], moves=moves)
