"""Liveness, readiness and metrics for the operator."""

from __future__ import annotations

import hmac
import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rewards.faults import Unavailable
from rewards.language import said
from rewards.store.migrate import CURRENT, WHAT_TO_DO, state
from web.problems import RETRY_AFTER_SECONDS, Problem
from web.session import Config, Store

router = APIRouter(tags=["operation"])
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """Request counts and durations by route, method and status."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "groundswell_requests_total",
            "Requests answered",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "groundswell_request_seconds", "Seconds to answer", ["method", "route"], registry=self.registry
        )


class Measure:
    """ASGI middleware that feeds `Metrics`. The label is the route's template, never the path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            route: Any = scope.get("route")
            name = getattr(route, "path", "unmatched")
            # A value chosen by the sender is no label: every new label is kept until the process ends.
            method = scope["method"] if scope["method"] in METHODS else "other"
            self.metrics.requests.labels(method, name, str(status)).inc()
            self.metrics.seconds.labels(method, name).observe(time.perf_counter() - began)


@router.get("/healthz", summary="The process is alive", response_class=PlainTextResponse)
async def alive() -> str:
    """Liveness: answers from the event loop, since all threads of the pool may be waiting for the database."""
    return "ok"


@router.get(
    "/readyz", summary="The database answers and its schema is current", response_class=PlainTextResponse
)
def ready(store: Store) -> str:
    """Readiness: 503 where the database does not answer or lacks migrations."""
    try:
        found = state(store)
    except Unavailable:
        raise
    except Exception as error:
        raise Problem(
            503, said("the database does not answer ({name}); see DATABASE_URL", name=type(error).__name__)
        ) from None
    if found != CURRENT:
        raise Problem(
            503,
            said("the database {value}", value=WHAT_TO_DO[found]),
            {"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
    return "ready"


@router.get("/metrics", summary="Prometheus metrics", response_class=PlainTextResponse)
async def metrics(request: Request, config: Config) -> Response:
    """Metrics since the process started."""
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if config.metrics_token and not hmac.compare_digest(given.encode(), config.metrics_token.encode()):
        raise Problem(
            401, said("no metrics token; send Authorization: Bearer …"), {"WWW-Authenticate": "Bearer"}
        )
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
