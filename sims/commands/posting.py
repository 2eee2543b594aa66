"""Sends a file of events to a running Groundswell in batches, and counts the receipts."""

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sims.commands.events_file import batches

BATCH_DEFAULT = 100
BATCH_MAX = 1_000
TIMEOUT_SECONDS = 60.0
SHOWN_CHARACTERS = 300
# Statuses of receipts of recorded events, scored or not.
TAKEN = ("awarded", "zero", "duplicate", "late")


class PostError(ValueError):
    """Raised where the server refused a batch or could not be reached."""


def post_file(
    path: Path, url: str, token: str, size: int = BATCH_DEFAULT, advance: Callable[[int], None] | None = None
) -> Counter[str]:
    """Post every event of a JSON Lines file to `url`/api/v1/events; counts of receipts by status.

    Posting a file again is harmless: every event comes back as a duplicate. Raises `PostError` when the
    server refuses a batch (what was sent before stays recorded) and `EventsFileError` at a bad line.
    """
    if not 1 <= size <= BATCH_MAX:
        raise PostError(
            f"batch: got {size}; it must be 1 to {BATCH_MAX} events; leave it out for {BATCH_DEFAULT}"
        )
    endpoint = events_endpoint(url)
    statuses: Counter[str] = Counter()
    for batch in batches(path, size):
        statuses.update(_post(endpoint, token, batch))
        if advance is not None:
            advance(len(batch))
    return statuses


def events_endpoint(url: str) -> str:
    """The events endpoint of the Groundswell at `url`. Raises `PostError` unless it is an http(s) address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise PostError(f"--url: got {url!r}; it must start with http:// or https://; copy it from `serve`")
    return url.rstrip("/") + "/api/v1/events"


def _post(endpoint: str, token: str, batch: Sequence[Mapping[str, object]]) -> Counter[str]:
    request = urllib.request.Request(  # noqa: S310 - events_endpoint admits http and https only
        endpoint,
        data=json.dumps(batch).encode(),
        method="POST",
        headers={
            "Content-Type": "application/cloudevents-batch+json",
            "Accept": "application/json",
            "Authorization": f"Bearer {token}",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            body = json.load(response)
    except urllib.error.HTTPError as error:
        shown = error.read().decode("utf-8", "replace")[:SHOWN_CHARACTERS]
        raise PostError(f"{endpoint}: the server answered {error.code}: {shown}") from None
    except (urllib.error.URLError, TimeoutError) as error:
        reason = getattr(error, "reason", error)
        raise PostError(f"{endpoint}: no answer ({reason}); start it with `groundswell serve`") from None
    return _count(body)


def _count(body: Any) -> Counter[str]:
    results = body.get("results", []) if isinstance(body, dict) else body
    return Counter(str(result.get("status", "unknown")) for result in results)
