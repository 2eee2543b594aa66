"""README and docs are true: their console examples are run and their output compared, their Python is executed, their links lead
somewhere, and their table of commands names every command.

In a `console` block a line `$ command` is run as by sh; what follows is its output, in which `...` stands for anything, alone on a line
for any number of lines; `[exit N]` is the exit status where it is not 0.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.commands import run

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)")
SECONDS = 240
STARTED = "README.md"
"""Its commands are started by sh as a user's are; other documents' are forked from a process that has loaded the program."""
PLAIN = re.compile(r"groundswell [\w\s./=:,@-]*")
"""Commands that mean the same without sh."""


@dataclass
class Example:
    """One command, the output told, and its exit status."""

    command: str
    output: list[str] = field(default_factory=list)
    status: int = 0


def blocks(document: Path, language: str) -> list[str]:
    found = BLOCK.findall(document.read_text("utf-8"))
    return [text for name, text in found if name == language]


def examples(document: Path) -> Iterator[Example]:
    for block in blocks(document, "console"):
        current: Example | None = None
        for line in block.splitlines():
            if line.startswith("$ "):
                if current is not None:
                    yield current
                current = Example(line[2:])
            elif current is not None and (ended := re.fullmatch(r"\[exit (\d+)\]", line)):
                current.status = int(ended.group(1))
            elif current is not None:
                current.output.append(line)
        if current is not None:
            yield current


def pattern(lines: list[str]) -> str:
    parts = [
        r"(?:.*\n)*?" if line == "..." else ".*".join(map(re.escape, line.split("..."))) + r"\n"
        for line in lines
    ]
    return "".join(parts)


def typed(command: str, folder: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """The exit status of a command, and what it printed."""
    if PLAIN.fullmatch(command):
        done = run(shlex.split(command)[1:], cwd=folder, env=env, timeout=SECONDS)
    else:
        done = by_shell(command, folder, env)
    return done.returncode, done.stdout + done.stderr


def by_shell(command: str, folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env={**env, "PATH": path},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def with_console(document: Path) -> bool:
    # The first hour's commands are run on each database, by their own test.
    return document.name != "running.md" and bool(blocks(document, "console"))


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if with_console(d)], ids=lambda d: d.name)
def test_console_examples(document: Path, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    env = dict(os.environ)
    for example in examples(document):
        if exported := re.fullmatch(r"export (\w+)=(\S+)", example.command):
            env[exported.group(1)] = exported.group(2)
            continue
        if document.name == STARTED:
            done = by_shell(example.command, tmp_path, env)
            status, said = done.returncode, done.stdout + done.stderr
        else:
            status, said = typed(example.command, tmp_path, env)
        assert status == example.status, (example.command, said)
        assert re.fullmatch(pattern(example.output), said), f"{example.command}\n{said}"


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if blocks(d, "python")], ids=lambda d: d.name)
def test_python_examples(document: Path) -> None:
    for code in blocks(document, "python"):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "document",
    [
        *DOCUMENTS,
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        *sorted((ROOT / "docs/decisions").glob("*.md")),
    ],
    ids=lambda d: d.name,
)
def test_links_lead_somewhere(document: Path) -> None:
    links = [link for link in LINK.findall(document.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_readme_names_every_command() -> None:
    from sims.cli import app as program
    from web import cli

    assert cli.app is program
    names = {
        command.name or command.callback.__name__
        for command in program.registered_commands
        if command.callback
    }
    names |= {str(group.name) for group in program.registered_groups}
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {name for name in names if not re.search(rf"^\| `{name}\b", readme, re.MULTILINE)} == set()


def test_the_readme_begins_with_make_run_and_make_test() -> None:
    commands = re.findall(r"^\s*(make \w+)", "\n".join(blocks(ROOT / "README.md", "sh")), re.MULTILINE)
    assert commands[:2] == ["make run", "make test"]
    assert "<!-- bench:propagation -->" in (ROOT / "README.md").read_text("utf-8")


def test_decisions_are_numbered_once() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs/decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))
    assert all(number.isdigit() for number in numbers)


def test_every_setting_is_told() -> None:
    """In the operator's table, and where the settings are read."""
    from rewards.outside.provider_settings import PREFIX, ProviderSettings
    from web.settings import Settings

    table = (ROOT / "docs/running.md").read_text("utf-8")
    names = {
        "DATABASE_URL" if name == "database_url" else f"GROUNDSWELL_{name.upper()}"
        for name in Settings.model_fields
        if name != "oidc"
    }
    provider = {f"{PREFIX}{name.upper()}" for name in ProviderSettings.model_fields}
    assert {name for name in names | provider if f"| `{name}` |" not in table} == set()
    assert {name for name in names if name not in (Settings.__doc__ or "")} == set()
    assert {name for name in provider if name not in (ProviderSettings.__doc__ or "")} == set()
