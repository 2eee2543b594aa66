"""A queued mail as the message that is sent: text and HTML in the receiver's language, with the headers that go with it."""

import json
from dataclasses import dataclass, replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from rewards.language import LANGUAGES, gettext, language, ngettext, speaking, spoken_among
from rewards.mail.kinds import KINDS
from rewards.mail.letters import Letter, Line, Receiver, letter_of
from rewards.store.rows import AddressedMailRow
from rewards.store.units import from_us

FOLDER = Path(__file__).parents[1] / "mail_templates"
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False)
MOST_SUBJECT_CHARACTERS = 150


@dataclass(frozen=True, slots=True)
class From:
    """The sender. `base_url` is the base of links; `address` the sender's address, whether or not replies are read."""

    address: str
    base_url: str

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.address.rpartition("@")[2]


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made


def message_for(row: AddressedMailRow, sender: From, unsubscribe: str = "") -> EmailMessage:
    """The message of a row of `rewards.store.mail.with_person`. `unsubscribe`: the token, for kinds that one may do without.

    Raises ValueError for an address that no mail can go to.
    """
    with speaking(spoken_among([row.locale], row.languages.split() or tuple(LANGUAGES))):
        letter = _absolute(letter_of(row.kind, json.loads(row.data), _receiver(row)), sender.base_url)
        leave = f"{sender.base_url}/mail/unsubscribe/{unsubscribe}" if unsubscribe else ""
        values = {
            "letter": letter,
            "language": language(),
            "unsubscribe": leave,
            "choices": f"{sender.base_url}/account/notifications",
        }
        text = _templates().get_template("letter.txt").render(values)
        html = _INLINER.inline(_templates().get_template("letter.html").render(values))
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _one_line(letter.subject)[:MOST_SUBJECT_CHARACTERS]
    message["From"] = Address(_one_line(row.organisation), addr_spec=sender.address)
    message["To"] = _to(row)
    message["Message-ID"] = f"<{row.message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if leave:
        message["List-Unsubscribe"] = f"<{leave}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def is_optional(kind: str) -> bool:
    """True for kinds of mail that can be unsubscribed."""
    return KINDS[kind].optional


def _receiver(row: AddressedMailRow) -> Receiver:
    return Receiver(
        row.name or row.external_id or "", row.organisation, row.timezone, from_us(row.expires_us)
    )


def _to(row: AddressedMailRow) -> Address:
    try:
        return Address(_one_line(row.name or ""), addr_spec=(row.email or "").strip())
    except Exception as error:
        # The standard library's parser raises whatever it stumbles over.
        raise ValueError("the address is none that mail can go to") from error


def _absolute(letter: Letter, base_url: str) -> Letter:
    def whole(link: str) -> str:
        return base_url + link if link.startswith("/") else link

    def line(one: Line) -> Line:
        return replace(one, link=whole(one.link))

    button = None if letter.button is None else (letter.button[0], whole(letter.button[1]))
    sections = tuple(replace(one, lines=tuple(map(line, one.lines))) for one in letter.sections)
    return replace(letter, button=button, sections=sections)


def _one_line(text: str) -> str:
    """Text as a header can hold it."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
