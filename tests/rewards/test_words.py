"""Words by which people are looked up."""

import pytest

from rewards.words import beginnings_of, folded, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Anna-Lena Müller", {"anna", "lena", "muller", "mueller"}),
        ("Øystein Strauß", {"oystein", "oeystein", "strauss"}),
        ("Ｊosé  GARCÍA", {"jose", "garcia"}),
        ("Łukasz İnönü", {"lukasz", "inonu", "inoenue"}),
        ("李小龙", {"李小龙"}),
        ("E-10023", {"e", "10023"}),
        ("", set()),
    ],
)
def test_words(name: str, words: set[str]) -> None:
    assert words_of([name]) >= words
    assert {word for word in words_of([name]) if word.isascii()} <= words | {"i", "inonu"}


def test_what_is_typed_finds_what_is_stored() -> None:
    for name, typed in (
        ("Jürgen Groß", "JUERGEN gross"),
        ("Jürgen Groß", "jürg GROSS"),
        ("Ana María", "maria"),
    ):
        stored = words_of([name])
        assert all(any(word.startswith(one) for word in stored) for one in beginnings_of(typed)), (
            name,
            typed,
        )


def test_beginnings_stand_as_typed_each_once() -> None:
    assert beginnings_of(" Max  max, w.") == ["max", "w"]
    assert len(beginnings_of("a b c d e f g h")) == 6
    assert folded("  Ä  b ") == "a b"
