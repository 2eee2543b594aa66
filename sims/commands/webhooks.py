"""The commands for webhooks: subscriptions, deliveries, and sending again."""

import os
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from rewards.people.operator import operator
from sims.commands.console import InputError, JsonOut, check_out, say, write_json
from sims.commands.program import usable
from sims.commands.tokens import must_exist, texts

MOST_LISTED = 100
MOST_ID = 2**63 - 1
webhook = typer.Typer(no_args_is_help=True, help="Systems that are told what happens in the live program.")
Organisation = Annotated[str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="Whose webhooks.")]
Number = Annotated[int, typer.Argument(metavar="ID", min=1, max=MOST_ID, help="As the list says it.")]


@webhook.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where messages go.")],
    topic: Annotated[
        list[str] | None,
        typer.Option(
            "--topic",
            help="Of what it is told, such as badge.*; may be given again; of everything unless given.",
        ),
    ] = None,
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Subscribe a system to events, and print the secret that signs the messages, once.

    Example: groundswell webhook add https://hooks.acme.example/groundswell --topic "badge.*"
    """
    from rewards.outside.webhooks import subscribe
    from sims.doctor import is_on

    check_out(json_out)
    loopback = is_on(os.environ, "GROUNDSWELL_WEBHOOK_LOOPBACK")
    with usable() as database, database.begin() as tx:
        must_exist(tx, organisation)
        made, secret = subscribe(
            tx, organisation, url, topic or [], operator(), now=datetime.now(UTC), allow_loopback=loopback
        )
    write_json(json_out, {"kind": "webhook", "id": made.id, "secret": secret})
    say(f"webhook {made.id} to {made.url}; its secret, shown this once: {secret}", json_out)


@webhook.command(name="list")
def listed(organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """List the webhooks: address, topics, and status.

    Example: groundswell webhook list
    """
    from rewards.outside.webhooks import subscriptions

    check_out(json_out)
    with usable() as database, database.read() as tx:
        must_exist(tx, organisation)
        found = subscriptions(tx, organisation, MOST_LISTED)
    shown = [{**asdict(one), **texts(asdict(one))} for one in found]
    write_json(json_out, {"kind": "webhooks", "webhooks": shown})
    for one in found:
        say(f"{one.id}  {one.status}  {one.url}  {' '.join(one.topics) or 'everything'}", json_out)
    if not found:
        say(f"{organisation} has no webhooks", json_out)


@webhook.command()
def deliveries(number: Number, organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """List the newest messages of a webhook: state, attempts, and what the receiver answered.

    Example: groundswell webhook deliveries 3
    """
    from rewards.outside.webhooks import deliveries_of

    check_out(json_out)
    with usable() as database, database.read() as tx:
        found = deliveries_of(tx, organisation, number, MOST_LISTED)
    shown = [{**asdict(one), **texts(asdict(one))} for one in found]
    write_json(json_out, {"kind": "deliveries", "deliveries": shown})
    for one in found:
        say(f"{one.id}  {one.topic}  {one.status}  {one.attempts} attempts  {one.answer}", json_out)
    if not found:
        say(f"webhook {number} has no messages", json_out)


@webhook.command()
def again(
    number: Number,
    delivery: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_ID, help="One message, also one that arrived; all that failed unless given."
        ),
    ] = None,
    organisation: Organisation = "company",
) -> None:
    """Send messages again, under their original ids.

    Example: groundswell webhook again 3 --delivery 17
    """
    from rewards.outside.webhooks import send_again, send_failed_again

    now, by = datetime.now(UTC), operator()
    with usable() as database, database.begin() as tx:
        if delivery is None:
            many = send_failed_again(tx, organisation, number, by, now)
        else:
            send_again(tx, organisation, number, delivery, now, actor=by)
            many = 1
    say(f"webhook {number}: {many} {'message is' if many == 1 else 'messages are'} sent again by the worker")


@webhook.command()
def pause(number: Number, organisation: Organisation = "company") -> None:
    """Pause a webhook; messages are kept for it meanwhile.

    Example: groundswell webhook pause 3
    """
    from rewards.outside.webhooks import pause_webhook

    _act(pause_webhook, organisation, number, "paused")


@webhook.command()
def resume(number: Number, organisation: Organisation = "company") -> None:
    """Resume a webhook, with the kept messages first.

    Example: groundswell webhook resume 3
    """
    from rewards.outside.webhooks import resume_webhook

    _act(resume_webhook, organisation, number, "resumed")


@webhook.command()
def delete(number: Number, organisation: Organisation = "company") -> None:
    """Delete a webhook; pending messages are dropped.

    Example: groundswell webhook delete 3
    """
    from rewards.outside.webhooks import unsubscribe

    _act(unsubscribe, organisation, number, "deleted")


@webhook.command()
def rotate(
    number: Number,
    overlap_hours: Annotated[
        int, typer.Option(help="How long the former secret signs beside the new one.")
    ] = 24,
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Create a new secret and print it, once.

    Example: groundswell webhook rotate 3 --overlap-hours 48
    """
    from rewards.outside.webhooks import rotate_secret

    check_out(json_out)
    if overlap_hours < 0:
        raise InputError(f"--overlap-hours: got {overlap_hours}; limit 0 or more; choose another number")
    with usable() as database, database.begin() as tx:
        _, secret = rotate_secret(
            tx, organisation, number, operator(), datetime.now(UTC), overlap_hours=overlap_hours
        )
    write_json(json_out, {"kind": "webhook", "id": number, "secret": secret})
    say(f"webhook {number}: its new secret, shown this once: {secret}", json_out)


def _act(act: Any, organisation: str, number: int, done: str) -> None:
    with usable() as database, database.begin() as tx:
        act(tx, organisation, number, operator(), datetime.now(UTC))
    say(f"webhook {number}: {done}")
