"""Badges as Open Badges 3.0 credentials: W3C Verifiable Credentials signed as JWT, whose status can be looked up.

The issuer is a did:key, so that a credential is checked without asking us; whether it still holds is in a signed
Bitstring Status List. A credential names nobody: its subject is a salted hash that only the holder can resolve.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.keys import KeyEd25519, alg_for_key_type, detect_key_type, public_jwk_from_pem
from openbadgeslib.ob3 import (
    Achievement,
    IdentityObject,
    Issuer,
    OB3Signer,
    OB3VerificationError,
    OB3Verifier,
    OpenBadgeCredential,
    build_status_list_credential,
    did_key_from_pem,
    status_entry,
)

from rewards.faults import BadValue, NotFound, Refused
from rewards.language import SOURCE, gettext, said, speaking
from rewards.ledger.versions import Schemes
from rewards.scheme.explain_achievements import explain_badge
from rewards.store import badges as badge_rows
from rewards.store import credentials as rows
from rewards.store import journal as journal_rows
from rewards.store import organisations as organisation_rows
from rewards.store import states, trail
from rewards.store.persons import find_row
from rewards.store.rows import CredentialRow, IssuerKeyRow, NamedPersonRow, PersonBadgeRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us

ALGORITHMS = ("EdDSA", "ES256")
STATUS_LIST_LIFE = timedelta(days=1)
"""A copy of a status list older than this is refused, so that an old one cannot hide a revocation."""
MOST_TOKEN_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key that the operator holds, as PEM; the database then keeps its public half only."""

    private_pem: str
    public_pem: str
    algorithm: str

    @classmethod
    def from_pem(cls, text: str) -> "SigningKey":
        """Read an Ed25519 or P-256 private key. Raises BadValue for anything else."""
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            PublicFormat,
            load_pem_private_key,
        )

        try:
            key = load_pem_private_key(text.encode(), password=None)
            public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
            algorithm = alg_for_key_type(detect_key_type(public))
        except (ValueError, TypeError, LibOpenBadgesException, AttributeError):
            algorithm = "none"
        if algorithm not in ALGORITHMS or (algorithm == "ES256" and getattr(key, "key_size", 0) != 256):
            raise BadValue(
                "signing key: not an unencrypted PEM private key of Ed25519 or P-256; "
                "make one with: openssl genpkey -algorithm ed25519"
            )
        return cls(text, public, algorithm)

    @classmethod
    def generate(cls) -> "SigningKey":
        """A new Ed25519 key."""
        private, public = KeyEd25519().generate_keypair()
        return cls(private.decode(), public.decode(), "EdDSA")


@dataclass(frozen=True, slots=True)
class BadgeCredential:
    """A signed badge. `token` is the compact JWS; `document` is its JSON content."""

    id: str
    badge: str
    issuer: str
    token: str
    document: dict[str, Any]
    issued_at: datetime
    revoked: bool


@dataclass(frozen=True, slots=True)
class IssuerProfile:
    """The issuer: the DID in credentials, and the public key as JWK."""

    id: str
    did: str
    name: str
    algorithm: str
    jwk: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CredentialCheck:
    """The result of verifying a credential: `reason` states why it is not valid."""

    valid: bool
    reason: str
    issuer: str | None = None
    badge: str | None = None


def credential_for(
    tx: Transaction,
    organisation: str,
    person: str,
    badge: str,
    base_url: str,
    *,
    now: datetime,
    key: SigningKey | None = None,
    entry: int | None = None,
) -> BadgeCredential:
    """The credential of a badge; signed the first time it is asked for, the same document from then on.

    Once the badge was lost the revoked credential is given; won back, the badge has a new one. A badge that every object earns anew
    has one for each of them: `entry` names the entry that awarded it, without it the last award is meant.
    Raises NotFound for a badge that the person never held, or not by that entry.
    """
    who = find_row(tx, organisation, person)
    # Before the person's lock: making the first key takes the organisation's own.
    signer = _own_key(tx, organisation, now, key)
    states.lock(tx, organisation, [who.id])
    awards = [row for row in badge_rows.badges_of(tx, who.id) if row.badge == badge]
    if entry is not None and awards and all(row.journal_id != entry for row in awards):
        raise NotFound(
            "badge {badge!r}: entry {entry} did not award it; name one of its awards",
            badge=badge,
            entry=entry,
        )
    if not awards:
        raise NotFound("badge {badge!r}: not held by this person; earn it first", badge=badge)
    named = [row for row in awards if entry in (None, row.journal_id)]
    award = max(named, key=lambda row: (row.revoked_us is None, row.awarded_us, row.journal_id))
    issued = rows.of_badge(tx, who.id, badge, award.object_key)
    standing = next((row for row in issued if not rows.is_revoked(tx, row.id)), None)
    if standing is None and award.revoked_us is None:
        return _issue(tx, organisation, who, award, signer, base_url=base_url, now=now, key=key)
    if standing is None and not issued:
        raise NotFound(
            "badge {badge!r}: no longer held, and never signed while it was; earn it again", badge=badge
        )
    return _view(standing or issued[0], revoked=standing is None)


