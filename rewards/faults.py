"""The program's errors: every message names the value, the limit and the remedy."""

from rewards.language import gettext, msg

MOST_SAID = 600
STATES = (
    msg("accepted"),
    msg("approved"),
    msg("cancelled"),
    msg("declined"),
    msg("discarded"),
    msg("done"),
    msg("draft"),
    msg("failed"),
    msg("open"),
    msg("published"),
    msg("rejected"),
    msg("requested"),
    msg("running"),
    msg("waiting"),
    msg("withdrawn"),
)
"""States as they are stored, and as messages in English have them."""
FIELDS = (
    msg("address"),
    msg("message"),
    msg("notice"),
    msg("reason"),
    msg("title"),
    msg("webhook"),
    msg("webhook url"),
    msg("words"),
)
"""What is too long or wrong, as messages in English call it."""
SPOKEN = {"status": STATES, "after": STATES, "what": FIELDS}
"""Placeholders that may hold a word of the program, which is translated with the message."""


def sayable(text: str) -> str:
    """A message encodable as UTF-8, of at most MOST_SAID characters.

    Surrogates are replaced by their escape sequences.
    """
    short = text if len(text) <= MOST_SAID else text[: MOST_SAID - 1] + "…"
    return short.encode("utf-8", "backslashreplace").decode()


class Worded(ValueError):  # noqa: N818 - what it tells is all it is
    """An exception whose text is a message in the current language, with its placeholders filled, those of `SPOKEN` in it too."""

    def __init__(self, message: str, /, **places: object) -> None:
        text = gettext(message)
        places |= {
            name: gettext(word) for name in SPOKEN if isinstance(word := places.get(name), str) and word
        }
        super().__init__(sayable(text.format_map(places) if places else text))


class Fault(Worded):
    """A refusal to be shown to the caller. `code` is stable; the message is one line."""

    code = "fault"


class NotFound(Fault):
    """The object named does not exist in this organisation."""

    code = "not_found"


class Conflict(Fault):
    """A key was reused with another payload, or the action was already done."""

    code = "conflict"


class Refused(Fault):
    """A rule of the program forbids the action."""

    code = "refused"


class Insufficient(Fault):
    """A balance, an allowance, a budget or a stock is too small."""

    code = "insufficient"


class BadValue(Fault):
    """A value outside its limits."""

    code = "bad_value"


class Gone(Fault):
    """A resource has ended permanently, such as a link that was used or has expired."""

    code = "gone"


class Stale(Fault):
    """The caller's copy is no longer the current one."""

    code = "stale"


class Unavailable(RuntimeError):  # noqa: N818 - nouns
    """The database is not available: locked, full, absent, read-only or of another version. Nothing was changed.

    Not a `Fault`, since the request itself is valid and may succeed later. `brief`: the reason in a few words.
    `unsure`: the connection was lost during the commit, whose outcome is unknown.
    """

    def __init__(self, brief: str, unsure: bool = False) -> None:
        super().__init__(f"the database cannot be used: {brief}; see groundswell doctor and try again")
        self.brief, self.unsure = brief, unsure
