"""Versions that come and go, with late events and reversals: live on both databases what a replay of what is left says, entry by entry."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rewards.document import parse_data
from rewards.events import Event
from rewards.faults import Fault
from rewards.ledger.entries import entries_for
from rewards.ledger.intake import record
from rewards.ledger.undo import reverse_entry
from rewards.ledger.versions import Schemes, in_force
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.drafts import retire_version
from rewards.publishing.publication import publish_scheme, roll_back, scheme_in_force, shadow
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.replay import Replay, replay
from rewards.scoring.tables import compile_scheme
from rewards.store.session import Database
from rewards.store.units import from_us
from tests.conftest import NOON, World
from tests.soundness import assert_sound

HOUR = timedelta(hours=1)
WHO = ("ana", "ben")
CAPS = ("rule", "object", "pair")
windows = st.sampled_from(["day", "week", "month", "total"])
Line = tuple[str, str | None, str, str, int, str]


@st.composite
def rules(draw: st.DrawFn, name: str) -> dict[str, Any]:
    caps = st.builds(
        lambda window, points, scope: {"window": window, "points": points, "scope": scope},
        windows, st.integers(3, 12), st.sampled_from(CAPS),
    )  # fmt: skip
    found: dict[str, Any] = {"id": name, "title": name, "on": name, "points": draw(st.integers(1, 5))}
    found["caps"] = draw(st.lists(caps, max_size=3))
    found["per_object"] = draw(st.sampled_from(["each", "each", "once"]))
    found["cooldown_minutes"] = draw(st.sampled_from([0, 0, 90]))
    if draw(st.booleans()):
        found["decay"] = {"factor": "1/2", "window": draw(windows)}
    if name == "click":
        found["beneficiary"] = draw(st.sampled_from(["subject", "owner"]))
    return found


@st.composite
def badges(draw: st.DrawFn, name: str) -> dict[str, Any]:
    counts = st.builds(
        lambda metric, of, least, window, when: (
            {"metric": metric, "of": of, "at_least": least, "window": window} | when
        ),
        st.sampled_from(["events", "quantity"]), st.sampled_from(["share", "click"]), st.integers(1, 4), windows,
        st.sampled_from([{}, {"when": {"channel": ["x"]}}]),
    )  # fmt: skip
    found: dict[str, Any] = {"id": name, "title": name, "points": draw(st.integers(0, 5))}
    if name == "lasting":
        found["once_per"] = draw(st.sampled_from(["person", "object"]))
        found["groups"] = [[draw(counts) | {"scope": "object"}]]
        return found
    found["permanent"] = name == "first"
    found["groups"] = draw(st.lists(st.lists(counts, min_size=1, max_size=2), min_size=1, max_size=2))
    if draw(st.booleans()):
        found["penalties"] = [{"on": "complaint", "takes": draw(st.sampled_from([1, "all"]))}]
    if draw(st.booleans()):
        found["levels"] = [{"id": "more", "title": "More", "times": 2, "points": 3}]
    return found


@st.composite
def streaks(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "id": "daily",
        "title": "Daily",
        "kinds": ["share"],
        "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "freezes": draw(st.integers(0, 2)),
        "freeze_window": draw(windows),
    }


@st.composite
def versions(draw: st.DrawFn) -> IncentiveScheme:
    """Some of the same few rules, badges and streaks, in any order and in any words."""
    names = draw(st.permutations(["share", "click", "lead"]))[: draw(st.integers(0, 3))]
    body: dict[str, Any] = {"name": "s", "title": "S", "rules": [draw(rules(name)) for name in names]}
    names = draw(st.permutations(["first", "now", "lasting"]))[: draw(st.integers(0, 3))]
    body["badges"] = [draw(badges(name)) for name in names]
    if draw(st.booleans()):
        body["streaks"] = [draw(streaks())]
        need = {"metric": "streak", "of": "daily", "at_least": 2}
        body["badges"].append({"id": "steady", "title": "Steady", "permanent": False, "groups": [[need]]})
    body["caps"] = draw(
        st.lists(
            st.builds(
                lambda window, points: {"window": window, "points": points}, windows, st.integers(5, 20)
            ),
            max_size=2,
        )
    )
    return parse_data(body, IncentiveScheme, "random")


happening = st.builds(
    lambda who, kind, ago, item, channel, quantity, owner: (
        "event",
        {
            "subject": who, "kind": kind, "ago": ago, "object": item, "channel": channel, "quantity": quantity,
            "owner": owner,
        },
    ),
    st.sampled_from(WHO), st.sampled_from(["share", "share", "click", "lead", "complaint"]),
    st.sampled_from([0, 0, 0, 1, 30, 60]), st.sampled_from(["o1", "o2"]), st.sampled_from([None, "x"]),
    st.integers(0, 2), st.sampled_from([None, *WHO]),
)  # fmt: skip
changing = st.one_of(
    st.tuples(st.just("publish"), versions(), st.sampled_from(["now", "now", "exact", "top_up"])),
    st.tuples(st.just("schedule"), versions(), st.integers(1, 60)),
    st.tuples(st.just("again"), st.integers(0, 9)),
    st.tuples(st.just("retire")),
    st.tuples(st.just("withdraw"), st.integers(0, 9)),
    st.tuples(st.just("reverse"), st.integers(0, 30)),
)
steps = st.lists(
    st.tuples(st.sampled_from([0, 1, 9, 26]), st.one_of(happening, happening, happening, changing)),
    min_size=4, max_size=22,
)  # fmt: skip


def standing(tx: Any, home: str, who: str) -> list[Any]:
    """The entries of events that no other entry undid."""
    found = entries_for(tx, home, who, 500)
    undone = {view.reverses for view in found}
    return [view for view in found if view.reverses is None and view.id not in undone and view.event_id]


class History:
    """One history on one database."""

    def __init__(self, db: Database, home: str, first: IncentiveScheme) -> None:
        self.world, self.home, self.events = World(db), home, list[Event]()
        self.undone: set[str] = set()
        self.was_late = False
        self.world.organisation = home
        self.published = [first]
        with db.begin() as tx:
            rows = [PersonRow(id=who, segment="all", team="all", timezone="UTC", contacts=0) for who in WHO]
            create_organisation(tx, home, home, "UTC", NOON)
            import_people(tx, home, rows, NOON)
            publish_scheme(tx, home, first, NOON - timedelta(days=60), "hr", "first", NOON)

    def live(self, what: tuple[Any, ...]) -> None:
        """One step; a refusal changes nothing."""
        try:
            with self.world.db.begin() as tx:
                self._step(tx, *what)
        except Fault:
            pass

    def _step(self, tx: Any, what: str, *more: Any) -> None:
        now, home = self.world.now, self.home
        if what == "event":
            self._event(tx, **more[0])
        elif what == "publish":
            mode = "prospective" if more[1] == "now" else more[1]
            since = now if more[1] == "now" else now - 40 * HOUR
            if mode == "exact":
                shadow(tx, home, more[0], since, now, mode=mode)
            publish_scheme(tx, home, more[0], since, "hr", "x", now, mode)
            self.published.append(more[0])
        elif what == "schedule":
            publish_scheme(tx, home, more[0], now + more[1] * HOUR, "hr", "x", now)
            self.published.append(more[0])
        elif what == "again":
            publish_scheme(tx, home, self.published[more[0] % len(self.published)], now, "hr", "x", now)
        elif what == "retire":
            holds = scheme_in_force(tx, home, now)
            assert holds is not None
            retire_version(tx, home, holds.version, "hr", "x", now=now)
        elif what == "withdraw":
            roll_back(tx, home, 2 + more[0] % max(1, len(self.published)), "hr", "x", now=now)
        elif self.events:
            event = self.events[more[0] % len(self.events)]
            views = [view for view in standing(tx, home, event.subject) if view.event_id == event.id]
            if views:
                reverse_entry(tx, home, views[0].id, "hr", "x", now=now)
                self.undone.add(event.id)

    def _event(self, tx: Any, ago: int, subject: str, **rest: Any) -> None:
        event = self.world.event(subject, self.world.now - ago * HOUR, **rest)
        self.was_late |= ago > 0
        self.events.append(event)
        record(tx, self.home, [event], received_at=self.world.now, backfill=True)

    def stands(self) -> Counter[Line]:
        """What nothing has undone of what events gave."""
        with self.world.db.read() as tx:
            return Counter(
                (who, v.event_id, v.rule, v.kind, v.amount_millipoints, v.reason)
                for who in WHO
                for v in standing(tx, self.home, who)
            )

    def replayed(self) -> Replay:
        """The events that count under the versions that hold, each from its instant."""
        with self.world.db.read() as tx:
            schemes = Schemes.of(tx, self.home)
            spans = [
                (at_us, in_force(schemes.timeline, at_us))
                for at_us in sorted({one.effective_us for one in schemes.timeline})
            ]
            spans = [one for at, one in enumerate(spans) if at == 0 or one[1] != spans[at - 1][1]]
            (_, first), *later = [(from_us(at_us), schemes.scheme(version)) for at_us, version in spans]
        rows = [PersonRow(id=who, segment="all", team="all", timezone="UTC", contacts=0) for who in WHO]
        counting = [event for event in self.events if event.id not in self.undone]
        return replay(counting, compile_scheme(first), rows, [(at, compile_scheme(one)) for at, one in later])


def lines(found: Replay) -> Counter[Line]:
    return Counter(
        (one.person, one.occasion.event.id, one.entry.item, one.entry.kind, one.entry.amount_millipoints,
         one.entry.reason.value)
        for one in found.entries
    )  # fmt: skip


@given(first=versions(), history=steps, number=st.integers(0, 2**40))
@settings(max_examples=20, deadline=None, phases=[Phase.generate], derandomize=True, database=None,
    suppress_health_check=list(HealthCheck))  # fmt: skip
def test_whatever_versions_come_and_go_live_is_what_a_replay_says(
    sqlite_db: Database, postgresql_db: Database, first: IncentiveScheme, history: list[Any], number: int
) -> None:
    seen = []
    for db in (sqlite_db, postgresql_db):
        told = History(db, f"h{number}-{datetime.now(UTC).timestamp():.6f}".replace(".", "-"), first)
        for hours, what in history:
            told.world.now += hours * HOUR
            told.live(what)
        got, wanted = told.stands(), lines(told.replayed())
        assert not wanted - got
        more = got - wanted
        # What is for good outlives the events that earned it; nothing else does.
        assert {line[3] for line in more} <= {"badge"}
        assert {line[2].split(".")[0] for line in more} <= {"first", "lasting"}
        assert not more or told.undone or told.was_late
        assert_sound(db, told.home, told.world.now)
        seen.append(got)
    assert seen[0] == seen[1]
