"""Addresses of jobs' pages by kind. A job without a page of its own is shown on the page of the job it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rewards.jobs.importing import KIND as IMPORT
from rewards.jobs.queue import Job, job_of_spec
from rewards.lab.experiments import KIND as LAB
from rewards.store.session import Transaction
from sims.loop.asking import KIND as FORECAST
from sims.loop.calibrating import KIND as CALIBRATION
from sims.rehearsal.asking import KIND as REHEARSAL
from sims.rehearsal.asking import TURNING
from sims.rollout.asking import KIND as ROLLOUT_POWER

REHEARSALS = "/rehearsals"
LAB_RUNS = "/strategist/lab/runs"
Page = Callable[[Transaction, str, Job], str | None]


def _under(path: str) -> Page:
    """The address of a job's own page, with its number."""
    return lambda _tx, _organisation, job: f"{path}/{job.id}"


def _forecast(_tx: Transaction, _organisation: str, job: Job) -> str | None:
    return "/forecasts" if job.result is None else f"/forecasts/{job.result}"


def _of_rehearsal(tx: Transaction, organisation: str, job: Job) -> str | None:
    found = job_of_spec(tx, organisation, REHEARSAL, job.spec_hash)
    return None if found is None else f"{REHEARSALS}/{found.id}"


PAGES: Mapping[str, Page] = {
    REHEARSAL: _under(REHEARSALS),
    TURNING: _of_rehearsal,
    LAB: _under(LAB_RUNS),
    IMPORT: _under("/hr/import/job"),
    FORECAST: _forecast,
    CALIBRATION: _under("/calibrations"),
    ROLLOUT_POWER: _under("/rollouts/power"),
}


SIMULATED = frozenset({REHEARSAL, TURNING, LAB, ROLLOUT_POWER, FORECAST, CALIBRATION})
"""Their numbers name nobody."""


def is_told(job: Job) -> bool:
    """True where scheme designers may read the result of a job, unlike an import of people."""
    return job.kind in SIMULATED


def page_of(tx: Transaction, organisation: str, job: Job) -> str | None:
    """The page of a job; None where its kind has none, or the job that it belongs to was deleted."""
    found = PAGES.get(job.kind)
    return None if found is None else found(tx, organisation, job)
