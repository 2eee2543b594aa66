"""Long work as a page follows it: in words, and as server-sent events that end when it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from fastapi import Request
from fastapi.responses import StreamingResponse

from rewards.jobs.queue import Job
from rewards.language import counted
from rewards.language import gettext as _
from web.lanes import Lane
from web.session import now

STREAM_SECONDS = 50.0
"""After so long a page asks for the rest in a new request."""
LOOK_SECONDS = 0.5
STREAMING = Lane(4)
"""Looking costs a thread for an instant; streams beyond what the lane can look for wait."""
Look = Callable[[], tuple[Job, int]]


async def followed(request: Request, look: Look) -> StreamingResponse:
    """Progress as server-sent events, until the job has ended or the page must reconnect. `look`: the job and the number before it."""

    def progress() -> tuple[str, bool]:
        job, before = look()
        state = {
            "status": job.status,
            "done": job.done,
            "total": job.total,
            "shown": job.partial_length,
            "words": progress_of(job, before),
            "ended": job.ended,
        }
        return json.dumps(state, ensure_ascii=False), job.ended

    return await streamed(request, "progress", progress)


async def streamed(request: Request, event: str, look: Callable[[], tuple[str, bool]]) -> StreamingResponse:
    """Stream the values of `look` as events whenever they change, until the last one, or until the page must reconnect."""
    first = await STREAMING.run(look, LOOK_SECONDS * 20)

    async def tell() -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        until = loop.time() + STREAM_SECONDS
        (text, ended), last = first, ""
        while True:
            if text != last:
                yield f"event: {event}\ndata: {text}\n\n"
                last = text
            if ended or loop.time() >= until or await request.is_disconnected():
                return
            await asyncio.sleep(LOOK_SECONDS)
            text, ended = await STREAMING.run(look, STREAM_SECONDS)

    return StreamingResponse(tell(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def progress_of(job: Job, before: int) -> str:
    """The progress of a job in a sentence."""
    if job.cancelling and not job.ended:
        return _("It is being cancelled.")
    if job.status == "waiting":
        if before:
            return counted("{count} other is before it.", "{count} others are before it.", before)
        return _("It waits for a worker. Where none runs, an operator starts one: groundswell worker.")
    if job.status == "running":
        left = job.seconds_left(now())
        if left is None:
            return _("It has begun; the first intervals come in seconds.")
        return counted(
            "At most {count} second more, less where it is precise enough before.",
            "At most {count} seconds more, less where it is precise enough before.",
            max(1, round(left)),
        )
    if job.status == "done":
        return _("It is done.")
    if job.status == "cancelled":
        return _("It was cancelled.")
    return _("It could not be done: {fault}.").format(fault=job.fault)
