"""One scheme draft as form and text side by side: two editors of one document, validated while the user types.

Without JavaScript the buttons post the page, which returns with the values typed. With it the same page is requested after a pause.
Changes in the form are merged into the text as typed meanwhile, so that neither is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from rewards.document import DocumentError
from rewards.faults import Fault
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, names_of
from rewards.people.rights import Right
from rewards.publishing.drafts import OPEN, SchemeDraft, get_draft
from rewards.publishing.texts import Written, revisions, save_text, text_of
from rewards.scheme.editing import GROUPS, NEW, with_changes, with_part, without_part
from rewards.scheme.scheme import SchemeError
from rewards.store.session import Database
from web.editing import MOST_FIELDS, Edit, Typed, Ways, as_it_stands, clashed, taken_in, typed_of
from web.hr.designer import PATH, Number
from web.hr.draft_view import FormView, Look, form_view, look_at, read
from web.problems import refused
from web.session import SchemeReader, SchemeWriter, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)


WAYS = Ways(with_changes, with_part, without_part, adds=NEW, drops=GROUPS)


@dataclass(frozen=True)
class DraftContext:
    """Page context: `form` of the text, or of the last text that was valid YAML; `look`: its preview (None: not a valid scheme)."""

    account: Account
    person: Person
    draft: SchemeDraft
    editable: bool
    approves: bool
    edit: Edit
    form: FormView | None
    look: Look | None
    history: Sequence[Written]
    names: dict[str, str]


@router.get(PATH + "/{draft}")
def shown(request: Request, store: Store, account: SchemeReader, draft: Number) -> Response:
    """The draft as stored."""
    with store.read() as tx:
        found = get_draft(tx, account.organisation, draft)
        text = text_of(tx, account.organisation, found)
    edit = as_it_stands(text, found.revision, "saved" in request.query_params)
    return _page(request, store, account, draft, edit)


@router.post(PATH + "/{draft}")
async def edited(request: Request, store: Store, account: SchemeWriter, draft: Number) -> Response:
    """Take over the values typed: to preview, to add or remove a part, or to save."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        typed = typed_of(form)
    return await run_in_threadpool(_edited, request, store, account, draft, typed)


def _edited(request: Request, store: Database, account: Account, draft: int, typed: Typed) -> Response:
    edit = taken_in(typed, WAYS)
    if typed.action != "save" or edit.fault:
        return _page(request, store, account, draft, edit)
    try:
        with store.begin() as tx:
            done = save_text(
                tx,
                account.organisation,
                draft,
                edit.text,
                revision=typed.revision,
                actor=account.person,
                now=now(),
                base=typed.base,
            )
            stands = text_of(tx, account.organisation, done.draft) if done.clash else ""
    except (DocumentError, SchemeError, Fault) as error:
        status = refused(error) if isinstance(error, Fault) else 422
        return _page(request, store, account, draft, replace(edit, fault=str(error), status=status))
    if not done.clash:
        return RedirectResponse(f"{PATH}/{draft}?saved=1", 303)
    return _page(
        request, store, account, draft, clashed(done.text, stands, done.draft.revision, done.together)
    )


def _page(request: Request, store: Database, account: Account, number: int, edit: Edit) -> Response:
    org = account.organisation
    scheme, faults = read(edit.text)
    with store.read() as tx:
        draft = get_draft(tx, org, number)
        history = revisions(tx, org, number)
        form = form_view(edit.text, faults)
        context = DraftContext(
            account=account,
            person=get_person(tx, org, account.person),
            draft=draft,
            editable=draft.status == OPEN and account.may(Right.SCHEME_WRITE),
            approves=account.may(Right.SCHEME_APPROVE),
            edit=replace(edit, was=edit.text) if form else edit,
            form=form or form_view(edit.was, faults),
            look=None if scheme is None else look_at(tx, org, scheme, now()),
            history=history,
            names=names_of(tx, org, {one.actor for one in history} | {draft.actor}),
        )
    return page(request, "hr/draft.html", context, edit.status)
