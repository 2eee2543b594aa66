"""One scheme in force in the simulation: compiled tables, scores, and learnt expectations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.program.expecting_kernel import expect
from agents.program.incentives import thirds, thirds_by_run
from agents.program.promise import Examples, Promise, promises_of
from agents.program.record import CLICK, CONTACT, KINDS, LEAD, SHARE, VERIFICATIONS, Rows
from agents.program.redemption import Catalogue, Shop
from agents.program.streaks import StreakHealth, standing
from agents.setting.setting import Content, ContentKind
from agents.world.clock import Clock
from agents.world.desk import Items
from agents.world.lanes import Lanes, one_value
from agents.world.population import Staff
from engine import scoring_tables as codes
from engine.scoring import score_batch
from engine.scoring_tables import (
    Awards,
    EventBatch,
    SchemeTables,
    ScoreState,
    StateColumns,
    columns,
    new_objects,
    new_state,
)
from rewards.events import VERIFICATION_LEVEL, object_key
from rewards.scheme.scheme import IncentiveScheme, Nature
from rewards.scoring.carrying import Aside, carry_people
from rewards.scoring.tables import CompiledScheme, compile_scheme

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

GREEN_LIT_TAG = "green-lit"
# By kind: events whose points are for a share, and for a click on it.
FOR_A_SHARE, FOR_A_CLICK = (
    np.array([kind in kinds for kind in range(len(KINDS))], dtype=np.uint8)
    for kinds in ((SHARE,), (CLICK, LEAD, CONTACT))
)


class RunningScheme:
    """A compiled scheme with the scoring state of n people.

    share_belief, click_belief  float64[n]: expected points for a share, and for a click including its chance of a lead; they start at the
                                announced values and are updated by awards, so that caps are learnt by experience
    """

    def __init__(
        self,
        scheme: IncentiveScheme,
        staff: Staff,
        items: Items,
        content: Content,
        clock: Clock,
        *,
        lanes: Lanes,
        shop: Shop,
    ) -> None:
        self.scheme = scheme
        self.compiled = compile_scheme(scheme)
        self.state = new_state(self.compiled.tables, staff.size)
        self._earned = np.zeros(staff.size, dtype=np.int64)
        self._staff, self._clock, self._lanes = staff, clock, lanes
        words = self.compiled.vocabulary
        self._kinds = np.array([words.kind_codes.get(kind, -1) for kind in KINDS], dtype=np.int64)
        self._channels = np.array(
            [words.channel_code(c.name) for c in content.channels] + [-1], dtype=np.int64
        )
        self._segments = np.array([words.segment_codes.get(s, -1) for s in staff.segments], dtype=np.int64)
        tags = [[words.tag_mask(_tags(kind, lit)) for lit in (False, True)] for kind in items.kinds]
        self._tags = np.array(tags, dtype=np.int64)[items.kind, (items.green_lit > 0.0).astype(np.int64)]
        # Items have the same ids in every run.
        names = {name: object_key(name) for name in set(items.ids)}
        self._objects = np.array([names[name] for name in items.ids], dtype=np.int64)
        self._levels = np.array([VERIFICATION_LEVEL[name] for name in VERIFICATIONS], dtype=np.int64)
        leads = lanes.laws.column("leads_per_click")
        values, law = np.unique(leads, return_inverse=True)
        promises = self._promises(items, content, values.tolist())
        each = Promise(
            *(np.stack(columns)[law[lanes.lane], staff.segment] for columns in zip(*promises, strict=True))
        )
        self.promise = promises[int(law[0])]
        self.catalogue = Catalogue(scheme, shop)
        self._prized = [
            (i, badge.nature) for i, badge in enumerate(scheme.every_badge) if _is_prize(badge.nature)
        ]
        self.share_belief, self.click_belief = each.share, each.click
        self.tangible, self.public, self.expected = map(
            one_value, (each.tangible, each.public, each.expected)
        )
        self._learning = np.zeros(staff.size), np.zeros(staff.size)
        self._goal = np.zeros(staff.size)
        self.unsure: list[Ints] = []
        """People whose progress may have changed since `goal` was last asked for; whoever has done nothing has none."""
        self._needs = _needs(self.compiled.tables)
        self._board_base = np.zeros(staff.size, dtype=np.int64)
        self._board_window: tuple[int, ...] | None = None

    def batch(self, rows: Rows) -> EventBatch:
        """The events as input of the scoring kernel."""
        day = rows.day
        first, last = int(day.min()), int(day.max())
        dates = [self._clock.date_of(one) for one in range(first, last + 1)]
        months = np.array([12 * d.year + d.month - 1 for d in dates], dtype=np.int64)
        zeros = np.zeros(rows.person.size, dtype=np.int64)
        return EventBatch(
            person=rows.person,
            kind=self._kinds[rows.kind],
            object=self._objects[rows.item],
            counterpart=zeros - 1,
            occurred_at_us=rows.seconds * 1_000_000,
            local_date=day + self._clock.start_ordinal,
            month=months[day - first],
            channel=self._channels[rows.channel],
            tags=self._tags[rows.item],
            segment=self._segments[self._staff.segment[rows.person]],
            verification=self._levels[rows.kind],
            quantity=zeros + 1,
            role=zeros,
            leave=self._staff.days_off,
        )

    def take_over(self, other: RunningScheme, members: Ints, aside: Aside) -> Aside:
        """Carry the scoring state of `members` over from another scheme; returns the state that this scheme has no use for.

        `aside` is the same of the other scheme: state kept for schemes that are not in force.
        """
        mine = ScoreState(other.state.people[members], *new_objects(1))
        carried, left = carry_people(
            mine, aside, other.compiled.parts, self.compiled.parts, self.compiled.tables
        )
        self.state.people[members] = carried.people
        self.unsure.append(members)
        self._earned[members], other._earned[members] = carried.people[:, 0], 0
        other.state.people[members] = new_state(other.compiled.tables, members.size).people
        return left

    def score(self, rows: Rows, known: CompiledScheme) -> Awards:
        """Score events in canonical order, and update expectations by the awards.

        `known`: the scheme compiled with the absences of the people's group.
        """
        self.state, awards = score_batch(known.tables, self.state, self.batch(rows))
        self.unsure.append(rows.person)
        # A contiguous copy: rows of people are long, and totals are read every day.
        self._earned[rows.person] = self.state.people[rows.person, 0]
        # A badge is paid once, so that its points do not enter the expectation for the next share.
        lasting = (awards.reason != codes.BADGE) & (awards.reason != codes.BADGE_LOST)
        paid = awards.amount_millipoints * lasting
        # Of no awards the sums would be integers.
        amounts = np.asarray(np.bincount(awards.event, paid, rows.person.size), dtype=np.float64)
        laws = self._lanes.laws.column("reward_learning_rate"), self._lanes.lane
        for act, counted, belief in (
            (SHARE, FOR_A_SHARE, self.share_belief), (CLICK, FOR_A_CLICK, self.click_belief),
        ):  # fmt: skip
            expect(rows.person, rows.kind, amounts, counted, act, *laws, *self._learning, belief)
        return awards

    @property
    def counts_contacts(self) -> bool:
        """True where some part of the scheme counts contacts gained."""
        return bool(self._kinds[CONTACT] >= 0)

    @property
    def earned(self) -> Ints:
        """int64[n]: millipoints earned so far by those for whom this scheme is or was last in force."""
        return self._earned

    def goal(self) -> Floats:
        """float64[n]: progress towards the nearest badge or level not reached yet, as a fraction; 0 without any."""
        # Progress changes by events only: recompute it for those who had some.
        if self.unsure:
            rows = np.unique(np.concatenate(self.unsure))
            self._goal[rows] = self._goals(rows)
            self.unsure = []
        return self._goal

    def _goals(self, rows: Ints) -> Floats:
        nearest = np.zeros(rows.size)
        tables = self.compiled.tables
        now = columns(tables, self.state._replace(people=self.state.people[rows]))
        for badge, groups in enumerate(self._needs):
            done = np.zeros(rows.size)
            for needs in groups:
                met = np.ones(rows.size)
                for metric, index, least in needs:
                    met = np.minimum(met, _have(now, metric, index) / least)
                done = np.maximum(done, met)
            nearest = np.maximum(nearest, np.where(now.badge[:, badge] != codes.HELD, done, 0.0))
        levels = [float(level.points) * 1000.0 for level in self.scheme.levels]
        for below, level in zip([0.0, *levels], levels, strict=False):
            climbing = (now.earned >= below) & (now.earned < level)
            nearest = np.maximum(nearest, np.where(climbing, now.earned / max(level, 1.0), 0.0))
        return np.where(nearest < 1.0, nearest, 0.0)

    def prizes(self, day_of_scheme: int) -> tuple[Floats | float, Floats | float]:
        """1 where a tangible, announced prize can still be won, and 1 where such a prize is public; float64[n], or one value for all."""
        running = [one.nature for one in self.scheme.challenges if day_of_scheme < one.days]
        for_all = running + [one.nature for one in self.scheme.recognition.highlights]
        badges = self._prized
        found: list[tuple[Nature, Floats | float]] = [
            (nature, 1.0) for nature in for_all if _is_prize(nature)
        ]
        if badges:
            held = columns(self.compiled.tables, self.state).badge
            found += [(nature, (held[:, i] != codes.HELD).astype(np.float64)) for i, nature in badges]
        prize: Floats | float = 0.0
        public: Floats | float = 0.0
        for nature, to_be_had in found:
            prize = np.maximum(prize, to_be_had)
            public = np.maximum(public, to_be_had * (nature.publicity == "public"))
        return prize, public

    def streaks(self, day: int, members: Ints, known: CompiledScheme) -> StreakHealth:
        """The state of these people's streaks on the morning of `day`; `known` as for `score`."""
        now = columns(known.tables, self.state).streak[members]
        segments = self._segments[self._staff.segment[members]]
        return standing(
            known.tables, now, members, segments, self._staff.days_off, date=self._clock.date_of(day)
        )

    def places(self, day: int, present: Flags) -> Floats:
        """float64[n]: +1 in the first third, −1 in the last third of the scheme's first leaderboard (by total points without one)."""
        board = self.scheme.leaderboards[0] if self.scheme.leaderboards else None
        window = "total" if board is None else board.window
        today = self._clock.date_of(day)
        key = {
            "day": (day,),
            "week": today.isocalendar()[:2],
            "month": (today.year, today.month),
            "total": (),
        }[window]
        if key != self._board_window:
            self._board_window, self._board_base = key, self.earned.copy()
            if window == "total":
                self._board_base[:] = 0
        points = self.earned - self._board_base
        group, staff = "everyone" if board is None else board.group, self._staff
        if group == "everyone":
            return thirds_by_run(points, present, self._lanes)
        names, membership = (
            (staff.segments, staff.segment) if group == "segment" else (staff.teams, staff.team)
        )
        return thirds(points, present, self._lanes.lane * len(names) + membership)

    def _promises(self, items: Items, content: Content, leads_per_click: list[float]) -> list[Promise]:
        # Expectations start from the announced rules: one share, click and lead of each kind of item on each channel.
        sizes = (len(self._staff.segments), len(items.kinds), len(content.channels))
        segment, kind, channel = (axis.ravel() for axis in np.indices(sizes))
        shares = (
            np.array([k.share for k in items.kinds])[kind]
            * np.array([c.share for c in content.channels])[channel]
        )
        mask = self.compiled.vocabulary.tag_mask
        tags = np.array([mask(_tags(k, True)) for k in items.kinds], dtype=np.int64)
        examples = Examples(segment, self._segments[segment], self._channels[channel], tags[kind], shares)
        events = [(int(self._kinds[event]), int(self._levels[event])) for event in (SHARE, CLICK, LEAD)]
        date = self._clock.date_of(0)
        month = 12 * date.year + date.month - 1
        return promises_of(
            self.scheme, self.compiled, examples, events, leads_per_click, date=date.toordinal(), month=month
        )  # fmt: skip


