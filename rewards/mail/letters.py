"""Contents of mails in the current language: whole messages with placeholders, for text and HTML alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from rewards.language import gettext as _
from rewards.language import in_signs, language, ngettext

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list, with its link and the text below it."""

    text: str
    link: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A headed list."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """The content of a mail before it is rendered as text and HTML. `button`: label and link. `why`: the reason for receiving it."""

    subject: str
    paragraphs: tuple[str, ...]
    why: str
    button: tuple[str, str] | None = None
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Receiver:
    """The recipient's data used in a mail. `expires`: the expiry of its link."""

    name: str
    organisation: str
    zone: str
    expires: datetime


def day(instant: datetime, zone: str) -> str:
    """A date in the reader's zone and language, written out."""
    # Translators: a day written out, in the signs of Unicode's date patterns (CLDR).
    return format_date(instant.astimezone(ZoneInfo(zone)).date(), _("d MMMM y"), locale=language())


def moment(instant: datetime, zone: str) -> str:
    """A date and time in the reader's zone and language, to the minute."""
    # Translators: a day and a time of day, in the signs of Unicode's date patterns (CLDR).
    pattern = _("d MMMM y, HH:mm")
    return format_datetime(instant, pattern, tzinfo=ZoneInfo(zone), locale=language())


def letter_of(kind: str, data: Data, to: Receiver) -> Letter:
    """The letter of a kind of mail. Raises KeyError for a kind that there is not."""
    return _WRITERS[kind](data, to)


def _invitation(data: Data, to: Receiver) -> Letter:
    return Letter(
        _("Your sign-in for {organisation}").format(organisation=to.organisation),
        (
            _("Hello {name},").format(name=to.name),
            _("{organisation} invites you to its program for sharing what is worth sharing. Choose a password to sign in.").format(
                organisation=to.organisation
            ),
            _("The link works once, until {moment}. Taking part is your choice.").format(moment=moment(to.expires, to.zone)),
        ),
        _("You get this because somebody at {organisation} made a sign-in for you.").format(organisation=to.organisation),
        (_("Choose a password"), data["link"]),
    )  # fmt: skip


def _reset(data: Data, to: Receiver) -> Letter:
    return Letter(
        _("A new password for {organisation}").format(organisation=to.organisation),
        (
            _("Hello {name},").format(name=to.name),
            _("Somebody asked for a new password for you. The link works once, until {moment}.").format(
                moment=moment(to.expires, to.zone)
            ),
            _("If it was not you, do nothing: your password stays as it is."),
        ),
        _("You get this because a new password was asked for."),
        (_("Choose a new password"), data["link"]),
    )


def _join(data: Data, to: Receiver) -> Letter:
    return Letter(
        _("{organisation} invites you to take part").format(organisation=to.organisation),
        (
            _("Hello {name},").format(name=to.name),
            _("You can join the program in which colleagues share what they find worth sharing, in their own words."),
            _("Joining is your choice, and so is not joining: nobody is shown who did. You can pause or leave at any time."),
        ),
        _("You get this once, because {organisation} invites you to its program.").format(organisation=to.organisation),
        (_("See what it is and join"), data["link"]),
    )  # fmt: skip


def _recall(data: Data, to: Receiver) -> Letter:
    return Letter(
        _("“{title}” was recalled").format(title=data["title"]),
        (
            _("Hello {name},").format(name=to.name),
            _("“{title}”, which you shared, should not be shared any more: {reason}").format(
                title=data["title"], reason=data["reason"]
            ),
            _("Please remove your post if you can. You did nothing wrong, and your points stay."),
        ),
        _("You get this because you shared it."),
        (_("Read the notice"), data["link"]),
    )


def _scheme(data: Data, to: Receiver) -> Letter:
    since = datetime.fromisoformat(data["from"])
    return Letter(
        _("What earns points changes on {day}").format(day=day(since, to.zone)),
        (
            _("Hello {name},").format(name=to.name),
            _("From {moment} on “{title}” holds. What happens before counts as it did.").format(
                moment=moment(since, to.zone), title=data["title"]
            ),
        ),
        _("You get this because changes of the scheme are told before they count."),
        (_("Read the scheme in plain words"), data["link"]),
        (Section(_("What changes"), tuple(Line(text) for text in data["changes"])),) if data["changes"] else (),
    )  # fmt: skip


def _digest(data: Data, to: Receiver) -> Letter:
    sections = []
    if data["items"]:
        lines = tuple(Line(one["title"], one["link"], one["note"]) for one in data["items"])
        sections.append(Section(_("New for you"), lines))
    if data["thanks"]:
        thanked = [
            Line(_("{giver}: “{message}”").format(giver=one["giver"], message=one["message"]))
            for one in data["thanks"]
        ]
        sections.append(Section(_("Thanks that you got"), tuple(thanked)))
    if data["goal"]:
        sections.append(Section(_("Your next goal"), (_goal(data["goal"]),)))
    return Letter(
        _digest_subject(data["items"], data["thanks"], to),
        (_("Hello {name},").format(name=to.name), _("this is new since you last heard from us.")),
        _("You get this because you take part. Sharing is always your choice; not sharing costs nothing and is shown to nobody."),
        (_("Open your page"), data["link"]),
        tuple(sections),
    )  # fmt: skip


def _digest_subject(items: Sequence[Any], thanks: Sequence[Any], to: Receiver) -> str:
    if items:
        many = len(items) - 1
        if not many:
            return items[0]["title"]  # type: ignore[no-any-return]
        return ngettext("{title}, and one more", "{title}, and {count} more", many).format(
            title=items[0]["title"], count=many
        )
    return ngettext("A colleague thanked you", "{count} colleagues thanked you", len(thanks)).format(
        count=len(thanks)
    )


def _goal(goal: Mapping[str, str]) -> Line:
    return Line(
        _("“{badge}”: {reached} of {needed}").format(
            badge=goal["badge"], reached=in_signs(goal["reached"]), needed=in_signs(goal["needed"])
        )
    )


_WRITERS: dict[str, Callable[[Data, Receiver], Letter]] = {
    "invitation": _invitation,
    "reset": _reset,
    "join": _join,
    "recall": _recall,
    "scheme": _scheme,
    "digest": _digest,
}
