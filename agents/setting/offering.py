"""What employees are offered to share, where, and under which policy, as a scenario writes it."""

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
    """A segment's name, or a topic of its own; left out: each segment's in turn."""
    tags: tuple[fields.Name, ...] = ()
    """Tags that a scheme's conditions can ask for; items marked safe also carry `green-lit`."""
    polish: Share = 0.3
    """How promotional and templated it reads."""
    useful: Share = 0.5
    """How much a reader gains."""
    promotional: Share = 0.3
    """How much it advertises: what makes tired contacts mute its sharer."""
    praises_others: Share = 0.0
    """How much it praises others, competitors even: readers take it for useful, and it advertises less."""
    risk: Share = 0.2
    """How easily a sharer could get into trouble over it."""
    green_lit: Share = 0.8
    """Share of these items that are marked safe to share."""
    disclosure: bool = True
    """Whether shares say that the sharer works here."""


class Channel(Part):
    """Where shares appear."""

    name: fields.Name = "linkedin"
    """Name of the channel, as schemes and content write it."""
    share: Positive = 1.0
    """Part of all shares that go there, relative to the other channels' shares."""
    visibility: Share | None = None
    """Chance that a contact with an empty feed sees a post; left out: the parameter `visibility`."""
    half_life_hours: Positive = 24.0
    """Hours after which half of all sights have happened."""
    clicks: NonNegative = 1.0
    """Factor on clicks here."""
    reposts: NonNegative = 1.0
    """Factor on reposts here."""
    reactions: NonNegative = 1.0
    """Factor on likes and comments here."""
    leads: NonNegative = 1.0
    """Factor on leads from clicks here."""


class Content(Part):
    """The content desk: what is offered to employees, how much of it, and where it is shared."""

    items_per_week: Annotated[float, Field(gt=0.0, le=1000.0)] = 5.0
    """Items published a week."""
    lifetime_days: Annotated[int, Field(ge=1, le=365)] = 14
    """Days for which an item can be shared."""
    notifications: Annotated[float, Field(ge=0.0, le=50.0)] = 1.0
    """Factor on the opportunities to share: 1 as usual, 2 twice as many, 0 none."""
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
    """The mix."""
    channels: Annotated[tuple[Channel, ...], Field(min_length=1, max_length=20)] = (Channel(),)
    """Where shares appear."""


class Policy(Part):
    """The social-media policy as an employee meets it; levels from 0 (none) to 1 (the most)."""

    strictness: Share = 0.3
    """How much the policy threatens: feeds fear."""
    training: Share = 0.2
    """Share of employees trained in it: training lowers fear."""
    approval_delay_days: Annotated[int, Field(ge=0, le=90)] = 0
    """Days from publication until an item may be shared; waiting is trouble, as approval is."""
    approval: Share = 0.0
    """Part of shares that must be approved one by one: trouble, beside that of the tools."""
    tools_friction: Share = 0.3
    """How much trouble a share is."""
    sanctions_per_risky_share: Share = 0.0
    """Chance of a sanction for a share that was not green-lit, at full risk."""


class PolicyChange(Part):
    """What a phase changes in the policy; what is left out stays as the scenario's `policy` has it."""

    strictness: Share | None = None
    """Instead of the policy's."""
    training: Share | None = None
    """Share of employees trained from this phase on: those trained already stay among them."""
    tools_friction: Share | None = None
    """Instead of the policy's."""
    sanctions_per_risky_share: Share | None = None
    """Instead of the policy's."""
    approval: Share | None = None
    """Instead of the policy's."""
    signed: bool = False
    """Whether everybody must sign it on the first day of the phase: it acts on fear at once, else within weeks."""

    def applied_to(self, policy: Policy) -> Policy:
        """The policy with these changes."""
        return policy.model_copy(update=self.model_dump(exclude_none=True, exclude={"signed"}))
