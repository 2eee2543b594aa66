"""Settings of the single sign-on provider, from the environment only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from ipaddress import ip_address
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rewards.faults import BadValue
from rewards.people.rights import ROLES

PREFIX = "GROUNDSWELL_OIDC_"
MOST_MAPPED = 500
DISCOVERY = "/.well-known/openid-configuration"


class ProviderSettings(BaseSettings):
    """Single sign-on by OpenID Connect. Off unless an issuer is named.

    issuer         GROUNDSWELL_OIDC_ISSUER, the provider's address exactly as its own metadata names it
    client_id      GROUNDSWELL_OIDC_CLIENT_ID, what the provider knows this program by
    client_secret  GROUNDSWELL_OIDC_CLIENT_SECRET; none for a public client, which PKCE alone protects
    name           GROUNDSWELL_OIDC_NAME, as shown on the button; the issuer's host unless given
    scopes         GROUNDSWELL_OIDC_SCOPES, what is asked for
    person_claim   GROUNDSWELL_OIDC_PERSON_CLAIM: `email` finds people by their address, any other claim by their id of the people file
    trust_email    GROUNDSWELL_OIDC_TRUST_EMAIL, for providers that vouch for addresses and do not say `email_verified`
    roles_claim    GROUNDSWELL_OIDC_ROLES_CLAIM, which holds groups or roles; with points it leads inside (realm_access.roles)
    roles          GROUNDSWELL_OIDC_ROLES, a JSON object from the claim's values to roles
    create         GROUNDSWELL_OIDC_CREATE, adds people whom nobody has imported
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    issuer: str = ""
    client_id: Annotated[str, Field(max_length=500)] = ""
    client_secret: Annotated[str, Field(repr=False, max_length=2000)] = ""
    name: Annotated[str, Field(max_length=60)] = ""
    scopes: Annotated[str, Field(max_length=500)] = "openid email profile"
    person_claim: Annotated[str, Field(min_length=1, max_length=200)] = "email"
    trust_email: bool = False
    roles_claim: Annotated[str, Field(max_length=200)] = ""
    roles: str = ""
    create: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """The settings must be consistent; each message names its variable, and repeats no value."""
        if not self.issuer:
            if self.client_id or self.client_secret:
                raise ValueError("ISSUER: not set, though a client is; name the provider")
            return self
        if not is_safe(self.issuer) or urlsplit(self.issuer).query:
            raise ValueError(
                "ISSUER: not an https address without a query (http is for this machine only); write the issuer of the "
                "provider's metadata"
            )
        if not self.client_id:
            raise ValueError("CLIENT_ID: not set; register this program with the provider")
        if "openid" not in self.scopes.split():
            raise ValueError("SCOPES: openid is missing; write openid email profile")
        if bool(self.roles) != bool(self.roles_claim):
            raise ValueError("ROLES: the mapping and GROUNDSWELL_OIDC_ROLES_CLAIM belong together; set both")
        _mapping(self.roles)
        return self

    @cached_property
    def mapping(self) -> dict[str, frozenset[str]]:
        """Roles by the claim's values."""
        return _mapping(self.roles)

    @property
    def title(self) -> str:
        """The provider's display name."""
        return self.name.strip() or urlsplit(self.issuer).hostname or self.issuer

    @property
    def discovery(self) -> str:
        """The URL of its metadata."""
        return self.issuer.rstrip("/") + DISCOVERY


def provider_from_environment() -> ProviderSettings | None:
    """The provider, or None where none is named. Raises BadValue, which names the variable and repeats no value."""
    try:
        found = ProviderSettings()
    except ValidationError as error:
        raise BadValue(said_of(error)) from None
    return found if found.issuer else None


def said_of(error: ValidationError) -> str:
    """The first fault, with its variable."""
    first = error.errors(include_url=False, include_input=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    name = f"{str(first['loc'][0]).upper()}: " if first["loc"] else ""
    return f"{PREFIX}{name}{message}; correct it and start again"


def is_safe(address: str) -> bool:
    """True for https, and for http to this machine."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or parts.fragment or not address.isprintable():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _mapping(text: str) -> dict[str, frozenset[str]]:
    if not text:
        return {}
    remedy = 'write a JSON object such as {"advocacy-hr": "hr", "advocacy-leads": ["hr", "strategist"]}'
    try:
        read: Any = json.loads(text)
    except ValueError:
        raise ValueError(f"ROLES: not JSON; {remedy}") from None
    if not isinstance(read, Mapping) or not 0 < len(read) <= MOST_MAPPED:
        raise ValueError(f"ROLES: not an object of 1 to {MOST_MAPPED} values; {remedy}")
    found: dict[str, frozenset[str]] = {}
    for value, roles in read.items():
        named = [roles] if isinstance(roles, str) else roles
        if not isinstance(named, list) or not named or any(role not in ROLES for role in named):
            raise ValueError(f"ROLES: a value leads to something else than {', '.join(ROLES)}; {remedy}")
        found[str(value)] = frozenset(named)
    return found
