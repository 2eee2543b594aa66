"""A sweep's result for one outcome in words: turning point and its uncertainty."""

from __future__ import annotations

from collections.abc import Sequence

from rewards.digits import rounded, step_of
from rewards.language import gettext as _
from web.runs import Body
from web.templating import number_text

SURE = 0.9
"""The share of resampled runs in which something must hold to be stated without a doubt."""


def _places(one: Body, settings: Sequence[float], title: str) -> dict[str, str]:
    step = step_of((settings[-1] - settings[0]) or 1.0) / 10.0
    low, high = one["interval_80"] or (settings[0], settings[-1])
    return {
        "title": title,
        "least": number_text(settings[0]),
        "most": number_text(settings[-1]),
        "at": "" if one["at"] is None else rounded(one["at"], step),
        "low": rounded(low, step),
        "high": rounded(high, step),
        "share": f"{100 * one['share_of_resamples_that_turn']:.0f} %",
    }


def gain_words(one: Body, settings: Sequence[float], title: str, gains: Sequence[Body]) -> str:
    """The setting at which the gain over doing nothing changes sign, or that none in this range does, and whether the runs agree."""
    above = sum(gain["p80"][0] > 0.0 for gain in gains)
    below = sum(gain["p80"][1] < 0.0 for gain in gains)
    if one["at"] is not None and one["interval_80"] is not None:
        text = (
            _("{title}: more than doing nothing up to {at}, less beyond it (80 %: {low} to {high}; {share} of resampled runs turn).")
            if one["first"] >= one["last"]
            else _("{title}: less than doing nothing up to {at}, more beyond it (80 %: {low} to {high}; {share} of resampled runs turn).")
        )  # fmt: skip
        unclear = above == 0 or below == 0
    elif one["first"] == one["last"] == 0.0:
        return _(
            "{title}: the same as doing nothing from {least} to {most}; no sign turns in this range."
        ).format(**_places(one, settings, title))
    elif one["first"] + one["last"] >= 0.0:
        text = (
            _(
                "{title}: more than doing nothing all the way from {least} to {most}; no sign turns in this range."
            )
            if above == len(gains)
            else _(
                "{title}: more than doing nothing on average from {least} to {most}; no sign turns in this range."
            )
        )
        unclear = above < len(gains)
    else:
        text = (
            _(
                "{title}: less than doing nothing all the way from {least} to {most}; no sign turns in this range."
            )
            if below == len(gains)
            else _(
                "{title}: less than doing nothing on average from {least} to {most}; no sign turns in this range."
            )
        )
        unclear = below < len(gains)
    words = text.format(**_places(one, settings, title))
    return f"{words} {_unclear(len(gains) - above - below, len(gains))}" if unclear else words


def _unclear(open_settings: int, settings: int) -> str:
    """The number of settings at which the runs disagree on the gain's sign."""
    if open_settings == settings:
        return _(
            "That is not clear: at every setting the middle 80 % of the runs have more and less among them."
        )
    text = _(
        "That is not clear everywhere: at {open} of {all} settings the middle 80 % of the runs have more and less among them."
    )
    return text.format(open=open_settings, all=settings)


def marginal_words(one: Body, settings: Sequence[float], title: str) -> str:
    """The setting beyond which one more brings less, and whether the runs agree."""
    share = one["share_of_resamples_that_turn"]
    if one["at"] is None or one["interval_80"] is None:
        text = (
            _("Up to {most} more of it never brings less.")
            if share < 1.0 - SURE
            else _(
                "Up to {most} more of it brings no less on average, but in {share} of resampled runs it does."
            )
        )
    elif one["at"] <= settings[0]:
        text = (
            _("More of it brings less from the beginning, {least}, on.")
            if share >= SURE
            else _(
                "More of it brings less from the beginning, {least}, on, though only in {share} of resampled runs."
            )
        )
    else:
        text = (
            _("Beyond {at} one more brings less (80 %: {low} to {high}).")
            if share >= SURE
            else _(
                "Beyond {at} one more brings less (80 %: {low} to {high}), though only in {share} of resampled runs."
            )
        )
    return text.format(**_places(one, settings, title))
