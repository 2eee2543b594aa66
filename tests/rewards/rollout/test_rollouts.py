"""A rollout of the live programme: registered before it starts, carried out by the worker, and nobody's turn comes early."""

from datetime import UTC, datetime, timedelta

import pytest

from rewards.events import Event
from rewards.faults import BadValue, Conflict, Refused
from rewards.ledger.intake import record
from rewards.people.membership import invite, join, membership_of
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.rollout.rollouts import carry_out, count_teams, get_rollout, list_rollouts, stop, teams_to_draw
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database
from rewards.worker import work_once
from sims.rollout.live import analysis_of, plan_of, register
from sims.rollout.plan import Wish

ORG = "acme"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST = (NOW + timedelta(days=7)).date()
WISH = Wish(baseline_weeks=1, weeks=3)
TEAMS, SIZE = 12, 3


def staff(team_of: dict[str, str] | None = None) -> list[PersonRow]:
    """Everybody; whose team is told is in that one by now."""
    return [
        PersonRow.model_validate(
            {
                "id": f"p{team:02d}-{at}",
                "name": f"P {team} {at}",
                "segment": f"s{team % 2}",
                "team": (team_of or {}).get(f"p{team:02d}-{at}", f"t{team:02d}"),
                "timezone": "UTC",
                "contacts": 100,
            }
        )
        for team in range(TEAMS)
        for at in range(SIZE)
    ]


@pytest.fixture
def company(db: Database) -> Database:
    enrolled = PRESETS["clicks"].model_copy(update={"membership": "enrolled"})
    with db.begin() as tx:
        create_organisation(tx, ORG, "Acme", "UTC", NOW)
        import_people(tx, ORG, staff(), NOW)
        publish_scheme(tx, ORG, enrolled, NOW, "hal", "a test", NOW)
    return db


def registered(db: Database, wish: Wish = WISH) -> int:
    with db.begin() as tx:
        return register(tx, ORG, wish, FIRST, title="Rollout", expected=None, actor="hal", now=NOW)


def at_day(days: int) -> datetime:
    return datetime.combine(FIRST, datetime.min.time(), tzinfo=UTC) + timedelta(days=days, hours=10)


def standings(db: Database, now: datetime) -> dict[str, str]:
    with db.read() as tx:
        return {
            f"p{team:02d}-{at}": membership_of(tx, ORG, f"p{team:02d}-{at}", now).standing
            for team in range(TEAMS)
            for at in range(SIZE)
        }


def arms(db: Database, number: int) -> dict[str, str]:
    with db.read() as tx:
        return {one.name: one.arm for one in plan_of(get_rollout(tx, ORG, number)).clusters}


def test_it_is_registered_before_it_starts_and_never_changes(company: Database) -> None:
    number = registered(company)
    with company.read() as tx:
        found = get_rollout(tx, ORG, number)
        plan = plan_of(found)
        assert [one.id for one in list_rollouts(tx, ORG)] == [number]
    assert (found.first, found.last, found.content_hash) == (FIRST, FIRST + timedelta(days=27), plan.hash)
    assert found.standing(NOW.date()) == "waiting"
    with pytest.raises(Conflict, match="another is under way"):
        registered(company)
    with company.begin() as tx, pytest.raises(BadValue, match="registered before it starts"):
        register(tx, ORG, WISH, NOW.date(), title="Late", expected=None, actor="hal", now=NOW)


def test_two_draws_of_one_company_differ(company: Database) -> None:
    number = registered(company)
    first = arms(company, number)
    with company.begin() as tx:
        stop(tx, ORG, number, "drawn for a test", actor="hal", now=NOW)
    assert any(arms(company, number_of_again(company)) != first for _ in range(3))


def number_of_again(db: Database) -> int:
    number = registered(db)
    with db.begin() as tx:
        stop(tx, ORG, number, "drawn for a test", actor="hal", now=NOW)
    return number


def test_the_worker_invites_those_whose_turn_has_come_and_nobody_else(company: Database) -> None:
    number = registered(company)
    arm = arms(company, number)
    sweep = work_once(company, at_day(0), lambda *_: (_ for _ in ()).throw(AssertionError("nothing is sent")))
    assert sweep.invited == 0
    for _ in range(2):
        work_once(company, at_day(7), lambda *_: (_ for _ in ()).throw(AssertionError("nothing is sent")))
    for person, standing in standings(company, at_day(7)).items():
        assert (standing == "invited") == (arm["t" + person[1:3]] == "treated")
    with company.begin() as tx:
        assert carry_out(tx, ORG, at_day(8)) == 0


