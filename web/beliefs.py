"""The posterior used by a computation, in words: a recalibration by its number, or published findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rewards.language import gettext as _


def recalibration_of(provenance: Mapping[str, Any]) -> int | None:
    """The number of the recalibration used; None where none was used or it was not stored."""
    named = provenance.get("recalibration")
    return None if named is None else int(named["number"])


def went_by(provenance: Mapping[str, Any]) -> str:
    """A sentence on the posterior used; "" where it was not stored."""
    if "recalibration" not in provenance:
        return ""
    number = recalibration_of(provenance)
    if number is None:
        return _("The model went by published findings alone: nothing of your own history is in it.")
    return _("The model went by recalibration {number}, which your company accepted.").format(number=number)
