"""The approval gate: a draft's conditions before it takes effect, and decisions. Pages, API and commands all publish through `publish`.

The exact text must have been rehearsed recently and with enough runs; it must keep the limit on fairness, or have a recorded exception;
a second person must approve; and everybody must be notified before it takes effect. Each organisation can adjust this (`change_rules`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from rewards.faults import BadValue, Conflict, NotFound, Refused
from rewards.people.rights import Right
from rewards.publishing.conditions import (
    FEWEST_LETTERS,
    Condition,
    Plan,
    Rules,
    conditions,
    rights_for,
    rules_of,
)
from rewards.publishing.drafts import SchemeDraft, check_open, get_draft, publish_draft
from rewards.publishing.publication import Mode, SchemeVersion
from rewards.publishing.rehearsals import Forecast, get_rehearsal, latest_rehearsal
from rewards.store import drafts as rows
from rewards.store import organisations as organisation_rows
from rewards.store import trail
from rewards.store.rows import SchemeDecisionRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, maybe_us, to_us

OPEN, PUBLISHED, DECLINED, WITHDRAWN = "open", "published", "declined", "withdrawn"
MOST_REASON = 1000
MOST_DAYS, MOST_HOURS = 3650, 24 * 365


@dataclass(frozen=True, slots=True)
class Decision:
    """A proposal and its outcome. `past_gate`: published in an emergency without the gate's conditions."""

    id: int
    draft: int
    hash: str
    status: str
    plan: Plan
    proposer: str
    proposed_at: datetime
    decider: str | None
    words: str
    decided_at: datetime | None
    past_gate: bool
    forecast: Forecast | None
    version: int | None


def change_rules(tx: Transaction, organisation: str, rules: Rules, actor: str, now: datetime) -> None:
    """Change the organisation's rules of the gate. Raises BadValue."""
    if not 1 <= rules.rehearsal_days <= MOST_DAYS:
        raise BadValue(
            "days that a rehearsal holds: got {value}; limit 1 to {most}; write a whole number",
            value=rules.rehearsal_days,
            most=MOST_DAYS,
        )
    if not 0 <= rules.notice_hours <= MOST_HOURS:
        raise BadValue(
            "hours of notice: got {value}; limit 0 to {most}; write a whole number",
            value=rules.notice_hours,
            most=MOST_HOURS,
        )
    rules_of(tx, organisation)
    organisation_rows.change_gate(tx, organisation, rules.on, rules.rehearsal_days, rules.notice_hours)
    said = f"{'on' if rules.on else 'off'}, {rules.rehearsal_days} days, {rules.notice_hours} hours"
    trail.log(tx, organisation, actor, "gate.change", organisation, reason=said, at_us=to_us(now))


def propose(
    tx: Transaction,
    organisation: str,
    draft: int,
    plan: Plan,
    actor: str,
    *,
    now: datetime,
    revision: int | None = None,
) -> Decision:
    """Propose a draft for a second person's approval, which withdraws an open proposal of it.

    Raises Refused with all unmet conditions, NotFound, Conflict for a draft that is no longer open, Stale for another revision.
    """
    found = get_draft(tx, organisation, draft)
    check_open(found, revision)
    _check_words(plan.reason)
    missing = [one for one in conditions(tx, organisation, found, plan, now)[:3] if not one.kept]
    if missing:
        raise _refused(found, missing)
    return _keep(tx, organisation, found, plan, actor, now=now)


def approve(
    tx: Transaction, organisation: str, decision: int, actor: str, words: str, *, now: datetime
) -> SchemeVersion:
    """Approve a proposal: the draft is published as proposed, if all conditions are still met.

    Raises NotFound, Conflict where it is no longer open or the draft has changed, Refused with the unmet conditions.
    """
    row = _open(tx, organisation, decision)
    found = get_draft(tx, organisation, row.draft_id)
    if found.hash != row.content_hash:
        raise Conflict(
            "draft {draft}: was changed since it was proposed; rehearse and propose it as it stands",
            draft=row.draft_id,
        )
    plan = _plan(row)
    missing = [
        one
        for one in conditions(tx, organisation, found, plan, now, people=(row.proposing_actor, actor))
        if not one.kept
    ]
    if missing:
        raise _refused(found, missing)
    return _publish(tx, organisation, row, plan, actor, words=words, now=now, past_gate=False)


def decline(
    tx: Transaction, organisation: str, decision: int, actor: str, words: str, *, now: datetime
) -> Decision:
    """Decline a proposal, or withdraw one's own. Raises NotFound, Conflict where it is no longer open, Refused without the right."""
    row = _open(tx, organisation, decision)
    own = actor == row.proposing_actor
    if not own and Right.SCHEME_APPROVE not in rights_for(tx, organisation, actor):
        raise Refused(
            "decision {id}: {actor} may not decide it; ask somebody who may approve schemes",
            id=decision,
            actor=actor,
        )
    _check_words(words)
    values = {
        "status": WITHDRAWN if own else DECLINED,
        "deciding_actor": actor,
        "decision": words,
        "decided_us": to_us(now),
    }
    rows.change_decision(tx, decision, values)
    trail.log(tx, organisation, actor, "scheme.decline", str(row.draft_id), reason=words, at_us=to_us(now))
    return get_decision(tx, organisation, decision)


