"""The people directory: search by words, and lists page by page, whatever the number of people.

Each search condition is first asked for its matches up to a limit. Few matches are fetched and sorted in memory; otherwise the list is
scanned in index order until a page is full. Names that begin with the first word come first, so that the scan starts at the
matches. Neither a rare nor a common word therefore causes a full scan.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Select,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.sql.elements import ColumnElement

from rewards.store import schema
from rewards.store.prepared import NoRow, Prepared, each_of, inserting
from rewards.store.rows import ColleagueRow, FoundPersonRow, ListedPersonRow
from rewards.store.session import Transaction
from rewards.words import AFTER_ANY, beginnings_of, words_of

PERSON = schema.person
IDENTITY = schema.person_identity
ALIAS = schema.person_alias
ACCOUNT = schema.account
WORD = schema.person_word
NAME, OTHER = 0, 1
"""Kinds of words: of names, which colleagues look for, and of ids, addresses, teams and segments, which HR looks for too."""
FEW = 2000
"""The most matches that are sorted."""
SOME = 5000
"""The most matches that are read to be counted."""
_CHUNK = 500
_ROWS = 10_000
_NOTE = inserting(WORD, NoRow)


def _forgetting(dialect: str) -> Any:
    """Deletes one indexed word of a person, for each of the rows given."""
    keys = each_of([WORD.c[name] for name in ("organisation_id", "kind", "word", "person_id")], dialect)
    return delete(WORD).where(*(WORD.c[name] == one for name, one in keys.items()))


_FORGET = Prepared(NoRow, _forgetting)
_WITH_US = ("active", "paused")
_SORTED = (IDENTITY.c.sort_name, IDENTITY.c.person_id)
_LISTED = (
    select(
        PERSON, IDENTITY.c.external_id, IDENTITY.c.name, IDENTITY.c.email, IDENTITY.c.sort_name,
        func.coalesce(ACCOUNT.c.roles, "").label("roles"),
    )
    .select_from(IDENTITY)
    .join(PERSON, PERSON.c.id == IDENTITY.c.person_id)
    .join(ACCOUNT, ACCOUNT.c.person_id == PERSON.c.id, isouter=True)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of people: prefixes of words, and conditions; '' and () filter nothing. `role` is a role of the account."""

    text: str = ""
    statuses: tuple[str, ...] = ()
    team: str = ""
    segment: str = ""
    role: str = ""


Place = tuple[int, str, int]
"""Where a page ends: 0 or 1 as the name begins with the first word or not, the name as it is sorted, and the internal id."""


def is_anybody(tx: Transaction, external_id: str) -> bool:
    """True where a person in any organisation has the id."""
    return (
        tx.execute(select(IDENTITY.c.person_id).where(IDENTITY.c.external_id == external_id).limit(1)).first()
        is not None
    )


def write_words(tx: Transaction, people: Iterable[FoundPersonRow]) -> None:
    """Insert the search words of new people."""
    made = [_noted(one, *word) for one in people for word in sorted(_words_of(one))]
    for start in range(0, len(made), _ROWS):
        tx.later(_NOTE, made[start : start + _ROWS])


def renew_words(tx: Transaction, ids: Sequence[int]) -> None:
    """Update the search words of people after a change of name, address, id, team or segment."""
    for start in range(0, len(ids), _CHUNK):
        chosen = list(ids[start : start + _CHUNK])
        query = (
            select(
                IDENTITY.c.person_id,
                IDENTITY.c.organisation_id,
                IDENTITY.c.external_id,
                IDENTITY.c.name,
                IDENTITY.c.email,
                PERSON.c.segment,
                PERSON.c.team,
            )
            .join(PERSON, PERSON.c.id == IDENTITY.c.person_id)
            .where(IDENTITY.c.person_id.in_(chosen))
        )
        rows = tx.rows(FoundPersonRow, query)
        former: dict[int, list[str]] = {}
        aliases = select(ALIAS.c.person_id, ALIAS.c.external_id).where(ALIAS.c.person_id.in_(chosen))
        for person_id, external_id in tx.execute(aliases):
            former.setdefault(person_id, []).append(external_id)
        known: dict[int, set[tuple[int, str]]] = {}
        noted = select(WORD.c.person_id, WORD.c.kind, WORD.c.word).where(WORD.c.person_id.in_(chosen))
        for person_id, kind, word in tx.execute(noted):
            known.setdefault(person_id, set()).add((kind, word))
        gone, new = [], []
        for one in rows:
            there, wanted = known.get(one.person_id, set()), _words_of(one, former.get(one.person_id, ()))
            gone += [_noted(one, *word) for word in sorted(there - wanted)]
            new += [_noted(one, *word) for word in sorted(wanted - there)]
        tx.later(_FORGET, gone)
        tx.later(_NOTE, new)
        if nobody := known.keys() - {one.person_id for one in rows}:
            drop_words(tx, sorted(nobody))


