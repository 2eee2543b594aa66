"""Single sign-on with OpenID Connect. The state of a sign-on in progress is a signed cookie that is valid for ten minutes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from rewards.faults import Refused
from rewards.language import gettext as _
from rewards.language import said
from rewards.outside.logout_token import read_logout_token
from rewards.outside.provider_settings import ProviderSettings
from rewards.outside.single_sign_on import Begun, NotProven, Proof, Provider, Silent, claim_of, logged
from rewards.people.accounts import ProviderSession, account_for_session
from rewards.people.sign_on import Vouched, end_by_provider, sign_on, state_key, was_used
from rewards.store.session import Database
from web.lanes import LaneFull
from web.navigation import home_of
from web.problems import COOKIE, Problem
from web.session import Config, PublicAddress, Store, device, local_path, now, start
from web.settings import Settings
from web.sign_in import sign_in_page

router = APIRouter(include_in_schema=False)
PATH = "/sign-in/sso"
STATE_COOKIE = "groundswell_sign_on"
STATE_SECONDS = 600
SECONDS_TO_ANSWER = 15.0
MOST_NEXT_CHARACTERS = 500
MOST_NAME_CHARACTERS = 200
T = TypeVar("T")


def provider(request: Request) -> Provider:
    """The identity provider of this process. Raises Problem where there is none."""
    found: Provider | None = request.app.state.provider
    if found is None:
        raise Problem(404, said("single sign-on is not set up here; sign in with your id and password"))
    return found


@router.get(PATH)
async def begin(
    request: Request,
    store: Store,
    config: Config,
    address: PublicAddress,
    next: Annotated[str, Query()] = "/",
) -> Response:
    """Redirect to the provider."""
    asked = provider(request)

    def work() -> tuple[str, Begun, bytes]:
        with store.read() as tx:
            key = state_key(tx, config.organisation)
        return (*asked.begin(address + PATH + "/callback"), key)

    try:
        there, begun, key = await _in_lane(request, work)
    except Silent as error:
        return _silent(request, config, asked, error)
    response = RedirectResponse(there, 303)
    target = local_path(next[:MOST_NEXT_CHARACTERS])
    response.set_cookie(
        STATE_COOKIE,
        seal(key, {**asdict(begun), "next": target, "until": int(now().timestamp()) + STATE_SECONDS}),
        max_age=STATE_SECONDS,
        httponly=True,
        secure=config.secure_cookies,
        samesite="lax",
        path=PATH,
    )
    return response


@router.get(PATH + "/callback")
async def callback(request: Request, store: Store, config: Config, address: PublicAddress) -> Response:
    """The provider's redirect back: starts a session for the person it identifies, or shows an error in one sentence."""
    asked = provider(request)
    kept, former = request.cookies.get(STATE_COOKIE, ""), request.cookies.get(COOKIE)
    answer, browser = dict(request.query_params), device(request)

    def work() -> tuple[str, str]:
        begun, target = _on_its_way(store, config, kept, answer)
        proof = asked.finish(begun, address + PATH + "/callback", answer)
        vouched = vouched_by(asked.settings, proof)
        with store.begin() as tx:
            token = sign_on(
                tx, config.organisation, vouched, begun.state, now(), device=browser, former=former,
                create=asked.settings.create,
            )  # fmt: skip
            account = account_for_session(tx, token, now())
        return token, home_of(account) if account is not None and target == "/" else target

    try:
        token, target = await _in_lane(request, work)
    except Silent as error:
        response = _silent(request, config, asked, error)
    except NotProven as error:
        response = _not_proven(request, asked, error)
    except Refused as error:
        response = sign_in_page(request, fault=str(error), status=403)
    else:
        response = start(RedirectResponse(target, 303), token, config.secure_cookies)
    response.delete_cookie(STATE_COOKIE, path=PATH)
    return response


@router.post(PATH + "/back-channel-logout")
async def back_channel_logout(
    request: Request, store: Store, config: Config, logout_token: Annotated[str, Form()] = ""
) -> Response:
    """Back-channel logout: a request by the provider, proved by its logout token, ends a person's sessions here."""
    asked = provider(request)

    def work() -> int | None:
        told = read_logout_token(asked, logout_token)
        with store.begin() as tx:
            return end_by_provider(
                tx,
                config.organisation,
                told.subject,
                told.session,
                f"{asked.settings.issuer} {told.id}",
                now=now(),
            )

    headers = {"Cache-Control": "no-store"}
    try:
        ended = await _in_lane(request, work)
    except Silent as error:
        logged(error.why)
        return JSONResponse({"error": "temporarily_unavailable"}, 503, headers=headers)
    except NotProven as error:
        logged(f"logout: {error.why}")
        return JSONResponse(
            {"error": "invalid_request", "error_description": error.why}, 400, headers=headers
        )
    if ended is None:
        return JSONResponse(
            {"error": "invalid_request", "error_description": "used before"}, 400, headers=headers
        )
    return Response(status_code=200, headers=headers)


