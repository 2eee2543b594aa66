"""Choices of networks in the forms of the set-up and of the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewards.people.organisations import Network
from rewards.scheme.channels import channel_title
from rewards.scheme.networks import rules_of

OFFERED = (
    "linkedin", "x", "xing", "bluesky", "mastodon", "facebook", "instagram", "threads", "whatsapp", "email"
)  # fmt: skip
USUAL = ("linkedin", "email")


@dataclass(frozen=True)
class NetworkChoice:
    """One network in the form. `payable`: its rules allow rewards; `why` and `sources`: what they say and where."""

    channel: str
    title: str
    used: bool
    unpaid: bool
    payable: bool
    why: str
    sources: tuple[str, ...]


def choices(used: Sequence[str], unpaid: Sequence[str]) -> list[NetworkChoice]:
    """The built-in networks, and others in use."""
    return [_choice(one, one in used, one in unpaid) for one in dict.fromkeys((*OFFERED, *used))]


def chosen(networks: Sequence[Network]) -> list[NetworkChoice]:
    """The networks that a company has chosen, among all built-in ones."""
    known: Mapping[str, Network] = {one.channel: one for one in networks}
    return choices(list(known), [one for one in known if not known[one].points])


def _choice(channel: str, used: bool, unpaid: bool) -> NetworkChoice:
    rules = rules_of(channel)
    if rules is None:
        return NetworkChoice(channel, channel_title(channel), used, unpaid, True, "", ())
    return NetworkChoice(
        channel, channel_title(channel), used, unpaid, rules.rewards, rules.why, rules.sources
    )
