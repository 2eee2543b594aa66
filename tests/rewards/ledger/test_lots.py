"""Which points are left and how old they are: counting awards again moves no point from one age to another."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from rewards.ledger.lots import Purse, purse_of


@dataclass(frozen=True)
class ScoredEntry:
    """As the journal has it."""

    id: int
    amount: int
    recorded_us: int
    event_ref: int | None = None
    origin: str = "award"
    reverses: int | None = None
    kind: str = "points"
    rule: str = "share"
    dedupe: str | None = None


class Book:
    """A purse and the entries that fill it, an instant each."""

    def __init__(self) -> None:
        self.purse, self.now, self.standing = Purse(), 0, dict[int, ScoredEntry]()
        self.claims: list[ScoredEntry] = []
        self._ids = self.balance = 0

    def add(self, amount: int, **rest: object) -> ScoredEntry:
        if rest.get("origin") != "replay":
            self.now += 1
        self._ids += 1
        entry = ScoredEntry(self._ids, amount, self.now, **rest)  # type: ignore[arg-type]
        self.purse.take_in(entry)
        self.balance += amount
        return entry

    def award(self, event: int, amount: int) -> None:
        self.standing[event] = self.add(amount, event_ref=event)

    @property
    def left(self) -> int:
        return self.purse.older_than(self.now + 1)

    def claim(self, part: int) -> None:
        if cost := self.left * part // 4:
            self.claims.append(self.add(-cost, origin="claim"))

    def refund(self) -> None:
        if self.claims:
            claim = self.claims.pop()
            self.add(-claim.amount, origin="refund", reverses=claim.id)

    def lapse(self, age: int) -> None:
        if old := self.purse.older_than(self.now - age):
            self.add(-old, origin="expiry", kind="expiry", rule="")

    def recount(self, events: Sequence[int], rise: int = 0) -> None:
        self.now += 1
        for event in events:
            entry = self.standing[event]
            self.add(-entry.amount, event_ref=event, origin="replay", reverses=entry.id)
        for event in events:
            entry = self.add(self.standing[event].amount + rise, event_ref=event, origin="replay")
            self.standing[event] = entry

    def ages(self, until: int) -> list[int]:
        return [self.purse.older_than(at) for at in range(until + 1)]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("award"), st.integers(1, 20)),
        st.tuples(st.just("claim"), st.integers(1, 4)),
        st.tuples(st.just("refund"), st.none()),
        st.tuples(st.just("lapse"), st.integers(0, 6)),
    ),
    max_size=14,
)


@given(STEPS, st.data())
def test_counting_awards_again_changes_the_age_of_no_point(
    steps: list[tuple[str, int]], data: st.DataObject
) -> None:
    book = Book()
    for number, (what, size) in enumerate(steps):
        if what == "award":
            book.award(number, size)
        elif what == "refund":
            book.refund()
        else:
            getattr(book, what)(size)
    for _ in range(2):
        again = (
            data.draw(st.lists(st.sampled_from(sorted(book.standing)), unique=True)) if book.standing else []
        )
        until, before = book.now + 1, book.ages(book.now + 1)
        book.recount(again)
        assert book.ages(until) == before
        assert (book.left, book.purse.owed) == (book.balance, 0)


def test_a_raise_is_as_old_as_its_award_and_newer_points_keep_their_life() -> None:
    book = Book()
    book.award(1, 10)
    book.claim(4)
    book.award(2, 10)
    newer = book.standing[2].recorded_us
    book.recount([1, 2], rise=5)
    assert (book.purse.older_than(newer), book.left) == (5, 20)


def test_what_a_claim_gave_back_keeps_its_life_when_the_award_is_counted_again() -> None:
    book = Book()
    book.award(1, 10)
    book.claim(4)
    book.refund()
    back = book.now
    book.recount([1], rise=20)
    assert (book.purse.older_than(back), book.left) == (20, 30)


def test_newer_points_pay_for_a_spent_award_until_it_is_there_again() -> None:
    book = Book()
    book.award(1, 10)
    book.claim(4)
    book.award(2, 10)
    book.add(-10, event_ref=1, reverses=book.standing[1].id)
    assert book.left == 0
    book.award(3, 5)
    assert book.left == 5
    second, third = book.standing[2].recorded_us, book.standing[3].recorded_us
    book.add(10, event_ref=1)
    assert book.left == book.balance == 15
    # The award pays back what the second lent, so that nothing has become older.
    assert (book.purse.older_than(second), book.purse.older_than(third)) == (0, 10)


def test_a_loan_is_called_in_when_its_lot_is_taken_back() -> None:
    book = Book()
    book.award(1, 10)
    book.claim(4)
    book.award(2, 10)
    book.add(-10, event_ref=1, reverses=book.standing[1].id)
    book.add(-10, event_ref=2, reverses=book.standing[2].id)
    book.award(3, 10)
    assert book.left == book.balance == 0
    book.add(10, event_ref=1)
    assert (book.purse.older_than(book.standing[3].recorded_us), book.left) == (0, 10)


def test_what_was_spent_beyond_the_lots_is_paid_by_later_ones() -> None:
    book = Book()
    book.award(1, 10)
    book.add(-15, origin="claim")
    assert book.left == 0
    book.award(2, 10)
    assert book.left == book.balance == 5


def test_of_a_merge_only_what_it_took_back_counts() -> None:
    entries = [
        ScoredEntry(1, 10, 1, event_ref=7),
        ScoredEntry(2, 20, 2, origin="bonus", dedupe="challenge:spring:1:1:5"),
        # What both accounts were paid for is taken back from one; what it moves between the two is here already.
        ScoredEntry(3, -20, 3, origin="merge", reverses=2),
        ScoredEntry(4, -4, 3, origin="merge", event_ref=7, reverses=1),
        ScoredEntry(5, 30, 3, origin="merge"),
    ]
    assert purse_of(entries).older_than(4) == 6  # type: ignore[arg-type]
