"""After the first seconds no page waits for its template or for a catalogue of messages."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rewards import language
from web import templating
from web.warming import warm, warming


def test_nothing_is_left_to_read_for_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    templating._ENVIRONMENT.cache.clear()  # type: ignore[union-attr]
    language._catalogue.cache_clear()
    warm()

    def no_more(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(templating._ENVIRONMENT, "_parse", no_more)
    monkeypatch.setattr(language, "read_po", no_more)
    folder = templating.FOLDER / "templates"
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*") if path.is_file())
    assert "employee/home.html" in names
    for name in names:
        assert templating._ENVIRONMENT.get_template(Path(name).as_posix())
    with language.speaking("de"):
        assert language.gettext("Share") == "Teilen"


def test_the_first_page_of_the_lab_loads_nothing_more() -> None:
    asked = (
        "import sys; from web.warming import warm; warm(); known = set(sys.modules)\n"
        "from rewards.scheme.presets import PRESETS; from sims.lab.document import read\n"
        "from sims.lab.templates import TEMPLATES, text_of; from web.lab.editor_view import asked_of, form_view\n"
        "for name in TEMPLATES:\n"
        "    text = text_of(name, live=True); found = read(text, PRESETS.get)\n"
        "    assert form_view(text, found, list(PRESETS)) and asked_of(found)\n"
        "assert set(sys.modules) == known, set(sys.modules) - known"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_the_block_ends_after_the_thread_and_does_not_wait_for_all_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = threading.Event()

    def steps() -> Iterator[Callable[[], object]]:
        yield begun.set
        while True:
            yield begun.wait

    monkeypatch.setattr("web.warming._steps", steps)
    with warming():
        assert begun.wait(60)
    assert "warming" not in {thread.name for thread in threading.enumerate()}
