"""Whatever people do, in whatever order: the ledger verifies, and what stands is what canonical order gives."""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rewards.challenges.challenges import finish_challenges
from rewards.document import load_yaml
from rewards.faults import Fault
from rewards.ledger.holds import release_due
from rewards.ledger.periods import close_period
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from rewards.nominations.decisions import decide_round, rounds_to_decide
from rewards.nominations.nominations import nominate
from rewards.people.people import (
    change_zone,
    deactivate,
    erase,
    link_people,
    reactivate,
    set_leave,
    set_opt_out,
)
from rewards.publishing.drafts import retire_version
from rewards.publishing.publication import publish_scheme, roll_back, scheme_in_force, shadow
from rewards.review import decide, open_reviews
from rewards.shop.claims import cancel_claim, claim_reward
from rewards.store import people as people_rows
from rewards.store.migrate import upgrade
from rewards.store.rebuild import rebuild, stored
from rewards.store.session import open_database
from rewards.thanks.recognition import give_kudos
from tests.conftest import NOON, World
from tests.soundness import assert_sound

BODY = """
rules:
  - {{id: share, title: Share, on: share, points: {points}, per_object: {once}, cooldown_minutes: {cooldown},
     decay: {{factor: 1/2, window: day}}, caps: [{{window: day, points: 30}}]}}
  - {{id: click, title: Click, on: click, points: 3, per: unit, hold_hours: {hold}, caps: [{{window: week, points: 20}}]}}
  - {{id: thanks, title: Thanked, on: kudos, beneficiary: owner, points: 2}}
  - {{id: read, title: Read, on: share, beneficiary: owner, points: 1}}
badges:
  - {{id: first, title: First, points: 5, groups: [[{{metric: awards, of: share, at_least: 1}}]]}}
  - {{id: loud, title: Loud, permanent: false, points: 1, groups: [[{{metric: points, at_least: 30}}]]}}
  - {{id: steady, title: Steady, permanent: false, groups: [[{{metric: streak, of: daily, at_least: 2}}]]}}
streaks: [{{id: daily, title: Daily, kinds: [share]}}]
caps: [{{window: day, points: 45}}]
challenges: [{{id: go, title: Go, metric: events, of: share, goal: 2, days: 1, unit: {unit}, points: {points}}}]
recognition:
  kudos: {{allowance: 40, gift: 10, per_pair: 5, reciprocal_limit: 1, spendable: true}}
  nominations: [{{id: helper, title: Helper, every_days: 1, per_person: 2, points: {points}}}]
calendar: {{grace_hours: 12}}
rewards:
  - {{id: mug, title: Mug, points: 15, stock: 2}}
  - {{id: trip, title: Trip, points: 10, budget_points: 20, approval: true}}
fair_play: {{review_above_per_hour: 4}}
"""


SHAPES: dict[str, tuple[str, ...]] = {
    "whole": (),
    "without badges": ("badges",),
    "without streaks": ("badges", "streaks"),
    "without rules": ("rules", "badges", "caps"),
    "turned": (),
}


def scheme_text(points: int, once: str, cooldown: int, hold: int, unit: str, shape: str) -> str:
    body = BODY.format(points=points, once=once, cooldown=cooldown, hold=hold, unit=unit)
    _, data = load_yaml(f"name: s\ntitle: S\n{body}")
    for part in SHAPES[shape]:
        del data[part]
    if shape == "turned":
        data["rules"].reverse()
        data["badges"].reverse()
        data["rules"][-1]["caps"].insert(0, {"window": "week", "points": 60})
    return yaml.safe_dump(data)


schemes = st.builds(
    scheme_text,
    st.sampled_from([5, 20, 40]),
    st.sampled_from(["once", "each"]),
    st.sampled_from([0, 90]),
    st.sampled_from([0, 24]),
    st.sampled_from(["person", "everyone"]),
    st.sampled_from(["whole", *SHAPES]),
)
people = st.sampled_from(World.people)
hours_ago = st.one_of(st.integers(0, 3), st.integers(0, 80))
OLD_ENOUGH = 6  # Merging and erasing early would leave nobody to whom anything happens.
_ZONES = ["Asia/Tokyo", "Pacific/Honolulu", "Europe/Madrid"]


