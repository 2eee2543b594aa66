"""Effects of a withdrawn version, or of an exact retroactive one, on the results and bonuses of challenges."""

from collections.abc import Iterator

from rewards.challenges.challenges import contributors
from rewards.challenges.runs import Run, runs, terms
from rewards.ledger.bonuses import challenge_key, take_back
from rewards.ledger.versions import Schemes
from rewards.scheme.scheme import Challenge, millipoints
from rewards.store import bonuses as bonus_rows
from rewards.store import challenges as rows
from rewards.store.journal import key_of, person_of
from rewards.store.rows import JournalRow
from rewards.store.session import Transaction


def withdraw_challenges(tx: Transaction, organisation: str, closed_us: int, reason: str, now_us: int) -> None:
    """Take back what the open period gave for challenges that the versions now standing do not have on those terms and days.

    Their results are forgotten with it, so that what is in their place is counted and paid as if nothing had been.
    """
    for name, first, given in _lapsing(tx, organisation, Schemes.of(tx, organisation), closed_us, now_us):
        rows.forget(tx, organisation, name, first)
        take_back(tx, organisation, given, "rollback", reason, now_us=now_us)


def bonus_changes(
    tx: Transaction, organisation: str, candidate: Schemes, closed_us: int, now_us: int
) -> dict[int, int]:
    """By how much the bonuses of each person would change, in millipoints, under versions not yet in force.

    Goals are compared with present totals, before the points are replayed.
    """
    changes: dict[int, int] = {}
    void: set[tuple[str, int]] = set()
    for name, first, given in _lapsing(tx, organisation, candidate, closed_us, now_us):
        void.add((name, first))
        for entry in given:
            person_id = person_of(entry)
            changes[person_id] = changes.get(person_id, 0) - entry.amount
    before = {(*_place(run), terms(run.challenge)) for run in runs(Schemes.of(tx, organisation), now_us)}
    for run in runs(candidate, now_us):
        if run.state(now_us) != "final" or not run.challenge.points:
            continue
        is_new = (*_place(run), terms(run.challenge)) not in before and not rows.is_fixed(
            tx, organisation, *_place(run)
        )
        if is_new or _place(run) in void:
            for who in contributors(tx, organisation, run):
                changes[who] = changes.get(who, 0) + millipoints(run.challenge.points)
    return changes


def _place(run: Run) -> tuple[str, int]:
    return run.challenge.id, run.first.toordinal()


def _lapsing(
    tx: Transaction, organisation: str, schemes: Schemes, closed_us: int, now_us: int
) -> Iterator[tuple[str, int, list[JournalRow]]]:
    """(challenge, first day, standing bonuses) of results since `closed_us` that the versions do not have."""
    fixed = rows.fixed_since(tx, organisation, closed_us)
    if not fixed:
        return
    standing = {(*_place(run), terms(run.challenge)) for run in runs(schemes, now_us)}
    bonuses = bonus_rows.standing(tx, organisation)
    for name, first, goal in fixed:
        start = challenge_key(name, first)
        given = [entry for entry in bonuses if key_of(entry).startswith(start)]
        paid = {_words(schemes, entry.scheme_version, name) for entry in given}
        same = [words for id_, day, words in standing if (id_, day) == (name, first)]
        # Without a bonus the goal is all that is known of the words.
        if not any(words in paid if paid else words.goal == goal for words in same):
            yield name, first, given


def _words(schemes: Schemes, version: int, name: str) -> Challenge | None:
    return next((terms(one) for one in schemes.scheme(version).challenges if one.id == name), None)
