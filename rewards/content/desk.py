"""The content desk: an item is drafted, reviewed by others, approved or rejected with a reason, and only then published.

A draft is a copy beside the published item, which stays unchanged until the draft is approved. Every saved change is a new revision;
earlier approvals do not apply to it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from rewards.content.content import publish_item
from rewards.content.items import ContentItem, read_item
from rewards.content.policy import findings, policy_of
from rewards.content.suggestions import published
from rewards.faults import BadValue, Conflict, NotFound, Refused, Stale
from rewards.language import gettext
from rewards.store import content as rows
from rewards.store import trail
from rewards.store.rows import ContentDraftRow
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, from_us, to_us

Status = Literal["draft", "in_review", "rejected"]
MOST_REASON = 1000


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A draft of an item. `approved_by`: approvers of this revision so far."""

    item: ContentItem
    status: Status
    author: str
    revision: int
    changed_at: datetime
    approved_by: tuple[str, ...]
    suggestion: int | None


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision in an item's history: submit, approve, reject, publish, recall or discard."""

    decision: str
    actor: str
    reason: str
    revision: int
    decided_at: datetime


def find_draft(tx: Transaction, organisation: str, item: str) -> ItemDraft | None:
    """The draft of an item, if it has one."""
    row = rows.draft(tx, organisation, item)
    return None if row is None else _draft(tx, row)


def get_draft(tx: Transaction, organisation: str, item: str) -> ItemDraft:
    """The draft of an item. Raises NotFound."""
    return _draft(tx, _row(tx, organisation, item, lock=False))


def _row(tx: Transaction, organisation: str, item: str, lock: bool = True) -> Any:
    row = rows.draft(tx, organisation, item, lock)
    if row is None:
        there = rows.find(tx, organisation, item) is not None
        if there:
            raise NotFound("content item {item!r}: has no draft; it is published as it is", item=item)
        raise NotFound("content item {item!r}: not on the desk; write it first", item=item)
    return row


def _draft(tx: Transaction, row: ContentDraftRow) -> ItemDraft:
    approved = [
        one.actor
        for one in rows.decisions(tx, row.organisation_id, row.item)
        if one.decision == "approve" and one.revision == row.revision
    ]
    return ItemDraft(
        read_item(row.document),
        cast("Status", row.status),
        row.author,
        row.revision,
        from_us(row.changed_us),
        tuple(dict.fromkeys(approved)),
        row.suggestion_id,
    )


def save_draft(
    tx: Transaction,
    organisation: str,
    item: ContentItem,
    author: str,
    now: datetime,
    *,
    revision: int | None = None,
    suggestion: int | None = None,
) -> ItemDraft:
    """Store an item, new or changed, as a draft; earlier approvals end.

    `revision` is the one that the author read: None for a new item, 0 for a published one without a draft. Raises Conflict where a new
    item's id is taken, Stale after a concurrent change.
    """
    before = rows.draft(tx, organisation, item.id, lock=True)
    there = rows.find(tx, organisation, item.id) is not None
    if revision is None and (before is not None or there):
        raise Conflict(
            "content item {id!r}: the id is taken; choose another, or change that item", id=item.id
        )
    stands = 0 if before is None else before.revision
    if revision not in (None, stands) or (revision == 0 and not there):
        raise Stale(
            "content item {id!r}: revision {revision} was changed meanwhile, revision {stands} stands; look at it and save again",
            id=item.id,
            revision=revision,
            stands=stands,
        )
    values: dict[str, Any] = {
        "document": item.model_dump_json(),
        "status": "draft",
        "author": author,
        "changed_us": to_us(now),
    }
    if before is None:
        new = rows.last_revision(tx, organisation, item.id) + 1
        key = {"organisation_id": organisation, "item": item.id, "revision": new, "suggestion_id": suggestion}
        if not rows.add_draft(tx, key | values):
            raise Stale(
                "content item {id!r}: somebody else began a draft at the same moment; look at it", id=item.id
            )
    elif not rows.change_draft(
        tx, organisation, item.id, stands,
        {"revision": stands + 1, "suggestion_id": suggestion or before.suggestion_id, **values},
    ):  # fmt: skip
        raise Stale(
            "content item {id!r}: was changed at the same moment; look at it and save again", id=item.id
        )
    trail.log(tx, organisation, author, "content.save", item.id, reason="", at_us=to_us(now))
    return get_draft(tx, organisation, item.id)


def submit(tx: Transaction, organisation: str, item: str, actor: str, now: datetime) -> ItemDraft:
    """Submit a draft for approval. Idempotent. Raises NotFound, BadValue for forbidden words, Refused when expired."""
    row = _row(tx, organisation, item)
    if row.status != "in_review":
        written = read_item(row.document)
        _check(tx, organisation, written, now)
        rows.change_draft(tx, organisation, item, row.revision, {"status": "in_review"})
        _note(tx, organisation, item, row.revision, "submit", actor=actor, reason="", now=now)
    return get_draft(tx, organisation, item)


def _check(tx: Transaction, organisation: str, item: ContentItem, now: datetime) -> None:
    found = findings(policy_of(tx, organisation).policy, item)
    if found:
        first = found[0]
        remedy = first.remedy or gettext("leave it out")
        raise BadValue(
            "content item {id!r}: {phrase!r} stays out of texts, and stands in {where!r}; {remedy}",
            id=item.id,
            phrase=first.phrase,
            where=first.where,
            remedy=remedy,
        )
    if item.expires_at is not None and item.expires_at <= now:
        raise Refused(
            "content item {id!r}: expired on {expires_at:%Y-%m-%d}; give it a later end",
            id=item.id,
            expires_at=item.expires_at,
        )


