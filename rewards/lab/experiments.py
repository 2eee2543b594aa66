"""Experiments as texts, every revision stored as typed so that concurrent edits never lose one; and their runs.

The text is interpreted where it is run: this module stores it, and reads only its title.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rewards.edits import MOST_TEXT
from rewards.faults import BadValue, Conflict, NotFound, Stale
from rewards.jobs.queue import Job, again, ask, get_job
from rewards.publishing.weaving import woven
from rewards.store import lab as rows
from rewards.store import trail
from rewards.store.rows import ExperimentRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us

KIND = "lab"
MOST_REVISIONS, MOST_RUNS_LISTED, MOST_TITLE = 20, 20, 200


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment as it is now."""

    id: int
    title: str
    revision: int
    text: str
    put_aside: bool
    actor: str
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """A revision as it was typed."""

    revision: int
    text: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """The result of saving: the current experiment; `clash`: nothing was saved because of a concurrent edit.

    `text` is then the text to review: both edits merged (`together`), or the caller's own.
    """

    experiment: Experiment
    text: str
    clash: bool = False
    together: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A run of one revision."""

    experiment: int
    revision: int
    job: Job


def create_experiment(
    tx: Transaction, organisation: str, title: str, text: str, actor: str, *, now: datetime
) -> Experiment:
    """Store a new experiment. Raises BadValue where text or title are too long."""
    _check(title, text)
    at = to_us(now)
    row = {
        "organisation_id": organisation,
        "title": title,
        "revision": 1,
        "put_aside": False,
        "actor": actor,
        "created_us": at,
        "changed_us": at,
    }
    number = rows.add(tx, row)
    _keep(tx, organisation, number, text, actor, revision=1, now=now)
    trail.log(tx, organisation, actor, "experiment.create", str(number), reason=title, at_us=at)
    return get_experiment(tx, organisation, number)


def save_experiment(
    tx: Transaction,
    organisation: str,
    experiment: int,
    title: str,
    text: str,
    *,
    revision: int | None,
    actor: str,
    now: datetime,
    base: str = "",
) -> Saved:
    """Replace the text, if `revision` is still current (None: whichever is). `base` is the text that the edit began from, where known.

    After a concurrent edit nothing is saved: the result has both edits merged where they touch different lines, else the caller's.
    Raises BadValue, NotFound, and Conflict where the experiment was put aside.
    """
    _check(title, text)
    row = _open(tx, organisation, experiment)
    if revision is not None and row.revision != revision:
        stands = _experiment(tx, row)
        kept = rows.find_text(tx, organisation, experiment, revision)
        began = base if kept is None else kept.text
        both = woven(began, text, stands.text) if began else None
        return Saved(stands, text if both is None else both, clash=True, together=both is not None)
    standing = _experiment(tx, row)
    if standing.text == text:
        return Saved(standing, text)
    at = to_us(now)
    fresh = {"title": title, "revision": row.revision + 1, "actor": actor, "changed_us": at}
    rows.change(tx, experiment, fresh)
    _keep(tx, organisation, experiment, text, actor, revision=row.revision + 1, now=now)
    trail.log(tx, organisation, actor, "experiment.edit", str(experiment), reason=title, at_us=at)
    return Saved(get_experiment(tx, organisation, experiment), text)


def put_aside(tx: Transaction, organisation: str, experiment: int, actor: str, now: datetime) -> None:
    """Take it out of the list for good; under its address it can still be read. Raises NotFound, Conflict."""
    _open(tx, organisation, experiment)
    rows.change(tx, experiment, {"put_aside": True, "changed_us": to_us(now)})
    trail.log(tx, organisation, actor, "experiment.put-aside", str(experiment), reason="", at_us=to_us(now))


def get_experiment(tx: Transaction, organisation: str, experiment: int) -> Experiment:
    """One experiment as it is now. Raises NotFound."""
    return _experiment(tx, _found(rows.find(tx, organisation, experiment), experiment))


def list_experiments(
    tx: Transaction, organisation: str, limit: int, before: int | None = None
) -> list[Experiment]:
    """The experiments that are not archived, newest first."""
    return [_experiment(tx, row) for row in rows.page(tx, organisation, limit, before, put_aside=False)]


def revisions(tx: Transaction, organisation: str, experiment: int) -> list[Written]:
    """The revisions of the text, newest first."""
    found = rows.texts(tx, organisation, experiment, MOST_REVISIONS)
    return [Written(row.revision, row.text, row.actor, from_us(row.written_us)) for row in found]


def start_run(
    tx: Transaction,
    organisation: str,
    experiment: Experiment,
    spec: Mapping[str, Any],
    *,
    total: int,
    actor: str,
    now: datetime,
) -> int:
    """Queue a run of the experiment's current revision; returns the number of the job.

    Raises Refused where too much is under way.
    """
    job = ask(tx, organisation, KIND, experiment.title, spec, total=total, actor=actor, now=now)
    _note_run(tx, organisation, job, experiment.id, experiment.revision)
    return job


def run_again(tx: Transaction, organisation: str, job: int, actor: str, now: datetime) -> int:
    """The very same once more. Raises NotFound, Conflict, Refused."""
    run = get_run(tx, organisation, job)
    fresh = again(tx, organisation, job, actor, now)
    _note_run(tx, organisation, fresh, run.experiment, run.revision)
    return fresh


def get_run(tx: Transaction, organisation: str, job: int) -> Run:
    """A run by the number of its job. Raises NotFound."""
    row = rows.run_of(tx, organisation, job)
    if row is None:
        raise NotFound("run {job}: not in this organisation; look at the experiment's list of runs", job=job)
    return Run(row.experiment_id, row.revision, get_job(tx, organisation, job))


def list_runs(tx: Transaction, organisation: str, experiment: int) -> list[Run]:
    """The runs of an experiment, the newest first."""
    found = rows.runs(tx, organisation, experiment, MOST_RUNS_LISTED)
    return [Run(row.experiment_id, row.revision, get_job(tx, organisation, row.job_id)) for row in found]


def stale(experiment: int, revision: int, stands: int) -> Stale:
    """The error for an edit of an outdated revision."""
    return Stale(
        "experiment {experiment}: got revision {revision}, revision {stands} stands; read it again, and send your change with its ETag",
        experiment=experiment, revision=revision, stands=stands,
    )  # fmt: skip


def _note_run(tx: Transaction, organisation: str, job: int, experiment: int, revision: int) -> None:
    row = {
        "job_id": job,
        "organisation_id": organisation,
        "experiment_id": experiment,
        "revision": revision,
    }
    rows.add_run(tx, row)


def _check(title: str, text: str) -> None:
    if len(text) > MOST_TEXT:
        raise BadValue(
            "text: got {count} characters; at most {most}; shorten it", count=len(text), most=MOST_TEXT
        )
    if not 1 <= len(title) <= MOST_TITLE:
        raise BadValue(
            "title: got {count} characters; limit 1 to {most}; write a short one", count=len(title), most=MOST_TITLE
        )  # fmt: skip


def _keep(
    tx: Transaction,
    organisation: str,
    experiment: int,
    text: str,
    actor: str,
    *,
    revision: int,
    now: datetime,
) -> None:
    row = {
        "organisation_id": organisation,
        "experiment_id": experiment,
        "revision": revision,
        "text": text,
        "actor": actor,
        "written_us": to_us(now),
    }
    rows.add_text(tx, row)


def _open(tx: Transaction, organisation: str, experiment: int) -> ExperimentRow:
    row = _found(rows.find(tx, organisation, experiment, lock=True), experiment)
    if row.put_aside:
        raise Conflict("experiment {experiment}: was put aside; begin a new one from it", experiment=experiment)  # fmt: skip
    return row


def _found(row: ExperimentRow | None, experiment: int) -> ExperimentRow:
    if row is None:
        raise NotFound(
            "experiment {experiment}: not in this organisation; look at the list of experiments",
            experiment=experiment,
        )
    return row


def _experiment(tx: Transaction, row: ExperimentRow) -> Experiment:
    written = rows.find_text(tx, row.organisation_id, row.id, row.revision)
    return Experiment(
        row.id, row.title, row.revision, "" if written is None else written.text, row.put_aside, row.actor,
        from_us(row.created_us), from_us(row.changed_us),
    )  # fmt: skip
