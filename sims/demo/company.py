"""Further activity in the demo company: sites, invitations and enrolment, and pending decisions."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from rewards.content.content import get_item, publish_item, recall
from rewards.content.desk import save_draft, submit
from rewards.content.links import declare_share, prepare_share
from rewards.content.suggestions import suggest
from rewards.people.membership import invite, join
from rewards.people_file import PersonRow
from rewards.publishing.drafts import create_draft
from rewards.publishing.publication import scheme_in_force
from rewards.shop.claims import claim_reward, claims_waiting, rewards_for
from rewards.store.session import Transaction
from rewards.thanks.recognition import give_kudos
from sims.demo.content import RECALL_NOTICE, RECALL_REASON, SUGGESTIONS, desk_item, recalled_item
from sims.demo.living import Happening
from sims.demo.scheme import draft_scheme

# A team works at one site, whereas the people file of the rehearsal spreads it over the world.
_SITES = {
    "apps": "Europe/Berlin", "platform": "Europe/Berlin", "quality": "Europe/Berlin", "warehouse-east": "Europe/Berlin",
    "care-night": "America/New_York", "sales-north": "America/New_York", "partners": "America/Sao_Paulo",
}  # fmt: skip
_HEADQUARTERS = "Europe/Madrid"
_LOCALES = {"Europe/Berlin": "de", "America/New_York": "en", "America/Sao_Paulo": "pt", _HEADQUARTERS: "es"}
NEWCOMERS = 20
"""The last rows of the people file, invited yesterday by mail; the others were invited when the program began."""
NAMED = 12
"""The first of the others, whose acts are scripted here."""
ROUNDS_OF_THANKS = 3
YEARS_MEAN, YEARS_MOST = 6.0, 35.0
UNKNOWN_EVERY = 12
"""One in this many people has no first day in HR's file."""


def at_their_sites(people: Sequence[PersonRow]) -> list[PersonRow]:
    """The people with the time zone and language of their team's site."""
    found = []
    for row in people:
        zone = _SITES.get(row.team, _HEADQUARTERS)
        found.append(row.model_copy(update={"timezone": zone, "locale": _LOCALES[zone]}))
    return found


def with_first_days(people: Sequence[PersonRow], today: date) -> list[PersonRow]:
    """The people, most of them with a first day: many recent and some long ago, as in growing companies."""
    found = []
    for at, row in enumerate(people):
        draw = random.Random(row.id)  # noqa: S311 - invented people, not secrets
        years = min(draw.expovariate(1.0 / YEARS_MEAN), YEARS_MOST)
        day = None if at % UNKNOWN_EVERY == 0 else today - timedelta(days=1 + int(365.25 * years))
        found.append(row.model_copy(update={"first_day": day}))
    return found


def goings_on(
    tx: Transaction, organisation: str, people: Sequence[PersonRow], accounts: Mapping[str, str], began: datetime, *, now: datetime
) -> list[Happening]:  # fmt: skip
    """Occurrences other than shares and thanks, with their times."""
    others = [row.id for row in people if row.id not in accounts.values()]
    early, late = others[:-NEWCOMERS], others[-NEWCOMERS:]
    # The model determines when the others join; those who are named below have joined.
    joined = [*accounts.values(), *early[:NAMED]]
    content, hr = accounts["content"], accounts["hr"]
    act = partial(partial, tx=tx, organisation=organisation)
    found: list[Happening] = [
        (began, act(_invite, people=[*accounts.values(), *early], by=hr, tell=False)),
        (began + timedelta(minutes=1), act(_join, people=joined)),
        (began + timedelta(minutes=2), act(_publish_what_is_recalled)),
        (now - timedelta(days=3), act(_share, people=early[:2], item=recalled_item(now).id)),
        (now - timedelta(days=2), act(_draft_scheme, by=hr)),
        (now - timedelta(days=1, hours=2), act(_recall, by=content)),
        (now - timedelta(days=1), act(_invite, people=late, by=hr, tell=True)),
        (now - timedelta(hours=20), act(_write, by=content)),
        (now - timedelta(hours=2), act(_claim, people=early)),
    ]
    for place, (title, url, words) in enumerate(SUGGESTIONS):
        at = now - timedelta(days=2, hours=-20 * place)
        found.append((at, act(_suggest, person=early[place + 5], title=title, url=url, words=words)))
    one, other = early[10], early[11]
    for turn in range(ROUNDS_OF_THANKS):
        for giver, receiver, minutes in ((one, other, 0), (other, one, 20)):
            at = now - timedelta(days=4 - turn, minutes=-minutes)
            found.append((at, act(_thank, giver=giver, receiver=receiver, key=f"both-ways-{turn}")))
    return found


def _invite(
    at: datetime, *, tx: Transaction, organisation: str, people: list[str], by: str, tell: bool
) -> None:
    invite(tx, organisation, at, by, people=people, tell=tell)


def _join(at: datetime, *, tx: Transaction, organisation: str, people: list[str]) -> None:
    for person in people:
        join(tx, organisation, person, at)


def _publish_what_is_recalled(at: datetime, *, tx: Transaction, organisation: str) -> None:
    publish_item(tx, organisation, recalled_item(at), at)


def _share(at: datetime, *, tx: Transaction, organisation: str, people: list[str], item: str) -> None:
    for person in people:
        draft = prepare_share(tx, organisation, person, item, "linkedin", now=at)
        declare_share(tx, organisation, person, draft.code, at)


def _recall(at: datetime, *, tx: Transaction, organisation: str, by: str) -> None:
    recall(tx, organisation, recalled_item(at).id, RECALL_REASON, at, actor=by, notice=RECALL_NOTICE)


def _write(at: datetime, *, tx: Transaction, organisation: str, by: str) -> None:
    item = desk_item(at)
    save_draft(tx, organisation, item, by, at)
    submit(tx, organisation, item.id, by, at)


def _suggest(
    at: datetime, *, tx: Transaction, organisation: str, person: str, title: str, url: str, words: str
) -> None:
    if url:
        suggest(tx, organisation, person, at, url=url, title=title, words=words)
    else:
        suggest(tx, organisation, person, at, words=words, item=get_item(tx, organisation, title).id)


def _draft_scheme(at: datetime, *, tx: Transaction, organisation: str, by: str) -> None:
    version = scheme_in_force(tx, organisation, at)
    assert version is not None, "the demo company has a scheme from its beginning on"
    create_draft(tx, organisation, draft_scheme(version.scheme), by, at)


def _claim(at: datetime, *, tx: Transaction, organisation: str, people: list[str]) -> None:
    """Make one pending claim if there is none, by the first person who can afford a reward."""
    if claims_waiting(tx, organisation):
        return
    for person in people:
        for offer in rewards_for(tx, organisation, person, at):
            if offer.affordable and offer.needs_approval:
                claim_reward(tx, organisation, person, offer.id, f"demo:{at.isoformat()}", now=at)
                return


def _thank(at: datetime, *, tx: Transaction, organisation: str, giver: str, receiver: str, key: str) -> None:
    give_kudos(tx, organisation, giver, receiver, "Thanks again for the swap.", tags=(), key=key, now=at)
