"""Entries without an event of their own: a challenge's bonus, a nomination's award, a highlight. Each is posted once, by its key."""

from collections.abc import Mapping, Sequence
from typing import Literal

from rewards.amounts import points_text
from rewards.ledger.new_entries import NewEntry, award_moves
from rewards.ledger.places import local_ordinal
from rewards.ledger.posting import post
from rewards.ledger.undo import opposites
from rewards.scoring.reasons import Reason
from rewards.store import bonuses as rows
from rewards.store.journal import key_of
from rewards.store.rows import AnyPerson, JournalRow
from rewards.store.session import Transaction


def bonus(
    person: AnyPerson,
    kind: Literal["challenge", "nomination", "highlight"],
    of: str,
    amount: int,
    arguments: Mapping[str, str],
    *,
    version: int,
    board_zone: str,
    dedupe: str,
    now_us: int,
) -> NewEntry:
    """The entry of `amount` millipoints (0 is recorded too) for a row of `person`, booked now. `arguments` explain it.

    Its rule is `kind:of`, since a rule and a badge may have the same id.
    """
    return NewEntry(
        person_id=person.id, origin=rows.ORIGIN, kind=kind, rule=f"{kind}:{of}", amount=amount, reason=str(Reason(kind)),
        scheme_version=version, local_date=local_ordinal(now_us, person.timezone),
        board_date=local_ordinal(now_us, board_zone), team=person.team, occurred_us=now_us, dedupe=dedupe,
        arguments={"points": points_text(amount), **arguments},
        moves=award_moves(person.id, amount, held=False),
    )  # fmt: skip


def challenge_key(name: str, first_date: int, version: int | None = None) -> str:
    """The prefix of the dedupe keys of a challenge's bonuses, for all versions or one; the person's internal id follows."""
    return f"challenge:{name}:{first_date}:" + ("" if version is None else f"{version}:")


def take_back(
    tx: Transaction, organisation: str, given: Sequence[JournalRow], origin: str, reason: str, *, now_us: int
) -> None:
    """Undo bonuses, each on the account that has it by now."""
    post(tx, organisation, opposites(tx, organisation, given, origin, reason), now_us)


def drop_doubles(
    tx: Transaction, organisation: str, gone: int, kept: int, closed_us: int, *, now_us: int
) -> None:
    """Before two accounts become one: what the open period paid both for the same is taken back from `gone`."""

    def paid(person_id: int) -> dict[str, JournalRow]:
        found = rows.standing(tx, organisation, person_id)
        return {key_of(row).rpartition(":")[0]: row for row in found if row.occurred_us >= closed_us}

    mine = paid(kept)
    doubled = [row for key, row in sorted(paid(gone).items()) if key in mine]
    take_back(tx, organisation, doubled, "merge", "merged", now_us=now_us)
