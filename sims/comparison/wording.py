"""The decision and its reason in words, from the stored numbers, in the language of the reader."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from babel.lists import format_list

from rewards.digits import told
from rewards.language import gettext, language, msg, said

CLEAR_SHARE = 0.8
LIMIT_SHARE = 0.9
NOTHING = "none"
DO_NOTHING, CLEAR, TOSS_UP = msg("do nothing"), msg("clear"), msg("toss-up")
_RULE = msg(
    "The most incremental human clicks (median over paired runs, against doing nothing), among schemes that beat doing nothing in at "
    "least {clear} of the runs and keep every limit on trust, motivation and fairness in at least {limit}; if the lead holds in fewer "
    "than {clear} of the runs, the tied scheme that awards the fewest points."
)
_CLEAR = msg(
    "{scheme} brings {clicks} more human clicks than doing nothing (80 % of runs: {low} to {high}) and keeps every limit; "
    "no other admissible scheme comes close."
)
_FEWER_POINTS = msg(
    "{scheme} brings {clicks} more human clicks than doing nothing (80 % of runs: {low} to {high}) and keeps every limit; "
    "others come close but award more points."
)
_CHEAPER = msg(
    "{scheme} brings {clicks} more human clicks than doing nothing (80 % of runs: {low} to {high}) and keeps every limit; "
    "{leader} has a higher median but no clear lead, and awards more points."
)


def rule_in_words() -> str:
    """The rule in words, with its numbers."""
    return said(_RULE, clear=_percent(CLEAR_SHARE), limit=_percent(LIMIT_SHARE))


def reason_in_words(choice: Mapping[str, Any], named: Callable[[str], str]) -> str:
    """The reason of a stored choice in words; `named` gives the title of a scheme."""
    candidates: Sequence[Mapping[str, Any]] = choice["candidates"]
    if choice["scenario"] == NOTHING:
        parts = [_against(found, named(found["scenario"])) for found in candidates]
        return said("{reasons}.", reasons="; ".join(parts)) if parts else gettext("No scheme was compared.")
    chosen = next(found for found in candidates if found["scenario"] == choice["scenario"])
    eligible = [
        found
        for found in candidates
        if found["admissible"] and found["share_of_runs_above_nothing"] >= CLEAR_SHARE
    ]
    leader = max(eligible or [chosen], key=lambda found: float(found["incremental_clicks"]["median"]))
    close = _FEWER_POINTS if leader is chosen else _CHEAPER
    wording = close if choice["verdict"] == TOSS_UP else _CLEAR
    clicks = told(chosen["incremental_clicks"])
    return said(
        wording,
        scheme=named(chosen["scenario"]),
        leader=named(leader["scenario"]),
        clicks=clicks.median,
        low=clicks.low,
        high=clicks.high,
    )


def _against(found: Mapping[str, Any], name: str) -> str:
    broken = [gettext(check["limit"]) for check in found["checks"] if not check["passed"]]
    if broken:
        return said(
            "{scheme} breaks a limit: {limits}", scheme=name, limits=format_list(broken, locale=language())
        )
    share = _percent(found["share_of_runs_above_nothing"])
    return said("{scheme} beats doing nothing in only {share} of the runs", scheme=name, share=share)


def _percent(share: float) -> str:
    return said("{number}%", number=f"{100 * share:.0f}")
