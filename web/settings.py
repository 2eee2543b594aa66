"""Settings, from the environment only."""

from __future__ import annotations

import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rewards.addressing import mail_address
from rewards.badges.credentials import SigningKey
from rewards.faults import BadValue
from rewards.outside.mail import MOST_PER_MINUTE, Post
from rewards.outside.provider_settings import ProviderSettings, provider_from_environment
from rewards.outside.smtp import MailServer, Tls, default_port
from web.proxies import PROXY_HEADERS, Network, parse_networks

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
DEFAULT_DATABASE_URL = "sqlite:///var/groundswell.sqlite"


class Settings(BaseSettings):
    """Settings of a web process from its environment.

    database_url        DATABASE_URL, sqlite:///file or postgresql://…
    organisation        GROUNDSWELL_ORGANISATION, the organisation that people sign in to
    demo                GROUNDSWELL_DEMO, offers sign-in by role without a password; never set it in production
    demo_beyond_loopback  GROUNDSWELL_DEMO_BEYOND_LOOPBACK, offers it to others than this machine too; every page then warns
    base_url            GROUNDSWELL_BASE_URL, the public address, for tracked links and signed badges
    trusted_proxies     GROUNDSWELL_TRUSTED_PROXIES, addresses and networks of the proxies whose word on visitors is believed
    proxy_header        GROUNDSWELL_PROXY_HEADER, the header in which they give it: X-Forwarded-For or Forwarded
    secure_cookies      GROUNDSWELL_SECURE_COOKIES, set behind HTTPS
    visitor_secret      GROUNDSWELL_VISITOR_SECRET, key with which visitors of tracked links are hashed
    metrics_token       GROUNDSWELL_METRICS_TOKEN, bearer token that /metrics asks for, if set
    signing_key_file    GROUNDSWELL_SIGNING_KEY_FILE, a PEM private key (Ed25519 or P-256) that signs badges; without one
                        each organisation gets a key that the database keeps
    webhook_loopback    GROUNDSWELL_WEBHOOK_LOOPBACK, lets webhooks go to this machine; for development only
    password_sign_in    GROUNDSWELL_PASSWORD_SIGN_IN, false where people sign in with the provider of `oidc` alone
    oidc                GROUNDSWELL_OIDC_…, the provider of single sign-on, see ProviderSettings
    smtp_host           GROUNDSWELL_SMTP_HOST, the mail server; without one no mail is sent
    smtp_port           GROUNDSWELL_SMTP_PORT, 587 unless set; with tls 465
    smtp_tls            GROUNDSWELL_SMTP_TLS: starttls, tls or none
    smtp_user, smtp_password  GROUNDSWELL_SMTP_USER and GROUNDSWELL_SMTP_PASSWORD, where the server asks for them
    smtp_ca_file        GROUNDSWELL_SMTP_CA_FILE, certificates that the server's is checked against, instead of the system's
    mail_from           GROUNDSWELL_MAIL_FROM, the address that mails come from
    mail_per_minute     GROUNDSWELL_MAIL_PER_MINUTE, the most mails in a minute, of all processes together
    """

    model_config = SettingsConfigDict(
        env_prefix="GROUNDSWELL_", extra="ignore", frozen=True, validate_by_name=True
    )

    database_url: Annotated[str, Field(validation_alias="DATABASE_URL", min_length=1)] = DEFAULT_DATABASE_URL
    organisation: str = "company"
    demo: bool = False
    demo_beyond_loopback: bool = False
    base_url: str = ""
    trusted_proxies: Annotated[
        str, Field(validation_alias=AliasChoices("GROUNDSWELL_TRUSTED_PROXIES", "FORWARDED_ALLOW_IPS"))
    ] = ""
    proxy_header: str = "X-Forwarded-For"
    secure_cookies: bool = False
    metrics_token: str = ""
    visitor_secret: str = Field(default="", repr=False)
    signing_key_file: str = ""
    webhook_loopback: bool = False
    password_sign_in: bool = True
    oidc: ProviderSettings | None = None
    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    smtp_tls: Tls = "starttls"
    smtp_user: str = Field(default="", repr=False)
    smtp_password: str = Field(default="", repr=False)
    smtp_ca_file: str = ""
    mail_from: str = ""
    mail_per_minute: Annotated[int, Field(ge=1, le=10_000)] = MOST_PER_MINUTE

    @field_validator("base_url")
    @classmethod
    def _public(cls, value: str) -> str:
        parts = urlsplit(value.strip())
        plain = (
            parts.scheme in ("http", "https")
            and parts.hostname
            and not (parts.query or parts.fragment or parts.username)
        )
        if value.strip() and not plain:
            raise ValueError("not a web address; write one like https://share.acme.example")
        return value.strip().rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        parse_networks(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _address(cls, value: str) -> str:
        return mail_address(value.strip())

    @field_validator("proxy_header")
    @classmethod
    def _known_header(cls, value: str) -> str:
        if value.strip().lower() not in PROXY_HEADERS:
            raise ValueError(
                "not a header that proxies write; one of X-Forwarded-For and Forwarded; choose one"
            )
        return value.strip().lower()

    @cached_property
    def proxies(self) -> tuple[Network, ...]:
        """The networks of the trusted proxies."""
        return parse_networks(self.trusted_proxies)

    @cached_property
    def post(self) -> Post | None:
        """The mail settings, or None where no server is set. Raises BadValue where a required one is missing."""
        if not self.smtp_host.strip():
            return None
        for name, value in (
            ("GROUNDSWELL_MAIL_FROM", self.mail_from),
            ("GROUNDSWELL_BASE_URL", self.base_url),
        ):
            if not value:
                raise BadValue(
                    "{name}: not set, and GROUNDSWELL_SMTP_HOST is; mail takes both; set it and start again",
                    name=name,
                )
        host = self.smtp_host.strip()
        if self.smtp_user and self.smtp_tls == "none" and host not in LOOPBACK:
            raise BadValue(
                "GROUNDSWELL_SMTP_TLS: none would send the password in the clear; set starttls or tls and start again"
            )
        port = self.smtp_port or default_port(self.smtp_tls)
        server = MailServer(
            host, port, self.smtp_tls, self.mail_from, self.smtp_user, self.smtp_password, self.smtp_ca_file
        )
        return Post(server, self.base_url, self.mail_per_minute)

    @cached_property
    def visitor_key(self) -> str:
        """Key that visitors' addresses are hashed with; random for this process where none is set."""
        return self.visitor_secret or secrets.token_hex(32)

    @cached_property
    def signing_key(self) -> SigningKey | None:
        """The operator's signing key, read once. Raises BadValue where the file is missing or holds no such key."""
        if not self.signing_key_file:
            return None
        try:
            text = Path(self.signing_key_file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadValue(
                "GROUNDSWELL_SIGNING_KEY_FILE {signing_key_file}: cannot be read ({name}); name a PEM file that this process may read",
                signing_key_file=self.signing_key_file,
                name=type(error).__name__,
            ) from None
        return SigningKey.from_pem(text)


def settings_from_environment() -> Settings:
    """The settings. Raises BadValue, which names the variable and the problem, and repeats no value, as it could be a secret."""
    provider = provider_from_environment()
    try:
        found = Settings(oidc=provider)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        variable = name if name.isupper() else f"GROUNDSWELL_{name.upper()}"
        message = first["msg"].removeprefix("Value error, ").removeprefix(f"{variable}: ")
        raise BadValue(
            "{variable}: {text}; correct it and start again", variable=variable, text=message
        ) from None
    if provider is None and not found.password_sign_in:
        raise BadValue(
            "GROUNDSWELL_PASSWORD_SIGN_IN: off, and no provider is named by GROUNDSWELL_OIDC_ISSUER, so nobody could sign in; "
            "name one or unset it"
        )
    return found
