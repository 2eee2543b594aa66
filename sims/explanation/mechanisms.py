"""The groups of the model's mechanisms for explanations, with a description of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Mechanisms that are switched on and off together; `does` completes "…, because"."""

    name: str
    title: str
    mechanisms: tuple[str, ...]
    does: str


GROUPS = (
    Group(
        "pull",
        "The pull of points",
        ("reward", "novelty", "framing"),
        "points are worth having, the more so while they are new",
    ),
    Group(
        "crowding-out",
        "Crowding out",
        ("crowding_out", "erosion"),
        "tangible pay takes from those who would have shared for its own sake",
    ),
    Group(
        "joining",
        "Joining the tool",
        ("enrolment_pull", "enrolment_reward", "enrolment_selection", "invitation_fading"),
        "who joins, and how soon, decides who is reminded and who can earn",
    ),
    Group(
        "reminders",
        "Reminders and their price",
        ("digests", "asking", "annoyance", "lapsing"),
        "reminders bring occasions to share, and annoy",
    ),
    Group(
        "goals",
        "Goals and streaks",
        ("goal", "streak"),
        "people near a goal, or with a streak to keep, share more often",
    ),
    Group(
        "rank",
        "Rank and contest",
        ("rank", "contest", "contest_standing"),
        "places on a board please the first and put off the last",
    ),
    Group(
        "norm",
        "What colleagues do",
        ("norm",),
        "people move towards what they see or are told that others do",
    ),
    Group(
        "recognition",
        "Recognition",
        ("recognition", "awards_beforehand", "late_thanks"),
        "being thanked makes people share again and care more, and an award within reach pulls",
    ),
    Group(
        "removal",
        "After a removal",
        ("loss", "leaving_after_pay"),
        "a reward that is gone is missed, and who came for it leaves",
    ),
    Group("habit", "Habit", ("habit",), "who shared before shares again"),
    Group(
        "feedback",
        "Expected feedback",
        ("feedback", "reactions"),
        "likes, clicks and reposts make people expect more of them",
    ),
    Group(
        "fear",
        "Fear and policy",
        ("fear", "policy", "training", "safe_shares", "approval"),
        "fear of a wrong word, and approval, keep people from sharing",
    ),
    Group(
        "care",
        "Care in what is written",
        ("effort", "template_text"),
        "points draw effort to counting, and care earns clicks",
    ),
    Group(
        "content",
        "What posts are like",
        ("content", "feed_lift"),
        "polish and advertising are clicked less at once, use more, and feeds show what draws reactions",
    ),
    Group(
        "trust",
        "Trust of the audience",
        ("trust", "motive", "fatigue", "unfollow"),
        "contacts trust less, tire or mute those in whom they see pay or too many posts",
    ),
    Group(
        "reposts",
        "Reposts and new contacts",
        ("repost", "growth"),
        "what is seen is passed on, and who is seen gains contacts",
    ),
)
# Mechanisms that do not depend on the scheme: they stay on in every coalition.
ALWAYS_ON = (
    "heterogeneity",
    "regulars",
    "intrinsic",
    "image",
    "friction",
    "repetition",
    "feed_load",
    "affinity",
    "dormant",
    "size",
    "appeal",
    "page_capability",
    "premium",
    "redemption",
)
FURTHER = "further"


def groups_of(
    known: Mapping[str, object], wanted: Sequence[str] = (), off: Sequence[str] = ()
) -> tuple[Group, ...]:
    """The groups of the `known` mechanisms without those `off`; only the `wanted` ones by name, or all.

    Mechanisms in no group form the group `further`.

    Raises ValueError for a name of no group.
    """
    grouped = {each for group in GROUPS for each in group.mechanisms}
    rest = tuple(name for name in known if name not in grouped and name not in ALWAYS_ON)
    every = [*GROUPS, Group(FURTHER, "Further mechanisms", rest, "of what else the model holds")]
    found = [
        Group(group.name, group.title, kept, group.does)
        for group in every
        if (kept := tuple(name for name in group.mechanisms if name in known and name not in off))
    ]
    names = [group.name for group in found]
    for name in wanted:
        if name not in names:
            raise ValueError(f"mechanisms {name!r}; known groups are {', '.join(names)}; choose among them")
    return tuple(group for group in found if not wanted or group.name in wanted)
