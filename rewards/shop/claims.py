"""Rewards bought with spendable points: stock, budget, approval, refund. Redeeming never lowers a rank."""

from dataclasses import dataclass
from datetime import datetime

from rewards.amounts import amount_text
from rewards.faults import Conflict, Insufficient, NotFound, Refused
from rewards.language import gettext, msg
from rewards.ledger.new_entries import BUDGET, MINT, NOBODY, REDEEMED, SPENDABLE, NewEntry
from rewards.ledger.places import today
from rewards.ledger.posting import post, post_once
from rewards.ledger.undo import opposites
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.people.people import refuse_own
from rewards.scheme.scheme import Reward, millipoints
from rewards.store import claims as rows
from rewards.store import journal as journal_rows
from rewards.store import people as people_rows
from rewards.store import states, trail
from rewards.store.persons import accounts_of, find_row
from rewards.store.rows import ClaimRow, NamedPersonRow
from rewards.store.session import Transaction
from rewards.store.units import digest, from_us, maybe_us, to_us


@dataclass(frozen=True, slots=True)
class RewardOffer:
    """A reward as one person sees it; `left` None means unlimited."""

    id: str
    title: str
    description: str
    cost_millipoints: int
    left: int | None
    needs_approval: bool
    affordable: bool
    refund: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: requested → approved or declined; approved or requested → cancelled. Declined and cancelled refund."""

    id: int
    person: str | None
    reward: str
    cost_millipoints: int
    status: str
    claimed_at: datetime
    decided_at: datetime | None
    reason: str | None


def rewards_for(tx: Transaction, organisation: str, person: str, now: datetime) -> list[RewardOffer]:
    """The rewards of the scheme in force."""
    who = find_row(tx, organisation, person)
    _, offered = _offers(tx, organisation, now)
    taken = rows.taken(tx, organisation)
    money = journal_rows.balance_of(tx, organisation, SPENDABLE, who.id) or 0
    return [
        RewardOffer(
            one.id, one.title, one.description, millipoints(one.points),
            None if one.stock is None else max(0, one.stock - taken.get(one.id, 0)), one.approval, millipoints(one.points) <= money,
            one.refund,
        )
        for one in offered
    ]  # fmt: skip


def claim_reward(
    tx: Transaction, organisation: str, person: str, reward: str, key: str, *, now: datetime
) -> Claim:
    """Buy a reward; the same key again gives the same claim.

    Raises NotFound for the reward, Insufficient for points, stock or budget, Conflict for a key used for another reward.
    """
    who = find_row(tx, organisation, person)
    states.lock(tx, organisation, [who.id])
    dedupe, *former = (f"claim:{id_}:{digest(key)}" for id_ in accounts_of(tx, who))
    before = rows.by_dedupe(tx, organisation, [dedupe, *former])
    if before is not None:
        if before.reward != reward:
            raise Conflict(
                "key {key!r}: was used for reward {reward!r}; use a new key", key=key, reward=before.reward
            )
        return _claim(before, person)
    version, offered = _offers(tx, organisation, now)
    offer = next((one for one in offered if one.id == reward), None)
    if offer is None:
        raise NotFound(
            "reward {reward!r}: not in the scheme in force; name one of {value}",
            reward=reward,
            value=[one.id for one in offered],
        )
    if who.status == "inactive":
        raise Refused("reward: the person is not active; reactivate first")
    with tx.savepoint():
        return _buy(tx, organisation, who, offer, version, dedupe=dedupe, now_us=to_us(now))


def _buy(
    tx: Transaction,
    organisation: str,
    who: NamedPersonRow,
    offer: Reward,
    version: int,
    *,
    dedupe: str,
    now_us: int,
) -> Claim:
    cost, reward = millipoints(offer.points), offer.id
    day = today(now_us, Schemes.of(tx, organisation).zone(version))
    period = f"{day.year:04d}-{day.month:02d}"
    money = journal_rows.balance_of(tx, organisation, SPENDABLE, who.id) or 0
    if money < cost:
        raise Insufficient(
            "spendable points: {amount_text} asked, {amount_text_2} there; earn more first",
            amount_text=amount_text(cost),
            amount_text_2=amount_text(money),
        )
    # Fixed lock order: the person, then the stock, then the budget (balances).
    if not rows.take(tx, organisation, reward, offer.stock):
        raise Insufficient("stock of reward {reward!r}: none left; choose another reward", reward=reward)
    moves = [(SPENDABLE, who.id, "", -cost), (REDEEMED, who.id, "", cost)] if cost else []
    if offer.budget_points is not None:
        budget = f"{reward}:{period}"
        _open_budget(tx, organisation, offer, period, version, day=day.toordinal(), now_us=now_us)
        moves += [(BUDGET, NOBODY, budget, -cost), (MINT, NOBODY, "", cost)] if cost else []
    draft = NewEntry(
        person_id=who.id, origin="claim", kind="claim", rule=reward, amount=-cost, reason="redeemed",
        scheme_version=version, local_date=day.toordinal(), board_date=day.toordinal(), team="",
        occurred_us=now_us, dedupe=dedupe, moves=tuple(moves),
    )  # fmt: skip
    (journal_id,) = post(tx, organisation, [draft], now_us)
    claim_id = rows.add(
        tx,
        {
            "organisation_id": organisation, "person_id": who.id, "reward": reward, "cost": cost,
            "value": offer.unit_cost_cents, "period": period, "status": "requested" if offer.approval else "approved",
            "journal_id": journal_id, "dedupe": dedupe, "claimed_us": now_us,
        },
    )  # fmt: skip
    trail.tell(tx, organisation, [("claim.made", {"claim": claim_id, "reward": reward})], now_us)
    return _claim(_find(tx, organisation, claim_id), who.external_id)


def approve_claim(
    tx: Transaction, organisation: str, claim: int, actor: str, reason: str, *, now: datetime
) -> Claim:
    """Let a requested claim go through. Raises NotFound, Conflict when it is not waiting, Refused for the actor's own."""
    row = _find(tx, organisation, claim)
    refuse_own(
        tx,
        organisation,
        actor,
        row.person_id,
        msg("claim {claim}: is your own; ask a colleague to decide"),
        claim=claim,
    )
    if not rows.move(tx, claim, ("requested",), "approved", actor, reason=reason, at_us=to_us(now)):
        raise Conflict(
            "claim {claim}: status {status!r} is not waiting for approval; nothing to do",
            claim=claim,
            status=row.status,
        )
    trail.log(tx, organisation, actor, "claim.approve", str(claim), reason=reason, at_us=to_us(now))
    return get_claim(tx, organisation, claim)


