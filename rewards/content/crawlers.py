"""Classification of requests as from a person or a program, by the User-Agent header.

A person's browser, also one within an app, says Mozilla/5.0, its platform and its engine. Whatever does not is a program: servers that
fetch previews, libraries, office programs that look before the browser opens. Programs that dress up as a browser mostly
name themselves too; they are found by the words below and the list of crawlerdetect, asked in time that grows with the text's length alone.

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


# What every browser of today says; Opera Mini and Internet Explorer in their own ways.
_BROWSER = re.compile(
    r"Mozilla/5\.0 \((?!compatible;)[^)]{2,200}\).{0,400}(?:AppleWebKit/\d|Gecko/\d.{0,200}\w{3,40}/\d)"
    r"|Mozilla/5\.0 \([^)]{0,200}Trident/\d"
    r"|Opera/9\.80 \([^)]{2,200}\) Presto/"
)
# Apps that show a page in a browser of their own, and add their name to what it says: no sign of a program in a whole browser.
_APPS = re.compile(
    r"\b(?:Teams(?:Mobile)?(?:-\w{1,16})?|Slack(?:_SSB)?|Discord|WhatsApp|Telegram(?:-\w{1,16})?|Skype|Viber|Line|KAKAOTALK|"
    r"MicroMessenger|Snapchat|Pinterest|Instagram|Threads|Barcelona|Twitter|LinkedInApp|XING|Reddit|Bluesky|Mastodon|Signal|"
    r"Outlook(?:-\w{1,16})?|Yammer|Viva|Zoom|ZoomWebKit|Webex|Electron|Workplace|Flipboard|Feedly|Notion|Mattermost|Rocket\.Chat|"
    r"Zulip|Element|GSA|DuckDuckGo)(?:/[\w.-]{1,40}|(?= for (?:iPhone|iPad|Android|Mac)\b)|\])",
    re.IGNORECASE,
)
# Programs within what looks like a browser: previews, office programs, scanners of links, monitors, browsers without a window.
_PROGRAMS = re.compile(
    r"https?://|\w@[\w-]{1,60}\.[a-z]{2}|\bbot\b|preview|externalhit|facebot|ms-?office|microsoft "
    r"office|headless|phantomjs|electron-prerender|prerender|"
    r"puppeteer|playwright|selenium|webdriver|cypress|lighthouse|pagespeed|pingdom|uptime|statuscake|site24x7|datadog|synthetic|"
    r"newrelic|dynatrace|catchpoint|gtmetrix|checkly|safelinks|proofpoint|mimecast|barracuda|fireeye|trellix|symantec|messagelabs|"
    r"forcepoint|zscaler|sophos|kaspersky|virustotal|urlscan|urldefense|ironport|cloudmark|qualys|sentinelone|scanner|monitor"
    r"(?:ing|is)|crawl|spider|"
    r"slurp|fetcher|iframely|embedly|cardyb|linkpresentation|inspectiontool|google-(?:read|site|safety|extended|adwords)|googleother|"
    r"apple-?pubsub|skypeuri|validator|archiver|wayback|httrack|dalvik",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def is_program(user_agent: str) -> bool:
    """True for the User-Agent of a program instead of a browser; a text longer than any browser's counts as one too."""
    if len(user_agent) > MOST_AGENT_CHARACTERS or _BROWSER.match(user_agent) is None:
        return True
    left = _APPS.sub("", user_agent)
    return _PROGRAMS.search(left) is not None or is_crawler(left)


@lru_cache(maxsize=4096)
def is_crawler(user_agent: str) -> bool:
    """True for the User-Agent of a crawler; a text longer than any browser's counts as one too."""
    if len(user_agent) > MOST_AGENT_CHARACTERS:
        return True
    left = _EXCLUDED.sub("", user_agent).strip()
    lowered = left.lower()
    return any(word in lowered for word in _WORDS) or _EXPRESSIONS.search(left) is not None
