"""The kinds of mail: what data each takes, how urgent it is, and when it expires."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail.

    places        what its data hold, all of it and nothing else
    rank          the lower, the sooner: sign-in before notices, notices before digests
    lifetime      how long it may wait, where the caller does not say
    optional      whether people may do without it
    """

    places: frozenset[str]
    rank: int
    lifetime: timedelta
    optional: bool = False


KINDS: dict[str, Kind] = {
    "invitation": Kind(frozenset({"link"}), 0, timedelta(days=3)),
    "reset": Kind(frozenset({"link"}), 0, timedelta(hours=1)),
    "join": Kind(frozenset({"link"}), 1, timedelta(days=3)),
    "recall": Kind(frozenset({"title", "link", "reason"}), 1, timedelta(days=3)),
    "scheme": Kind(frozenset({"title", "from", "changes", "link"}), 1, timedelta(days=3), optional=True),
    "digest": Kind(frozenset({"items", "thanks", "goal", "link"}), 2, timedelta(hours=6), optional=True),
}
"""
invitation   link: a single-use address at which a password is chosen
reset        link: the same, for a password forgotten
join         link: the page on which one joins the programme
recall       title of the item, link to the notice, reason
scheme       title, from (an instant, ISO 8601), changes (sentences), link to the scheme in plain words
digest       see rewards.digests
"""
