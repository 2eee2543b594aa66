"""The tool section of a scenario: invitation, reminders and friction of the program's tool."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from agents.setting.parts import Name, Part, Share

MOST_DIGESTS = 50


class Invitation(Part):
    """Who is invited to a tool. Employees are drawn in a fixed order, so that a larger share includes everybody of a smaller one."""

    share: Share = 1.0
    """Fraction of those eligible who are invited on the phase's first day."""
    segments: Annotated[tuple[Name, ...], Field(max_length=30)] = ()
    """Segments that are eligible; empty: all."""
    enrolment: Literal["asked", "default"] = "asked"
    """`asked`: those invited may enrol (opt-in). `default`: those invited are enrolled at once and may leave (opt-out)."""


class Tool(Part):
    """A tool for sharing: employees are invited, may enrol, receive digests, and may lapse. While there is a tool, only the enrolled earn
    points, receive reminders and are ranked."""

    invitation: Invitation = Invitation()
    """Who is invited on the phase's first day; earlier invitations stay valid."""
    digests_per_week: Annotated[float, Field(ge=0.0, le=MOST_DIGESTS)] = 1.0
    """Reminders a week to each enrolled employee."""
    digest_items: Annotated[int, Field(ge=1, le=20)] = 3
    """Number of items that an opened reminder shows."""
    friction: Share = 0.1
    """Friction of a share for the enrolled, instead of the policy's `tools_friction`."""
    signup_friction: Share = 0.3
    """Friction of enrolment."""
    training: Share = 0.0
    """Share of the enrolled who are trained on joining, in addition to those trained by the policy."""


class Request(Part):
    """A message on the phase's first day that asks for shares of the items on offer."""

    to: Literal["everyone", "enrolled"] = "everyone"
    """Recipients."""
    items: Annotated[int, Field(ge=1, le=20)] = 1
    """Number of items that it shows."""
