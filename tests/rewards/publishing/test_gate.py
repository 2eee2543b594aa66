"""The gate: one function for pages, API and commands; every condition by itself, and what becomes of the record."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rewards.faults import BadValue, Conflict, Refused
from rewards.people.accounts import create_account
from rewards.people.audit import Asked, read_log
from rewards.publishing.conditions import Plan, Rules, conditions, rights_for, rules_of
from rewards.publishing.drafts import create_draft, edit_draft, get_draft
from rewards.publishing.gate import (
    approve,
    change_rules,
    decision_of_version,
    decline,
    get_decision,
    list_decisions,
    propose,
    publish,
)
from rewards.publishing.publication import next_version, scheme_in_force
from rewards.publishing.rehearsals import note_rehearsal
from rewards.store.results import save_result
from tests.conftest import SHARES, World

SECOND = SHARES.replace("points: 20", "points: 25")
THIRD = SHARES.replace("points: 20", "points: 26")
WHY = "Shares pay a little more."


@pytest.fixture
def world(world: World) -> World:
    """ana and ben are HR, cleo administers, dan is an employee."""
    with world.db.begin() as tx:
        for person, roles in (("ana", ["hr"]), ("ben", ["hr"]), ("cleo", ["admin"]), ("dan", ["employee"])):
            create_account(tx, "acme", person, roles, None, world.now)
    return world


def plan(world: World, **other: Any) -> Plan:
    return replace(Plan("prospective", world.now + timedelta(hours=25), WHY), **other)


def draft(world: World, text: str = SECOND, actor: str = "ana") -> int:
    with world.db.begin() as tx:
        return create_draft(tx, "acme", world.scheme(text), actor, world.now).id


PRECISE = {
    "outcome": "human_clicks", "asked": 0.1, "relative": True, "half_width": 4.2, "part_of_range": 0.084, "reached": True,
}  # fmt: skip
IMPRECISE = {**PRECISE, "half_width": 6.53, "part_of_range": 0.1307, "reached": False}
BY_COMMAND = {
    **PRECISE,
    "asked": 50.0,
    "relative": False,
    "half_width": 81.0,
    "part_of_range": 0.21,
    "reached": False,
}


def rehearse(
    world: World,
    number: int,
    runs: int = 12,
    fair: bool = True,
    *,
    precision: dict[str, Any] | None = PRECISE,
) -> None:
    """What a rehearsal's result says, as far as the gate reads it."""
    with world.db.begin() as tx:
        found = get_draft(tx, "acme", number)
        body = {
            **({} if precision is None else {"precision": precision}),
            "provenance": {
                "runs": runs,
                "scenarios": [
                    {"name": "nothing", "schemes": {}},
                    {"name": "draft", "schemes": {"shares": found.hash}},
                ],
            },
            "choice": {
                "candidates": [
                    {
                        "scenario": "draft",
                        "incremental_clicks": {"median": 52.0, "p80": [32.0, 84.0]},
                        "checks": [
                            {
                                "outcome": "fairness",
                                "value": 0.9 if fair else 0.5,
                                "allowed": 0.8,
                                "passed": fair,
                            }
                        ],
                    }
                ]
            },
        }
        result = save_result(tx, "acme", "rehearsal", "A test", "0" * 64, body_json="{}", now=world.now)
        assert note_rehearsal(tx, "acme", result, body, "ana", now=world.now) == [found.hash]


def missing(world: World, number: int, asked: Plan) -> list[str]:
    with world.db.read() as tx:
        found = conditions(tx, "acme", get_draft(tx, "acme", number), asked, world.now)
    return [one.name for one in found if not one.kept]


def test_a_new_organisation_has_the_gate(world: World) -> None:
    with world.db.read() as tx:
        assert rules_of(tx, "acme") == Rules(True, 30, 24)
        assert len(rights_for(tx, "acme", "nobody")) == 0


def test_two_people_publish_what_was_rehearsed(world: World) -> None:
    number = draft(world)
    assert missing(world, number, plan(world)) == ["rehearsed", "fair", "by-two"]
    with (
        pytest.raises(Refused, match="was never rehearsed"),
        world.db.begin() as tx,
    ):
        propose(tx, "acme", number, plan(world), "ana", now=world.now)
    rehearse(world, number)
    with world.db.begin() as tx:
        proposal = propose(tx, "acme", number, plan(world), "ana", now=world.now)
    for actor, words in (
        ("ana", "wrote or proposed"),
        ("dan", "may not approve"),
        ("token:x", "may not approve"),
    ):
        with pytest.raises(Refused, match=words), world.db.begin() as tx:
            approve(tx, "acme", proposal.id, actor, "It is right.", now=world.now)
    with world.db.begin() as tx:
        version = approve(tx, "acme", proposal.id, "ben", "It is right.", now=world.now)
    assert version.effective_at == world.now + timedelta(hours=25)
    with world.db.read() as tx:
        found = decision_of_version(tx, "acme", version.version)
        assert found is not None
        assert (found.status, found.proposer, found.decider, found.words) == (
            "published",
            "ana",
            "ben",
            "It is right.",
        )
        assert found.forecast is not None
        assert found.forecast.clicks == (52.0, 32.0, 84.0)
        coming = next_version(tx, "acme", world.now)
        assert coming is not None
        assert coming.version == version.version
        live = scheme_in_force(tx, "acme", world.now)
        assert live is not None
        assert live.version == 1
    with pytest.raises(Conflict, match="published already"), world.db.begin() as tx:
        approve(tx, "acme", proposal.id, "ben", "Once more.", now=world.now)
    world.sound()


