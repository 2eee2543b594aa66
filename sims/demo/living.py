"""The demo's background process: extends the history up to now, lets colleagues act in real time, and runs the worker."""

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
"""The longest history that is filled in; anything earlier remains a gap."""
LONGEST_STEP = timedelta(seconds=10)
LONGEST_GAP = timedelta(hours=1)
"""A longer pause, such as by a suspended machine, is filled in as at a start."""
MOST_ACTS_A_ROUND = 20
ROUND_SECONDS = 1.0
BURST_SECONDS, BREATH_SECONDS = 0.25, 0.05
"""While history is filled in, each act is a transaction; after a burst of them others get a chance to write, who retry every 20 ms."""

Pause = Callable[[float], bool | None]
"""Waits for a number of seconds; True where the process is to stop."""

Happening = tuple[datetime, Callable[[datetime], object]]
"""(time, function of the time): a scheduled occurrence."""


@dataclass(frozen=True, slots=True)
class Caught:
    """The result of filling in: since when, and the number of acts."""

    since: datetime
    acts: int


class Life:
    """The colleagues of one demo company. `speed`: factor on real time; 0 stops them."""

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
        """Fill in missing acts up to now at real-time rates; after a long pause only the last four weeks.

        The model runs while no transaction is open, and each act is a separate transaction, so that pages respond meanwhile. After an
        interruption the next call resumes; acts already done are refused as duplicates.
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
        """Fill in within the transaction that creates the company; `beside`: further occurrences with their times."""
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
        """Carry out the colleagues' acts up to now, each in its own transaction; returns their number."""
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
        """The end of the history, without acts of the sign-in accounts, which say nothing about the others."""
        latest = last_scored(tx, self._organisation, but=self._everybody(tx)[1])
        return now - HISTORY if latest is None else max(from_us(latest), now - HISTORY)

    def _week(self, monday: datetime) -> bool:
        """Make sure that the week's item exists; always False, since this is not an act."""
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
        """(everybody except the sign-in accounts, the sign-in accounts, colleagues)."""
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
        """The acts under the schemes in force over time, so that a scheme published in the demo takes effect."""
        schemes = Schemes.of(tx, self._organisation)
        turns = [(from_us(at).date(), version) for at, version in schemes.turns if from_us(at) <= now]
        turns = turns or [(now.date(), NO_SCHEME)]
        day, version = turns[-1]
        if self._calendar is None:
            known = [(on, _of(schemes, one)) for on, one in turns]
            self._calendar = Calendar(self._scenario, known, self._everybody(tx)[0])
        elif version != self._version:
            # At a higher speed the colleagues' days run ahead of the ledger's.
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
    """True where the week's item is published."""
    try:
        get_item(tx, organisation, weekly_item(monday).id)
    except NotFound:
        return False
    return True


def publish_week(tx: Transaction, organisation: str, monday: datetime) -> None:
    """Publish the week's item unless it exists; without new items everything would eventually expire."""
    if not is_published(tx, organisation, monday):
        publish_item(tx, organisation, weekly_item(monday), monday)


def live(
    db: Database,
    life: Life,
    stop: threading.Event,
    post: Post | None,
    send: Send,
) -> None:
    """Extend the history up to now, then run rounds of colleagues and of the worker until `stop`."""
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
            # A failed round does not end the demo.
            log_error("a round of the demo failed", error)


def start_beside(url: str, organisation: str, scenario: Path, speed: float, post: Post | None) -> BaseProcess:
    """Run `live` in a process next to the server, which ends with this one."""
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
    # A killed server cannot signal its end, hence the watch on the parent process.
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
