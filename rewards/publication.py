"""Publishing schemes: prospective, topped up or exact; shadows first; and rolling a version back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from rewards.document import content_hash
from rewards.faults import BadValue, Conflict, NotFound
from rewards.fold import Folder
from rewards.ledger import Draft, award_moves, opposite, post
from rewards.places import local_ordinal, places
from rewards.reasons import Reason
from rewards.scheme import IncentiveScheme
from rewards.schemes import NO_SCHEME, Schemes
from rewards.store import claims as claim_rows
from rewards.store import journal as journal_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import schemes as rows
from rewards.store import states, trail
from rewards.store.session import Transaction
from rewards.store.units import from_us, maybe_us, to_us
from rewards.tables import compile_scheme

Mode = Literal["prospective", "top_up", "exact"]


@dataclass(frozen=True, slots=True)
class SchemeVersion:
    """A published scheme. Versions count from 1 within an organisation."""

    version: int
    hash: str
    effective_at: datetime
    published_at: datetime
    mode: str
    actor: str
    reason: str
    rolled_back_at: datetime | None
    scheme: IncentiveScheme


@dataclass(frozen=True, slots=True)
class Difference:
    """What a version would change in the open period, in millipoints; persons by external id."""

    by_person: Mapping[str, int]
    by_segment: Mapping[str, int]


def publish_scheme(
    tx: Transaction,
    organisation: str,
    scheme: IncentiveScheme,
    effective_at: datetime,
    actor: str,
    reason: str,
    now: datetime,
    mode: Mode = "prospective",
) -> SchemeVersion:
    """Put a scheme in force.

    prospective: from `effective_at` (now or later) on. top_up: from now on, and whoever would have earned more since
    `effective_at` gets the difference; nobody falls. exact: as if in force since `effective_at`, up and down.
    Raises BadValue where mode and instant do not fit; SchemeError where the scheme cannot be scored.
    """
    now_us, effective_us = to_us(now), to_us(effective_at)
    home = _exclusive(tx, organisation)
    if mode == "prospective" and effective_us < now_us and rows.timeline(tx, organisation):
        raise BadValue(
            f"effective {effective_at.isoformat()}: lies in the past; publish as top_up or exact, or from now on"
        )
    if mode != "prospective" and effective_us > now_us:
        raise BadValue(
            f"effective {effective_at.isoformat()}: {mode} looks back; choose an instant in the past"
        )
    compile_scheme(scheme)
    rises: dict[int, int] = {}
    if mode == "top_up":
        changes = _changes(tx, organisation, home, scheme, effective_us, now_us)
        rises = {person_id: change for person_id, change in changes.items() if change > 0}
    values: dict[str, Any] = {
        "content_hash": content_hash(scheme),
        "document": scheme.model_dump_json(),
        "effective_us": now_us if mode == "top_up" else effective_us,
        "published_at_us": now_us,
        "mode": mode,
        "actor": actor,
        "reason": reason,
    }
    version = rows.add(tx, organisation, values)
    Schemes.forget(tx, organisation)
    claim_rows.stock_up(tx, organisation, {reward.id: reward.stock for reward in scheme.rewards})
    if mode == "top_up":
        _top_up(tx, organisation, version, rises, now_us)
    elif mode == "exact" or effective_us <= now_us:
        _replay_everybody(tx, organisation, home, now_us)
    trail.log(tx, organisation, actor, "scheme.publish", str(version), reason, now_us)
    trail.tell(tx, organisation, [("scheme.published", {"version": version, "mode": mode})], now_us)
    return SchemeVersion(
        version, values["content_hash"], from_us(values["effective_us"]), now, mode, actor, reason, None, scheme
    )  # fmt: skip


def scheme_in_force(tx: Transaction, organisation: str, at: datetime) -> SchemeVersion | None:
    """The version by which an event at this instant is scored."""
    version = Schemes.of(tx, organisation).at(to_us(at))
    row = None if version == NO_SCHEME else rows.find(tx, organisation, version)
    return None if row is None else _version(row)


def versions(tx: Transaction, organisation: str) -> list[SchemeVersion]:
    """Every version ever published, the rolled back included."""
    return [_version(row) for row in rows.every(tx, organisation)]


def shadow(
    tx: Transaction, organisation: str, scheme: IncentiveScheme, effective_at: datetime, now: datetime
) -> Difference:
    """What the scheme would change, were it in force since `effective_at`; nothing is written."""
    home = organisation_rows.find(tx, organisation)
    if home is None:
        raise NotFound(f"organisation {organisation!r}: unknown; create it first")
    changes = _changes(tx, organisation, home, scheme, to_us(effective_at), to_us(now))
    people = people_rows.by_ids(tx, organisation, changes)
    names = people_rows.names(tx, organisation, changes)
    by_segment: dict[str, int] = {}
    for person_id, change in changes.items():
        segment = people[person_id].segment
        by_segment[segment] = by_segment.get(segment, 0) + change
    by_person = {names[id_][0]: change for id_, change in changes.items() if id_ in names and change}
    return Difference(dict(sorted(by_person.items())), dict(sorted(by_segment.items())))


def roll_back(
    tx: Transaction, organisation: str, version: int, actor: str, reason: str, now: datetime
) -> SchemeVersion:
    """Withdraw a version: balances of the open period become as if it had never been published."""
    home = _exclusive(tx, organisation)
    row = rows.find(tx, organisation, version)
    if row is None:
        raise NotFound(f"scheme version {version}: never published; list the versions")
    if row.rolled_back_at_us is not None:
        raise Conflict(f"scheme version {version}: already rolled back; nothing to do")
    now_us = to_us(now)
    rows.roll_back(tx, organisation, version, now_us)
    Schemes.forget(tx, organisation)
    given = journal_rows.top_ups(tx, organisation, version)
    postings = journal_rows.postings_of(tx, [entry.id for entry in given])
    post(
        tx,
        organisation,
        [opposite(entry, postings.get(entry.id, ()), "rollback", "rolled_back") for entry in given],
        now_us,
    )
    _replay_everybody(tx, organisation, home, now_us)
    trail.log(tx, organisation, actor, "scheme.roll_back", str(version), reason, now_us)
    trail.tell(tx, organisation, [("scheme.rolled_back", {"version": version})], now_us)
    return _version(rows.find(tx, organisation, version))


def _exclusive(tx: Transaction, organisation: str) -> Any:
    home = organisation_rows.find_exclusive(tx, organisation)
    if home is None:
        raise NotFound(f"organisation {organisation!r}: unknown; create it first")
    return home


def _replay_everybody(tx: Transaction, organisation: str, home: Any, now_us: int) -> None:
    """Count the open period again for everybody under the versions now in force."""
    folder = Folder(tx, organisation, Schemes.of(tx, organisation), _closed(home), now_us)
    locked = states.lock(tx, organisation, people_rows.every_id(tx, organisation))
    people = people_rows.by_ids(tx, organisation, locked)
    where = places(tx, list(people.values()))
    for person_id in sorted(locked):
        if locked[person_id].last_us != states.BEFORE_ALL_US:
            folder.replay(people[person_id], where[person_id], locked[person_id])
    folder.post()


def _changes(
    tx: Transaction, organisation: str, home: Any, scheme: IncentiveScheme, effective_us: int, now_us: int
) -> dict[int, int]:
    """Points of the open period under the candidate minus those that stand, by internal id."""
    schemes = Schemes.of(tx, organisation)
    candidate = schemes.with_candidate(compile_scheme(scheme))
    folder = Folder(tx, organisation, candidate, _closed(home), now_us)
    choose: Callable[[int], int] = lambda at_us: (  # noqa: E731
        candidate.CANDIDATE if at_us >= effective_us else schemes.at(at_us)
    )
    ids = people_rows.every_id(tx, organisation)
    people = people_rows.by_ids(tx, organisation, ids)
    where = places(tx, list(people.values()))
    found: dict[int, int] = {}
    for person_id, row in states.every(tx, ids).items():
        drafts = folder.differences(person_id, where[person_id], row, choose)
        found[person_id] = sum(draft.amount for draft in drafts)
    return found


def _top_up(tx: Transaction, organisation: str, version: int, rises: Mapping[int, int], now_us: int) -> None:
    board = local_ordinal(now_us, Schemes.of(tx, organisation).zone(version))
    people = people_rows.by_ids(tx, organisation, rises)
    drafts = [
        Draft(
            person_id=person_id, origin="top_up", kind="points", rule="", amount=rise, reason=str(Reason.TOP_UP),
            scheme_version=version, local_date=board, board_date=board, team=people[person_id].team,
            occurred_us=now_us, moves=award_moves(person_id, rise, held=False),
        )
        for person_id, rise in sorted(rises.items())
    ]  # fmt: skip
    post(tx, organisation, drafts, now_us)


def _closed(home: Any) -> int:
    return states.BEFORE_ALL_US if home.closed_until_us is None else int(home.closed_until_us)


def _version(row: Any) -> SchemeVersion:
    return SchemeVersion(
        row.version, row.content_hash, from_us(row.effective_us), from_us(row.published_at_us), row.mode, row.actor,
        row.reason, maybe_us(row.rolled_back_at_us), IncentiveScheme.model_validate_json(row.document),
    )  # fmt: skip
