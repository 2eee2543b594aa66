"""The worker's periodic tasks: releasing held awards, settling results, sending webhooks and mail, deleting expired data."""

from dataclasses import dataclass, field
from datetime import datetime

from rewards.boards.highlights import give_highlights
from rewards.challenges.challenges import finish_challenges
from rewards.content.content import tell_of_recalls
from rewards.digests import make_digests
from rewards.ledger.expiry import expire_due
from rewards.ledger.holds import release_due
from rewards.logs import log_error
from rewards.outside.delivery import Delivered, Send, deliver_due
from rewards.outside.mail import Mailed, Post, send_due
from rewards.outside.requests import forget_requests
from rewards.people.accounts import forget_sessions
from rewards.people.changing import settle_moves
from rewards.people.membership import align_boards
from rewards.people.organisations import list_organisations
from rewards.publishing.notices import tell_of_announcements
from rewards.rollout.rollouts import carry_out
from rewards.store.session import Database

ANNOUNCED_A_ROUND = 10
"""Transactions, each for some hundred people; what else a round does is not kept waiting for a whole company."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """The result of one round.

    released     awards whose holding period was over, and quarantined events that became due
    challenges   challenges whose result was fixed
    highlights   highlight rounds that were closed
    lapsed       people with expired points
    mailed       mails sent, postponed or expired
    digests      people with a digest due
    told         people to whom mails of an announcement were queued
    invited      people whose treatment in a randomised rollout began
    """

    webhooks: Delivered
    released: int = 0
    challenges: int = 0
    highlights: int = 0
    lapsed: int = 0
    mailed: Mailed = field(default_factory=Mailed)
    digests: int = 0
    told: int = 0
    invited: int = 0

    @property
    def idle(self) -> bool:
        """True when the next round can wait; results that recur only by period or day are not considered."""
        sent = self.webhooks
        done = (
            self.released,
            sent.delivered,
            sent.retried,
            sent.failed,
            self.mailed.sent,
            self.digests,
            self.told,
            self.invited,
        )
        return not any(done)


def work_once(db: Database, now: datetime, send: Send, post: Post | None = None) -> Sweep:
    """One round over all organisations, each in a transaction of its own. Running it twice, or in two processes, is safe.

    Without a `post` no mail is sent: queued mails wait until they expire.
    """
    with db.read() as tx:
        slugs = [home.slug for home in list_organisations(tx)]
    released = challenges = highlights = lapsed = digests = told = invited = 0
    for slug in slugs:
        try:
            with db.begin() as tx:
                settle_moves(tx, slug, now)
                tell_of_recalls(tx, slug, now)
                released += release_due(tx, slug, now)
                if db.cache.get(("expiry", slug)) != now.date():
                    # Reads every posting, and days are its unit: once a day and process.
                    lapsed += expire_due(tx, slug, now)
            db.cache["expiry", slug] = now.date()
            told += _announce(db, slug, now)
            with db.begin() as tx:
                invited += carry_out(tx, slug, now)
            if post is not None:
                with db.begin() as tx:
                    digests += make_digests(tx, slug, now)
            # In a transaction of its own: it locks out all writers, and must not hold other locks while it waits for one.
            with db.begin() as tx:
                align_boards(tx, slug, now)
                challenges += finish_challenges(tx, slug, now)
                highlights += give_highlights(tx, slug, now)
        except Exception as error:
            # An error in one organisation does not block the others; the next round tries again.
            log_error("a round failed", error, organisation=slug)
    with db.begin() as tx:
        forget_requests(tx, now)
        forget_sessions(tx, now)
    mailed = Mailed() if post is None else send_due(db, now, post)
    return Sweep(
        deliver_due(db, now, send), released, challenges, highlights, lapsed, mailed, digests, told, invited
    )


def _announce(db: Database, organisation: str, now: datetime) -> int:
    """Queue mails of announcements for the next people, in short transactions that block nobody for long. Returns how many."""
    told = 0
    for _ in range(ANNOUNCED_A_ROUND):
        with db.begin() as tx:
            some = tell_of_announcements(tx, organisation, now)
        told += some
        if not some:
            break
    return told
