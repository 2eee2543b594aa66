"""The operator as actor of commands: access to the database permits everything, and the audit log names the actor.

The actor is the person named by the command, else the operating system's user; on pages it is the account signed in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

OPERATOR = "operator"
_acting: ContextVar[str] = ContextVar("operator", default=OPERATOR)


def operator() -> str:
    """The actor of an action without a signed-in account."""
    return _acting.get()


def of_system(user: str) -> str:
    """The actor id of an operating system's user."""
    return f"{OPERATOR}:{user}" if user else OPERATOR


def is_system(actor: str) -> bool:
    """True where the actor is the operator and not a person of the company."""
    return actor == OPERATOR or actor.startswith(f"{OPERATOR}:")


@contextmanager
def operating(actor: str) -> Iterator[None]:
    """Set the operator as actor within the block."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)
