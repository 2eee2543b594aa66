"""Rows of `experiment`, `experiment_text` and `experiment_run`."""

from collections.abc import Mapping

from sqlalchemy import and_, insert, select, update

from rewards.store import schema
from rewards.store.rows import ExperimentRow, ExperimentRunRow, ExperimentTextRow
from rewards.store.session import Transaction

EXPERIMENT, TEXT, RUN = schema.experiment, schema.experiment_text, schema.experiment_run


def add(tx: Transaction, row: Mapping[str, object]) -> int:
    """Insert an experiment; returns its id."""
    return int(tx.execute(insert(EXPERIMENT).returning(EXPERIMENT.c.id), dict(row)).scalar_one())


def find(tx: Transaction, organisation: str, experiment: int, *, lock: bool = False) -> ExperimentRow | None:
    """One experiment, locked until the transaction ends on request."""
    where = and_(EXPERIMENT.c.organisation_id == organisation, EXPERIMENT.c.id == experiment)
    query = select(EXPERIMENT).where(where)
    return tx.row(ExperimentRow, tx.for_update(query) if lock else query)


def page(
    tx: Transaction, organisation: str, limit: int, before: int | None, *, put_aside: bool
) -> list[ExperimentRow]:
    """Experiments, newest first, with archived ones on request."""
    query = select(EXPERIMENT).where(EXPERIMENT.c.organisation_id == organisation)
    if not put_aside:
        query = query.where(EXPERIMENT.c.put_aside.is_(False))
    if before is not None:
        query = query.where(EXPERIMENT.c.id < before)
    return tx.rows(ExperimentRow, query.order_by(EXPERIMENT.c.id.desc()).limit(limit))


def change(tx: Transaction, experiment: int, values: Mapping[str, object]) -> None:
    """Update one experiment."""
    tx.execute(update(EXPERIMENT).where(EXPERIMENT.c.id == experiment).values(**values))


def add_text(tx: Transaction, row: Mapping[str, object]) -> None:
    """Insert the text of a revision."""
    tx.execute(insert(TEXT), dict(row))


def find_text(tx: Transaction, organisation: str, experiment: int, revision: int) -> ExperimentTextRow | None:
    """The text of one revision."""
    query = select(TEXT).where(
        TEXT.c.organisation_id == organisation,
        TEXT.c.experiment_id == experiment,
        TEXT.c.revision == revision,
    )
    return tx.row(ExperimentTextRow, query)


def texts(tx: Transaction, organisation: str, experiment: int, limit: int) -> list[ExperimentTextRow]:
    """The texts of an experiment, newest first."""
    query = select(TEXT).where(TEXT.c.organisation_id == organisation, TEXT.c.experiment_id == experiment)
    return tx.rows(ExperimentTextRow, query.order_by(TEXT.c.revision.desc()).limit(limit))


def add_run(tx: Transaction, row: Mapping[str, object]) -> None:
    """Insert the link between a revision and the job that runs it."""
    tx.execute(insert(RUN), dict(row))


def run_of(tx: Transaction, organisation: str, job: int) -> ExperimentRunRow | None:
    """The run that a job carries out."""
    query = select(RUN).where(and_(RUN.c.organisation_id == organisation, RUN.c.job_id == job))
    return tx.row(ExperimentRunRow, query)


def runs(tx: Transaction, organisation: str, experiment: int, limit: int) -> list[ExperimentRunRow]:
    """The runs of an experiment, newest first."""
    where = and_(RUN.c.organisation_id == organisation, RUN.c.experiment_id == experiment)
    return tx.rows(ExperimentRunRow, select(RUN).where(where).order_by(RUN.c.job_id.desc()).limit(limit))