def publish(
    tx: Transaction,
    organisation: str,
    draft: int,
    plan: Plan,
    actor: str,
    *,
    now: datetime,
    revision: int | None = None,
    past_gate: bool = False,
) -> SchemeVersion:
    """Put a draft in force, through the gate where the organisation uses it.

    With an open proposal by another person this is the second person's approval. `past_gate`: an emergency, for which the caller must
    check the right; its reason is recorded. Raises as `propose` and `approve`.
    """
    found = get_draft(tx, organisation, draft)
    check_open(found, revision)
    if rules_of(tx, organisation).on and not past_gate:
        waiting = rows.decisions(tx, organisation, OPEN, draft, 1)
        if waiting and waiting[0].proposing_actor != actor:
            return approve(tx, organisation, waiting[0].id, actor, plan.reason, now=now)
        raise _refused(
            found,
            [
                one
                for one in conditions(tx, organisation, found, plan, now, people=(actor, actor))
                if not one.kept
            ],
        )
    if past_gate:
        _check_words(plan.reason)
    decision = _keep(tx, organisation, found, plan, actor, now=now)
    row = _open(tx, organisation, decision.id)
    return _publish(tx, organisation, row, plan, actor, words=plan.reason, now=now, past_gate=past_gate)


def get_decision(tx: Transaction, organisation: str, decision: int) -> Decision:
    """One decision. Raises NotFound."""
    row = rows.find_decision(tx, organisation, decision)
    if row is None:
        raise NotFound("decision {id}: not in this organisation; list the decisions", id=decision)
    return _decision(tx, row)


def list_decisions(
    tx: Transaction, organisation: str, status: str | None = None, draft: int | None = None
) -> list[Decision]:
    """Decisions, newest first."""
    return [_decision(tx, row) for row in rows.decisions(tx, organisation, status, draft)]


def decision_of_version(tx: Transaction, organisation: str, version: int) -> Decision | None:
    """The decision that put a version in force; None for versions older than the gate."""
    row = rows.decided(tx, organisation, version)
    return None if row is None else _decision(tx, row)


def _refused(draft: SchemeDraft, missing: Sequence[Condition]) -> Refused:
    words = " ".join(one.words for one in missing)
    return Refused("draft {draft}: is not let through: {words}", draft=draft.id, words=words)


def _check_words(words: str) -> None:
    if not FEWEST_LETTERS <= len(words.strip()) <= MOST_REASON:
        raise BadValue(
            "reason of {count} characters: limit {fewest} to {most}; say why in a sentence",
            count=len(words.strip()),
            fewest=FEWEST_LETTERS,
            most=MOST_REASON,
        )


def _keep(
    tx: Transaction, organisation: str, draft: SchemeDraft, plan: Plan, actor: str, *, now: datetime
) -> Decision:
    for former in rows.decisions(tx, organisation, OPEN, draft.id):
        rows.change_decision(tx, former.id, {"status": WITHDRAWN, "decided_us": to_us(now)})
    forecast = latest_rehearsal(tx, organisation, draft.hash)
    row = {
        "organisation_id": organisation,
        "draft_id": draft.id,
        "content_hash": draft.hash,
        "status": OPEN,
        "mode": plan.mode,
        "effective_us": to_us(plan.effective_at),
        "displace_scheduled": plan.displace_scheduled,
        "proposing_actor": actor,
        "reason": plan.reason,
        "exception": plan.exception,
        "proposed_us": to_us(now),
        "rehearsal_id": None if forecast is None else forecast.id,
    }
    number = rows.add_decision(tx, row)
    trail.log(tx, organisation, actor, "scheme.propose", str(draft.id), reason=plan.reason, at_us=to_us(now))
    return get_decision(tx, organisation, number)


def _publish(
    tx: Transaction,
    organisation: str,
    row: SchemeDecisionRow,
    plan: Plan,
    actor: str,
    *,
    words: str,
    now: datetime,
    past_gate: bool,
) -> SchemeVersion:
    version = publish_draft(
        tx, organisation, row.draft_id, plan.effective_at, plan.mode, actor=actor, reason=plan.reason, now=now,
        displace_scheduled=plan.displace_scheduled,
    )  # fmt: skip
    values = {
        "status": PUBLISHED,
        "deciding_actor": actor,
        "decision": words,
        "decided_us": to_us(now),
        "version": version.version,
        "past_gate": past_gate,
    }
    rows.change_decision(tx, row.id, values)
    if past_gate:
        trail.log(
            tx, organisation, actor, "gate.bypass", str(version.version), reason=words, at_us=to_us(now)
        )
    return version


def _open(tx: Transaction, organisation: str, decision: int) -> SchemeDecisionRow:
    row = rows.find_decision(tx, organisation, decision, lock=True)
    if row is None:
        raise NotFound("decision {id}: not in this organisation; list the decisions", id=decision)
    if row.status != OPEN:
        raise Conflict(
            "decision {id}: is {status} already; nothing to decide", id=decision, status=row.status
        )
    return row


def _plan(row: SchemeDecisionRow) -> Plan:
    return Plan(
        cast("Mode", row.mode), from_us(row.effective_us), row.reason, row.exception, row.displace_scheduled
    )


def _decision(tx: Transaction, row: SchemeDecisionRow) -> Decision:
    forecast = None if row.rehearsal_id is None else get_rehearsal(tx, row.rehearsal_id)
    return Decision(
        row.id, row.draft_id, row.content_hash, row.status, _plan(row), row.proposing_actor, from_us(row.proposed_us),
        row.deciding_actor, row.decision, maybe_us(row.decided_us), row.past_gate, forecast, row.version,
    )  # fmt: skip