def approve(
    tx: Transaction,
    organisation: str,
    item: str,
    actor: str,
    reason: str,
    *,
    now: datetime,
    revision: int | None = None,
) -> ItemDraft | None:
    """Approve an item in review; None when it is now published, else the draft, which waits for more approvals.

    The policy sets the number of people who must agree, the author counted. A second approval by one person is ignored. Raises NotFound,
    Conflict where it is not in review, Stale where `revision` is no longer current, Refused for the author alone.
    """
    row = _waiting(tx, organisation, item, revision)
    written = read_item(row.document)
    _check(tx, organisation, written, now)
    needed = policy_of(tx, organisation).policy.people_to_approve
    if needed > 1 and actor == row.author:
        raise Refused(
            "content item {item!r}: {needed} people answer for an item here, and {actor!r} wrote it; ask a colleague to approve it",
            item=item,
            needed=needed,
            actor=actor,
        )
    found = _draft(tx, row)
    if actor not in found.approved_by:
        _note(
            tx,
            organisation,
            item,
            row.revision,
            "approve",
            actor=actor,
            reason=_reason(reason, needed=False),
            now=now,
        )
        found = _draft(tx, row)
    if len({row.author, *found.approved_by}) < needed:
        return found
    rows.drop_draft(tx, organisation, item)
    publish_item(tx, organisation, written.model_copy(update={"approver": actor}), now)
    rows.decide(tx, organisation, item, row.revision, "publish", actor=actor, reason="", at_us=to_us(now))
    if row.suggestion_id is not None:
        published(tx, organisation, row.suggestion_id, written, now)
    trail.tell(tx, organisation, [("content.published", {"item": item, "title": written.title})], to_us(now))
    return None


def reject(
    tx: Transaction,
    organisation: str,
    item: str,
    actor: str,
    reason: str,
    *,
    now: datetime,
    revision: int | None = None,
) -> ItemDraft:
    """Reject an item with a reason. Raises NotFound, BadValue without a reason, Conflict where it is not in review, Stale."""
    row = _waiting(tx, organisation, item, revision)
    said = _reason(reason, needed=True)
    rows.change_draft(tx, organisation, item, row.revision, {"status": "rejected"})
    _note(tx, organisation, item, row.revision, "reject", actor=actor, reason=said, now=now)
    return get_draft(tx, organisation, item)


def discard(
    tx: Transaction, organisation: str, item: str, actor: str, now: datetime, *, revision: int | None = None
) -> None:
    """Delete a draft; the published item stays. Raises NotFound, Stale."""
    row = _row(tx, organisation, item)
    _is_current(row, revision)
    rows.drop_draft(tx, organisation, item)
    _note(tx, organisation, item, row.revision, "discard", actor=actor, reason="", now=now)


def _waiting(tx: Transaction, organisation: str, item: str, revision: int | None) -> Any:
    row = _row(tx, organisation, item)
    _is_current(row, revision)
    if row.status != "in_review":
        raise Conflict(
            "content item {item!r}: is {status} and not in review; submit it for review first",
            item=item,
            status=row.status,
        )
    return row


def _is_current(row: ContentDraftRow, revision: int | None) -> None:
    if revision not in (None, row.revision):
        raise Stale(
            "content item {item!r}: revision {revision} was changed meanwhile, revision {revision_2} stands; look at it first",
            item=row.item,
            revision=revision,
            revision_2=row.revision,
        )


def _reason(reason: str, needed: bool) -> str:
    said = reason.strip()
    if needed and not said:
        raise BadValue("reason: got none; whoever wrote it needs to know what to change; give one")
    if len(said) > MOST_REASON:
        raise BadValue(
            "reason of {count} characters: limit {most_reason}; say it in fewer words",
            count=len(said),
            most_reason=MOST_REASON,
        )
    return said


def _note(
    tx: Transaction,
    organisation: str,
    item: str,
    revision: int,
    decision: str,
    *,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    rows.decide(tx, organisation, item, revision, decision, actor=actor, reason=reason, at_us=to_us(now))
    trail.log(tx, organisation, actor, f"content.{decision}", item, reason=reason, at_us=to_us(now))


def history(tx: Transaction, organisation: str, item: str) -> list[Decided]:
    """The decisions about an item, newest first."""
    found = rows.decisions(tx, organisation, item)
    return [
        Decided(one.decision, one.actor, one.reason, one.revision, from_us(one.decided_us))
        for one in reversed(found)
    ]


def days_waited(tx: Transaction, organisation: str, since: datetime) -> list[float]:
    """Days from the first submission to publication, for each publication by the content desk since an instant."""
    asked: dict[str, int] = {}
    days = []
    for one in rows.decisions_of_published(tx, organisation, to_us(since)):
        if one.decision == "submit":
            asked.setdefault(one.item, one.decided_us)
        elif one.decision == "publish":
            from_ = asked.pop(one.item, one.decided_us)
            if one.decided_us >= to_us(since):
                days.append((one.decided_us - from_) / DAY_US)
        elif one.decision == "discard":
            asked.pop(one.item, None)
    return days
