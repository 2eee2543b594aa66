"""No text for people stands in a template outside a message."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

from web.catalogues import KEYWORDS

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


PACKAGES = ("rewards", "web", "sims", "agents")
SAYING = {name for name in KEYWORDS if name not in ("in_words", "like", "SheetError")} | {"SheetError"}
# What these raise is for whoever runs the machine, or for programs: it stays in English.
FOR_OPERATORS = (
    "rewards/store/", "rewards/outside/", "rewards/mail/", "rewards/event_log.py", "rewards/events.py", "rewards/logs.py",
    "rewards/scoring/", "rewards/ledger/", "rewards/traces.py", "web/settings.py", "web/server.py", "web/proxies.py", "web/cli.py",
    "web/matrix.py", "sims/commands/",
)  # fmt: skip


def told_outside(path: str, source: str) -> list[str]:
    """Texts of refusals that no catalogue can hold: built from parts, or raised bare where people read them."""
    found: list[str] = []
    if path.startswith(FOR_OPERATORS):
        return found
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
            continue
        name, text = node.func.id, node.args[1 if node.func.id == "SheetError" and len(node.args) > 1 else 0]
        glued = isinstance(text, ast.JoinedStr) or (
            isinstance(text, ast.BinOp) and isinstance(text.op, ast.Add)
        )
        if name in SAYING and glued:
            found.append(f"{path}:{node.lineno} {name}")
        bare = glued or (isinstance(text, ast.Constant) and isinstance(text.value, str) and " " in text.value)
        if name == "ValueError" and bare and path.startswith(("rewards/", "web/")):
            found.append(f"{path}:{node.lineno} {name}")
    return found


def test_refusals_are_whole_messages() -> None:
    found = [
        line
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        for line in told_outside(str(path.relative_to(ROOT)), path.read_text("utf-8"))
    ]
    assert found == []


def test_a_glued_refusal_is_found() -> None:
    source = 'raise BadValue(f"got {x}")\nraise BadValue("got {x}", x=x)\nraise ValueError("not a day")\nraise ValueError(WANTED)\n'
    assert told_outside("rewards/people_file.py", source) == [
        "rewards/people_file.py:1 BadValue",
        "rewards/people_file.py:3 ValueError",
    ]
    assert told_outside("rewards/store/units.py", 'raise ValueError("not a day")\n') == []
