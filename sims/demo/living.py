"""The demo company goes on living: history is filled up to now, colleagues act while one watches, and the worker works beside them."""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path

from rewards.content.content import get_item, publish_item
from rewards.faults import NotFound, Unavailable
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.logs import begin_log, log, log_error
from rewards.outside.delivery import HttpSender, Send
from rewards.outside.mail import Post
from rewards.people.accounts import somebody_with
from rewards.people.people import list_people
from rewards.people.rights import ROLES
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.events import last_scored
from rewards.store.session import Database, Transaction, open_database
from rewards.store.units import from_us
from rewards.worker import work_once
from sims.demo.acts import Act, Calendar, with_a_tool
from sims.demo.colleagues import Colleagues
from sims.demo.content import weekly_item
from sims.loop.scores import renew_scores
from sims.scenario.scenario import Scenario

HISTORY = timedelta(days=28)
"""What is filled at most: whatever lies further back stays a gap."""
LONGEST_STEP = timedelta(seconds=10)
LONGEST_GAP = timedelta(hours=1)
"""After a longer pause, say of a machine that slept, the time between is filled as at a start."""
MOST_ACTS_A_ROUND = 20
ROUND_SECONDS = 1.0
BURST_SECONDS, BREATH_SECONDS = 0.25, 0.05
"""While history is filled each act is a transaction; after a burst of them whoever waits for a turn gets one: it is asked for every 20
ms."""

Pause = Callable[[float], bool | None]
"""Waits for so many seconds; True where one is to stop."""

Happening = tuple[datetime, Callable[[datetime], object]]
"""Something that happens at a time, and is told when that is."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What was filled in: since when, and how many acts."""

    since: datetime
    acts: int


class Life:
    """The colleagues of one demo company. `speed`: so many times as fast as in life; 0 leaves them still."""

    def __init__(
        self,
        db: Database,
        organisation: str,
        scenario: Scenario,
        speed: float,
        now: datetime,
        *,
        pause: Pause = time.sleep,
    ) -> None:
        self._db, self._organisation, self._speed = db, organisation, speed
        self._scenario = with_a_tool(scenario)
        self._pause = pause
        self._met: tuple[list[str], list[str], Colleagues] | None = None
        self._calendar: Calendar | None = None
        self._version = NO_SCHEME
        self._last = self._model_time = now

    def catch_up(self, now: datetime) -> Caught:
        """Fill what is missing up to now, at the pace of life; after a long pause its last four weeks.

        The model runs while no transaction is open, and each act is a transaction of its own: pages answer meanwhile. Where it is cut
        short, it goes on at the next call from what is there; what was done already is refused as a repetition.
        """
        with self._db.read() as tx:
            start = self._reached(tx, now)
            calendar = self._known(tx, now)
        happened = [
            *((monday, partial(self._week, monday)) for monday in mondays(start, now)),
            *((act.at, partial(self._act, act, act.at)) for act in calendar.between(start, now)),
        ]
        done, burst = 0, time.monotonic() + BURST_SECONDS
        for _, happen in sorted(happened, key=lambda each: each[0]):
            done += happen()
            if time.monotonic() > burst:
                if self._pause(BREATH_SECONDS):
                    break
                burst = time.monotonic() + BURST_SECONDS
        return Caught(start, done)

    def fill(self, tx: Transaction, now: datetime, beside: Sequence[Happening] = ()) -> Caught:
        """The same inside the transaction that makes the company; `beside`: what else happened, each at its time."""
        start = self._reached(tx, now)
        acts = self._known(tx, now).between(start, now)
        colleagues = self._colleagues(tx)
        happened: list[Happening] = [(act.at, partial(colleagues.do, tx, act)) for act in acts]
        weeks: list[Happening] = [
            (monday, partial(publish_week, tx, self._organisation)) for monday in mondays(start, now)
        ]
        done = 0
        for at, happen in sorted([*weeks, *beside, *happened], key=lambda each: each[0]):
            done += happen(at) is True
        return Caught(start, done)

    def round(self, now: datetime) -> int:
        """What the colleagues do until now, each act in a transaction of its own; returns how many."""
        if not self._speed:
            return 0
        if now - self._last > LONGEST_GAP:
            caught = self.catch_up(now)
            self._last = now
            return caught.acts
        before = self._model_time
        self._model_time += min(now - self._last, LONGEST_STEP) * self._speed
        self._last = now
        for monday in mondays(now - timedelta(days=7), now):
            self._week(monday)
        with self._db.read() as tx:
            calendar = self._known(tx, now)
        acts = calendar.between(before, self._model_time)
        return sum(self._act(act, now) for act in acts[-MOST_ACTS_A_ROUND:])

    def _reached(self, tx: Transaction, now: datetime) -> datetime:
        """How far history goes: what those did whom one signs in as says nothing about the others."""
        latest = last_scored(tx, self._organisation, but=self._everybody(tx)[1])
        return now - HISTORY if latest is None else max(from_us(latest), now - HISTORY)

    def _week(self, monday: datetime) -> bool:
        """See that the week's item is there; it is no act, so never True."""
        with self._db.read() as tx:
            missing = not is_published(tx, self._organisation, monday)
        if missing:
            with self._db.begin() as tx:
                publish_week(tx, self._organisation, monday)
        return False

    def _act(self, act: Act, now: datetime) -> bool:
        with self._db.begin() as tx:
            return self._colleagues(tx).do(tx, act, now)

    def _everybody(self, tx: Transaction) -> tuple[list[str], list[str], Colleagues]:
        """Everybody but those whom one signs in as, who do nothing by themselves; and those."""
        if self._met is None:
            people = [one.id for one in list_people(tx, self._organisation)]
            shown = {role: somebody_with(tx, self._organisation, role) for role in ROLES}
            others = [one for one in people if one not in shown.values()]
            signed_in = [one for one in people if one in shown.values()]
            self._met = others, signed_in, Colleagues(self._organisation, shown["hr"] or "hr")
        return self._met

    def _colleagues(self, tx: Transaction) -> Colleagues:
        return self._everybody(tx)[2]

    def _known(self, tx: Transaction, now: datetime) -> Calendar:
        """The acts under what was in force when: whoever publishes another scheme in the demo sees what becomes of it."""
        schemes = Schemes.of(tx, self._organisation)
        turns = [(from_us(at).date(), version) for at, version in schemes.turns if from_us(at) <= now]
        turns = turns or [(now.date(), NO_SCHEME)]
        day, version = turns[-1]
        if self._calendar is None:
            known = [(on, _of(schemes, one)) for on, one in turns]
            self._calendar = Calendar(self._scenario, known, self._everybody(tx)[0])
        elif version != self._version:
            # While one watches, the colleagues' days run ahead of those of the ledger.
            self._calendar.turn(max(day, self._model_time.date()), _of(schemes, version))
        self._version = version
        return self._calendar


