"""The conditions of the approval gate, each with its status and its remedy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from rewards.faults import NotFound
from rewards.forecasts.recalibrations import belief_of
from rewards.language import counted
from rewards.language import gettext as _
from rewards.people.accounts import PRESENT
from rewards.people.rights import Right, rights_of
from rewards.publishing.drafts import SchemeDraft
from rewards.publishing.publication import Mode
from rewards.publishing.rehearsals import LOOSEST_PERCENT, Forecast, Precision, latest_rehearsal
from rewards.store import accounts as account_rows
from rewards.store import drafts as rows
from rewards.store import organisations as organisation_rows
from rewards.store.session import Transaction

FEWEST_RUNS = 12
"""A rehearsal with fewer runs says too little to be decided on."""
FEWEST_LETTERS = 10


@dataclass(frozen=True, slots=True)
class Rules:
    """The gate's rules. `on`: the gate is used; the days for which a rehearsal is valid, and the hours of notice."""

    on: bool
    rehearsal_days: int
    notice_hours: int


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a publication: `words` state its status and, where it is not met, the remedy."""

    name: str
    kept: bool
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A request to publish.

    `exception`: the reason for accepting less precision or a violated limit on fairness; "" without an exception.
    """

    mode: Mode
    effective_at: datetime
    reason: str
    exception: str = ""
    displace_scheduled: bool = False


