"""Badges over the API: one's own, the signed credential of each, and what verifiers need: keys and status lists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import Field

from rewards.badges.credentials import (
    MOST_TOKEN_CHARACTERS,
    credential_for,
    issuer_profile,
    status_list,
    verify_credential,
)
from rewards.language import said
from rewards.ledger.entries import badges_for
from rewards.people.accounts import ApiToken
from web.api.shared import PERSON, Name, Strict, person_of, problems
from web.problems import Problem
from web.session import Config, PublicAddress, Store, now, token_with

router = APIRouter(prefix="/api/v1", tags=["badges"])
CREDENTIAL_TYPE = "application/vc+jwt"
Reader = Annotated[ApiToken, Depends(token_with("me:read", "admin"))]


class BadgeAwardOut(Strict):
    """One award of a badge: `entry` made it, and names it where its credential is asked for."""

    entry: int
    awarded_at: datetime
    revoked_at: datetime | None


class BadgeOut(Strict):
    """A badge somebody holds, or held until `revoked_at`. `awards` has one for each object where the badge is earned once per object."""

    id: str
    title: str
    description: str
    awarded_at: datetime
    revoked_at: datetime | None
    awards: list[BadgeAwardOut]


class Badges(Strict):
    """Badges, the oldest first."""

    badges: list[BadgeOut]


class CredentialOut(Strict):
    """A signed badge: `credential` is the compact JWS, `document` what it says, `status` valid or revoked."""

    id: str
    credential: str
    document: dict[str, Any]
    status: str


class IssuerOut(Strict):
    """The issuer: the DID in credentials, and the public key."""

    id: str
    did: str
    name: str
    algorithm: str
    jwk: dict[str, Any]


class Shown(Strict):
    """A credential to check."""

    credential: Annotated[str, Field(min_length=1, max_length=MOST_TOKEN_CHARACTERS)]


class CredentialCheck(Strict):
    """The result of a verification: whether the credential is genuine and valid, and if not, why."""

    valid: bool
    reason: str
    issuer: str | None
    badge: str | None


@router.get("/badges", summary="Own badges", responses=problems())
def badges(store: Store, token: Annotated[ApiToken, Depends(token_with("me:read"))]) -> Badges:
    """Of the token's person, revoked ones included."""
    with store.read() as tx:
        found = badges_for(tx, token.organisation, person_of(token))
    return Badges(
        badges=[
            BadgeOut(
                id=one.badge,
                title=one.title,
                description=one.description,
                awarded_at=one.awarded_at,
                revoked_at=one.revoked_at,
                awards=[
                    BadgeAwardOut(entry=made.entry, awarded_at=made.awarded_at, revoked_at=made.revoked_at)
                    for made in one.awards
                ],
            )
            for one in found
        ]
    )


@router.get(
    "/badges/{id}/credential",
    summary="A badge as a signed Open Badges 3.0 credential",
    response_model=CredentialOut,
    responses={
        200: {"content": {CREDENTIAL_TYPE: {"schema": {"type": "string"}}}, "description": "The credential"},
        **problems(404),
    },
)
def credential(
    request: Request,
    store: Store,
    config: Config,
    public: PublicAddress,
    token: Reader,
    id: Name,
    person: Annotated[
        str | None,
        Query(pattern=PERSON, description="Whose, for an administrator's token"),
    ] = None,
    entry: Annotated[
        int | None, Query(ge=1, le=2**53, description="The entry that awarded it; without it the last award")
    ] = None,
) -> Response:
    """Of the token's person. Signed the first time; the same document from then on, with a status that can be looked up.

    `Accept: application/vc+jwt` gives the compact JWS alone.
    """
    if person is not None and person != token.person and "admin" not in token.scopes:
        raise Problem(403, said("the token lacks the scope admin; ask for your own badges"))
    whose = person if person is not None else person_of(token)
    with store.begin() as tx:
        found = credential_for(
            tx,
            token.organisation,
            whose,
            id,
            public,
            now=now(),
            key=config.signing_key,
            entry=entry,
        )
    if CREDENTIAL_TYPE in request.headers.get("accept", ""):
        return Response(found.token, media_type=CREDENTIAL_TYPE)
    status = "revoked" if found.revoked else "valid"
    body = CredentialOut(id=found.id, credential=found.token, document=found.document, status=status)
    return JSONResponse(body.model_dump(mode="json"))


@router.get(
    "/issuers/{id}",
    summary="Who signs, and the public key",
    responses={status: problems(404)[status] for status in (404, 422, 503)},
)
def issuer(store: Store, id: Name) -> IssuerOut:
    """Public, for the verification of credentials."""
    with store.read() as tx:
        found = issuer_profile(tx, id)
    return IssuerOut(id=found.id, did=found.did, name=found.name, algorithm=found.algorithm, jwk=found.jwk)


@router.get(
    "/issuers/{id}/status/{number}",
    summary="Which credentials were revoked",
    response_class=PlainTextResponse,
    responses={
        200: {"content": {CREDENTIAL_TYPE: {"schema": {"type": "string"}}}, "description": "A signed list"},
        **{status: problems(404)[status] for status in (403, 404, 422, 503)},
    },
)
def status(
    store: Store,
    config: Config,
    public: PublicAddress,
    id: Name,
    number: Annotated[int, Path(ge=0, le=10_000)],
) -> Response:
    """A Bitstring Status List v1.0, signed. Public."""
    with store.read() as tx:
        text = status_list(tx, id, number, public, now(), key=config.signing_key)
    return Response(text, media_type=CREDENTIAL_TYPE)


@router.post(
    "/credentials/verify",
    summary="Check a credential",
    responses={status: problems(400)[status] for status in (400, 413, 422, 503)},
)
def verify(store: Store, body: Shown) -> CredentialCheck:
    """Signature, dates and status of a badge that was signed here. Public; it does not disclose the holder."""
    with store.read() as tx:
        found = verify_credential(tx, body.credential)
    return CredentialCheck(valid=found.valid, reason=found.reason, issuer=found.issuer, badge=found.badge)
