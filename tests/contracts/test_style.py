"""House rules that no linter knows: sizes of files and functions, and words that may not stay."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "rewards", "agents", "sims", "web")
MOST_FILE_LINES = 400
MOST_FUNCTION_LINES = 70
# What installs anything leaves the place to the client's own settings.
INSTALLERS = (
    "requirements",
    "Makefile",
    ".ci",
    "pyproject.toml",
    "web/vendor.py",
    "tests/browser/install.sh",
)
A_PLACE = re.compile(r"\w+://|--(?:extra-)?index-url|--find-links|--registry", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def tracked_text_files() -> Iterator[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for name in filter(None, listing.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path != Path(__file__) and "vendor" not in path.parts:
            yield path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("package", PACKAGES)
def test_package_has_code(package: str) -> None:
    assert any((ROOT / package).rglob("*.py"))


def test_files_are_short() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in sources()
        if (n := len(p.read_text("utf-8").splitlines())) > MOST_FILE_LINES
    }
    assert not long


def test_functions_are_short() -> None:
    # A migration is one list of tables, and is never changed once published.
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines"
        for path in sources()
        if "migrations" not in path.parts
        for node in functions(path)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MOST_FUNCTION_LINES
    ]
    assert not long


def test_public_functions_and_classes_have_docstrings() -> None:
    bare = []
    for path in sources():
        if "migrations" in path.parts:
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if named and not node.name.startswith("_") and ast.get_docstring(node) is None:
                bare.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not bare


def test_nothing_is_left_unfinished() -> None:
    found = []
    for path in tracked_text_files():
        if path.suffix == ".py":
            found += [
                f"{path.relative_to(ROOT)}: {m.group()}" for m in UNFINISHED.finditer(path.read_text("utf-8"))
            ]
    assert not found


def test_what_installs_names_no_host() -> None:
    named = [ROOT / name for name in INSTALLERS]
    files = [
        file
        for path in named
        for file in ([path] if path.is_file() else sorted(filter(Path.is_file, path.rglob("*"))))
    ]
    assert len(files) >= len(INSTALLERS)
    found = [
        f"{path.relative_to(ROOT)}: {m.group()}"
        for path in files
        for m in A_PLACE.finditer(path.read_text("utf-8"))
    ]
    assert not found