def rules_of(tx: Transaction, organisation: str) -> Rules:
    """The organisation's publishing rules. Raises NotFound."""
    home = organisation_rows.find(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    return Rules(home.gated, home.rehearsal_days, home.notice_hours)


def conditions(
    tx: Transaction,
    organisation: str,
    draft: SchemeDraft,
    plan: Plan,
    now: datetime,
    *,
    people: Sequence[str] = (),
) -> list[Condition]:
    """The conditions of a draft with their status. `people`: proposer and approver, as far as known."""
    rules = rules_of(tx, organisation)
    forecast = latest_rehearsal(tx, organisation, draft.hash)
    accepted = belief_of(tx, organisation)
    rehearsed = _rehearsed(forecast, rules, now, plan.exception)
    return [
        replace(rehearsed, words=" ".join([rehearsed.words, *_believed(forecast, accepted)])),
        _fair(forecast, plan.exception),
        _noticed(plan, rules, now),
        _by_two(tx, organisation, draft, people),
    ]


def rights_for(tx: Transaction, organisation: str, person: str) -> frozenset[Right]:
    """The rights of a person by the roles of the account; none without an active account."""
    found = account_rows.find_account(tx, organisation, person)
    if found is None or found.ended_at_us is not None or found.status not in PRESENT:
        return frozenset()
    return rights_of(found.roles.split())


def excused(exception: str) -> bool:
    """True where a reason for an exception is stated."""
    return len(exception.strip()) >= FEWEST_LETTERS


def _rehearsed(forecast: Forecast | None, rules: Rules, now: datetime, exception: str) -> Condition:
    name = "rehearsed"
    if forecast is None:
        return Condition(name, False, _("This very text was never rehearsed: rehearse it as it stands."))
    days = (now - forecast.rehearsed_at) / timedelta(days=1)
    if days > rules.rehearsal_days:
        text = _("Its rehearsal is {days} days old, and one holds for {most}: rehearse it again.")
        return Condition(name, False, text.format(days=int(days), most=rules.rehearsal_days))
    if forecast.runs < FEWEST_RUNS:
        text = _("Its rehearsal has {runs} runs, and {fewest} are needed: rehearse it with more.")
        return Condition(name, False, text.format(runs=forecast.runs, fewest=FEWEST_RUNS))
    return _precise(forecast, exception)


def _believed(forecast: Forecast | None, accepted: Mapping[str, Any] | None) -> list[str]:
    """The posterior used by the rehearsal, and whether the company has accepted another since; empty where it was not stored."""
    if forecast is None or not forecast.posterior:
        return []
    words = [went_by(forecast.recalibration, forecast.posterior)]
    if accepted is not None and accepted["recalibration"] != forecast.recalibration:
        text = _("Recalibration {number} is accepted by now: rehearsed again it would go by that.")
        words.append(text.format(number=accepted["recalibration"]))
    return words


def went_by(recalibration: int | None, posterior: str) -> str:
    """A sentence that states the posterior used by runs."""
    if recalibration is not None:
        return _("It went by recalibration {number}: {posterior}.").format(
            number=recalibration, posterior=posterior
        )
    return _("It went by {posterior}, and by no recalibration of this company.").format(posterior=posterior)


def _precise(forecast: Forecast, exception: str) -> Condition:
    """The condition that the rehearsal reached its stated precision."""
    name, stated, runs = "rehearsed", forecast.precision, forecast.runs
    if stated is None:
        if excused(exception):
            text = _(
                "This very text was rehearsed, in {runs} runs and to no stated precision; the reason why is written down."
            )
            return Condition(name, True, text.format(runs=runs))
        text = _(
            "Its rehearsal in {runs} runs states no precision: rehearse it to one, or write down why this is enough."
        )
        return Condition(name, False, text.format(runs=runs))
    values = {
        "runs": runs,
        "asked": _amount(stated, stated.asked),
        "reached": "–" if stated.reached is None else _amount(stated, stated.reached),
        "most": f"{LOOSEST_PERCENT:g} %",
        "part": "–" if stated.part is None else f"{stated.part:.3g} %",
    }
    if forecast.precise:
        text = _(
            "This very text was rehearsed, in {runs} runs; more of them would move the gain by {reached} at most, and {asked} was stated."
        )
        return Condition(name, True, text.format(**values))
    if excused(exception):
        text = (
            _(
                "This very text was rehearsed, in {runs} runs; more of them would move the gain by {part} of its range, where {most} is "
                "the most that holds, and the reason why is written down."
            )
            if stated.enough
            else _(
                "This very text was rehearsed, in {runs} runs; more of them would move the gain by {reached} instead of the stated "
                "{asked}, and the reason why is written down."
            )
        )
        return Condition(name, True, text.format(**values))
    text = (
        _(
            "Its rehearsal ended after {runs} runs, and more of them would move the gain by {part} of its range, where {most} is the most "
            "that holds: rehearse it to a better precision, or write down why this is enough."
        )
        if stated.enough
        else _(
            "Its rehearsal ended after {runs} runs; more of them would move the gain by {reached}, and {asked} was stated: rehearse it "
            "with more runs at most, or write down why this is enough."
        )
    )
    return Condition(name, False, text.format(**values))


def _amount(stated: Precision, value: float) -> str:
    """A precision as stated: in percent of its reference, or in clicks."""
    if not stated.relative:
        return _("{count} clicks").format(count=f"{value:.3g}")
    if stated.part is None:
        return f"{value:.3g} %"
    return _("{percent} % of its range").format(percent=f"{value:.3g}")


def _fair(forecast: Forecast | None, exception: str) -> Condition:
    name = "fair"
    if forecast is None:
        return Condition(name, False, _("Whether it is fair is not known before it is rehearsed."))
    values = {"value": f"{100.0 * forecast.fairness:.0f} %", "least": f"{100.0 * forecast.least:.0f} %"}
    if forecast.fair:
        text = _(
            "The least-paid segment gets {value} of the usual points a share; at least {least} is wanted."
        )
        return Condition(name, True, text.format(**values))
    if forecast.fairness >= forecast.least:
        # The pooled runs keep the limit, but by too small a margin for their number.
        excusing = _(
            "The least-paid segment gets {value} of the usual points a share, but that it is {least} or more is not sure enough; "
            "the reason why is written down."
        )
        lacking = _(
            "The least-paid segment gets {value} of the usual points a share, but that it is {least} or more is not sure enough: "
            "rehearse with more people or runs, change the draft, or write down why it has to be so."
        )
    else:
        excusing = _(
            "The least-paid segment gets {value} of the usual points a share, below {least}; the reason why is written down."
        )
        lacking = _(
            "The least-paid segment gets {value} of the usual points a share, below {least}: change the draft, or write "
            "down why it has to be so."
        )
    if excused(exception):
        return Condition(name, True, excusing.format(**values))
    return Condition(name, False, lacking.format(**values))


def _noticed(plan: Plan, rules: Rules, now: datetime) -> Condition:
    name, earliest = "noticed", now + timedelta(hours=rules.notice_hours)
    if plan.effective_at >= earliest:
        text = counted(
            "Everybody is told {count} hour before it counts, or earlier.",
            "Everybody is told {count} hours before it counts, or earlier.",
            rules.notice_hours,
        )
        return Condition(name, True, text)
    if not rules.notice_hours and plan.effective_at <= now:
        return Condition(name, True, _("Everybody is told when it is published."))
    text = counted(
        "Everybody has to be told {count} hour before it counts: choose {earliest} or later.",
        "Everybody has to be told {count} hours before it counts: choose {earliest} or later.",
        rules.notice_hours,
        earliest=(earliest + timedelta(minutes=1)).isoformat(timespec="minutes"),
    )
    return Condition(name, False, text)


def _by_two(tx: Transaction, organisation: str, draft: SchemeDraft, people: Sequence[str]) -> Condition:
    name = "by-two"
    if len(people) < 2:
        return Condition(name, False, _("A second person has to agree: propose it."))
    proposer, decider = people
    if decider in (proposer, draft.actor, *rows.authors(tx, organisation, draft.id)):
        text = _(
            "Whoever wrote or proposed it cannot agree to it: ask somebody else who may approve schemes."
        )
        return Condition(name, False, text)
    if Right.SCHEME_APPROVE not in rights_for(tx, organisation, decider):
        text = _("{person} may not approve schemes: ask somebody who may.")
        return Condition(name, False, text.format(person=decider))
    return Condition(name, True, _("A second person agrees."))
