"""Case 52: a held badge is a signed credential; lost, its status flips; changed by one byte, it fails."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from rewards.badges.credentials import (
    SigningKey,
    credential_for,
    issuer_profile,
    status_list,
    status_url,
    verify_credential,
)
from rewards.faults import BadValue, NotFound, Refused
from rewards.ledger.entries import badges_for
from rewards.ledger.undo import reverse_entry
from rewards.people.people import erase
from rewards.store import schema
from tests.conftest import World

BASE = "https://advocacy.example"
ROOT = Path(__file__).parents[3]
BY_OBJECT = """
name: anew
title: A badge for every object
rules: [{id: like, title: Like, on: share, points: 1}]
badges: [{id: liked, title: Liked, once_per: object, groups: [[{metric: events, of: share, scope: object, at_least: 1}]]}]
"""


@pytest.fixture
def world(db: Any) -> World:
    """Verifiers of credentials read the clock themselves, so that this world lives in the present."""
    made = World(db)
    made.now = datetime.now(UTC) - timedelta(minutes=1)
    return made.found()


def vector(*path: str) -> Any:
    """A published vector, from beside the repository (or beside the folder of its worktrees)."""
    for base in (ROOT.parent, ROOT.parent.parent):
        found = base.joinpath("shared", "data", *path)
        if found.exists():
            return json.loads(found.read_text("utf-8"))
    pytest.skip(f"shared/data/{'/'.join(path)} is not here")


def issue(world: World, badge: str = "first", person: str = "ana", key: SigningKey | None = None) -> Any:
    with world.db.begin() as tx:
        return credential_for(tx, world.organisation, person, badge, BASE, now=world.now, key=key)


def fetch(world: World, key: SigningKey | None = None) -> Any:
    """Downloads status lists as a verifier would."""

    def download(url: str) -> bytes:
        issuer, number = url.removeprefix(f"{BASE}/api/v1/issuers/").split("/status/")
        assert url == status_url(BASE, issuer, int(number))
        with world.db.read() as tx:
            return status_list(tx, issuer, int(number), BASE, world.now, key=key).encode()

    return download


def check(world: World, token: str, key: SigningKey | None = None) -> Any:
    """Verify as a stranger would: by the DID alone, the status list's own signature included."""
    with world.db.read() as tx:
        (row,) = tx.execute(schema.metadata.tables["issuer_key"].select())
    did = row.did
    return OB3Verifier.for_issuer_did(did).verify(token, check_status=True, download=fetch(world, key))


def verdict(world: World, token: str) -> Any:
    with world.db.read() as tx:
        return verify_credential(tx, token)


def test_a_badge_of_every_object_has_a_credential_for_each(db: Any) -> None:
    world = World(db)
    world.now = datetime.now(UTC) - timedelta(minutes=1)
    world.found(BY_OBJECT)
    for number, name in enumerate(("a", "b")):
        world.record(world.event(object=name, at=world.now - timedelta(minutes=5 - number)))
    with world.db.begin() as tx:
        (badge,) = badges_for(tx, world.organisation, "ana")
        first, second = (
            credential_for(tx, world.organisation, "ana", "liked", BASE, now=world.now, entry=award.entry)
            for award in badge.awards
        )
        last = credential_for(tx, world.organisation, "ana", "liked", BASE, now=world.now)
        with pytest.raises(NotFound, match="did not award it"):
            credential_for(tx, world.organisation, "ana", "liked", BASE, now=world.now, entry=999_999)
    assert first.id != second.id == last.id
    assert verdict(world, first.token).valid
    assert verdict(world, second.token).valid


def test_case_52_a_revoked_badge_flips_the_status_of_its_credential(world: World) -> None:
    first, second = world.record(world.event("ana"), world.event("ana"))
    loud, kept = issue(world, "loud"), issue(world, "first")
    assert check(world, loud.token).achievement.name == "Loud"
    assert verdict(world, loud.token).valid
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, second.entries[0].id, "hr", "test", now=world.now)
    with pytest.raises(OB3VerificationError, match="revocation"):
        check(world, loud.token)
    assert (verdict(world, loud.token).valid, verdict(world, loud.token).badge) == (False, "loud")
    assert issue(world, "loud").revoked
    assert check(world, kept.token).achievement.name == "First"
    world.record(world.event("ana"))
    again = issue(world, "loud")
    assert (again.revoked, again.id != loud.id) == (False, True)
    assert check(world, again.token)
    with pytest.raises(OB3VerificationError, match="revocation"):
        check(world, loud.token)
    assert first.entries
    world.sound()


def test_case_52_a_tampered_copy_fails(world: World) -> None:
    world.record(world.event("ana"))
    token = issue(world).token
    head, body, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    said["credentialSubject"]["achievement"]["name"] = "Knighthood"
    forged = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for bad in (f"{head}.{forged}.{signature}", f"{none}.{body}.", f"{none}.{forged}.", token[:-8]):
        with pytest.raises(OB3VerificationError):
            check(world, bad)
        assert not verdict(world, bad).valid
    other = SigningKey.generate()
    resigned = jwt.encode(said, other.private_pem, "EdDSA")
    assert not verdict(world, resigned).valid
    assert verdict(world, token).valid


