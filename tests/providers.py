"""Two real OpenID providers, each a process of its own, and somebody who signs in with them as a browser would."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.ports import free_port

START_SECONDS = 120
HERE = Path(__file__).parent
MOCK = Path(sys.executable).with_name("oidc-provider-mock")
SECRET = "a secret of the client"
PASSWORD = "correct horse battery staple"
BASE = "http://testserver"


@contextmanager
def mock_provider(people: Sequence[Mapping[str, Any]], port: int | None = None, *rest: str) -> Iterator[str]:
    """oidc-provider-mock with these people (claims, `sub` among them); its issuer. Its keys are new at every start."""
    port = port or free_port()
    told = [word for one in people for word in ("--user-claims", json.dumps(one))]
    with _running([str(MOCK), "--port", str(port), *told, *rest], port) as issuer:
        yield issuer


@contextmanager
def canaille(folder: Path, people: Sequence[Mapping[str, Any]], base: str = BASE) -> Iterator[str]:
    """Canaille with these people (id, name, email, groups); its issuer."""
    port = free_port()
    spec = {
        "client_id": "groundswell",
        "client_secret": SECRET,
        "redirect_uris": [f"{base}/sign-in/sso/callback"],
        "post_logout_redirect_uris": [f"{base}/sign-in"],
        "people": [{"password": PASSWORD, **one} for one in people],
    }
    told = folder / "canaille.json"
    told.write_text(json.dumps(spec), "utf-8")
    with _running([sys.executable, str(HERE / "canaille_server.py"), str(port), str(told)], port) as issuer:
        yield issuer


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[str]:
    issuer = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile("w+") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            _wait(process, f"{issuer}/.well-known/openid-configuration", said)
            yield issuer
        finally:
            process.kill()


def _wait(process: subprocess.Popen[bytes], address: str, said: IO[str]) -> None:
    for _ in range(START_SECONDS * 10):
        if process.poll() is not None:
            said.seek(0)
            raise AssertionError(said.read())
        try:
            if httpx2.get(address, timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


def approve_at_mock(there: str, person: str, **form: str) -> str:
    """What the browser comes back to after the mock's form; `action="deny"` refuses."""
    answer = httpx2.post(there, data={"sub": person, **form})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def approve_at_canaille(there: str, person: str, password: str = PASSWORD) -> str:
    """What the browser comes back to after Canaille's pages for name and password."""
    with httpx2.Client(follow_redirects=True) as browser:
        page = browser.get(there)
        for form in ({"login": person}, {"password": password}):
            page = browser.post(page.url, data=form, follow_redirects=False)
            while page.is_redirect:
                following = str(page.url.join(page.headers["location"]))
                if following.startswith(BASE):
                    return following
                page = browser.get(following, follow_redirects=False)
    raise AssertionError(page.text)


def asked(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
