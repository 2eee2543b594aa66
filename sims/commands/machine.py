"""`doctor`: what is installed, which database, which executor, clashes of package names."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from sims.commands.console import FINDING, JsonOut, say, write_json
from sims.commands.program import database_url, opened, shown
from sims.doctor import cores, installed, is_off, operator_advice, operator_findings, package_clashes
from sims.ensemble.executors import choose_executor

MANY_RUNS = 1_000
ORGANISATION_DEFAULT = "company"
SECONDS_TO_WRITE = 2.0
SECONDS_TO_ANSWER = 3.0


def doctor(json_out: JsonOut = None) -> None:
    """Show what is installed, which database and which executor are used; exit 1 if something is wrong.

    Example: groundswell doctor
    """
    findings = [str(clash) for clash in package_clashes()]
    findings += [
        f"{name} is not installed; run make"
        for name, found in installed().items()
        if found == "not installed"
    ]
    state, finding, usable = database_state()
    finding += operator_findings(os.environ, database_file())
    signed_on, amiss = sign_on_state()
    finding += amiss
    mailing, amiss = mail_state()
    finding += amiss
    advice = operator_advice(os.environ)
    if usable:
        advice += program_advice(os.environ.get("GROUNDSWELL_ORGANISATION") or ORGANISATION_DEFAULT)
    body: dict[str, Any] = {
        "kind": "doctor",
        "versions": installed(),
        "database": {"url": shown(database_url()), "state": state},
        "executor": choose_executor(None, MANY_RUNS).label,
        "cores": cores(),
        "sign_on": signed_on,
        "mail": mailing,
        "findings": [*findings, *finding],
        "advice": advice,
    }
    write_json(json_out, body)
    for name, found in body["versions"].items():
        say(f"{name:12} {found}", json_out)
    say(f"{'database':12} {shown(database_url())} ({state})", json_out)
    say(f"{'executor':12} {body['executor']}, {body['cores']} cores", json_out)
    say(f"{'sign-on':12} {signed_on}", json_out)
    say(f"{'mail':12} {mailing}", json_out)
    for line in body["findings"]:
        say(f"finding: {line}", json_out)
    for line in advice:
        say(f"advice: {line}", json_out)
    if body["findings"]:
        raise typer.Exit(FINDING)


def database_state() -> tuple[str, list[str], bool]:
    """(description, faults, usable) of the database; one that does not exist yet is not a fault."""
    from rewards.store.migrate import CURRENT, WHAT_TO_DO, state

    url, file = database_url(), database_file()
    if file is not None and not file.exists() and (file.parent.is_dir() or not file.parent.exists()):
        return "not created yet", [], False
    try:
        with opened(url) as database:
            found = state(database)
            # Check that it can be written: it may be locked or read-only.
            with database.begin(SECONDS_TO_WRITE):
                pass
    except ValueError as error:
        return "unreachable", [str(error)], False
    if found == CURRENT:
        return found, [], True
    return found, [f"database {shown(url)} {WHAT_TO_DO[found]}"], False


def sign_on_state() -> tuple[str, list[str]]:
    """(description, faults) of single sign-on; the provider's metadata are requested."""
    from rewards.faults import BadValue
    from rewards.outside.provider_settings import provider_from_environment
    from rewards.outside.single_sign_on import Provider, Silent

    try:
        settings = provider_from_environment()
    except BadValue as error:
        return "not usable", [str(error)]
    passwords = not is_off(os.environ, "GROUNDSWELL_PASSWORD_SIGN_IN")
    if settings is None:
        remedy = "GROUNDSWELL_PASSWORD_SIGN_IN is off and no provider is named: nobody can sign in; set GROUNDSWELL_OIDC_ISSUER"
        return ("passwords", []) if passwords else ("nobody", [remedy])
    state = f"{settings.issuer} and passwords" if passwords else settings.issuer
    try:
        metadata = Provider(settings, SECONDS_TO_ANSWER).metadata()
    except Silent as error:
        return state, [
            f"single sign-on: {settings.issuer}: {error.why}; check GROUNDSWELL_OIDC_ISSUER and the provider"
        ]
    methods = metadata.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        return state, [f"single sign-on: {settings.issuer} does not take PKCE with S256; switch it on there"]
    return state, []


def mail_state() -> tuple[str, list[str]]:
    """(description, faults) of mail: connects and signs in to the server without sending anything. No secret is repeated."""
    from rewards.outside.smtp import ServerTrouble, server_from

    try:
        server = server_from(os.environ, SECONDS_TO_ANSWER)
    except ValueError as error:
        return "not usable", [str(error)]
    if server is None:
        return "none", []
    try:
        with server.session():
            return "the server takes mail", []
    except ServerTrouble as trouble:
        remedy = "check GROUNDSWELL_SMTP_HOST, _PORT, _TLS, _USER, _PASSWORD and _CA_FILE, and the server"
        return "not usable", [f"mail server: {trouble}; {remedy}"]


def program_advice(organisation: str) -> list[str]:
    """Obstacles to the start of a program, one line each: no organisation, a wrong name, no administrator, no scheme."""
    from rewards.founding import is_empty
    from rewards.people.account_desk import has_admin
    from rewards.people.organisations import get_organisation, list_organisations
    from rewards.publishing.publication import scheme_in_force, versions
    from rewards.scheme.unreachable import unreachable

    with opened() as database, database.read() as tx:
        if is_empty(tx):
            return [
                "nothing is set up yet: groundswell serve prints a link to do it on pages, groundswell init does it by command"
            ]
        if get_organisation(tx, organisation) is None:
            known = ", ".join(one.slug for one in list_organisations(tx)[:5])
            return [
                f"GROUNDSWELL_ORGANISATION is {organisation!r}, which the database does not hold; it holds {known}"
            ]
        found = []
        if not has_admin(tx, organisation):
            found.append(
                f"nobody administers {organisation!r}: groundswell account invite ID --roles admin,employee"
            )
        if not versions(tx, organisation):
            found.append(
                f"{organisation!r} has no scheme: nothing earns points; publish a template at /hr/first-scheme"
            )
        live = scheme_in_force(tx, organisation, datetime.now(UTC))
        found += [] if live is None else [f"the scheme in force: {line}" for line in unreachable(live.scheme)]
    return found


def database_file() -> Path | None:
    """The file of a SQLite database; None for another."""
    url = database_url()
    return Path(url.removeprefix("sqlite:///").partition("?")[0]) if url.startswith("sqlite:///") else None
