"""Posting: drafts become journal entries, double-entry postings, balances and projections, in one transaction.

An award of x moves: mint −2x, earned +x (ranks, never spent), spendable +x. While it is held: mint −x, held +x.
Postings of an entry sum to zero. Entries are never changed; undoing posts the opposite, once.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeVar

from rewards.ledger import pool
from rewards.ledger.lots import Purse, purse_of
from rewards.ledger.new_entries import BUDGET, EARNED, EXPIRED, MINT, NOBODY, SPENDABLE, NewEntry, badge_of
from rewards.store import badges as badge_rows
from rewards.store import credentials as credential_rows
from rewards.store import journal as rows
from rewards.store import projections
from rewards.store import purses as purse_rows
from rewards.store.rows import SpendableRow
from rewards.store.session import Transaction
from rewards.store.units import dump

KeyT = TypeVar("KeyT")


def post(tx: Transaction, organisation: str, drafts: Sequence[NewEntry], now_us: int) -> list[int]:
    """Append the drafts and update every projection; returns the entries' ids in order.

    Raises Insufficient when an allowance, a budget or a held balance would fall below zero.
    """
    return book(tx, organisation, drafts, now_us)[1]


def book(
    tx: Transaction, organisation: str, drafts: Sequence[NewEntry], now_us: int
) -> tuple[list[NewEntry], list[int]]:
    """As `post`; returns the drafts as booked too: awards are spendable only as far as the budget reached."""
    for draft in drafts:
        if sum(move[3] for move in draft.moves) != 0:
            raise AssertionError(f"entry of rule {draft.rule!r}: postings sum to a value other than zero")
    booked = _within_budget(tx, organisation, drafts, now_us)
    ids = rows.add_entries(tx, [_journal_row(organisation, draft, now_us) for draft in booked])
    _move(tx, organisation, booked, ids, now_us)
    if back := _lapsed_before(tx, organisation, booked, now_us):
        post(tx, organisation, back, now_us)
    return booked, ids


def _within_budget(
    tx: Transaction, organisation: str, drafts: Sequence[NewEntry], now_us: int
) -> list[NewEntry]:
    """The drafts, with awards spendable only as far as the scheme's budget reaches."""
    found = pool.budget_in_force(tx, organisation, now_us)
    if found is None or not any(pool.wants(draft) for draft in drafts):
        return list(drafts)
    budget, name, day = found

    def fund(amount: int, count: int) -> NewEntry:
        moves = ((MINT, NOBODY, "", -amount), (BUDGET, NOBODY, name, amount)) if amount else ()
        return NewEntry(
            person_id=None, origin="budget", kind="budget", rule="", amount=amount, reason="budget", scheme_version=0, local_date=day,
            board_date=day, team="", occurred_us=now_us, dedupe=pool.funding_key(name, count), moves=moves,
        )  # fmt: skip

    if rows.balance_of(tx, organisation, BUDGET, NOBODY, name) is None:
        post_once(tx, organisation, fund(pool.whole(budget), 0), now_us)
    left = rows.lock_balance(tx, organisation, BUDGET, NOBODY, name) or 0
    funded, count = pool.funded(tx, organisation, name)
    # A version that raises or lowers the budget changes the rest in the window, and takes no granted points back.
    change = max(pool.whole(budget) - funded, -left)
    if change and count:
        post_once(tx, organisation, fund(change, count), now_us)
    return pool.within_budget(drafts, name, left + change)


def purses(tx: Transaction, ids: Collection[int]) -> dict[int, Purse]:
    """The spendable points of these people, award by award, those of accounts merged into theirs included."""
    heirs = purse_rows.merged_into(tx, ids)
    mine: dict[int, list[SpendableRow]] = {id_: [] for id_ in ids}
    for entry in purse_rows.entries_of(tx, [*ids, *heirs]):
        mine[heirs.get(entry.person_id, entry.person_id)].append(entry)
    return {id_: purse_of(entries) for id_, entries in mine.items()}


