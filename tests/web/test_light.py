"""A web process never loads the model."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from pathlib import Path
from rewards.store.migrate import upgrade
from rewards.store.session import open_database
from starlette.testclient import TestClient
from tests.company import ORGANISATION, PASSWORD, make_company
from web.app import create_app
from web.settings import Settings

url = sys.argv[1]
db = open_database(url)
upgrade(db)
make_company(db)
db.close()
with TestClient(create_app(Settings(DATABASE_URL=url, organisation=ORGANISATION))) as client:
    client.post("/sign-in", data={"person": "sam", "password": PASSWORD})
    assert client.get("/strategist").status_code == 200
    assert client.get("/").status_code == 200
heavy = sorted({"mesa", "agents", "pandas"} & set(sys.modules))
assert not heavy, heavy
"""


def test_requests_load_no_model(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, f"sqlite:///{tmp_path}/light.sqlite"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
