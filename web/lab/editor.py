"""One experiment as form and text side by side: two editors of one document; and its runs.

As in the scheme designer, the buttons post the page, which returns with the values typed; with JavaScript it is requested after a pause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from rewards.faults import BadValue, Fault
from rewards.lab.experiments import (
    Experiment,
    Run,
    Written,
    get_experiment,
    list_runs,
    revisions,
    save_experiment,
)
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, names_of
from rewards.people.rights import Right
from rewards.store.session import Database, Transaction
from sims.lab.asking import ask_for_run, read_experiment
from sims.lab.form import GROUPS, with_changes, with_part, without_part
from web.editing import MOST_FIELDS, Edit, Typed, Ways, as_it_stands, clashed, taken_in, typed_of
from web.lab.desk import PATH, ExperimentId
from web.lab.editor_view import Asked, FormView, asked_of, form_view
from web.problems import refused
from web.session import ForecastReader, Rehearser, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)


WAYS = Ways(with_changes, with_part, without_part, adds=GROUPS, drops=GROUPS)


@dataclass(frozen=True)
class ExperimentContext:
    """Page context. `form` of the text, or of the last text that was YAML; `asked`: its summary (None: not a valid experiment)."""

    account: Account
    person: Person
    experiment: Experiment
    editable: bool
    mine: bool
    edit: Edit
    form: FormView | None
    asked: Asked | None
    history: Sequence[Written]
    runs: Sequence[Run]
    names: dict[str, str]


@router.get(PATH + "/{id}")
def shown(request: Request, store: Store, account: ForecastReader, id: ExperimentId) -> Response:
    """The experiment as stored."""
    with store.read() as tx:
        found = get_experiment(tx, account.organisation, id)
    edit = as_it_stands(found.text, found.revision, "saved" in request.query_params)
    return _page(request, store, account, id, edit)


@router.post(PATH + "/{id}")
async def edited(request: Request, store: Store, account: Rehearser, id: ExperimentId) -> Response:
    """Take over the values typed: to preview, to add or remove a part, to save, or to save and run."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        typed = typed_of(form)
    return await run_in_threadpool(_edited, request, store, account, id, typed)


def _edited(request: Request, store: Database, account: Account, id: int, typed: Typed) -> Response:
    edit = taken_in(typed, WAYS)
    if typed.action not in ("save", "run") or edit.fault:
        return _page(request, store, account, id, edit)
    try:
        with store.begin() as tx:
            done = save_experiment(
                tx,
                account.organisation,
                id,
                _title(tx, account.organisation, edit.text),
                edit.text,
                revision=typed.revision,
                actor=account.person,
                now=now(),
                base=typed.base,
            )
            job = None
            if typed.action == "run" and not done.clash:
                job = ask_for_run(tx, account.organisation, done.experiment, actor=account.person, now=now())
    except Fault as error:
        return _page(request, store, account, id, replace(edit, fault=str(error), status=refused(error)))
    if job is not None:
        return RedirectResponse(f"{PATH}/runs/{job}", 303)
    if not done.clash:
        return RedirectResponse(f"{PATH}/{id}?saved=1", 303)
    stands = done.experiment
    return _page(request, store, account, id, clashed(done.text, stands.text, stands.revision, done.together))


def _title(tx: Transaction, organisation: str, text: str) -> str:
    """The title in the text of an experiment. Raises BadValue with the first error of an invalid one."""
    found, _known = read_experiment(tx, organisation, text, now())
    if found.written is None:
        first = found.faults[0]
        raise BadValue("line {line}: {fault}", line=first.line, fault=first.message)
    return found.written.title


def _page(request: Request, store: Database, account: Account, number: int, edit: Edit) -> Response:
    org = account.organisation
    with store.read() as tx:
        found, known = read_experiment(tx, org, edit.text, now())
        schemes = known.names()
        form = form_view(edit.text, found, schemes)
        experiment = get_experiment(tx, org, number)
        history = revisions(tx, org, number)
        runs = list_runs(tx, org, number)
        mine = account.may(Right.REHEARSE)
        context = ExperimentContext(
            account=account,
            person=get_person(tx, org, account.person),
            experiment=experiment,
            editable=mine and not experiment.put_aside,
            mine=mine,
            edit=replace(edit, was=edit.text) if form else edit,
            form=form or form_view(edit.was, found, schemes),
            asked=asked_of(found),
            history=history,
            runs=runs,
            names=names_of(
                tx, org, {one.actor for one in history} | {experiment.actor} | {one.job.actor for one in runs}
            ),
        )
    return page(request, "lab/experiment.html", context, edit.status)
