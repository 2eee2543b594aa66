"""Links handed out: sent by mail where there is an address and a way to send, else shown once, to be printed or copied."""

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
    """A link as a page shows it once: for whom, the whole address, and whether it goes to her by mail instead."""

    link: Link
    address: str
    mailed: bool


@dataclass(frozen=True)
class Way:
    """How links are delivered: their base address, and whether by mail where possible."""

    public: str
    mail: bool


def sends_mail(request: Request) -> bool:
    """True where this installation can send mail."""
    return bool(request.app.state.settings.smtp_host.strip())


def handing(request: Request, public: PublicAddress, show: Annotated[bool, Form()] = False) -> Way:
    """By mail where there is a server, unless the form asks for the links to be shown."""
    return Way(public, sends_mail(request) and not show)


Handing = Annotated[Way, Depends(handing)]


def slips(tx: Transaction, organisation: str, links: Iterable[Link], public: str, mail: bool) -> list[Slip]:
    """The links with their addresses, those that can be sent queued where `mail` is asked for."""
    return [
        Slip(link, public + link.path, mailed=mail and send(tx, organisation, link, public, now()))
        for link in links
    ]
