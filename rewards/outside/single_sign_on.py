"""Single sign-on by OpenID Connect: the authorization code flow with PKCE, state and nonce, and a strict reading of the ID token.

What the provider is asked goes to the addresses of its own metadata, over https (http to this machine only), and no redirect is followed.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from rewards.faults import Refused
from rewards.logs import log
from rewards.outside.provider_settings import ProviderSettings, is_safe

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
"""Signatures by keys that only the provider has. A shared secret, or none, proves nothing."""
ANSWER_SECONDS = 5.0
KEPT_SECONDS = 3600.0
LEEWAY_SECONDS = 60
MOST_ANSWER_BYTES = 512 * 1024
MOST_CODE_CHARACTERS = 4096
_RANDOM_BYTES = 32
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_MORE_ENDPOINTS = ("userinfo_endpoint", "end_session_endpoint")


class Silent(Exception):  # noqa: N818 - an answer, not an accident
    """The provider cannot be reached, or answers what no provider should. `why` is for the log and for doctor."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotProven(Refused):
    """Raised where authentication failed. `why` is a short text of the program or a protocol code, never a received value."""

    code = "not_proven"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-on in progress; the browser brings it back, signed."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The verified claims. `token` is the ID token, which identifies the session with the provider on sign-out."""

    claims: Mapping[str, Any]
    token: str


