"""The simulation part of the `groundswell` command line. `web.cli` adds `serve` and `demo` to this same app.

Importing it does not load the model: every command imports what it needs when called.
"""

import typer

from sims.commands import (
    accounts,
    beginning,
    calibrating,
    checking,
    content,
    deciding,
    events,
    explaining,
    forecasting,
    history,
    loop,
    machine,
    mail,
    membership,
    people,
    periods,
    program,
    questions,
    rollout,
    schemes,
    settings,
    suggesting,
    sweeping,
    tokens,
    webhooks,
)
from sims.commands.console import ActingAs, CommandGroup, acting_as

app = typer.Typer(
    cls=CommandGroup,
    name="groundswell",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Design, simulate and run an employee-advocacy program.",
)


@app.callback()
def everywhere(context: typer.Context, acting: ActingAs = "") -> None:
    """Every command: who acts."""
    context.with_resource(acting_as(acting))


app.command()(questions.simulate)
app.command()(questions.compare)
app.command()(explaining.explain)
app.command()(calibrating.calibrate)
app.command()(forecasting.forecast)
app.command()(forecasting.score)
app.command()(sweeping.sweep)
app.command()(loop.brought)
app.command()(questions.waterfall)
app.command()(questions.replay)
app.command()(checking.validate)
app.command()(beginning.init)
app.command()(program.rehearse)
app.command()(program.post)
app.command()(machine.doctor)
app.add_typer(program.db, name="db")
app.add_typer(accounts.account, name="account")
app.add_typer(tokens.token, name="token")
app.add_typer(webhooks.webhook, name="webhook")
app.add_typer(history.history, name="history")
app.add_typer(events.events, name="events")
app.add_typer(people.people, name="people")
app.add_typer(periods.period, name="period")
app.add_typer(content.content, name="content")
app.add_typer(membership.membership, name="membership")
app.add_typer(mail.mail, name="mail")
app.add_typer(schemes.scheme, name="scheme")
app.add_typer(rollout.rollout, name="rollout")
app.add_typer(loop.recalibration, name="recalibration")
app.add_typer(settings.settings, name="settings")
app.add_typer(suggesting.suggestion, name="suggestion")
app.add_typer(deciding.review, name="review")
app.add_typer(deciding.claim, name="claim")
