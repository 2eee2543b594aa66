"""Display names of designs, metrics, states and verdicts of rollouts."""

from __future__ import annotations

from rewards.language import msg

DESIGN_TITLES = {
    "cluster": msg("Half of the teams"),
    "stepped-wedge": msg("One group of teams after another"),
    "holdout": msg("All teams but a few"),
}
METRIC_TITLES = {
    "shares": msg("Shares"),
    "clicks": msg("Human clicks"),
    "weekly_sharers": msg("People who share in a week"),
}
STANDINGS = {
    "waiting": msg("registered"),
    "running": msg("running"),
    "over": msg("over"),
    "stopped": msg("stopped"),
}
VERDICTS = {
    "too-early": msg(
        "It is too early. Nothing is judged before the registered last day: whoever looks early and often finds what is not there."
    ),
    "too-few": msg("There were too few teams: no result of this draw could be told apart from chance."),
    "not-told-apart": msg(
        "No effect could be told apart from chance. That is no proof that there is none: what the interval holds remains possible."
    ),
    "more": msg("Treated teams did more than others, beyond what the draw explains."),
    "fewer": msg("Treated teams did less than others, beyond what the draw explains."),
}
NOTES = {
    "spill-over": msg(
        "Teams see each other. In the model the estimate differs by more than a tenth from what everybody's treatment would do."
    ),
    "crossed": msg(
        "Some who were not to be treated were, all the same. The estimate is of being drawn, and understates being treated."
    ),
    "stopped": msg("It was stopped by hand. Weeks after that count as they were drawn."),
    "missing": msg("Some teams that were drawn have no value and count nowhere."),
    "gaps": msg("Some teams lack some weeks, which count nowhere."),
    "unvaried": msg("No value differs from another: they do not tell how far chance goes."),
    "no-power": msg("No power was simulated beforehand. That nothing is found says little."),
}
