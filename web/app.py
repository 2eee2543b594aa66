"""Assembly of the application: routes, security headers, metrics, static files. It never imports the simulation model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from rewards.outside.single_sign_on import Provider
from rewards.store.session import open_database
from web import health, invitations, links, mails, problems, sign_in, sign_on, sign_out
from web.admin import accounts as admin_accounts
from web.admin import inviting
from web.admin import mail as admin_mail
from web.admin import tokens as admin_tokens
from web.admin import webhooks as admin_webhooks
from web.api import (
    badges,
    challenges,
    content,
    entries,
    events,
    forecasts,
    highlights,
    kudos,
    lab,
    leaderboards,
    membership,
    nominations,
    people,
    people_files,
    personal_data,
    program,
    reviews,
    rewards,
    rollouts,
    scheme_decisions,
    schemes,
    staff,
    webhooks,
)
from web.content import bring as content_bring
from web.content import desk as content_desk
from web.content import grid as content_grid
from web.content import queue as content_queue
from web.content import rules as content_rules
from web.employee import boards as employee_boards
from web.employee import nominating, rules, sharing, spending, suggesting
from web.employee import routes as employee
from web.health import Measure, Metrics
from web.hr import audit, decisions, designer, draft, one_page, records, works_council
from web.hr import health as hr_health
from web.hr import imports as hr_imports
from web.hr import membership as hr_membership
from web.hr import nominations as hr_nominations
from web.hr import people as hr_people
from web.hr import person as hr_person
from web.hr import routes as hr
from web.lab import desk as lab_desk
from web.lab import editor as lab_editor
from web.lab import essay as lab_essay
from web.lab import runs as lab_runs
from web.lanes import CLICKS_AT_ONCE, SIGN_INS_AT_ONCE, SIGN_ONS_AT_ONCE, Lane
from web.language import Language, Offered
from web.language import router as language_router
from web.loop import calibrations as loop_calibrations
from web.loop import forecasts as loop_forecasts
from web.loop import histories as loop_histories
from web.loop import recalibrations as loop_recalibrations
from web.loop import rollouts as loop_rollouts
from web.own import account as own_account
from web.own import data as own_data
from web.own import days as own_days
from web.own import membership as own_membership
from web.own import notifications as own_notifications
from web.own import password
from web.proxies import Visitors
from web.publishing import changes as publishing_changes
from web.publishing import routes as publishing
from web.rehearsal import following
from web.rehearsal import routes as rehearsal
from web.security import Edge
from web.session import KnownTokens, token_reader
from web.settings import Settings, settings_from_environment
from web.setup import first as setup_first
from web.setup import steps as setup_steps
from web.sign_in_limit import SignInLimit
from web.strategist import routes as strategist
from web.strategist import watch
from web.token_uses import TokenUses

LOCAL_ADDRESS = "http://127.0.0.1:8000"
STATIC = Path(__file__).parent / "static"
WAIT_SECONDS = 5.0
"""Seconds that a request waits for the write lock before it is answered 503, since a waiting request occupies a thread."""

ROUTERS = (
    health.router,
    links.router,
    events.router,
    people.router,
    people_files.router,
    staff.router,
    personal_data.router,
    membership.router,
    kudos.router,
    leaderboards.router,
    rewards.router,
    entries.router,
    schemes.router,
    program.router,
    scheme_decisions.router,
    lab.router,
    badges.router,
    challenges.router,
    highlights.router,
    nominations.router,
    reviews.router,
    webhooks.router,
    forecasts.router,
    rollouts.router,
    content.router,
    sign_in.router,
    sign_on.router,
    sign_out.router,
    own_account.router,
    own_data.router,
    own_days.router,
    own_membership.router,
    own_notifications.router,
    mails.router,
    admin_mail.router,
    hr_membership.router,
    password.router,
    invitations.router,
    admin_accounts.router,
    inviting.router,
    setup_first.router,
    setup_steps.router,
    language_router,
    employee.router,
    employee_boards.router,
    sharing.router,
    content_grid.router,
    content_bring.router,
    content_desk.router,
    content_queue.router,
    content_rules.router,
    suggesting.router,
    rules.router,
    spending.router,
    nominating.router,
    hr.router,
    hr_health.router,
    one_page.router,
    works_council.router,
    designer.router,
    draft.router,
    hr_nominations.router,
    decisions.router,
    hr_people.router,
    hr_person.router,
    hr_imports.router,
    audit.router,
    records.router,
    rehearsal.router,
    following.router,
    publishing.router,
    publishing_changes.router,
    strategist.router,
    watch.router,
    lab_essay.router,
    lab_desk.router,
    lab_editor.router,
    lab_runs.router,
    loop_recalibrations.router,
    loop_forecasts.router,
    loop_histories.router,
    loop_calibrations.router,
    loop_rollouts.router,
    admin_tokens.router,
    admin_webhooks.router,
)


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Routes of pages and API. A route's dependency tree is built at its first request, once for all applications of a process."""
    together = APIRouter()
    for router in ROUTERS:
        together.include_router(router)
    return tuple(together.routes)


def create_app(settings: Settings | None = None, listens_at: str = LOCAL_ADDRESS) -> FastAPI:
    """The application over the database that `settings` name, which is opened at start-up and closed at shutdown.

    `listens_at` is the public address where the settings name none; '' leaves it unknown.
    """
    settings = settings or settings_from_environment()
    database = open_database(settings.database_url, create=False, wait_seconds=WAIT_SECONDS)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.tokens.close()
        app.state.token_uses.close()
        app.state.singles.close()
        database.close()

    app = FastAPI(
        title="Groundswell",
        version=version("groundswell"),
        description="Employee advocacy: one incentive scheme, simulated and run live.",
        lifespan=lifespan,
        # The interactive API pages load scripts from other hosts, which the Content-Security-Policy forbids.
        docs_url=None,
        redoc_url=None,
        # Would send requests, and errors with their values, to third parties; `Measure` and the log do without values.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.settings = settings
    app.state.public_address = settings.base_url or listens_at
    app.state.database = database
    app.state.token_uses = TokenUses(database)
    app.state.tokens = token_reader(database, app.state.token_uses)
    app.state.known_tokens = KnownTokens()
    app.state.singles = events.single_recorder(database)
    app.state.founded = False
    app.state.offered = Offered(database, settings.organisation)
    app.state.metrics = Metrics()
    app.state.sign_in_limit = SignInLimit()
    app.state.clicking = Lane(CLICKS_AT_ONCE)
    app.state.signing_in = Lane(SIGN_INS_AT_ONCE)
    app.state.signing_on = Lane(SIGN_ONS_AT_ONCE)
    app.state.provider = None if settings.oidc is None else Provider(settings.oidc)
    problems.install(app)
    app.router.routes.extend(_routes())
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Edge)
    app.add_middleware(Language, offered=app.state.offered)
    app.add_middleware(Measure, metrics=app.state.metrics)
    # Outermost, so that every other middleware sees the visitor's address.
    app.add_middleware(Visitors, trusted=settings.proxies, header=settings.proxy_header)
    return app
