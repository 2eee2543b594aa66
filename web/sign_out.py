"""Sign-out, here and at the identity provider."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from rewards.outside.single_sign_on import Provider
from rewards.people.accounts import close_session
from rewards.people.sessions import provider_hint
from web.lanes import LaneFull
from web.problems import COOKIE
from web.session import Store
from web.templating import page

router = APIRouter(include_in_schema=False)
SECONDS_FOR_AN_ADDRESS = 3.0


@dataclass(frozen=True)
class SignedOutContext:
    """Page context; `there`: the provider's address that ends its session."""

    provider: str
    there: str


@router.post("/sign-out")
async def sign_out(request: Request, store: Store) -> Response:
    """End the session. Where a provider opened it, the browser continues to the provider's sign-out."""
    token = request.cookies.get(COOKIE)
    hint = await run_in_threadpool(_close, store, token) if token else None
    there = await _there(request, hint) if hint else None
    provider: Provider | None = request.app.state.provider
    response: Response = RedirectResponse("/sign-in", 303)
    if there and provider is not None:
        # A page and no redirect: the Content-Security-Policy allows form targets on this site alone.
        response = page(request, "signed_out.html", SignedOutContext(provider.settings.title, there))
    response.delete_cookie(COOKIE, path="/")
    return response


def _close(store: Store, token: str) -> str | None:
    with store.begin() as tx:
        hint = provider_hint(tx, token)
        close_session(tx, token)
    return hint


async def _there(request: Request, hint: str) -> str | None:
    """The provider's sign-out address; None where it has none, or does not answer."""
    provider: Provider | None = request.app.state.provider
    address: str = request.app.state.public_address
    if provider is None or not address:
        return None
    try:
        found: str | None = await request.app.state.signing_on.run(
            lambda: provider.end_address(hint, f"{address}/sign-in"), SECONDS_FOR_AN_ADDRESS
        )
    except LaneFull:
        return None
    return found
