"""HR's file is told apart from what is known before anything is applied, and what is applied is what was shown."""

from typing import Any

import pytest

from rewards.faults import BadValue, Refused, Stale
from rewards.merging import merge_people
from rewards.people.accounts import Account
from rewards.people.columns import Table, guess, mapping_of, table_of
from rewards.people.invitations import invite_group
from rewards.people.people import deactivate, get_person, import_people, list_people
from rewards.people.profile import get_profile
from rewards.people.reimporting import Applied, Plan, Told, apply_import, plan_import
from rewards.people.rights import RIGHTS_OF, given_by
from rewards.people_file import parse_file
from tests.conftest import World
from tests.rewards.workbook import workbook

GERMAN = (
    "Abteilung;Nachname;Vorname;Personalnummer;Team;Zeitzone;Beschäftigungsgrad;E-Mail;Kostenträger\r\n"
    "Vertrieb;Groß;Änne;ana;Süd;Europe/Berlin;80 %;aenne@feld.example;4711\r\n"
    "Vertrieb;Neu;Nele;nele;Süd;;1;;4711\r\n"
)
FULL = "id,name,segment,team,timezone,contacts\n"
SAME = "".join(
    f"{name},{name.title()},sales,north,UTC,100\n" for name in ("ana", "ben", "cleo", "dan", "eva")
)


def read(text: str) -> tuple[Table, Told]:
    table = table_of(text.encode())
    return table, Told(mapping_of(table.header, {}))


def plan(world: World, text: str) -> Plan:
    with world.db.read() as tx:
        return plan_import(tx, "acme", read(text)[0], "digest", read(text)[1])


def apply(world: World, text: str, **rest: Any) -> Applied:
    table, told = read(text)
    with world.db.begin() as tx:
        return apply_import(tx, "acme", table, "digest", told, actor="hal", now=world.now, **rest)


def faults(found: Plan) -> list[tuple[int, str, str]]:
    return [(one.line, one.column, one.value) for one in found.faults]


def test_columns_are_guessed_in_two_languages_and_any_order() -> None:
    table = table_of(GERMAN.encode())
    assert guess(table.header) == {
        "segment": 0, "last_name": 1, "first_name": 2, "id": 3, "team": 4, "timezone": 5, "hours_share": 6, "email": 7,
    }  # fmt: skip
    assert guess(["Employee ID", "Full Name", "DEPARTMENT", "line manager id", "FTE", "Preferred language", "x"]) == {
        "id": 0, "name": 1, "segment": 2, "manager": 3, "hours_share": 4, "locale": 5,
    }  # fmt: skip
    told = {"team": "Kostenträger", "email": "", "locale": "2"}
    assert mapping_of(table.header, told) == {
        "segment": 0, "last_name": 1, "first_name": 2, "id": 3, "team": 8, "timezone": 5, "hours_share": 6, "locale": 1,
    }  # fmt: skip
    for wrong in ({"team": "Nothing"}, {"team": "77"}, {"sallary": "Team"}, {"id": ""}):
        with pytest.raises(BadValue) as caught:
            mapping_of(table.header, wrong)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", [GERMAN, GERMAN.replace(";", "\t"), "sep=;\r\n" + GERMAN, "\ufeff" + GERMAN])
def test_a_german_file_whatever_separates_its_cells(world: World, text: str) -> None:
    found = plan(world, text)
    assert faults(found) == []
    assert [(one.id, one.name, one.timezone, one.contacts) for one in found.added] == [
        ("nele", "Nele Neu", "UTC", 100)
    ]
    ((change,),) = (found.changed,)
    assert {field: new for field, _, new in change.fields} == {
        "name": "Änne Groß", "email": "aenne@feld.example", "segment": "Vertrieb", "team": "Süd", "timezone": "Europe/Berlin",
        "hours_share": "0.8",
    }  # fmt: skip
    assert [id_ for id_, _ in found.missing] == ["ben", "cleo", "dan", "eva"]


def test_a_workbook_is_a_file_like_any_other(world: World) -> None:
    data = workbook(
        [["Team", "Employee number", "Name"], ["south", "ana", "Ana Field"], ["south", 10023.0, "Ten"]]
    )
    table = table_of(data)
    told = Told(mapping_of(table.header, {}), segment="sales")
    with world.db.begin() as tx:
        done = apply_import(tx, "acme", table, "d", told, actor="hal", now=world.now)
        assert done == Applied(1, 1, 0, 0, 0)
        assert (get_person(tx, "acme", "10023").segment, get_person(tx, "acme", "ana").team) == (
            "sales",
            "south",
        )


