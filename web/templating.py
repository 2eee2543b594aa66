"""Pages: Jinja templates that escape everything, rendered from documented contexts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from math import floor, isnan, log10
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import escape

from rewards.amounts import amount_text, points_text
from rewards.digits import teller
from rewards.disclosure import NEARLY_ALL, NOT_SHOWN
from rewards.language import LANGUAGES, gettext, in_signs, language, ngettext, pgettext, said
from rewards.people.rights import TITLES
from rewards.scheme.channels import channel_title
from web.actors import actor_text
from web.kept_templates import KeptTemplates
from web.navigation import door_of, doors
from web.sealed import in_words
from web.text import one_break

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

WORDY = ("message", "reason", "words")
"""Fields of forms that hold words of one's own."""
FOLDER = Path(__file__).parent
MOST_DECIMALS = 6
MOST_WITH_CENTS = 100


@pass_context
def when_text(context: Context, instant: datetime) -> str:
    """A date and time to the minute in the reader's time zone, which every page names in its footer."""
    zone: tzinfo = context["zone"]
    # Translators: a day and a time of day, in the signs of Unicode's date patterns (CLDR).
    pattern = gettext("d MMM y, HH:mm")
    return format_datetime(instant.astimezone(zone), pattern, locale=language())


@pass_context
def day_text(context: Context, instant: datetime) -> str:
    """A date in the reader's time zone."""
    zone: tzinfo = context["zone"]
    return date_text(instant.astimezone(zone).date())


def date_text(day: date) -> str:
    """A date as written in a calendar."""
    # Translators: a day, in the signs of Unicode's date patterns (CLDR).
    return format_date(day, gettext("d MMM y"), locale=language())


def short_date_text(day: date) -> str:
    """Day and month of a date whose year is obvious."""
    # Translators: a day without its year, in the signs of Unicode's date patterns (CLDR).
    return format_date(day, gettext("d MMM"), locale=language())


def month_text(day: date) -> str:
    """The month of a date, with its year."""
    # Translators: a month and its year, in the signs of Unicode's date patterns (CLDR).
    return format_date(day, gettext("MMM y"), locale=language())


def first_date_text(first: date, last: date) -> str:
    """The first day of a span whose last day is shown with its year; with a year only where that differs."""
    return short_date_text(first) if first.year == last.year else date_text(first)


def per_head_text(millipoints: int) -> str:
    """Points per head with two decimals throughout, so that they align in a column."""
    return in_signs(f"{millipoints / 1000:,.2f}")


def number_text(value: float) -> str:
    """A number for reading: thousands separators, about three digits, at most MOST_DECIMALS of them after the point."""
    if isnan(value):
        return "–"
    digits = 0 if value == 0 else floor(log10(abs(value)))
    decimals = min(max(2 - digits, 0), MOST_DECIMALS)
    text = f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else in_signs(text).replace("-", "\N{MINUS SIGN}")


def whole_text(value: float) -> str:
    """A count without decimals, even where it is an estimate."""
    text = f"{value:,.0f}"
    return "0" if text == "-0" else in_signs(text).replace("-", "\N{MINUS SIGN}")


def within_text(value: float, low: float, high: float, least: float = 0.0) -> str:
    """A number that belongs to an interval, rounded to the digit that the interval resolves, and no finer than to `least`."""
    return teller((low, high), least=least)(value)


def money_text(value: float) -> str:
    """An amount of money: with cents below a hundred where there are any, else whole."""
    whole = abs(value) >= MOST_WITH_CENTS or float(value).is_integer()
    return in_signs(f"{value:,.0f}" if whole else f"{value:,.2f}").replace("-", "\N{MINUS SIGN}")


def level_text(value: float) -> str:
    """A level from 0 to 1 with three decimals, since it changes little from week to week."""
    return in_signs(f"{value:.3f}")


def percent_text(share: float) -> str:
    """A share as a whole percentage."""
    whole = f"{100 * share:.0f}"
    return f"{'0' if whole == '-0' else whole} %".replace("-", "\N{MINUS SIGN}")


def told_text(count: str, minimum: int) -> str:
    """A count under disclosure control (`rewards.disclosure`) in the current language: the number, or words in its place."""
    if count.isdecimal():
        return whole_text(int(count))
    words = {NOT_SHOWN: gettext("not shown"), NEARLY_ALL: gettext("nearly all")}
    return words.get(count) or said("fewer than {count}", count=minimum)


