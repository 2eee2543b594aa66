"""Lines of the audit log in words: what was done, by whom, to what, and why. Files and the API keep the codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from rewards.language import counted, gettext, msg, msgs, said
from rewards.people.audit import Line
from web.actors import actor_text
from web.templating import date_text, roles_text

ACTIONS: dict[str, str] = {
    "account.end": msg("Account ended"),
    "account.invitation": msg("Link to choose a password made"),
    "account.password": msg("Password chosen"),
    "account.reset": msg("Link to choose a new password made"),
    "account.roles": msg("Roles changed"),
    "account.save": msg("Account saved"),
    "challenge.finish": msg("Challenge finished"),
    "claim.approve": msg("Reward approved"),
    "claim.declined": msg("Reward declined"),
    "content.approve": msg("Content approved"),
    "content.discard": msg("Draft of content discarded"),
    "content.policy": msg("Rules of content changed"),
    "content.publish": msg("Content published"),
    "content.recall": msg("Content recalled"),
    "content.reject": msg("Content rejected"),
    "content.save": msg("Content saved"),
    "content.submit": msg("Content submitted"),
    "entry.reverse": msg("Entry reversed"),
    "experiment.create": msg("Experiment created"),
    "experiment.edit": msg("Experiment edited"),
    "experiment.put-aside": msg("Experiment put aside"),
    "gate.bypass": msg("Published past the gate"),
    "gate.change": msg("Rules of the gate changed"),
    "highlight.give": msg("Highlights given"),
    "job.again": msg("Computation asked for again"),
    "job.ask": msg("Computation asked for"),
    "job.cancel": msg("End of a computation asked for"),
    "job.cancelled": msg("Computation ended early"),
    "job.done": msg("Computation done"),
    "job.failed": msg("Computation failed"),
    "mail.again": msg("Mail sent again"),
    "nomination.decide": msg("Nominations decided"),
    "organisation.change": msg("Settings of the company changed"),
    "people.add": msg("Person added"),
    "people.deactivate": msg("Person deactivated"),
    "people.edit": msg("Person edited"),
    "people.erase": msg("Person erased"),
    "people.import": msg("People imported"),
    "people.invite": msg("People invited"),
    "people.invited": msg("Person invited"),
    "people.leave": msg("Leave entered"),
    "people.leave_back": msg("Leave taken back"),
    "people.link": msg("Accounts linked"),
    "people.merge": msg("Accounts merged"),
    "people.move": msg("Move to another team entered"),
    "people.move_back": msg("Move to another team taken back"),
    "people.reactivate": msg("Person reactivated"),
    "people.unlink": msg("Accounts no longer linked"),
    "people.zone": msg("Time zone changed"),
    "period.close": msg("Period closed"),
    "recalibration.accepted": msg("Recalibration accepted"),
    "recalibration.propose": msg("Recalibration proposed"),
    "recalibration.rejected": msg("Recalibration rejected"),
    "recalibration.withdrawn": msg("Recalibration withdrawn"),
    "review.approve": msg("Held event approved"),
    "review.decline": msg("Held event declined"),
    "rollout.register": msg("Rollout registered"),
    "rollout.stop": msg("Rollout stopped"),
    "scheme.decline": msg("Proposal of a scheme declined"),
    "scheme.discard": msg("Draft of a scheme discarded"),
    "scheme.draft": msg("Draft of a scheme begun"),
    "scheme.edit": msg("Draft of a scheme edited"),
    "scheme.propose": msg("Scheme proposed"),
    "scheme.publish": msg("Scheme published"),
    "scheme.rehearse": msg("Scheme rehearsed"),
    "scheme.roll_back": msg("Scheme rolled back"),
    "scheme.shadow": msg("Shadow of a scheme looked at"),
    "session.end_by_provider": msg("Signed out by the identity provider"),
    "suggestion.accepted": msg("Suggestion taken up"),
    "suggestion.declined": msg("Suggestion declined"),
    "token.create": msg("Token created"),
    "token.revoke": msg("Token revoked"),
    "webhook.pause": msg("Webhook paused"),
    "webhook.resume": msg("Webhook resumed"),
    "webhook.rotate": msg("Secret of a webhook changed"),
    "webhook.send_again": msg("Messages of a webhook sent again"),
    "webhook.subscribe": msg("Webhook added"),
    "webhook.unsubscribe": msg("Webhook removed"),
}
SUBJECTS: dict[str, str] = {
    "claim": msg("reward {id}"),
    "entry": msg("entry {id}"),
    "experiment": msg("experiment {id}"),
    "job": msg("computation {id}"),
    "kudos": msg("thanks {id}"),
    "mail": msg("mail {id}"),
    "person": msg("person no. {id}"),
    "recalibration": msg("recalibration {id}"),
    "review": msg("held event {id}"),
    "rollout": msg("rollout {id}"),
    "scheme": msg("draft {id}"),
    "suggestion": msg("suggestion {id}"),
    "webhook": msg("webhook {id}"),
}
"""What a line is about, by the object of its action."""
CONTENT = "content."
"""How actions about a content item begin."""
VERSIONS = ("scheme.publish", "scheme.roll_back", "gate.bypass")
"""Actions of a scheme that are about a version and not about a draft."""
HASHED = ("scheme.rehearse", "scheme.shadow", "rollout.register", "recalibration.propose")
"""Actions whose reason is the hash of a text."""
PEOPLE = msgs("{count} person", "{count} people")
GATE = re.compile(r"(on|off), (\d+) days, (\d+) hours")
ROUND = re.compile(r"award:(.+):(\d{4}-\d\d-\d\d)")
DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:/(\d{4}-\d\d-\d\d))?")


@dataclass(frozen=True, slots=True)
class Told:
    """One line as it is shown. `by`: the actor's id as stored, by which lines are filtered."""

    at: datetime
    by: str
    actor: str
    action: str
    subject: str
    about: str | None
    reason: str


