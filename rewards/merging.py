"""Merging two accounts of one human: all references move to the heir, and the open period is replayed.

Each table's columns declare what a merge does; the append-only ledger is moved by entries. People whose limits count both
accounts (because they thanked both, say) are replayed too.
"""

import json
from dataclasses import replace
from datetime import datetime

from rewards.faults import NotFound, Refused
from rewards.ledger.bonuses import drop_doubles
from rewards.ledger.differences import NOT_FOLDED
from rewards.ledger.fold import closed_until, replay_people
from rewards.ledger.new_entries import (
    ALLOWANCE,
    EARNED,
    HELD,
    MINT,
    NOBODY,
    Move,
    NewEntry,
    badge_of,
    opposite,
)
from rewards.ledger.places import local_ordinal
from rewards.ledger.posting import post
from rewards.people.membership import take_over
from rewards.people.people import keep_an_administrator, set_opt_out
from rewards.store import accounts as account_rows
from rewards.store import badges as badge_rows
from rewards.store import credentials as credential_rows
from rewards.store import journal as journal_rows
from rewards.store import mail as mail_rows
from rewards.store import merging as rows
from rewards.store import nominations as nomination_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import projections, states, trail
from rewards.store import recognition as recognition_rows
from rewards.store.persons import find_row
from rewards.store.rows import NamedPersonRow
from rewards.store.session import Transaction
from rewards.store.units import to_us
from rewards.thanks.withdrawal import withdraw_kudos


