"""The content, channels and policy sections of a scenario."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agents.setting.parts import Name, NonNegative, Part, Positive, Share
from rewards import fields


class ContentKind(Part):
    """One kind of content in the mix; levels from 0 (none) to 1 (the most)."""

    name: Name
    """Name of the kind."""
    share: Positive = 1.0
    """Part of the mix, relative to the other kinds' shares."""
    topic: Name | None = None
    """Name of a segment, or another topic; left out: the segments' topics in turn."""
    tags: tuple[fields.Name, ...] = ()
    """Tags that conditions of a scheme can refer to; items marked safe also carry `green-lit`."""
    polish: Share = 0.3
    """How polished and templated it reads; lowers trust."""
    useful: Share = 0.5
    """How useful it is to readers."""
    promotional: Share = 0.3
    """How much it advertises; makes fatigued contacts mute the sharer."""
    praises_others: Share = 0.0
    """How much it praises others, including competitors: readers find it more useful and less promotional."""
    risk: Share = 0.2
    """Risk of a sanction for sharing it."""
    green_lit: Share = 0.8
    """Share of these items that are marked safe to share."""
    disclosure: bool = True
    """Whether shares disclose that the sharer works for the company."""


class Channel(Part):
    """A channel: a network where shares appear."""

    name: fields.Name = "linkedin"
    """Name of the channel, as in schemes and content."""
    share: Positive = 1.0
    """Part of all shares that are made here, relative to the other channels' shares."""
    visibility: Share | None = None
    """Chance that a contact with an empty feed sees a post; left out: the model parameter `visibility`."""
    half_life_hours: Positive = 24.0
    """Hours after which half of all exposures have happened."""
    clicks: NonNegative = 1.0
    """Factor on clicks here."""
    reposts: NonNegative = 1.0
    """Factor on reposts here."""
    reactions: NonNegative = 1.0
    """Factor on likes and comments here."""
    leads: NonNegative = 1.0
    """Factor on leads from clicks here."""


class Content(Part):
    """The content on offer: kinds of items, how many of them, and the channels."""

    items_per_week: Annotated[float, Field(gt=0.0, le=1000.0)] = 5.0
    """Items published a week."""
    lifetime_days: Annotated[int, Field(ge=1, le=365)] = 14
    """Days for which an item can be shared."""
    notifications: Annotated[float, Field(ge=0.0, le=50.0)] = 1.0
    """Factor on the opportunities to share: 1 is usual, 2 twice as many, 0 none."""
    kinds: Annotated[tuple[ContentKind, ...], Field(min_length=1, max_length=30)] = (
        ContentKind(
            name="insight", share=0.4, tags=("insight",), polish=0.2, useful=0.7, promotional=0.1, risk=0.2
        ),
        ContentKind(
            name="news", share=0.4, tags=("news",), polish=0.4, useful=0.4, promotional=0.4, risk=0.1
        ),
        ContentKind(
            name="product", share=0.2, tags=("product",), polish=0.7, useful=0.3, promotional=0.9, risk=0.3
        ),
    )
    """The mix of kinds of content."""
    channels: Annotated[tuple[Channel, ...], Field(min_length=1, max_length=20)] = (Channel(),)
    """Where shares appear."""


class Policy(Part):
    """The social-media policy for employees; levels from 0 (none) to 1 (the most)."""

    strictness: Share = 0.3
    """How threatening the policy is; raises fear."""
    training: Share = 0.2
    """Share of employees trained in the policy; training lowers fear."""
    approval_delay_days: Annotated[int, Field(ge=0, le=90)] = 0
    """Days from publication until an item may be shared; waiting adds friction, as approval does."""
    approval: Share = 0.0
    """Part of shares that need individual approval; adds friction to that of the tools."""
    tools_friction: Share = 0.3
    """Friction: how much effort a share takes with the tools at hand."""
    sanctions_per_risky_share: Share = 0.0
    """Chance of a sanction for a share that was not green-lit, at full risk."""


class PolicyChange(Part):
    """Changes of the policy in a phase; fields left out keep the value of the scenario's `policy`."""

    strictness: Share | None = None
    """Instead of the policy's."""
    training: Share | None = None
    """Share of employees trained from this phase on, including those trained before."""
    tools_friction: Share | None = None
    """Instead of the policy's."""
    sanctions_per_risky_share: Share | None = None
    """Instead of the policy's."""
    approval: Share | None = None
    """Instead of the policy's."""
    signed: bool = False
    """Whether everybody must sign it on the first day of the phase: it then affects fear at once, else within weeks."""

    def applied_to(self, policy: Policy) -> Policy:
        """`policy` with these changes applied."""
        return policy.model_copy(update=self.model_dump(exclude_none=True, exclude={"signed"}))
