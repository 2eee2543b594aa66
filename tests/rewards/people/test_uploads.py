"""Files of people that wait to be looked at: whoever is erased is in none of them, and the others stay."""

import pytest

from rewards.faults import NotFound
from rewards.people.people import erase, import_people
from rewards.people.uploads import find_upload, keep_upload
from rewards.people_file import PersonRow
from tests.conftest import World
from tests.rewards.workbook import workbook

LEFT = [
    ("other.csv", b"id,name\nben,Ben Other\n"),
    ("parts.csv", b"id,name\nsusanna,Susanna\n"),
    ("book.xlsx", workbook([["id", "name"], ["cleo", "Cleo"]])),
]
GONE = [
    ("id.csv", b"id,name\nana,Somebody\n"),
    ("name.csv", "id;name\n7;QUILL, Ana\n".encode("utf-16")),
    ("mail.csv", b"id,mail\n7,Ana.Quill@x.org\n"),
    ("book.xlsx", workbook([["id", "name"], ["7", "Ana Quill"]])),
    ("torn.xlsx", b"PK\x03\x04 nothing that can be read"),
]


def test_erasing_drops_the_files_that_name_her_and_those_that_she_sent(world: World) -> None:
    row = PersonRow(
        id="ana", name="Ana Quill", email="ana.quill@x.org", segment="sales", team="north", timezone="UTC", contacts=1
    )  # fmt: skip
    with world.db.begin() as tx:
        import_people(tx, world.organisation, [row], world.now)
        left = [keep_upload(tx, world.organisation, "ben", *one, now=world.now).id for one in LEFT]
        gone = [keep_upload(tx, world.organisation, "ben", *one, now=world.now).id for one in GONE]
        gone.append(keep_upload(tx, world.organisation, "ana", "mine.csv", LEFT[0][1], now=world.now).id)
        erase(tx, world.organisation, "ana", world.now, "ben")
    with world.db.read() as tx:
        for id_ in left:
            assert find_upload(tx, world.organisation, id_, world.now).id == id_
        for id_ in gone:
            with pytest.raises(NotFound):
                find_upload(tx, world.organisation, id_, world.now)
