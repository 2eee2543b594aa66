"""Who sends a request, a person or a program: the list of crawlerdetect, asked in time that grows with the text's length alone.

The library joins its 1,462 expressions into one, of which some begin with a repetition: matched from every letter on, they take
time that grows with the square of the length, and the text is the sender's. Here words are looked for as words, and what is left
of the list has its repetitions bounded.
"""

import re
from functools import lru_cache

from crawlerdetect.providers.crawlers import data as crawlers
from crawlerdetect.providers.exclusions import data as exclusions

MOST_AGENT_CHARACTERS = 1024
"""The longest browser known to us, an app that names its host and the phone, stays below 600."""
_REPEATED_SPAN = 64
_META = re.compile(r"(?<!\\)[.^$*+?{}\[\]|()]|\\[A-Za-z0-9]")


def _plain(expression: str) -> str | None:
    """The text that an expression stands for, or None where it stands for more than one."""
    return None if _META.search(expression) else re.sub(r"\\(.)", r"\1", expression)


def _bounded(expression: str) -> str:
    """The expression in which nothing is repeated without end, and which does not begin with a repetition."""
    # A search may begin anywhere, so that a leading repetition finds nothing more.
    expression = re.sub(r"^\[[^\]]*\][*]", "", expression)
    expression = re.sub(r"(?<!\\)([.\])0-9a-zA-Z])\*", rf"\1{{0,{_REPEATED_SPAN}}}", expression)
    return re.sub(r"(?<!\\)([.\])0-9a-zA-Z])\+", rf"\1{{1,{_REPEATED_SPAN}}}", expression)


_WORDS = tuple({word.lower() for one in crawlers if (word := _plain(one)) is not None})
_EXPRESSIONS = re.compile("|".join(_bounded(one) for one in crawlers if _plain(one) is None), re.IGNORECASE)
_EXCLUDED = re.compile("|".join(_bounded(one) for one in exclusions), re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_crawler(user_agent: str) -> bool:
    """Whether a program sends this, after what it says of itself; what is longer than any browser's text is one too."""
    if len(user_agent) > MOST_AGENT_CHARACTERS:
        return True
    left = _EXCLUDED.sub("", user_agent).strip()
    lowered = left.lower()
    return any(word in lowered for word in _WORDS) or _EXPRESSIONS.search(left) is not None
