"""POST /api/v1/events: CloudEvents 1.0, one or many, an answer for each."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from rewards.accounts import ApiToken
from rewards.events import Event, EventError, parse_cloudevent
from rewards.program import Receipt, record
from rewards.store.session import Database
from web.api.shared import problems
from web.problems import Problem
from web.session import now, token_with

router = APIRouter(prefix="/api/v1", tags=["events"])
MOST_EVENTS = 1000
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


class EventResults(BaseModel):
    """Answers, one an event."""

    model_config = ConfigDict(extra="forbid")
    results: list[EventResult]


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def parse_body(body: bytes, media_type: str) -> tuple[list[Any], bool]:
    """The messages of a request, and whether they came as a batch. Raises Problem."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in MEDIA_TYPES:
        raise Problem(
            415, f"content type: got {kind[:80]!r}; {', '.join(MEDIA_TYPES)} are taken; set one of these"
        )
    try:
        data = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Problem(400, "the body is not JSON; send a CloudEvents object or an array of them") from None
    if isinstance(data, dict):
        return [data], False
    if not isinstance(data, list):
        raise Problem(400, "the body is neither an object nor an array; send CloudEvents")
    if len(data) > MOST_EVENTS:
        raise Problem(
            413, f"got {len(data)} events; at most {MOST_EVENTS} are taken at once; send smaller batches"
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
        }
    )


def take(store: Database, token: ApiToken, messages: list[Any]) -> list[EventResult]:
    """Record the messages that are events in one transaction; the others are answered as invalid."""
    events: list[tuple[int, Event]] = []
    results: dict[int, EventResult] = {}
    for index, message in enumerate(messages):
        try:
            events.append((index, parse_cloudevent(message)))
        except EventError as error:
            results[index] = EventResult(index=index, status="invalid", reason=str(error))
    with store.begin() as tx:
        receipts = record(
            tx,
            token.organisation,
            [event for _, event in events],
            received_at=now(),
            backfill="events:backfill" in token.scopes,
        )
        # Before the commit: what cannot be answered is not kept either.
        for (index, _), receipt in zip(events, receipts, strict=True):
            results[index] = _result(index, receipt)
    return [results[index] for index in range(len(messages))]


@router.post(
    "/events",
    summary="Record what happened",
    response_model=EventResults,
    responses=problems(400, 409, 413, 415),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": {"type": ["object", "array"]}} for kind in MEDIA_TYPES},
        }
    },
)
async def post_events(
    request: Request, token: Annotated[ApiToken, Depends(token_with("events:write"))]
) -> Response:
    """One CloudEvents object, or an array of up to 1,000. Every event has an answer of its own; sending again is safe.

    A single event that is not valid answers 422 and one that contradicts an earlier one 409, as problem+json. In an array both
    are told in the event's own answer, and the other events are taken. The scope events:backfill lifts the grace period.
    """
    messages, batch = parse_body(await request.body(), request.headers.get("content-type", ""))
    results = await run_in_threadpool(take, request.app.state.database, token, messages)
    if not batch and results[0].status == "invalid":
        raise Problem(422, results[0].reason)
    if not batch and results[0].status == "conflict":
        raise Problem(409, results[0].reason, id=results[0].id, source=results[0].source)
    return JSONResponse({"results": [result.model_dump() for result in results]})
