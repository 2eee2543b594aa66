"""What a sharer begins with, what is posted, how like it is to colleagues' posts, and what stays out of it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from rewards.content.content import publish_item
from rewards.content.items import ContentItem
from rewards.content.likeness import holds, likeness, most_alike, sketch_of
from rewards.content.links import declare_share, prepare_share
from rewards.content.policy import ContentPolicy, disclosure_for, set_policy, with_disclosure
from rewards.people.people import erase
from rewards.scheme.networks import UNREWARDED
from rewards.scheme.presets import PRESETS
from tests.conftest import World

ORG = "acme"
META = ("facebook", "Instagram", "THREADS", "whatsapp", "Messenger")


def item(**changes: object) -> ContentItem:
    channels = {name: {"status": "green"} for name in ("linkedin", "x", "mail", *META)}
    fields = {"id": "launch", "title": "Launch", "url": "https://acme.example/launch", "channels": channels}
    return ContentItem.model_validate(fields | changes)


def test_each_colleague_begins_with_another_text_and_keeps_it(world: World) -> None:
    now = world.now
    texts = ["One thing we learnt.", "Another that surprised us.", "A third, from the lab."]
    with world.db.begin() as tx:
        publish_item(tx, ORG, item(suggested_texts=texts, disclosure="I work there."), now)
        first = {who: prepare_share(tx, ORG, who, "launch", "x", now=now).text for who in world.people}
        assert len({first[who] for who in world.people[:3]}) == 3
        for who in reversed(world.people):
            assert prepare_share(tx, ORG, who, "launch", "X", now=now).text == first[who]


def test_texts_are_those_meant_most_closely(world: World) -> None:
    found = item(
        suggested_texts=["all"],
        variants=[
            {"text": "x", "channels": ["X"]},
            {"text": "sales", "segments": ["sales"]},
            {"text": "sales on x", "channels": ["x"], "segments": ["sales"]},
            {"text": "auf Deutsch", "language": "de"},
        ],
        replies=[{"text": "Thank you"}, {"text": "Ask us", "channels": ["mail"]}],
    )
    assert found.texts_for("x", "sales") == ("sales on x",)
    assert found.texts_for("X", "lab") == ("x",)
    assert found.texts_for("mail", "sales") == ("sales",)
    assert found.texts_for("mail", "lab") == ("all",)
    assert found.replies_for("mail", "lab") == ("Ask us",)
    assert found.replies_for("x", "lab") == ("Thank you",)


def test_own_words_are_what_is_posted_with_the_disclosure(world: World) -> None:
    now = world.now
    with world.db.begin() as tx:
        publish_item(tx, ORG, item(suggested_texts=["Worth a read."], disclosure="I work at Acme."), now)
        draft = prepare_share(
            tx, ORG, "ana", "launch", "x", now=now, base_url="https://a.example", words="Mine & only mine"
        )
        assert (draft.text, draft.posted) == ("Mine & only mine", "Mine & only mine I work at Acme.")
        query = parse_qs(urlsplit(draft.dialogue_url).query)
        assert query == {"text": [draft.posted], "url": [draft.link]}
        kept = prepare_share(
            tx, ORG, "ana", "launch", "x", now=now, base_url="", words="I  WORK at acme. Look!"
        )
        assert kept.posted == kept.text


@pytest.mark.parametrize("channel", META)
def test_on_metas_networks_nothing_is_filled_in(world: World, channel: str) -> None:
    now = world.now
    with world.db.begin() as tx:
        replies = [{"text": "Thank you"}]
        publish_item(
            tx, ORG, item(suggested_texts=["Worth a read."], disclosure="I work there.", replies=replies), now
        )
        draft = prepare_share(tx, ORG, "ana", "launch", channel, now=now)
        assert (draft.text, draft.prefilled, draft.replies) == ("", False, ())
        assert "Worth" not in draft.dialogue_url
        assert "work" not in draft.dialogue_url
        own = prepare_share(tx, ORG, "ana", "launch", channel, now=now, base_url="", words="Mine")
        assert own.posted == "Mine I work there."
        assert "Mine" not in own.dialogue_url


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_no_preset_pays_on_metas_networks(name: str) -> None:
    assert "unrewarded_channels" not in PRESETS[name].model_fields_set
    assert all(PRESETS[name].is_unrewarded(channel) for channel in (*META, *UNREWARDED))
    assert not PRESETS[name].is_unrewarded("linkedin")


def test_the_closest_rule_for_a_disclosure_is_taken() -> None:
    rules = [
        {"text": "general"},
        {"text": "deutsch", "language": "de"},
        {"text": "health", "sector": "Health"},
        {"text": "health on x", "sector": "health", "channel": "X"},
        {"text": "sales", "segment": "sales"},
    ]
    policy = ContentPolicy.model_validate({"disclosures": rules})
    assert disclosure_for(policy, item(), "mail", "lab") == "general"
    assert disclosure_for(policy, item(language="de"), "mail", "lab") == "deutsch"
    assert disclosure_for(policy, item(language="de"), "mail", "sales") == "sales"
    assert disclosure_for(policy, item(sector="health"), "mail", "sales") == "health"
    assert disclosure_for(policy, item(sector="health"), "x", "sales") == "health on x"
    assert disclosure_for(policy, item(disclosure="its own"), "x", "sales") == "its own"
    assert (
        disclosure_for(ContentPolicy(), item(language="de-AT"), "x", "sales", "Acme")
        == "Ich arbeite bei Acme."
    )
    assert with_disclosure("", "D.") == "D."


def test_likeness_is_told_without_keeping_words(world: World) -> None:
    now = world.now
    words = "Our field team wrote down what a thousand sensors taught them about drift."
    with world.db.begin() as tx:
        publish_item(tx, ORG, item(disclosure="I work at Acme."), now)
        mine = prepare_share(tx, ORG, "ana", "launch", "x", now=now)
        declare_share(tx, ORG, "ana", mine.code, now, words=f"{words} I work at Acme.")

        def alike(who: str, said: str) -> float:
            return prepare_share(tx, ORG, who, "launch", "linkedin", now=now, base_url="", words=said).alike

        assert alike("ben", words) == 1.0
        assert alike("ana", words) == 0.0
        assert 0.5 < alike("ben", words.replace("thousand", "hundred")) < 1.0
        assert alike("ben", "Something else entirely, in my own words.") == 0.0
        erase(tx, ORG, "ana", now)
        assert alike("ben", words) == 0.0


def test_sketches() -> None:
    assert likeness(sketch_of(""), sketch_of("")) == 0.0
    assert likeness(sketch_of("Same words!"), sketch_of("same  WORDS https://x.org/1")) == 1.0
    assert likeness(sketch_of("same words", "a"), sketch_of("same words", "b")) == 0.0
    long = " ".join(f"w{number}" for number in range(500))
    half = " ".join(f"w{number}" for number in range(250))
    assert abs(likeness(sketch_of(long), sketch_of(half)) - 0.5) < 0.15
    assert likeness(sketch_of("我们的新产品发布了"), sketch_of("我们的新产品上市了")) > 0.4
    assert most_alike(["a b c d", "x y", "a b c e"])[0][:2] == (0, 2)


@pytest.mark.parametrize(
    ("text", "phrase", "there"),
    [
        ("We GUARANTEE it", "guarantee", True),
        ("guaranteed", "guarantee", False),
        ("guaranteed", "guarant*", True),
        ("the best-ever year", "best ever", True),
        ("number one. In 2026", "one in", True),
        ("bestever", "best ever", False),
        ("Weltmarktführer", "weltmarktfuhrer", False),
        ("weltmarktFÜHRER", "Weltmarktführer", True),
        ("see https://x.org/guarantee", "guarantee", False),
    ],
)  # fmt: skip
def test_phrases_are_found_word_by_word(text: str, phrase: str, there: bool) -> None:
    assert holds(text, phrase) is there


def test_words_that_stay_out_are_told_with_their_remedy(world: World) -> None:
    now = world.now
    policy = ContentPolicy.model_validate({"forbidden": [{"phrase": "guarantee", "remedy": "say “expect”"}]})
    with world.db.begin() as tx:
        set_policy(tx, ORG, policy, "hal", now, revision=None)
        publish_item(tx, ORG, item(), now)
        found = prepare_share(
            tx, ORG, "ana", "launch", "x", now=now, base_url="", words="I guarantee it"
        ).found
        assert [(one.phrase, one.remedy) for one in found] == [("guarantee", "say “expect”")]
