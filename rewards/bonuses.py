"""Points that no single event gave: the bonus of a challenge, the award of a nomination. Each is paid once, by its key."""

from collections.abc import Mapping
from typing import Any, Literal

from rewards.ledger import Draft, award_moves
from rewards.places import local_ordinal
from rewards.reasons import Reason, points_text

ORIGIN = "bonus"


def bonus(
    person: Any,
    kind: Literal["challenge", "nomination"],
    of: str,
    amount: int,
    arguments: Mapping[str, str],
    version: int,
    board_zone: str,
    dedupe: str,
    now_us: int,
) -> Draft:
    """The entry of `amount` millipoints (0 is told too) for a row of `person`, booked now. `arguments` explain it.

    Its rule is `kind:of`, since rules and badges may bear the same id.
    """
    return Draft(
        person_id=person.id, origin=ORIGIN, kind=kind, rule=f"{kind}:{of}", amount=amount, reason=str(Reason(kind)),
        scheme_version=version, local_date=local_ordinal(now_us, person.timezone),
        board_date=local_ordinal(now_us, board_zone), team=person.team, occurred_us=now_us, dedupe=dedupe,
        arguments={"points": points_text(amount), **arguments},
        moves=award_moves(person.id, amount, held=False),
    )  # fmt: skip
