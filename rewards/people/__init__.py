"""People and organisations: who takes part, who may sign in, and what is known of them. Importing it loads no ledger."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rewards.people.importing import import_people

__all__ = ["import_people"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("rewards.people.importing"), name)
