"""Publishing schemes: prospectively, with top-ups or exactly; shadows; and rolling a version back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rewards.boards.highlights import withdraw_highlights
from rewards.bounds import check_day
from rewards.challenges.changes import bonus_changes, withdraw_challenges
from rewards.document import content_hash
from rewards.faults import BadValue, Conflict, NotFound
from rewards.language import msg
from rewards.ledger.fold import FoldBatch, closed_until, replay_people
from rewards.ledger.live import Fold
from rewards.ledger.places import places
from rewards.ledger.posting import post
from rewards.ledger.undo import opposites
from rewards.ledger.versions import NO_SCHEME, InForce, Schemes
from rewards.nominations.decisions import award_changes, withdraw_awards
from rewards.people.membership import align_boards
from rewards.publishing.notices import announce_version, call_off_version
from rewards.scheme.promises import refuse_unkept
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.losses import Loss, losses
from rewards.scoring.tables import compile_scheme
from rewards.store import events as event_rows
from rewards.store import journal as journal_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import schemes as rows
from rewards.store import states, trail
from rewards.store.rows import OrganisationRow, PersonStateRow, SchemeVersionRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, maybe_us, to_us

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
    """Changes by a version in the open period, in millipoints, by external id and segment. `loses`: scoring state that it discards."""

    by_person: Mapping[str, int]
    by_segment: Mapping[str, int]
    loses: tuple[Loss, ...] = ()


def publish_scheme(
    tx: Transaction,
    organisation: str,
    scheme: IncentiveScheme,
    effective_at: datetime,
    actor: str,
    reason: str,
    now: datetime,
    mode: Mode = "prospective",
    *,
    displace_scheduled: bool = False,
) -> SchemeVersion:
    """Put a scheme in force.

    prospective: from `effective_at` (now or later) on. top_up: from now on, and people who would have earned more since
    `effective_at` get the difference; nobody loses points. exact: as if in force since `effective_at`, with gains and losses.
    Scheduled versions stay scheduled; with `displace_scheduled` those from `effective_at` on are withdrawn.
    Raises BadValue where mode and instant do not fit; SchemeError where the scheme cannot be scored; Conflict where a scheduled version
    would never take effect and `displace_scheduled` was not decided.
    """
    check_day(effective_at, msg("effective {day}: limit years {first} to {last}; name a date in them"))
    now_us, effective_us = to_us(now), to_us(effective_at)
    home = _exclusive(tx, organisation)
    _check_mode(tx, organisation, mode, effective_at, now_us)
    compile_scheme(scheme)
    refuse_unkept(scheme)
    since_us = max(effective_us, closed_until(home))
    if mode == "top_up":
        effective_us = _from_now_on(tx, organisation, now_us)
    newest = InForce(Schemes.CANDIDATE, effective_us, since_us, now_us, mode)
    hashed = content_hash(scheme)
    values = {
        "content_hash": hashed,
        "document": scheme.model_dump_json(),
        "effective_us": effective_us,
        "since_us": since_us,
        "published_at_us": now_us,
        "mode": mode,
        "actor": actor,
        "reason": reason,
    }
    before = _scheme_at(tx, organisation, now_us)
    displaced = _displaced(Schemes.of(tx, organisation), newest, now_us, displace_scheduled)
    version = rows.add(tx, organisation, values)
    for one in displaced:
        rows.roll_back(tx, organisation, one, now_us)
        why = f"displaced by version {version}: {reason}"
        trail.log(tx, organisation, actor, "scheme.roll_back", str(one), reason=why, at_us=now_us)
        trail.tell(tx, organisation, [("scheme.rolled_back", {"version": one})], now_us)
    Schemes.forget(tx, organisation)
    if since_us <= now_us or displaced:
        replay_people(tx, organisation, home, people_rows.every_id(tx, organisation), now_us)
    if mode == "exact":
        withdraw_challenges(tx, organisation, closed_until(home), "correction", now_us)
        withdraw_awards(tx, organisation, closed_until(home), "correction", now_us)
        withdraw_highlights(tx, organisation, closed_until(home), "correction", now_us)
    align_boards(tx, organisation, now)
    announce_version(tx, organisation, version, scheme, before, effective_at=from_us(effective_us), now=now)
    trail.log(tx, organisation, actor, "scheme.publish", str(version), reason=reason, at_us=now_us)
    trail.tell(tx, organisation, [("scheme.published", {"version": version, "mode": mode})], now_us)
    return SchemeVersion(
        version, hashed, from_us(effective_us), now, mode, actor, reason, None, scheme
    )  # fmt: skip


def _check_mode(tx: Transaction, organisation: str, mode: Mode, effective_at: datetime, now_us: int) -> None:
    if mode == "prospective" and to_us(effective_at) < now_us and rows.timeline(tx, organisation):
        raise BadValue(
            "effective {day}: lies in the past; publish as top_up or exact, or from now on",
            day=effective_at.isoformat(),
        )
    if mode != "prospective" and to_us(effective_at) > now_us:
        raise BadValue(
            "effective {day}: {mode} looks back; choose an instant in the past",
            day=effective_at.isoformat(),
            mode=mode,
        )


def scheme_in_force(tx: Transaction, organisation: str, at: datetime) -> SchemeVersion | None:
    """The version that scores an event at this instant."""
    version = Schemes.of(tx, organisation).at(to_us(at))
    row = None if version == NO_SCHEME else rows.find(tx, organisation, version)
    return None if row is None else _version(row)


def next_version(tx: Transaction, organisation: str, at: datetime) -> SchemeVersion | None:
    """The earliest version that is announced and not yet in force."""
    coming = [one for one in Schemes.of(tx, organisation).timeline if one.scheduled(to_us(at))]
    first = min(coming, key=lambda one: one.effective_us, default=None)
    row = None if first is None else rows.find(tx, organisation, first.version)
    return None if row is None else _version(row)


def get_version(tx: Transaction, organisation: str, version: int) -> SchemeVersion:
    """One version, rolled back or not. Raises NotFound."""
    row = rows.find(tx, organisation, version)
    if row is None:
        raise NotFound("scheme version {version}: never published; list the schemes", version=version)
    return _version(row)


def versions(tx: Transaction, organisation: str) -> list[SchemeVersion]:
    """Every published version, rolled-back ones included."""
    return [_version(row) for row in rows.every(tx, organisation)]


def shadow(
    tx: Transaction,
    organisation: str,
    scheme: IncentiveScheme,
    effective_at: datetime,
    now: datetime,
    *,
    mode: Mode = "exact",
    of: Sequence[int] | None = None,
) -> Difference:
    """The shadow of a scheme: changes in the open period if published in this mode; nothing is written.

    A prospective version changes nothing in the past: its hypothetical effect is shown by the mode exact. `of`: the people (internal
    ids) to compute; their results are independent, so that parts add up.
    """
    check_day(effective_at, msg("effective {day}: limit years {first} to {last}; name a date in them"))
    home = organisation_rows.find(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    effective_us, now_us = to_us(effective_at), to_us(now)
    schemes = Schemes.of(tx, organisation)
    holds_us = _from_now_on(tx, organisation, now_us) if mode == "top_up" else effective_us
    candidate = schemes.with_candidate(
        compile_scheme(scheme), holds_us, max(effective_us, closed_until(home)), now_us, mode
    )
    batch = FoldBatch(tx, organisation, candidate, closed_until(home), now_us)
    begun = states.every(tx, people_rows.every_id(tx, organisation) if of is None else of)
    given = [
        (id_, change)
        for foresee in (bonus_changes, award_changes)
        for id_, change in foresee(tx, organisation, candidate, closed_until(home), now_us).items()
    ]
    asked = None if of is None else set(of)
    given = [(id_, change) for id_, change in given if asked is None or id_ in asked]
    people = people_rows.by_ids(tx, organisation, {*begun, *(id_ for id_, _ in given)})
    where = places(tx, [people[id_] for id_ in begun])
    changes = {
        id_: sum(draft.amount for draft in batch.differences(people[id_], where[id_], stored))
        for id_, stored in begun.items()
    }
    for id_, change in given:
        changes[id_] = changes.get(id_, 0) + change
    names = people_rows.names(tx, organisation, changes)
    by_segment: dict[str, int] = {}
    for person_id, change in changes.items():
        segment = people[person_id].segment
        by_segment[segment] = by_segment.get(segment, 0) + change
    by_person = {names[id_][0]: change for id_, change in changes.items() if id_ in names and change}
    lost = _losses(schemes, candidate, holds_us, list(begun.values()))
    return Difference(dict(sorted(by_person.items())), dict(sorted(by_segment.items())), tuple(lost))


def _losses(
    schemes: Schemes, candidate: Schemes, holds_us: int, begun: Sequence[PersonStateRow]
) -> list[Loss]:
    """Scoring state of the version in force at the candidate's start that the candidate does not use."""
    version = schemes.at(holds_us)
    if version == NO_SCHEME:
        return []
    folds = [Fold.resume(schemes, row.scheme_version, row.state) for row in begun]
    stood = (fold.under(version) for fold in folds)
    return losses(schemes.compiled(version), candidate.compiled(Schemes.CANDIDATE), stood)


