"""The company section of a scenario: employees, their audience, and the company's own accounts."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from agents.setting.parts import Name, NonNegative, Part, Positive, Share, Zone
from rewards.people_file import PersonRow

MOST_TIES = 2_000_000
Tie = tuple[str, str]


def _in_order(ties: tuple[Tie, ...]) -> tuple[Tie, ...]:
    """The ties in canonical order without duplicates, however the file lists them."""
    return tuple(sorted(set(ties)))


Ties = Annotated[tuple[Tie, ...], Field(max_length=MOST_TIES), AfterValidator(_in_order)]


class Contacts(Part):
    """The distribution of a generated employee's number of contacts: lognormal with a Pareto tail."""

    median: Positive = 300.0
    """Median number of contacts."""
    sigma: Annotated[float, Field(ge=0.0, le=3.0)] = 1.0
    """Standard deviation of the natural logarithm of the count; 0 gives everybody the median."""
    tail_share: Share = 0.01
    """Share of employees whose count comes from the Pareto tail."""
    tail_exponent: Annotated[float, Field(gt=1.0, le=10.0)] = 2.0
    """Exponent of the tail; lower is heavier."""
    least: Annotated[int, Field(ge=0)] = 5
    """Minimum number of contacts."""
    most: Annotated[int, Field(ge=1, le=1_000_000)] = 30_000
    """Maximum number of contacts."""

    @model_validator(mode="after")
    def _least_below_most(self) -> Self:
        if self.least > self.most:
            raise ValueError(
                f"contacts: nobody has fewer than {self.least} and nobody more than {self.most}; least is at most most; lower least"
            )
        return self


class Segment(Part):
    """A group of generated employees with a topic of its own."""

    name: Name
    """Name of the segment, and of its topic."""
    share: Positive = 1.0
    """Part of the headcount, relative to the other segments' shares."""
    teams: Annotated[int, Field(ge=1, le=1000)] = 2
    """Teams in the segment, of equal size."""
    contacts_median: Positive | None = None
    """Median number of contacts in this segment, instead of the organisation's."""
    timezone: Zone | None = None
    """IANA time zone of this segment, instead of the organisation's."""
    desk: Literal["desk", "non-desk"] = "desk"
    """Whether employees work at a desk; others have fewer opportunities to share."""
    part_time: Share = 0.0
    """Share of employees who work half time."""
    influence: NonNegative = 1.0
    """Influence on buyers: factor on the leads per click of this segment."""


class Audience(Part):
    """The people outside the company who can see shares."""

    size: Annotated[int, Field(ge=1, le=20_000_000)] = 100_000
    """Number of distinct people."""
    homophily: Share = 0.5
    """Probability that a contact is drawn from the audience of the employee's own segment instead of from everybody."""
    coworkers: Share = 0.15
    """Part of an employee's ties that are colleagues."""
    overlap: Share = 0.0
    """Concentration of ties on popular people: 0 spreads them evenly, 1 is the most concentrated."""
    onward_contacts: Annotated[float, Field(ge=0.0, le=2000.0)] = 300.0
    """Mean number of contacts of an audience member, to whom they may repost."""


class CorporateAccount(Part):
    """A company page: it posts the same content to its own followers, with lower trust and without the premium of a peer."""

    name: Name = "company-page"
    """Name of the account."""
    followers: Annotated[int, Field(ge=0)] = 20_000
    """Number of followers."""
    posts_per_week: Annotated[float, Field(ge=0.0, le=1000.0)] = 5.0
    """Mean number of posts a week (Poisson)."""
    capability: Literal["intern", "junior", "trained", "experienced", "expert"] = "trained"
    """Capability of those who run it: affects the quality of posts and the trust in them."""

    @property
    def level(self) -> float:
        """Capability from 0 (intern) to 1 (expert)."""
        return 0.25 * ("intern", "junior", "trained", "experienced", "expert").index(self.capability)


