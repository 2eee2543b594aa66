"""The application's routes, those of included routers too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def every_route(routes: Iterable[Any]) -> Iterator[Any]:
    """Each route; a router that was included stands as one object that keeps its own routes."""
    for route in routes:
        inside = getattr(route, "original_router", None)
        if inside is None:
            yield route
        else:
            yield from every_route(inside.routes)