def decline_claim(
    tx: Transaction, organisation: str, claim: int, actor: str, reason: str, *, now: datetime
) -> Claim:
    """Refuse a requested claim; points, stock and budget return."""
    return _refund(tx, organisation, claim, ("requested",), "declined", actor=actor, reason=reason, now=now)


def cancel_claim(
    tx: Transaction,
    organisation: str,
    claim: int,
    actor: str,
    reason: str,
    *,
    now: datetime,
    by_hr: bool = False,
) -> Claim:
    """Take a claim back; points, stock and budget return.

    The terms are those under which it was made. HR (`by_hr`) takes back whatever was not taken back, but for her own.
    Raises Conflict when it was taken back before, or can no longer be.
    """
    row = _find(tx, organisation, claim)
    if by_hr:
        refuse_own(
            tx,
            organisation,
            actor,
            row.person_id,
            msg("claim {claim}: is your own; ask a colleague to decide"),
            claim=claim,
        )
    elif row.status == "approved" and (why := _final(tx, organisation, row, now)):
        raise Conflict("claim {claim}: {why}", claim=claim, why=why)
    return _refund(tx, organisation, claim, rows.OPEN, "cancelled", actor=actor, reason=reason, now=now)


def returnable(tx: Transaction, organisation: str, person: str, now: datetime) -> set[int]:
    """The person's claims that can be cancelled now."""
    found = rows.of_person(tx, find_row(tx, organisation, person).id)
    return {
        row.id
        for row in found
        if row.status in rows.OPEN and not (row.status == "approved" and _final(tx, organisation, row, now))
    }


def _final(tx: Transaction, organisation: str, row: ClaimRow, now: datetime) -> str:
    """Why an approved claim can no longer be taken back by whom it is; '' where it can."""
    entry = journal_rows.get(tx, organisation, row.journal_id)
    assert entry is not None
    assert entry is not None
    schemes = Schemes.of(tx, organisation)
    terms = next((one for one in schemes.scheme(entry.scheme_version).rewards if one.id == row.reward), None)
    if terms is None or terms.refund == "always":
        return ""
    if terms.approval:
        return gettext("approved, and handed out since; it could be taken back until it was approved; ask HR")
    zone = schemes.zone(entry.scheme_version)
    if today(row.claimed_us, zone) == today(to_us(now), zone):
        return ""
    return gettext("it needed nobody's approval and could be taken back on the day of the claim; ask HR")