class Turnover(Part):
    """Turnover of staff: leavers and their replacements."""

    leavers_per_year: Share = 0.0
    """Share of the staff that leaves within a year."""
    replaced: Share = 1.0
    """Share of leavers who are replaced."""
    days_to_refill: Annotated[int, Field(ge=0, le=365)] = 30
    """Days from a departure to the start of the replacement."""


class Organisation(Part):
    """The company: employees from a people CSV, or a headcount with segments; its audience and its own accounts."""

    headcount: Annotated[int, Field(ge=1, le=200_000)] | None = None
    """Number of employees to generate; leave it out where `people` is given."""
    segments: Annotated[tuple[Segment, ...], Field(min_length=1, max_length=30)] = (
        Segment(name="sales", share=0.2, teams=3, contacts_median=600.0),
        Segment(name="engineering", share=0.4, teams=4),
        Segment(name="support", share=0.2, teams=2),
        Segment(name="operations", share=0.2, teams=3, contacts_median=200.0, desk="non-desk", part_time=0.3),
    )
    """Segments of generated employees."""
    people: tuple[PersonRow, ...] | None = None
    """The employees: in a scenario file, the name of a people CSV in the same folder."""
    network: Ties | None = None
    """Ties among employees as pairs (who posts, who sees it), instead of colleagues drawn at random: in a scenario file, the name of an
    edge list in the same folder."""
    contacts: Contacts = Contacts()
    """Distribution of contacts of generated employees."""
    influence: dict[Name, NonNegative] = Field(default_factory=dict)
    """Factor on the leads per click, by name of the segment; for employees from a file."""
    timezone: Zone = "Europe/Madrid"
    """IANA time zone."""
    audience: Audience = Audience()
    """The audience outside the company."""
    corporate_accounts: Annotated[tuple[CorporateAccount, ...], Field(max_length=20)] = (CorporateAccount(),)
    """The company's own pages."""
    turnover: Turnover = Turnover()
    """Leavers and joiners."""

    @model_validator(mode="after")
    def _one_source_of_people(self) -> Self:
        if (self.headcount is None) == (self.people is None):
            raise ValueError(
                "organisation has "
                + ("neither headcount nor people" if self.people is None else "both headcount and people")
                + "; exactly one is needed; keep one of the two"
            )
        if len({segment.name for segment in self.segments}) < len(self.segments):
            raise ValueError("two segments of one name; segment names differ; rename one")
        known = (
            {s.name for s in self.segments} if self.people is None else {row.segment for row in self.people}
        )
        for name in self.influence:
            if name not in known:
                raise ValueError(
                    f"influence of segment {name!r}; there are {', '.join(sorted(known))}; correct the name"
                )
        return self

    def weight_of(self, segment: str) -> float:
        """Factor on the leads per click of a segment."""
        generated = () if self.people is not None else self.segments
        own = {one.name: one.influence for one in generated}
        return self.influence.get(segment, own.get(segment, 1.0))

    @property
    def size(self) -> int:
        """Number of employees on the first day."""
        return self.headcount or len(self.people or ())

    @property
    def number_of_teams(self) -> int:
        """Number of teams."""
        if self.people is None:
            return sum(segment.teams for segment in self.segments)
        return len({row.team for row in self.people})

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the employees: those of the people file, or generated ones."""
        if self.people:
            return tuple(row.id for row in self.people)
        return tuple(f"e{number + 1:06d}" for number in range(self.size))

    @model_validator(mode="after")
    def _ties_are_between_colleagues(self) -> Self:
        known = frozenset(self.ids if self.network else ())
        for tie in self.network or ():
            stranger = next((name for name in tie if name not in known), None)
            if stranger is not None:
                few = " … ".join(self.ids[:: max(self.size - 1, 1)])
                raise ValueError(
                    f"network: {stranger!r} is none of the company's {self.size} people ({few}); "
                    "both ends of a tie are ids of people; add the person or drop the tie"
                )
            if tie[0] == tie[1]:
                raise ValueError(f"network: {tie[0]!r} is tied to itself; a tie is between two; drop it")
        return self
