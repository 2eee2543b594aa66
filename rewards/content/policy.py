"""The organisation's content policy: approvals, forbidden words, and disclosures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rewards.content.items import ContentItem, Language, name_or_none
from rewards.content.likeness import holds, words_of
from rewards.faults import BadValue, Stale
from rewards.fields import Normal, name_of
from rewards.store import content as rows
from rewards.store import trail
from rewards.store.session import Transaction
from rewards.store.units import to_us

# Rules on endorsements require employees to disclose their interest in plain words (FTC, Endorsement Guides 16 CFR 255.5).
SHIPPED = {
    "en": "I work at {}.",
    "de": "Ich arbeite bei {}.",
    "es": "Trabajo en {}.",
    "fr": "Je travaille chez {}.",
}
_NameOrNone = Annotated[str, AfterValidator(name_or_none)]


def _with_words(phrase: str) -> str:
    if not words_of(phrase):
        raise BadValue("phrase {phrase!r} has no words; write at least one", phrase=phrase)
    return " ".join(phrase.split())


class Forbidden(BaseModel):
    """A forbidden word or phrase, and its alternative; a `*` at a word's end matches any ending."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phrase: Annotated[str, Normal, Field(min_length=1, max_length=100), AfterValidator(_with_words)]
    remedy: Annotated[str, Normal] = Field(default="", max_length=300)
    language: Language = ""


class Disclosure(BaseModel):
    """A disclosure of the poster's interest. Empty fields match everything; the most specific rule applies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Normal, Field(min_length=1, max_length=500)]
    sector: _NameOrNone = ""
    channel: _NameOrNone = ""
    segment: Annotated[str, Normal] = Field(default="", max_length=64)
    language: Language = ""


class ContentPolicy(BaseModel):
    """The policy. `people_to_approve`: how many must agree to an item, the author counted: with 2 nobody publishes alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    people_to_approve: int = Field(default=1, ge=1, le=5)
    sector: _NameOrNone = ""
    forbidden: Annotated[tuple[Forbidden, ...], Field(max_length=500)] = ()
    disclosures: Annotated[tuple[Disclosure, ...], Field(max_length=200)] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy in force; `revision` 0 where none was stored."""

    policy: ContentPolicy
    revision: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A forbidden phrase in a text, which is given by its first words, and the alternative."""

    phrase: str
    remedy: str
    where: str


def policy_of(tx: Transaction, organisation: str) -> Rules:
    """The organisation's content policy."""
    row = rows.policy(tx, organisation)
    if row is None:
        return Rules(ContentPolicy(), 0)
    return Rules(ContentPolicy.model_validate_json(row.document), row.revision)


def set_policy(
    tx: Transaction,
    organisation: str,
    policy: ContentPolicy,
    actor: str,
    now: datetime,
    *,
    revision: int | None,
) -> Rules:
    """Store the policy. Raises Stale where it changed after `revision`; None skips the check."""
    found = policy_of(tx, organisation)
    if revision is not None and revision != found.revision:
        raise Stale(
            "content rules of revision {revision}: revision {revision_2} stands; look at it and save again",
            revision=revision,
            revision_2=found.revision,
        )
    written = Rules(policy, found.revision + 1)
    if not rows.save_policy(tx, organisation, policy.model_dump_json(), found.revision, to_us(now)):
        raise Stale("content rules: somebody else saved at the same moment; look at theirs and save again")
    trail.log(tx, organisation, actor, "content.policy", str(written.revision), reason="", at_us=to_us(now))
    return written


def disclosure_for(
    policy: ContentPolicy, item: ContentItem, channel: str, segment: str, company: str = ""
) -> str:
    """The item's own disclosure, else that of the most specific rule, else a statement of employment at the `company`.

    A rule by sector is more specific than one by channel, segment or language. The statement is in the item's language where a
    translation exists.
    """
    if item.disclosure:
        return item.disclosure
    asked = (item.sector or policy.sector, name_of(channel), segment, item.language)

    def closeness(rule: Disclosure) -> int:
        named = (rule.sector, rule.channel, rule.segment, rule.language)
        if any(wanted and wanted != one for wanted, one in zip(named, asked, strict=True)):
            return -1
        return sum(weight for wanted, weight in zip(named, (8, 4, 2, 1), strict=True) if wanted)

    best = max(policy.disclosures, key=closeness, default=None)
    if best is not None and closeness(best) >= 0:
        return best.text
    return (
        SHIPPED.get(item.language.partition("-")[0].lower(), SHIPPED["en"]).format(company) if company else ""
    )


def with_disclosure(words: str, disclosure: str) -> str:
    """The text with the disclosure, which is appended where it is missing."""
    words = words.strip()
    if not disclosure or _flat(disclosure) in _flat(words):
        return words
    return f"{words} {disclosure}".strip()


def _flat(text: str) -> str:
    return name_of(text)


def forbidden_in(policy: ContentPolicy, text: str, language: str) -> list[Finding]:
    """Forbidden phrases in a text of this language."""
    return [
        Finding(rule.phrase, rule.remedy, text[:40])
        for rule in policy.forbidden
        if rule.language in ("", language) and holds(text, rule.phrase)
    ]


def findings(policy: ContentPolicy, item: ContentItem) -> list[Finding]:
    """Forbidden phrases in any text of the item that is copied or read."""
    texts = (item.title, item.summary, item.disclosure, *item.every_text)
    return [found for text in texts for found in forbidden_in(policy, text, item.language)]
