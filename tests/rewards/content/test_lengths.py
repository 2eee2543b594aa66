"""How long a post is on each network, by the examples that the networks themselves give."""

import pytest

from rewards.content.content import ChannelStatus, ContentItem
from rewards.content.items import TextVariant
from rewards.content.lengths import LIMITS, length_on, limit_of, too_long

LINK = "https://share.example/l/abcdefgh"


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("", 23),
        ("Hello", 29),
        ("café", 28),
        ("cafe\u0301", 28),
        ("👾", 26),
        ("🙋🏽", 26),
        ("👨\u200d🎤", 26),
        ("👨\u200d👩\u200d👧\u200d👦", 26),
        ("🇩🇪", 26),
        ("🇩🇪🇫🇷", 28),
        ("日本語", 30),
        ("see https://example.com/a/very/long/way/there?and=more.", 4 + 23 + 1 + 24),
        ("“quoted” – so…", 15 + 24),
    ],
)
def test_x_weighs_scripts_emoji_and_addresses(text: str, signs: int) -> None:
    found = length_on("X", text, "https://an.address/however/long/it/may/be/" + "x" * 100)
    assert found is not None
    assert (found.signs, found.most) == (signs, 280)


def test_a_post_fits_up_to_its_limit_and_not_beyond() -> None:
    for channel, limit in LIMITS.items():
        link = limit.address if limit.address is not None else len(LINK)
        whole = length_on(channel, "a" * (limit.most - link - 1), LINK)
        over = length_on(channel, "a" * (limit.most - link + 2), LINK)
        assert whole is not None
        assert over is not None
        assert (whole.over, over.over) == (0, 3)


def test_others_count_what_a_reader_sees() -> None:
    seen = length_on("bluesky", "👨\u200d👩\u200d👧 e\u0301 क्षि", "")
    assert seen is not None
    assert seen.signs <= 6
    assert limit_of("Twitter") is LIMITS["x"]
    assert limit_of("LinkedIn") is LIMITS["linkedin"]
    assert length_on("carrier pigeon", "x" * 10_000, LINK) is None


def test_the_desk_is_told_of_texts_that_do_not_fit() -> None:
    item = ContentItem(
        id="a",
        title="A",
        url="https://x.org",
        channels={
            name: ChannelStatus(status=status, reason="r")  # type: ignore[arg-type]
            for name, status in (("x", "green"), ("linkedin", "green"), ("bluesky", "red"))
        },
        suggested_texts=("short", "y" * 270),
        variants=(TextVariant(text="z" * 400, channels=("linkedin",)), TextVariant(text="w" * 258)),
    )
    assert [(channel, text[:1], length.over) for channel, text, length in too_long(item)] == [
        ("x", "y", 14),
        ("x", "w", 2),
    ]
