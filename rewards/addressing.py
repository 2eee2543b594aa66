"""Validation of mail addresses by syntax alone, without queries to mail servers."""

import re

from rewards.faults import BadValue

# Matches nearly every address in a hundredth of the full check's time; a people file has a hundred thousand.
_ORDINARY = re.compile(
    r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,63}"
)
_MOST_LOCAL, _MOST_LABEL, _MOST_WHOLE = 64, 63, 254


def mail_address(text: str) -> str:
    """The address unchanged; '' stands for none. Raises BadValue for a syntactically invalid one (RFC 5321, RFC 6531)."""
    if not text or _is_ordinary(text):
        return text
    import email_validator

    # Companies have mail servers in internal domains, such as .local and .test.
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        email_validator.validate_email(
            text, check_deliverability=False, globally_deliverable=False, strict=True
        )
    except email_validator.EmailNotValidError:
        raise BadValue(
            "not a mail address; write one like ana@example.org, without a name or a second address"
        ) from None
    return text


def _is_ordinary(text: str) -> bool:
    local, _, domain = text.partition("@")
    return (
        len(text) <= _MOST_WHOLE
        and len(local) <= _MOST_LOCAL
        and _ORDINARY.fullmatch(text) is not None
        and all(len(label) <= _MOST_LABEL for label in domain.split("."))
    )
