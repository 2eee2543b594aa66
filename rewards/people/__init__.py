"""People and organisations: personal data, enrolment, accounts and rights. Importing it loads no ledger."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rewards.people.importing import import_people

__all__ = ["import_people"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("rewards.people.importing"), name)
