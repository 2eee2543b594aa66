"""POST /api/v1/events: CloudEvents 1.0, one or many, an answer for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from rewards.events import OWN_KINDS, Event, EventError, is_json, parse_cloudevent, read_json
from rewards.language import said
from rewards.ledger.entries import Receipt
from rewards.ledger.intake import record
from rewards.ledger.singles import NotAdmitted, Single, record_singles
from rewards.people.accounts import ApiToken, authenticate_tokens
from rewards.store.session import Database, Transaction
from web.api.shared import TokenRoute, problems
from web.batching import Batcher, Failure
from web.problems import Problem
from web.session import ShownToken, now, shown_with

router = APIRouter(prefix="/api/v1", tags=["events"], route_class=TokenRoute)
MOST_EVENTS = 1000
POSTGRESQL_WRITERS = 2
SCOPE, BACKFILL = "events:write", "events:backfill"
MEDIA_TYPES = ("application/cloudevents+json", "application/cloudevents-batch+json", "application/json")


class EntryOut(BaseModel):
    """One entry of the ledger: what a rule or badge gave, and why."""

    model_config = ConfigDict(extra="forbid")
    rule: str
    millipoints: int
    reason: str
    why: str


class EventResult(BaseModel):
    """The answer to one event, in the order sent."""

    model_config = ConfigDict(extra="forbid")
    index: int
    source: str | None = None
    id: str | None = None
    status: Literal[
        "awarded",
        "zero",
        "duplicate",
        "conflict",
        "quarantined",
        "late",
        "unknown_person",
        "rejected",
        "invalid",
    ]
    reason: str
    millipoints: int = 0
    entries: list[EntryOut] = Field(default_factory=list)
    note: str = ""


class EventResults(BaseModel):
    """Answers, one an event."""

    model_config = ConfigDict(extra="forbid")
    results: list[EventResult]


def is_binary(headers: Mapping[str, str]) -> bool:
    """True for CloudEvents' binary mode: the attributes are headers, the body is the data."""
    structured = headers.get("content-type", "").strip().lower().startswith("application/cloudevents")
    return not structured and any(f"ce-{name}" in headers for name in ("specversion", "id", "source", "type"))


