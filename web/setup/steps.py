"""The steps after the set-up link: people, the first scheme from a template, invitations; and the organisation's settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue, Fault, NotFound
from rewards.founding import networks_of, publish_template, template
from rewards.language import LANGUAGES, msg
from rewards.language import gettext as _
from rewards.people.account_desk import MOST_COUNTED, how_many
from rewards.people.accounts import Account
from rewards.people.organisations import Organisation, change_organisation, get_organisation
from rewards.people.people import Person, get_person
from rewards.people.rights import TITLES, Right, roles_with
from rewards.publishing.publication import versions
from rewards.scheme.explain import explain_scheme
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database, Transaction
from web.problems import refused
from web.session import SchemeWriter, Settler, Store, now
from web.setup.networks import OFFERED, NetworkChoice, choices, chosen
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
Several = Annotated[list[Plain], Form(default_factory=list, max_length=64)]
STEPS = (
    ("people", msg("Import people"), msg("From a table, with a look at it before anything is saved."), "/hr/import", Right.PEOPLE_WRITE),
    ("scheme", msg("Choose a scheme"), msg("Begin from a template; change it later as a draft."), "/hr/first-scheme", Right.SCHEME_WRITE),
    ("content", msg("Put something up to share"), msg("Written or linked, approved, with its networks."), "/content", Right.CONTENT_WRITE),
    ("invited", msg("Invite the first group"), msg("By mail, or with links on paper."), "/invitations", Right.INVITE),
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step. `count`: how much of it is done; `path` is '' where it belongs to other roles, named by `roles`."""

    title: str
    words: str
    count: int
    path: str
    roles: str


@dataclass(frozen=True)
class StepsContext:
    """Page context of the set-up's steps. `most`: the limit of each count."""

    account: Account
    person: Person
    organisation: Organisation
    steps: list[Step]
    most: int


@dataclass(frozen=True)
class TemplateShown:
    """A scheme template in plain language."""

    name: str
    title: str
    lines: list[str]


@dataclass(frozen=True)
class FirstSchemeContext:
    """Page context: the templates; `published`: a scheme is published already, and templates can no longer be."""

    account: Account
    person: Person
    templates: list[TemplateShown]
    published: bool
    fault: str


@dataclass(frozen=True)
class SettingsContext:
    """Page context: the organisation's settings as stored, or as typed."""

    account: Account
    person: Person
    organisation: Organisation
    name: str
    languages: dict[str, str]
    spoken: Sequence[str]
    networks: list[NetworkChoice]
    fault: str
    done: bool


def _home(tx: Transaction, account: Account) -> Organisation:
    found = get_organisation(tx, account.organisation)
    assert found is not None, "somebody of it is signed in"
    return found


@router.get("/admin/setup")
def steps(request: Request, store: Store, account: Settler) -> Response:
    """The completed steps of the set-up, and the next one."""
    org = account.organisation
    with store.read() as tx:
        counts = how_many(tx, org)
        shown = [
            Step(
                _(title),
                _(words),
                counts[name],
                path if account.may(right) else "",
                ", ".join(_(TITLES[role]) for role in roles_with(right)),
            )
            for name, title, words, path, right in STEPS
        ]
        context = StepsContext(
            account, get_person(tx, org, account.person), _home(tx, account), shown, MOST_COUNTED - 1
        )
    return page(request, "setup/steps.html", context)


def _first_scheme(
    request: Request, store: Database, account: Account, fault: str = "", status: int = 200
) -> Response:
    org = account.organisation
    with store.read() as tx:
        shown = [
            TemplateShown(name, scheme.title, explain_scheme(scheme)[1:])
            for name, scheme in ((one, template(tx, org, one)) for one in PRESETS)
        ]
        context = FirstSchemeContext(
            account=account,
            person=get_person(tx, org, account.person),
            templates=shown,
            published=bool(versions(tx, org)),
            fault=fault,
        )
    return page(request, "setup/first_scheme.html", context, status)


@router.get("/hr/first-scheme")
def first_scheme(request: Request, store: Store, account: SchemeWriter) -> Response:
    """The templates in plain language."""
    return _first_scheme(request, store, account)


@router.post("/hr/first-scheme")
def publish(
    request: Request, store: Store, account: SchemeWriter, chosen: Annotated[Plain, Form(max_length=64)] = ""
) -> Response:
    """Publish a template as the first scheme."""
    try:
        with store.begin() as tx:
            publish_template(tx, account.organisation, chosen, account.person, now())
    except Fault as fault:
        status = 422 if isinstance(fault, NotFound) else refused(fault)
        return _first_scheme(request, store, account, str(fault), status)
    return RedirectResponse("/hr", 303)


@router.get("/admin/settings")
def settings(request: Request, store: Store, account: Settler) -> Response:
    """The organisation's settings."""
    with store.read() as tx:
        home = _home(tx, account)
    return _settings(request, store, account, home.name, home.languages, networks=chosen(home.networks))


def _settings(
    request: Request,
    store: Database,
    account: Account,
    name: str,
    spoken: Sequence[str],
    *,
    networks: list[NetworkChoice],
    fault: str = "",
    status: int = 200,
) -> Response:
    with store.read() as tx:
        context = SettingsContext(
            account=account,
            person=get_person(tx, account.organisation, account.person),
            organisation=_home(tx, account),
            name=name,
            languages=LANGUAGES,
            spoken=spoken,
            networks=networks,
            fault=fault,
            done=status == 200 and "done" in request.query_params,
        )
    return page(request, "setup/settings.html", context, status)


@router.post("/admin/settings")
def save(
    request: Request,
    store: Store,
    account: Settler,
    spoken: Several,
    network: Several,
    unpaid: Several,
    name: Annotated[Plain, Form(max_length=300)] = "",
) -> Response:
    """Store name, languages and networks."""
    try:
        with store.begin() as tx:
            known = {*OFFERED, *(one.channel for one in _home(tx, account).networks)}
            if unknown := {*network, *unpaid} - known:
                raise BadValue(
                    _("Network {name}: choose among those offered.").format(name=min(unknown)[:40])
                )
            change_organisation(
                tx,
                account.organisation,
                name,
                spoken,
                networks_of(network, unpaid),
                actor=account.person,
                now=now(),
            )
        request.app.state.offered.forget()
    except Fault as fault:
        return _settings(
            request,
            store,
            account,
            name,
            spoken,
            networks=choices(network, unpaid),
            fault=str(fault),
            status=refused(fault),
        )
    return RedirectResponse("/admin/settings?done=1", 303)
