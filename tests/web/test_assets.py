"""What a page loads: little, and all of it from here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import web

ROOT = Path(web.__file__).parent
MOST_BYTES = 300_000
ASSET = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')
PARTS = re.compile(r'{%-? *(?:extends|include|import|from) "([^"]+)"')
PAGES = sorted(str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html"))


def assets_of(template: str) -> set[str]:
    """What a template has the browser load, with what it extends and includes."""
    text = (ROOT / "templates" / template).read_text("utf-8")
    return set(ASSET.findall(text)).union(*(assets_of(part) for part in PARTS.findall(text)))


@pytest.mark.parametrize("template", PAGES)
def test_a_page_loads_300_kb_at_most(template: str) -> None:
    """Uncompressed, charts and all: whoever looks may have a phone and a bad line."""
    assets = assets_of(template)
    assert all(one.startswith("/static/") for one in assets)
    assert sum((ROOT / one.removeprefix("/")).stat().st_size for one in assets) <= MOST_BYTES


def test_a_script_loads_no_other() -> None:
    """What a script brought in would be counted by nobody."""
    scripts = list((ROOT / "static").rglob("*.js"))
    assert scripts
    for path in scripts:
        assert not re.search(
            r"\bimport\b|createElement\(.script.\)|importScripts", path.read_text("utf-8")
        ), path
    styles = [path.read_text("utf-8") for path in (ROOT / "static").rglob("*.css")]
    # Bootstrap's own pictures are written into it.
    assert {one for text in styles for one in re.findall(r"url\((?!\"?data:)[^)]*\)|@import", text)} == set()
