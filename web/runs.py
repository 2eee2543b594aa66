"""Common parts of pages of long simulations: progress, precision, and downloads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.digits import rounded, step_of
from rewards.jobs.queue import Job, again, cancel, jobs_before, outcome_of, repeats
from rewards.language import gettext as _
from rewards.language import said
from rewards.people.accounts import Account
from rewards.people.people import names_of
from rewards.people.rights import Right
from rewards.store.session import Database, Transaction
from web.problems import Problem
from web.progress import followed, progress_of
from web.session import now

FileName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
FileKind = Literal["json", "csv", "svg"]
MEDIA: Mapping[FileKind, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "svg": "image/svg+xml",
}
Body = Mapping[str, Any]
Sheets = Mapping[str, Callable[[Body], str | None]]
Find = Callable[[Transaction, str, int], Job]
"""An organisation's job by its number. Raises NotFound, and Problem where it is another kind of work."""


@dataclass(frozen=True)
class Standing:
    """A job's status. `path`: its page; `same`: True where it repeats another job byte for byte (None: it is no repetition).

    `mine`: the reader may run and cancel jobs.
    """

    path: str
    job: Job
    progress: str
    asker: str
    content_hash: str
    kept_at: datetime | None
    same: bool | None
    mine: bool


def standing_of(tx: Transaction, account: Account, job: Job, path: str) -> tuple[Standing, Body | None]:
    """A job's status, with the results known so far."""
    org = account.organisation
    text, kept = outcome_of(tx, org, job.id)
    standing = Standing(
        path=f"{path}/{job.id}",
        job=job,
        progress=progress_of(job, jobs_before(tx, org, job.id)),
        asker=names_of(tx, org, [job.actor]).get(job.actor, job.actor),
        content_hash="" if kept is None else kept.content_hash,
        kept_at=None if kept is None else kept.saved_at,
        same=repeats(tx, org, job, kept),
        mine=account.may(Right.REHEARSE),
    )
    return standing, opened(text)


def cancelled(store: Database, account: Account, id: int, path: str, find: Find) -> Response:
    """Cancel a job and redirect to its page. `find` raises where the job is of another kind."""
    with store.begin() as tx:
        find(tx, account.organisation, id)
        cancel(tx, account.organisation, id, account.person, now())
    return RedirectResponse(f"{path}/{id}", 303)


def repeated(store: Database, account: Account, id: int, path: str, find: Find) -> Response:
    """Queue a repetition of a job and redirect to its page. `find` raises where the job is of another kind."""
    with store.begin() as tx:
        find(tx, account.organisation, id)
        job = again(tx, account.organisation, id, account.person, now())
    return RedirectResponse(f"{path}/{job}", 303)


async def stream_of(request: Request, store: Database, account: Account, id: int, find: Find) -> Response:
    """A job's progress as server-sent events, until it has ended or the page must reconnect."""

    def look() -> tuple[Job, int]:
        with store.read() as tx:
            return find(tx, account.organisation, id), jobs_before(tx, account.organisation, id)

    return await followed(request, look)


def opened(text: str) -> Body | None:
    """A run's JSON result, or None without one."""
    found: Body | None = json.loads(text) if text else None
    return found


def known_words(precision: Body) -> str:
    """The precision of the estimate, and the uncertainty that more runs would not reduce; for older results the number of runs alone."""
    runs, half = precision["runs"], precision.get("half_width")
    if "part_of_range" not in precision:
        return _("{runs} paired runs.").format(runs=runs)
    part = precision["part_of_range"]
    if half is None or part is None:
        return _("{runs} paired runs: too few to say how far more of them would move the estimate.").format(
            runs=runs
        )
    text = _(
        "{runs} paired runs. With more of them the estimate would move by at most ±{clicks} clicks (95 % sure), which is {part} % of its "
        "range; {asked} % was asked for. What then remains of the range is what nobody knows of people, and chance."
    )
    return text.format(
        runs=runs,
        clicks=rounded(half, step_of(half)),
        part=rounded(100.0 * part, 1.0),
        asked=rounded(100.0 * precision["asked"], 0.1).removesuffix(".0").removesuffix(",0"),
    )


def taken_away(
    what: str,
    id: int,
    text: str,
    name: str,
    kind: FileKind,
    *,
    sheets: Sheets,
    chart: Callable[[Body, str], str | None],
    whole: bool,
) -> Response:
    """A file of a run: `result.json`, a table of `sheets`, or a chart. Raises Problem for an unknown file, or without a result.

    `what` is part of the file's name and of the error message; unless `whole`, the name marks the result as partial.
    """
    body = opened(text)
    if body is None:
        raise Problem(404, said("{what} {id}: has no numbers yet; wait for the first", what=what, id=id))
    made: str | None = None
    if kind == "json" and name == "result":
        made = text
    elif kind == "csv" and name in sheets:
        made = sheets[name](body)
    elif kind == "svg":
        made = chart(body, name)
    if made is None:
        raise Problem(
            404, said("{what} {id}: has no file {name}.{kind}", what=what, id=id, name=name, kind=kind)
        )
    part = "" if whole else "part-"
    disposition = f'attachment; filename="{what}-{id}-{part}{name}.{kind}"'
    return Response(made, media_type=MEDIA[kind], headers={"Content-Disposition": disposition})
