"""The `groundswell` command: what asks the model (sims.cli), and what runs the product."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sims.cli import app
from sims.commands.console import InputError

HOST = "127.0.0.1"
PORT = 8000
DEMO_DATABASE_URL = "sqlite:///var/demo.sqlite"


def _serve(host: str, port: int) -> None:
    import uvicorn

    from web.app import create_app

    uvicorn.run(create_app(), host=host, port=port, log_level="warning", server_header=False)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = PORT,
) -> None:
    """Run the web process over DATABASE_URL.

    Example: DATABASE_URL=sqlite:///var/groundswell.sqlite groundswell serve --port 8000
    """
    from rewards.store.migrate import is_current
    from rewards.store.session import open_database
    from web.settings import Settings

    database = open_database(Settings().database_url)
    try:
        if not is_current(database):
            raise InputError(
                "DATABASE_URL: the database lacks migrations; run groundswell db upgrade, then serve"
            )
    finally:
        database.close()
    typer.echo(f"Groundswell listens on http://{host}:{port}")
    _serve(host, port)


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = PORT,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Open the product when the company is made.")
    ] = True,
) -> None:
    """Create the demo company, rehearse two schemes, publish the better one and open the product.

    Example: groundswell demo --port 8000
    """
    from sims.demo import create_demo

    url = os.environ.setdefault("DATABASE_URL", DEMO_DATABASE_URL)
    if url == DEMO_DATABASE_URL:
        Path("var").mkdir(exist_ok=True)
    made = create_demo(url, say=typer.echo)
    typer.echo(f"The demo company is ready in {url}; its live scheme is “{made.chosen}”.")
    if not serve:
        return
    os.environ["GROUNDSWELL_DEMO"] = "true"
    os.environ["GROUNDSWELL_ORGANISATION"] = made.organisation
    address = f"http://{HOST}:{port}"
    typer.echo(f"\n  Open {address}/sign-in and choose a role:\n")
    for role, person in made.accounts.items():
        home = {"employee": "/", "hr": "/hr", "strategist": "/strategist"}[role]
        typer.echo(f"    {role:<12} {person:<10} {address}{home}")
    typer.echo("\n  Stop with Ctrl-C. The data stays; the next start takes seconds.")
    _serve(HOST, port)


def main() -> None:
    """Entry point of the `groundswell` command."""
    app()