def test_nothing_is_lost_by_what_a_file_does_not_say(world: World) -> None:
    apply(world, "id,name,email,manager,hours_share,locale\nana,Ana Field,ana@x.example,ben,0.5,de\n")
    before = get_profile_of(world, "ana")
    assert apply(world, "id,team,email,manager\nana,south,,\n") == Applied(0, 1, 0, 0, 0)
    after = get_profile_of(world, "ana")
    assert (after.email, after.manager, after.hours_share, after.locale) == (
        "ana@x.example",
        "ben",
        0.5,
        "de",
    )
    assert (before.team, after.team, after.name, after.contacts) == ("north", "south", "Ana Field", 100)


def get_profile_of(world: World, person: str) -> Any:
    with world.db.read() as tx:
        return get_profile(tx, "acme", person).person


def test_importing_the_same_again_changes_nothing(world: World) -> None:
    found = plan(world, FULL + SAME)
    assert (found.added, found.changed, found.unchanged, found.missing, found.faults) == ((), (), 5, (), ())
    assert apply(world, FULL + SAME, stamp=found.stamp, deactivate_missing=True) == Applied(0, 0, 5, 0, 0)


def test_rows_with_errors_say_where_what_and_how_to_mend_it(world: World) -> None:
    text = (
        "id,name,segment,team,timezone,contacts,manager,hours_share\n"
        "ana,Ana,sales,north,UTC,lots,,1\n"
        ",Nobody,sales,north,UTC,1,,1\n"
        "a b,Blank,sales,north,UTC,1,,1\n"
        "n1,New,sales,,UTC,1,,1\n"
        "n2,Zone,sales,north,Berlin,1,,1\n"
        "n3,Twice,sales,north,UTC,1,,1\n"
        "n3,Again,sales,north,UTC,1,,1\n"
        "n4,Under,sales,north,UTC,1,nobody,1\n"
        "n5,Much,sales,north,UTC,1,,1,spare\n"
        "n6,Over,sales,north,UTC,1,n7,1\n"
        "n7,Under,sales,north,UTC,1,n6,1\n"
        "n8,Full,sales,north,UTC,1,n3,150 %\n"
    )
    found = plan(world, text)
    assert faults(found) == [
        (2, "contacts", "lots"), (3, "id", ""), (4, "id", "a b"), (5, "team", ""), (6, "timezone", "Berlin"), (8, "id", "n3"),
        (9, "manager", "nobody"), (10, "", "spare"), (11, "manager", "n7"), (12, "manager", "n6"), (13, "hours_share", "1.5"),
    ]  # fmt: skip
    assert all(
        one.why
        and "\n" not in one.why
        and ("correct" in one.why or "fill" in one.why or "remove" in one.why or "name somebody" in one.why)
        for one in found.faults
    )
    assert [row.id for row in found.added] == ["n3"]
    assert "ana" not in dict(found.missing), "who stands in a row that cannot be read is not missing"
    with pytest.raises(Refused, match="11 rows cannot be read, the first in line 2"):
        apply(world, text)
    with pytest.raises(Refused, match="who is missing is not certain"):
        apply(world, text, leave_out=True, deactivate_missing=True)
    assert apply(world, text, leave_out=True) == Applied(1, 0, 0, 0, 11)


def test_what_is_applied_is_what_was_shown(world: World) -> None:
    text = FULL + SAME.replace("ana,Ana", "ana,Ann")
    stamp = plan(world, text).stamp
    with pytest.raises(Stale, match="nothing was applied"):
        apply(world, FULL + SAME.replace("ana,Ana", "ana,Anne"), stamp=stamp)
    apply(world, FULL + "zoe,Zoe,sales,north,UTC,1\n")
    with pytest.raises(Stale, match="look at the differences again"):
        apply(world, text, stamp=stamp)
    assert get_profile_of(world, "ana").name == "Ana"
    assert apply(world, text, stamp=plan(world, text).stamp) == Applied(0, 1, 4, 0, 0)


