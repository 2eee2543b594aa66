"""Runs Canaille, a real identity provider, over its memory: `python canaille_server.py PORT SPEC.json`.

The specification names people with their passwords and groups, and the client that may ask.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey
from werkzeug.serving import run_simple

BITS = 2048


def configuration(port: int) -> dict[str, Any]:
    """Everything that is not needed is off; the keys are new at every start."""
    return {
        "SECRET_KEY": "for tests alone",
        "SERVER_NAME": f"127.0.0.1:{port}",
        "PREFERRED_URL_SCHEME": "http",
        "AUTHLIB_INSECURE_TRANSPORT": True,
        "SESSION_COOKIE_SECURE": False,
        "TESTING": True,
        "WTF_CSRF_ENABLED": False,
        "CANAILLE": {"DATABASE": "memory", "SMTP": None, "LOGGING": None},
        "CANAILLE_OIDC": {
            "ACTIVE_JWKS": [RSAKey.generate_key(BITS, {"alg": "RS256", "use": "sig"}).as_dict(private=True)],
        },
    }


def fill(spec: dict[str, Any]) -> None:
    """The people, their groups and the client of the specification."""
    for one in spec["people"]:
        user = models.User(
            user_name=one["id"],
            formatted_name=one["name"],
            family_name=one["name"],
            emails=[one["email"]],
            password=one["password"],
        )
        Backend.instance.save(user)
        for group in one["groups"]:
            found = Backend.instance.get(models.Group, display_name=group)
            members = [*(found.members if found else ()), user]
            Backend.instance.save(found or models.Group(display_name=group, members=members))
            if found:
                found.members = members
                Backend.instance.save(found)
    client = models.Client(
        client_id=spec["client_id"],
        client_secret=spec["client_secret"],
        client_name="Groundswell",
        client_uri="http://127.0.0.1",
        redirect_uris=spec["redirect_uris"],
        post_logout_redirect_uris=spec["post_logout_redirect_uris"],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "email", "profile", "groups"],
        token_endpoint_auth_method="client_secret_basic",
        id_token_signed_response_alg="RS256",
    )
    Backend.instance.save(client)
    client.audience = [client]
    Backend.instance.save(client)


def main() -> None:
    """Serve until told to end."""
    port, spec = int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf-8"))
    app = create_app(configuration(port))
    with app.app_context():
        fill(spec)
    run_simple("127.0.0.1", port, app, threaded=True)


if __name__ == "__main__":
    main()
