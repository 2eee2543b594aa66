"""A rehearsal's page goes on when the rehearsal is done: it hears of the job that looks where the risks turn."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from rewards.jobs.queue import get_job, outcome_of
from sims.rehearsal.asking import turning_of
from web.rehearsal.routes import LOOK_SECONDS, PATH, STREAM_SECONDS, STREAMING, JobId
from web.session import ForecastReader, Store

router = APIRouter(include_in_schema=False)


@router.get(PATH + "/{id}/turning/stream")
async def stream(request: Request, store: Store, account: ForecastReader, id: JobId) -> Response:
    """Says `turned` whenever there is more to be shown, until there is nothing to come or the page has to ask anew."""
    org = account.organisation

    def look() -> tuple[str, bool]:
        with store.read() as tx:
            found = turning_of(tx, org, get_job(tx, org, id).spec_hash)
            shown = 0 if found is None else len(outcome_of(tx, org, found.id)[0])
        return json.dumps(
            {"shown": shown, "ended": found is None or found.ended}
        ), found is None or found.ended

    first = await STREAMING.run(look, LOOK_SECONDS * 20)

    async def tell() -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        until = loop.time() + STREAM_SECONDS
        (text, ended), last = first, ""
        while True:
            if text != last:
                yield f"event: turned\ndata: {text}\n\n"
                last = text
            if ended or loop.time() >= until or await request.is_disconnected():
                return
            await asyncio.sleep(LOOK_SECONDS)
            text, ended = await STREAMING.run(look, STREAM_SECONDS)

    return StreamingResponse(tell(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