def _needs(tables: SchemeTables) -> list[list[list[tuple[int, int, int]]]]:
    # (metric, index, least) of each requirement, by badge and by group of requirements of which one must be met.
    found = []
    for first, last in tables.badge[:, :2].tolist():
        groups: dict[int, list[tuple[int, int, int]]] = {}
        for group, metric, index, least in tables.requirement[first:last, :4].tolist():
            groups.setdefault(group, []).append((metric, index, max(1, least)))
        found.append(list(groups.values()))
    return found


def _is_prize(nature: Nature) -> bool:
    return nature.worth == "tangible" and nature.expectation == "expected"


def _have(now: StateColumns, metric: int, index: int) -> Floats:
    # Counts within one object have no column in the state: progress towards them is not visible.
    if metric == codes.METRIC_POINTS:
        return now.earned.astype(np.float64)
    if metric == codes.METRIC_AWARDS:
        return now.rule[:, index, codes.AWARDS].astype(np.float64)
    if metric == codes.METRIC_COUNTER:
        return now.counter[:, index, 1].astype(np.float64)
    return now.streak[:, index, codes.LENGTH].astype(np.float64)


def item_tags(items: Items, item: int) -> tuple[str, ...]:
    """Tags of an item's events: those of its kind, and "green-lit" where the item is."""
    return _tags(items.kinds[int(items.kind[item])], bool(items.green_lit[item]))


def _tags(kind: ContentKind, green_lit: bool) -> tuple[str, ...]:
    return (*kind.tags, GREEN_LIT_TAG) if green_lit else kind.tags
