"""No text for people stands in a template outside a message."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "web" / "templates").rglob("*.html"))
SPOKEN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "placeholder", "title"}
NAMES = {"Groundswell"}
"""Words that are the same in every language."""


class Words(HTMLParser):
    """Collects what a reader would see or hear of a page's own text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_code = 0

    def handle_data(self, data: str) -> None:
        # What one types into a terminal is the same in every language.
        if not self._in_code:
            self._note(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_code -= tag == "code"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_code += tag == "code"
        for name, value in attrs:
            if name in SPOKEN_ATTRIBUTES and value:
                self._note(value)

    def _note(self, text: str) -> None:
        rest = text
        for name in NAMES:
            rest = rest.replace(name, "")
        if re.search(r"[^\W\d_]{2,}", rest):
            self.found.append(text.strip())


def own_words(source: str) -> list[str]:
    """Text of the template itself: what stands between its tags and is not an expression."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    kept, inside = [], False
    for _, kind, value in environment.lex(source):
        if kind == "name" and value in ("trans", "endtrans"):
            inside = value == "trans"
        elif kind == "data" and not inside:
            kept.append(value)
        elif kind == "variable_begin":
            # An expression: it is no word of the template.
            kept.append("\x01")
    words = Words()
    words.feed("".join(kept))
    words.close()
    return words.found


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "web" / "templates"))
)
def test_every_text_of_a_template_is_a_message(path: Path) -> None:
    assert own_words(path.read_text("utf-8")) == []


def test_a_bare_word_is_found() -> None:
    source = '<p title="Note">{{ _("Said") }} {% trans %}so{% endtrans %}</p><button aria-label="{{ _("x") }}">Go now</button>'
    assert own_words(source) == ["Note", "Go now"]