def told(line: Line, titles: Mapping[str, str]) -> Told:
    """A line in the current language. `titles`: those of the content items it may be about."""
    subject = _subject(line) if line.about_name is None else line.about_name
    if line.action.startswith(CONTENT):
        subject = titles.get(subject, subject)
    return Told(
        line.at,
        line.actor,
        actor_text(line.actor),
        action_text(line.action),
        subject,
        line.about,
        _reason(line),
    )


def action_text(action: str) -> str:
    """What was done; an action of a later version by its code without its signs."""
    words = ACTIONS.get(action)
    return gettext(words) if words else re.sub(r"[._-]+", " ", action).capitalize()


def _subject(line: Line) -> str:
    kind, text = line.action.partition(".")[0], line.subject
    if line.action in ("people.import", "people.invite") and text.isdecimal():
        return counted(*PEOPLE, int(text))
    if line.action in VERSIONS:
        return said("version {id}", id=text)
    if found := ROUND.fullmatch(text):
        return said(
            "award {title}, round from {day}", title=found[1], day=date_text(date.fromisoformat(found[2]))
        )
    if DAYS.fullmatch(text):
        return _days(text)
    prefix, _, number = text.rpartition(":")
    words = SUBJECTS.get(prefix or kind)
    return said(words, id=number) if words and number.isdecimal() else text


def _days(text: str) -> str:
    found = DAYS.fullmatch(text)
    assert found
    first, *last = (date_text(date.fromisoformat(day)) for day in found.groups() if day)
    return said("{first} to {last}", first=first, last=last[0]) if last else first


def _reason(line: Line) -> str:
    action, text = line.action, line.reason
    if action in HASHED and text:
        return said("text {hash}…", hash=text[:12])
    if action in ("account.save", "account.roles"):
        return roles_text(text.split())
    if action in ("people.import", "people.invite"):
        return ""
    if action == "people.merge" and text:
        return said("into {who}", who=actor_text(text.removeprefix("into ")))
    if action in ("people.link", "people.unlink") and text:
        return said("with {who}", who=actor_text(text.rpartition(" ")[2]))
    if action == "job.again" and text:
        return said(SUBJECTS["job"], id=text)
    if action == "webhook.send_again" and text:
        count = text.removesuffix(" failed")
        return said("delivery {id}", id=text) if count == text else said("{count} that failed", count=count)
    if action.startswith("people.") and DAYS.fullmatch(text):
        return _days(text)
    if action == "gate.change" and (found := GATE.fullmatch(text)):
        words = (
            msg("on; a rehearsal holds {days} days, notice {hours} hours")
            if found[1] == "on"
            else msg("off; a rehearsal holds {days} days, notice {hours} hours")
        )
        return said(words, days=found[2], hours=found[3])
    return text
