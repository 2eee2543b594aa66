"""An interactive introduction: three figures of naive reach, and the waterfall of realistic factors down to clicks beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError

from rewards.digits import Told, rounded, told
from rewards.faults import BadValue
from rewards.language import gettext as _
from rewards.language import msg
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.people.rights import Right
from sims.lab.essay import Played, played
from web.rehearsal.beside import Walk, walk_of, waterfall_csv
from web.session import ForecastReader, Store
from web.templating import page
from web.text import plain

router = APIRouter(include_in_schema=False)
PATH = "/strategist/lab/essay"
LABELS: Mapping[str, str] = {
    "followers": msg("Followers of the company's page"),
    "visit_percent": msg("Of them click, in percent"),
    "employees": msg("Employees who share"),
    "contacts": msg("Contacts of each"),
    "networks": msg("Networks"),
    "shares": msg("Shares of each"),
    "share_on_percent": msg("Of the contacts share on, in percent"),
    "onward": msg("Contacts of those"),
    "audience": msg("Different people outside"),
}
FIGURES: Mapping[str, str] = {
    "a company page": msg("a company page"),
    "ten employees": msg("ten employees"),
    "a hundred employees on two networks": msg("a hundred employees on two networks"),
    "'close to half a million'": msg("“close to half a million”"),
    "5 % of the followers share on": msg("5 % of the followers share on"),
    "'millions'": msg("“millions”"),
}
ARITHMETIC: Mapping[str, Mapping[str, int]] = {
    "ten employees": {"employees": 10, "contacts": 500, "networks": 1},
    "a hundred employees on two networks": {"employees": 100, "contacts": 1000, "networks": 2},
    "'close to half a million'": {"employees": 20000, "contacts": 10, "networks": 1, "shares": 3},
    "'millions'": {"employees": 10, "contacts": 5000, "networks": 1},
}
"""The essay's figures that can be put into the form: with which numbers."""


@dataclass(frozen=True)
class Figure:
    """One of the essay's figures; `query`: its numbers as a link into the form ("": none)."""

    title: str
    arithmetic: str
    value: str
    query: str


@dataclass(frozen=True)
class EssayContext:
    """Page context. `values`: the form as filled in; `page`, `added` and `second`: the three figures; `walk`: the waterfall."""

    account: Account
    person: Person
    values: Sequence[tuple[str, str, str]]
    fault: str
    visits: str
    added: str
    second: str
    walk: Walk | None
    clicks: Told | None
    per_share: str
    figures: Sequence[Figure]
    query: str
    mine: bool


def numbers_of(given: Mapping[str, str]) -> Played:
    """The numbers typed, with a decimal point or comma. Raises BadValue, which names the first invalid one."""
    typed = {
        name: plain(text).strip().replace(",", ".") for name, text in given.items() if name in LABELS and text.strip()
    }  # fmt: skip
    try:
        return Played.model_validate(typed)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        limits = {type(one).__name__: one for one in Played.model_fields[name].metadata}
        raise BadValue(
            "{name}: got {value!r}; limit {least} to {most}; write a number",
            name=_(LABELS[name]),
            value=typed[name][:40],
            least=limits["Ge"].ge,
            most=limits["Le"].le,
        ) from None


@router.get(PATH)
def essay(request: Request, store: Store, account: ForecastReader) -> Response:
    """The figures with the reader's numbers."""
    given = {name: request.query_params.get(name, "")[:40] for name in LABELS}
    fault, numbers = "", Played()
    try:
        numbers = numbers_of(given)
    except ValueError as error:
        fault = str(error)
    body = None if fault else played(numbers)
    usual = numbers.model_dump()
    values = [
        (name, _(label), given[name] if fault and given[name] else f"{usual[name]:g}" if isinstance(usual[name],
            float) else str(usual[name]))
        for name, label in LABELS.items()
    ]  # fmt: skip
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
    walk = None if body is None else walk_of(body)
    last = None if body is None else body["waterfall"]["steps"][-1]["value"]
    context = EssayContext(
        account=account,
        person=person,
        values=values,
        fault=fault,
        visits="" if body is None else rounded(body["page_visits"], 1.0),
        added="" if body is None else rounded(body["added_up"], 1.0),
        second="" if body is None else rounded(body["second_hand"], 1.0),
        walk=walk,
        clicks=None if last is None else told(last),
        per_share=""
        if last is None
        else rounded(last["median"] / numbers.employees / numbers.networks, 0.01),
        figures=_figures(played(Played())),
        query=str(request.url.query) if not fault else "",
        mine=account.may(Right.REHEARSE),
    )
    return page(request, "lab/essay.html", context, 422 if fault else 200)


@router.get(PATH + ".csv")
def sheet(request: Request, account: ForecastReader) -> Response:
    """The waterfall as CSV. Raises BadValue."""
    made = waterfall_csv(played(numbers_of(dict(request.query_params))))
    headers = {"Content-Disposition": 'attachment; filename="essay.csv"'}
    return Response(made, media_type="text/csv; charset=utf-8", headers=headers)


def _figures(body: Mapping[str, Any]) -> list[Figure]:
    return [
        Figure(
            _(FIGURES.get(one["name"], one["name"])),
            one["arithmetic"],
            rounded(one["value"], 1.0),
            "&".join(f"{name}={value}" for name, value in ARITHMETIC.get(one["name"], {}).items()),
        )
        for one in body["essay"]
    ]
