"""GET /api/v1/program/health: the numbers of the page of programme health, row for row."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from rewards.people.accounts import ApiToken
from web.api.shared import Strict, problems
from web.hr.health_kept import health
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1/program", tags=["program"])
Reader = Annotated[ApiToken, Depends(token_with("admin", "schemes:write"))]


class Row(Strict):
    """One number. `told` is the form in which it may be disclosed; `value` is null where it is suppressed. `of`: the denominator."""

    section: str
    measure: str
    group: str
    told: str
    value: float | None
    of: int | None
    until: str


class Week(Strict):
    """One week by its Monday; `low` and `high` are the forecast's 80 % band of sharers, where there is a forecast."""

    monday: str
    sharers: str
    shares: int
    clicks: int
    low: float | None
    high: float | None


class HealthOut(Strict):
    """Everything of one moment. `minimum`: of fewer people nothing is shown; `hidden`: segments left out for it."""

    as_of: str
    minimum: int
    hidden: int
    forecast: str
    rows: list[Row]
    weeks: list[Week]


@router.get("/health", summary="Program health", responses=problems())
def read(store: Store, token: Reader) -> HealthOut:
    """Aggregates that identify nobody, the same as on the page and in its file."""
    return HealthOut.model_validate(health(store, token.organisation, now()).as_json())
