"""Names of channels and topics are one thing everywhere, in any language, whatever the capitals and spaces."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rewards.content.content import ChannelStatus, ContentItem, publish_item
from rewards.content.links import declare_share, prepare_share, tagged
from rewards.document import load_document
from rewards.events import Event, parse_cloudevent, payload_hash
from rewards.faults import BadValue, Conflict
from rewards.fields import name_of
from rewards.language import speaking
from rewards.people_file import PersonRow
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.replay import replay
from rewards.scoring.tables import compile_scheme
from tests.conftest import World

CASES = Path(__file__).parents[3] / "shared" / "cases"
NAMES = [
    ("Microsoft Teams", "MICROSOFT  teams"),
    ("Product launch", " product\u00a0Launch "),
    ("Straße", "STRASSE"),
    ("Ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ"),
    ("微信 朋友圈", "微信 朋友圈"),
    ("Café", "cafe\u0301"),
    ("ＬｉｎｋｅｄＩｎ", "linkedin"),
    ("Ąžuolas & Co. (intern)", "ąžuolas & co. (INTERN)"),
    ("R&D/Labs?#%", "r&d/labs?#%"),
    ("LİNKEDİN", "linkedin"),
    ("lınkedın", "LINKEDIN"),
    ("Linked\u00adIn\u200b", "linkedin"),
    ("\u200fلينكدإن\u200e", "لينكدإن"),
    ("❤\ufe0f Team", "❤ TEAM"),
    ("👩\u200d💻", "👩\u200d💻"),
]


@given(st.text(max_size=40))
def test_the_form_of_a_name_is_its_own_form(text: str) -> None:
    assert name_of(name_of(text)) == name_of(text)


@pytest.mark.parametrize(("one", "other"), NAMES)
def test_two_ways_of_writing_a_name_are_one_name(one: str, other: str) -> None:
    assert name_of(one) == name_of(other)
    first, second = (
        Event(
            source="s",
            id="1",
            kind="share",
            subject="ana",
            occurred_at="2026-03-02T10:00:00Z",
            channel=name,
            tags=(name,),
        )
        for name in (one, other)
    )
    assert payload_hash(first) == payload_hash(second)


@pytest.mark.parametrize(("one", "other"), NAMES)
def test_a_scheme_means_the_channel_and_the_topic_however_they_are_written(one: str, other: str) -> None:
    document = {
        "name": "s", "title": "S", "unrewarded_channels": [other],
        "rules": [
            {"id": "share", "title": "Share", "on": "share", "points": 1},
            {"id": "tagged", "title": "Tagged", "on": "click", "points": 2, "when": {"all": [{"tag": [other]}, {"channel": [one + " x"]}]}},
        ],
    }  # fmt: skip
    scheme = load_document(json.dumps(document), IncentiveScheme)
    assert scheme.is_unrewarded(one)
    at = "2026-03-02T10:00:00Z"
    events = [
        Event(source="s", id="a", kind="share", subject="ana", occurred_at=at, object="1", channel=one),
        Event(source="s", id="b", kind="share", subject="ana", occurred_at=at, object="2", channel="elsewhere"),
        Event(source="s", id="c", kind="click", subject="ana", occurred_at=at, object="3", channel=other + " X", tags=(one,)),
    ]  # fmt: skip
    people = [PersonRow(id="ana", segment="s", team="t", timezone="UTC", contacts=1)]
    found = replay(events, compile_scheme(scheme), people).entries
    told = [(one.occasion.event.id, one.entry.item, one.entry.reason.value) for one in found]
    assert told == [
        ("a", "share", "channel_unrewarded"), ("b", "share", "awarded"), ("c", "tagged", "awarded"),
    ]  # fmt: skip


def item(**changes: object) -> ContentItem:
    fields = {
        "id": "launch",
        "title": "Launch",
        "url": "https://acme.example/launch",
        "channels": {"linkedin": {"status": "green"}},
    }
    return ContentItem.model_validate(fields | changes)


@pytest.mark.parametrize(("one", "other"), NAMES)
def test_an_item_that_can_be_published_can_be_shared_and_declared(world: World, one: str, other: str) -> None:
    published = item(
        topic=one, channels={one: {"status": "green", "reason": "ours"}}, suggested_texts=("Read it.",)
    )
    assert published.on(other) == ChannelStatus(status="green", reason="ours")
    with world.db.begin() as tx:
        publish_item(tx, "acme", published, world.now)
        draft = prepare_share(tx, "acme", "ana", "launch", other, now=world.now)
        assert (
            prepare_share(tx, "acme", "ana", "launch", one, now=world.now + timedelta(hours=1)).code
            == draft.code
        )
        receipt = declare_share(tx, "acme", "ana", draft.code, world.now)
    assert receipt.status == "awarded"
    assert draft.prefilled is (name_of(one) != "linkedin")
    world.sound()


def test_an_item_without_a_topic_can_be_declared(world: World) -> None:
    with world.db.begin() as tx:
        publish_item(tx, "acme", item(topic=" "), world.now)
        code = prepare_share(tx, "acme", "ana", "launch", "LinkedIn", now=world.now).code
        assert declare_share(tx, "acme", "ana", code, world.now).status == "awarded"


@pytest.mark.parametrize(
    "channels", [{"LinkedIn": {"status": "green"}, "linkedin": {"status": "red"}}, {" ": {"status": "green"}}]
)
def test_two_channels_of_one_name_and_one_without_are_refused(channels: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=r"stands twice|has 0 characters"):
        item(channels=channels)


@pytest.mark.parametrize("bad", ["", "  ", "x" * 65, "a\x00b", "a\nb\x07"])
def test_what_is_no_name_is_refused(bad: str) -> None:
    message = {
        "specversion": "1.0", "id": "1", "source": "s", "type": "org.groundswell.share", "subject": "ana",
        "time": "2026-03-02T10:00:00Z", "data": {"channel": bad},
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"^data.channel: got "):
        parse_cloudevent(message)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/x", "https://a.example/x?OURS"),
        (
            "https://a.example/x?id=7&utm_source=newsletter&utm_medium=email#top",
            "https://a.example/x?id=7&OURS#top",
        ),
        ("https://a.example/x?UTM_Source=n&utm%5Fmedium=e&id=7", "https://a.example/x?id=7&OURS"),
        (
            "https://a.example/x?utm_source=a&utm_source=b&utm_content=c",
            "https://a.example/x?utm_content=c&OURS",
        ),
        (
            "https://a.example/x?a=1&a=2&b&c=%C3%A9+%20#utm_source=z",
            "https://a.example/x?a=1&a=2&b&c=%C3%A9+%20&OURS#utm_source=z",
        ),
        (
            "https://a.example/x?next=%26utm_source%3Dq&utm_campaign",
            "https://a.example/x?next=%26utm_source%3Dq&OURS",
        ),
        ("https://a.example/?#", "https://a.example/?OURS"),
        (
            "https://Bücher.Straße.example:8443/a#x",
            "https://xn--bcher-kva.xn--strae-oqa.example:8443/a?OURS#x",
        ),
        ("https://アクメ.example", "https://xn--cck0a4k.example?OURS"),
    ],
)
def test_each_parameter_stands_once_and_the_rest_is_kept(url: str, link: str) -> None:
    ours = "utm_source=microsoft+teams&utm_medium=employee&utm_campaign=launch"
    assert tagged(url, "microsoft teams", "launch") == link.replace("OURS", ours)


def test_the_cases_of_channels_topics_and_links() -> None:
    lines = (CASES / "channels-in-capitals.jsonl").read_text().splitlines()
    assert {parse_cloudevent(json.loads(line)).channel for line in lines} == {"facebook"}
    for case in ("topic-with-space", "channel-with-space", "url-with-utm"):
        ContentItem.model_validate_json((CASES / f"item-{case}.json").read_text())


def test_words_of_the_program_in_a_message_are_translated_with_it() -> None:
    refusal = "suggestion {suggestion}: was {status} already; see the list"
    assert (
        str(Conflict(refusal, suggestion=3, status="declined"))
        == "suggestion 3: was declined already; see the list"
    )
    with speaking("de"):
        assert (
            str(Conflict(refusal, suggestion=3, status="declined"))
            == "Vorschlag 3: war schon abgelehnt; sieh in die Liste"
        )
        too_long = BadValue(
            "{what} of {count} characters: limit {most}; say it in fewer words",
            what="reason",
            count=9,
            most=5,
        )
        assert str(too_long).startswith("Begründung ")
        named = BadValue("content item {item!r}: not on the grid; publish it first", item="declined")
        assert "'declined'" in str(named), "what somebody named is no word of the program"
