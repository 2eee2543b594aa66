"""What the program refuses, as nouns: every message names the value, the limit and the remedy."""


class Fault(ValueError):
    """A refusal that the caller can show. `code` is stable; the message is one line."""

    code = "fault"


class NotFound(Fault):  # noqa: N818 - the faults are nouns, not "…Error"
    """The thing named does not exist in this organisation."""

    code = "not_found"


class Conflict(Fault):  # noqa: N818
    """The same key came with another payload, or the thing was already done."""

    code = "conflict"


class Refused(Fault):  # noqa: N818
    """A rule of the program forbids it."""

    code = "refused"


class Insufficient(Fault):  # noqa: N818
    """Not enough of a balance, an allowance, a budget or a stock."""

    code = "insufficient"


class BadValue(Fault):  # noqa: N818
    """A value outside its limits."""

    code = "bad_value"
