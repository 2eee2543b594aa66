"""Diagnostics of an installation: versions, database, executor, and clashes of package names.

Light on purpose: the command line calls `package_clashes` before anything else.
"""

import importlib.util
import os
import platform
import stat
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

PACKAGES = ("engine", "rewards", "agents", "sims", "web")
DISTRIBUTION = "groundswell"
OTHERS_READ = stat.S_IROTH | stat.S_IWOTH
USUAL_MEMORY = 8 << 30
SHOWN = ("mesa", "numba", "numpy", "pandas", "pydantic", "sqlalchemy", "alembic", "fastapi", "tzdata")


class Clash(NamedTuple):
    """One of the five package names, and what else claims it."""

    package: str
    claimant: str

    def __str__(self) -> str:
        return (
            f"package name '{self.package}' is also claimed by {self.claimant}; Groundswell needs it alone; "
            f"remove the other or install Groundswell in its own environment"
        )


def package_clashes(search_path: Iterable[str] | None = None) -> list[Clash]:
    """Distributions and folders, other than Groundswell's, that claim one of the five package names.

    `search_path` is where installed distributions are looked for, `sys.path` unless given.
    An empty list is health.
    """
    claims = {Clash(name, f"the distribution '{rival}'") for name, rival in _distribution_claims(search_path)}
    claims |= {Clash(name, f"the folder {folder}") for name, folder in _foreign_folders()}
    return sorted(claims)


def _distribution_claims(search_path: Iterable[str] | None) -> list[tuple[str, str]]:
    path = list(sys.path if search_path is None else search_path)
    # Names are read of those alone that claim something: every command waits for this.
    return [
        (name, str(dist.metadata["Name"]))
        for dist in metadata.distributions(path=path)
        for name in _top_level_names(dist)
        if (dist.metadata["Name"] or "").lower() != DISTRIBUTION
    ]


def _top_level_names(dist: metadata.Distribution) -> list[str]:
    """The names among the five that the distribution's records contain, as a package or a module."""
    record = dist.read_text("RECORD") or ""
    listed = set((dist.read_text("top_level.txt") or "").split())
    return [
        name
        for name in PACKAGES
        if name in listed or f"\n{name}/" in f"\n{record}" or f"\n{name}.py," in f"\n{record}"
    ]


def _foreign_folders() -> list[tuple[str, Path]]:
    """Our packages that Python would import from another folder than this one's."""
    home = Path(__file__).resolve().parents[1]
    found = []
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        origin = Path(spec.origin).resolve() if spec is not None and spec.origin else None
        if origin is not None and origin.parent.parent != home:
            found.append((name, origin.parent))
    return found


def version() -> str:
    """The installed version of Groundswell, `0+unknown` when run from a bare source tree."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "0+unknown"


def installed() -> dict[str, str]:
    """The versions that results can depend on, by distribution name; a missing one reads `not installed`."""
    found = {DISTRIBUTION: version(), "python": platform.python_version()}
    for name in SHOWN:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def cores() -> int:
    """Processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory() -> int:
    """Bytes of memory of this machine; a usual one's where it does not tell."""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return USUAL_MEMORY


def operator_findings(environ: Mapping[str, str], database: Path | None) -> list[str]:
    """Security findings about the environment that a server would be started with, one line each."""
    found = []
    base = environ.get("GROUNDSWELL_BASE_URL", "").strip()
    if is_on(environ, "GROUNDSWELL_DEMO") and base and not _is_local(base):
        found.append(
            f"GROUNDSWELL_DEMO is on at {base}: anybody signs in as HR without a password; unset GROUNDSWELL_DEMO"
        )
    if base.startswith("https:") and not is_on(environ, "GROUNDSWELL_SECURE_COOKIES"):
        found.append(
            "GROUNDSWELL_SECURE_COOKIES is not set behind HTTPS: the session cookie would be sent without it too; set it to true"
        )
    if is_on(environ, "GROUNDSWELL_WEBHOOK_LOOPBACK") and base and not _is_local(base):
        found.append(
            "GROUNDSWELL_WEBHOOK_LOOPBACK is on: webhooks may reach services of this machine; unset it"
        )
    found += _mail_findings(environ, base)
    private = (database, Path(environ.get("GROUNDSWELL_SIGNING_KEY_FILE") or os.devnull))
    found += [
        f"{file} can be read by others on this machine; run chmod 600 {file}"
        for file in private
        if file is not None and file.is_file() and file.stat().st_mode & OTHERS_READ
    ]
    return found


def _mail_findings(environ: Mapping[str, str], base: str) -> list[str]:
    """Settings that prevent mail from being sent, or expose its password."""
    host = environ.get("GROUNDSWELL_SMTP_HOST", "").strip()
    if not host:
        return []
    found = [
        f"{name} is not set, and GROUNDSWELL_SMTP_HOST is: the worker does not start; set it"
        for name, value in (
            ("GROUNDSWELL_MAIL_FROM", environ.get("GROUNDSWELL_MAIL_FROM", "").strip()),
            ("GROUNDSWELL_BASE_URL", base),
        )
        if not value
    ]
    in_clear = environ.get("GROUNDSWELL_SMTP_TLS", "").strip().lower() == "none"
    if in_clear and not _is_local(f"smtp://{host}"):
        found.append(
            "GROUNDSWELL_SMTP_TLS is none: mails, and links that sign people in, cross the network in the clear; set starttls"
        )
    return found


def operator_advice(environ: Mapping[str, str]) -> list[str]:
    """Recommended settings for production that are missing, one line each."""
    wanted = {
        "GROUNDSWELL_BASE_URL": "links and badges take their address from where the server listens",
        "GROUNDSWELL_VISITOR_SECRET": "visitors of links count anew after each start, and apart in each process",
        "GROUNDSWELL_METRICS_TOKEN": "anybody may read /metrics",
        "GROUNDSWELL_SMTP_HOST": "no mail is sent: no invitations, no digests; print the links instead",
        "GROUNDSWELL_TRUSTED_PROXIES": "behind a proxy all visitors would be one; name it there",
    }
    given = {name for name in wanted if environ.get(name, "").strip()}
    if environ.get("FORWARDED_ALLOW_IPS", "").strip():
        given.add("GROUNDSWELL_TRUSTED_PROXIES")
    return [f"{name} is not set: {why}" for name, why in wanted.items() if name not in given]


def is_off(environ: Mapping[str, str], name: str) -> bool:
    """True where a setting that is on by default was switched off."""
    return environ.get(name, "").strip().lower() in ("0", "false", "f", "no", "n", "off")


def is_on(environ: Mapping[str, str], name: str) -> bool:
    """True where a boolean setting is set to true."""
    return environ.get(name, "").strip().lower() in ("1", "true", "t", "yes", "y", "on")


def _is_local(base: str) -> bool:
    host = urlsplit(base).hostname or ""
    return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
