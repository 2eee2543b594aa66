"""Share dialogues of networks: their parameters and URLs."""

from string import Formatter
from urllib.parse import quote

from rewards.scheme.channels import MAIL

DIALOGUES = {
    "linkedin": "https://www.linkedin.com/sharing/share-offsite/?url={url}",
    "x": "https://x.com/intent/post?text={text}&url={url}",
    "facebook": "https://www.facebook.com/sharer/sharer.php?u={url}",
    "bluesky": "https://bsky.app/intent/compose?text={both}",
    "mastodon": "https://mastodon.social/share?text={both}",
    "threads": "https://www.threads.net/intent/post?url={url}",
    "whatsapp": "https://wa.me/?text={both}",
    "xing": "https://www.xing.com/social_plugins/share?url={url}",
    **dict.fromkeys(MAIL, "mailto:?subject={title}&body={both}"),
}
"""`text`: the words, `url`: the link, `both`: words and link, `title`: the item's."""


def takes_link_alone(channel: str) -> bool:
    """True where the channel's share dialogue accepts a link but no text, which is then copied by hand."""
    named = {name for _, name, _, _ in Formatter().parse(DIALOGUES.get(channel, ""))}
    return bool(named) and not named & {"text", "both"}


def template_of(channel: str, title: str, link: str) -> str:
    """The dialogue's URL with only `{text}` and `{both}` as placeholders, for a page on which the words still change; '' without one."""
    words = {"text": "{text}", "both": "{both}"}
    return _filled(channel, {"url": quote(link, safe=""), "title": quote(title, safe=""), **words})


def dialogue(channel: str, text: str, link: str, title: str) -> str:
    """The channel's share dialogue for a text and a link, or '' when it has none."""
    both = f"{text} {link}".strip()
    return _filled(
        channel,
        {
            name: quote(one, safe="")
            for name, one in (("url", link), ("text", text), ("both", both), ("title", title))
        },
    )


def _filled(channel: str, places: dict[str, str]) -> str:
    return DIALOGUES.get(channel, "").format(**places)
