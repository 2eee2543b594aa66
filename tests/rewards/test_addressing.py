"""Mail addresses by their syntax, without a question to anybody's server."""

import pytest
from pydantic import ValidationError

from rewards.addressing import mail_address
from rewards.faults import BadValue
from rewards.language import speaking
from rewards.people_file import PersonRow, parse_file

GOOD = [
    "",
    "ana@example.org",
    "ana.field+work@mail.acme.example",
    "änne@müller.de",
    "ana@intranet",
    "ana@firma.local",
    "ana@x.test",
    "o'neil@x.org",
    "a_b@x-y.org",
    "ana@xn--mller-kva.de",
]
BAD = [
    "ana",
    "ana@",
    "@x.org",
    "ana field@x.org",
    "ana@x..org",
    "ana..f@x.org",
    ".ana@x.org",
    "ana@-x.org",
    "Ana <ana@x.org>",
    "ana@x.org, ben@x.org",
    "ana@x.org;ben@x.org",
    '"a b"@x.org',
    "ana@[127.0.0.1]",
    "a" * 65 + "@x.org",
    "ana@" + "x" * 64 + ".org",
    "ana@x.org\u202e",
]


@pytest.mark.parametrize("address", GOOD)
def test_an_address_is_kept_as_it_is_written(address: str) -> None:
    assert mail_address(address) == address


@pytest.mark.parametrize("address", BAD)
def test_what_no_mail_can_go_to_is_refused_in_one_line(address: str) -> None:
    with pytest.raises(BadValue, match=r"not a mail address; write one like ana@example\.org") as caught:
        mail_address(address)
    assert "\n" not in str(caught.value)


def test_a_row_and_a_file_say_where_it_stands_and_in_which_language() -> None:
    row = {"id": "ana", "segment": "s", "team": "t", "timezone": "UTC", "contacts": 1, "email": "ana@"}
    with speaking("de"), pytest.raises(ValidationError, match="keine E-Mail-Adresse"):
        PersonRow.model_validate(row)
    text = "id,segment,team,timezone,contacts,email\nana,s,t,UTC,1,ana@\n"
    with pytest.raises(ValueError, match=r"p\.csv:2: email: got 'ana@'; not a mail address"):
        parse_file(text, "p.csv")
