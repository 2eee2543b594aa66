"""Importing items: chosen entries of a feed or the preview of a web page, or a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from rewards.content.bringing import Brought, Read, Refusal, bring_items, read_items
from rewards.content.feeds import Found, bring, item_from
from rewards.faults import BadValue, Fault
from rewards.outside.fetching import MOST_BYTES, Fetcher
from rewards.people.accounts import Account
from rewards.people.organisations import own_language
from rewards.people.people import Person, get_person
from rewards.store.session import Database
from web.content.desk import Writer
from web.problems import refused
from web.session import Config, Store, now
from web.templating import page
from web.text import MOST_TYPED, Plain

router = APIRouter(include_in_schema=False)
Address = Annotated[Plain, Form(max_length=MOST_TYPED)]


@dataclass(frozen=True)
class BringContext:
    """Page context: entries found at an address (`found`), or the result of an import (`done`) with the rows refused."""

    account: Account
    person: Person
    url: str
    found: Sequence[Found]
    done: Brought | None
    refused: Sequence[Refusal]
    fault: str


def _page(
    request: Request,
    store: Database,
    account: Account,
    url: str = "",
    found: Sequence[Found] = (),
    *,
    done: Brought | None = None,
    refusals: Sequence[Refusal] = (),
    fault: str = "",
    status: int = 200,
) -> Response:
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
    context = BringContext(account, person, url, found, done, refusals, fault)
    return page(request, "content/bring.html", context, status)


@router.get("/content/bring")
def start(request: Request, store: Store, account: Writer) -> Response:
    """The form: an address or a file."""
    return _page(request, store, account)


@router.post("/content/bring")
def look(request: Request, store: Store, config: Config, account: Writer, url: Address = "") -> Response:
    """The entries found at an address; nothing is stored yet."""
    try:
        found = bring(Fetcher(config.webhook_loopback), url)
    except Fault as fault:
        return _page(request, store, account, url, fault=str(fault), status=refused(fault))
    return _page(request, store, account, url, found)


@router.post("/content/bring/take")
def take(
    request: Request,
    store: Store,
    config: Config,
    account: Writer,
    url: Address = "",
    chosen: Annotated[list[Annotated[Plain, Form(max_length=2000)]] | None, Form(max_length=100)] = None,
) -> Response:
    """Create drafts of the chosen entries as the address serves them now."""
    try:
        if not chosen:
            raise BadValue("entries: got none; choose at least one")
        wanted = set(chosen)
        with store.read() as tx:
            language = own_language(tx, account.organisation)
        entries = [one for one in bring(Fetcher(config.webhook_loopback), url) if one.url in wanted]
        items = [item_from(one, language) for one in entries]
        read = Read(tuple({item.id: item for item in items}.values()), ())
    except Fault as fault:
        return _page(request, store, account, url, fault=str(fault), status=refused(fault))
    return _keep(request, store, account, url, read)


@router.post("/content/bring/file")
def take_file(
    request: Request, store: Store, account: Writer, file: Annotated[UploadFile, File()]
) -> Response:
    """Create drafts of the items of a CSV, JSON, RSS or Atom file."""
    try:
        data = file.file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise BadValue(
                "file of more than {most_bytes:,} bytes: too large; split it", most_bytes=MOST_BYTES
            )
        with store.read() as tx:
            zone = get_person(tx, account.organisation, account.person).timezone
            language = own_language(tx, account.organisation)
        read = read_items(data, zone, language)
    except Fault as fault:
        return _page(request, store, account, fault=str(fault), status=refused(fault))
    return _keep(request, store, account, "", read)


def _keep(request: Request, store: Database, account: Account, url: str, read: Read) -> Response:
    try:
        with store.begin() as tx:
            done = bring_items(tx, account.organisation, read.items, account.person, now())
    except Fault as fault:
        return _page(request, store, account, url, fault=str(fault), status=refused(fault))
    return _page(request, store, account, url, done=done, refusals=read.refused)
