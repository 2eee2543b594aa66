"""Common parts of the API's routes: strict bodies, documented problems, pagination by cursor, idempotent requests."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any

from fastapi import Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from rewards.fields import in_words
from rewards.language import said
from rewards.outside.requests import abandon_request, begin_request, finish_request
from rewards.people.accounts import ApiToken
from rewards.store.persons import ACTOR_PREFIX
from rewards.store.session import Database, Transaction
from web.problems import MEDIA_TYPE, Problem
from web.session import ShownToken, ShownWith, now

MOST_ID = 2**63 - 1
_WHY = {
    400: "The body or the address cannot be read",
    401: "No token, or one that is unknown, expired or revoked",
    403: "The token lacks the scope or speaks for no person, or a rule of the program forbids it",
    404: "Not in this organisation",
    409: "Contradicts what was done before, or the first request of the key is still under way",
    412: "Changed since the revision that If-Match names",
    413: "Too many events or bytes",
    415: "Another content type",
    422: "Not valid; the detail names the field, the limit and the remedy",
    428: "If-Match is missing",
    503: "The database does not answer just now; Retry-After says when to try again",
}

RowId = Annotated[int, Path(ge=1, le=MOST_ID)]
PERSON = in_words(r"^[A-Za-z0-9._-]{1,64}$", "an id of up to 64 letters, digits, ., _ and -")
Name = Annotated[
    str, Path(pattern=in_words(r"^[A-Za-z0-9._-]{1,128}$", "a name of up to 128 letters, digits, ., _ and -"))
]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most")]
Cursor = Annotated[
    str | None, Query(max_length=200, description="Where the page begins: `next` of the page before")
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=in_words(r"^[!-~]{1,128}$", "1 to 128 printable ASCII characters without a space"),
        description="The same key with the same request has one effect and one answer, for 48 hours",
    ),
]
Words = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        pattern=in_words(r"^[^\x00]*[^\x00\s][^\x00]*$", "text with at least one letter or sign"),
    ),
]
PersonName = Annotated[str, Field(pattern=PERSON)]
Work = Callable[[Transaction], tuple[int, BaseModel, Mapping[str, str]]]


class Strict(BaseModel):
    """A body, or a part of one, in which nothing unknown is taken or given."""

    model_config = ConfigDict(extra="forbid")


class ProblemOut(BaseModel):
    """A problem (RFC 9457): what, where, which limit, how to correct it, in one line of `detail`."""

    type: str
    title: str
    status: int
    detail: str


class TokenRoute(APIRoute):
    """A route that takes the request and the token that it shows, and nothing else.

    It is called directly: the framework asks anew with every request what a function depends on, which would cost more than reading it.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The work of the route, given what it declares."""
        (shown,) = (one.call for one in self.dependant.dependencies)
        assert isinstance(shown, ShownWith), f"{self.path}: depends on {shown}, not on the token shown alone"
        scopes, work = shown.scopes, self.endpoint

        async def answer(request: Request) -> Response:
            found: Response = await work(request, ShownToken(request, scopes))
            return found

        return answer


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented refusals of a route; 400, 401, 403, 413, 422 and 503 are added to every route with a token."""
    content = {MEDIA_TYPE: {"schema": ProblemOut.model_json_schema()}}
    return {
        status: {"description": _WHY[status], "content": content}
        for status in sorted({400, 401, 403, 413, 422, 503, *statuses})
    }


def person_of(token: ApiToken) -> str:
    """The person whom the token speaks for. Raises Problem."""
    if token.person is None:
        raise Problem(403, said("the token speaks for no person; make one for a person"))
    return token.person


def actor_of(token: ApiToken) -> str:
    """The actor in the audit log: the person, or the token where there is none."""
    return token.person or f"{ACTOR_PREFIX}{token.name}"


def cursor_of(place: int | str) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(str(place).encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> str | None:
    """The inverse of `cursor_of`. Raises Problem for an invalid cursor."""
    if cursor is None:
        return None
    try:
        place = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise Problem(
            422, said("cursor: not one that this list gave; take `next` of the page before")
        ) from None
    if not place.isprintable() or cursor_of(place) != cursor:
        raise Problem(422, said("cursor: not one that this list gave; take `next` of the page before"))
    return place


def number_of(cursor: str | None) -> int | None:
    """A cursor that holds a row's number. Raises Problem."""
    place = place_of(cursor)
    if place is None:
        return None
    if not place.isdecimal() or not place.isascii() or int(place) > MOST_ID:
        raise Problem(422, said("cursor: not one that this list gave; take `next` of the page before"))
    return int(place)


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Name the next page in the Link header, if there is one."""
    if cursor is not None:
        following = request.url.include_query_params(cursor=cursor)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'


def once(
    request: Request, store: Database, token: ApiToken, key: str | None, body: BaseModel, *, work: Work
) -> Response:
    """Do the work in one transaction; with a key, once, and give the first answer again to the same request.

    `work` gives (status, body, headers). Another request under the same key is a 422, one under way a 409.
    """
    if key is None:
        with store.begin() as tx:
            return _answer(*_plain(*work(tx)))
    content = json.dumps([request.method, request.url.path, body.model_dump(mode="json")], sort_keys=True)
    asked = hashlib.sha256(content.encode()).hexdigest()
    caller = hashlib.sha256(token.name.encode()).hexdigest()
    with store.begin() as tx:
        owner, before = begin_request(tx, token.organisation, caller, key, asked, now=now())
    if before is not None:
        before = json.loads(before)
        headers = before["headers"] | {"Idempotency-Replayed": "true"}
        return _answer(before["status"], before["body"], headers)
    try:
        with store.begin() as tx:
            status, said, headers = _plain(*work(tx))
            # Not escaped: erasure looks for names in what is kept.
            kept = {"status": status, "body": said, "headers": headers}
            text = json.dumps(kept, sort_keys=True, ensure_ascii=False)
            finish_request(tx, token.organisation, caller, key, owner, answer=text)
    except BaseException:
        with store.begin() as tx:
            abandon_request(tx, token.organisation, caller, key, owner)
        raise
    return _answer(status, said, headers)


def _plain(
    status: int, body: BaseModel, headers: Mapping[str, str]
) -> tuple[int, dict[str, Any], dict[str, str]]:
    return status, body.model_dump(mode="json"), dict(headers)


def _answer(status: int, body: Mapping[str, object], headers: Mapping[str, str]) -> Response:
    return JSONResponse(body, status, headers=dict(headers))
