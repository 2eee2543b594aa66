"""The designer of schemes: form and text are one document, two people lose nothing, and what it would give is at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from starlette.testclient import TestClient

from rewards.people.accounts import create_account
from rewards.publishing.drafts import get_draft
from rewards.publishing.expected import Estimate, Expected
from rewards.publishing.publication import publish_scheme
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database
from tests.company import ORGANISATION
from web.hr.draft_view import enough_earn
from web.session import now

SignIn = Callable[[str], TestClient]
POINTS = "rules.0.points"


def begin(client: TestClient, source: str = "template:clicks") -> str:
    answer = client.post("/hr/schemes", data={"begin_from": source})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the editor, as it stands."""
    form = page[page.index('id="editor"') : page.index('<div id="look">')]
    found = {
        name: unescape(value)
        for name, value in re.findall(r'<input[^>]*? name="([^"]+)" value="([^"]*)"', form)
    }
    for tag in re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[tag[0]] = unescape(tag[1])
    for name, body in re.findall(r'<select[^>]*? name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen.group(1) if chosen else ""
    return found


def test_a_draft_from_a_template_a_version_and_another_draft(sign_in: SignIn) -> None:
    client = sign_in("hal")
    for source in ("template:habit", "version:1", "draft:1"):
        assert client.get(begin(client, source)).status_code == 200
    listed = client.get("/hr/schemes").text
    assert listed.count("not rehearsed yet") == 3
    for nothing in ("", "template:nothing", "version:9", "draft:x", "draft:99999999999999999999"):
        assert client.post("/hr/schemes", data={"begin_from": nothing}).status_code in (404, 422)


def test_the_form_edits_the_text_and_the_text_the_form(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    path = begin(client)
    sent = fields(client.get(path).text)
    sent["text"] = "# ours\n" + sent["text"].replace("Ten shares", "Ten shared")
    page = client.post(path, data={**sent, POINTS: "50", "do": "look"}).text
    after = fields(page)
    assert after["text"].startswith("# ours\n")
    assert "points: 50" in after["text"]
    assert (after[POINTS], after["badges.1.title"]) == ("50", "Ten shared")
    saved = client.post(path, data={**after, "do": "save"})
    assert saved.status_code == 303
    with sqlite_db.read() as tx:
        draft = get_draft(tx, ORGANISATION, int(path.rpartition("/")[2]))
    assert (draft.revision, draft.scheme.rules[0].points) == (2, 50)
    assert fields(client.get(path).text)["text"].startswith("# ours\n")


def test_of_real_people_no_count_points_at_a_few(sign_in: SignIn) -> None:
    ana, client = sign_in("ana"), sign_in("hal")
    link = re.search(r"/l/([\w-]+)", ana.get("/share/launch/linkedin").text)
    assert link
    assert ana.post(f"/share/{link[1]}/declare", data={"words": "Mine"}).status_code == 303
    page = client.get(begin(client, "template:clicks")).text
    table = page[page.index('id="expected"') : page.index('id="changes"')]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)]
    assert [row[4] for row in rows if row]
    assert all(row[4] in ("fewer than 5", "not shown") for row in rows if row)
    # The sums of one who earns are hers.
    assert all(row[at] == "not shown" for row in rows if row for at in (2, 3, 5))


def made(whole: int, **earning: int) -> Estimate:
    groups = tuple(
        Expected("" if name == "rest" else name, 20, 1000.0 * count, count, 0.0)
        for name, count in earning.items()
    )
    return Estimate(groups, Expected("", 100, 1000.0 * whole, whole, 0.0), False)


@pytest.mark.parametrize(
    ("estimates", "kept"),
    [
        ([made(30, a=10, b=20)], {"a", "b"}),
        ([made(24, a=4, b=20)], set()),
        ([made(33, a=10, b=20, c=3)], {"b"}),
        ([made(38, a=10, b=20, c=3, rest=5)], {"a", "b"}),
        ([made(32, a=10, b=20, rest=2)], {"b"}),
        ([made(30, a=10, b=20), made(21, a=1, b=20)], set()),
        ([made(0, a=0, b=0)], set()),
    ],
)
def test_sums_of_a_segment_are_told_where_enough_earn(estimates: list[Estimate], kept: set[str]) -> None:
    known = {one.group for estimate in estimates for one in estimate.groups}
    assert set(enough_earn({"a", "b", "c"} & known, estimates, 5)) == kept


def test_doors_that_are_closed_to_a_reader_are_not_shown(sign_in: SignIn) -> None:
    path = begin(sign_in("hal"))
    assert "/publishing/" in sign_in("hal").get(path).text
    strategist = sign_in("sam")
    assert "/publishing/" not in strategist.get(path).text


