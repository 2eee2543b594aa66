"""Settings, from the environment only."""

from __future__ import annotations

import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from rewards.credentials import SigningKey
from rewards.faults import BadValue

DEFAULT_DATABASE_URL = "sqlite:///var/groundswell.sqlite"


class Settings(BaseSettings):
    """What a web process reads from its environment.

    database_url        DATABASE_URL, sqlite:///file or postgresql://…
    organisation        GROUNDSWELL_ORGANISATION, the organisation that people sign in to
    demo                GROUNDSWELL_DEMO, offers sign-in by role without a password; never set it in production
    base_url            GROUNDSWELL_BASE_URL, the public address, for tracked links; taken from the request where empty
    secure_cookies      GROUNDSWELL_SECURE_COOKIES, set behind HTTPS
    metrics_token       GROUNDSWELL_METRICS_TOKEN, bearer token that /metrics asks for, if set
    signing_key_file    GROUNDSWELL_SIGNING_KEY_FILE, a PEM private key (Ed25519 or P-256) that signs badges; without one
                        each organisation gets a key that the database keeps
    webhook_loopback    GROUNDSWELL_WEBHOOK_LOOPBACK, lets webhooks go to this machine; for development only
    """

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", extra="ignore", frozen=True)

    database_url: Annotated[str, Field(validation_alias="DATABASE_URL", min_length=1)] = DEFAULT_DATABASE_URL
    organisation: str = "demo"
    demo: bool = False
    base_url: str = ""
    secure_cookies: bool = False
    metrics_token: str = ""
    visitor_secret: str = Field(default="", repr=False)
    signing_key_file: str = ""
    webhook_loopback: bool = False

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
                f"GROUNDSWELL_SIGNING_KEY_FILE {self.signing_key_file}: cannot be read ({type(error).__name__}); "
                "name a PEM file that this process may read"
            ) from None
        return SigningKey.from_pem(text)
