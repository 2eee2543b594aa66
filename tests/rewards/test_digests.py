"""The digest, as it arrives: on the day and at the hour that somebody chose, with what is new, and never late or twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.content.content import ChannelStatus, ContentItem, publish_item
from rewards.digests import LATE, make_digests, visit
from rewards.events import DIGEST_VISIT
from rewards.ledger.history import export_events
from rewards.mail.choices import DIGESTS, Choice, choose
from rewards.mail.tokens import token_for
from rewards.outside.mail import Mailed, Post, send_due
from rewards.outside.smtp import MailServer
from rewards.people.accounts import create_account
from rewards.people.membership import invite, join, pause
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.store import mail as rows
from rewards.store.persons import find_row
from rewards.thanks.recognition import give_kudos
from tests.conftest import SHARES, World
from tests.rewards.mailbox import Mailbox, mailbox

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GREEN = {"x": ChannelStatus(status="green")}
PEOPLE = (("ana", "en", "Europe/Madrid"), ("ben", "de", "Asia/Tokyo"))


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def world(db: Any) -> World:
    """It is Monday noon; Ana and Ben have an address and a sign-in."""
    made = World(db)
    made.now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    made.found()
    with db.begin() as tx:
        import_people(
            tx,
            made.organisation,
            [
                PersonRow(id=id_, name=id_.title(), email=f"{id_}@acme.example", segment="sales", team="north", timezone=zone, contacts=1,
                    locale=language)
                for id_, language, zone in PEOPLE
            ],
            made.now,
        )  # fmt: skip
        for id_, _, _ in PEOPLE:
            create_account(tx, made.organisation, id_, ["employee"], None, made.now)
    return made


def publish(world: World, name: str, **rest: Any) -> None:
    item = ContentItem(
        id=name,
        title=f"About {name}",
        url="https://acme.example/a",
        summary="In short.",
        channels=GREEN,
        **rest,
    )
    with world.db.begin() as tx:
        publish_item(tx, world.organisation, item, world.now)


def worked(world: World, box: Mailbox, at: datetime) -> Mailed:
    """What a worker that runs at an instant does."""
    with world.db.begin() as tx:
        make_digests(tx, world.organisation, at)
    server = MailServer("127.0.0.1", box.port, "none", "advocacy@acme.example", seconds=5.0)
    return send_due(world.db, at, Post(server, "https://share.acme.example"))


def at(day: int, hour: int, zone: str) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def begin(world: World, box: Mailbox) -> None:
    assert worked(world, box, world.now) == Mailed()
    world.now += timedelta(minutes=1)


def test_weekly_on_tuesday_morning_by_her_clocks_and_in_her_language(world: World, box: Mailbox) -> None:
    begin(world, box)
    publish(world, "news")
    assert worked(world, box, at(24, 8, "Asia/Tokyo")) == Mailed()
    assert worked(world, box, at(24, 9, "Asia/Tokyo")) == Mailed(sent=1)
    assert worked(world, box, at(24, 9, "Europe/Madrid") - HOUR) == Mailed()
    assert worked(world, box, at(24, 9, "Europe/Madrid")) == Mailed(sent=1)
    assert worked(world, box, at(24, 10, "Europe/Madrid")) == Mailed()
    assert box.to == ["ben@acme.example", "ana@acme.example"]
    german, english = (message.get_body(("plain",)).get_content() for message in box.got)  # type: ignore[union-attr]
    assert "Neu für dich" in german
    assert "New for you" in english
    for text in (german, english):
        assert "About news" in text
        assert "/digest/acme:" in text
    first = box.got[0]
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["List-Unsubscribe"].startswith("<https://share.acme.example/mail/unsubscribe/acme:")


def test_it_holds_thanks_and_the_next_goal_and_only_what_is_for_her(world: World, box: Mailbox) -> None:
    begin(world, box)
    publish(world, "hers", segments=("sales",))
    publish(world, "others", segments=("shop",))
    with world.db.begin() as tx:
        give_kudos(tx, world.organisation, "cleo", "ana", "Well <done>", tags=(), key="k", now=world.now)
    worked(world, box, at(24, 9, "Europe/Madrid"))
    (message,) = [one for one in box.got if "ana@" in str(one["To"])]
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "Cleo: “Well <done>”" in text
    assert "Well &lt;done&gt;" in html
    assert "“First”: 0 of 1" in text
    assert "About others" not in text
    assert message["Subject"] == "About hers"


def test_nothing_new_nothing_sent(world: World, box: Mailbox) -> None:
    begin(world, box)
    assert worked(world, box, at(24, 9, "Europe/Madrid")) == Mailed()
    publish(world, "news")
    assert worked(world, box, at(24, 12, "Europe/Madrid")) == Mailed(), "its hour has passed"


def test_after_a_rest_nobody_gets_yesterdays_digest_nor_two(world: World, box: Mailbox) -> None:
    begin(world, box)
    publish(world, "news")
    late = at(24, 9, "Europe/Madrid") + LATE + HOUR
    assert worked(world, box, late) == Mailed()
    assert worked(world, box, late + 6 * DAY) == Mailed()
    assert worked(world, box, at(1, 9, "Europe/Madrid") + 30 * DAY) == Mailed(sent=1)
    assert box.got[0]["To"].startswith("Ana"), "what she missed is in the next"


def test_a_digest_that_the_server_did_not_take_in_time_is_dropped(world: World, box: Mailbox) -> None:
    begin(world, box)
    publish(world, "news")
    box.recipients = ["451 later"]
    due = at(24, 9, "Europe/Madrid")
    assert worked(world, box, due).retried == 1
    box.recipients = ["250 fine"]
    assert worked(world, box, due + 7 * HOUR) == Mailed(expired=1)


def test_who_pauses_or_wants_none_gets_none(world: World, box: Mailbox) -> None:
    begin(world, box)
    publish(world, "news")
    with world.db.begin() as tx:
        pause(tx, world.organisation, "ana", world.now)
        choose(tx, world.organisation, "ben", Choice("off"), world.now)
    for hour in range(48):
        assert worked(world, box, world.now + hour * HOUR) == Mailed()


def test_under_a_scheme_for_the_enrolled_only_they_get_it(world: World, box: Mailbox) -> None:
    scheme = world.scheme(SHARES + "membership: enrolled\n")
    with world.db.begin() as tx:
        publish_scheme(tx, world.organisation, scheme, world.now, "hr", "why", world.now)
        invite(tx, world.organisation, world.now, "hr", people=["ana"])
        join(tx, world.organisation, "ana", world.now)
    assert worked(world, box, world.now) == Mailed(sent=1), "the invitation"
    world.now += timedelta(minutes=1)
    publish(world, "news")
    for hour in range(48):
        worked(world, box, world.now + hour * HOUR)
    assert [one["Subject"] for one in box.got if "Acme invites" not in one["Subject"]] == ["About news"]
    assert set(box.to) == {"ana@acme.example"}


def test_a_visit_is_an_event_of_its_own_once_a_digest_and_hers_alone(world: World) -> None:
    with world.db.begin() as tx:
        ana = find_row(tx, world.organisation, "ana").id
        token = token_for(tx, world.organisation, ana, "visit", "123")
        assert visit(tx, world.organisation, "ana", token, world.now)
        assert visit(tx, world.organisation, "ana", token, world.now + HOUR)
        assert not visit(tx, world.organisation, "ben", token, world.now)
        assert not visit(tx, world.organisation, "ana", token.replace(":123:", ":124:"), world.now)
        other = token_for(tx, world.organisation, ana, "unsubscribe", "123")
        assert not visit(tx, world.organisation, "ana", other, world.now)
    with world.db.read() as tx:
        events = [event for event in export_events(tx, world.organisation) if event.kind == DIGEST_VISIT]
    assert [(event.subject, event.occurred_at) for event in events] == [("ana", world.now)]
    world.sound()


choices = st.builds(
    Choice,
    st.sampled_from(DIGESTS),
    st.integers(0, 6),
    st.integers(0, 23),
    st.booleans(),
    st.integers(0, 23),
    st.integers(0, 23),
)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
zones = st.sampled_from(["UTC", "Europe/Madrid", "Asia/Kolkata", "Pacific/Apia", "America/St_Johns"])


@given(choice=choices, now=instants, zone=zones)
def test_the_next_digest_is_the_first_on_a_day_that_fits(choice: Choice, now: datetime, zone: str) -> None:
    due = choice.next_digest(now, zone)
    if choice.digest == "off":
        assert due is None
        return
    assert due is not None
    local = due.astimezone(ZoneInfo(zone))
    assert now < due <= now + 8 * DAY
    assert local.hour in (choice.hour, choice.hour + 1), "an hour that clocks leave out begins with the next"
    assert local.weekday() == choice.weekday if choice.digest == "weekly" else local.weekday() < 5


@given(choice=choices, now=instants, zone=zones)
def test_what_waits_for_the_end_of_quiet_hours_comes_when_they_end(
    choice: Choice, now: datetime, zone: str
) -> None:
    awake = choice.awake(now, zone)
    assert now <= awake <= now + 25 * HOUR
    if awake != now:
        assert choice.is_quiet(now.astimezone(ZoneInfo(zone)).hour)
        assert not choice.is_quiet(awake.astimezone(ZoneInfo(zone)).hour)


def test_there_is_a_row_for_each_who_never_chose(world: World, box: Mailbox) -> None:
    begin(world, box)
    with world.db.read() as tx:
        assert rows.without_choice(tx, world.organisation, 10) == []
