"""The tool of a program as a scenario writes it: who is invited, how often it reminds, how little trouble it makes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from agents.setting.parts import Name, Part, Share

MOST_DIGESTS = 50


class Invitation(Part):
    """Who is invited to a tool. People are drawn in one order, so that a larger share invites more and uninvites nobody."""

    share: Share = 1.0
    """Part of those concerned who are invited on the phase's first day."""
    segments: Annotated[tuple[Name, ...], Field(max_length=30)] = ()
    """Only these segments; none named: all."""
    enrolment: Literal["asked", "default"] = "asked"
    """`asked`: whoever is invited may join. `default`: whoever is invited is enrolled at once, and may leave."""


class Tool(Part):
    """A tool for sharing: people are invited, enrol or not, get digests, and lapse. While it is there only the enrolled earn, are
    reminded and are on boards."""

    invitation: Invitation = Invitation()
    """Who is invited on the phase's first day; invited before is invited still."""
    digests_per_week: Annotated[float, Field(ge=0.0, le=MOST_DIGESTS)] = 1.0
    """Reminders a week to everybody who is enrolled."""
    digest_items: Annotated[int, Field(ge=1, le=20)] = 3
    """Items that an opened reminder shows."""
    friction: Share = 0.1
    """How much trouble a share is to the enrolled, instead of the policy's `tools_friction`."""
    signup_friction: Share = 0.3
    """How much trouble it is to enrol."""
    training: Share = 0.0
    """Share of the enrolled who are trained when they join, beside those whom the policy trains."""


class Request(Part):
    """A message on the phase's first day that asks for shares of the items on offer."""

    to: Literal["everyone", "enrolled"] = "everyone"
    """Whom it is sent to."""
    items: Annotated[int, Field(ge=1, le=20)] = 1
    """Items that it shows."""
