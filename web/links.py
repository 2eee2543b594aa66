"""Tracked links: /l/{code} leads on, and counts people only."""

from __future__ import annotations

import hashlib
import hmac

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from rewards.links import follow_link
from web.session import Config, Store, current_account, now

router = APIRouter(include_in_schema=False)


def visitor_hash(request: Request, key: str) -> str:
    """A keyed hash of address and browser: tells visitors apart without keeping either."""
    address = request.client.host if request.client else ""
    text = f"{address}|{request.headers.get('user-agent', '')}"
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


@router.api_route("/l/{code}", methods=["GET", "HEAD"])
def follow(request: Request, store: Store, config: Config, code: str) -> Response:
    """Redirect to the item; a person's first click of the day is recorded for the sharer, her own is not."""
    account = current_account(request)
    with store.begin() as tx:
        followed = follow_link(
            tx,
            code,
            request.headers.get("user-agent", ""),
            visitor_hash(request, config.visitor_key),
            now(),
            request.method,
            dict(request.headers),
            account,
        )
    return RedirectResponse(followed.url, 302)
