"""`groundswell replay`: recorded events scored offline by one scheme, every entry with its reason."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rewards.document import load_document
from rewards.people_file import load_people
from rewards.replay import read_events, replay
from rewards.scheme import MILLIPOINTS, IncentiveScheme
from rewards.tables import compile_scheme
from sims.doctor import version
from sims.render import table

ENTRIES_SHOWN = 50


def replay_file(events: Path, scheme: Path, people: Path | None) -> dict[str, Any]:
    """Score a file of events by a scheme, as JSON values. Raises `DocumentError` naming file, line and
    remedy.
    """
    compiled = compile_scheme(load_document(scheme, IncentiveScheme))
    rows = None if people is None else load_people(people)
    found = replay(read_events(events), compiled, rows)
    return {"groundswell": version(), "scheme": compiled.scheme.name, **found.as_json()}


def replay_text(body: Mapping[str, Any]) -> str:
    """Entries (the first of them), how often each reason came up, and every balance with its badges."""
    entries, balances = body["entries"], body["balances"]
    reasons = Counter(str(entry["reason"]) for entry in entries)
    shown = [
        [each["person"], each["event"], each["item"], _points(each["millipoints"]), each["reason"]]
        for each in entries[:ENTRIES_SHOWN]
    ]
    held = [
        [each["person"], _points(each["millipoints"]), " ".join(each["badges"]), _streaks(each["streaks"])]
        for each in balances
        if each["millipoints"] or each["badges"]
    ]
    more = len(entries) - len(shown)
    parts = [
        f"{len(entries):,} entries under '{body['scheme']}', {body['duplicates']:,} duplicate events left out",
        table(["person", "event", "rule or badge", "points", "reason"], shown),
        *([f"... and {more:,} more entries: see --json"] if more else []),
        table(["reason", "entries"], [[name, f"{count:,}"] for name, count in sorted(reasons.items())]),
        table(["person", "points", "badges", "streaks"], held),
    ]
    return "\n\n".join(parts)


def _points(millipoints: int) -> str:
    whole, rest = divmod(millipoints, MILLIPOINTS)
    return f"{whole:,}" if rest == 0 else f"{millipoints / MILLIPOINTS:,.3f}"


def _streaks(streaks: Mapping[str, int]) -> str:
    return " ".join(f"{name}:{days}" for name, days in streaks.items())
