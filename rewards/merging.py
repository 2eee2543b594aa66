"""Two accounts of one human become one: events move, and the open period is counted again for both."""

from datetime import datetime

from rewards.faults import NotFound, Refused
from rewards.fold import Folder
from rewards.ledger import MINT, NOBODY, Draft, award_moves, post
from rewards.people import erase, find_row
from rewards.places import local_ordinal, places
from rewards.schemes import Schemes
from rewards.store import events as event_rows
from rewards.store import journal as journal_rows
from rewards.store import links as link_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import states, trail
from rewards.store.session import Transaction
from rewards.store.units import to_us


def merge_people(
    tx: Transaction, organisation: str, keep: str, drop: str, now: datetime, actor: str = "system"
) -> None:
    """Move everything of `drop` to `keep`. Caps then hold for both together, from the open period on.

    What closed periods gave moves as one entry; spendable points move as they are. Raises Refused for one and the same.
    """
    home = organisation_rows.find_exclusive(tx, organisation)
    if home is None:
        raise NotFound(f"organisation {organisation!r}: unknown; create it first")
    kept, gone = find_row(tx, organisation, keep), find_row(tx, organisation, drop)
    if kept.id == gone.id:
        raise Refused(f"person {keep!r}: cannot be merged with itself; name two accounts")
    now_us = to_us(now)
    locked = states.lock(tx, organisation, [kept.id, gone.id])
    schemes = Schemes.of(tx, organisation)
    closed_us = states.BEFORE_ALL_US if home.closed_until_us is None else int(home.closed_until_us)
    event_rows.move(tx, gone.id, kept.id, closed_us)
    link_rows.move(tx, gone.id, kept.id)
    folder = Folder(tx, organisation, schemes, closed_us, now_us)
    where = places(tx, [kept, gone])
    for person in sorted((kept, gone), key=lambda row: int(row.id)):
        folder.replay(person, where[person.id], locked[person.id])
    folder.post()
    _move_rest(tx, organisation, gone.id, kept.id, kept.team, local_ordinal(now_us, kept.timezone), now_us)
    people_rows.change(tx, gone.id, {"merged_into": kept.id})
    erase(tx, organisation, drop, now, actor)
    trail.log(tx, organisation, actor, "people.merge", f"person:{gone.id}", f"into person:{kept.id}", now_us)


def _move_rest(
    tx: Transaction, organisation: str, gone: int, kept: int, team: str, day: int, now_us: int
) -> None:
    """What the replay did not move: awards of closed periods, gifts and top-ups."""
    earned = journal_rows.balance_of(tx, organisation, "earned", gone) or 0
    spendable = (journal_rows.balance_of(tx, organisation, "spendable", gone) or 0) - earned
    drafts = []
    for person_id, sign in ((gone, -1), (kept, 1)):
        moves = list(award_moves(person_id, sign * earned, held=False))
        if spendable:
            moves += [(MINT, NOBODY, "", -sign * spendable), ("spendable", person_id, "", sign * spendable)]
        drafts.append(
            Draft(
                person_id=person_id,
                origin="merge",
                kind="points",
                rule="",
                amount=sign * earned,
                reason="merged",
                scheme_version=0,
                local_date=day,
                board_date=day,
                team=team,
                occurred_us=now_us,
                moves=tuple(moves),
            )
        )
    if earned or spendable:
        post(tx, organisation, drafts, now_us)