def parse_binary(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """One event in the binary mode of CloudEvents over HTTP, as the object of the structured mode. Raises Problem."""
    message: dict[str, Any] = {
        name.removeprefix("ce-").lower(): _header_text(name, value)
        for name, value in headers.items()
        if name.lower().startswith("ce-")
    }
    for name in ("datacontenttype", "data", "data_base64"):
        if name in message:
            raise Problem(
                422,
                said(
                    "ce-{name}: got a header; in the binary mode the body is the data; leave it out",
                    name=name,
                ),
            )
    if body.strip():
        kind = headers.get("content-type", "")
        if not is_json(kind):
            raise Problem(
                415,
                said(
                    "content type: got {value!r}; the data of an event is JSON; set application/json",
                    value=kind[:80],
                ),
            )
        message["datacontenttype"] = kind
        try:
            message["data"] = read_json(body)
        except ValueError:
            raise Problem(400, said("the body is not JSON; send the event's data as a JSON object")) from None
    return message


def _header_text(name: str, value: str) -> str:
    """An attribute as its header has it: quoted or not, what is not printable ASCII as percent-encoded UTF-8. Raises Problem."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    try:
        # Some senders write UTF-8 as it is; the server gives its bytes as Latin-1.
        return unquote(value.encode("latin-1").decode(), errors="strict")
    except ValueError:
        raise Problem(
            422, said("{name}: got bytes that are not UTF-8; percent-encode them as UTF-8", name=name)
        ) from None


def parse_body(body: bytes, media_type: str) -> tuple[list[Any], bool]:
    """The messages of a request, and whether they came as a batch. Raises Problem."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in MEDIA_TYPES:
        raise Problem(
            415,
            said(
                "content type: got {value!r}; {names} are taken; set one of these",
                value=kind[:80],
                names=", ".join(MEDIA_TYPES),
            ),
        )
    try:
        data = read_json(body)
    except ValueError:
        raise Problem(
            400, said("the body is not JSON; send a CloudEvents object or an array of them")
        ) from None
    if isinstance(data, dict):
        return [data], False
    if not isinstance(data, list):
        raise Problem(400, said("the body is neither an object nor an array; send CloudEvents"))
    if len(data) > MOST_EVENTS:
        raise Problem(
            413,
            said(
                "got {count} events; at most {most_events} are taken at once; send smaller batches",
                count=len(data),
                most_events=MOST_EVENTS,
            ),
        )
    return data, True


def _result(index: int, receipt: Receipt) -> EventResult:
    entries = [
        EntryOut(rule=e.rule, millipoints=e.amount_millipoints, reason=e.reason, why=e.why)
        for e in receipt.entries
    ]
    return EventResult.model_validate(
        {
            "index": index,
            "source": receipt.source,
            "id": receipt.id,
            "status": receipt.status,
            "reason": receipt.reason,
            "millipoints": sum(entry.millipoints for entry in entries),
            "entries": entries,
            "note": receipt.note,
        }
    )


def read_event(message: object) -> Event:
    """The event of a message. Raises EventError, also for a kind that the program alone records."""
    event = parse_cloudevent(message)
    if event.kind in OWN_KINDS:
        raise EventError(
            f"type: got {event.kind!r}; the program alone records it, when people join or leave here; leave it out"
        )
    return event


def take(store: Database, token: ApiToken, messages: Sequence[object]) -> list[EventResult]:
    """Record the messages that are events in one transaction; the others are answered as invalid."""
    events: list[tuple[int, Event]] = []
    results: dict[int, EventResult] = {}
    for index, message in enumerate(messages):
        try:
            events.append((index, read_event(message)))
        except EventError as error:
            results[index] = EventResult(index=index, status="invalid", reason=str(error))
    with store.begin() as tx:
        receipts = record(
            tx,
            token.organisation,
            [event for _, event in events],
            received_at=now(),
            backfill=BACKFILL in token.scopes,
        )
        # Before the commit: what cannot be answered is not kept either.
        for (index, _), receipt in zip(events, receipts, strict=True):
            results[index] = _result(index, receipt)
    return [results[index] for index in range(len(messages))]


Singles = Batcher[Single, Receipt]


def single_recorder(store: Database) -> Singles:
    """Records single events: those that come while a transaction is under way share the next, in which their tokens are read too."""

    def may_send(tx: Transaction, singles: Sequence[Single]) -> list[bool]:
        tokens = authenticate_tokens(tx, [one.sender for one in singles], now())
        return [
            token is not None
            and SCOPE in token.scopes
            and (token.organisation, BACKFILL in token.scopes) == (one.organisation, one.backfill)
            for one, token in zip(singles, tokens, strict=True)
        ]

    def work(singles: Sequence[Single]) -> list[Receipt | Failure]:
        answers = record_singles(store, singles, now(), may_send)
        return [Failure.of(one) if isinstance(one, Exception) else one for one in answers]

    # PostgreSQL goes on with one transaction while another waits for the disk; SQLite has one writer.
    return Batcher("events", work, POSTGRESQL_WRITERS if store.dialect == "postgresql" else 1)


async def take_single(singles: Singles, shown: ShownToken, message: object) -> EventResult:
    """Record one message and give its answer. Raises Problem for one that is no event, or contradicts an earlier one.

    A token that was good before is read in the transaction that records the event; one that nobody knows never comes so far.
    """
    token = shown.known() or await shown.read()
    event = _event_of(message)
    while True:
        single = Single(token.organisation, event, BACKFILL in token.scopes, shown.secret)
        with suppress(NotAdmitted):
            receipt = await singles.ask(single)
            break
        token = await shown.read()
    if receipt.status == "conflict":
        raise Problem(409, receipt.reason, id=receipt.id, source=receipt.source)
    return _result(0, receipt)


def _event_of(message: object) -> Event:
    try:
        return read_event(message)
    except EventError as error:
        raise Problem(422, str(error)) from None


@router.post(
    "/events",
    summary="Record what happened",
    response_model=EventResults,
    responses=problems(400, 409, 413, 415),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": ["object", "array"], "maxItems": MOST_EVENTS}}
                for kind in MEDIA_TYPES
            },
        }
    },
)
async def post_events(request: Request, shown: Annotated[ShownToken, Depends(shown_with(SCOPE))]) -> Response:
    """One CloudEvents object, or an array of up to 1,000; one event in the binary mode too, its attributes as headers `ce-…`. Every event
    has an answer of its own; sending again is safe.

    A single event that is not valid answers 422 and one that contradicts an earlier one 409, as problem+json. In an array both
    are reported in the event's own answer, and the other events are taken. The scope events:backfill lifts the grace period.
    """
    if shown.known() is None:
        await shown.read()
    try:
        results = await _taken(request, shown)
    except Problem:
        # Whose token has ended meanwhile hears of that, whatever else is wrong.
        await shown.read()
        raise
    return JSONResponse({"results": [result.model_dump() for result in results]})


async def _taken(request: Request, shown: ShownToken) -> list[EventResult]:
    """The answer to each event of a request. Raises Problem."""
    body, headers = await request.body(), request.headers
    if is_binary(headers):
        messages, batch = [parse_binary(headers, body)], False
    else:
        messages, batch = parse_body(body, headers.get("content-type", ""))
    if batch:
        return await run_in_threadpool(take, request.app.state.database, await shown.read(), messages)
    return [await take_single(request.app.state.singles, shown, messages[0])]
