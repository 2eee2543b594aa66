"""The actor of a command: access to the database allows everything, and the audit log says who acted.

It is the person whom the command names, or else the user of the operating system; on a page nobody is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

OPERATOR = "operator"
_acting: ContextVar[str] = ContextVar("operator", default=OPERATOR)


def operator() -> str:
    """The actor of what nobody who is signed in does."""
    return _acting.get()


def of_system(user: str) -> str:
    """The actor that a user of the operating system is."""
    return f"{OPERATOR}:{user}" if user else OPERATOR


def is_system(actor: str) -> bool:
    """True where the actor is the machine's operator and not a person of the company."""
    return actor == OPERATOR or actor.startswith(f"{OPERATOR}:")


@contextmanager
def operating(actor: str) -> Iterator[None]:
    """Everything inside is done by this actor."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)
