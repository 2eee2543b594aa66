"""HR's page: the live scheme in plain language, and participation without naming who abstained."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rewards.accounts import Account
from rewards.explain import explain_scheme
from rewards.program import Participation, participation
from rewards.publication import SchemeVersion, scheme_in_force, versions
from web.session import Hr, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class HrContext:
    """`version` is the scheme in force (None: none), `lines` says it in plain words, `history` all versions."""

    account: Account
    version: SchemeVersion | None
    lines: list[str]
    participation: Participation
    history: list[SchemeVersion]


@router.get("/hr")
def overview(request: Request, store: Store, account: Hr) -> Response:
    """The live scheme and who takes part."""
    at, org = now(), account.organisation
    with store.read() as tx:
        version = scheme_in_force(tx, org, at)
        context = HrContext(
            account=account,
            version=version,
            lines=explain_scheme(version.scheme) if version else [],
            participation=participation(tx, org, at),
            history=versions(tx, org),
        )
    return page(request, "hr/overview.html", context)