def _on_its_way(store: Database, config: Settings, kept: str, answer: Mapping[str, str]) -> tuple[Begun, str]:
    """(sign-on started in this browser, its destination). Raises NotProven where it is another one or has expired."""
    with store.read() as tx:
        found = unseal(state_key(tx, config.organisation), kept)
        if found is None or found["until"] < now().timestamp():
            raise NotProven("another state")
        if was_used(tx, config.organisation, found["state"]):
            raise NotProven("used state")
    return Begun(found["state"], found["nonce"], found["verifier"]), local_path(found["next"])


def vouched_by(settings: ProviderSettings, proof: Proof) -> Vouched:
    """The identity and roles in verified claims, by the operator's settings."""
    claims = proof.claims
    email = claims.get("email")
    # Some providers send booleans as strings; an unverified address is false or missing.
    verified = settings.trust_email or claims.get("email_verified") in (True, "true")
    address = email.strip() if isinstance(email, str) and email.strip() and verified else None
    person = None
    if settings.person_claim != "email":
        said = claim_of(claims, settings.person_claim)
        # Without this claim nobody is found by another one instead.
        person = str(said) if isinstance(said, str | int) and not isinstance(said, bool) else ""
    name = claims.get("name")
    return Vouched(
        person=person,
        email=address,
        name=name[:MOST_NAME_CHARACTERS] if isinstance(name, str) else "",
        roles=_roles(settings, claims),
        session=ProviderSession(str(claims["sub"]), _session_of(claims), proof.token),
    )


def _session_of(claims: Mapping[str, Any]) -> str:
    """The provider's session id in the claims, if any."""
    found = claims.get("sid")
    return found if isinstance(found, str) else ""


def _roles(settings: ProviderSettings, claims: Mapping[str, Any]) -> frozenset[str] | None:
    """The roles mapped from the claim's values. Everybody is an employee, unless the mapping says who is."""
    if not settings.roles_claim:
        return None
    said = claim_of(claims, settings.roles_claim)
    values = said if isinstance(said, list) else [said]
    given = {role for value in values for role in settings.mapping.get(str(value), ())}
    everybody = not any("employee" in roles for roles in settings.mapping.values())
    return frozenset(given | {"employee"} if everybody else given)


def seal(key: bytes, values: Mapping[str, Any]) -> str:
    """Values as signed text."""
    body = base64.urlsafe_b64encode(json.dumps(dict(values)).encode()).decode()
    return f"{body}.{_signature(key, body)}"


def unseal(key: bytes, text: str) -> dict[str, Any] | None:
    """The values of signed text, or None with a wrong signature."""
    body, _gap, signature = text.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(key, body).encode()):
        return None
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body))
    return found


def _signature(key: bytes, body: str) -> str:
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


async def _in_lane(request: Request, work: Callable[[], T]) -> T:
    """Run work in a lane of few threads, so that waiting for the provider never occupies the others. Raises Silent."""
    try:
        found: T = await request.app.state.signing_on.run(work, SECONDS_TO_ANSWER)
    except LaneFull:
        raise Silent(f"no answer within {SECONDS_TO_ANSWER:.0f} seconds") from None
    return found


def _silent(request: Request, config: Settings, asked: Provider, error: Silent) -> Response:
    logged(error.why)
    name = asked.settings.title
    if config.password_sign_in:
        said = _("{name} does not answer just now. Try again in a minute, or sign in with your password.")
    else:
        said = _("{name} does not answer just now. Try again in a minute.")
    return sign_in_page(request, fault=said.format(name=name), status=503)


def _not_proven(request: Request, asked: Provider, error: NotProven) -> Response:
    name = asked.settings.title
    if error.why in ("another state", "used state"):
        said = _("This sign-in was begun too long ago, in another window, or was used already. Begin again.")
        return sign_in_page(request, fault=said, status=400)
    logged(error.why)
    if error.why == "access_denied":
        return sign_in_page(
            request, fault=_("{name} did not sign you in. Nothing was changed.").format(name=name), status=403
        )
    said = _(
        "What {name} answered does not prove who you are ({why}). Nobody was signed in; try again, then tell whoever runs this server."
    )
    return sign_in_page(request, fault=said.format(name=name, why=error.why), status=403)
