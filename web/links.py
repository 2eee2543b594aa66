"""Tracked links: /l/{code} redirects to the item and counts visitors; once the item is recalled it shows a notice."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from rewards.content.clicks import Network
from rewards.content.content import Recall
from rewards.content.links import Destination, follow_link, leads_to, machine_click
from rewards.faults import Unavailable
from rewards.logs import log, log_error
from rewards.people.accounts import Account, account_for_session
from web.lanes import LaneFull
from web.problems import COOKIE
from web.session import Config, Store, now
from web.sign_in_limit import block_of
from web.templating import page

router = APIRouter(include_in_schema=False)
SECONDS_TO_COUNT = 2.0
"""A visitor is led on after this long at the latest, counted or not."""
WAIT_SECONDS = 1.0


@dataclass(frozen=True)
class RecalledContext:
    """Page context: the notice of a recall."""

    recall: Recall


def visitor_hash(request: Request, key: str) -> str:
    """A keyed hash of address and browser: distinguishes visitors without storing either."""
    return _keyed(f"{_address(request)}|{request.headers.get('user-agent', '')}", key)


def network_of(request: Request, key: str) -> Network:
    """Keyed hashes of the visitor's address and of its network block."""
    address = _address(request)
    return Network(_keyed(block_of(address), key), _keyed(block_of(address, of_four=24, of_six=48), key))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _keyed(text: str, key: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


@router.api_route("/l/{code}", methods=["GET", "HEAD"])
async def follow(request: Request, store: Store, config: Config, code: str) -> Response:
    """Redirect to the item; a visitor's first click of the day is recorded for the sharer, the sharer's own is not.

    The visitor is classified before anything is written. An error while counting never prevents the redirect. A recalled item is not
    reachable: visitors read the notice, with status 410, so that link previews and search engines drop it.
    """
    at = now()

    def look_up() -> tuple[Destination, Account | None, str]:
        token = request.cookies.get(COOKIE)
        with store.read() as tx:
            target = leads_to(tx, code)
            account = account_for_session(tx, token, at) if token else None
        return (
            target,
            account,
            machine_click(request.headers.get("user-agent", ""), request.method, request.headers),
        )

    target, account, machine = await run_in_threadpool(look_up)
    visitor, network = visitor_hash(request, config.visitor_key), network_of(request, config.visitor_key)

    def count() -> None:
        with store.begin(WAIT_SECONDS) as tx:
            follow_link(tx, code, machine, visitor, at, account=account, network=network)

    try:
        await request.app.state.clicking.run(count, SECONDS_TO_COUNT)
    except (Unavailable, LaneFull) as trouble:
        log.warning("a click was not counted", why=getattr(trouble, "brief", "too many at once"))
    except Exception as error:
        log_error("a click was not counted", error)
    if target.recall is not None:
        return page(
            request, "recalled.html", RecalledContext(target.recall), 410, {"X-Robots-Tag": "noindex"}
        )
    return RedirectResponse(target.url, 302)