@given(data=st.data())
def test_any_changed_character_is_noticed(data: st.DataObject, signed: tuple[World, str]) -> None:
    world, token = signed
    at = data.draw(st.integers(0, len(token) - 2))
    other = data.draw(st.sampled_from([c for c in "AQgw-_9.é " if c != token[at]]))
    assert not verdict(world, token[:at] + other + token[at + 1 :]).valid


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from rewards.store.migrate import upgrade
    from rewards.store.session import open_database

    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('signed')}/one.sqlite")
    upgrade(db)
    made = World(db)
    made.now = datetime.now(UTC) - timedelta(minutes=1)
    made.found()
    made.record(made.event("ana"))
    yield made, issue(made).token
    db.close()


def test_a_badge_counted_again_and_kept_keeps_its_credential(world: World) -> None:
    world.record(world.event("ana"), world.event("ana", world.now - timedelta(minutes=2)))
    loud = issue(world, "loud")
    world.record(world.event("ana", world.now - timedelta(hours=1)))
    same = issue(world, "loud")
    assert (same.token, same.revoked) == (loud.token, False)
    assert check(world, loud.token)
    world.sound()


def test_asked_twice_the_document_is_the_same_and_a_badge_never_held_has_none(world: World) -> None:
    world.record(world.event("ana"))
    assert issue(world).token == issue(world).token
    for person, badge in (("ana", "loud"), ("ben", "first"), ("ana", "nothing")):
        with pytest.raises(NotFound):
            issue(world, badge, person)


def test_a_credential_names_nobody_and_erasure_leaves_none(world: World) -> None:
    world.record(world.event("ana"))
    signed = issue(world)
    # As a word: the issuer's key is random letters, which may contain any three of them.
    assert not re.search(r"\bana\b", json.dumps(signed.document), re.IGNORECASE)
    (subject,) = signed.document["credentialSubject"]["identifier"]
    assert subject["hashed"] is True
    with world.db.begin() as tx:
        erase(tx, world.organisation, "ana", world.now)
    with world.db.read() as tx:
        (row,) = tx.execute(schema.metadata.tables["credential"].select())
    assert row.token is None
    assert subject["salt"] not in str(row)
    assert check(world, signed.token), "what was true when it was signed stays so"
    with pytest.raises(NotFound):
        issue(world)


def test_two_organisations_sign_with_different_keys(world: World) -> None:
    world.found(organisation="bolt")
    world.record(world.event("ana"))
    world.record(world.event("ana"), organisation="bolt")
    ours = issue(world)
    with world.db.begin() as tx:
        theirs = credential_for(tx, "bolt", "ana", "first", BASE, now=world.now)
        names = [issuer_profile(tx, one.issuer).name for one in (ours, theirs)]
    assert names == ["Acme", "Bolt"]
    assert ours.document["iss"] != theirs.document["iss"]


def test_the_operators_key_is_used_and_never_stored(world: World) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = SigningKey.from_pem(pem.decode())
    world.record(world.event("ana"))
    token = issue(world, key=key).token
    assert jwt.get_unverified_header(token)["alg"] == "ES256"
    assert check(world, token, key)
    with world.db.read() as tx:
        (row,) = tx.execute(schema.metadata.tables["issuer_key"].select())
        with pytest.raises(Refused, match="GROUNDSWELL_SIGNING_KEY_FILE"):
            status_list(tx, row.id, 0, BASE, world.now)
    assert row.private_pem is None


@pytest.mark.parametrize(
    "text", ["", "key", "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadValue, match="openssl genpkey") as refused:
        SigningKey.from_pem(text)
    assert "\n" not in str(refused.value)


def test_every_term_of_the_credential_is_in_the_published_context(world: World) -> None:
    context = vector("vectors_openbadges3_context", "ob_v3p0", "context-3.0.3.json")["@context"]
    world.record(world.event("ana"))
    document = issue(world).document
    subject = document["credentialSubject"]
    parts = [
        ("AchievementSubject", subject),
        ("Achievement", subject["achievement"]),
        ("IdentityObject", subject["identifier"][0]),
        ("Profile", document["issuer"]),
    ]
    for kind, part in parts:
        known = set(context[kind]["@context"]) | set(context)
        assert set(part) <= known, (kind, set(part) - known)


def test_signatures_are_those_of_the_cookbook() -> None:
    """RFC 8037: our signer's algorithm on the published key gives the published signature."""
    published = vector("vectors_jose_cookbook", "curve25519", "jws.json")
    key = jwt.PyJWK.from_dict(published["input"]["key"] | {"alg": "EdDSA"}).key
    signing = published["signing"]
    pem = key.private_bytes(*_pkcs8())
    assert SigningKey.from_pem(pem.decode()).algorithm == "EdDSA"
    assert (
        base64.urlsafe_b64encode(key.sign(signing["sig-input"].encode())).rstrip(b"=").decode()
        == signing["sig"]
    )


def _pkcs8() -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
