"""Which posterior numbers follow from, in words: the company's own, by its number, or that of published findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rewards.language import gettext as _


def recalibration_of(provenance: Mapping[str, Any]) -> int | None:
    """The number of the recalibration; None where runs went by none, or what they went by was not kept."""
    named = provenance.get("recalibration")
    return None if named is None else int(named["number"])


def went_by(provenance: Mapping[str, Any]) -> str:
    """In a sentence; "" where it was not kept."""
    if "recalibration" not in provenance:
        return ""
    number = recalibration_of(provenance)
    if number is None:
        return _("The model went by published findings alone: nothing of your own history is in it.")
    return _("The model went by recalibration {number}, which your company accepted.").format(number=number)
