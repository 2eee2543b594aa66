"""Schemes over the API: draft → rehearse → shadow → publish → retire, with revisions as ETags.

A draft is d1, d2 …; what was published is v1, v2 … . `schemes:write` is enough for all of it.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import Response

from rewards.bounds import FIRST_YEAR, LAST_YEAR
from rewards.document import load_document, parse_data
from rewards.fields import in_words
from rewards.language import gettext, msg, said
from rewards.people.accounts import ApiToken
from rewards.people.rights import Right
from rewards.publishing.conditions import Plan, rights_for
from rewards.publishing.drafts import (
    SchemeDraft,
    create_draft,
    discard_draft,
    edit_draft,
    get_draft,
    list_drafts,
    retire_version,
    shadow_draft,
)
from rewards.publishing.gate import publish as publish_scheme_draft
from rewards.publishing.publication import get_version, roll_back, scheme_in_force, versions
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.session import Transaction
from web.api.scheme_models import (
    DifferenceOut,
    Ending,
    NewScheme,
    Publication,
    PublicationNow,
    SchemeOut,
    Schemes,
    Span,
    Why,
    difference_out,
    draft_out,
    version_out,
)  # fmt: skip
from web.api.shared import (
    MOST_ID,
    Cursor,
    IdempotencyKey,
    Limit,
    actor_of,
    cursor_of,
    link_next,
    once,
    place_of,
    problems,
)
from web.problems import Problem
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1/schemes", tags=["schemes"])
Author = Annotated[ApiToken, Depends(token_with("schemes:write", "admin"))]
SchemeId = Annotated[
    str,
    Path(
        pattern=in_words(r"^[dv][1-9][0-9]{0,17}$", "the id of a draft or a version, such as d1 or v1"),
        description="d1 for a draft, v1 for a version",
    ),
]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=200, description="The ETag that was read")
]


def _scheme(body: NewScheme) -> IncentiveScheme:
    if (body.document is None) == (body.yaml is None):
        raise Problem(422, said("scheme: got both or neither of document and yaml; send exactly one"))
    if body.yaml is not None:
        return load_document(body.yaml, IncentiveScheme, "yaml")
    return parse_data(body.document, IncentiveScheme, "document")


def _etag(draft: SchemeDraft) -> str:
    return f'"d{draft.id}.{draft.revision}"'


def _revision(id: str, if_match: str | None) -> int | None:
    """The revision in If-Match: None for `*` or without the header, 0 (which no draft has) for a malformed one."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = re.fullmatch(rf'"{id}\.([1-9][0-9]{{0,8}})"', if_match.strip())
    return int(found.group(1)) if found else 0


def _number(id: str, kind: Literal["d", "v"], what: str) -> int:
    if id[0] != kind:
        raise Problem(409, said("scheme {id}: {what}", id=id, what=gettext(what)))
    return min(int(id[1:]), MOST_ID)


def draft_number(id: str) -> int:
    """The number of a draft's id. Raises Problem for a version's."""
    return _number(id, "d", "is in the record already; name a draft")


def in_force_now(tx: Transaction, organisation: str) -> int | None:
    """The number of the version in force."""
    found = scheme_in_force(tx, organisation, now())
    return None if found is None else found.version


@router.post(
    "", status_code=201, response_model=SchemeOut, summary="Write a draft", responses=problems(400, 409)
)
def create(
    request: Request, store: Store, token: Author, body: NewScheme, key: IdempotencyKey = None
) -> Response:
    """422 with the line and the remedy where the scheme is not valid or could not be scored."""
    scheme = _scheme(body)

    def work(tx: Transaction) -> tuple[int, SchemeOut, dict[str, str]]:
        draft = create_draft(tx, token.organisation, scheme, actor_of(token), now())
        headers = {"Location": f"/api/v1/schemes/d{draft.id}", "ETag": _etag(draft)}
        return 201, draft_out(draft, whole=True), headers

    return once(request, store, token, key, body, work=work)


