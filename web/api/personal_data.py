"""A person's own data as JSON: GET /api/v1/me/export, and for administrators /api/v1/people/{id}/export."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from rewards.people.accounts import ApiToken
from rewards.people.export import export_person
from web.api.shared import PERSON, Strict, actor_of, person_of, problems
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1", tags=["people"])


class PersonalDataOut(Strict):
    """All that is stored about a person, by table. Amounts are millipoints; other people appear as numbers."""

    organisation: str
    person: str
    exported_at: datetime
    tables: dict[str, list[dict[str, Any]]]


def _export(store: Store, response: Response, token: ApiToken, person: str) -> PersonalDataOut:
    with store.begin() as tx:
        found = export_person(tx, token.organisation, person, actor_of(token), now())
    response.headers["Content-Disposition"] = f'attachment; filename="{person}.json"'
    return PersonalDataOut(
        organisation=found.organisation,
        person=found.person,
        exported_at=found.exported_at,
        tables=found.tables,
    )


@router.get("/me/export", summary="All that is stored about oneself", responses=problems())
def own_data(
    store: Store, response: Response, token: Annotated[ApiToken, Depends(token_with("me:read"))]
) -> PersonalDataOut:
    """Of the token's person; secrets are left out."""
    return _export(store, response, token, person_of(token))


@router.get("/people/{id}/export", summary="All that is stored about a person", responses=problems(404))
def data_of(
    store: Store,
    response: Response,
    token: Annotated[ApiToken, Depends(token_with("admin"))],
    id: Annotated[str, Path(pattern=PERSON)],
) -> PersonalDataOut:
    """For an administrator who answers a person's request; the export is logged."""
    return _export(store, response, token, id)