def _lapsed_before(
    tx: Transaction, organisation: str, drafts: Sequence[NewEntry], now_us: int
) -> list[NewEntry]:
    """Compensation for expired points of awards just reversed: a reversal takes back no points that had already expired."""
    undone = {
        holder: draft
        for draft in drafts
        if draft.reverses is not None
        for account, holder, _, amount in draft.moves
        if account == SPENDABLE and amount < 0
    }
    if not undone or not purse_rows.any_lapsed(tx, organisation):
        return []
    owed = {who: purse.owed for who, purse in purses(tx, list(undone)).items()}
    return [
        replace(
            undone[who], origin="expiry", kind="expiry", rule="", amount=amount, reason="not_expired", arguments={}, event_ref=None,
            reverses=None, object_key=None, occurred_us=now_us,
            moves=((EXPIRED, who, "", -amount), (SPENDABLE, who, "", amount)),
        )
        for who, amount in sorted(owed.items())
        if amount
    ]  # fmt: skip


def post_once(tx: Transaction, organisation: str, draft: NewEntry, now_us: int) -> int | None:
    """Post an entry unless one of the same dedupe key is there; returns its id, or None. Waits for a rival transaction."""
    id_ = rows.add_entry_once(tx, _journal_row(organisation, draft, now_us))
    if id_ is not None:
        _move(tx, organisation, [draft], [id_], now_us)
    return id_


def _move(
    tx: Transaction, organisation: str, drafts: Sequence[NewEntry], ids: Sequence[int], now_us: int
) -> None:
    """Postings, balances and projections of entries just appended."""
    postings: list[dict[str, object]] = []
    badges: set[tuple[int, str, int]] = set()
    balances: dict[tuple[str, int, str], int] = {}
    days: dict[tuple[int, int], int] = {}
    teams: dict[tuple[str, int], int] = {}
    scores: dict[tuple[str, int], int] = {}
    for id_, draft in zip(ids, drafts, strict=True):
        for account, holder, detail, amount in draft.moves:
            postings.append(
                {
                    "organisation_id": organisation,
                    "journal_id": id_,
                    "account": account,
                    "person_id": holder or None,
                    "detail": detail,
                    "amount": amount,
                }
            )
            # The mint's balance is minus the sum of all others: keeping it would be one row that all writers lock.
            if account != MINT:
                _add(balances, (account, holder, detail), amount)
            if account == EARNED:
                _add(days, (holder, draft.local_date), amount)
                _add(teams, (draft.team, draft.board_date), amount)
                for window in projections.windows(draft.board_date):
                    _add(scores, (window, holder), amount)
        if draft.kind in badge_rows.BADGE_KINDS and draft.person_id is not None:
            badges.add((draft.person_id, *badge_of(draft)))
    if lost := badge_rows.refresh(tx, organisation, badges):
        credential_rows.revoke_lost(tx, lost, now_us)
    rows.add_postings(tx, postings)
    rows.add_to_balances(tx, organisation, balances)
    projections.add(tx, organisation, days, teams, scores)


def _add(sums: dict[KeyT, int], key: KeyT, amount: int) -> None:
    sums[key] = sums.get(key, 0) + amount


def _journal_row(organisation: str, draft: NewEntry, now_us: int) -> dict[str, object]:
    return {
        "organisation_id": organisation,
        "person_id": draft.person_id,
        "event_ref": draft.event_ref,
        "origin": draft.origin,
        "kind": draft.kind,
        "rule": draft.rule,
        "amount": draft.amount,
        "reason": draft.reason,
        "arguments": dump(draft.arguments),
        "scheme_version": draft.scheme_version,
        "local_date": draft.local_date,
        "board_date": draft.board_date,
        "team": draft.team,
        "occurred_us": draft.occurred_us,
        "recorded_us": now_us,
        "hold_until_us": draft.hold_until_us,
        "reverses": draft.reverses,
        "dedupe": draft.dedupe,
        "object_key": draft.object_key,
    }