def test_parts_come_and_go_without_a_script(sign_in: SignIn) -> None:
    client = sign_in("hal")
    path = begin(client, "template:recognition")
    sent = fields(client.get(path).text)
    more = fields(client.post(path, data={**sent, "do": "add:rules"}).text)
    assert more["rules.2.on"] == "share"
    less = fields(client.post(path, data={**more, "do": "drop:rules.0"}).text)
    assert less["rules.0.on"] == "suggestion"
    for odd in ("add:nothing", "drop:rules.99", "drop:rules", "nothing"):
        assert client.post(path, data={**less, "do": odd}).status_code == 200


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        (POINTS, "lots", "write one like 1.5"),
        ("calendar.grace_hours", "-1", "must be 0 or more; change the value"),
        ("rules.0.on", "positive sentiment", ""),
    ],
)
def test_a_fault_stands_at_its_field_with_a_remedy(sign_in: SignIn, name: str, value: str, part: str) -> None:
    client = sign_in("hal")
    path = begin(client)
    sent = fields(client.get(path).text)
    page = client.post(path, data={**sent, name: value, "do": "look"}).text
    assert "It is no scheme yet" in page
    if part:
        here = f'id="f-{name.replace(".", "-")}-fault"'
        assert here in page
        assert part in page[page.index(here) :][:400]
    assert client.post(path, data={**sent, name: value, "do": "save"}).status_code == 422


@pytest.mark.parametrize(
    "text", ["", "a: [", "- 1", "&a b: *a", "x" * 300_000, "name: s", "rules: 5\ntitle: {}\nlevels: [1, {}]"]
)
def test_whatever_is_typed_is_answered_with_a_page(sign_in: SignIn, text: str) -> None:
    client = sign_in("hal")
    path = begin(client)
    sent = fields(client.get(path).text) | {"text": text}
    for action, statuses in (("look", (200,)), ("save", (422,)), ("add:rules", (200, 422))):
        answer = client.post(path, data={**sent, "do": action})
        assert answer.status_code in statuses, (action, answer.text[:500])
        assert answer.status_code == 200 or 'role="alert"' in answer.text


def test_two_people_edit_and_lose_nothing(sign_in: SignIn, sqlite_db: Database) -> None:
    with sqlite_db.begin() as tx:
        create_account(tx, ORGANISATION, "eve", ["hr"], None, now())
    client = sign_in("hal")
    path = begin(client)
    both = fields(client.get(path).text)
    assert client.post(path, data={**both, POINTS: "5", "do": "save"}).status_code == 303
    late = client.post(path, data={**both, "levels.0.points": "150", "do": "save"})
    assert late.status_code == 409
    woven = fields(late.text)
    assert (woven[POINTS], woven["levels.0.points"]) == ("5", "150")
    assert client.post(path, data={**woven, "do": "save"}).status_code == 303
    same = client.post(path, data={**both, POINTS: "7", "do": "save"})
    assert same.status_code == 409
    assert fields(same.text)[POINTS] == "7"
    assert 'id="theirs"' in same.text
    assert client.post(path, data={**fields(same.text), "do": "save"}).status_code == 303
    assert client.get(path).text.count("<summary>Revision ") == 3


def test_what_it_says_and_gives_stands_beside(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    path = begin(client, "version:1")
    page = client.get(path).text
    assert "Nothing: it says what the version in force says." in page
    assert "6.4 times as many" in page
    sent = fields(page)
    fair = client.post(path, data={**sent, POINTS: "50", "rules.1.points": "20", "do": "look"}).text
    assert "2.0 times as many" in fair
    assert 'class="gone"' in fair
    assert 'class="new"' in fair
    assert "estimate, not rehearsed" in fair
    at = now()
    with sqlite_db.begin() as tx:
        publish_scheme(tx, ORGANISATION, PRESETS["habit"], at, "hal", "", at)
    assert "Nothing: it says" not in client.get(path).text


def test_who_may_only_read_changes_nothing(sign_in: SignIn) -> None:
    path = begin(sign_in("hal"))
    for reader in ("sam", "max"):
        client = sign_in(reader)
        page = client.get(path)
        assert page.status_code == 200
        assert "readonly" in page.text
        assert 'value="save"' not in page.text
        assert client.post(path, data={"do": "save"}).status_code == 403
    assert sign_in("ana").get(path).status_code == 403
    assert sign_in("hal").get("/hr/schemes/99").status_code == 404


def test_a_draft_put_aside_is_edited_no_more(sign_in: SignIn) -> None:
    client = sign_in("hal")
    path = begin(client)
    sent = fields(client.get(path).text)
    assert client.post(f"{path}/discard").status_code == 303
    assert client.post(f"{path}/discard").status_code == 303
    assert client.post(path, data={**sent, "do": "save"}).status_code == 409
    assert "put aside" in client.get("/hr/schemes").text