def test_a_draft_that_changed_after_its_rehearsal_is_not_let_through(world: World) -> None:
    number = draft(world)
    rehearse(world, number)
    with world.db.begin() as tx:
        proposal = propose(tx, "acme", number, plan(world), "ana", now=world.now)
    with world.db.begin() as tx:
        edit_draft(tx, "acme", number, world.scheme(THIRD), "ana", now=world.now)
    with pytest.raises(Conflict, match="was changed since it was proposed"), world.db.begin() as tx:
        approve(tx, "acme", proposal.id, "ben", "It is right.", now=world.now)
    assert "rehearsed" in missing(world, number, plan(world))
    with world.db.begin() as tx:
        edit_draft(tx, "acme", number, world.scheme(SECOND), "ben", now=world.now)
    # The very text that was rehearsed is as good as before; but ben has written at it now.
    assert missing(world, number, plan(world)) == ["by-two"]
    with pytest.raises(Refused, match="wrote or proposed"), world.db.begin() as tx:
        approve(tx, "acme", proposal.id, "ben", "It is right.", now=world.now)
    with world.db.begin() as tx:
        approve(tx, "acme", proposal.id, "cleo", "It is right.", now=world.now)


def test_a_rehearsal_grows_old_and_can_be_too_small(world: World) -> None:
    number = draft(world)
    rehearse(world, number, runs=11)
    assert missing(world, number, plan(world)) == ["rehearsed", "by-two"]
    rehearse(world, number)
    assert missing(world, number, plan(world)) == ["by-two"]
    world.now += timedelta(days=31)
    assert missing(world, number, plan(world)) == ["rehearsed", "by-two"]


@pytest.mark.parametrize(
    ("precision", "words"),
    [
        (IMPRECISE, "move the gain by 13.1 % of its range, and 10 % of its range was stated: rehearse it with more runs"),
        ({**IMPRECISE, "half_width": None, "part_of_range": None}, "move the gain by –, and 10 % was stated"),
        (None, "in 12 runs states no precision: rehearse it to one"),
        (BY_COMMAND, "move the gain by 81 clicks, and 50 clicks was stated"),
        ({**BY_COMMAND, "outcome": "shares", "reached": True}, "in 12 runs states no precision: rehearse it to one"),
        ({**BY_COMMAND, "asked": 1e6, "part_of_range": 0.6, "reached": True}, "by 60 % of its range, where 25 % is the most that holds"),
        ({**PRECISE, "asked": 0.5, "part_of_range": 0.26}, "by 26 % of its range, where 25 % is the most that holds"),
    ],
)  # fmt: skip
def test_the_stated_precision_or_a_reason(world: World, precision: dict[str, Any] | None, words: str) -> None:
    number = draft(world)
    rehearse(world, number, precision=precision)
    assert missing(world, number, plan(world)) == ["rehearsed", "by-two"]
    for exception in ("", "why"):
        with pytest.raises(Refused, match=re.escape(words)), world.db.begin() as tx:
            propose(tx, "acme", number, plan(world, exception=exception), "ana", now=world.now)
    written = plan(world, exception="The season begins before more runs are done.")
    assert missing(world, number, written) == ["by-two"]
    with world.db.begin() as tx:
        made = propose(tx, "acme", number, written, "ana", now=world.now)
        approve(tx, "acme", made.id, "ben", "It is right.", now=world.now)
        found = get_decision(tx, "acme", made.id)
    assert found.plan.exception == written.exception
    assert found.forecast is not None
    assert not found.forecast.precise


def test_a_reason_never_stands_for_a_rehearsal(world: World) -> None:
    number = draft(world)
    written = plan(world, exception="The season begins before more runs are done.")
    assert missing(world, number, written) == ["rehearsed", "fair", "by-two"]
    rehearse(world, number, runs=11, precision=PRECISE)
    assert missing(world, number, written) == ["rehearsed", "by-two"]


