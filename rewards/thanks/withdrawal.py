"""Taking thanks back: the receiver's side and the event are undone, the words are gone from every list, the allowance returns."""

import json
from dataclasses import replace
from datetime import datetime

from rewards.faults import Conflict, NotFound, Refused
from rewards.ledger.fold import closed_until
from rewards.ledger.new_entries import SPENDABLE, inherited, on_dates, opposite
from rewards.ledger.places import today
from rewards.ledger.posting import post
from rewards.ledger.undo import void_event
from rewards.ledger.versions import Schemes
from rewards.store import events as event_rows
from rewards.store import journal as journal_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import recognition as rows
from rewards.store import reviews, states, trail
from rewards.store.persons import find_row
from rewards.store.rows import KudosRow, OrganisationRow
from rewards.store.session import Transaction
from rewards.store.units import to_us
from rewards.thanks.recognition import SOURCE

OF_THANKS = ("reciprocal", "ring")


def withdraw_kudos(
    tx: Transaction,
    organisation: str,
    kudos: int,
    giver: str | None,
    actor: str,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Take a gift back: the giver's own, or anybody's where `giver` is None (HR).

    Raises NotFound for a gift that is not there or not the giver's, Conflict for one that was taken back or declined, Refused where the
    receiver has spent the points.
    """
    home = organisation_rows.find_shared(tx, organisation)
    gift = rows.find(tx, organisation, kudos)
    if (
        gift is None
        or home is None
        or (giver is not None and gift.giver_id != find_row(tx, organisation, giver).id)
    ):
        raise NotFound(
            "thanks {kudos}: not among those that can be taken back; see the list of thanks given",
            kudos=kudos,
        )
    states.lock(tx, organisation, [gift.giver_id, gift.receiver_id])
    gift = rows.find(tx, organisation, kudos)
    assert gift is not None
    if gift.status in rows.UNDONE:
        raise Conflict("thanks {kudos}: {status} already; nothing to do", kudos=kudos, status=gift.status)
    now_us = to_us(now)
    if gift.status == "held":
        _close_review(tx, organisation, kudos, actor, now_us)
    else:
        _undo(tx, organisation, home, gift, now_us)
    rows.set_status(tx, kudos, "withdrawn")
    give_allowance_back(tx, organisation, gift, now_us)
    trail.log(tx, organisation, actor, "kudos.withdraw", str(kudos), reason=reason, at_us=now_us)
    trail.tell(tx, organisation, [("kudos.withdrawn", {"kudos": kudos})], now_us)


def give_allowance_back(tx: Transaction, organisation: str, gift: KudosRow, now_us: int) -> None:
    """Return the amount of a gift to the giver's allowance, in the period that it came from."""
    sent = journal_rows.by_dedupe(tx, organisation, gift.dedupe)
    if sent is None or not gift.amount:
        return
    postings = journal_rows.postings_of(tx, [sent.id])[sent.id]
    heirs = people_rows.heirs(tx, organisation, [journal_rows.person_of(sent)])
    back = replace(
        opposite(sent, postings, "refund", "refunded"), occurred_us=now_us, team="", event_ref=None
    )
    post(tx, organisation, [inherited(back, heirs)], now_us)


def _undo(tx: Transaction, organisation: str, home: OrganisationRow, gift: KudosRow, now_us: int) -> None:
    given = journal_rows.gift_of(tx, organisation, gift)
    if given is not None and gift.amount:
        postings = journal_rows.postings_of(tx, [given.id])[given.id]
        heirs = people_rows.heirs(tx, organisation, [journal_rows.person_of(given)])
        back = inherited(opposite(given, postings, "reversal", "reversed"), heirs)
        left = journal_rows.balance_of(tx, organisation, SPENDABLE, back.person_id or 0) or 0
        if any(account == SPENDABLE for account, *_ in back.moves) and left < gift.amount:
            raise Refused(
                "thanks {id}: the points were spent; thanks can be taken back before they are", id=gift.id
            )
        if given.occurred_us < closed_until(home):
            schemes = Schemes.of(tx, organisation)
            day = today(now_us, schemes.zone(schemes.at(now_us))).toordinal()
            back = on_dates(back, day, day)
        post(tx, organisation, [back], now_us)
    event = event_rows.find(tx, organisation, SOURCE, f"kudos:{gift.id}")
    if event is not None and event.voided_at_us is None:
        void_event(tx, organisation, home, event, now_us)


def _close_review(tx: Transaction, organisation: str, kudos: int, actor: str, now_us: int) -> None:
    for row in reviews.open_ones(tx, organisation, kinds=OF_THANKS):
        if json.loads(row.detail).get("kudos") == kudos:
            reviews.decide(tx, row.id, "declined", actor, "taken back by the giver", at_us=now_us)
