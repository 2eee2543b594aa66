"""Pending decisions, reversals, and the use of boards, challenges, nominations and highlights."""

from collections.abc import Iterator
from datetime import datetime

from rewards.challenges.challenges import challenges
from rewards.challenges.runs import runs
from rewards.disclosure import told
from rewards.health.rows import HealthRow, number, telling
from rewards.ledger.versions import Schemes
from rewards.nominations.decisions import rounds_to_decide
from rewards.publishing.publication import scheme_in_force
from rewards.shop.claims import count_waiting
from rewards.store import health as rows
from rewards.store import highlights as highlight_rows
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, from_us, to_us

LATELY_DAYS, MOST_PAGES, MOST_ROUNDS = 28, 10, 10


def desk_rows(
    tx: Transaction, organisation: str, now: datetime, people: int, minimum: int
) -> Iterator[HealthRow]:
    """Everything of it."""
    since = to_us(now) - LATELY_DAYS * DAY_US
    queue = rows.queue(tx, organisation, since)
    yield number("queue", "reviews_open", sum(row.open for row in queue))
    for row in queue:
        oldest = "" if row.oldest_us is None else from_us(row.oldest_us).date().isoformat()
        yield number("queue", "reviews_open", row.open, row.kind, until=oldest)
    yield number("queue", "reviews_decided_28d", sum(row.decided for row in queue))
    yield number("queue", "claims_waiting", count_waiting(tx, organisation))
    for page in rows.reversals(tx, organisation, since, MOST_PAGES):
        yield number("reversals", "reversals_28d", page.events, page.item)
    live = scheme_in_force(tx, organisation, now)
    yield number("boards", "boards", 0 if live is None else len(live.scheme.leaderboards))
    yield telling(
        "boards", "off_boards", told(people, rows.hidden_people(tx, organisation), minimum), of=people
    )
    running = [
        run for run in runs(Schemes.of(tx, organisation), to_us(now)) if run.state(to_us(now)) == "running"
    ]
    yield number("challenges", "challenges_running", len(running))
    for view in challenges(tx, organisation, None, now):
        if view.state == "running":
            reached = sum(team.reached for team in view.teams)
            yield number(
                "challenges",
                "challenge_reached",
                reached,
                view.title,
                of=len(view.teams),
                until=view.last_day.isoformat(),
            )
    yield number("nominations", "nominations_28d", rows.nominations_since(tx, organisation, since))
    yield number("nominations", "rounds_waiting", len(rounds_to_decide(tx, organisation, now)))
    recent = highlight_rows.decided(tx, organisation, MOST_ROUNDS)
    yield number("highlights", "highlight_rounds_28d", sum(row.decided_us >= since for row in recent))
    yield number("highlights", "highlighted_28d", rows.highlighted_since(tx, organisation, since))
