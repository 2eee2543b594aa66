"""Live updates of a rehearsal's page after the rehearsal itself: progress of the job that searches turning points of risks."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rewards.jobs.queue import get_job, outcome_of
from sims.rehearsal.asking import turning_of
from web.progress import streamed
from web.rehearsal.routes import PATH, JobId
from web.session import ForecastReader, Store

router = APIRouter(include_in_schema=False)


@router.get(PATH + "/{id}/turning/stream")
async def stream(request: Request, store: Store, account: ForecastReader, id: JobId) -> Response:
    """Sends a `turned` event for each new result, until the job has ended or the page must reconnect."""
    org = account.organisation

    def look() -> tuple[str, bool]:
        with store.read() as tx:
            found = turning_of(tx, org, get_job(tx, org, id).spec_hash)
            shown = 0 if found is None else len(outcome_of(tx, org, found.id)[0])
        ended = found is None or found.ended
        return json.dumps({"shown": shown, "ended": ended}), ended

    return await streamed(request, "turned", look)
