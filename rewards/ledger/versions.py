"""The scheme versions of one organisation as a transaction sees them, compiled once per process."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from rewards.language import gettext, msg
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.absences import Absence, absences, with_absences
from rewards.scoring.reasons import Reason, explain
from rewards.scoring.tables import CompiledScheme, compile_scheme
from rewards.scoring.timeline import NO_SCHEME, InForce, in_force, in_turn
from rewards.store import organisations as organisation_rows
from rewards.store import schemes as rows
from rewards.store.session import Transaction
from rewards.store.units import digest

__all__ = ["NO_SCHEME", "OWN_REASONS", "InForce", "Schemes", "TopUp", "in_force"]

DEFAULT_GRACE_HOURS = 72
OWN_REASONS = {
    "reversed": msg("This undoes an entry that was taken back."),
    "replayed": msg("Something earlier changed, so this was counted again; this undoes its former amount."),
    "released": msg("The waiting time of this award is over."),
    "approved": msg("A colleague looked at this award and approved it."),
    "declined": msg("A colleague looked at this award and declined it."),
    "superseded": msg("A new version of the scheme counts this differently; this undoes its former amount."),
    "rolled_back": msg("The version of the scheme that gave this was withdrawn."),
    "merged": msg("Two accounts of yours became one."),
    "redeemed": msg("You chose a reward."),
    "expired": msg("These points were not spent in time. Your rank keeps them."),
    "not_expired": msg("What had lapsed of points that were taken back is not owed."),
    "refunded": msg("The reward was declined or cancelled; what it cost came back."),
    "gift": msg("A colleague gave you part of their allowance."),
    "gift_sent": msg("You gave this from your allowance."),
    "allowance": msg("Your allowance for this period."),
    "budget": msg("The budget set aside for a reward."),
}


@dataclass(frozen=True, slots=True)
class TopUp:
    """A top-up's comparison over [since_us, until_us): its own version against `before`, the versions older than it."""

    version: int
    since_us: int
    until_us: int
    before: tuple[InForce, ...]


