"""Built-in rules of networks on paid posts and ready-made texts, with their sources.

A company can override them for its own networks in the scheme (`channel_rules`, `unrewarded_channels`).
"""

from __future__ import annotations

from dataclasses import dataclass

from rewards.fields import name_of
from rewards.language import msg

_DEEP_DIVE = "https://developers.facebook.com/docs/apps/policies/policies-deep-dive"
_GUIDELINES = (
    "https://developers.facebook.com/docs/development/terms-and-policies/app-dev-guidelines (February 2025)"
)
_META = msg(
    "Meta's platform policies call it a violation to promise anything for posting to Facebook, and ask apps not to prefill "
    "captions, comments, messages or posts. The guidelines of 2025 are milder about rewards and not about prefilling; the "
    "stricter reading is kept."
)
_META_INSTAGRAM = msg(
    "Meta's platform policies call it a violation to promise anything for posting to Facebook, and ask apps not to prefill "
    "captions, comments, messages or posts. The guidelines of 2025 are milder about rewards and not about prefilling; the "
    "stricter reading is kept. Instagram is covered by the same terms."
)
_META_THREADS = msg(
    "Meta's platform policies call it a violation to promise anything for posting to Facebook, and ask apps not to prefill "
    "captions, comments, messages or posts. The guidelines of 2025 are milder about rewards and not about prefilling; the "
    "stricter reading is kept. That Threads is covered is an assumption."
)
_META_WHATSAPP = msg(
    "Meta's platform policies call it a violation to promise anything for posting to Facebook, and ask apps not to prefill "
    "captions, comments, messages or posts. The guidelines of 2025 are milder about rewards and not about prefilling; the "
    "stricter reading is kept. That WhatsApp is covered is an assumption."
)
_META_MESSENGER = msg(
    "Meta's platform policies call it a violation to promise anything for posting to Facebook, and ask apps not to prefill "
    "captions, comments, messages or posts. The guidelines of 2025 are milder about rewards and not about prefilling; the "
    "stricter reading is kept. Messages are named in them."
)
_META_SOURCES = (_DEEP_DIVE, _GUIDELINES)


@dataclass(frozen=True, slots=True)
class NetworkRules:
    """One network: whether posts may be rewarded, whether a ready-made text may be offered, why, and where that is written.

    Without sources it is an assumption of ours. `names`: the channel's name and what else it is called.
    """

    title: str
    names: tuple[str, ...]
    rewards: bool
    texts: bool
    why: str
    sources: tuple[str, ...] = ()


NETWORKS: tuple[NetworkRules, ...] = (
    NetworkRules(
        "Facebook",
        ("facebook", "fb", "facebook groups", "facebook page", "facebook stories"),
        False,
        False,
        _META,
        _META_SOURCES,
    ),
    NetworkRules(
        "Instagram",
        ("instagram", "insta", "ig", "instagram stories"),
        False,
        False,
        _META_INSTAGRAM,
        _META_SOURCES,
    ),
    NetworkRules("Threads", ("threads",), False, False, _META_THREADS),
    NetworkRules(
        "WhatsApp",
        ("whatsapp", "whatsapp status", "whats app"),
        False,
        False,
        _META_WHATSAPP,
    ),
    NetworkRules(
        "Messenger",
        ("messenger", "facebook messenger"),
        False,
        False,
        _META_MESSENGER,
        _META_SOURCES,
    ),
    NetworkRules(
        "LinkedIn",
        ("linkedin",),
        True,
        True,
        msg(
            "LinkedIn's share dialogue takes an address and no text, so the text is copied. That rewards are allowed is an assumption."
        ),
        ("https://www.linkedin.com/sharing/share-offsite/",),
    ),
    NetworkRules(
        "XING",
        ("xing",),
        True,
        True,
        msg(
            "XING's share dialogue takes an address and no text, so the text is copied. That rewards are allowed is an assumption."
        ),
        ("https://www.xing.com/social_plugins/share",),
    ),
)
_BY_NAME = {name: rules for rules in NETWORKS for name in rules.names}
UNREWARDED = tuple(name for rules in NETWORKS if not rules.rewards for name in rules.names)
"""Names of channels on which nothing is paid, whatever a scheme lists."""


def rules_of(channel: str) -> NetworkRules | None:
    """The known rules of a channel, by normalised name; None where there are none, so that everything is allowed."""
    return _BY_NAME.get(name_of(channel))


def may_prefill(channel: str) -> bool:
    """True where a ready-made text may be offered for the channel, whether or not its dialogue accepts one."""
    found = rules_of(channel)
    return found is None or found.texts
