"""The layer contracts of pyproject.toml hold."""

from importlinter.cli import lint_imports


def test_import_contracts_hold() -> None:
    assert lint_imports() == 0
