"""Channels as people call them: the spelling of each, and which names mean the same one."""

from __future__ import annotations

import re

from rewards.fields import name_of
from rewards.language import gettext, msg

TITLES = {
    "linkedin": "LinkedIn",
    "x": "X",
    "facebook": "Facebook",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "threads": "Threads",
    "whatsapp": "WhatsApp",
    "xing": "XING",
    "instagram": "Instagram",
    "messenger": "Messenger",
    "microsoft teams": "Microsoft Teams",
    "teams": "Microsoft Teams",
    "slack": "Slack",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "reddit": "Reddit",
    "github": "GitHub",
    "telegram": "Telegram",
    "wechat": "WeChat",
}
MAIL = ("email", "mail", "e-mail")
"""What mail is called; a company that pays nothing on one of these pays nothing on any."""
_MAIL_TITLE = msg("E-mail")


def channel_title(channel: str) -> str:
    """The channel's own spelling where we know it, else its name with every word capitalised, an underscore taken for a space."""
    name = name_of(channel)
    if name in MAIL:
        return gettext(_MAIL_TITLE)
    return TITLES.get(name) or " ".join(
        word[:1].upper() + word[1:] for word in re.split(r"[\s_]+", channel) if word
    )


def every_name(channel: str) -> tuple[str, ...]:
    """The channel by each of its names, its own first."""
    name = name_of(channel)
    return tuple(dict.fromkeys((name, *MAIL))) if name in MAIL else (name,)
