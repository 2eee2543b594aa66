"""Links given to people: mailed where there is an address and a mail server, else shown once, to be printed or copied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request

from rewards.people.invitations import Link, send
from rewards.store.session import Transaction
from web.session import PublicAddress, now


@dataclass(frozen=True)
class Slip:
    """A link shown once: for whom, its URL, and whether it is mailed instead."""

    link: Link
    address: str
    mailed: bool


@dataclass(frozen=True)
class Way:
    """How links are delivered: their base URL, and whether by mail where possible."""

    public: str
    mail: bool


def sends_mail(request: Request) -> bool:
    """True where this installation can send mail."""
    return bool(request.app.state.settings.smtp_host.strip())


def handing(request: Request, public: PublicAddress, show: Annotated[bool, Form()] = False) -> Way:
    """The way of delivery: by mail where there is a mail server, unless the form asks for the links to be shown."""
    return Way(public, sends_mail(request) and not show)


Handing = Annotated[Way, Depends(handing)]


def slips(tx: Transaction, organisation: str, links: Iterable[Link], public: str, mail: bool) -> list[Slip]:
    """The links with their URLs; those that can be mailed are queued where `mail` is set."""
    return [
        Slip(link, public + link.path, mailed=mail and send(tx, organisation, link, public, now()))
        for link in links
    ]
