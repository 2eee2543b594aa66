"""A history from the live program: its events, and occurrences that only the ledger records."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from rewards.amounts import several
from rewards.disclosure import Shown, shown_groups
from rewards.ledger.history import export_events, export_program
from rewards.people.groups import groups_shown, minimum_group
from rewards.rollout.rollouts import arms_of_people
from rewards.store import badges as badge_rows
from rewards.store import claims as claim_rows
from rewards.store import people as people_rows
from rewards.store.session import Transaction
from rewards.store.units import from_us
from sims.history.counting import Member, quarters
from sims.history.of_events import LEDGER, About, Happening, history_of_events
from sims.history.recorded import members_of_program, phases_of
from sims.history.series import ALL, History

CENTS = 100


def history_of_ledger(
    tx: Transaction, organisation: str, now: datetime, until: date | None = None
) -> History:
    """The history up to `until`, or up to yesterday (UTC), the last complete day.

    Groups below the disclosure minimum are left out. Raises HistoryError without any event.
    """
    program = export_program(tx, organisation, now)
    present = people_rows.every(tx, organisation, inactive=True)
    contacts = {row.external_id: row.contacts for row in present}
    last = until or (now.astimezone(UTC) - timedelta(days=1)).date()
    arms = arms_of_people(tx, organisation, last)
    members = {
        name: replace(one, contacts=contacts.get(name), arm=arms.get(name))
        for name, one in members_of_program(program).items()
    }
    minimum = minimum_group(tx, organisation, now)
    shown = groups_shown(tx, organisation, now, kinds=("segment", "team"))
    sizes = _sizes(members)
    kept = {f"segment={name}" for name in shown.segments} | {f"team={name}" for name in shown.teams}
    if all(size >= minimum for size in sizes.values()):
        kept |= {f"contacts={name}" for name in sizes}
    kept |= {f"arm={name}" for name in _arms_shown(members.values(), shown, minimum)}
    names = {row.id: row.external_id for row in present}
    about = About(
        source=LEDGER,
        organisation=organisation,
        members=members,
        phases=phases_of(program),
        beside=_beside(tx, organisation, names),
        beside_measures=("badges", "redemptions", "spend"),
        until=last,
    )
    found = history_of_events(export_events(tx, organisation), about)
    left_out = [split for split in found.series if split != ALL and split not in kept]
    notes = (
        (f"{several(len(left_out), 'group')} left out: too small to be told without telling of somebody",)
        if left_out
        else ()
    )
    return found.model_copy(
        update={
            "headcount": people_rows.count_present(tx, organisation),
            "warnings": (*found.warnings, *notes),
            "series": {split: each for split, each in found.series.items() if split not in left_out},
        }
    )


def _sizes(members: dict[str, Member]) -> dict[str, int]:
    found: dict[str, int] = {}
    for quarter in quarters(members).values():
        found[quarter] = found.get(quarter, 0) + 1
    return found


def _arms_shown(members: Collection[Member], shown: Shown, minimum: int) -> frozenset[str]:
    """The arms that may be shown with the segments and teams shown, so that no difference of groups reveals a small one."""
    kept = frozenset(one.arm for one in members if one.arm)
    for kind, names in (("segment", shown.segments), ("team", shown.teams)):
        groups = [(getattr(one, kind) or "", one.arm or "") for one in members]
        cells = Counter((group if group in names else "", arm) for group, arm in groups)
        found = shown_groups(cells, minimum, Shown(shown.whole, names, kept))
        # A group that is shown anyway is not hidden because of an arm.
        kept = found.teams if found.segments == names & {group for group, _ in groups} else frozenset()
    return kept


def _beside(tx: Transaction, organisation: str, names: dict[int, str]) -> list[Happening]:
    """Badges not revoked, and claims of rewards, by day (UTC)."""
    found: list[Happening] = []
    for badge in badge_rows.standing_badges(tx, organisation):
        who = names.get(badge.person_id, f"erased-{badge.person_id}")
        found.append((who, "badges", _day(badge.awarded_us), 1))
    for claim in claim_rows.went_through(tx, organisation):
        who, day = names.get(claim.person_id, f"erased-{claim.person_id}"), _day(claim.claimed_us)
        found += [(who, "redemptions", day, 1), (who, "spend", day, claim.value / CENTS)]
    return found


def _day(instant_us: int) -> int:
    return from_us(instant_us).date().toordinal()