def _of(schemes: Schemes, version: int) -> IncentiveScheme | None:
    return None if version == NO_SCHEME else schemes.scheme(version)


def mondays(after: datetime, until: datetime) -> list[datetime]:
    """Six o'clock UTC of the Mondays in (after, until]."""
    first = after.date() - timedelta(days=after.weekday())
    weeks = range((until.date() - first).days // 7 + 1)
    found = [_at_six(first + timedelta(days=7 * week)) for week in weeks]
    return [one for one in found if after < one <= until]


def _at_six(day: date) -> datetime:
    return datetime.combine(day, time_of_day(6), UTC)


def is_published(tx: Transaction, organisation: str, monday: datetime) -> bool:
    """Whether the week's item is there."""
    try:
        get_item(tx, organisation, weekly_item(monday).id)
    except NotFound:
        return False
    return True


def publish_week(tx: Transaction, organisation: str, monday: datetime) -> None:
    """Put the week's item on the grid, if it is not there: without new ones everything would have expired some day."""
    if not is_published(tx, organisation, monday):
        publish_item(tx, organisation, weekly_item(monday), monday)


def live(
    db: Database,
    life: Life,
    stop: threading.Event,
    post: Post | None,
    send: Send,
) -> None:
    """Bring the history up to now, then rounds of colleagues and of the worker until told to stop."""
    behind = True
    while not stop.wait(ROUND_SECONDS):
        now = datetime.now(UTC)
        try:
            if behind:
                caught = life.catch_up(now)
                behind = False
                log.info("the company went on", since=caught.since.isoformat(), acts=caught.acts)
            life.round(now)
            work_once(db, now, send, post)
            renew_scores(db, now)
        except Unavailable as error:
            log.warning("a round was put off", why=error.brief)
        except Exception as error:
            # What one round of the demo stumbles over does not end it.
            log_error("a round of the demo failed", error)


def start_beside(url: str, organisation: str, scenario: Path, speed: float, post: Post | None) -> BaseProcess:
    """Live in a process beside the server, which ends with this one."""
    process = get_context("spawn").Process(
        target=_live_beside, args=(url, organisation, scenario, speed, post), daemon=True, name="demo"
    )
    process.start()
    return process


def _live_beside(url: str, organisation: str, scenario: Path, speed: float, post: Post | None) -> None:
    begin_log()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    starter = parent_process()
    assert starter is not None
    # Killed outright, the server cannot tell; then nobody watches any more.
    threading.Thread(target=_stop_after, args=(starter, stop), daemon=True).start()
    db = open_database(url)
    try:
        life = Life(db, organisation, Scenario.load(scenario), speed, datetime.now(UTC), pause=stop.wait)
        live(db, life, stop, post, HttpSender())
    finally:
        db.close()


def _stop_after(starter: BaseProcess, stop: threading.Event) -> None:
    starter.join()
    stop.set()
