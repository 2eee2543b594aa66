"""Warm-up of what first requests would wait for, in the background of the server's first seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

from babel.dates import format_datetime
from babel.numbers import get_decimal_symbol

from rewards.language import LANGUAGES, gettext, speaking
from web.templating import compilations


def warm(stopped: Callable[[], bool] = lambda: False) -> None:
    """Read message catalogues and locale data, compile all templates, and load what the lab's first page needs.

    Ends early once `stopped()` is true. The OpenAPI description is not built here: it takes longer than all of this and is seldom needed.
    """
    for step in _steps():
        if stopped():
            return
        step()


@contextmanager
def warming() -> Iterator[None]:
    """Warm up in a thread beside the block, which ends before the block does.

    A thread that the interpreter's end finds in the middle of an import of C++ code aborts the process.
    """
    stop = threading.Event()
    thread = threading.Thread(target=warm, args=(stop.is_set,), name="warming", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _steps() -> Iterator[Callable[[], object]]:
    yield from (partial(_read_language, code) for code in LANGUAGES)
    yield from compilations()
    yield from _lab_steps()


def _read_language(code: str) -> None:
    with speaking(code):
        gettext("Share")
        format_datetime(datetime.now(UTC), "d MMM y, HH:mm", locale=code)
        get_decimal_symbol(code)


def _lab_steps() -> Iterator[Callable[[], object]]:
    from rewards.scheme.presets import PRESETS
    from sims.lab.document import read
    from sims.lab.essay import Played, played
    from sims.lab.templates import TEMPLATES, text_of
    from web.lab.editor_view import form_view

    def edit(name: str) -> None:
        text = text_of(name, live=False)
        form_view(text, read(text, PRESETS.get), list(PRESETS))

    yield from (partial(edit, name) for name in TEMPLATES)
    yield partial(played, Played())