@router.get("", summary="Drafts and versions", responses=problems())
def listed(
    request: Request,
    response: Response,
    store: Store,
    token: Author,
    kind: Annotated[Literal["all", "drafts", "versions"], Query()] = "all",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Schemes:
    """Without their documents."""
    place = place_of(cursor)
    if place is not None and not re.fullmatch(r"[dv][1-9][0-9]{0,17}", place):
        raise Problem(422, said("cursor: not one that this list gave; take `next` of the page before"))
    past_drafts = place is not None and place[0] == "v"
    before = None if place is None else int(place[1:])
    found: list[SchemeOut] = []
    with store.read() as tx:
        if kind != "versions" and not past_drafts:
            found += [draft_out(one) for one in list_drafts(tx, token.organisation, limit + 1, before)]
        if kind != "drafts" and len(found) <= limit:
            in_force = in_force_now(tx, token.organisation)
            newest = reversed(versions(tx, token.organisation))
            found += [
                version_out(one, in_force)
                for one in newest
                if not past_drafts or before is None or one.version < before
            ]
    following = cursor_of(found[limit - 1].id) if len(found) > limit else None
    link_next(request, response, following)
    return Schemes(schemes=found[:limit], next=following)


@router.get("/{id}", summary="One draft or version", responses=problems(404))
def one(response: Response, store: Store, token: Author, id: SchemeId) -> SchemeOut:
    """With its document and its explanation in plain English; a draft's ETag names its revision."""
    with store.read() as tx:
        if id[0] == "d":
            draft = get_draft(tx, token.organisation, _number(id, "d", ""))
            response.headers["ETag"] = _etag(draft)
            return draft_out(draft, whole=True)
        version = get_version(tx, token.organisation, _number(id, "v", ""))
        response.headers["ETag"] = f'"{id}.{version.hash[:16]}"'
        return version_out(version, in_force_now(tx, token.organisation), whole=True)


@router.put("/{id}", summary="Change a draft", responses=problems(400, 404, 409, 412, 428))
def change(
    response: Response, store: Store, token: Author, id: SchemeId, body: NewScheme, if_match: IfMatch = None
) -> SchemeOut:
    """If-Match is required, so that two authors do not overwrite each other. Rehearsal and shadow are open again."""
    number = _number(id, "d", msg("was published and does not change any more; write a new draft"))
    if if_match is None:
        raise Problem(
            428, said("If-Match: got nothing; send the ETag that you read, so that no edit is lost")
        )
    scheme = _scheme(body)
    with store.begin() as tx:
        draft = edit_draft(
            tx,
            token.organisation,
            number,
            scheme,
            actor_of(token),
            now=now(),
            revision=_revision(id, if_match),
        )
    response.headers["ETag"] = _etag(draft)
    return draft_out(draft, whole=True)


@router.post("/{id}/shadow", summary="What it would change", responses=problems(400, 404, 409))
def shadow(store: Store, token: Author, id: SchemeId, body: Span) -> DifferenceOut:
    """Counts the open period again as if the draft were in force; nothing that people have is changed."""
    number = _number(id, "d", msg("is in the record already; shadow a draft"))
    seen = shadow_draft(
        store,
        token.organisation,
        number,
        _aware(body.effective_at),
        actor_of(token),
        now=now(),
        mode=body.mode,
    )
    return difference_out(seen)


@router.post(
    "/{id}/publish",
    status_code=201,
    response_model=SchemeOut,
    summary="Put a draft in force",
    responses=problems(400, 404, 409, 412),
)
def publish(
    request: Request,
    store: Store,
    token: Author,
    id: SchemeId,
    body: PublicationNow,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Response:
    """Prospective unless said otherwise. A mode that looks back asks for a shadow of the text, instant and mode (409).

    Where the organisation has the gate, this is the second person's yes to an open proposal; without one 403 says what is missing.

    Versions scheduled for later stay so. Where one would never be in force, 409 says which, and `displace_scheduled` withdraws it.
    """
    number = _number(id, "d", msg("was published already; write a new draft"))

    if body.past_gate:
        _check_past_gate(store, token)

    def work(tx: Transaction) -> tuple[int, SchemeOut, dict[str, str]]:
        at = now()
        version = publish_scheme_draft(
            tx, token.organisation, number, plan_of(body, at), actor_of(token), now=at, revision=_revision(id, if_match),
            past_gate=body.past_gate,
        )  # fmt: skip
        said = version_out(version, in_force_now(tx, token.organisation), whole=True)
        return 201, said, {"Location": f"/api/v1/schemes/{said.id}"}

    return once(request, store, token, key, body, work=work)


@router.post("/{id}/retire", response_model=SchemeOut, summary="End it", responses=problems(400, 404, 409))
def retire(
    request: Request, store: Store, token: Author, id: SchemeId, body: Ending, key: IdempotencyKey = None
) -> Response:
    """A draft is put aside. The version in force is followed by one that rewards nothing; what people have they keep."""

    def work(tx: Transaction) -> tuple[int, SchemeOut, dict[str, str]]:
        by = actor_of(token)
        if id[0] == "d":
            draft = discard_draft(tx, token.organisation, _number(id, "d", ""), by, body.reason, now=now())
            return 200, draft_out(draft), {}
        get_version(tx, token.organisation, _number(id, "v", ""))
        ended = retire_version(
            tx, token.organisation, _number(id, "v", ""), by, body.reason, now=now(),
            displace_scheduled=body.displace_scheduled,
        )  # fmt: skip
        return 200, version_out(ended, ended.version), {"Location": f"/api/v1/schemes/v{ended.version}"}

    return once(request, store, token, key, body, work=work)


@router.post(
    "/{id}/rollback",
    response_model=SchemeOut,
    summary="Withdraw a version",
    responses=problems(400, 404, 409),
)
def rollback(
    request: Request, store: Store, token: Author, id: SchemeId, body: Why, key: IdempotencyKey = None
) -> Response:
    """Balances of the open period become as if it had never been published."""
    number = _number(id, "v", msg("was never in force; retire the draft"))

    def work(tx: Transaction) -> tuple[int, SchemeOut, dict[str, str]]:
        get_version(tx, token.organisation, number)
        gone = roll_back(tx, token.organisation, number, actor_of(token), body.reason, now=now())
        return 200, version_out(gone, in_force_now(tx, token.organisation)), {}

    return once(request, store, token, key, body, work=work)


def _check_past_gate(store: Store, token: ApiToken) -> None:
    """An emergency is an administrator's to declare."""
    with store.read() as tx:
        lacks = token.person is not None and Right.PAST_GATE not in rights_for(
            tx, token.organisation, token.person
        )
    if "admin" not in token.scopes or lacks:
        raise Problem(
            403, said("past_gate: the token lacks the scope {value} or its person the right; ask an administrator", value="admin")
        )  # fmt: skip


def plan_of(body: Publication, at: datetime) -> Plan:
    """The publication that a body requests; at once where it names no instant."""
    effective = at if body.effective_at is None else _aware(body.effective_at)
    return Plan(body.mode, effective, body.reason, body.exception, body.displace_scheduled)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise Problem(
            422,
            said(
                "effective_at: got {day}; RFC 3339 with an offset, {first_year} to {last_year}; append Z for UTC",
                day=instant.isoformat(),
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
            ),
        )
    return instant
