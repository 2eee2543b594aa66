"""Which posterior a company believes: the one accepted last and not taken back, named by its digest and kept once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from rewards.faults import BadValue, Conflict, NotFound
from rewards.forecasts.recalibrations import (
    belief_of,
    decide,
    document_of,
    get_recalibration,
    propose,
    propose_once,
    with_belief,
    withdraw,
)
from rewards.store.session import Database, Transaction
from tests.company import ORGANISATION, make_company

NOW = datetime.now(UTC)


def posterior(value: float) -> dict[str, Any]:
    return {"provenance": {}, "names": ["opportunities_per_week"], "values": [[value]]}


def accepted(tx: Transaction, value: float, minutes: int) -> int:
    at = NOW + timedelta(minutes=minutes)
    number = propose(tx, ORGANISATION, posterior(value), actor="sam", now=at)
    decide(tx, ORGANISATION, number, True, "it fits", actor="sam", now=at)
    return number


def test_the_one_accepted_last_is_believed_until_it_is_taken_back(db: Database) -> None:
    make_company(db)
    with db.begin() as tx:
        assert belief_of(tx, ORGANISATION) is None
        first, second = accepted(tx, 4.0, 1), accepted(tx, 5.0, 2)
        named = belief_of(tx, ORGANISATION)
        assert named is not None
        assert named == {
            "recalibration": second,
            "hash": get_recalibration(tx, ORGANISATION, second).content_hash,
        }
        assert belief_of(tx, ORGANISATION, "published") is None
        with pytest.raises(BadValue, match="say why"):
            withdraw(tx, ORGANISATION, second, " ", actor="sam", now=NOW)
        withdraw(tx, ORGANISATION, second, "it missed April", actor="sam", now=NOW)
        found = get_recalibration(tx, ORGANISATION, second)
        assert (found.status, found.reason) == ("withdrawn", "it missed April")
        assert (belief_of(tx, ORGANISATION) or {})["recalibration"] == first
        for number in (second, propose(tx, ORGANISATION, posterior(6.0), actor="sam", now=NOW)):
            with pytest.raises(Conflict, match="is not accepted"):
                withdraw(tx, ORGANISATION, number, "again", actor="sam", now=NOW)
        withdraw(tx, ORGANISATION, first, "nor that", actor="sam", now=NOW)
        assert belief_of(tx, ORGANISATION) is None
        with pytest.raises(NotFound):
            withdraw(tx, ORGANISATION, 10**6, "none", actor="sam", now=NOW)


def test_a_specification_names_it_and_is_made_whole_from_what_is_kept(db: Database) -> None:
    make_company(db)
    with db.begin() as tx:
        number = accepted(tx, 4.0, 1)
        spec = json.dumps({"a": 1, "posterior": belief_of(tx, ORGANISATION)})
        whole = json.loads(with_belief(tx, ORGANISATION, spec))
        assert whole["posterior"]["document"] == posterior(4.0)
        again = json.dumps(whole)
        assert with_belief(tx, ORGANISATION, again) == again
        for plain in ({"a": 1}, {"posterior": None}, {"posterior": posterior(1.0)}):
            assert with_belief(tx, ORGANISATION, json.dumps(plain)) == json.dumps(plain)
        # Another one accepted since changes nothing of what was asked before.
        accepted(tx, 5.0, 2)
        assert json.loads(with_belief(tx, ORGANISATION, spec)) == whole
        tx.execute(text("UPDATE recalibration SET document = '{}' WHERE id = :id"), {"id": number})
        with pytest.raises(ValueError, match="not the posterior that was asked for"):
            with_belief(tx, ORGANISATION, spec)
        with pytest.raises(NotFound):
            document_of(tx, "another", number)


def test_the_same_posterior_is_proposed_once(db: Database) -> None:
    make_company(db)
    with db.begin() as tx:
        first = propose_once(tx, ORGANISATION, posterior(4.0), actor="sam", now=NOW)
        assert propose_once(tx, ORGANISATION, posterior(4.0), actor="ana", now=NOW) == first
        other = propose_once(tx, ORGANISATION, posterior(5.0), actor="sam", now=NOW)
        assert other != first
        # One that was accepted while another waits leaves that one open.
        decide(tx, ORGANISATION, first, True, "it fits", actor="sam", now=NOW)
        assert propose_once(tx, ORGANISATION, posterior(4.0), actor="ana", now=NOW) == first
        decide(tx, ORGANISATION, other, False, "too few weeks", actor="sam", now=NOW)
        anew = propose_once(tx, ORGANISATION, posterior(5.0), actor="ana", now=NOW)
        assert anew not in (first, other)
        assert get_recalibration(tx, ORGANISATION, anew).open
        assert get_recalibration(tx, ORGANISATION, other).reason == "too few weeks"
        withdraw(tx, ORGANISATION, first, "an outage was in it", actor="sam", now=NOW)
        assert propose_once(tx, ORGANISATION, posterior(4.0), actor="ana", now=NOW) > anew