def test_who_is_missing_stays_unless_deactivating_was_chosen(world: World) -> None:
    text = FULL + SAME.replace("eva,Eva,sales,north,UTC,100\n", "")
    assert apply(world, text) == Applied(0, 0, 4, 0, 0)
    with world.db.read() as tx:
        assert len(list_people(tx, "acme")) == 5
    assert apply(world, text, deactivate_missing=True) == Applied(0, 0, 4, 1, 0)
    with world.db.read() as tx:
        assert [one.id for one in list_people(tx, "acme")] == ["ana", "ben", "cleo", "dan"]
    assert plan(world, text).missing == ()
    again = plan(world, FULL + SAME)
    assert (again.deactivated, again.missing) == ((("eva", "Eva"),), ())
    table, told = read(FULL + "ben,Ben,sales,north,UTC,100\n")
    with pytest.raises(Refused, match="nobody deactivates herself"), world.db.begin() as tx:
        apply_import(tx, "acme", table, "d", told, actor="ana", now=world.now, deactivate_missing=True)


def test_ids_that_were_merged_are_told(world: World) -> None:
    with world.db.begin() as tx:
        merge_people(tx, "acme", "ana", "ben", world.now)
        deactivate(tx, "acme", "cleo", world.now)
    found = plan(world, FULL + SAME)
    assert [(one.line, one.value) for one in found.faults] == [(3, "ben")]
    assert "merged into 'ana'" in found.faults[0].why
    assert found.deactivated == (("cleo", "Cleo"),)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"id,name\n", b"\xff\xfe\xfa", b"id,name\n\xe4,x\n", b"PK\x03\x04xx", b'id\n"a\n']
)
def test_files_that_cannot_be_read_are_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(BadValue) as caught:
        table_of(data)
    assert "\n" not in str(caught.value)


def test_roles_are_several_and_given_by_whoever_may(world: World) -> None:
    text = FULL.replace("contacts", "contacts,role") + "ana,Ana,sales,north,UTC,100,Employee\n"
    text += 'ben,Ben,sales,north,UTC,100,"Content, employee"\nnew,New,sales,north,UTC,1,auditor/admin\n'
    table, told = read(text)
    with world.db.read() as tx:
        by_hr = plan_import(tx, "acme", table, "d", told, gives=given_by(RIGHTS_OF["hr"]))
        by_admin = plan_import(tx, "acme", table, "d", told, gives=given_by(RIGHTS_OF["admin"]))
    assert faults(by_hr) == [(3, "role", "employee content"), (4, "role", "auditor admin")]
    assert "only an administrator" in by_hr.faults[0].why
    assert by_admin.faults == ()
    assert [one.fields for one in by_admin.changed] == [(("role", "employee", "employee content"),)]
    assert by_admin.added[0].role == "auditor admin"
    with world.db.begin() as tx:
        apply_import(tx, "acme", table, "d", told, actor="hal", now=world.now, stamp=by_admin.stamp)
    with world.db.read() as tx:
        # What is known already nobody has to be allowed to give.
        again = plan_import(tx, "acme", table, "d", told, gives=given_by(RIGHTS_OF["hr"]))
    assert (again.faults, again.changed) == ((), ())


def test_a_group_is_invited_as_the_file_says_by_whoever_may(world: World) -> None:
    text = FULL.replace("contacts", "contacts,role") + "ana,Ana,sales,north,UTC,100,employee content\n"
    apply(world, text)
    hr = Account("acme", "hal", ("hr",), world.now)
    with world.db.begin() as tx:
        links, _ = invite_group(tx, "acme", world.now, hr, team="north")
        assert {one.person: one.roles for one in links} == dict.fromkeys(world.people, ("employee",))
    with world.db.begin() as tx:
        import_people(
            tx,
            "acme",
            [parse_file(FULL.replace("contacts", "contacts,role") + "zoe,Zoe,x,y,UTC,1,content\n").rows[0]],
            world.now,
        )
        links, _ = invite_group(tx, "acme", world.now, None, team="y")
        assert [(one.person, one.roles) for one in links] == [("zoe", ("content",))]


def test_a_role_that_is_none_is_told_with_those_there_are(world: World) -> None:
    found = plan(world, FULL.replace("contacts", "contacts,role") + "ana,Ana,sales,north,UTC,100,boss\n")
    assert faults(found) == [(2, "role", "boss")]
    assert "employee, content, strategist, hr, auditor, admin" in found.faults[0].why