def merge_people(
    tx: Transaction, organisation: str, keep: str, drop: str, now: datetime, *, actor: str = "system"
) -> None:
    """Merge `drop` into `keep`. Caps then apply to both together, from the open period on.

    The id of `drop` remains valid as an alias of `keep`. Awards of closed periods move by entries on the same dates, so that boards
    change only in the name. Raises Refused for one and the same.
    """
    home = organisation_rows.find_exclusive(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    kept, gone = find_row(tx, organisation, keep), find_row(tx, organisation, drop)
    if kept.id == gone.id:
        raise Refused("person {keep!r}: cannot be merged with itself; name two accounts", keep=keep)
    if "admin" not in account_rows.roles_of(tx, kept.id):
        keep_an_administrator(tx, organisation, gone.external_id)
    now_us, closed_us = to_us(now), closed_until(home)
    others = rows.companions(tx, gone.id, closed_us) - {kept.id}
    states.lock(tx, organisation, [kept.id, gone.id, *others])
    _undo_thanks(tx, organisation, gone.id, kept.id, actor, now=now)
    signed = rows.valid_credentials(tx, gone.id)
    _move_rows(tx, organisation, gone, kept, closed_us)
    take_over(tx, organisation, gone, kept, now, actor=actor)
    if gone.opted_out and not kept.opted_out:
        set_opt_out(tx, organisation, kept.external_id, True, now)
    # Both states are folded again, also one without events so far.
    replay_people(tx, organisation, home, [kept.id, gone.id, *others], now_us, idle_too=True)
    _move_untold(tx, organisation, gone.id, kept.id, closed_us, now_us=now_us)
    _move_kept(tx, organisation, gone.id, kept.id, now_us)
    drop_doubles(tx, organisation, gone.id, kept.id, closed_us, now_us=now_us)
    _move_earned(tx, organisation, gone.id, kept.id, now_us)
    _move_balances(tx, organisation, gone.id, kept, now_us)
    rows.move_credentials(tx, gone.id, kept.id, signed)
    credential_rows.revoke_lost(tx, {kept.id}, now_us)
    _close(tx, organisation, gone, kept.id)
    trail.log(
        tx,
        organisation,
        actor,
        "people.merge",
        f"person:{gone.id}",
        reason=f"into person:{kept.id}",
        at_us=now_us,
    )


def _undo_thanks(
    tx: Transaction, organisation: str, gone: int, kept: int, actor: str, *, now: datetime
) -> None:  # fmt: skip
    """Void thanks between the two. Spent points stay spent."""
    for gift in recognition_rows.between(tx, gone, kept):
        try:
            withdraw_kudos(
                tx, organisation, gift, None, actor, reason="between accounts of one person", now=now
            )
        except Refused:
            recognition_rows.set_status(tx, gift, "withdrawn")


def _move_rows(
    tx: Transaction, organisation: str, gone: NamedPersonRow, kept: NamedPersonRow, closed_us: int
) -> None:
    """Move the rows of all other tables."""
    rows.move_events(tx, organisation, gone.id, kept.id, closed_us)
    rows.move_shares(tx, gone.id, kept.id)
    rows.move_links(tx, organisation, gone.id, kept.id)
    rows.join_accounts(tx, gone.id, kept.id)
    mail_rows.join_choices(tx, gone.id, kept.id)
    nomination_rows.move(tx, organisation, gone.id, kept.id)
    rows.move_rows(tx, gone.id, kept.id)
    manager = gone.manager_id if kept.manager_id in (None, gone.id) else kept.manager_id
    known = [one.joined_date for one in (kept, gone) if one.joined_date is not None]
    values = {
        "has_history": True, "manager_id": None if manager == kept.id else manager, "joined_date": min(known, default=None),
    }  # fmt: skip
    people_rows.change(tx, kept.id, values)


def _close(tx: Transaction, organisation: str, gone: NamedPersonRow, kept: int) -> None:
    """Reduce the merged account to an anonymous row that refers to its heir."""
    rows.rename(tx, organisation, gone.id, kept)
    values = {
        "status": "erased", "hidden": True, "manager_id": None, "locale": "en", "pseudonym": f"person:{gone.id}",
        "merged_into": kept, "joined_date": None,
    }  # fmt: skip
    people_rows.change(tx, gone.id, values)
    projections.show(tx, organisation, gone.id, False)


def _move_untold(
    tx: Transaction, organisation: str, gone: int, kept: int, closed_us: int, *, now_us: int
) -> None:
    """Move zero entries of events of the open period that do not count (late ones, say), together with their events."""
    drafts: list[NewEntry] = []
    for row in journal_rows.standing(tx, gone, closed_us):
        if row.reason in NOT_FOLDED:
            undone = opposite(row, (), "replay", "merged")
            moved = replace(
                undone, person_id=kept, reverses=None, reason=row.reason, arguments=json.loads(row.arguments)
            )
            drafts += [undone, moved]
    post(tx, organisation, drafts, now_us)


def _move_kept(tx: Transaction, organisation: str, gone: int, kept: int, now_us: int) -> None:
    """Move badges and held awards of closed periods: reversed for one account, and posted for the other, once."""
    mine = {(row.badge, row.object_key) for row in badge_rows.badges_of(tx, kept) if row.revoked_us is None}
    standing = [
        row
        for row in journal_rows.standing(tx, gone, states.BEFORE_ALL_US)
        if row.kind == "badge" or row.hold_until_us is not None
    ]
    postings = journal_rows.postings_of(tx, [row.id for row in standing])
    drafts: list[NewEntry] = []
    for row in standing:
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


def _move_earned(tx: Transaction, organisation: str, gone: int, kept: int, now_us: int) -> None:
    """Move the earned points that the replay did not move, on their original dates and teams."""
    drafts = []
    for local_date, board_date, team, amount in journal_rows.earned_by_date(tx, gone):
        for who, moved in ((gone, -amount), (kept, amount)):
            moves: tuple[Move, ...] = ((EARNED, who, "", moved), (MINT, NOBODY, "", -moved))
            drafts.append(
                NewEntry(
                    person_id=who, origin="merge", kind="points", rule="", amount=moved, reason="merged", scheme_version=0,
                    local_date=local_date, board_date=board_date, team=team, occurred_us=now_us, moves=moves,
                )
            )  # fmt: skip
    post(tx, organisation, drafts, now_us)


def _move_balances(tx: Transaction, organisation: str, gone: int, kept: NamedPersonRow, now_us: int) -> None:
    """Move spendable, spent and expired points, and thanks. Allowances are not added: one human has one, minus what both gave."""
    found = journal_rows.balances(tx, organisation, gone)
    assert not any(found.get(account, {}).get("", 0) for account in (EARNED, HELD))
    left = [
        (account, detail, amount)
        for account, by in sorted(found.items())
        for detail, amount in sorted(by.items())
        if amount
    ]
    day, drafts = local_ordinal(now_us, kept.timezone), []
    for who, sign in ((gone, -1), (kept.id, 1)):
        mine = [one for one in left if who == gone or one[0] != ALLOWANCE]
        moves = [(account, who, detail, sign * amount) for account, detail, amount in mine]
        total = sum(amount for _, _, _, amount in moves)
        if total:
            moves.append((MINT, NOBODY, "", -total))
        drafts.append(
            NewEntry(
                person_id=who, origin="merge", kind="balance", rule="", amount=0, reason="merged", scheme_version=0,
                local_date=day, board_date=day, team=kept.team, occurred_us=now_us, moves=tuple(moves),
            )
        )  # fmt: skip
    if left:
        post(tx, organisation, drafts, now_us)
