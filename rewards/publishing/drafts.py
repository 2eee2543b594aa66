"""Scheme drafts until they are in force: written, rehearsed, shadowed, published, retired.

A draft changes until it is published. Rehearsals and shadows are stored with the content hash: a later edit
makes both steps necessary again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from rewards.document import content_hash
from rewards.faults import Conflict, NotFound, Refused, Stale
from rewards.publishing.publication import (
    Difference,
    Mode,
    SchemeVersion,
    publish_scheme,
    scheme_in_force,
    shadow,
)
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.tables import compile_scheme
from rewards.store import drafts as rows
from rewards.store import trail
from rewards.store.rows import SchemeDraftRow
from rewards.store.session import Database, Transaction
from rewards.store.units import from_us, maybe_us, to_us

OPEN, PUBLISHED, RETIRED = "draft", "published", "retired"


@dataclass(frozen=True, slots=True)
class SchemeDraft:
    """A draft. `revision` counts its edits; `rehearsed` and `shadowed` refer to the current text.

    `shadow_mode` and `shadow_since`: mode and start of the text's last shadow, if any.
    """

    id: int
    status: str
    revision: int
    hash: str
    scheme: IncentiveScheme
    rehearsed: bool
    shadowed: bool
    version: int | None
    actor: str
    created_at: datetime
    changed_at: datetime
    shadow_mode: Mode | None = None
    shadow_since: datetime | None = None


def create_draft(
    tx: Transaction, organisation: str, scheme: IncentiveScheme, actor: str, now: datetime
) -> SchemeDraft:
    """Store a new draft. Raises SchemeError where the scheme cannot be scored."""
    compile_scheme(scheme)
    row = {
        "organisation_id": organisation,
        "status": OPEN,
        "revision": 1,
        "content_hash": content_hash(scheme),
        "document": scheme.model_dump_json(),
        "rehearsed_hash": None,
        "shadowed_hash": None,
        "shadowed_mode": None,
        "shadowed_us": None,
        "version": None,
        "actor": actor,
        "created_us": to_us(now),
        "changed_us": to_us(now),
    }
    draft = rows.add(tx, row)
    trail.log(tx, organisation, actor, "scheme.draft", str(draft), reason=scheme.name, at_us=to_us(now))
    return get_draft(tx, organisation, draft)


def get_draft(tx: Transaction, organisation: str, draft: int) -> SchemeDraft:
    """One draft. Raises NotFound."""
    return _view(_find(tx, organisation, draft))


def list_drafts(
    tx: Transaction, organisation: str, limit: int = 50, before: int | None = None
) -> list[SchemeDraft]:
    """Drafts, newest first; `before` is the id of the last one on the previous page."""
    return [_view(row) for row in rows.page(tx, organisation, limit, before)]


def edit_draft(
    tx: Transaction,
    organisation: str,
    draft: int,
    scheme: IncentiveScheme,
    actor: str,
    *,
    now: datetime,
    revision: int | None = None,
) -> SchemeDraft:
    """Replace the text. Raises Stale when `revision` is not the current one, Conflict when it is no longer open."""
    compile_scheme(scheme)
    row = _open(tx, organisation, draft, revision)
    values = {
        "revision": row.revision + 1,
        "content_hash": content_hash(scheme),
        "document": scheme.model_dump_json(),
        "changed_us": to_us(now),
        "actor": actor,
    }
    rows.change(tx, draft, values)
    trail.log(tx, organisation, actor, "scheme.edit", str(draft), reason=scheme.name, at_us=to_us(now))
    return get_draft(tx, organisation, draft)


def rehearsed(
    tx: Transaction, organisation: str, draft: int, content: str, actor: str, *, now: datetime
) -> SchemeDraft:
    """Record a rehearsal of the text with this content hash. Raises Conflict where the text has changed."""
    row = _open(tx, organisation, draft, None)
    if row.content_hash != content:
        raise Conflict("draft {draft}: was changed since; rehearse it as it stands", draft=draft)
    rows.change(tx, draft, {"rehearsed_hash": content, "changed_us": to_us(now)})
    trail.log(tx, organisation, actor, "scheme.rehearse", str(draft), reason=content, at_us=to_us(now))
    return get_draft(tx, organisation, draft)


def shadow_draft(
    db: Database,
    organisation: str,
    draft: int,
    effective_at: datetime,
    actor: str,
    *,
    now: datetime,
    mode: Mode = "exact",
) -> Difference:
    """The shadow of a draft: changes by person and segment if published in this mode from this instant, without blocking events.

    A retroactive mode can only be published as shadowed last. Raises Conflict where the text was changed meanwhile.
    """
    with db.read() as tx:
        found = get_draft(tx, organisation, draft)
        check_open(found, None)
        seen = shadow(tx, organisation, found.scheme, effective_at, now, mode=mode)
    with db.begin() as tx:
        row = _open(tx, organisation, draft, None)
        if row.content_hash != found.hash:
            raise Conflict(
                "draft {draft}: was changed meanwhile; look at its shadow as it stands", draft=draft
            )
        values = {
            "shadowed_hash": row.content_hash,
            "shadowed_mode": mode,
            "shadowed_us": to_us(effective_at),
        }
        rows.change(tx, draft, {**values, "changed_us": to_us(now)})
        hashed = row.content_hash
        trail.log(tx, organisation, actor, "scheme.shadow", str(draft), reason=hashed, at_us=to_us(now))
    return seen


def publish_draft(
    tx: Transaction,
    organisation: str,
    draft: int,
    effective_at: datetime,
    mode: Mode,
    *,
    actor: str,
    reason: str,
    now: datetime,
    revision: int | None = None,
    displace_scheduled: bool = False,
) -> SchemeVersion:
    """Put a draft in force. A retroactive mode is refused without a shadow of the same text, instant and mode."""
    row = _open(tx, organisation, draft, revision)
    if mode != "prospective":
        _check_shadow(row, mode, effective_at)
    scheme = IncentiveScheme.model_validate_json(row.document)
    version = publish_scheme(
        tx,
        organisation,
        scheme,
        effective_at,
        actor,
        reason,
        now,
        mode,
        displace_scheduled=displace_scheduled,
    )
    rows.change(tx, draft, {"status": PUBLISHED, "version": version.version, "changed_us": to_us(now)})
    return version


def _check_shadow(row: SchemeDraftRow, mode: Mode, effective_at: datetime) -> None:
    asked = f"{mode} from {effective_at.isoformat()}"
    if row.shadowed_hash != row.content_hash:
        raise Conflict(
            "draft {id}: {asked} changes what people have already; look at its shadow first, then publish",
            id=row.id,
            asked=asked,
        )
    if (row.shadowed_mode, row.shadowed_us) != (mode, to_us(effective_at)):
        seen = f"{row.shadowed_mode} from {from_us(row.shadowed_us or 0).isoformat()}"
        raise Conflict(
            "draft {id}: {asked} was asked for, but its shadow was seen as {seen}; publish what was seen, or look at the shadow of this",
            id=row.id,
            asked=asked,
            seen=seen,
        )


def discard_draft(
    tx: Transaction, organisation: str, draft: int, actor: str, reason: str, *, now: datetime
) -> SchemeDraft:
    """Close a draft for good. Raises Conflict when it is no longer open."""
    _open(tx, organisation, draft, None)
    rows.change(tx, draft, {"status": RETIRED, "changed_us": to_us(now)})
    trail.log(tx, organisation, actor, "scheme.discard", str(draft), reason=reason, at_us=to_us(now))
    return get_draft(tx, organisation, draft)


def retire_version(
    tx: Transaction,
    organisation: str,
    version: int,
    actor: str,
    reason: str,
    *,
    now: datetime,
    displace_scheduled: bool = False,
) -> SchemeVersion:
    """Retire the version in force: its boards, levels and time rules remain, and nothing is rewarded from now on.

    People keep their points. The retirement is itself a version, so that rolling it back undoes it. Scheduled versions remain scheduled,
    unless `displace_scheduled`.
    Raises Conflict unless `version` is the one in force.
    """
    found = scheme_in_force(tx, organisation, now)
    if found is None or found.version != version:
        raise Conflict(
            "scheme version {version}: not the one in force; retire the one that is", version=version
        )
    kept = found.scheme
    if kept == _ended(kept):
        raise Refused("scheme version {version}: rewards nothing already; nothing to do", version=version)
    return publish_scheme(
        tx, organisation, _ended(kept), now, actor, reason, now, displace_scheduled=displace_scheduled
    )


def _ended(scheme: IncentiveScheme) -> IncentiveScheme:
    """The scheme without its rewarding parts."""
    empty = IncentiveScheme(name=scheme.name, title=scheme.title)
    gone = {
        name: getattr(empty, name)
        for name in ("rules", "caps", "badges", "streaks", "challenges", "recognition", "rewards")
    }
    return scheme.model_copy(update=gone)


def check_open(draft: SchemeDraft, revision: int | None) -> None:
    """Raises Conflict for a draft that is no longer open, Stale where another revision is current."""
    _check_open(draft.id, draft.status, draft.revision, revision)


def _open(tx: Transaction, organisation: str, draft: int, revision: int | None) -> SchemeDraftRow:
    row = _find(tx, organisation, draft, lock=True)
    _check_open(draft, row.status, row.revision, revision)
    return row


def _check_open(draft: int, status: str, stands: int, revision: int | None) -> None:
    if status != OPEN:
        raise Conflict(
            "draft {draft}: is {status} and does not change any more; write a new draft",
            draft=draft,
            status=status,
        )
    if revision is not None and revision != stands:
        raise Stale(
            "draft {draft}: revision {revision} was asked for, {revision_2} stands; read it again",
            draft=draft,
            revision=revision,
            revision_2=stands,
        )


def _find(tx: Transaction, organisation: str, draft: int, *, lock: bool = False) -> SchemeDraftRow:
    row = rows.find(tx, organisation, draft, lock=lock)
    if row is None:
        raise NotFound(
            "draft {draft}: not in organisation {organisation!r}; list the schemes",
            draft=draft,
            organisation=organisation,
        )
    return row


def _view(row: SchemeDraftRow) -> SchemeDraft:
    return SchemeDraft(
        id=row.id,
        status=row.status,
        revision=row.revision,
        hash=row.content_hash,
        scheme=IncentiveScheme.model_validate_json(row.document),
        rehearsed=row.rehearsed_hash == row.content_hash,
        shadowed=row.shadowed_hash == row.content_hash,
        version=row.version,
        actor=row.actor,
        created_at=from_us(row.created_us),
        changed_at=from_us(row.changed_us),
        shadow_mode=cast("Mode", row.shadowed_mode) if row.shadowed_hash == row.content_hash else None,
        shadow_since=maybe_us(row.shadowed_us) if row.shadowed_hash == row.content_hash else None,
    )
