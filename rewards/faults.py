"""The program's errors: every message names the value, the limit and the remedy."""

from rewards.language import gettext

MOST_SAID = 600


def sayable(text: str) -> str:
    """A message that UTF-8 can encode, of at most MOST_SAID characters.

    Half of a surrogate pair is replaced by its escape sequence.
    """
    short = text if len(text) <= MOST_SAID else text[: MOST_SAID - 1] + "…"
    return short.encode("utf-8", "backslashreplace").decode()


class Worded(ValueError):  # noqa: N818 - what it tells is all it is
    """Its text is a message in the language of now, with its places filled."""

    def __init__(self, message: str, /, **places: object) -> None:
        text = gettext(message)
        super().__init__(sayable(text.format_map(places) if places else text))


class Fault(Worded):
    """A refusal that the caller can show. `code` is stable; the message is one line."""

    code = "fault"


class NotFound(Fault):
    """The thing named does not exist in this organisation."""

    code = "not_found"


class Conflict(Fault):
    """A key was reused with another payload, or the action was already done."""

    code = "conflict"


class Refused(Fault):
    """A rule of the program forbids it."""

    code = "refused"


class Insufficient(Fault):
    """Not enough of a balance, an allowance, a budget or a stock."""

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
    """The database cannot be used just now: locked, full, absent, read-only or of another version. Nothing was changed.

    No `Fault`: it says nothing of what the caller asked for, and the same request may succeed later. `brief` says it in a few words.
    """

    def __init__(self, brief: str) -> None:
        super().__init__(f"the database cannot be used: {brief}; see groundswell doctor and try again")
        self.brief = brief
