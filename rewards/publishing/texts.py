"""Drafts as texts: every revision is stored as typed, with comments, so that concurrent edits never lose one."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from rewards.document import DocumentError, content_hash, dump_document, load_document
from rewards.edits import MOST_TEXT
from rewards.faults import BadValue, Stale
from rewards.publishing.drafts import SchemeDraft, create_draft, edit_draft, get_draft
from rewards.publishing.weaving import woven
from rewards.scheme.scheme import IncentiveScheme
from rewards.store import drafts as rows
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us

MOST_REVISIONS, MOST_READ = 20, 256


@dataclass(frozen=True, slots=True)
class Written:
    """A revision as typed."""

    revision: int
    text: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """The result of saving: the current draft; `clash`: nothing was saved because of a concurrent edit.

    `text` is then the text to review: both edits merged (`together`), or the caller's own.
    """

    draft: SchemeDraft
    text: str
    clash: bool = False
    together: bool = False


def start_draft(tx: Transaction, organisation: str, text: str, actor: str, now: datetime) -> SchemeDraft:
    """Store a new draft as typed. Raises DocumentError, and SchemeError where the scheme cannot be scored."""
    draft = create_draft(tx, organisation, _read(text), actor, now)
    _keep(tx, organisation, draft, text, actor, now=now)
    return draft


def save_text(
    tx: Transaction,
    organisation: str,
    draft: int,
    text: str,
    *,
    revision: int,
    actor: str,
    now: datetime,
    base: str = "",
) -> Saved:
    """Replace a draft's text, if `revision` is still current. `base` is the text that the edit began from, if known.

    After a concurrent edit nothing is saved: the result has both edits merged where they touch different lines, else the caller's text.
    Raises DocumentError, SchemeError, NotFound, and Conflict where the draft is no longer open.
    """
    scheme = _read(text)
    try:
        found = edit_draft(tx, organisation, draft, scheme, actor, now=now, revision=revision)
    except Stale:
        stands = get_draft(tx, organisation, draft)
        kept = rows.find_text(tx, organisation, draft, revision)
        began = base if kept is None else kept.text
        both = woven(began, text, text_of(tx, organisation, stands)) if began else None
        return Saved(stands, text if both is None else both, clash=True, together=both is not None)
    _keep(tx, organisation, found, text, actor, now=now)
    return Saved(found, text)


def text_of(tx: Transaction, organisation: str, draft: SchemeDraft) -> str:
    """The draft as typed; serialised by the program where no text was stored, or where it no longer matches the document."""
    row = rows.find_text(tx, organisation, draft.id, draft.revision)
    # Erasure may have replaced a name in it by a number.
    if row is not None and _hash_of(row.text) == draft.hash:
        return row.text
    return dump_document(draft.scheme)


def revisions(tx: Transaction, organisation: str, draft: int) -> list[Written]:
    """The revisions of the text, newest first."""
    found = rows.texts(tx, organisation, draft, MOST_REVISIONS)
    return [Written(row.revision, row.text, row.actor, from_us(row.written_us)) for row in found]


@lru_cache(MOST_READ)
def _hash_of(text: str) -> str:
    """The content hash of the scheme in a text; '' without a valid scheme."""
    try:
        return content_hash(load_document(text, IncentiveScheme))
    except DocumentError:
        return ""


def _read(text: str) -> IncentiveScheme:
    if len(text) > MOST_TEXT:
        raise BadValue(
            "text: got {count} characters; at most {most}; shorten it", count=len(text), most=MOST_TEXT
        )
    return load_document(text, IncentiveScheme, "yaml")


def _keep(
    tx: Transaction, organisation: str, draft: SchemeDraft, text: str, actor: str, *, now: datetime
) -> None:
    row = {
        "organisation_id": organisation,
        "draft_id": draft.id,
        "revision": draft.revision,
        "text": text,
        "actor": actor,
        "written_us": to_us(now),
    }
    rows.add_text(tx, row)
