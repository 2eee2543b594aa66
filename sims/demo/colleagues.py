"""The demo's colleagues: each act calls the same use case as a click on a page."""

from collections.abc import Callable, Mapping
from datetime import datetime

from rewards.content.content import green_lit_for
from rewards.content.links import clicks_for, declare_share, follow_link, prepare_share
from rewards.faults import Fault
from rewards.nominations.nominations import awards_for, nominate
from rewards.people.membership import join, leave, membership_of, pause, resume
from rewards.shop.claims import approve_claim, claim_reward, claims_waiting, rewards_for
from rewards.store.session import Transaction
from rewards.thanks.recognition import give_kudos
from sims.demo.acts import Act
from sims.demo.content import THANKS, WHY_NAMED

LEFT_WAITING = 3
"""Number of claims left pending for visitors; beyond it the oldest is approved."""


class Colleagues:
    """Everybody except the sign-in accounts. `hr` decides about claims that waited long enough."""

    def __init__(self, organisation: str, hr: str) -> None:
        self._organisation = organisation
        self._hr = hr
        self._how: Mapping[str, Callable[[Transaction, Act, datetime], object]] = {
            "enrol": self._enrol,
            "pause": self._pause,
            "leave": self._leave,
            "share": self._share,
            "click": self._click,
            "thank": self._thank,
            "redeem": self._redeem,
            "nominate": self._nominate,
            "decide": self._decide,
        }

    def do(self, tx: Transaction, act: Act, at: datetime) -> bool:
        """Carry out one act as of `at`; False where the product refuses it."""
        try:
            with tx.savepoint():
                return bool(self._how[act.kind](tx, act, at))
        except Fault:
            return False

    def _enrol(self, tx: Transaction, act: Act, at: datetime) -> bool:
        """Enrol a person who was invited and has not answered, or resume after a pause."""
        standing = membership_of(tx, self._organisation, act.person, at).standing
        if standing == "invited":
            join(tx, self._organisation, act.person, at)
        elif standing == "paused":
            resume(tx, self._organisation, act.person, at)
        return standing in ("invited", "paused")

    def _pause(self, tx: Transaction, act: Act, at: datetime) -> bool:
        pause(tx, self._organisation, act.person, at)
        return True

    def _leave(self, tx: Transaction, act: Act, at: datetime) -> bool:
        leave(tx, self._organisation, act.person, at)
        return True

    def _share(self, tx: Transaction, act: Act, at: datetime) -> bool:
        """Share an item on the grid that the person has not shared on that network yet, if there is one."""
        shared = {(item, channel) for item, channel, _, _ in clicks_for(tx, self._organisation, act.person)}
        open_there = [
            item.id
            for item in green_lit_for(tx, self._organisation, act.person, at)
            if (status := item.on(act.channel)) is not None
            and status.status != "red"
            and (item.id, act.channel) not in shared
        ]
        if not open_there:
            return False
        self._enrol(tx, act, at)
        chosen = open_there[act.number % len(open_there)]
        draft = prepare_share(tx, self._organisation, act.person, chosen, act.channel, now=at)
        return declare_share(tx, self._organisation, act.person, draft.code, at).status != "duplicate"

    def _click(self, tx: Transaction, act: Act, at: datetime) -> bool:
        """Click on the person's newest link that is still open."""
        visitor = f"{act.at.isoformat()}/{act.number}"
        for item, channel, _, _ in clicks_for(tx, self._organisation, act.person):
            try:
                draft = prepare_share(tx, self._organisation, act.person, item, channel, now=at)
            except Fault:
                continue
            return follow_link(tx, draft.code, "", visitor, at).counted
        return False

    def _thank(self, tx: Transaction, act: Act, at: datetime) -> bool:
        words = THANKS[(act.at.toordinal() + act.number) % len(THANKS)]
        key = f"demo:{at.isoformat()}:{act.number}"
        given = give_kudos(tx, self._organisation, act.person, act.other, words, tags=(), key=key, now=at)
        return given.status != "duplicate"

    def _redeem(self, tx: Transaction, act: Act, at: datetime) -> bool:
        """Claim the most expensive reward that the person can afford."""
        offers = [one for one in rewards_for(tx, self._organisation, act.person, at) if one.affordable]
        if not offers:
            return False
        offer = max(offers, key=lambda one: one.cost_millipoints)
        claim_reward(tx, self._organisation, act.person, offer.id, f"demo:{at.isoformat()}", now=at)
        return True

    def _nominate(self, tx: Transaction, act: Act, at: datetime) -> bool:
        awards = [one for one in awards_for(tx, self._organisation, act.person, at) if one.left]
        if not awards:
            return False
        words = WHY_NAMED[act.at.toordinal() % len(WHY_NAMED)]
        nominate(tx, self._organisation, act.person, awards[0].id, act.other, message=words, now=at)
        return True

    def _decide(self, tx: Transaction, act: Act, at: datetime) -> bool:
        waiting = claims_waiting(tx, self._organisation)
        if len(waiting) <= LEFT_WAITING:
            return False
        approve_claim(tx, self._organisation, waiting[0].id, self._hr, "Ordered and handed over.", now=at)
        return True