def _words_of(one: FoundPersonRow, former: Sequence[str] = ()) -> set[tuple[int, str]]:
    """A person's search words, each with its kind; `former` are ids of merged accounts."""
    names = words_of([one.name])
    ids = [one.external_id, *former]
    others = words_of([*ids, (one.email or "").partition("@")[0], one.segment, one.team]) - names
    return {(NAME, word) for word in names} | {(OTHER, word) for word in others}


def _noted(one: FoundPersonRow, kind: int, word: str) -> dict[str, object]:
    return {"organisation_id": one.organisation_id, "kind": kind, "word": word, "person_id": one.person_id}


def take_stock(tx: Transaction) -> None:
    """Update PostgreSQL's statistics of people: before the first ANALYZE it plans for a handful of rows."""
    if tx.dialect == "postgresql":
        tx.execute(text("ANALYZE person, person_identity, person_word"))


def drop_words(tx: Transaction, ids: Sequence[int]) -> None:
    """Delete the search words of people."""
    tx.execute(delete(WORD).where(WORD.c.person_id.in_(ids)))


def page(
    tx: Transaction,
    organisation: str,
    wanted: Wanted,
    after: Place | None,
    limit: int,
    *,
    kinds: Sequence[int] = (NAME, OTHER),
) -> list[ListedPersonRow]:
    """People behind a cursor; `kinds` of search words are matched."""
    beginnings = beginnings_of(wanted.text)
    roles = _roles_with(tx, organisation, wanted.role) if wanted.role else []
    query = _LISTED.where(IDENTITY.c.organisation_id == organisation, *_holds(tx, wanted, roles))
    sources = [_with_word(organisation, one, kinds) for one in beginnings]
    few = _few(tx, [*sources, *_sources(organisation, wanted, roles)])
    first = beginnings[0] if beginnings else ""
    if few is not None:
        query = query.where(*(_has_word(one, kinds) for one in beginnings))
        found = tx.rows(ListedPersonRow, query.where(IDENTITY.c.person_id.in_(few))) if few else []
        return [
            row
            for row in sorted(found, key=lambda row: place(row, first))
            if after is None or place(row, first) > after
        ][:limit]
    found = []
    for rank in range(0 if after is None else after[0], 2 if first else 1):
        words = (_has_word(one, kinds, one_by_one=not rank) for one in beginnings)
        part = query.where(_begun(first, rank), *words).order_by(*_SORTED).limit(limit - len(found))
        if after is not None and after[0] == rank:
            part = part.where(tuple_(*_SORTED) > tuple_(literal(after[1]), literal(after[2])))
        found += tx.rows(ListedPersonRow, part)
        if len(found) == limit:
            break
    return found


def meeting(tx: Transaction, organisation: str, searched: str, role: str) -> list[ColumnElement[bool]] | None:
    """Conditions on people for a list in another order: all words match as prefixes, and the account has the role.

    None: nobody matches.
    """
    kinds, beginnings = (NAME, OTHER), beginnings_of(searched)
    if searched and not beginnings:
        return None
    roles = _roles_with(tx, organisation, role) if role else []
    wanted = Wanted(role=role)
    sources = [_with_word(organisation, one, kinds) for one in beginnings]
    few = _few(tx, [*sources, *_sources(organisation, wanted, roles)])
    if few is not None and not few:
        return None
    found = [
        *_holds(tx, wanted, roles),
        *(_has_word(one, kinds, one_by_one=few is None) for one in beginnings),
    ]
    return found if few is None else [IDENTITY.c.person_id.in_(few), *found]


def place(row: ListedPersonRow, first: str) -> Place:
    """A person's sort position; `first` is the first word searched for."""
    return (int(not row.sort_name.startswith(first)), row.sort_name, row.id)


def _begun(first: str, rank: int) -> ColumnElement[bool]:
    if not first:
        return true()
    name, end = IDENTITY.c.sort_name, first + AFTER_ANY
    return or_(name < first, name >= end) if rank else and_(name >= first, name < end)


def colleagues(tx: Transaction, organisation: str, name: str, limit: int, but: int) -> list[ListedPersonRow]:
    """Present people with a name that has words with these prefixes, sorted as by `page`."""
    if not beginnings_of(name):
        return []
    found = page(tx, organisation, Wanted(name, _WITH_US), None, limit + 1, kinds=(NAME,))
    return [row for row in found if row.id != but][:limit]


def namesakes(tx: Transaction, organisation: str, person_id: int, names: Sequence[str]) -> list[str]:
    """Names of other people that share a word with these names, up to FEW for each word."""
    found: list[str] = []
    for word in sorted(words_of(names)):
        query = (
            select(IDENTITY.c.name)
            .join(WORD, WORD.c.person_id == IDENTITY.c.person_id)
            .where(
                WORD.c.organisation_id == organisation,
                WORD.c.kind == NAME,
                WORD.c.word == word,
                WORD.c.person_id != person_id,
            )
        )
        found += tx.execute(query.limit(FEW)).scalars()
    return found