class Schemes:
    """Versions not rolled back, and which one an instant belongs to."""

    CANDIDATE = -1

    def __init__(self, tx: Transaction, organisation: str) -> None:
        self._tx = tx
        self._organisation = organisation
        self._candidate: CompiledScheme | None = None
        self._compiled: dict[int, CompiledScheme] = {}
        self._turns: list[tuple[int, int]] | None = None
        self._token = organisation_rows.schemes_token(tx, organisation)
        self.timeline, self._hashes = _timeline(tx, organisation, self._token)
        self.has_top_ups = any(one.mode == "top_up" for one in self.timeline)
        self._asking: dict[int, bool] = {}

    @classmethod
    def of(cls, tx: Transaction, organisation: str) -> "Schemes":
        """The transaction's own copy, read once."""
        key = ("schemes", organisation)
        if key not in tx.memo:
            tx.memo[key] = cls(tx, organisation)
        found: Schemes = tx.memo[key]
        return found

    @classmethod
    def forget(cls, tx: Transaction, organisation: str) -> None:
        """Clear the cache after a publication in the same transaction."""
        organisation_rows.renew_schemes_token(tx, organisation)
        tx.memo.pop(("schemes", organisation), None)

    @property
    def turns(self) -> list[tuple[int, int]]:
        """(instant, version) of every change of the version in force, rising."""
        if self._turns is None:
            self._turns = in_turn(self.timeline)
        return self._turns

    @property
    def token(self) -> str:
        """Identifies the versions and when each is in force, for caches; '' where there is none."""
        return self._token

    def at(self, at_us: int) -> int:
        """The version in force at an instant, by `in_force`; 0 for none."""
        return in_force(self.timeline, at_us)

    def displaced(self, now_us: int, newest: InForce) -> list[InForce]:
        """Scheduled versions that would never be in force if `newest` were published."""
        after = (*self.timeline, newest)

        def ever(timeline: Sequence[InForce]) -> set[int]:
            return {in_force(timeline, one.effective_us) for one in timeline}

        gone = ever(self.timeline) - ever(after)
        return [one for one in self.timeline if one.scheduled(now_us) and one.version in gone]

    def holds(self, version: int) -> bool:
        """True for a version that was not rolled back."""
        return any(one.version == version for one in self.timeline)

    def top_ups(self, closed_us: int) -> list[TopUp]:
        """The top-ups that can still change, oldest first: those whose span is in the open period.

        Where a later exact version reaches back into the span, the top-up covers only what precedes it.
        """
        found = []
        for at, one in enumerate(self.timeline):
            if one.mode == "top_up" and one.since_us >= closed_us:
                later = [other.effective_us for other in self.timeline[at + 1 :] if other.mode == "exact"]
                until_us = min([one.effective_us, *later])
                found.append(
                    TopUp(one.version, one.since_us, max(until_us, one.since_us), self.timeline[:at])
                )
        return found

    def compiled(self, version: int) -> CompiledScheme:
        """The compiled version, with the time spans in which its streaks were absent from earlier ones."""
        if version not in self._compiled:
            self._compiled[version] = with_absences(self._plain(version), self._absences(version))
        return self._compiled[version]

    def _absences(self, version: int) -> tuple[Absence, ...]:
        """When its streaks were in no version; kept by the process until a version is published or withdrawn."""
        # A streak was away only if a version had it, a later one did not, and a third has it again.
        if len(self.timeline) < 3 or not self._plain(version).scheme.streaks:
            return ()
        key = ("absences", self._organisation, self._token, version)
        kept = self._tx.database.cache.get(key) if self._token else None
        if kept is None:
            held = in_turn(self.timeline)
            turns = [one for _, one in held]
            until = turns.index(version) + 1 if version in turns else 0
            history = [(since_us, self._plain(one).scheme) for since_us, one in held[:until]]
            kept = absences(history) if history else ()
            if self._token:
                self._tx.database.cache[key] = kept
        return kept

    def _plain(self, version: int) -> CompiledScheme:
        """The version compiled by itself; a version never changes, so that the process keeps it."""
        if version == self.CANDIDATE and self._candidate is not None:
            return self._candidate
        key = ("compiled", self._hash(version))
        cache = self._tx.database.cache
        if key not in cache:
            row = rows.find(self._tx, self._organisation, version)
            assert row is not None, f"scheme version {version} is missing"
            cache[key] = compile_scheme(IncentiveScheme.model_validate_json(row.document))
        found: CompiledScheme = cache[key]
        return found

    def scheme(self, version: int) -> IncentiveScheme:
        """The version's document."""
        return self._plain(version).scheme

    def grace_hours(self, version: int) -> int:
        """The grace period: hours by which an event may be late and still count."""
        return DEFAULT_GRACE_HOURS if version == NO_SCHEME else self.scheme(version).calendar.grace_hours

    def zone(self, version: int) -> str:
        """The zone of the contests."""
        return "UTC" if version == NO_SCHEME else self.scheme(version).calendar.zone

    def review_limit(self, version: int) -> int | None:
        """Above how many events an hour awards wait for a human; None for never."""
        return None if version == NO_SCHEME else self.scheme(version).fair_play.review_above_per_hour

    @property
    def has_review_limits(self) -> bool:
        """True where some version holds unusual speed for a human look."""
        return any(self.review_limit(one.version) is not None for one in self.timeline)

    def asks_enrolment(self, version: int) -> bool:
        """True for a version under which only the enrolled take part."""
        if version not in self._asking:
            self._asking[version] = version != NO_SCHEME and self.scheme(version).membership == "enrolled"
        return self._asking[version]

    def is_permanent(self, version: int, badge: str) -> bool:
        """True for a badge that is never revoked."""
        found = self._plain(version).badges_by_id.get(badge)
        return found is not None and found.permanent

    def is_once_per_object(self, version: int, badge: str) -> bool:
        """True for a badge that is earned once for each object."""
        found = self._plain(version).badges_by_id.get(badge)
        return found is not None and found.once_per == "object"

    def with_candidate(
        self, compiled: CompiledScheme, effective_us: int, since_us: int, now_us: int, mode: str
    ) -> "Schemes":
        """A copy in which a scheme not published is in force, under the version CANDIDATE."""
        found = copy(self)
        found._candidate, found._compiled, found._token, found._turns = compiled, {}, "", None
        found._asking = {}
        found.timeline = (*self.timeline, InForce(self.CANDIDATE, effective_us, since_us, now_us, mode))
        found.has_top_ups = self.has_top_ups or mode == "top_up"
        return found

    def badge_words(self, version: int, badge: str) -> tuple[str, str]:
        """Title and description of a badge."""
        found = None if version == NO_SCHEME else self._plain(version).badges_by_id.get(badge)
        return (badge, "") if found is None else (found.title, found.description)

    def title(self, version: int, rule: str) -> str:
        """The title of a rule, badge, challenge or nomination."""
        if version == NO_SCHEME:
            return rule
        return self._titles(version).get(rule, rule)

    def why(self, reason: str, arguments: Mapping[str, object]) -> str:
        """A reason code in plain words."""
        own = OWN_REASONS.get(reason)
        return explain(Reason(reason), arguments) if own is None else gettext(own)

    def _hash(self, version: int) -> str:
        """The content hash: compiled schemes are cached by it, since an aborted publication's number is used again."""
        if version not in self._hashes:
            row = rows.find(self._tx, self._organisation, version)
            assert row is not None, f"scheme version {version} is missing"
            self._hashes[version] = row.content_hash
        return self._hashes[version]

    def _titles(self, version: int) -> dict[str, str]:
        cache = self._tx.database.cache
        key = ("titles", self._hash(version))
        if key not in cache:
            scheme = self.scheme(version)
            cache[key] = (
                {one.id: one.title for group in (scheme.rules, scheme.every_badge) for one in group}
                | {f"challenge:{one.id}": one.title for one in scheme.challenges}
                | {f"highlight:{digest(one.title)[:16]}": one.title for one in scheme.recognition.highlights}
                | {f"nomination:{one.id}": one.title for one in scheme.recognition.nominations}
            )
        found: dict[str, str] = cache[key]
        return found


def _timeline(tx: Transaction, organisation: str, token: str) -> tuple[tuple[InForce, ...], dict[int, str]]:
    """Versions not rolled back, and content hashes; kept by the process until the organisation's token changes."""
    key = ("timeline", organisation, token)
    kept = tx.database.cache.get(key) if token else None
    if kept is None:
        found = rows.timeline(tx, organisation)
        versions = tuple(
            InForce(row.version, row.effective_us, row.since_us, row.published_at_us, row.mode)
            for row in found
        )
        kept = versions, {row.version: row.content_hash for row in found}
        if token:
            tx.database.cache[key] = kept
    timeline, hashes = kept
    return timeline, dict(hashes)