class Provider:
    """One identity provider. Its metadata and keys are cached for an hour; an unknown key is requested at once."""

    def __init__(
        self, settings: ProviderSettings, seconds: float = ANSWER_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:  # fmt: skip
        self.settings = settings
        self._seconds, self._clock, self._lock = seconds, clock, threading.Lock()
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def begin(self, redirect_uri: str) -> tuple[str, Begun]:
        """(address to redirect the browser to, state to keep until it returns). Raises Silent."""
        metadata = self.metadata()
        begun = Begun(*(secrets.token_urlsafe(_RANDOM_BYTES) for _ in range(3)))
        with self._client(metadata, redirect_uri) as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
            )
        return address, begun

    def finish(self, begun: Begun, redirect_uri: str, answer: Mapping[str, str]) -> Proof:
        """Verify a returning browser by the parameters of the callback address. Raises NotProven, Silent."""
        self._check(begun, answer)
        metadata = self.metadata()
        with self._client(metadata, redirect_uri) as client:
            try:
                given = client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=begun.verifier,
                )
            except AuthlibBaseError as error:
                raise NotProven(code_of(error.error)) from None
            except httpx2.HTTPStatusError as error:
                raise self._strange(error) from None
            except (httpx2.HTTPError, ValueError, TypeError) as error:
                raise Silent(f"its token endpoint: {type(error).__name__}") from None
        token, access = given.get("id_token"), given.get("access_token")
        if not isinstance(token, str):
            raise NotProven("no ID token")
        claims = dict(self._read(token, begun.nonce, access if isinstance(access, str) else None))
        if isinstance(access, str) and not self._said_enough(claims):
            claims = self._userinfo(metadata, access, claims["sub"]) | claims
        return Proof(claims, token)

    def end_address(self, token: str, back_to: str) -> str | None:
        """The address for RP-initiated logout at the provider; None where that is not offered."""
        try:
            offered = self.metadata().get("end_session_endpoint")
        except Silent:
            return None
        if not offered:
            return None
        parameters = {
            "id_token_hint": token,
            "client_id": self.settings.client_id,
            "post_logout_redirect_uri": back_to,
        }
        return f"{offered}{'&' if urlsplit(offered).query else '?'}{urlencode(parameters)}"

    def metadata(self) -> dict[str, Any]:
        """The provider's metadata (discovery document), cached for an hour. Raises Silent."""
        with self._lock:
            kept = self._metadata
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        found = self._ask(self.settings.discovery)
        if found.get("issuer") != self.settings.issuer:
            raise Silent(
                "its metadata names another issuer than GROUNDSWELL_OIDC_ISSUER; write it exactly as there"
            )
        for name in _ENDPOINTS + _MORE_ENDPOINTS:
            address = found.get(name)
            if address is None and name in _MORE_ENDPOINTS:
                continue
            if not isinstance(address, str) or not is_safe(address):
                raise Silent(f"its metadata has no safe {name}")
        with self._lock:
            self._metadata = (self._clock() + KEPT_SECONDS, found)
        return found

    def _check(self, begun: Begun, answer: Mapping[str, str]) -> None:
        """Check that a response belongs to the request (state) and comes from this provider (RFC 9207)."""
        if not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise NotProven("another state")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:
            raise NotProven("another issuer")
        if "error" in answer:
            raise NotProven(code_of(answer["error"]))
        if not 0 < len(answer.get("code", "")) <= MOST_CODE_CHARACTERS:
            raise NotProven("no code")

    def _read(self, token: str, nonce: str, access: str | None) -> Mapping[str, Any]:
        try:
            found = self.decoded(token)
            options = {
                "iss": {"essential": True, "value": self.settings.issuer},
                "aud": {"essential": True, "value": self.settings.client_id},
                "sub": {"essential": True},
                "exp": {"essential": True},
                "iat": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            }
            params = {"nonce": nonce, "client_id": self.settings.client_id, "access_token": access}
            claims = CodeIDToken(found.claims, found.header, options, params)
            claims.validate(leeway=LEEWAY_SECONDS)
        except ClaimError as error:
            raise NotProven(f"{code_of(error.error)}: {code_of(str(error.claim))}") from None
        except JoseError as error:
            raise NotProven(code_of(error.error)) from None
        except (ValueError, TypeError, KeyError) as error:
            raise NotProven(type(error).__name__) from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise NotProven("invalid_claim: sub")
        return dict(claims)

    def decoded(self, token: str) -> jwt.Token:
        """The content of a token after verifying the provider's signature. Raises JoseError, ValueError, Silent."""
        try:
            return jwt.decode(token, self._key_set(), algorithms=self._algorithms())
        except (InvalidKeyIdError, BadSignatureError):
            # The provider may have changed its keys since they were read.
            return jwt.decode(token, self._key_set(anew=True), algorithms=self._algorithms())

    def _algorithms(self) -> list[str]:
        offered = self.metadata().get("id_token_signing_alg_values_supported")
        listed = offered if isinstance(offered, list) else ["RS256"]
        return [name for name in ALGORITHMS if name in listed]

    def _key_set(self, anew: bool = False) -> KeySet:
        with self._lock:
            kept = self._keys
        if kept is not None and kept[0] > self._clock() and not anew:
            return kept[1]
        found = self._ask(self.metadata()["jwks_uri"])
        try:
            made = KeySet.import_key_set(found)  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Silent(f"its keys: {type(error).__name__}") from None
        with self._lock:
            self._keys = (self._clock() + KEPT_SECONDS, made)
        return made

    def _said_enough(self, claims: Mapping[str, Any]) -> bool:
        """True where the ID token itself has the claims that identify people and determine their roles."""
        wanted = (self.settings.person_claim, self.settings.roles_claim)
        named = all(claim_of(claims, name) is not None for name in wanted if name)
        vouched = (
            self.settings.person_claim != "email" or self.settings.trust_email or "email_verified" in claims
        )
        return named and vouched

    def _userinfo(self, metadata: Mapping[str, Any], access: str, subject: str) -> dict[str, Any]:
        # Some providers write null for an endpoint that they do not have.
        address = metadata.get("userinfo_endpoint")
        if address is None:
            return {}
        found = self._ask(address, {"Authorization": f"Bearer {access}"})
        if found.get("sub") != subject:
            raise NotProven("userinfo of another subject")
        return found

    def _client(self, metadata: Mapping[str, Any], redirect_uri: str) -> Any:
        return OAuth2Client(
            self.settings.client_id,
            self.settings.client_secret or None,
            token_endpoint_auth_method=self._method(metadata),
            scope=self.settings.scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=self._seconds,
            follow_redirects=False,
        )

    def _method(self, metadata: Mapping[str, Any]) -> str:
        if not self.settings.client_secret:
            return "none"
        offered = metadata.get("token_endpoint_auth_methods_supported")
        listed = offered if isinstance(offered, list) else []
        only_post = "client_secret_post" in listed and "client_secret_basic" not in listed
        return "client_secret_post" if only_post else "client_secret_basic"

    def _ask(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """A JSON object from the provider. Raises Silent."""
        where = urlsplit(address).path[-60:]
        try:
            with httpx2.stream(
                "GET",
                address,
                headers={"Accept": "application/json", **(headers or {})},
                timeout=self._seconds,
            ) as response:
                response.raise_for_status()
                body = b""
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > MOST_ANSWER_BYTES:
                        raise Silent(f"{where}: more than {MOST_ANSWER_BYTES} bytes")
            found = httpx2.Response(200, content=body).json()
        except httpx2.HTTPStatusError as error:
            raise self._strange(error) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            raise Silent(f"{where}: {type(error).__name__}") from None
        if not isinstance(found, dict):
            raise Silent(f"{where}: no JSON object")
        return found

    @staticmethod
    def _strange(error: httpx2.HTTPStatusError) -> Silent:
        return Silent(f"{error.request.url.path[-60:]}: HTTP {error.response.status_code}")


def claim_of(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by the way to it (realm_access.roles); None where it is not there. Names may be addresses with points."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def code_of(text: object) -> str:
    """An error code of the protocol, sanitised to be shown and logged: it comes from outside."""
    said = "".join(
        letter for letter in str(text)[:40] if letter.isascii() and (letter.isalnum() or letter in "_-")
    )
    return said or "error"


def logged(why: str) -> None:
    """Log for the operator why a sign-in failed, without any personal value."""
    log.warning("single sign-on failed", why=why)
