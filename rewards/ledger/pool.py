"""The award budget: a pool of spendable points that all awards share. An award beyond it counts for ranks and badges only.

The pool is one balance a window (of the scheme's calendar), debited when points become spendable and credited when they are reversed.
An award that is replayed draws on the window it drew on before. The order of booking decides who draws first.
"""

from collections.abc import Sequence
from dataclasses import replace

from rewards.amounts import points_text
from rewards.ledger.new_entries import BUDGET, EARNED, MINT, NOBODY, SPENDABLE, Move, NewEntry
from rewards.ledger.places import today
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.scheme.scheme import AwardBudget, millipoints
from rewards.scoring.reasons import Reason
from rewards.store import journal as rows
from rewards.store.projections import windows
from rewards.store.session import Transaction

POOL = "awards:"
AWARDING = frozenset({"award", "replay", "release", "top_up", "bonus"})
WINDOW_AT = {"total": 0, "month": 1, "week": 2, "day": 3}
KEEPS_REASON = frozenset({str(Reason.NOW_VERIFIED), str(Reason.TOP_UP)})
"""Reasons that relate an entry to other entries: they are kept, and an empty budget is noted in the arguments."""


def budget_in_force(tx: Transaction, organisation: str, now_us: int) -> tuple[AwardBudget, str, int] | None:
    """The budget of the scheme in force, the name of the window under way and its day; None without one."""
    schemes = Schemes.of(tx, organisation)
    version = schemes.at(now_us)
    budget = None if version == NO_SCHEME else schemes.scheme(version).award_budget
    if budget is None:
        return None
    day = today(now_us, schemes.zone(version)).toordinal()
    return budget, POOL + windows(day)[WINDOW_AT[budget.window]], day


def funding_key(pool: str, count: int) -> str:
    """The keys of the entries that fund a window, the first of them 0."""
    return f"budget:{pool}:{count}"


def within_budget(drafts: Sequence["NewEntry"], pool: str, left: int) -> list["NewEntry"]:
    """The drafts with moves that the pool covers: `left` of it, after what these drafts credit for each person.

    A replay so keeps what was spendable, on the windows that it was drawn from, and so does a merge of two accounts.
    """
    wanting = {draft.person_id for draft in drafts if wants(draft)}
    handed: dict[int | None, list[tuple[str, int]]] = {}
    for draft in drafts:
        if draft.reverses is not None and draft.person_id not in wanting and draft.event_ref is not None:
            handed.setdefault(draft.event_ref, []).extend(_given_back(draft))
    returned: dict[int | None, list[tuple[str, int]]] = {}
    found: list[NewEntry] = []
    for draft in drafts:
        if draft.reverses is not None:
            returned.setdefault(draft.person_id, []).extend(_given_back(draft))
        wanted = wants(draft)
        if not wanted:
            found.append(draft)
            continue
        drawn, rest = _take(returned.get(draft.person_id, []), wanted)
        taken_over, rest = _take(handed.get(draft.event_ref, []), rest)
        more = min(left, rest)
        left -= more
        found.append(_drawing(draft, wanted, [*drawn, *taken_over, (pool, more)]))
    return found


def _given_back(draft: "NewEntry") -> list[tuple[str, int]]:
    """(window of the pool, amount) that a draft credits."""
    return [
        (detail, amount)
        for account, _, detail, amount in draft.moves
        if account == BUDGET and amount > 0 and detail.startswith(POOL)
    ]


def _take(purse: list[tuple[str, int]], wanted: int) -> tuple[list[tuple[str, int]], int]:
    """(amount drawn from each window, amount still missing)."""
    drawn = []
    while purse and wanted:
        detail, amount = purse.pop(0)
        taken = min(amount, wanted)
        drawn.append((detail, taken))
        wanted -= taken
        if amount > taken:
            purse.insert(0, (detail, amount - taken))
    return drawn, wanted


def wants(draft: "NewEntry") -> int:
    """The amount that an award would make spendable; 0 for other drafts."""
    if draft.origin not in AWARDING or draft.reverses is not None:
        return 0
    gains = {account: amount for account, _, _, amount in draft.moves if amount > 0}
    return gains.get(SPENDABLE, 0) if EARNED in gains else 0


def _drawing(draft: "NewEntry", wanted: int, drawn: Sequence[tuple[str, int]]) -> "NewEntry":
    spendable = sum(amount for _, amount in drawn)
    moves: list[Move] = []
    for account, holder, detail, amount in draft.moves:
        if account == SPENDABLE:
            moves += [(account, holder, detail, spendable)] if spendable else []
        elif account == MINT:
            # Points beyond the budget are never minted; those drawn come from the pool, whose funding was minted.
            moves.append((account, holder, detail, amount + wanted))
        else:
            moves.append((account, holder, detail, amount))
    moves += [(BUDGET, NOBODY, detail, -amount) for detail, amount in drawn if amount]
    kept = tuple(move for move in moves if move[3])
    if spendable == wanted:
        return replace(draft, moves=kept)
    arguments = {
        **draft.arguments,
        "spendable": points_text(spendable),
        "title": draft.arguments.get("title", ""),
    }
    reason = draft.reason if draft.reason in KEEPS_REASON else str(Reason.BUDGET_EMPTY)
    return replace(draft, moves=kept, reason=reason, arguments=arguments)


def funded(tx: Transaction, organisation: str, pool: str) -> tuple[int, int]:
    """By how much a window was funded, and by how many entries."""
    return rows.sum_by_key(tx, organisation, f"budget:{pool}:")


def whole(budget: AwardBudget) -> int:
    """Millipoints of a window."""
    return millipoints(budget.points)
