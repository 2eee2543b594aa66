"""The content desk: written, reviewed, approved or rejected with a reason, recalled; by whom, and what two people at once see."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from rewards.content import content
from rewards.content.content import (
    get_item,
    green_lit_for,
    offered,
    publish_item,
    recall,
    recalled,
    recalls_for,
    seen_recall,
    tell_of_recalls,
)
from rewards.content.desk import approve, discard, find_draft, history, reject, save_draft, submit
from rewards.content.items import ContentItem, read_item
from rewards.content.links import declare_share, follow_link, leads_to, prepare_share
from rewards.content.policy import ContentPolicy, set_policy
from rewards.faults import BadValue, Conflict, NotFound, Refused, Stale
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.store.schema import mail
from rewards.store.webhooks import take_from_outbox
from tests.conftest import World

ORG = "acme"


def item(**changes: object) -> ContentItem:
    fields = {
        "id": "launch",
        "title": "Launch",
        "url": "https://acme.example/launch",
        "channels": {
            "linkedin": {"status": "green"},
            "x": {"status": "amber", "reason": "no names", "ask": "ben"},
        },
        "disclosure": "I work at Acme.",
    }
    return ContentItem.model_validate(fields | changes)


def test_an_item_goes_from_draft_to_the_grid_with_its_history(world: World) -> None:
    now = world.now
    with world.db.begin() as tx:
        draft = save_draft(tx, ORG, item(), "ana", now)
        assert (draft.status, draft.revision) == ("draft", 1)
        with pytest.raises(Conflict, match="submit it for review first"):
            approve(tx, ORG, "launch", "ben", "", now=now)
        submit(tx, ORG, "launch", "ana", now)
        with pytest.raises(BadValue, match="got none"):
            reject(tx, ORG, "launch", "ben", " ", now=now)
        assert reject(tx, ORG, "launch", "ben", "too long", now=now).status == "rejected"
        save_draft(tx, ORG, item(title="Launched"), "ana", now, revision=1)
        submit(tx, ORG, "launch", "ana", now)
        with pytest.raises(Stale):
            approve(tx, ORG, "launch", "ben", "", now=now, revision=1)
        assert green_lit_for(tx, ORG, "ana", now) == []
        assert approve(tx, ORG, "launch", "ben", "fine", now=now, revision=2) is None
        (published,) = green_lit_for(tx, ORG, "ana", now)
        assert (published.title, published.approver) == ("Launched", "ben")
        told = [(one.decision, one.actor, one.reason) for one in reversed(history(tx, ORG, "launch"))]
        assert told == [
            ("submit", "ana", ""), ("reject", "ben", "too long"), ("submit", "ana", ""), ("approve", "ben", "fine"),
            ("publish", "ben", ""),
        ]  # fmt: skip


def test_where_two_are_asked_for_the_author_alone_publishes_nothing(world: World) -> None:
    now = world.now
    with world.db.begin() as tx:
        set_policy(tx, ORG, ContentPolicy(people_to_approve=2), "hal", now, revision=0)
        save_draft(tx, ORG, item(), "ana", now)
        submit(tx, ORG, "launch", "ana", now)
        with pytest.raises(Refused, match="'ana' wrote it"):
            approve(tx, ORG, "launch", "ana", "", now=now)
        assert approve(tx, ORG, "launch", "ben", "", now=now) is None
        # A change by the one who approved has another author, and the approval of before does not extend to it.
        set_policy(tx, ORG, ContentPolicy(people_to_approve=3), "hal", now, revision=1)
        save_draft(tx, ORG, item(title="B"), "ana", now, revision=0)
        submit(tx, ORG, "launch", "ana", now)
        waiting = approve(tx, ORG, "launch", "ben", "", now=now)
        assert waiting is not None
        assert waiting.approved_by == ("ben",)
        assert approve(tx, ORG, "launch", "ben", "", now=now) is not None
        save_draft(tx, ORG, item(title="C"), "ben", now, revision=waiting.revision)
        submit(tx, ORG, "launch", "ben", now)
        again = approve(tx, ORG, "launch", "ana", "", now=now)
        assert again is not None
        assert again.approved_by == ("ana",)
        assert get_item(tx, ORG, "launch").title == "Launch"
        assert approve(tx, ORG, "launch", "dan", "", now=now) is None
        assert get_item(tx, ORG, "launch").title == "C"


def test_two_at_once_lose_nothing_silently(world: World) -> None:
    now = world.now
    with world.db.begin() as tx:
        save_draft(tx, ORG, item(), "ana", now)
        with pytest.raises(Conflict, match="the id is taken"):
            save_draft(tx, ORG, item(), "ben", now)
        save_draft(tx, ORG, item(title="Ana's"), "ana", now, revision=1)
        with pytest.raises(Stale, match="revision 2 stands"):
            save_draft(tx, ORG, item(title="Ben's"), "ben", now, revision=1)
        draft = find_draft(tx, ORG, "launch")
        assert draft is not None
        assert draft.item.title == "Ana's"
        discard(tx, ORG, "launch", "ana", now)
        with pytest.raises(NotFound):
            discard(tx, ORG, "launch", "ana", now)
        # A draft that begins anew does not take a revision for a second time: approvals name it.
        assert save_draft(tx, ORG, item(), "ana", now).revision == 3


def test_what_stays_out_of_texts_is_refused_with_its_remedy(world: World) -> None:
    now = world.now
    policy = ContentPolicy.model_validate(
        {
            "forbidden": [
                {"phrase": "guarant*", "remedy": "say “we expect”"},
                {"phrase": "no 1", "language": "de"},
            ]
        }
    )
    with world.db.begin() as tx:
        set_policy(tx, ORG, policy, "hal", now, revision=0)
        texts = [{"text": "The result is GUARANTEED.", "segments": ["sales"]}]
        save_draft(tx, ORG, item(variants=texts), "ana", now)
        with pytest.raises(BadValue, match="say “we expect”"):
            submit(tx, ORG, "launch", "ana", now)
        save_draft(tx, ORG, item(replies=[{"text": "We are No. 1"}]), "ana", now, revision=1)
        assert submit(tx, ORG, "launch", "ana", now).status == "in_review"


def test_a_recall_works(world: World) -> None:
    now = world.now
    with world.db.begin() as tx:
        publish_item(tx, ORG, item(), now)
        codes = [
            prepare_share(tx, ORG, "ana", "launch", channel, now=now).code for channel in ("linkedin", "x")
        ]
        prepare_share(tx, ORG, "ben", "launch", "x", now=now)
        declare_share(tx, ORG, "ana", codes[0], now)
        assert leads_to(tx, codes[0]).recall is None
        assert (
            recall(tx, ORG, "launch", "a wrong figure", now, actor="hal", notice="The figure was wrong.") == 2
        )
        assert recall(tx, ORG, "launch", "another", now, actor="hal") == 0

        target = leads_to(tx, codes[0]).recall
        assert target is not None
        assert (target.notice, target.title) == ("The figure was wrong.", "Launch")
        followed = follow_link(tx, codes[0], "", "visitor", now)
        assert (followed.counted, followed.why) == (False, "recalled")
        with pytest.raises(Refused, match="take the post down"):
            declare_share(tx, ORG, "ana", codes[1], now)
        # Saying again what was said before the recall is no fault.
        assert declare_share(tx, ORG, "ana", codes[0], now).status == "duplicate"

        (told,) = recalls_for(tx, ORG, "ana")
        assert (told.reason, set(told.channels)) == ("a wrong figure", {"linkedin", "x"})
        assert recalls_for(tx, ORG, "dan") == []
        seen_recall(tx, ORG, "ana", "launch", now)
        assert recalls_for(tx, ORG, "ana") == []
        assert len(recalls_for(tx, ORG, "ben")) == 1
        topics = [row.topic for row in take_from_outbox(tx, 100, 0)]
        assert topics.count("content.recalled") == 1

        publish_item(tx, ORG, item(), now + timedelta(hours=1))
        assert recalled(tx, ORG, "launch") is None
        assert leads_to(tx, codes[0]).recall is None
        assert recalls_for(tx, ORG, "ben") == []
        recall(tx, ORG, "launch", "again", now + timedelta(hours=2))
        assert [one.reason for one in recalls_for(tx, ORG, "ana")] == ["again"]


def test_what_is_new_and_fits_comes_first_and_what_was_shared_last(world: World) -> None:
    now = world.now
    with world.db.begin() as tx:
        for days, changes in (
            (40, {"id": "old"}),
            (40, {"id": "hers", "segments": ["sales"]}),
            (3, {"id": "new"}),
            (1, {"id": "newest", "topic": "people"}),
            (0, {"id": "shared", "topic": "finance"}),
            (0, {"id": "later", "starts_on": (now + timedelta(days=3)).date()}),
            (0, {"id": "others", "segments": ["nobody's"]}),
            (0, {"id": "closed", "channels": {"x": {"status": "red"}}}),
        ):
            publish_item(tx, ORG, item(**changes), now - timedelta(days=days))
        found = offered(tx, ORG, "ana", now, {"shared"}, limit=24)
        assert [one.id for one in found.open] == ["newest", "new", "hers", "old", "shared"]
        assert [one.id for one in found.closed] == ["closed"]
        with pytest.raises(Refused, match="may be shared from"):
            prepare_share(tx, ORG, "ana", "later", "x", now=now)


def test_all_sharers_are_told_by_mail_however_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = world.now
    monkeypatch.setattr(content, "TOLD_AT_ONCE", 2)
    people = [
        PersonRow(
            id=f"s{number}",
            name="S",
            email=f"s{number}@x.org",
            segment="s",
            team="t",
            timezone="UTC",
            contacts=1,
        )
        for number in range(5)
    ]
    with world.db.begin() as tx:
        import_people(tx, ORG, people, now)
        publish_item(tx, ORG, item(), now)
        for one in people:
            for channel in ("x", "linkedin"):
                prepare_share(tx, ORG, one.id, "launch", channel, now=now)
        assert recall(tx, ORG, "launch", "a wrong figure", now) == 5
        assert [tell_of_recalls(tx, ORG, now) for _ in range(4)] == [2, 1, 0, 0]
        mails = tx.execute(select(mail.c.person_id).where(mail.c.kind == "recall")).scalars().all()
        assert len(mails) == len(set(mails)) == 5


class Held(BaseModel):
    item: ContentItem


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "."}, {"id": ".."}, {"channels": {"..": {"status": "green"}}}, {"url": "https://exa mple.org/"},
        {"url": "https://acme.example:99999/"}, {"url": "https://acme.example:port/"}, {"url": "https://[::1"},
        {"url": "https://user:secret@acme.example/"}, {"url": "https://:80/"},
        {"starts_on": "2027-01-03", "expires_at": "2027-01-01T23:00:00Z"}, {"title": "\u200b \u2060"}, {"title": "a\x00b"},
        {"disclosure": "\x00"}, {"segments": ["\x00"]}, {"variants": [{"text": "a\x00b"}]},
    ],
)  # fmt: skip
def test_what_nobody_could_open_is_not_taken_any_more_but_read_where_it_is_stored(
    changes: dict[str, object],
) -> None:
    with pytest.raises(ValidationError):
        item(**changes)
    if not str(changes.get("url", "")).startswith("https://["):
        stored = item().model_dump(mode="json") | changes
        found = read_item(json.dumps(stored))
        assert found.id == stored["id"]
        assert Held(item=found).item is found, "it is shown in answers too"
