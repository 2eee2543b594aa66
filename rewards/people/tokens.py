"""API tokens for their creators: created within the creator's rights, listed with their last use, revoked."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from rewards.faults import BadValue, Conflict, Refused, Unavailable
from rewards.language import gettext as _
from rewards.people.accounts import SCOPES, Account, ApiToken, create_token, new_secret
from rewards.people.scopes import PERSONAL, WANTED
from rewards.store import accounts as rows
from rewards.store.persons import find_row
from rewards.store.rows import ListedTokenRow
from rewards.store.session import Database, Transaction
from rewards.store.units import digest, from_us, maybe_us, to_us

USED_EVERY = timedelta(hours=1)
"""Resolution of the recorded last use of a token: writing it at every request would cost more than reading the token."""
AGAIN = timedelta(minutes=1)
"""A form sent twice within this time is taken as one."""
MOST_DAYS = 3650
IN_FORCE, EXPIRED, REVOKED = "in force", "expired", "revoked"


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token without its secret. `person` None: it acts for the organisation; `made_by` None: created by a command."""

    name: str
    scopes: tuple[str, ...]
    person: str | None
    made_by: str | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    state: str


def tokens_of(
    tx: Transaction, organisation: str, now: datetime, limit: int = 100, after: str = ""
) -> list[TokenView]:
    """Tokens by name after `after`, revoked ones included, since the audit log names them."""
    return [_view(row, now) for row in rows.page_of_tokens(tx, organisation, limit, after)]


def scopes_for(maker: Account) -> tuple[str, ...]:
    """The scopes that an account may grant."""
    return tuple(scope for scope in SCOPES if maker.rights >= WANTED[scope])


def make_token(
    tx: Transaction,
    maker: Account,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    *,
    own: bool = False,
    days: int | None = None,
) -> str:
    """A new token's secret, shown only once. It acts for the organisation, or for its creator (`own`), for a number of days.

    Raises Refused for a scope beyond the creator's rights, BadValue, Conflict for a name already used.
    """
    name = name.strip()
    beyond = [scope for scope in scopes if scope in SCOPES and scope not in scopes_for(maker)]
    if beyond:
        raise Refused(
            _("You may not give the scope {scope}: it allows what your roles do not.").format(scope=beyond[0])
        )
    personal = [scope for scope in scopes if scope in PERSONAL]
    if personal and not own:
        raise BadValue(
            _(
                "The scope {scope} is for a token that speaks for you; choose that, or leave the scope out."
            ).format(scope=personal[0])
        )
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise BadValue(
            _("{days} days: a token lasts 1 to {most} days; choose another number.").format(
                days=days, most=MOST_DAYS
            )
        )
    expires = None if days is None else now + timedelta(days=days)
    person = maker.person if own else None
    try:
        return create_token(
            tx, maker.organisation, name, scopes, now, person=person, expires_at=expires, made_by=maker.person
        )
    except Conflict:
        secret = _again(tx, maker, name, scopes, person, now=now)
        if secret is None:
            raise
        return secret


def _again(
    tx: Transaction, maker: Account, name: str, scopes: Sequence[str], person: str | None, *, now: datetime
) -> str | None:
    """Handle a form posted twice: the first token's secret was never shown, so it is replaced by the one shown now."""
    row = rows.token_named(tx, maker.organisation, name)
    mine = find_row(tx, maker.organisation, maker.person).id
    if row is None or row.maker_id != mine or row.person_id != (None if person is None else mine):
        return None
    untouched = row.used_at_us is None and row.revoked_at_us is None
    if not untouched or row.created_at_us < to_us(now - AGAIN) or row.scopes.split() != list(scopes):
        return None
    secret = new_secret()
    rows.renew_token(tx, maker.organisation, name, digest(secret))
    return secret


def note_used(db: Database, tokens: Iterable[ApiToken], now: datetime) -> None:
    """Store the last use of tokens; skipped while the database is busy."""
    before = to_us(now - USED_EVERY)
    with suppress(Unavailable), db.begin() as tx:
        for token in tokens:
            rows.note_token(tx, token.organisation, token.name, to_us(now), before)


def _view(row: ListedTokenRow, now: datetime) -> TokenView:
    expired = row.expires_at_us is not None and row.expires_at_us <= to_us(now)
    return TokenView(
        name=row.name,
        scopes=tuple(row.scopes.split()),
        person=row.external_id,
        made_by=row.maker,
        created_at=from_us(row.created_at_us),
        expires_at=maybe_us(row.expires_at_us),
        used_at=maybe_us(row.used_at_us),
        state=REVOKED if row.revoked_at_us is not None else EXPIRED if expired else IN_FORCE,
    )
