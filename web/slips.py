"""Links handed out: sent by mail where there is an address and a way to send, else shown once, to be printed or copied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rewards.people.invitations import Link


@dataclass(frozen=True)
class Slip:
    """A link as a page shows it once: for whom, the whole address, and whether it was sent to her by mail."""

    link: Link
    address: str
    mailed: bool


def slips(links: Iterable[Link], public: str) -> list[Slip]:
    """The links with their addresses."""
    return [Slip(link, public + link.path, mailed=False) for link in links]
