"""Settings, from the environment only."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_DATABASE_URL = "sqlite:///var/groundswell.sqlite"


class Settings(BaseSettings):
    """What a web process reads from its environment.

    database_url        DATABASE_URL, sqlite:///file or postgresql://…
    organisation        GROUNDSWELL_ORGANISATION, the organisation that people sign in to
    demo                GROUNDSWELL_DEMO, offers sign-in by role without a password; never set it in production
    base_url            GROUNDSWELL_BASE_URL, the public address, for tracked links; taken from the request where empty
    secure_cookies      GROUNDSWELL_SECURE_COOKIES, set behind HTTPS
    metrics_token       GROUNDSWELL_METRICS_TOKEN, bearer token that /metrics asks for, if set
    """

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", extra="ignore", frozen=True)

    database_url: Annotated[str, Field(validation_alias="DATABASE_URL", min_length=1)] = DEFAULT_DATABASE_URL
    organisation: str = "demo"
    demo: bool = False
    base_url: str = ""
    secure_cookies: bool = False
    metrics_token: str = ""
    visitor_secret: str = Field(default="", repr=False)

    @cached_property
    def visitor_key(self) -> str:
        """Key that visitors' addresses are hashed with; random for this process where none is set."""
        return self.visitor_secret or secrets.token_hex(32)