def roll_back(
    tx: Transaction, organisation: str, version: int, actor: str, reason: str, *, now: datetime
) -> SchemeVersion:
    """Roll a version back: balances of the open period become as if it had never been published."""
    row = take_back(tx, organisation, version, people_rows.every_id(tx, organisation), now)
    align_boards(tx, organisation, now)
    call_off_version(tx, organisation, version)
    now_us = to_us(now)
    trail.log(tx, organisation, actor, "scheme.roll_back", str(version), reason=reason, at_us=now_us)
    trail.tell(tx, organisation, [("scheme.rolled_back", {"version": version})], now_us)
    return _version(row._replace(rolled_back_at_us=now_us))


def take_back(
    tx: Transaction, organisation: str, version: int, people: Sequence[int], now: datetime
) -> SchemeVersionRow:
    """Remove a version from the timeline, and replay these people (internal ids).

    A preview calls it for some people at a time.
    """
    home = _exclusive(tx, organisation)
    row = rows.find(tx, organisation, version)
    if row is None:
        raise NotFound("scheme version {version}: never published; list the versions", version=version)
    if row.rolled_back_at_us is not None:
        raise Conflict("scheme version {version}: already rolled back; nothing to do", version=version)
    now_us = to_us(now)
    rows.roll_back(tx, organisation, version, now_us)
    Schemes.forget(tx, organisation)
    given = [
        entry
        for entry in journal_rows.top_ups(tx, organisation, version)
        if entry.occurred_us >= closed_until(home)
    ]
    post(tx, organisation, opposites(tx, organisation, given, "rollback", "rolled_back"), now_us)
    withdraw_challenges(tx, organisation, closed_until(home), "rolled_back", now_us)
    withdraw_awards(tx, organisation, closed_until(home), "rolled_back", now_us)
    withdraw_highlights(tx, organisation, closed_until(home), "rolled_back", now_us)
    replay_people(tx, organisation, home, people, now_us)
    return row


