"""Logout tokens: how a provider announces that a session has ended (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.errors import ClaimError, JoseError
from joserfc.jwt import JWTClaimsRegistry, Token

from rewards.outside.single_sign_on import LEEWAY_SECONDS, NotProven, Provider, code_of

EVENT = "http://schemas.openid.net/event/backchannel-logout"
MOST_TOKEN_CHARACTERS = 16 * 1024
MOST_ID_CHARACTERS = 255
LONGEST_SECONDS = 3600
"""Providers let such a token live for minutes; how long an id is remembered hangs on it."""
_TYPES = frozenset({"logout+jwt", "application/logout+jwt", "jwt"})


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """The sessions to end: those of a subject, of one session with the provider, or of both.

    `id` is used once, and valid until `until`.
    """

    subject: str
    session: str
    id: str
    until: int


def read_logout_token(provider: Provider, text: str) -> LoggedOut:
    """The content of a logout token, verified to be issued by this provider for this program. Raises NotProven, Silent."""
    if not 0 < len(text) <= MOST_TOKEN_CHARACTERS:
        raise NotProven("no logout token")
    try:
        found = provider.decoded(text)
        _check_type(found)
        claims = found.claims
        registry = JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": provider.settings.issuer},
            aud={"essential": True, "value": provider.settings.client_id},
            iat={"essential": True},
            exp={"essential": True},
            jti={"essential": True},
        )
        registry.validate(claims)
    except ClaimError as error:
        raise NotProven(f"{code_of(error.error)}: {code_of(str(error.claim))}") from None
    except JoseError as error:
        raise NotProven(code_of(error.error)) from None
    except (ValueError, TypeError, KeyError) as error:
        raise NotProven(type(error).__name__) from None
    return _checked(claims)


def _check_type(found: Token) -> None:
    token_type = found.header.get("typ", "jwt")
    if not isinstance(token_type, str) or token_type.lower() not in _TYPES:
        raise NotProven("another type of token")


def _checked(claims: Mapping[str, Any]) -> LoggedOut:
    if "nonce" in claims:
        # An ID token is no logout token, and must not be taken for one.
        raise NotProven("a nonce")
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(EVENT), Mapping):
        raise NotProven("no logout event")
    subject, session, id_ = (_text(claims, name) for name in ("sub", "sid", "jti"))
    if not id_:
        raise NotProven("invalid_claim: jti")
    if not subject and not session:
        raise NotProven("neither subject nor session")
    if claims["exp"] - claims["iat"] > LONGEST_SECONDS:
        raise NotProven("invalid_claim: exp")
    return LoggedOut(subject, session, id_, int(claims["exp"]) + LEEWAY_SECONDS)


def _text(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name, "")
    if not isinstance(found, str) or len(found) > MOST_ID_CHARACTERS:
        raise NotProven(f"invalid_claim: {name}")
    return found
