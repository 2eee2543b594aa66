"""The layer contracts of pyproject.toml hold, and the engine imports what it may and nothing else."""

import ast
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
ENGINE_MAY_IMPORT = {"engine", "llvmlite", "numba", "numpy"} | set(sys.stdlib_module_names)


def test_import_contracts_hold() -> None:
    assert lint_imports() == 0


@pytest.mark.parametrize("path", sorted((ROOT / "engine").rglob("*.py")), ids=lambda path: path.stem)
def test_the_engine_imports_arrays_and_a_compiler_alone(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: write imports out"
            imported.add((node.module or "").partition(".")[0])
    assert imported <= ENGINE_MAY_IMPORT
