"""Requests for the power of rollouts in the live company: its people, one scheme, and assumptions as in a rehearsal.

Light on purpose: a web request imports this module.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from rewards.document import content_hash
from rewards.faults import BadValue, NotFound
from rewards.forecasts.recalibrations import belief_of
from rewards.jobs.queue import URGENT, ask
from rewards.people.organisations import get_organisation
from rewards.publishing.drafts import get_draft
from rewards.publishing.publication import scheme_in_force
from rewards.store.session import Transaction
from sims.rehearsal.asking import Assumptions
from sims.rollout.plan import Wish

KIND = "rollout-power"
RUNS = 40
CHUNK = 4
FEWEST_RUNS, MOST_RUNS = 20, 400


def ask_for_power(
    tx: Transaction,
    organisation: str,
    draft: int | None,
    wishes: Sequence[Wish],
    assumptions: Assumptions,
    *,
    runs: int = RUNS,
    actor: str,
    now: datetime,
) -> int:
    """Enqueue a power analysis; returns the job's number. `draft`: instead of the scheme in force.

    Raises NotFound, BadValue without a scheme or for a number of runs out of range, Refused where too many jobs are queued.
    """
    home = get_organisation(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    if not FEWEST_RUNS <= runs <= MOST_RUNS:
        raise BadValue(
            "runs: got {runs}; limit {least} to {most}; choose within it",
            runs=runs,
            least=FEWEST_RUNS,
            most=MOST_RUNS,
        )
    if draft is not None:
        scheme = get_draft(tx, organisation, draft).scheme
    else:
        version = scheme_in_force(tx, organisation, now)
        if version is None:
            raise BadValue("scheme: none is in force; choose a draft that would be rolled out")
        scheme = version.scheme
    chunks = list(pairwise([*range(0, runs, CHUNK), runs]))
    spec = {
        "timezone": home.timezone,
        "schemes": [
            {
                "name": "rolled-out",
                "role": "draft" if draft is not None else "live",
                "draft": draft,
                "title": scheme.title,
                "hash": content_hash(scheme),
                "document": scheme.model_dump(mode="json"),
            }
        ],
        "assumptions": assumptions.model_dump(mode="json"),
        "posterior": belief_of(tx, organisation, assumptions.posterior),
        "wishes": [one.model_dump(mode="json") for one in wishes],
        "chunks": chunks,
    }
    total = len(chunks) * len(wishes)
    return ask(
        tx, organisation, KIND, scheme.title[:200], spec, total=total, actor=actor, now=now, priority=URGENT
    )


def wishes_of(spec: Mapping[str, Any]) -> list[Wish]:
    """The requested designs."""
    return [Wish.model_validate(one) for one in spec["wishes"]]


def opened(text: str) -> Mapping[str, Any] | None:
    """The interim result; None where there is none yet."""
    return json.loads(text) if text else None
