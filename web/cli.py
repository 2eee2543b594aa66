"""The `groundswell` command: model commands (sims.cli), and commands that run the product."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rewards.logs import begin_log
from sims.cli import app
from sims.commands.console import InputError, collect_seldom
from sims.commands.program import prepared, shown, usable

if TYPE_CHECKING:
    from rewards.store.session import Database

HOST = "127.0.0.1"
PORT = 8000
DEMO_SPEED = 1000.0
"""Something happens about every ten seconds."""
MOST_SPEED = 10_000.0
STOP_SECONDS = 10
DEMO_MAIL = Path("var/demo-mail")
DEMO_DATABASE_URL = "sqlite:///var/demo.sqlite"


Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    port: Port = PORT,
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Run a worker beside it, which ends with it.")
    ] = False,
) -> None:
    """Run the web process over DATABASE_URL. On an empty database it makes the tables and prints a link to set up the company.

    Example: DATABASE_URL=sqlite:///var/groundswell.sqlite groundswell serve --port 8000 --with-worker
    """
    from web import server
    from web.settings import settings_from_environment
    from web.worker import working_beside

    settings = settings_from_environment()
    prepared(settings.database_url)
    with usable(settings.database_url):
        pass
    taken = server.listen(host, port)
    if settings.demo and not settings.demo_beyond_loopback and not server.is_loopback(taken):
        taken.close()
        raise InputError(
            f"--host {host}: GROUNDSWELL_DEMO lets anybody sign in as HR; unset it, listen on {HOST}, or set "
            "GROUNDSWELL_DEMO_BEYOND_LOOPBACK=true"
        )
    address = server.address(taken)
    try:
        with usable(settings.database_url) as database:
            words = first_words(database, settings.base_url or address, settings.organisation)
    except BaseException:
        taken.close()
        raise
    for line in (f"Groundswell listens on {address}", *words):
        typer.echo(line)
    beside = (
        working_beside(settings.database_url, True, settings.webhook_loopback, settings.post)
        if with_worker
        else nullcontext()
    )
    with beside:
        server.run(taken)


def first_words(database: Database, address: str, organisation: str) -> list[str]:
    """Start-up messages while there is no administrator: the set-up link, or how to invite an administrator."""
    from rewards.founding import is_empty, setup_path
    from rewards.people.account_desk import has_admin
    from web.session import now

    with database.read() as tx:
        empty, administered = is_empty(tx), has_admin(tx, organisation)
    if empty:
        with database.begin() as tx:
            link = address + setup_path(tx, now())
        return [f"Nothing is set up yet. Open this link, which works once:\n\n  {link}\n"]
    if not administered:
        return [f"Nobody administers {organisation!r}: groundswell account invite ID --roles admin,employee"]
    return []


@app.command()
def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then stop.")] = False,
    every: Annotated[
        float, typer.Option(min=0.1, max=60, help="Seconds between rounds with nothing to do.")
    ] = 1.0,
) -> None:
    """Run the job process over DATABASE_URL.

    It carries out rehearsals, releases awards whose waiting time is over, decides challenges, gives highlights, expires old points, and
    sends webhooks and mail.

    Example: DATABASE_URL=sqlite:///var/groundswell.sqlite groundswell worker
    """
    from web.settings import settings_from_environment
    from web.worker import run

    settings = settings_from_environment()
    post = settings.post
    with usable(settings.database_url) as database:
        done = run(database, settings.webhook_loopback, once, every, post)
    typer.echo(
        f"{done.released} released, {done.challenges} results of challenges fixed, {done.highlights} highlights closed, "
        f"points of {done.lapsed} people lapsed"
    )
    typer.echo(
        f"{done.webhooks.delivered} webhooks delivered, {done.webhooks.retried} to retry, {done.webhooks.failed} failed"
    )
    if post is not None:
        typer.echo(
            f"{done.mailed.sent} mails sent, {done.mailed.retried} to retry, {done.mailed.failed} failed, "
            f"{done.mailed.expired} too late to be sent"
        )


@app.command()
def demo(
    port: Port = PORT,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Open the product when the company is made.")
    ] = True,
    speed: Annotated[
        float,
        typer.Option(
            min=0, max=MOST_SPEED, help="How many times as fast as in life colleagues act; 0: not at all."
        ),
    ] = DEMO_SPEED,
) -> None:
    """Create the demo company, or bring it up to now, and open the product, with colleagues who act and the worker beside it.

    Example: groundswell demo --port 8000 --speed 1000
    """
    from rewards.outside.mail import Post
    from sims.demo.demo import create_demo
    from sims.demo.living import start_beside
    from sims.demo.mails import INDEX, MailFolder
    from sims.demo.rehearsed import rehearse_once
    from web import server
    from web.navigation import HOMES
    from web.worker import working_beside

    url = os.environ.setdefault("DATABASE_URL", DEMO_DATABASE_URL)
    if url == DEMO_DATABASE_URL:
        Path("var").mkdir(exist_ok=True)
    taken = server.listen(HOST, port) if serve else None
    # Pages are served at once; the history is simulated beside them.
    made = create_demo(url, say=typer.echo, go_on=not serve)
    typer.echo(f"The demo company is ready in {shown(url)}; its live scheme is “{made.live}”.")
    if taken is None:
        return
    os.environ["GROUNDSWELL_DEMO"] = "true"
    os.environ["GROUNDSWELL_ORGANISATION"] = made.organisation
    address = server.address(taken)
    rehearse_once(url, made.organisation, made.accounts["strategist"], datetime.now(UTC))
    typer.echo(f"\n  Open {address}/sign-in and choose a role:\n")
    for role, person in made.accounts.items():
        typer.echo(f"    {role:<12} {person:<10} {address}{HOMES[role]}")
    typer.echo(f"\n  {_pace(speed)}")
    typer.echo(f"  What it would mail lies in {DEMO_MAIL}: open {DEMO_MAIL / INDEX}.")
    typer.echo("  Stop with Ctrl-C. The data stays; the next start takes seconds.")
    post = Post(MailFolder(DEMO_MAIL), address)
    beside = start_beside(url, made.organisation, made.scenario, speed, post)
    try:
        with working_beside(url, rounds=False):
            server.run(taken)
    finally:
        beside.terminate()
        beside.join(STOP_SECONDS)


def _pace(speed: float) -> str:
    if not speed:
        return "The colleagues keep still (--speed 0)."
    return f"The colleagues act {speed:,.0f} times as fast as in life (--speed), as of now; the worker runs beside."


def main() -> None:
    """Entry point of the `groundswell` command."""
    collect_seldom()
    begin_log()
    app()