def claims_for(tx: Transaction, organisation: str, person: str) -> list[Claim]:
    """The person's claims, the newest first."""
    return [_claim(row, person) for row in rows.of_person(tx, find_row(tx, organisation, person).id)]


def count_waiting(tx: Transaction, organisation: str) -> int:
    """Number of claims that wait for approval."""
    return rows.count_waiting(tx, organisation)


def claims_waiting(tx: Transaction, organisation: str, limit: int | None = None) -> list[Claim]:
    """Claims that wait for approval, the oldest first."""
    found = rows.waiting(tx, organisation, limit)
    known = people_rows.names(tx, organisation, [row.person_id for row in found])
    return [_claim(row, known.get(row.person_id, (None, ""))[0]) for row in found]


def _refund(
    tx: Transaction,
    organisation: str,
    claim: int,
    before: tuple[str, ...],
    after: str,
    *,
    actor: str,
    reason: str,
    now: datetime,
) -> Claim:
    row = _find(tx, organisation, claim)
    states.lock(tx, organisation, [row.person_id])
    if not rows.move(tx, claim, before, after, actor, reason=reason, at_us=to_us(now)):
        raise Conflict(
            "claim {claim}: status {status!r}; it cannot become {after}",
            claim=claim,
            status=_find(tx, organisation, claim).status,
            after=after,
        )
    rows.put_back(tx, organisation, row.reward)
    entry = journal_rows.get(tx, organisation, row.journal_id)
    assert entry is not None
    post(tx, organisation, opposites(tx, organisation, [entry], "refund", "refunded"), to_us(now))
    trail.log(tx, organisation, actor, f"claim.{after}", str(claim), reason=reason, at_us=to_us(now))
    return get_claim(tx, organisation, claim)


def _open_budget(
    tx: Transaction, organisation: str, offer: Reward, month: str, version: int, *, day: int, now_us: int
) -> None:
    """Set a month's budget to the amount in the version in force less the month's claims.

    Of claimants at the same time one funds it, the others wait for it. A version that raises or lowers the amount changes the rest alone.
    """
    if offer.budget_points is None:
        return
    budget, whole = f"{offer.id}:{month}", millipoints(offer.budget_points)

    def fund(amount: int, dedupe: str | None) -> NewEntry:
        return NewEntry(
            person_id=None, origin="budget", kind="budget", rule=offer.id, amount=amount, reason="budget",
            scheme_version=version, local_date=day, board_date=day, team="", occurred_us=now_us, dedupe=dedupe,
            moves=((MINT, NOBODY, "", -amount), (BUDGET, NOBODY, budget, amount)) if amount else (),
        )  # fmt: skip

    if journal_rows.balance_of(tx, organisation, BUDGET, NOBODY, budget) is None:
        post_once(tx, organisation, fund(whole, f"budget:{budget}"), now_us)
    left = journal_rows.lock_balance(tx, organisation, BUDGET, NOBODY, budget) or 0
    right = max(0, whole - rows.spent(tx, organisation, offer.id, month))
    if left != right:
        post(tx, organisation, [fund(right - left, None)], now_us)


def _offers(tx: Transaction, organisation: str, now: datetime) -> tuple[int, tuple[Reward, ...]]:
    schemes = Schemes.of(tx, organisation)
    version = schemes.at(to_us(now))
    return version, () if version == NO_SCHEME else schemes.scheme(version).rewards


def _find(tx: Transaction, organisation: str, claim: int) -> ClaimRow:
    row = rows.find(tx, organisation, claim)
    if row is None:
        raise NotFound(
            "claim {claim}: not in organisation {organisation!r}; check the number",
            claim=claim,
            organisation=organisation,
        )
    return row


def get_claim(tx: Transaction, organisation: str, claim: int) -> Claim:
    """One claim. Raises NotFound."""
    row = _find(tx, organisation, claim)
    known = people_rows.names(tx, organisation, [row.person_id])
    return _claim(row, known.get(row.person_id, (None, ""))[0])


def _claim(row: ClaimRow, person: str | None) -> Claim:
    return Claim(
        row.id,
        person,
        row.reward,
        row.cost,
        row.status,
        from_us(row.claimed_us),
        maybe_us(row.decided_us),
        row.reason,
    )