def by_external(tx: Transaction, organisation: str, ids: Sequence[str]) -> dict[str, ColleagueRow]:
    """Present people by external id: person_id, external_id, name, team."""
    query = (
        select(IDENTITY.c.person_id, IDENTITY.c.external_id, IDENTITY.c.name, PERSON.c.team)
        .join(PERSON, PERSON.c.id == IDENTITY.c.person_id)
        .where(
            IDENTITY.c.organisation_id == organisation,
            IDENTITY.c.external_id.in_(ids),
            PERSON.c.status.in_(_WITH_US),
        )
    )
    return {row.external_id: row for row in tx.rows(ColleagueRow, query)}


def ids_after(tx: Transaction, organisation: str, after: str, limit: int) -> list[str]:
    """External ids after one, in code point order, erased people left out."""
    by = (
        cast(IDENTITY.c.external_id, Text).collate("C")
        if tx.dialect == "postgresql"
        else IDENTITY.c.external_id
    )
    query = select(IDENTITY.c.external_id).where(IDENTITY.c.organisation_id == organisation, by > after)
    return list(tx.execute(query.order_by(by).limit(limit)).scalars())


def segments(tx: Transaction, organisation: str) -> list[str]:
    """Distinct segments of people, by skip scan of an index."""
    return _distinct(tx, PERSON.c.organisation_id == organisation, PERSON.c.segment)


def _distinct(tx: Transaction, where: ColumnElement[bool], column: ColumnElement[str]) -> list[str]:
    found: list[str] = []
    query = select(func.min(column)).where(where)
    following = tx.execute(query).scalar()
    while following is not None:
        found.append(following)
        following = tx.execute(query.where(column > following)).scalar()
    return found


def _holds(tx: Transaction, wanted: Wanted, roles: Sequence[str]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.statuses:
        found.append(_seen(tx, PERSON.c.status).in_(wanted.statuses))
    if wanted.team:
        found.append(_seen(tx, PERSON.c.team) == wanted.team)
    if wanted.segment:
        found.append(_seen(tx, PERSON.c.segment) == wanted.segment)
    if wanted.role:
        found.append(_seen(tx, ACCOUNT.c.roles).in_(roles))
    return found


def _seen(tx: Transaction, column: ColumnElement[str]) -> ColumnElement[str]:
    """The column without its index: SQLite, which has no statistics, would use that index and sort every match."""
    return func.coalesce(column, "") if tx.dialect == "sqlite" else column


def _sources(organisation: str, wanted: Wanted, roles: Sequence[str]) -> list[Select[tuple[int]]]:
    """Selective conditions as queries for the ids of the people who meet them."""
    people = select(PERSON.c.id).where(PERSON.c.organisation_id == organisation)
    found: list[Select[tuple[int]]] = []
    if wanted.team:
        found.append(people.where(PERSON.c.team == wanted.team))
    if wanted.segment:
        found.append(people.where(PERSON.c.segment == wanted.segment))
    if wanted.statuses:
        found.append(people.where(PERSON.c.status.in_(wanted.statuses)))
    if wanted.role:
        accounts = select(ACCOUNT.c.person_id).where(ACCOUNT.c.organisation_id == organisation)
        found.append(accounts.where(ACCOUNT.c.roles.in_(roles)))
    return found


def _roles_with(tx: Transaction, organisation: str, role: str) -> list[str]:
    """The stored role lists that contain a role."""
    known = _distinct(tx, ACCOUNT.c.organisation_id == organisation, ACCOUNT.c.roles)
    return [roles for roles in known if role in roles.split()]


def _few(tx: Transaction, sources: Sequence[Select[tuple[int]]]) -> list[int] | None:
    """Ids of people who meet all selective conditions; None where there are more than FEW."""
    kept: set[int] | None = None
    for source in sources:
        # A condition with many matches is not fetched.
        some = source.limit(SOME + 1).subquery()
        if tx.execute(select(func.count()).select_from(some)).scalar_one() <= SOME:
            found = set(tx.execute(source).scalars())
            kept = found if kept is None else kept & found
            if not kept:
                break
    return None if kept is None or len(kept) > FEW else sorted(kept)


def _begins(organisation: str, beginning: str, kinds: Sequence[int]) -> ColumnElement[bool]:
    return and_(
        WORD.c.organisation_id == organisation,
        WORD.c.kind.in_(kinds),
        WORD.c.word >= beginning,
        WORD.c.word < beginning + AFTER_ANY,
    )


def _with_word(organisation: str, beginning: str, kinds: Sequence[int]) -> Select[tuple[int]]:
    return select(WORD.c.person_id).where(_begins(organisation, beginning, kinds))


def _has_word(beginning: str, kinds: Sequence[int], one_by_one: bool = False) -> ColumnElement[bool]:
    """Condition: the person has a word with a prefix, looked up by person. `one_by_one`: OFFSET 0 stops PostgreSQL from joining first."""
    mine = (WORD.c.person_id == IDENTITY.c.person_id, WORD.c.kind.in_(kinds))
    begins = (WORD.c.word >= beginning, WORD.c.word < beginning + AFTER_ANY)
    asked = select(literal(1)).where(*mine, *begins)
    return exists(asked.offset(0) if one_by_one else asked)
