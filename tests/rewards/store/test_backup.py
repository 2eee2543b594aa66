"""A backup taken while others write restores to sound books, on both databases."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rewards.store.backup import backup, restore
from rewards.store.rebuild import stored
from rewards.store.session import open_database
from rewards.store.verify import verify
from tests.conftest import World


def test_a_backup_under_writing_restores_to_sound_books(
    world: Any, fresh_url: Callable[[str], str], tmp_path: Path
) -> None:
    world.record(world.event("ana", object='quotes " and, commas'), world.event("ben"))
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            world.record(world.event("cleo", kind="click", verification="tracked"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backup(world.db, tmp_path / "copy")
    finally:
        stop.set()
        writer.join()
    with pytest.raises(FileExistsError, match="choose another name"):
        backup(world.db, tmp_path / "copy")
    url = fresh_url(world.db.dialect)
    restore(tmp_path / "copy", url)
    with pytest.raises(FileExistsError):
        restore(tmp_path / "copy", url)
    db = open_database(url)
    assert verify(db) == []
    copy = World(db)
    copy.now = world.now
    assert copy.earned("ana") == world.earned("ana")
    with world.db.read() as tx, db.read() as other:
        assert set(stored(other, "acme")["person_badge"]) <= set(stored(tx, "acme")["person_badge"])
    # The counters go on behind what was restored.
    assert copy.record(copy.event("dan", id="after"))[0].status == "awarded"
    assert verify(db) == []
    db.close()


@pytest.mark.parametrize(
    ("dialect", "why"), [("sqlite", "not an SQLite database"), ("postgresql", "not an archive")]
)
def test_a_file_that_is_no_backup_is_refused(
    dialect: str, why: str, fresh_url: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "junk").write_text("not a backup at all")
    with pytest.raises(ValueError, match=why):
        restore(tmp_path / "junk", fresh_url(dialect))
    with pytest.raises(FileNotFoundError, match="no such file"):
        restore(tmp_path / "missing", fresh_url(dialect))