def test_nobody_who_is_held_back_is_invited_by_hand_until_it_is_stopped(company: Database) -> None:
    number = registered(company)
    arm = arms(company, number)
    control = next(name for name, one in arm.items() if one == "control")
    person = f"p{control[1:]}-0"
    at = at_day(8)
    with company.begin() as tx:
        assert invite(tx, ORG, at, "hal", everybody=True).invited == SIZE * TEAMS // 2
        assert invite(tx, ORG, at, "hal", teams=[control]).invited == 0
        with pytest.raises(Refused, match="held back by a randomised rollout until its end"):
            invite(tx, ORG, at, "hal", people=[person])
        with pytest.raises(Refused, match="not invited yet"):
            join(tx, ORG, person, at)
    with company.begin() as tx:
        stop(tx, ORG, number, "the board has decided", actor="hal", now=at)
        assert invite(tx, ORG, at, "hal", teams=[control]).invited == SIZE
        with pytest.raises(Conflict, match="has ended"):
            stop(tx, ORG, number, "once more", actor="hal", now=at)


def test_steps_begin_one_after_another(company: Database) -> None:
    number = registered(company, Wish(design="stepped-wedge", baseline_weeks=1, weeks=4, steps=4))
    counts = []
    for week in range(5):
        with company.begin() as tx:
            carry_out(tx, ORG, at_day(7 * week))
        counts.append(sum(one == "invited" for one in standings(company, at_day(7 * week)).values()))
    assert counts == [SIZE * TEAMS // 4 * step for step in range(5)]
    assert len(set(arms(company, number).values())) == 4


def test_teams_in_which_somebody_was_invited_cannot_be_held_back(company: Database) -> None:
    with company.begin() as tx:
        invite(tx, ORG, NOW, "hal", people=["p00-0", "p01-1"])
        teams, left_out = teams_to_draw(tx, ORG, "programme")
        assert (len(teams), left_out) == (TEAMS - 2, 2)
        assert teams_to_draw(tx, ORG, "digests")[1] == 0
        for gives in ("programme", "digests"):
            drawn, others = teams_to_draw(tx, ORG, gives)
            assert count_teams(tx, ORG)[gives] == (len(drawn), sum(len(one.people) for one in drawn), others)


def test_too_few_teams_are_refused(company: Database) -> None:
    with company.begin() as tx:
        for team in range(9):
            invite(tx, ORG, NOW, "hal", people=[f"p{team:02d}-0"])
    with pytest.raises(BadValue, match="9 teams were left out"):
        registered(company)


def test_under_a_scheme_for_everybody_nobody_can_be_held_back(company: Database) -> None:
    later = NOW + timedelta(hours=1)
    with company.begin() as tx:
        publish_scheme(tx, ORG, PRESETS["clicks"], later, "hal", "for all", later)
    with company.begin() as tx, pytest.raises(Refused, match="membership enrolled"):
        register(tx, ORG, WISH, FIRST, title="R", expected=None, actor="hal", now=later)
    assert registered_digests(company, later) > 0


def registered_digests(db: Database, now: datetime) -> int:
    with db.begin() as tx:
        wish = WISH.model_copy(update={"gives": "digests"})
        return register(tx, ORG, wish, FIRST, title="Digests", expected=None, actor="hal", now=now)


@pytest.mark.parametrize("reorganised", [False, True])
def test_its_analysis_counts_those_who_were_drawn_and_tells_nothing_early(
    company: Database, reorganised: bool
) -> None:
    """Whatever teams are called, and whoever is in them by then: a renamed one, one that is no more, and somebody in one of another arm."""
    number = registered(company)
    arm = arms(company, number)
    treated, held = (
        next(int(name[1:]) for name, one in arm.items() if one == kind) for kind in ("treated", "control")
    )
    merged = next(int(name[1:]) for name, one in arm.items() if one == "control" and int(name[1:]) != held)
    moved = {f"p{treated:02d}-{at}": "renamed" for at in range(SIZE)}
    moved |= {f"p{held:02d}-0": f"t{treated:02d}"} | {
        f"p{merged:02d}-{at}": f"t{held:02d}" for at in range(SIZE)
    }
    shares = []
    for team, one in arm.items():
        for week in range(4):
            many = (3 if one == "treated" and week >= 1 else 1) + (int(team[1:]) + week) % 2
            for at in range(many):
                shares.append(
                    share(f"p{team[1:]}-{at % SIZE}", at_day(7 * week + at % 5), f"{team}-{week}-{at}")
                )
    shares.sort(key=lambda event: event.occurred_at)
    for day in range(35):
        if day == 10 and reorganised:
            with company.begin() as tx:
                import_people(tx, ORG, staff(moved), at_day(day))
        some = [one for one in shares if one.occurred_at.date() == at_day(day).date()]
        if some:
            with company.begin() as tx:
                record(tx, ORG, some, received_at=at_day(day) + timedelta(hours=1))
    with company.read() as tx:
        found = get_rollout(tx, ORG, number)
        early = analysis_of(tx, found, at_day(20))
        late = analysis_of(tx, found, at_day(28))
    assert (early["verdict"], early["effect"]) == ("too-early", None)
    assert late["verdict"] == "more"
    assert late["effect"]["estimate"] == pytest.approx(2 / SIZE, abs=0.05)
    assert late["notes"] == ["no-power"]
    assert late["crossed"] == 0.0


def share(person: str, at: datetime, name: str) -> Event:
    return Event(
        source="test", id=name, kind="share", subject=person, object=f"item-{name}", channel="linkedin",
        occurred_at=at, verification="declared",
    )  # fmt: skip
