"""The content policy: forbidden words, disclosures, the number of people who approve, and the networks' own rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rewards.content.policy import ContentPolicy, Rules, policy_of, set_policy
from rewards.faults import BadValue, Fault, Stale
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.people.rights import Right
from rewards.scheme.networks import NETWORKS, NetworkRules
from rewards.store.session import Database
from web.content.desk import Approver
from web.content.forms import Row, rows_of, said_of
from web.content.grid import Reader
from web.problems import refused
from web.session import Needs, Store, now
from web.templating import page
from web.text import MOST_TYPED, Plain

router = APIRouter(include_in_schema=False)
Settings = Annotated[Account, Depends(Needs(Right.SETTINGS))]
EMPTY_ROWS = 4
FORBIDDEN = ("phrase", "remedy", "phrase_language")
DISCLOSURES = (
    "disclosure",
    "disclosure_sector",
    "disclosure_channel",
    "disclosure_segment",
    "disclosure_language",
)
_Lines = Annotated[list[Annotated[Plain, Field(max_length=MOST_TYPED)]], Field(max_length=600)]


class RulesForm(BaseModel):
    """The fields as sent; lists hold one value for each row."""

    model_config = ConfigDict(extra="ignore")

    revision: Annotated[Plain, Field(max_length=20)] = ""
    sector: Annotated[Plain, Field(max_length=MOST_TYPED)] = ""
    phrase: _Lines = Field(default_factory=list)
    remedy: _Lines = Field(default_factory=list)
    phrase_language: _Lines = Field(default_factory=list)
    disclosure: _Lines = Field(default_factory=list)
    disclosure_sector: _Lines = Field(default_factory=list)
    disclosure_channel: _Lines = Field(default_factory=list)
    disclosure_segment: _Lines = Field(default_factory=list)
    disclosure_language: _Lines = Field(default_factory=list)


@dataclass(frozen=True)
class RulesContext:
    """Page context: the stored policy, the form, and its error message; `networks`: the built-in rules of each network."""

    account: Account
    person: Person
    rules: Rules
    form: RulesForm
    phrases: Sequence[Row]
    disclosures: Sequence[Row]
    networks: Sequence[NetworkRules]
    saved: bool
    fault: str


def _form_of(rules: Rules) -> RulesForm:
    policy = rules.policy
    return RulesForm(
        revision=str(rules.revision),
        sector=policy.sector,
        phrase=[one.phrase for one in policy.forbidden],
        remedy=[one.remedy for one in policy.forbidden],
        phrase_language=[one.language for one in policy.forbidden],
        disclosure=[one.text for one in policy.disclosures],
        disclosure_sector=[one.sector for one in policy.disclosures],
        disclosure_channel=[one.channel for one in policy.disclosures],
        disclosure_segment=[one.segment for one in policy.disclosures],
        disclosure_language=[one.language for one in policy.disclosures],
    )


def _changed(policy: ContentPolicy, form: RulesForm) -> ContentPolicy:
    phrases = [row.values for row in rows_of(form, FORBIDDEN, 0) if row.values["phrase"].strip()]
    disclosures = [row.values for row in rows_of(form, DISCLOSURES, 0) if row.values["disclosure"].strip()]
    document: dict[str, Any] = {
        "people_to_approve": policy.people_to_approve,
        "sector": form.sector,
        "forbidden": [
            {"phrase": one["phrase"], "remedy": one["remedy"].strip(), "language": one["phrase_language"]}
            for one in phrases
        ],
        "disclosures": [
            {
                "text": one["disclosure"].strip(),
                "sector": one["disclosure_sector"],
                "channel": one["disclosure_channel"],
                "segment": one["disclosure_segment"].strip(),
                "language": one["disclosure_language"],
            }
            for one in disclosures
        ],
    }
    try:
        return ContentPolicy.model_validate(document)
    except ValidationError as error:
        raise BadValue(said_of(error)) from None


def _page(
    request: Request,
    store: Database,
    account: Account,
    form: RulesForm | None = None,
    fault: str = "",
    *,
    status: int = 200,
) -> Response:
    with store.read() as tx:
        rules = policy_of(tx, account.organisation)
        person = get_person(tx, account.organisation, account.person)
    # After a conflict the form takes the current revision and keeps the values typed.
    shown = _form_of(rules) if form is None else form.model_copy(update={"revision": str(rules.revision)})
    context = RulesContext(
        account, person, rules, shown, rows_of(shown, FORBIDDEN, EMPTY_ROWS), rows_of(shown, DISCLOSURES, EMPTY_ROWS),
        NETWORKS, status == 200 and "saved" in request.query_params, fault,
    )  # fmt: skip
    return page(request, "content/rules.html", context, status)


@router.get("/content/rules")
def rules(request: Request, store: Store, account: Reader) -> Response:
    """The policy, and the built-in rules of networks with their sources."""
    return _page(request, store, account)


@router.post("/content/rules")
def save_rules(
    request: Request, store: Store, account: Approver, form: Annotated[RulesForm, Form()]
) -> Response:
    """Store words and disclosures; the number of people who approve is a setting of the organisation."""
    org = account.organisation
    try:
        with store.begin() as tx:
            before = policy_of(tx, org).policy
            revision = int(form.revision) if form.revision.isascii() and form.revision.isdecimal() else -1
            set_policy(tx, org, _changed(before, form), account.person, now(), revision=revision)
    except Fault as fault:
        status = 412 if isinstance(fault, Stale) else refused(fault)
        return _page(request, store, account, form, str(fault), status=status)
    return RedirectResponse("/content/rules?saved=1", 303)


@dataclass(frozen=True)
class ApprovalContext:
    """Page context: how many people must agree to an item before it is published."""

    account: Account
    person: Person
    people: int
    saved: bool


@router.get("/content/approval")
def approval(request: Request, store: Store, account: Settings) -> Response:
    """How many people, the author counted, must agree to an item before it is published."""
    with store.read() as tx:
        context = ApprovalContext(
            account,
            get_person(tx, account.organisation, account.person),
            policy_of(tx, account.organisation).policy.people_to_approve,
            "saved" in request.query_params,
        )
    return page(request, "content/approval.html", context)


@router.post("/content/approval")
def save_approval(store: Store, account: Settings, people: Annotated[int, Form(ge=1, le=5)]) -> Response:
    """Change how many people must agree to an item before it is published."""
    org = account.organisation
    with store.begin() as tx:
        policy = policy_of(tx, org).policy
        changed = policy.model_copy(update={"people_to_approve": people})
        set_policy(tx, org, changed, account.person, now(), revision=None)
    return RedirectResponse("/content/approval?saved=1", 303)
