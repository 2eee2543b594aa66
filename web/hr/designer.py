"""Scheme drafts: the list, and new drafts from a template, from the version in force or from another draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from rewards.document import dump_document
from rewards.faults import BadValue
from rewards.founding import text_of_template
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, names_of
from rewards.people.rights import Right
from rewards.publishing.drafts import OPEN, SchemeDraft, discard_draft, get_draft, list_drafts
from rewards.publishing.publication import SchemeVersion, get_version, scheme_in_force
from rewards.publishing.texts import start_draft, text_of
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.session import Transaction
from web.session import SchemeReader, SchemeWriter, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
PATH = "/hr/schemes"
MOST_SHOWN = 50
MOST_NUMBER = 2**53
Number = Annotated[int, Field(ge=1, le=MOST_NUMBER)]


@dataclass(frozen=True)
class DesignerContext:
    """Page context: `drafts`, newest first; `names` of their authors; `version` in force (None: none); `templates` for a new draft."""

    account: Account
    person: Person
    drafts: Sequence[SchemeDraft]
    names: dict[str, str]
    version: SchemeVersion | None
    templates: Sequence[tuple[str, IncentiveScheme]]
    editable: bool


@router.get(PATH)
def listed(request: Request, store: Store, account: SchemeReader) -> Response:
    """The list of drafts, and the templates and versions for a new one."""
    org = account.organisation
    with store.read() as tx:
        drafts = list_drafts(tx, org, MOST_SHOWN)
        context = DesignerContext(
            account=account,
            person=get_person(tx, org, account.person),
            drafts=drafts,
            names=names_of(tx, org, {one.actor for one in drafts}),
            version=scheme_in_force(tx, org, now()),
            templates=list(PRESETS.items()),
            editable=account.may(Right.SCHEME_WRITE),
        )
    return page(request, "hr/designer.html", context)


@router.post(PATH)
def begin(
    store: Store, account: SchemeWriter, begin_from: Annotated[Plain, Form(max_length=80)] = ""
) -> Response:
    """Create a draft from `template:NAME`, `version:N` or `draft:N`."""
    with store.begin() as tx:
        text = _text(tx, account.organisation, begin_from)
        draft = start_draft(tx, account.organisation, text, account.person, now())
    return RedirectResponse(f"{PATH}/{draft.id}", 303)


def _text(tx: Transaction, organisation: str, source: str) -> str:
    kind, _, name = source.partition(":")
    number = int(name) if name.isascii() and name.isdecimal() and len(name) < 16 else 0
    if kind == "template" and name in PRESETS:
        return text_of_template(tx, organisation, name)
    if kind == "version" and number:
        return dump_document(get_version(tx, organisation, number).scheme)
    if kind == "draft" and number:
        return text_of(tx, organisation, get_draft(tx, organisation, number))
    raise BadValue(
        "begin_from: got {value!r}; a draft begins from a template, a version or a draft; choose one on the page",
        value=source,
    )


@router.post(PATH + "/{draft}/discard")
def discard(store: Store, account: SchemeWriter, draft: Number) -> Response:
    """Close a draft for good; it stays in the list."""
    with store.begin() as tx:
        found = get_draft(tx, account.organisation, draft)
        if found.status == OPEN:
            discard_draft(tx, account.organisation, draft, account.person, "", now=now())
    return RedirectResponse(PATH, 303)