def roles_text(roles: Iterable[str]) -> str:
    """Names of roles, separated by commas; an unknown role by its id."""
    return ", ".join(gettext(TITLES.get(role, role)) for role in roles)


def tongue_text(code: str) -> str:
    """The name of a language, in the current one; a code that is of none as it is."""
    try:
        return Locale.parse(code, sep="-").get_display_name(language()) or code
    except (UnknownLocaleError, ValueError):
        return code


def week_text(week: str) -> str:
    """An ISO week written 2026-W48, in words."""
    year, _, number = week.partition("-W")
    return said("week {number}, {year}", number=int(number), year=year)


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
    bytecode_cache=KeptTemplates(__file__),
)
_ENVIRONMENT.policies["ext.i18n.trimmed"] = True
_ENVIRONMENT.install_gettext_callables(  # type: ignore[attr-defined]
    gettext, ngettext, newstyle=True, pgettext=pgettext
)
_ENVIRONMENT.filters["points"] = lambda millipoints: in_signs(points_text(millipoints))
_ENVIRONMENT.filters["worth"] = amount_text
_ENVIRONMENT.filters["when"] = when_text
_ENVIRONMENT.filters["day"] = day_text
_ENVIRONMENT.filters["date"] = date_text
_ENVIRONMENT.filters["short_date"] = short_date_text
_ENVIRONMENT.filters["first_date"] = first_date_text
_ENVIRONMENT.filters["per_head"] = per_head_text
_ENVIRONMENT.filters["number"] = number_text
_ENVIRONMENT.filters["whole"] = whole_text
_ENVIRONMENT.filters["within"] = within_text
_ENVIRONMENT.filters["money"] = money_text
_ENVIRONMENT.filters["level"] = level_text
_ENVIRONMENT.filters["percent"] = percent_text
_ENVIRONMENT.filters["channel"] = channel_title
_ENVIRONMENT.filters["actor"] = actor_text
_ENVIRONMENT.filters["tongue"] = tongue_text
_ENVIRONMENT.filters["week"] = week_text
_ENVIRONMENT.filters["roles"] = roles_text
_ENVIRONMENT.filters["told"] = told_text
_ENVIRONMENT.filters["signs"] = in_signs
_ENVIRONMENT.filters["in_words"] = in_words


def compilations() -> Iterator[Callable[[], object]]:
    """A callable for each template that compiles it, ahead of its first use."""
    for name in _ENVIRONMENT.list_templates():
        yield partial(_ENVIRONMENT.get_template, name)


def page(
    request: Request,
    template: str,
    context: DataclassInstance,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Render a template with a context: a dataclass, whose fields are all that the template gets besides those of the layout.

    `account` and `person`: the account signed in (None: nobody); times are shown in the person's time zone.
    """
    values = {
        "account": None,
        "person": None,
        "path": request.url.path,
        "language": language(),
        "languages": {code: LANGUAGES[code] for code in request.app.state.offered.languages},
        "open_to_all": request.app.state.settings.demo and request.app.state.settings.demo_beyond_loopback,
        **{field.name: getattr(context, field.name) for field in fields(context)},
    }
    person = values["person"]
    values["zone"] = ZoneInfo(person.timezone) if person else UTC
    values["zone_name"] = person.timezone if person else "UTC"
    values["doors"] = doors(values["account"])
    values["door"] = door_of(values["doors"], request.url.path)
    values["unsent"] = ()
    made = _ENVIRONMENT.get_template(template)
    body = made.render(values)
    lost = [text for text in _typed(request) if status >= 400 and str(escape(text)) not in body]
    if lost:
        body = made.render({**values, "unsent": lost})
    return HTMLResponse(body, status, headers=dict(headers or {}))


def _typed(request: Request) -> list[str]:
    """The values of a submitted form, so that they are not lost when it is refused."""
    form = getattr(request, "_form", None) or {}
    found = (form.get(name) for name in WORDY)
    # A part of a form may name its own encoding, which may decode to a surrogate: it is shown as its escape.
    whole = (text.encode("utf-8", "backslashreplace").decode() for text in found if isinstance(text, str))
    return [str(one_break(text)) for text in whole if text.strip()]
