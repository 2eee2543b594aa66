"""Compiled templates are kept from one process to the next, as long as nothing that they are made from has changed."""

from __future__ import annotations

import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from web import templating
from web.kept_templates import KeptTemplates


def environment(folder: Path) -> Environment:
    """As a process makes it that starts: with nothing in its memory."""
    kept = KeptTemplates(str(folder / "module.py"))
    return Environment(autoescape=True, loader=FileSystemLoader(folder), bytecode_cache=kept)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    (tmp_path / "module.py").write_text("one way")
    (tmp_path / "page.html").write_text("Hello {{ name }}")
    (tmp_path / "__pycache__").mkdir()
    return tmp_path


def kept(folder: Path) -> list[Path]:
    return list((folder / "__pycache__").glob("template-*.cache"))


def compiled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """What a new process renders, and how often it has to compile for it."""
    made = environment(folder)
    parsed: list[str] = []
    whole = made._parse
    with monkeypatch.context() as patch:
        patch.setattr(made, "_parse", lambda source, *rest: parsed.append(source) or whole(source, *rest))
        return made.get_template("page.html").render(name="Ana"), len(parsed)


def test_the_next_process_compiles_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compiled(folder, monkeypatch) == ("Hello Ana", 1)
    assert len(kept(folder)) == 1
    assert compiled(folder, monkeypatch) == ("Hello Ana", 0)


def test_what_has_changed_is_compiled_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(folder, monkeypatch)
    (folder / "page.html").write_text("Goodbye {{ name }}")
    assert compiled(folder, monkeypatch) == ("Goodbye Ana", 1)
    (folder / "module.py").write_text("another way")
    assert compiled(folder, monkeypatch) == ("Goodbye Ana", 1)
    assert compiled(folder, monkeypatch) == ("Goodbye Ana", 0)
    assert len(kept(folder)) == 1


@pytest.mark.parametrize("length", [0, 5, 40, 80])
def test_a_file_cut_short_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    compiled(folder, monkeypatch)
    (file,) = kept(folder)
    file.write_bytes(file.read_bytes()[:length])
    assert compiled(folder, monkeypatch) == ("Hello Ana", 1)
    assert compiled(folder, monkeypatch) == ("Hello Ana", 0)


def test_where_nothing_can_be_written_nothing_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "__pycache__").rmdir()
    (folder / "__pycache__").touch()
    assert compiled(folder, monkeypatch) == ("Hello Ana", 1)
    assert compiled(folder, monkeypatch) == ("Hello Ana", 1)


def test_who_wants_no_compiled_modules_beside_the_sources_gets_no_templates_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert compiled(folder, monkeypatch) == ("Hello Ana", 1)
    assert kept(folder) == []


def test_pages_are_kept_beside_the_modules() -> None:
    cache = templating._ENVIRONMENT.bytecode_cache
    assert isinstance(cache, KeptTemplates)
    assert Path(cache.directory) == Path(cache_from_source(templating.__file__)).parent
