"""What importing the server does: nothing that takes time and may never be needed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
import pwdlib
import yaml.composer

def refused(*_args, **_named):
    raise AssertionError("work at import")

pwdlib.PasswordHash.hash = refused
yaml.composer.Composer.get_single_node = refused
import web.app
"""


def test_importing_the_server_hashes_no_password_and_reads_no_document() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
