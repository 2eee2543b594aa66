"""Hosts of links in ASCII: as browsers ask for them, or one clear line."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from rewards.content.hosts import host_in_ascii
from rewards.content.items import ContentItem, read_item
from rewards.faults import BadValue


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("a.example", "a.example"),
        ("A_b.Example:8443", "A_b.Example:8443"),
        ("[::1]:80", "[::1]:80"),
        ("ana@Bücher.example:8443", "ana@xn--bcher-kva.example:8443"),
        ("faß.example", "xn--fa-hia.example"),
        ("STRAẞE.example", "xn--strae-oqa.example"),
        ("BÜCHER.EXAMPLE", "xn--bcher-kva.example"),
        ("bu\N{COMBINING DIAERESIS}cher.example", "xn--bcher-kva.example"),
        ("a_b.bücher.example", "a_b.xn--bcher-kva.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("ｅｘａｍｐｌｅ.ü.example", "example.xn--tda.example"),
        ("\N{CYRILLIC SMALL LETTER A}pple.example", "xn--pple-43d.example"),
        ("ü.example.", "xn--tda.example."),
    ],
)
def test_a_host_is_asked_for_as_browsers_do(written: str, asked: str) -> None:
    assert host_in_ascii(written) == asked


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("a..ü.example", "nothing stands between two of its dots"),
        ("a..example", "nothing stands between two of its dots"),
        (".example", "nothing stands between two of its dots"),
        ("ü" * 70 + ".example", "limit 63 characters between two dots"),
        ("a" * 64 + ".example", "limit 63 characters between two dots"),
        (".".join(["a" * 60] * 5), "and 253 in all"),
        ("☃.example", "has a sign that no host may have"),
        ("אa.ü.example", "has a sign that no host may have"),
        ("-ü.example", "has a sign that no host may have"),
        ("xn--ü.example", "has a sign that no host may have"),
    ],
)
def test_what_is_no_host_is_refused_in_one_line(host: str, words: str) -> None:
    with pytest.raises(BadValue, match=words) as told:
        host_in_ascii(host)
    assert "\n" not in str(told.value)
    document = {"id": "a", "title": "A", "url": f"https://{host}/x", "channels": {"x": {"status": "green"}}}
    with pytest.raises((ValidationError, BadValue), match=words):
        ContentItem.model_validate(document)
    assert read_item(json.dumps(document)).id == "a", "what is stored stays readable"
