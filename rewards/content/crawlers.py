"""Classification of requests as from a person or a program, by the User-Agent header.

A browser, also one within an app, names Mozilla/5.0, its platform and its engine. Any other User-Agent is a program: servers that
fetch previews, libraries, office programs that check a link before the browser opens it. Programs that imitate browsers mostly
name themselves too; they are matched by the words below and by crawlerdetect's list, in time linear in the length of the text.

The library joins its 1,462 expressions into one. Some of them begin with a repetition, so that matching takes time quadratic in the
length of a text that the sender chooses. Here plain expressions are searched as words, and the others have bounded
repetitions.
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
    """The literal text that an expression matches, or None where it matches more than one."""
    return None if _META.search(expression) else re.sub(r"\\(.)", r"\1", expression)


def _bounded(expression: str) -> str:
    """The expression with bounded repetitions and without a leading one."""
    # A search may begin anywhere, so that a leading repetition adds no match.
    expression = re.sub(r"^\[[^\]]*\][*]", "", expression)
    expression = re.sub(r"(?<!\\)([.\])0-9a-zA-Z])\*", rf"\1{{0,{_REPEATED_SPAN}}}", expression)
    return re.sub(r"(?<!\\)([.\])0-9a-zA-Z])\+", rf"\1{{1,{_REPEATED_SPAN}}}", expression)


_WORDS = tuple({word.lower() for one in crawlers if (word := _plain(one)) is not None})
_EXPRESSIONS = re.compile("|".join(_bounded(one) for one in crawlers if _plain(one) is None), re.IGNORECASE)
_EXCLUDED = re.compile("|".join(_bounded(one) for one in exclusions), re.IGNORECASE)


# What every current browser sends; Opera Mini and Internet Explorer in their own form.
_BROWSER = re.compile(
    r"Mozilla/5\.0 \((?!compatible;)[^)]{2,200}\).{0,400}(?:AppleWebKit/\d|Gecko/\d.{0,200}\w{3,40}/\d)"
    r"|Mozilla/5\.0 \([^)]{0,200}Trident/\d"
    r"|Opera/9\.80 \([^)]{2,200}\) Presto/"
)
# Apps with a browser of their own that add their name to the User-Agent: no sign of a program if the browser part is complete.
_APPS = re.compile(
    r"\b(?:Teams(?:Mobile)?(?:-\w{1,16})?|Slack(?:_SSB)?|Discord|WhatsApp|Telegram(?:-\w{1,16})?|Skype|Viber|Line|KAKAOTALK|"
    r"MicroMessenger|Snapchat|Pinterest|Instagram|Threads|Barcelona|Twitter|LinkedInApp|XING|Reddit|Bluesky|Mastodon|Signal|"
    r"Outlook(?:-\w{1,16})?|Yammer|Viva|Zoom|ZoomWebKit|Webex|Electron|Workplace|Flipboard|Feedly|Notion|Mattermost|Rocket\.Chat|"
    r"Zulip|Element|GSA|DuckDuckGo)(?:/[\w.-]{1,40}|(?= for (?:iPhone|iPad|Android|Mac)\b)|\])",
    re.IGNORECASE,
)
# Programs that imitate browsers: previews, office programs, link scanners, monitors, headless browsers.
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
    """True for the User-Agent of a program instead of a browser, or one longer than any browser's."""
    if len(user_agent) > MOST_AGENT_CHARACTERS or _BROWSER.match(user_agent) is None:
        return True
    left = _APPS.sub("", user_agent)
    return _PROGRAMS.search(left) is not None or is_crawler(left)


@lru_cache(maxsize=4096)
def is_crawler(user_agent: str) -> bool:
    """True for the User-Agent of a crawler, or one longer than any browser's."""
    if len(user_agent) > MOST_AGENT_CHARACTERS:
        return True
    left = _EXCLUDED.sub("", user_agent).strip()
    lowered = left.lower()
    return any(word in lowered for word in _WORDS) or _EXPRESSIONS.search(left) is not None
