"""The lab's start page: experiments, and templates for new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue
from rewards.lab.experiments import (
    Experiment,
    create_experiment,
    get_experiment,
    list_experiments,
    put_aside,
)
from rewards.language import gettext
from rewards.people.accounts import Account
from rewards.people.people import Person, count_people, get_person, names_of
from rewards.people.rights import Right
from rewards.store.session import Transaction
from sims.lab.templates import TEMPLATES, Template, text_of
from web.session import ForecastReader, Rehearser, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
PATH = "/strategist/lab"
MOST_SHOWN = 50
MOST_NUMBER = 2**53
ExperimentId = Annotated[int, Path(ge=1, le=MOST_NUMBER)]


@dataclass(frozen=True)
class LabContext:
    """Page context. `experiments`: newest first, with `names` of their authors; `templates` for a new one; `mine`: the reader may write."""

    account: Account
    person: Person
    experiments: Sequence[Experiment]
    names: dict[str, str]
    templates: Sequence[tuple[str, Template]]
    mine: bool


@router.get(PATH)
def listed(request: Request, store: Store, account: ForecastReader) -> Response:
    """The experiments, and the templates for a new one."""
    org = account.organisation
    with store.read() as tx:
        found = list_experiments(tx, org, MOST_SHOWN)
        context = LabContext(
            account=account,
            person=get_person(tx, org, account.person),
            experiments=found,
            names=names_of(tx, org, {one.actor for one in found}),
            templates=list(TEMPLATES.items()),
            mine=account.may(Right.REHEARSE),
        )
    return page(request, "lab/desk.html", context)


@router.post(PATH)
def begin(
    store: Store, account: Rehearser, begin_from: Annotated[Plain, Form(max_length=80)] = ""
) -> Response:
    """Create an experiment from `template:NAME` or `experiment:N`."""
    with store.begin() as tx:
        title, text = start_of(tx, account.organisation, begin_from)
        made = create_experiment(tx, account.organisation, title, text, account.person, now=now())
    return RedirectResponse(f"{PATH}/{made.id}", 303)


def start_of(tx: Transaction, organisation: str, source: str) -> tuple[str, str]:
    """Title and text of a new experiment. Raises BadValue, NotFound."""
    kind, _, name = source.partition(":")
    if kind == "template" and name in TEMPLATES:
        return gettext(TEMPLATES[name].title), text_of(name, live=count_people(tx, organisation) > 0)
    if kind == "experiment" and name.isascii() and name.isdecimal() and 0 < len(name) < 16:
        found = get_experiment(tx, organisation, int(name))
        return found.title, found.text
    raise BadValue(
        "begin_from: got {value!r}; an experiment begins from a template or another experiment; choose one on the page",
        value=source,
    )


@router.post(PATH + "/{id}/put-aside")
def aside(store: Store, account: Rehearser, id: ExperimentId) -> Response:
    """Archive an experiment, which hides it from the list."""
    with store.begin() as tx:
        put_aside(tx, account.organisation, id, account.person, now())
    return RedirectResponse(PATH, 303)
