"""Her own data: taken along as JSON and as tables, and erased by whoever types her own id."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable

from starlette.testclient import TestClient

from web.own.data import table_text

Browser = Callable[[str], TestClient]


def test_everything_as_one_document(sign_in: Browser) -> None:
    answer = sign_in("ana").get("/account/data.json")
    body = json.loads(answer.content)
    assert body["person"] == "ana"
    assert body["tables"]["person"]
    assert answer.headers["content-disposition"] == 'attachment; filename="ana.json"'
    assert "password_hash" not in answer.text


def test_everything_as_tables(sign_in: Browser) -> None:
    ana = sign_in("ana")
    whole = json.loads(ana.get("/account/data.json").content)["tables"]
    with zipfile.ZipFile(io.BytesIO(ana.get("/account/data.zip").content)) as archive:
        names = {name.removesuffix(".csv") for name in archive.namelist()}
        rows = list(csv.DictReader(io.StringIO(archive.read("person.csv").decode("utf-8-sig"))))
    assert names == set(whole)
    assert [set(row) for row in rows] == [set(whole["person"][0])]


def test_no_cell_is_worked_out_by_a_spreadsheet() -> None:
    text = table_text([{"a": "=1+1", "b": -5, "c": "plain", "d": None, "e": ["x"]}])
    assert text == '\ufeffa,b,c,d,e\r\n\'=1+1,-5,plain,,"[""x""]"\r\n'


def test_another_id_erases_nobody(sign_in: Browser) -> None:
    ana = sign_in("ana")
    answer = ana.post("/account/erase", data={"confirm": "ben"})
    assert answer.status_code == 422
    assert "type it to be erased" in answer.text
    assert ana.get("/account/data").status_code == 200


def test_her_own_id_erases_her(sign_in: Browser) -> None:
    ana = sign_in("ana")
    answer = ana.post("/account/erase", data={"confirm": "ana"})
    assert answer.headers["location"] == "/sign-in?erased=1"
    assert (
        ana.get("/account/data", headers={"accept": "text/html"}).headers["location"].startswith("/sign-in")
    )
