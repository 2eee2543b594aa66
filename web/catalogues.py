"""Regenerates the message catalogues from code and templates: `python -m web.catalogues`.

Translations are kept; new messages are added without one, and messages no longer in use are deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from rewards.language import LANGUAGES, SOURCE, catalogue_file

ROOT = Path(__file__).resolve().parents[1]
METHODS = [
    ("agents/**.py", "python"),
    ("rewards/**.py", "python"),
    ("sims/**.py", "python"),
    ("web/**.py", "python"),
    ("web/templates/**", "jinja2"),
    ("rewards/mail_templates/**", "jinja2"),
]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "msg": None,
    "said": None,
    "counted": (1, 2),
    "msgs": (1, 2),
    "BadValue": None,
    "Conflict": None,
    "NotFound": None,
    "Refused": None,
    "Insufficient": None,
    "Stale": None,
    "Gone": None,
    "DocumentError": None,
    "HistoryError": None,
    "SchemeError": None,
    "SheetError": (2,),
    "in_words": (2,),
    "like": (2,),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
OPTIONS = {"web/templates/**": {"trimmed": "true"}, "rewards/mail_templates/**": {"trimmed": "true"}}
WIDTH = 110


def spoken() -> Catalog:
    """Every message in code and templates, with its source file."""
    found = Catalog(project="Groundswell", charset="utf-8")
    for folder in ("agents", "rewards", "sims", "web"):
        methods = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in METHODS
            if pattern.startswith(f"{folder}/")
        ]
        options = {pattern.removeprefix(f"{folder}/"): value for pattern, value in OPTIONS.items()}
        said = extract_from_dir(
            ROOT / folder, methods, options, KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
        )
        for file, _, message, comments, context in said:
            found.add(
                message,
                None,
                [(f"{folder}/{Path(file).as_posix()}", 0)],
                auto_comments=comments,
                context=context,
            )
    return found


def stored(language: str) -> Catalog:
    """The stored catalogue of a language."""
    path = catalogue_file(language)
    if not path.exists():
        return Catalog(locale=language, project="Groundswell", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def renewed(language: str) -> Catalog:
    """The catalogue with exactly the messages in use; translations are kept."""
    template, former = spoken(), stored(language)
    now = Catalog(locale=language, project="Groundswell", charset="utf-8", fuzzy=False)
    for message in template:
        if not message.id:
            continue
        known = former.get(message.id, message.context)
        # A message that gains or loses a plural is a different message.
        kept = known is not None and known.pluralizable == message.pluralizable
        now.add(
            message.id,
            known.string if known is not None and kept else None,
            sorted({(file, 0) for file, _ in message.locations}),
            auto_comments=message.auto_comments,
            context=message.context,
            flags=[flag for flag in message.flags if flag != "fuzzy"],
        )
    return now


def untranslated(catalogue: Catalog) -> Iterator[Message]:
    """Messages without a translation, or without one for each plural form."""
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not all(texts):
            yield message


def as_file(catalogue: Catalog) -> bytes:
    """The catalogue as a PO file without line numbers and dates, which would change in every commit."""
    out = BytesIO()
    write_po(out, catalogue, width=WIDTH, omit_header=True, sort_output=True, include_lineno=False)
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalogue.locale}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return head.encode() + out.getvalue()


def main() -> None:
    """Write every catalogue, and print the number of missing translations."""
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        catalogue = renewed(language)
        path = catalogue_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_file(catalogue))
        print(f"{path.relative_to(ROOT)}: {sum(1 for _ in untranslated(catalogue))} messages not translated")


if __name__ == "__main__":
    main()
