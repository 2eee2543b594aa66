"""The checker knows what a row holds, and hardly a parameter is left untyped."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from mypy import api

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "rewards", "agents", "sims", "web")
# What compiles, and the functions around it: arrays of whatever type numba makes of them.
KERNELS = re.compile(r"^engine/|_kernel\.py$")
MOST_UNTYPED = 0.01
# Objects read from JSON, whose values are looked at where they are used, and the libraries' own types of types.
JSON_OBJECT = re.compile(r"(Mapping|dict)\[str, Any\]")
OF_A_LIBRARY = re.compile(r"(ColumnElement|Cursor|NDArray|Question)\[Any\]")
SNIPPET = """
from rewards.ledger.entries import entries_for
from rewards.store import events, journal, organisations, people, states
from rewards.store.session import Transaction


def read(tx: Transaction) -> None:
    entry = journal.get(tx, "acme", 1)
    home = organisations.find_shared(tx, "acme")
    event = events.find(tx, "acme", "source", "id")
    scored = events.scored_of(tx, [1], 0)[1]
    _, named = states.lock_people(tx, "acme", ["ada"])
    person = people.find(tx, "acme", "ada")
    assert entry and home and event and person
    print({})
"""
COLUMNS = (
    "entry.amount", "home.closed_until_us", "event.local_date", "scored[0].tags", "named['ada'].base_state",
    "person.external_id", "journal.standing(tx, 1, 0)[0].reason", "journal.postings_of(tx, [1])[1][0].account",
)  # fmt: skip


def test_what_the_store_gives_back_has_a_shape() -> None:
    """A row of a library's own kind would let every column pass."""
    loose = {
        f"{path.relative_to(ROOT)} {node.name}"
        for path in sorted((ROOT / "rewards/store").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.returns is not None
        if re.search(r"\b(Row|RowMapping|Result|CursorResult)\b", ast.unparse(node.returns))
    }
    # What the store's own statements go through.
    assert loose == {"rewards/store/session.py execute"}


def test_a_misspelt_column_is_refused(tmp_path: Path) -> None:
    misspelt = [re.sub(r"(\w)(\w)$", r"\2\1", column) for column in COLUMNS]
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(SNIPPET.format(", ".join(COLUMNS)), "utf-8")
    wrong.write_text(SNIPPET.format(",\n        ".join(misspelt)), "utf-8")
    config = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    out, err, status = api.run([*config, str(right), str(wrong)])
    assert status == 1, out
    assert not err
    assert "right.py" not in out
    for column in misspelt:
        name = column.rpartition(".")[2]
        assert re.search(rf'wrong\.py:\d+: error: "\w+" has no attribute "{name}"', out), (name, out)


def parameters() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if KERNELS.search(name):
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_kernel(node):
                    arguments = node.args
                    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
                    for one in [*named, arguments.vararg, arguments.kwarg]:
                        if one is not None and one.arg not in ("self", "cls"):
                            yield name, "" if one.annotation is None else ast.unparse(one.annotation)


def _is_kernel(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(one).startswith("kernel(") for one in function.decorator_list)


def test_hardly_a_parameter_may_be_anything() -> None:
    found = list(parameters())
    known = [(name, OF_A_LIBRARY.sub("", JSON_OBJECT.sub("", kind))) for name, kind in found]
    untyped = [name for name, kind in known if re.search(r"\bAny\b", kind)]
    assert found
    assert len(untyped) < MOST_UNTYPED * len(found), sorted(untyped)