def _scheme_at(tx: Transaction, organisation: str, at_us: int) -> IncentiveScheme | None:
    schemes = Schemes.of(tx, organisation)
    version = schemes.at(at_us)
    return None if version == NO_SCHEME else schemes.scheme(version)


def _exclusive(tx: Transaction, organisation: str) -> OrganisationRow:
    home = organisation_rows.find_exclusive(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    return home


def _displaced(schemes: Schemes, newest: InForce, now_us: int, agreed: bool) -> list[int]:
    """Scheduled versions that the publication withdraws. Raises Conflict where it would do so without the caller's decision."""
    if agreed:
        coming = [one for one in schemes.timeline if one.scheduled(now_us)]
        return [one.version for one in coming if one.effective_us >= newest.effective_us]
    displaced = schemes.displaced(now_us, newest)
    if displaced:
        versions = ", ".join(
            f"{one.version} (from {from_us(one.effective_us).isoformat()})" for one in displaced
        )
        raise Conflict(
            "effective {day}: version {told} is scheduled and would never be in force; choose another instant, roll it back "
            "first, or publish with displace_scheduled",
            day=from_us(newest.effective_us).isoformat(),
            told=versions,
        )
    return []


def _from_now_on(tx: Transaction, organisation: str, now_us: int) -> int:
    """The first instant after everything recorded, so that a top-up lowers nobody's points, even with events from fast clocks."""
    last = event_rows.last_scored(tx, organisation)
    return now_us if last is None else max(now_us, last + 1)


def _version(row: SchemeVersionRow) -> SchemeVersion:
    return SchemeVersion(
        row.version, row.content_hash, from_us(row.effective_us), from_us(row.published_at_us), row.mode, row.actor,
        row.reason, maybe_us(row.rolled_back_at_us), IncentiveScheme.model_validate_json(row.document),
    )  # fmt: skip
