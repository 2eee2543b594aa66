"""Warm-up of what first requests would wait for, in the background of the server's first seconds."""

from __future__ import annotations

from datetime import UTC, datetime

from babel.dates import format_datetime
from babel.numbers import get_decimal_symbol

from rewards.language import LANGUAGES, gettext, speaking
from web.templating import compile_templates


def warm() -> None:
    """Load message catalogues and locale data, and compile all templates.

    The OpenAPI document is not generated here: it takes longer than all of this, and is rarely requested.
    """
    for code in LANGUAGES:
        with speaking(code):
            gettext("Share")
            format_datetime(datetime.now(UTC), "d MMM y, HH:mm", locale=code)
            get_decimal_symbol(code)
    compile_templates()
    warm_lab()


def warm_lab() -> None:
    """Load what the lab's first page would wait for: scenario definitions, read with an experiment, and the essay's model."""
    from rewards.scheme.presets import PRESETS
    from sims.lab.document import read
    from sims.lab.essay import Played, played
    from sims.lab.templates import TEMPLATES, text_of
    from web.lab.editor_view import form_view

    for name in TEMPLATES:
        text = text_of(name, live=False)
        form_view(text, read(text, PRESETS.get), list(PRESETS))
    played(Played())
