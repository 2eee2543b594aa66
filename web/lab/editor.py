"""One experiment as form and text side by side: one document, which either edits; and its runs.

As in the designer of schemes, the buttons send the page and it comes back with what was typed; with a script it is asked for after a pause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from rewards.document import DocumentError
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
from web.editing import MOST_FIELDS, Typed, typed_of
from web.lab.desk import PATH, ExperimentId
from web.lab.editor_view import Asked, FormView, asked_of, form_view
from web.problems import refused
from web.session import ForecastReader, Rehearser, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class ExperimentContext:
    """`text` is in the editor, `base` is what the edit began from. `form` is that of `was`: the text, or the last that was YAML.

    `asked` is what the text asks for (None: it is no experiment yet). `theirs` is what somebody else saved meanwhile.
    """

    account: Account
    person: Person
    experiment: Experiment
    editable: bool
    mine: bool
    text: str
    was: str
    base: str
    revision: int
    form: FormView | None
    asked: Asked | None
    fault: str
    saved: bool
    clash: bool
    together: bool
    theirs: str
    history: Sequence[Written]
    runs: Sequence[Run]
    names: dict[str, str]


@router.get(PATH + "/{id}")
def shown(request: Request, store: Store, account: ForecastReader, id: ExperimentId) -> Response:
    """The experiment as it is now."""
    with store.read() as tx:
        found = get_experiment(tx, account.organisation, id)
    typed = Typed(found.text, found.text, found.text, found.revision, "look", {})
    return _page(request, store, account, id, typed, text=found.text, saved="saved" in request.query_params)


@router.post(PATH + "/{id}")
async def edited(request: Request, store: Store, account: Rehearser, id: ExperimentId) -> Response:
    """Take in what was typed: to look at it, to add or take away a part, to save it, or to save and run it."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        typed = typed_of(form)
    return await run_in_threadpool(_edited, request, store, account, id, typed)


def _edited(request: Request, store: Database, account: Account, id: int, typed: Typed) -> Response:
    text, fault = typed.text, ""
    try:
        text = _taken(typed)
    except DocumentError as error:
        fault = str(error)
    if typed.action not in ("save", "run") or fault:
        looking = typed.action == "look"
        return _page(
            request, store, account, id, typed,
            text=text, fault="" if looking else fault, status=422 if fault and not looking else 200,
        )  # fmt: skip
    try:
        with store.begin() as tx:
            done = save_experiment(
                tx,
                account.organisation,
                id,
                _title(tx, account.organisation, text),
                text,
                revision=typed.revision,
                actor=account.person,
                now=now(),
                base=typed.base,
            )
            job = None
            if typed.action == "run" and not done.clash:
                job = ask_for_run(tx, account.organisation, done.experiment, actor=account.person, now=now())
    except Fault as error:
        return _page(request, store, account, id, typed, text=text, fault=str(error), status=refused(error))
    if job is not None:
        return RedirectResponse(f"{PATH}/runs/{job}", 303)
    if not done.clash:
        return RedirectResponse(f"{PATH}/{id}?saved=1", 303)
    stands = done.experiment.text
    again = Typed(done.text, done.text, stands, done.experiment.revision, "look", {})
    return _page(
        request, store, account, id, again, text=done.text, theirs=stands, together=done.together, status=409
    )  # fmt: skip


def _title(tx: Transaction, organisation: str, text: str) -> str:
    """The title of a text that says an experiment. Raises BadValue with the first fault of one that does not."""
    found, _known = read_experiment(tx, organisation, text, now())
    if found.written is None:
        first = found.faults[0]
        raise BadValue("line {line}: {fault}", line=first.line, fault=first.message)
    return found.written.title


def _taken(typed: Typed) -> str:
    """The text with what the form changed, and with the part that a button adds or takes away."""
    text = with_changes(typed.text, typed.was, typed.fields)
    kind, _, rest = typed.action.partition(":")
    group, _, at = rest.partition(".")
    if kind == "add" and group in GROUPS:
        return with_part(text, group)
    if kind == "drop" and group in GROUPS and at.isascii() and at.isdecimal() and len(at) < 4:
        return without_part(text, group, int(at))
    return text


def _page(
    request: Request,
    store: Database,
    account: Account,
    number: int,
    typed: Typed,
    *,
    text: str,
    fault: str = "",
    status: int = 200,
    saved: bool = False,
    theirs: str = "",
    together: bool = False,
) -> Response:
    org = account.organisation
    with store.read() as tx:
        found, known = read_experiment(tx, org, text, now())
        schemes = known.names()
        form = form_view(text, found, schemes)
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
            text=text,
            was=text if form else typed.was,
            base=typed.base,
            revision=typed.revision,
            form=form or form_view(typed.was, found, schemes),
            asked=asked_of(found),
            fault=fault,
            saved=saved,
            clash=bool(theirs),
            together=together,
            theirs=theirs,
            history=history,
            runs=runs,
            names=names_of(
                tx, org, {one.actor for one in history} | {experiment.actor} | {one.job.actor for one in runs}
            ),
        )
    return page(request, "lab/experiment.html", context, status)
