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
# Beyond these, an argument is named where it is given: neighbours of one type are swapped unseen.
MOST_BY_PLACE = 5
# Whoever compiles or routes a function gives its arguments itself.
GIVEN_BY_OTHERS = re.compile(
    r"(kernel|inlined|shared|njit|intrinsic|overload)\b|.+\.(get|post|put|patch|delete|command|callback)\("
)
# Scripts of others call these by place, as docs or the standard library have it.
CALLED_FROM_OUTSIDE = {
    "engine/cascade.py spread",  # the interface of the graph library
    "engine/scoring_plain.py _noted",  # stands for a compiled function, and is called as that is
    "rewards/people/accounts.py create_account",  # the first account, by a script beside `init`
    "rewards/publishing/publication.py publish_scheme",  # the first scheme, likewise
    "rewards/logs.py _warned",  # `warnings.showwarning`
}
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


ENDS = re.compile(r"[.!?](\s|$)|:$")


def test_docstrings_begin_with_a_sentence_on_one_line() -> None:
    broken = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)} {first}"
        for path in sources()
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and "\n" in (words := ast.get_docstring(node, clean=False) or "")
        and not ENDS.search(first := words.split("\n")[0])
    ]
    assert not broken


def by_place(node: ast.AST, place: str, *, method: bool = False) -> Iterator[str]:
    """Every function under `node` that takes more than MOST_BY_PLACE arguments by place."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [a.arg for a in (*child.args.posonlyargs, *child.args.args)]
            bound = method and names[:1] in (["self"], ["cls"])
            given = any(GIVEN_BY_OTHERS.match(ast.unparse(d)) for d in child.decorator_list)
            if len(names) - bound > MOST_BY_PLACE and not given:
                yield f"{place} {child.name}"
            yield from by_place(child, place)
        else:
            yield from by_place(child, place, method=isinstance(child, ast.ClassDef))


def test_what_is_given_by_place_is_little() -> None:
    found = {
        name
        for path in sources()
        if "migrations" not in path.parts
        for name in by_place(ast.parse(path.read_text("utf-8")), str(path.relative_to(ROOT)))
    }
    assert found == CALLED_FROM_OUTSIDE


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(a, b, c, d, e, g): ...", ["x f"]),
        ("def f(a, b, c, d, e, *, g): ...", []),
        ("class C:\n    def f(self, a, b, c, d, e): ...", []),
        ("class C:\n    async def f(self, a, b, c, d, e, g): ...", ["x f"]),
        ("@router.get('/')\ndef f(a, b, c, d, e, g): ...", []),
        ("@kernel(I64)\ndef f(a, b, c, d, e, g): ...", []),
        ("@other\ndef f(a):\n    def h(a, b, c, d, e, g): ...", ["x h"]),
    ],
)
def test_what_is_given_by_place_is_counted(source: str, found: list[str]) -> None:
    assert list(by_place(ast.parse(source), "x")) == found


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
