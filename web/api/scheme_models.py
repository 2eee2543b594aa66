"""Schemes in the API: request bodies, drafts, versions and their differences."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from rewards.fields import Instant
from rewards.publishing.drafts import SchemeDraft
from rewards.publishing.publication import Difference, SchemeVersion
from rewards.scheme.explain import explain_scheme
from rewards.scheme.scheme import IncentiveScheme
from web.api.shared import Strict, Words
from web.session import now

MOST_YAML = 256_000


class NewScheme(Strict):
    """A scheme, as a JSON document or as YAML text; exactly one of the two."""

    document: dict[str, Any] | None = None
    yaml: Annotated[str, Field(max_length=MOST_YAML)] | None = None


class Span(Strict):
    """From when the shadow counts (the beginning of the open period at the earliest), and in which mode it would be published."""

    effective_at: Instant
    mode: Literal["prospective", "top_up", "exact"] = "exact"


class Publication(Strict):
    """prospective: from now or later on. top_up: people who would have earned more get the difference. exact: up and down.

    displace_scheduled: versions scheduled from `effective_at` on are withdrawn; without it they stay scheduled.
    exception: why less precision than stated is enough, or the limit on fairness need not be kept, where the rehearsal falls short of them.
    """

    mode: Literal["prospective", "top_up", "exact"] = "prospective"
    effective_at: Instant | None = None
    displace_scheduled: bool = False
    reason: Words
    exception: Annotated[str, Field(max_length=1000)] = ""


class PublicationNow(Publication):
    """past_gate: an emergency, for tokens with the scope admin; what the gate asks for is not asked, and the record says so."""

    past_gate: bool = False


class Why(Strict):
    """The reason, kept in the audit log."""

    reason: Words


class Ending(Why):
    """The end of a version. Later scheduled versions stay, unless `displace_scheduled`."""

    displace_scheduled: bool = False


class SchemeOut(Strict):
    """A draft or a version. `document` and `explanation` are left out of lists. `steps` hold for the text as it is now.

    `shadow_mode` and `shadow_since`: how a draft was looked at last; so it can be published in a mode that looks back.
    """

    id: str
    status: Literal["draft", "published", "scheduled", "in_force", "rolled_back", "retired"]
    name: str
    title: str
    hash: str
    steps: list[Literal["rehearsed", "shadowed"]] = Field(default_factory=list)
    shadow_mode: str | None = None
    shadow_since: datetime | None = None
    published_as: str | None = None
    effective_at: datetime | None = None
    published_at: datetime | None = None
    mode: str | None = None
    actor: str
    document: dict[str, Any] | None = None
    explanation: list[str] | None = None


class Schemes(Strict):
    """Drafts, then versions, each the newest first; `next` is the cursor of the following page, None on the last."""

    schemes: list[SchemeOut]
    next: str | None


class LossOut(Strict):
    """A rule, badge, streak, limit or count that goes. `people`: how many had begun it."""

    kind: Literal["rule", "repeats", "cap", "badge", "count", "streak", "freezes"]
    of: str
    words: str
    people: int


class DifferenceOut(Strict):
    """The changes by the scheme in the open period, in millipoints; people without a change are left out.

    `loses`: what the scheme before it remembers and this one does not name; it is kept aside until a version names it again.
    """

    by_person: dict[str, int]
    by_segment: dict[str, int]
    risen: int
    fallen: int
    loses: list[LossOut]


def draft_out(draft: SchemeDraft, whole: bool = False) -> SchemeOut:
    """A draft."""
    steps: list[Literal["rehearsed", "shadowed"]] = []
    if draft.rehearsed:
        steps.append("rehearsed")
    if draft.shadowed:
        steps.append("shadowed")
    return SchemeOut.model_validate(
        {
            "id": f"d{draft.id}",
            "status": draft.status,
            "name": draft.scheme.name,
            "title": draft.scheme.title,
            "hash": draft.hash,
            "steps": steps,
            "shadow_mode": draft.shadow_mode,
            "shadow_since": draft.shadow_since,
            "published_as": None if draft.version is None else f"v{draft.version}",
            "actor": draft.actor,
            **_whole(draft.scheme, whole),
        }
    )


def version_out(version: SchemeVersion, in_force: int | None, whole: bool = False) -> SchemeOut:
    """A version; `in_force` is the number of the one that holds now."""
    status = "scheduled" if version.effective_at > now() else "published"
    status = "rolled_back" if version.rolled_back_at else status
    return SchemeOut.model_validate(
        {
            "id": f"v{version.version}",
            "status": "in_force" if version.version == in_force else status,
            "name": version.scheme.name,
            "title": version.scheme.title,
            "hash": version.hash,
            "effective_at": version.effective_at,
            "published_at": version.published_at,
            "mode": version.mode,
            "actor": version.actor,
            **_whole(version.scheme, whole),
        }
    )


def _whole(scheme: IncentiveScheme, whole: bool) -> dict[str, Any]:
    if not whole:
        return {}
    return {"document": scheme.model_dump(mode="json"), "explanation": explain_scheme(scheme)}


def difference_out(seen: Difference) -> DifferenceOut:
    """A shadow."""
    changes = list(seen.by_person.values())
    return DifferenceOut(
        by_person=dict(seen.by_person),
        by_segment=dict(seen.by_segment),
        risen=sum(change > 0 for change in changes),
        fallen=sum(change < 0 for change in changes),
        loses=[LossOut(kind=one.kind, of=one.of, words=one.words, people=one.people) for one in seen.loses],
    )
