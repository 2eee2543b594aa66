"""One draft as form and text side by side: one document, which either edits, looked at as one types.

Without a script the buttons send the page and it comes back with what was typed; with one the same page is asked for after a pause.
What was changed in the form goes into the text as it was typed meanwhile, so that neither of the two is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from web.editing import MOST_FIELDS, Typed, typed_of
from web.hr.designer import PATH, Number
from web.hr.draft_view import FormView, Look, form_view, look_at, read
from web.problems import refused
from web.session import SchemeReader, SchemeWriter, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class DraftContext:
    """`text` is in the editor, `base` is what the edit began from. `form` is that of `was`: the text, or the last that was YAML.

    `look` is what the text comes to (None: it is no scheme yet). `theirs` is what somebody else saved meanwhile.
    """

    account: Account
    person: Person
    draft: SchemeDraft
    editable: bool
    approves: bool
    text: str
    was: str
    base: str
    revision: int
    form: FormView | None
    look: Look | None
    fault: str
    saved: bool
    clash: bool
    together: bool
    theirs: str
    history: Sequence[Written]
    names: dict[str, str]


@router.get(PATH + "/{draft}")
def shown(request: Request, store: Store, account: SchemeReader, draft: Number) -> Response:
    """The draft as it is now."""
    with store.read() as tx:
        found = get_draft(tx, account.organisation, draft)
        text = text_of(tx, account.organisation, found)
    typed = Typed(text, text, text, found.revision, "look", {})
    return _page(request, store, account, draft, typed, text=text, saved="saved" in request.query_params)


@router.post(PATH + "/{draft}")
async def edited(request: Request, store: Store, account: SchemeWriter, draft: Number) -> Response:
    """Take in what was typed: to look at it, to add or take away a part, or to save it."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        typed = typed_of(form)
    return await run_in_threadpool(_edited, request, store, account, draft, typed)


def _edited(request: Request, store: Database, account: Account, draft: int, typed: Typed) -> Response:
    text, fault, status = typed.text, "", 200
    try:
        text = _taken(typed)
    except DocumentError as error:
        fault, status = ("" if typed.action == "look" else str(error)), 200 if typed.action == "look" else 422
    if typed.action != "save" or fault:
        return _page(request, store, account, draft, typed, text=text, fault=fault, status=status)
    try:
        with store.begin() as tx:
            done = save_text(
                tx,
                account.organisation,
                draft,
                text,
                revision=typed.revision,
                actor=account.person,
                now=now(),
                base=typed.base,
            )
            stands = text_of(tx, account.organisation, done.draft) if done.clash else ""
    except (DocumentError, SchemeError) as error:
        return _page(request, store, account, draft, typed, text=text, fault=str(error), status=422)
    except Fault as error:
        return _page(
            request, store, account, draft, typed, text=text, fault=str(error), status=refused(error)
        )
    if not done.clash:
        return RedirectResponse(f"{PATH}/{draft}?saved=1", 303)
    again = Typed(done.text, done.text, stands, done.draft.revision, "look", {})
    return _page(
        request, store, account, draft, again, text=done.text, theirs=stands, together=done.together, status=409
    )  # fmt: skip


def _taken(typed: Typed) -> str:
    """The text with what the form changed, and with the part that a button adds or takes away."""
    text = with_changes(typed.text, typed.was, typed.fields)
    kind, _, rest = typed.action.partition(":")
    group, _, at = rest.partition(".")
    if kind == "add" and group in NEW:
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
    scheme, faults = read(text)
    form = form_view(text, faults)
    with store.read() as tx:
        draft = get_draft(tx, org, number)
        history = revisions(tx, org, number)
        context = DraftContext(
            account=account,
            person=get_person(tx, org, account.person),
            draft=draft,
            editable=draft.status == OPEN and account.may(Right.SCHEME_WRITE),
            approves=account.may(Right.SCHEME_APPROVE),
            text=text,
            was=text if form else typed.was,
            base=typed.base,
            revision=typed.revision,
            form=form or form_view(typed.was, faults),
            look=None if scheme is None else look_at(tx, org, scheme, now()),
            fault=fault,
            saved=saved,
            clash=bool(theirs),
            together=together,
            theirs=theirs,
            history=history,
            names=names_of(tx, org, {one.actor for one in history} | {draft.actor}),
        )
    return page(request, "hr/draft.html", context, status)
