"""Estimates of the program's effect in words: the comparison each is based on, and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rewards.digits import teller
from rewards.language import gettext as _
from rewards.language import msg
from rewards.store.session import Transaction
from sims.loop.brought import Brought, brought
from web.templating import number_text

LABELS = {
    "randomised": msg("Drawn at random: the comparison that can be trusted most."),
    "calibrated": msg(
        "The model's word, calibrated on this company: what it knows is that it fits what came, not that there is no other reason for it."
    ),
    "general": msg(
        "The model's word, from published findings alone: nothing of this company has gone into it but its people and its clicks."
    ),
    "implausible": msg(
        "The model's clicks are far from those that came. Calibrate it before you use this number."
    ),
}
AGAINST = {
    "nothing": msg("Beside nothing at all"),
    "tool": msg("Beside the tool alone, without points"),
    "teams": msg("Beside teams that went without"),
}


@dataclass(frozen=True)
class BroughtRow:
    """One estimate of the program's effect as texts; `low` and `high` are "" where there is no interval."""

    one: Brought
    against: str
    label: str
    estimate: str
    low: str
    high: str


def brought_rows(tx: Transaction, organisation: str, at: datetime) -> list[BroughtRow]:
    """Estimates of the program's effect, the most trustworthy first."""
    return [_brought(one) for one in brought(tx, organisation, at)]


def _brought(one: Brought) -> BroughtRow:
    against, label = _(AGAINST[one.against]), _(LABELS[one.label])
    if one.low is None or one.high is None:
        return BroughtRow(one, against, label, number_text(one.estimate), "", "")
    text = teller((one.low, one.high))
    return BroughtRow(one, against, label, text(one.estimate), text(one.low), text(one.high))
