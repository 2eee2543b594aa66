"""Turning points of risks in words: the multiple of a scheme's points at which a limit is crossed, or clicks fall below no points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rewards.digits import rounded, teller
from rewards.language import gettext as _
from web.rehearsal.sheets import sheet

GAIN = "gain"
FINEST = 0.01


def turns_of(body: Mapping[str, Any] | None) -> dict[str, dict[str, str]]:
    """A sentence for each risk of each scheme with a known turning point."""
    if body is None:
        return {}
    settings = body["settings"]
    return {
        one["scenario"]: {each["name"]: _sentence(each, settings[-1]) for each in one["turns"]}
        for one in body["schemes"]
    }


def turning_csv(body: Mapping[str, Any]) -> str:
    """Each risk of each scheme as CSV: the distance to its limit at each multiple of the points, and the turning point."""
    rows = [
        [
            one["scenario"], each["name"], "" if each["turns_at"] is None else each["turns_at"],
            *(each["interval_90"] or ("", "")), each["share_of_resamples_that_turn"], *each["means"],
        ]
        for one in body["schemes"]
        for each in one["turns"]
    ]  # fmt: skip
    head = ["scheme", "what", "turns_at", "p90_low", "p90_high", "share_of_resamples_that_turn"]
    return sheet([*head, *(f"at_{setting:g}_times_the_points" for setting in body["settings"])], rows)


def _sentence(one: Mapping[str, Any], most: float) -> str:
    at, interval, means = one["turns_at"], one["interval_90"], one["means"]
    if at is None or interval is None:
        if one["name"] == GAIN:
            more = means[1] >= means[0]
            text = (
                _("From none to {most} times its points, points bring no fewer clicks than none.")
                if more
                else _("From none to {most} times its points, points bring fewer clicks than none.")
            )
        else:
            text = (
                _("From none to {most} times its points it stays within its limit.")
                if means[-1] >= 0.0
                else _("From none to {most} times its points it is beyond its limit.")
            )
        return text.format(most=rounded(most, 1.0))
    text_of, (low, high) = teller(interval, least=FINEST), interval
    values = {"at": text_of(at), "low": text_of(low), "high": text_of(high)}
    if one["name"] == GAIN:
        text = (
            _("Beyond {at} times its points, points bring fewer clicks than none (90 %: {low} to {high}).")
            if means[1] >= means[0]
            else _(
                "Up to {at} times its points, points bring fewer clicks than none (90 %: {low} to {high})."
            )
        )
    else:
        text = (
            _("Beyond {at} times its points it crosses its limit (90 %: {low} to {high}).")
            if means[0] >= 0.0
            else _("Below {at} times its points it is beyond its limit (90 %: {low} to {high}).")
        )
    return text.format(**values)
