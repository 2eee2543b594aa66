"""Experiments are kept as they were typed, on both databases: revisions, two people at once, runs, and what erasure finds in them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rewards.faults import BadValue, Conflict, NotFound
from rewards.jobs.queue import cancel
from rewards.lab.experiments import (
    Experiment,
    create_experiment,
    get_experiment,
    get_run,
    list_experiments,
    list_runs,
    put_aside,
    revisions,
    run_again,
    save_experiment,
    start_run,
)
from rewards.people.people import erase
from rewards.store.session import Database
from tests.conftest import World

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TEXT = "title: One\n# first\nscenario: {}\nvariants: []\n# last\n"


def made(db: Database, text: str = TEXT) -> Experiment:
    with db.begin() as tx:
        return create_experiment(tx, "acme", "One", text, "sam", now=NOW)


def saved(db: Database, one: Experiment, text: str, revision: int | None, actor: str = "sam") -> object:
    with db.begin() as tx:
        return save_experiment(tx, "acme", one.id, "One", text, revision=revision, actor=actor, now=NOW)


def test_every_revision_is_kept_as_it_was_typed(world: World) -> None:
    one = made(world.db)
    saved(world.db, one, TEXT + "# more\n", 1)
    with world.db.read() as tx:
        stands = get_experiment(tx, "acme", one.id)
        assert (stands.revision, stands.text) == (2, TEXT + "# more\n")
        assert [(each.revision, each.text) for each in revisions(tx, "acme", one.id)] == [
            (2, TEXT + "# more\n"),
            (1, TEXT),
        ]
        with pytest.raises(NotFound, match="not in this organisation"):
            get_experiment(tx, "bolt", one.id)


def test_the_same_text_is_no_new_revision(world: World) -> None:
    one = made(world.db)
    saved(world.db, one, TEXT, 1)
    with world.db.read() as tx:
        assert get_experiment(tx, "acme", one.id).revision == 1


def test_two_who_save_lose_nothing(world: World) -> None:
    one = made(world.db)
    saved(world.db, one, TEXT.replace("# first", "# theirs"), 1, "hal")
    with world.db.begin() as tx:
        mine = TEXT.replace("# last", "# mine")
        done = save_experiment(tx, "acme", one.id, "One", mine, revision=1, actor="sam", now=NOW)
        assert (done.clash, done.together) == (True, True)
        assert "# theirs" in done.text
        assert "# mine" in done.text
        same = TEXT.replace("# first", "# mine too")
        done = save_experiment(tx, "acme", one.id, "One", same, revision=1, actor="sam", now=NOW)
        assert (done.clash, done.together, done.text) == (True, False, same)
        assert get_experiment(tx, "acme", one.id).revision == 2
        # Whoever asks for no revision has the last word.
        done = save_experiment(tx, "acme", one.id, "One", same, revision=None, actor="sam", now=NOW)
        assert (done.clash, done.experiment.revision) == (False, 3)


def test_what_was_put_aside_is_read_and_not_changed(world: World) -> None:
    one, other = made(world.db), made(world.db)
    with world.db.begin() as tx:
        put_aside(tx, "acme", one.id, "sam", NOW)
        assert [each.id for each in list_experiments(tx, "acme", 10)] == [other.id]
        assert get_experiment(tx, "acme", one.id).put_aside
        with pytest.raises(Conflict, match="was put aside"):
            save_experiment(tx, "acme", one.id, "One", TEXT + "\n", revision=None, actor="sam", now=NOW)


def test_titles_and_texts_have_limits(world: World) -> None:
    with world.db.begin() as tx:
        for title, text in (("", TEXT), ("x" * 201, TEXT), ("One", "x" * (256 * 1024 + 1))):
            with pytest.raises(BadValue, match=r"limit|at most"):
                create_experiment(tx, "acme", title, text, "sam", now=NOW)


def test_runs_belong_to_the_revision_that_they_ran(world: World) -> None:
    one = made(world.db)
    with world.db.begin() as tx:
        first = start_run(tx, "acme", one, {"written": {}}, total=3, actor="sam", now=NOW)
        cancel(tx, "acme", first, "sam", NOW)
        again = run_again(tx, "acme", first, "hal", NOW)
    saved(world.db, one, TEXT + "# more\n", 1)
    with world.db.begin() as tx:
        later = get_experiment(tx, "acme", one.id)
        third = start_run(tx, "acme", later, {"written": {}}, total=3, actor="sam", now=NOW)
        assert [(run.job.id, run.revision) for run in list_runs(tx, "acme", one.id)] == [
            (third, 2),
            (again, 1),
            (first, 1),
        ]
        assert get_run(tx, "acme", again).job.again_of == first
        with pytest.raises(NotFound, match="run 999"):
            get_run(tx, "acme", 999)
        with pytest.raises(NotFound):
            get_run(tx, "bolt", first)


def test_erasure_takes_names_out_of_the_texts(world: World) -> None:
    one = made(world.db, TEXT + "# Ana wants to know\n")
    with world.db.begin() as tx:
        erase(tx, "acme", "ana", NOW, "hal")
    with world.db.read() as tx:
        found = get_experiment(tx, "acme", one.id)
    assert "Ana" not in found.text
    assert "wants to know" in found.text
