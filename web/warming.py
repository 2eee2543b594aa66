"""What the first request of each kind would wait for, made beside the first seconds of the server instead."""

from __future__ import annotations

from datetime import UTC, datetime

from babel.dates import format_datetime
from babel.numbers import get_decimal_symbol

from rewards.language import LANGUAGES, gettext, speaking
from web.templating import compile_templates


def warm() -> None:
    """Read the catalogues of messages and what each language says of dates and numbers, and compile all templates.

    The description of the API is not made here: it takes longer than all of this, and hardly anybody asks for it.
    """
    for code in LANGUAGES:
        with speaking(code):
            gettext("Share")
            format_datetime(datetime.now(UTC), "d MMM y, HH:mm", locale=code)
            get_decimal_symbol(code)
    compile_templates()
