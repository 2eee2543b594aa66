"""Rows of the tables of `rewards.store.schema.lab`."""

from typing import NamedTuple


class ExperimentRow(NamedTuple):
    """One experiment of the lab."""

    id: int
    organisation_id: str
    title: str
    revision: int
    put_aside: bool
    actor: str
    created_us: int
    changed_us: int


class ExperimentTextRow(NamedTuple):
    """The text of an experiment in one revision."""

    organisation_id: str
    experiment_id: int
    revision: int
    text: str
    actor: str
    written_us: int


class ExperimentRunRow(NamedTuple):
    """One job of an experiment, with the revision it runs."""

    job_id: int
    organisation_id: str
    experiment_id: int
    revision: int