def issuer_profile(tx: Transaction, issuer: str) -> IssuerProfile:
    """The public side of a signing key. Raises NotFound."""
    row = _key(tx, issuer)
    home = organisation_rows.find(tx, row.organisation_id)
    assert home is not None
    return IssuerProfile(row.id, row.did, home.name, row.algorithm, public_jwk_from_pem(row.public_pem))


def status_list(
    tx: Transaction, issuer: str, number: int, base_url: str, now: datetime, *, key: SigningKey | None = None
) -> str:
    """The signed status list (a JWT) of an issuer's credentials. Raises NotFound, Refused without the private key."""
    row = _key(tx, issuer)
    if not rows.has_list(tx, issuer, number):
        raise NotFound(
            "status list {number} of issuer {issuer!r}: no credential stands in it; check the address",
            number=number,
            issuer=issuer,
        )
    url = status_url(base_url, issuer, number)
    document = build_status_list_credential(
        row.did, url, "revocation", rows.revoked_places(tx, issuer, number), rows.LIST_SIZE,
        issued=now, valid_until=now + STATUS_LIST_LIFE,
    )  # fmt: skip
    payload = document | {
        "iss": row.did,
        "jti": url,
        "nbf": int(now.timestamp()),
        "exp": int((now + STATUS_LIST_LIFE).timestamp()),
    }
    return OB3Signer(_private(row, key), row.algorithm).sign_payload(payload)


def status_url(base_url: str, issuer: str, number: int) -> str:
    """The address of a status list."""
    return f"{base_url}/api/v1/issuers/{issuer}/status/{number}"


def verify_credential(tx: Transaction, token: str) -> CredentialCheck:
    """Check signature, dates (by the clock of this machine) and status of a credential that we signed."""
    if len(token) > MOST_TOKEN_CHARACTERS:
        return CredentialCheck(
            False, said("more than {most} characters; this is no badge", most=MOST_TOKEN_CHARACTERS)
        )
    import jwt

    try:
        claimed = jwt.decode(token, options={"verify_signature": False})
        issuer = str(claimed["iss"])
    except (jwt.PyJWTError, KeyError, ValueError, RecursionError, TypeError):
        return CredentialCheck(False, gettext("not a signed badge (a compact JWS with an issuer)"))
    row = rows.key_by_did(tx, issuer)
    if row is None:
        return CredentialCheck(False, gettext("signed by somebody else"))
    try:
        found = OB3Verifier(pubkey_pem=row.public_pem, issuer_did=row.did).verify(token)
    except OB3VerificationError:
        return CredentialCheck(
            False,
            gettext("the signature or the dates do not hold; it was changed, or is not yet valid"),
            issuer,
        )
    stored = rows.find(tx, str(found.id).removeprefix("urn:uuid:"))
    if stored is None:
        return CredentialCheck(False, gettext("not one of the badges on record"), issuer)
    if rows.is_revoked(tx, stored.id):
        return CredentialCheck(False, gettext("revoked: the badge is no longer held"), issuer, stored.badge)
    return CredentialCheck(True, gettext("valid"), issuer, stored.badge)


