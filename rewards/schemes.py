"""The scheme versions of one organisation as a transaction sees them, compiled once per process."""

from collections.abc import Mapping
from typing import Any

from rewards.award import explain
from rewards.scheme import IncentiveScheme
from rewards.store import schemes as rows
from rewards.store.session import Transaction
from rewards.tables import CompiledScheme, compile_scheme

NO_SCHEME = 0
OWN_REASONS = {
    "late": "It reached us after the grace period, so it is recorded and earns nothing.",
    "closed_period": "The period it belongs to is closed, so it is recorded and earns nothing.",
    "no_scheme": "No scheme was in force when it happened.",
    "reversed": "This undoes an earlier entry.",
    "replayed": "An earlier entry was counted again in the right order; this undoes its former amount.",
    "released": "The waiting time of this award is over.",
    "approved": "A colleague looked at this award and approved it.",
    "declined": "A colleague looked at this award and declined it.",
    "under_review": "This is waiting for a colleague to look at it; nothing is wrong on your side.",
    "top_up": "A newer version of the scheme values what you did more highly; this is the difference.",
    "rolled_back": "The version of the scheme that gave this was withdrawn.",
    "merged": "Two accounts of yours became one.",
    "redeemed": "You chose a reward.",
    "refunded": "The reward was declined or cancelled; what it cost came back.",
    "gift": "A colleague gave you part of their allowance.",
    "gift_sent": "You gave this from your allowance.",
    "allowance": "Your allowance for this period.",
    "budget": "The budget set aside for a reward.",
}


class Schemes:
    """Versions not rolled back, and which one an instant belongs to."""

    def __init__(self, tx: Transaction, organisation: str) -> None:
        self._tx = tx
        self._organisation = organisation
        self.timeline: list[tuple[int, int]] = [
            (row.version, row.effective_us) for row in rows.timeline(tx, organisation)
        ]

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
        """After a publication in the same transaction."""
        tx.memo.pop(("schemes", organisation), None)

    def at(self, at_us: int) -> int:
        """The version in force at an instant: the latest published of those effective by then; 0 for none."""
        for version, effective_us in reversed(self.timeline):
            if effective_us <= at_us:
                return version
        return NO_SCHEME

    def compiled(self, version: int) -> CompiledScheme:
        """The version compiled; a version never changes, so that the process keeps it."""
        key = ("compiled", self._organisation, version)
        cache = self._tx.database.cache
        if key not in cache:
            row = rows.find(self._tx, self._organisation, version)
            assert row is not None, f"scheme version {version} is missing"
            # The document's hash is part of the key: a rolled-back transaction may have used the number before.
            cache[key] = (row.content_hash, compile_scheme(IncentiveScheme.model_validate_json(row.document)))
        found: CompiledScheme = cache[key][1]
        return found

    def scheme(self, version: int) -> IncentiveScheme:
        """The version's document."""
        return self.compiled(version).scheme

    def title(self, version: int, rule: str) -> str:
        """What people call a rule or badge."""
        if version == NO_SCHEME:
            return rule
        return self._titles(version).get(rule, rule)

    def why(self, reason: str, arguments: Mapping[str, Any]) -> str:
        """A reason code in plain English."""
        return OWN_REASONS.get(reason) or explain(reason, arguments)

    def _titles(self, version: int) -> dict[str, str]:
        cache = self._tx.database.cache
        key = ("titles", self._organisation, version)
        if key not in cache:
            scheme = self.scheme(version)
            cache[key] = {one.id: one.title for group in (scheme.rules, scheme.badges) for one in group}
        found: dict[str, str] = cache[key]
        return found
