"""Translated titles of the shipped templates' parts, so that a company's scheme is in the company's language."""

from __future__ import annotations

import json
from typing import Any

from rewards.language import gettext, msg, speaking
from rewards.scheme.scheme import IncentiveScheme

TITLES = (
    msg("Points for shares and clicks"), msg("Share a green-lit item"), msg("A person clicked your link"), msg("First share"),
    msg("Ten shares"), msg("Voice"), msg("Guide"), msg("This month"), msg("Gift card worth 25"), msg("Recognition, not pay"),
    msg("Suggest content that is published"), msg("Regular voice"), msg("Voice of the month"), msg("The curator's scheme"), msg("Curator"),
    msg("A little every working day"), msg("Comment on a colleague's post"), msg("Working days"), msg("Faithful"),
    msg("Faithful for a quarter"), msg("Together"), msg("Bring a lead"), msg("A hundred points together"), msg("Teams per head"),
    msg("Helper of the month"),
)  # fmt: skip


def in_language(scheme: IncentiveScheme, language: str) -> IncentiveScheme:
    """A template with its titles in a language; other titles are unchanged."""
    with speaking(language):
        return IncentiveScheme.model_validate_json(json.dumps(_said(json.loads(scheme.model_dump_json()))))


def _said(part: Any) -> Any:
    if isinstance(part, list):
        return [_said(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: gettext(value) if name == "title" and value in TITLES else _said(value)
        for name, value in part.items()
    }


def titled_text(text: str, language: str) -> str:
    """The text of a template with its titles in a language."""
    with speaking(language):
        for title in sorted(TITLES, key=len, reverse=True):
            text = text.replace(f"title: {title}", f"title: {gettext(title)}")
    return text