def _issue(
    tx: Transaction,
    organisation: str,
    who: NamedPersonRow,
    award: PersonBadgeRow,
    signer: IssuerKeyRow,
    *,
    base_url: str,
    now: datetime,
    key: SigningKey | None,
) -> BadgeCredential:
    home = organisation_rows.find(tx, organisation)
    assert home is not None
    number, index = rows.free_place(tx, signer.id)
    credential_id = str(uuid.uuid4())
    credential = OpenBadgeCredential(
        id=f"urn:uuid:{credential_id}",
        issuer=Issuer(signer.did, home.name, url=f"{base_url}/api/v1/issuers/{signer.id}"),
        recipient_id=None,
        identifiers=[_subject(who)],
        achievement=_achievement(tx, organisation, signer.did, award),
        issuance_date=from_us(award.awarded_us),
        credential_status=[status_entry(status_url(base_url, signer.id, number), "revocation", index)],
    )
    made = {
        "id": credential_id,
        "organisation_id": organisation,
        "person_id": who.id,
        "badge": award.badge,
        "object_key": award.object_key,
        "journal_id": award.journal_id,
        "issuer": signer.id,
        "list_number": number,
        "list_index": index,
        "token": OB3Signer(_private(signer, key), signer.algorithm).sign(credential),
        "issued_us": to_us(now),
        "revoked_us": None,
    }
    rows.add(tx, made)
    trail.log(
        tx, organisation, "self", "credential.issue", f"person:{who.id}", reason=award.badge, at_us=to_us(now)
    )
    stored = rows.find(tx, credential_id)
    assert stored is not None
    return _view(stored, revoked=False)


def _subject(who: NamedPersonRow) -> IdentityObject:
    """A hash of the address (or else the id) with a salt of its own: two badges of one person cannot be joined by it."""
    kind = "emailAddress" if who.email else "systemId"
    return IdentityObject.create(who.email or who.external_id, secrets.token_hex(16), kind)


def _achievement(tx: Transaction, organisation: str, did: str, award: PersonBadgeRow) -> Achievement:
    entry = journal_rows.get(tx, organisation, award.journal_id)
    assert entry is not None
    schemes = Schemes.of(tx, organisation)
    title, description = schemes.badge_words(entry.scheme_version, award.badge)
    scheme = schemes.scheme(entry.scheme_version)
    found = next((badge for badge in scheme.every_badge if badge.id == award.badge), None)
    # A credential is signed for years and read by anybody: its text does not depend on who asked for it.
    with speaking(SOURCE):
        criteria = title if found is None else explain_badge(found, scheme)
    return Achievement(
        id=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{did}/{award.badge}')}",
        name=title,
        description=description or title,
        criteria_narrative=criteria,
        achievement_type="Badge",
    )


def _own_key(tx: Transaction, organisation: str, now: datetime, key: SigningKey | None) -> IssuerKeyRow:
    """The key to sign with: the operator's, or one that the database keeps, made on first use."""
    did = did_key_from_pem(key.public_pem) if key else None
    found = rows.key_of(tx, organisation, did)
    if found is None:
        organisation_rows.find_exclusive(tx, organisation)
        found = rows.key_of(tx, organisation, did)
    if found is None:
        made = key or SigningKey.generate()
        did = did_key_from_pem(made.public_pem)
        row = {
            "id": secrets.token_hex(8),
            "organisation_id": organisation,
            "did": did,
            "algorithm": made.algorithm,
            "public_pem": made.public_pem,
            "private_pem": None if key else made.private_pem,
            "created_us": to_us(now),
        }
        rows.add_key(tx, row)
        found = rows.key_of(tx, organisation, did)
        assert found is not None
    return found


def _private(row: IssuerKeyRow, key: SigningKey | None) -> str:
    if row.private_pem is not None:
        return str(row.private_pem)
    if key is None or did_key_from_pem(key.public_pem) != row.did:
        raise Refused(
            "issuer {id}: its private key is not here; set GROUNDSWELL_SIGNING_KEY_FILE to it", id=row.id
        )
    return key.private_pem


def _key(tx: Transaction, issuer: str) -> IssuerKeyRow:
    row = rows.key(tx, issuer)
    if row is None:
        raise NotFound("issuer {issuer!r}: unknown; take the address from the credential", issuer=issuer)
    return row


def _view(row: CredentialRow, *, revoked: bool) -> BadgeCredential:
    import jwt

    if row.token is None:
        raise NotFound("credential: its document was erased at the holder's request")
    document = jwt.decode(row.token, options={"verify_signature": False})
    return BadgeCredential(
        row.id, row.badge, row.issuer, row.token, document, from_us(row.issued_us), revoked
    )
