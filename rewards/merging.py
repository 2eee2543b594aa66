"""Two accounts of one human become one: events move, and the open period is counted again for both."""

from dataclasses import replace
from datetime import datetime

from rewards.bonuses import drop_doubles
from rewards.faults import NotFound, Refused
from rewards.fold import closed_until, replay_people
from rewards.ledger import MINT, NOBODY, Draft, award_moves, badge_of, opposite, post
from rewards.people import erase, find_row
from rewards.places import local_ordinal
from rewards.store import events as event_rows
from rewards.store import journal as journal_rows
from rewards.store import links as link_rows
from rewards.store import nominations as nomination_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import reviews as review_rows
from rewards.store import states, trail
from rewards.store import webhooks as webhook_rows
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
    states.lock(tx, organisation, [kept.id, gone.id])
    event_rows.move(tx, gone.id, kept.id, closed_until(home))
    link_rows.move(tx, gone.id, kept.id)
    nomination_rows.move(tx, organisation, gone.id, kept.id)
    review_rows.move(tx, gone.id, kept.id)
    webhook_rows.move(tx, gone.id, kept.id)
    # Both states are folded anew, also one that had no event so far.
    replay_people(tx, organisation, home, [kept.id, gone.id], now_us, idle_too=True)
    _move_kept(tx, organisation, gone.id, kept.id, now_us)
    drop_doubles(tx, organisation, gone.id, kept.id, closed_until(home), now_us)
    _move_rest(tx, organisation, gone.id, kept.id, kept.team, local_ordinal(now_us, kept.timezone), now_us)
    people_rows.change(tx, gone.id, {"merged_into": kept.id})
    erase(tx, organisation, drop, now, actor)
    trail.log(tx, organisation, actor, "people.merge", f"person:{gone.id}", f"into person:{kept.id}", now_us)


def _move_kept(tx: Transaction, organisation: str, gone: int, kept: int, now_us: int) -> None:
    """Badges and waiting awards of closed periods: undone for one account, and the same for the other, once."""
    mine = {(row.badge, row.object_key) for row in journal_rows.badges_of(tx, kept) if row.revoked_us is None}
    rows = [
        row
        for row in journal_rows.standing(tx, gone, states.BEFORE_ALL_US)
        if row.kind == "badge" or row.hold_until_us is not None
    ]
    postings = journal_rows.postings_of(tx, [row.id for row in rows])
    drafts: list[Draft] = []
    for row in rows:
        undone = opposite(row, postings.get(row.id, ()), "merge", "merged")
        drafts.append(undone)
        if row.kind != "badge" or badge_of(row) not in mine:
            moves = tuple(
                (account, kept if who else NOBODY, detail, -x) for account, who, detail, x in undone.moves
            )
            drafts.append(
                replace(
                    undone, person_id=kept, amount=row.amount, reverses=None, moves=moves, hold_until_us=row.hold_until_us
                )
            )  # fmt: skip
    post(tx, organisation, drafts, now_us)


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