@cache
def template() -> bytes:
    """A migrated, empty SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite"
        db = open_database(f"sqlite:///{path}")
        upgrade(db)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

        db.close()
        return path.read_bytes()


class AnyHistory(RuleBasedStateMachine):
    """Use cases in any order on one SQLite file; refusals are fine, unsound books are not."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "any.sqlite"
        path.write_bytes(template())
        self.db = open_database(f"sqlite:///{path}")
        self.world = World(self.db)
        self.sent: list[Any] = []
        self.entries: list[int] = []
        self.claims: list[int] = []
        self.keys = 0

    def teardown(self) -> None:
        self.db.close()
        self.folder.cleanup()

    @initialize(text=schemes)
    def found(self, text: str) -> None:
        self.world.found(text)

    def attempt(self, work: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        """A use case in its own transaction; None when it was refused."""
        try:
            with self.db.begin() as tx:
                return work(tx, "acme", *arguments, **more)
        except Fault:
            return None

    @rule(hours=st.sampled_from([1, 5, 26]))
    def time_passes(self, hours: int) -> None:
        self.world.now += timedelta(hours=hours)

    @rule(
        who=people, kind=st.sampled_from(["share", "click", "kudos"]), ago=hours_ago, item=st.integers(0, 3),
        quantity=st.integers(0, 4), owner=st.one_of(st.none(), people), ahead=st.booleans(),
    )  # fmt: skip
    def happens(
        self, who: str, kind: str, ago: int, item: int, quantity: int, owner: str | None, ahead: bool
    ) -> None:
        at = self.world.now - timedelta(hours=ago) + (timedelta(minutes=30) if ahead else timedelta())
        event = self.world.event(
            who, at, kind, object=f"item-{item}", quantity=quantity, owner=owner, source=f"s{item}"
        )
        self.sent.append(event)
        self.take([event])

    def take(self, events: list[Any]) -> None:
        for receipt in self.world.record(*events):
            self.entries.extend(entry.id for entry in receipt.entries)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), changed=st.booleans())
    def comes_again(self, data: st.DataObject, changed: bool) -> None:
        event = data.draw(st.sampled_from(self.sent))
        if changed:
            event = event.model_copy(update={"quantity": event.quantity + 1})
        self.take([event, event])

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def taken_back(self, data: st.DataObject) -> None:
        self.attempt(
            reverse_entry, data.draw(st.sampled_from(self.entries)), "hr", "test", now=self.world.now
        )

    @rule(text=schemes, mode=st.sampled_from(["prospective", "top_up", "exact"]), hours=st.integers(0, 50))
    def published(self, text: str, mode: str, hours: int) -> None:
        scheme, now = World.scheme(text), self.world.now
        at = now if mode == "prospective" else now - timedelta(hours=hours)
        # Bonuses that are due are paid before and after, since the shadow tells of what the version alone changes.
        self.attempt(finish_challenges, now)
        before = {p: self.total(p) for p in self.present()}
        seen = self.attempt(shadow, scheme, at, now, mode=mode)
        done = self.attempt(publish_scheme, scheme, at, "hr", "test", now, mode)
        if done is None or mode == "prospective":
            return
        self.attempt(finish_challenges, now)
        after = {p: self.total(p) for p in before}
        changed = {p: after[p] - before[p] for p in before if after[p] != before[p]}
        assert changed == seen.by_person
        if mode == "top_up":
            assert all(change > 0 for change in changed.values())

    def present(self) -> list[str]:
        with self.db.read() as tx:
            return [row.external_id for row in people_rows.every(tx, "acme", inactive=True)]

    def total(self, person: str) -> int:
        """Earned and held together."""
        found = self.world.balances(person)
        return found.earned + found.held

    @rule(text=schemes, hours=st.integers(1, 60))
    def scheduled(self, text: str, hours: int) -> None:
        at = self.world.now + timedelta(hours=hours)
        self.attempt(publish_scheme, World.scheme(text), at, "hr", "test", self.world.now)

    @rule()
    def retired(self) -> None:
        with self.db.read() as tx:
            found = scheme_in_force(tx, "acme", self.world.now)
        if found is not None:
            self.attempt(retire_version, found.version, "hr", "test", now=self.world.now)

    @rule(version=st.integers(2, 4))
    def withdrawn(self, version: int) -> None:
        self.attempt(roll_back, version, "hr", "test", now=self.world.now)

    @rule(hours=st.integers(1, 60))
    def closed(self, hours: int) -> None:
        self.attempt(close_period, self.world.now - timedelta(hours=hours), "hr", self.world.now)

    @rule()
    def due(self) -> None:
        self.attempt(release_due, self.world.now)

    @rule(giver=people, receiver=people)
    def thanked(self, giver: str, receiver: str) -> None:
        self.keys += 1
        self.attempt(
            give_kudos, giver, receiver, "Thank you", tags=["team"], key=f"k{self.keys}", now=self.world.now
        )

    @rule()
    def finished(self) -> None:
        self.attempt(finish_challenges, self.world.now)

    @rule(who=people, whom=people)
    def named(self, who: str, whom: str) -> None:
        self.attempt(nominate, who, "helper", whom, message="Helped", now=self.world.now)

    @rule()
    def chosen(self) -> None:
        with self.db.read() as tx:
            rounds = [one for one in rounds_to_decide(tx, "acme", self.world.now) if one.state == "waiting"]
        for one in rounds:
            winners = [person.person for person in one.candidates][:1]
            decided = self.attempt(
                decide_round, "helper", one.first_day, winners, actor="hr", reason="test", now=self.world.now
            )
            if decided is not None:
                self.entries.extend(
                    entry.id
                    for who in winners
                    for entry in self.world.entries(who)
                    if entry.kind == "nomination"
                )

    @rule(who=people, reward=st.sampled_from(["mug", "trip"]))
    def claimed(self, who: str, reward: str) -> None:
        self.keys += 1
        claim = self.attempt(claim_reward, who, reward, f"k{self.keys}", now=self.world.now)
        if claim is not None:
            self.claims.append(claim.id)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def cancelled(self, data: st.DataObject) -> None:
        self.attempt(cancel_claim, data.draw(st.sampled_from(self.claims)), "hr", "test", now=self.world.now)

    @rule(decision=st.sampled_from(["approve", "decline"]))
    def looked_at(self, decision: str) -> None:
        with self.db.read() as tx:
            waiting = open_reviews(tx, "acme")
        if waiting:
            self.attempt(decide, waiting[0].id, decision, "hr", reason="test", now=self.world.now)

    @rule(who=people, first=st.integers(-5, 2), days=st.integers(0, 3))
    def away(self, who: str, first: int, days: int) -> None:
        start = NOON.date() + timedelta(days=first)
        self.attempt(set_leave, who, start, start + timedelta(days=days), now=self.world.now)

    @rule(who=people, zone=st.sampled_from(_ZONES))
    def moved(self, who: str, zone: str) -> None:
        self.attempt(change_zone, who, zone, self.world.now)

    @rule(who=people, what=st.sampled_from(["leave", "return", "hide", "show"]))
    def seen(self, who: str, what: str) -> None:
        if what in ("leave", "return"):
            self.attempt(deactivate if what == "leave" else reactivate, who, self.world.now)
        else:
            self.attempt(set_opt_out, who, what == "hide", self.world.now)

    @precondition(lambda self: len(self.sent) >= OLD_ENOUGH)
    @rule(keep=people, drop=people)
    def merged(self, keep: str, drop: str) -> None:
        self.attempt(merge_people, keep, drop, self.world.now)

    @rule(one=people, other=people)
    def linked(self, one: str, other: str) -> None:
        self.attempt(link_people, one, other, self.world.now)

    @precondition(lambda self: len(self.sent) >= OLD_ENOUGH)
    @rule(who=people)
    def erased(self, who: str) -> None:
        self.attempt(erase, who, self.world.now)

    @invariant()
    def books_are_sound(self) -> None:
        assert_sound(self.db, "acme", self.world.now)

    @rule()
    def rebuilt(self) -> None:
        with self.db.begin() as tx:
            before = stored(tx, "acme")
            rebuild(tx, "acme")
            assert stored(tx, "acme") == before


AnyHistory.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestAnyHistory = AnyHistory.TestCase
