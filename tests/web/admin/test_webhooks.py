"""The pages of webhooks: added, paused, rotated, deleted; what became of each message, and sending it again."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import Webhook
from starlette.testclient import TestClient

from rewards.outside.delivery import MOST_ATTEMPTS, HttpSender, deliver_due
from rewards.people.account_desk import set_roles
from rewards.people.accounts import create_account
from rewards.store import trail
from rewards.store.session import Database
from rewards.store.units import to_us
from tests.company import ORGANISATION, Company
from tests.rewards.receiver import Receiver, receiving
from web.app import create_app
from web.session import now
from web.settings import Settings

HTML = {"accept": "text/html"}
LIST = "/admin/webhooks"


@pytest.fixture
def client(sqlite_db: Database, company: Company) -> Iterator[TestClient]:
    url = sqlite_db.url.render_as_string(hide_password=False)
    settings = Settings(DATABASE_URL=url, organisation=ORGANISATION, demo=True, webhook_loopback=True)
    with TestClient(create_app(settings), base_url="http://testserver", follow_redirects=False) as found:
        yield found


@pytest.fixture
def admin(sqlite_db: Database, sign_in: Callable[[str], TestClient]) -> TestClient:
    client = sign_in("ana")
    with sqlite_db.begin() as tx:
        create_account(tx, ORGANISATION, "nia", ["admin"], None, now())
        set_roles(tx, ORGANISATION, "ana", ["admin"], now())
    deliver_due(sqlite_db, now(), HttpSender(allow_loopback=True))
    return client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def add(client: TestClient, url: str, *topics: str) -> tuple[int, str, str]:
    """(status, page, the secret on it)."""
    answer = client.post(LIST, data={"url": url, "topics": list(topics)}, headers=HTML)
    found = re.search(r'value="(whsec_[^"]+)"', answer.text)
    return answer.status_code, html.unescape(answer.text), html.unescape(found.group(1)) if found else ""


def number(client: TestClient) -> str:
    """The id of the only webhook."""
    (found,) = set(re.findall(rf'href="{LIST}/(\d+)"', client.get(LIST).text))
    return str(found)


def happens(db: Database) -> None:
    with db.begin() as tx:
        trail.tell(tx, ORGANISATION, [("event.awarded", {"event": 1, "kind": "share"})], to_us(now()))


def work(db: Database, after: timedelta = timedelta(0)) -> None:
    deliver_due(db, now() + after, HttpSender(allow_loopback=True, seconds=5))


def test_a_webhook_is_added_and_its_secret_shown_once(
    admin: TestClient, sqlite_db: Database, receiver: Receiver
) -> None:
    status, page, secret = add(admin, receiver.url, "event.*")
    assert (status, receiver.url in page) == (200, True)
    assert secret
    path = f"{LIST}/{number(admin)}"
    assert secret not in html.unescape(admin.get(path).text)
    happens(sqlite_db)
    work(sqlite_db)
    ((headers, body),) = receiver.got
    Webhook(secret).verify(body, headers)
    page = admin.get(path).text
    assert "event.awarded" in page
    assert "arrived" in page
    answer = admin.post(f"{path}/deliveries/1/again")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=again")
    work(sqlite_db)
    assert receiver.ids() == [headers["webhook-id"]] * 2


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "webhook"),
        ("nonsense", "webhook"),
        ("http://hooks.example.com/", "https"),
        ("https://10.0.0.1/", "public"),
        ("https://a:b@hooks.example.com/", "webhook"),
    ],
)
def test_an_address_that_is_not_taken_is_one_line(admin: TestClient, url: str, said: str) -> None:
    status, page, secret = add(admin, url)
    assert (status in (409, 422), secret) == (True, "")
    assert said in page[page.index('role="alert"') :]
    assert f'value="{url}"' in page


def test_a_double_click_adds_one(admin: TestClient, receiver: Receiver) -> None:
    _, _, first = add(admin, receiver.url)
    status, _, second = add(admin, receiver.url)
    assert status == 200
    assert first != second
    number(admin)
    assert add(admin, receiver.url, "event.*")[0] == 200
    assert len(re.findall(r'<h3 id="webhook-', admin.get(LIST).text)) == 2


def test_what_happens_while_it_is_paused_is_kept(
    admin: TestClient, sqlite_db: Database, receiver: Receiver
) -> None:
    add(admin, receiver.url)
    path = f"{LIST}/{number(admin)}"
    assert admin.post(f"{path}/pause").headers["location"] == f"{path}?done=paused"
    assert admin.post(f"{path}/pause").status_code == 303
    happens(sqlite_db)
    work(sqlite_db)
    work(sqlite_db, timedelta(hours=1))
    assert receiver.got == []
    page = admin.get(f"{path}?done=paused").text
    assert "Nothing is sent until it is resumed" in page
    assert "waits until" in page
    assert "whsec_" in admin.post(f"{path}/rotate", data={"overlap_hours": "0"}).text
    assert "Paused" in admin.get(path).text
    admin.post(f"{path}/resume")
    work(sqlite_db, timedelta(seconds=1))
    assert len(receiver.got) == 1


def test_what_failed_says_why_and_is_sent_again(
    admin: TestClient, sqlite_db: Database, receiver: Receiver
) -> None:
    add(admin, receiver.url)
    path = f"{LIST}/{number(admin)}"
    receiver.answers = [500] * MOST_ATTEMPTS + [204]
    happens(sqlite_db)
    for day in range(MOST_ATTEMPTS):
        work(sqlite_db, timedelta(days=2 * day))
    page = admin.get(path).text
    assert "failed" in page
    assert "HTTP 500" in page
    assert admin.post(f"{path}/again").headers["location"] == f"{path}?done=again"
    on_its_way = admin.post(f"{path}/deliveries/1/again", headers=HTML)
    assert (on_its_way.status_code, "not one that has failed or arrived" in on_its_way.text) == (409, True)
    work(sqlite_db, timedelta(days=40))
    assert len(receiver.got) == MOST_ATTEMPTS + 1
    assert "arrived" in admin.get(path).text


def test_a_webhook_is_deleted_once(admin: TestClient, receiver: Receiver) -> None:
    add(admin, receiver.url)
    path = f"{LIST}/{number(admin)}"
    assert admin.post(f"{path}/delete").headers["location"] == f"{LIST}?deleted=1"
    for answer in (admin.post(f"{path}/delete", headers=HTML), admin.post(f"{path}/pause", headers=HTML)):
        assert (answer.status_code, "is not there any more" in answer.text) == (404, True)


def test_a_secret_is_rotated(admin: TestClient, receiver: Receiver) -> None:
    _, _, first = add(admin, receiver.url)
    path = f"{LIST}/{number(admin)}"
    page = html.unescape(admin.post(f"{path}/rotate", data={"overlap_hours": "24"}).text)
    found = re.search(r'value="(whsec_[^"]+)"', page)
    assert found
    assert found.group(1) != first
    assert "Two secrets sign until" in page
    answer = admin.post(f"{path}/rotate", data={"overlap_hours": "1000"}, headers=HTML)
    assert (answer.status_code, "limit 0 to 168" in answer.text) == (422, True)