def test_the_limit_on_fairness_or_a_reason(world: World) -> None:
    number = draft(world)
    rehearse(world, number, fair=False)
    with pytest.raises(Refused, match="below 80 %"), world.db.begin() as tx:
        propose(tx, "acme", number, plan(world), "ana", now=world.now)
    with pytest.raises(Refused, match="below 80 %"), world.db.begin() as tx:
        propose(tx, "acme", number, plan(world, exception="why"), "ana", now=world.now)
    with world.db.begin() as tx:
        made = propose(
            tx, "acme", number, plan(world, exception="A pilot of four weeks."), "ana", now=world.now
        )
        assert get_decision(tx, "acme", made.id).plan.exception == "A pilot of four weeks."


def test_people_are_told_before_it_counts(world: World) -> None:
    number = draft(world)
    rehearse(world, number)
    with pytest.raises(Refused, match="told 24 hours before"), world.db.begin() as tx:
        propose(
            tx,
            "acme",
            number,
            plan(world, effective_at=world.now + timedelta(hours=23)),
            "ana",
            now=world.now,
        )
    with world.db.begin() as tx:
        proposal = propose(tx, "acme", number, plan(world), "ana", now=world.now)
    # The yes comes so late that nobody could be told any more.
    world.now += timedelta(hours=2)
    with pytest.raises(Refused, match="told 24 hours before"), world.db.begin() as tx:
        approve(tx, "acme", proposal.id, "ben", "It is right.", now=world.now)
    with world.db.begin() as tx:
        change_rules(tx, "acme", Rules(True, 30, 0), "cleo", world.now)
        again = propose(tx, "acme", number, plan(world, effective_at=world.now), "ana", now=world.now)
        assert get_decision(tx, "acme", proposal.id).status == "withdrawn"
        assert approve(tx, "acme", again.id, "ben", "It is right.", now=world.now).effective_at == world.now


def test_publish_is_the_second_yes_or_says_what_is_missing(world: World) -> None:
    number = draft(world)
    with (
        pytest.raises(Refused, match=r"never rehearsed.*told 24 hours.*Whoever wrote"),
        world.db.begin() as tx,
    ):
        publish(tx, "acme", number, plan(world, effective_at=world.now), "ana", now=world.now)
    rehearse(world, number)
    with world.db.begin() as tx:
        propose(tx, "acme", number, plan(world), "ana", now=world.now)
    with pytest.raises(Refused, match="Whoever wrote or proposed"), world.db.begin() as tx:
        publish(tx, "acme", number, plan(world), "ana", now=world.now)
    with world.db.begin() as tx:
        assert (
            publish(tx, "acme", number, plan(world, reason="I agree."), "ben", now=world.now).actor == "ben"
        )


def test_an_emergency_is_recorded(world: World) -> None:
    number = draft(world)
    with pytest.raises(BadValue, match="limit 10 to"), world.db.begin() as tx:
        publish(tx, "acme", number, plan(world, reason="Now!"), "cleo", now=world.now, past_gate=True)
    with world.db.begin() as tx:
        now = plan(world, effective_at=world.now, reason="The live scheme pays a forged network.")
        version = publish(tx, "acme", number, now, "cleo", now=world.now, past_gate=True)
        found = decision_of_version(tx, "acme", version.version)
        assert found is not None
        assert (found.past_gate, found.decider, found.forecast) == (True, "cleo", None)
        lines = read_log(tx, "acme", Asked(action="gate.bypass"), "UTC").lines
    assert [(line.actor, line.reason) for line in lines] == [
        ("cleo", "The live scheme pays a forged network.")
    ]


def test_declined_and_withdrawn(world: World) -> None:
    number = draft(world)
    rehearse(world, number)
    with world.db.begin() as tx:
        first = propose(tx, "acme", number, plan(world), "ana", now=world.now)
    with pytest.raises(Refused, match="may not decide"), world.db.begin() as tx:
        decline(tx, "acme", first.id, "dan", "I would rather not.", now=world.now)
    with world.db.begin() as tx:
        assert (
            decline(tx, "acme", first.id, "ben", "Too much for shares.", now=world.now).status == "declined"
        )
        second = propose(tx, "acme", number, plan(world), "ana", now=world.now)
        assert (
            decline(tx, "acme", second.id, "ana", "On second thoughts.", now=world.now).status == "withdrawn"
        )
        assert [one.status for one in list_decisions(tx, "acme", draft=number)] == ["withdrawn", "declined"]


def test_without_the_gate_whoever_writes_publishes(world: World) -> None:
    with pytest.raises(BadValue, match="limit 0 to"), world.db.begin() as tx:
        change_rules(tx, "acme", Rules(True, 30, -1), "cleo", world.now)
    with world.db.begin() as tx:
        change_rules(tx, "acme", Rules(False, 30, 24), "cleo", world.now)
    number = draft(world)
    with world.db.begin() as tx:
        version = publish(
            tx, "acme", number, plan(world, effective_at=world.now, reason="ok"), "ana", now=world.now
        )
        found = decision_of_version(tx, "acme", version.version)
    assert found is not None
    assert (found.proposer, found.decider, found.past_gate) == ("ana", "ana", False)
