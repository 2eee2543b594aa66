"""The page behind the set-up link: one form that creates the organisation and its first administrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue, Conflict
from rewards.founding import Beginning, found, look, networks_of
from rewards.language import LANGUAGES, SOURCE, language
from rewards.language import gettext as _
from rewards.people.accounts import PASSWORD_MIN_CHARACTERS
from rewards.people.changing import row_of
from rewards.people.rights import TITLES
from web.lanes import LaneFull
from web.own.password import SECONDS_TO_HASH, Password, busy, same
from web.session import Config, Store, device, now, start
from web.setup.networks import OFFERED, USUAL, NetworkChoice, choices
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
Line = Annotated[Plain, Form(max_length=300)]
Several = Annotated[list[Plain], Form(default_factory=list, max_length=64)]
EXTRA_ROLES = ("hr", "content", "strategist")
"""Further roles that the first administrator may have; the auditor must be another person."""
ZONES = sorted(
    zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
)


@dataclass(frozen=True)
class FirstContext:
    """Page context: the form with the values typed."""

    typed: dict[str, str]
    zones: list[str]
    languages: dict[str, str]
    spoken: Sequence[str]
    networks: list[NetworkChoice]
    roles: dict[str, str]
    chosen: Sequence[str]
    fewest: int
    action: str
    fault: str


def _form(
    request: Request,
    typed: dict[str, str],
    spoken: Sequence[str],
    networks: list[NetworkChoice],
    roles: Sequence[str],
    *,
    fault: str = "",
    status: int = 200,
) -> Response:
    context = FirstContext(
        typed=typed,
        zones=ZONES,
        languages=LANGUAGES,
        spoken=spoken,
        networks=networks,
        roles={role: _(TITLES[role]) for role in EXTRA_ROLES},
        chosen=roles,
        fewest=PASSWORD_MIN_CHARACTERS,
        action=request.url.path,
        fault=fault,
    )
    return page(request, "setup/first.html", context, status)


def _beginning(
    slug: str,
    typed: Mapping[str, str],
    spoken: Sequence[str],
    network: Sequence[str],
    unpaid: Sequence[str],
    *,
    roles: Sequence[str],
) -> Beginning:
    """The data in the form. Raises BadValue naming the field."""
    if unknown := {*network, *unpaid} - set(OFFERED):
        raise BadValue(_("Network {name}: choose among those offered.").format(name=min(unknown)[:40]))
    if set(roles) - set(EXTRA_ROLES):
        raise BadValue(_("Role: choose among those offered."))
    admin = row_of(
        {
            "id": typed["person"],
            "name": typed["person_name"],
            "email": typed["email"],
            "team": typed["team"],
            "segment": typed["segment"],
            "timezone": typed["timezone"],
            "contacts": 0,
            "locale": spoken[0] if spoken and spoken[0] in LANGUAGES else SOURCE,
        }
    )
    return Beginning(
        slug=slug,
        name=typed["name"],
        timezone=typed["timezone"],
        languages=tuple(spoken),
        networks=networks_of(network, unpaid),
        admin=admin,
        roles=("admin", "employee", *roles),
    )


@router.get("/setup/{token}")
def form(request: Request, store: Store, token: Plain) -> Response:
    """The form, while the link is open."""
    with store.read() as tx:
        look(tx, token)
    empty = dict.fromkeys(("name", "person", "person_name", "email", "timezone"), "")
    typed = {**empty, "team": _("Office"), "segment": _("Company")}
    return _form(request, typed, [language()], choices(USUAL, ()), ("hr", "content"))


@router.post("/setup/{token}")
async def begin(
    request: Request,
    store: Store,
    config: Config,
    token: Plain,
    spoken: Several,
    network: Several,
    unpaid: Several,
    role: Several,
    password: Password = "",
    again: Password = "",
    name: Line = "",
    timezone: Line = "",
    person: Line = "",
    person_name: Line = "",
    email: Line = "",
    team: Line = "",
    segment: Line = "",
) -> Response:
    """Create the organisation and its first administrator, and sign in. The values typed are kept where one is refused."""
    typed = {
        "name": name, "timezone": timezone, "person": person, "person_name": person_name, "email": email, "team": team,
        "segment": segment,
    }  # fmt: skip

    def act() -> Response:
        try:
            with store.read() as tx:
                look(tx, token)
            same(password, again)
            beginning = _beginning(config.organisation, typed, spoken, network, unpaid, roles=role)
            session = found(store, token, beginning, password, now(), device=device(request))
        except (BadValue, Conflict) as fault:
            return _form(request, typed, spoken, choices(network, unpaid), role, fault=str(fault), status=422)
        request.app.state.offered.forget()
        return start(RedirectResponse("/admin/setup", 303), session, config.secure_cookies)

    try:
        answer: Response = await request.app.state.signing_in.run(act, SECONDS_TO_HASH)
    except LaneFull:
        raise busy() from None
    return answer
