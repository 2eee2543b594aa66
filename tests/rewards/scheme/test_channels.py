"""A channel is called as people call it, and what is not paid under one of its names is paid under none."""

from __future__ import annotations

import pytest

from rewards.content.dialogues import takes_link_alone, template_of
from rewards.document import load_document
from rewards.events import Event
from rewards.language import speaking
from rewards.scheme.channels import MAIL, channel_title
from rewards.scheme.explain import explain_scheme
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.replay import replay
from rewards.scoring.tables import compile_scheme


def scheme(*unpaid: str) -> IncentiveScheme:
    listed = ", ".join(f'"{one}"' for one in unpaid)
    rule = "{id: share, title: Share, on: share, points: 1}"
    return load_document(
        f"name: c\ntitle: C\nrules: [{rule}]\nunrewarded_channels: [{listed}]\n", IncentiveScheme, "c"
    )


def reasons(paying: IncentiveScheme, channel: str) -> list[str]:
    at = "2026-03-02T10:00:00Z"
    event = Event(
        source="s", id="a", kind="share", subject="ana", occurred_at=at, object="1", channel=channel
    )
    return [one.entry.reason.value for one in replay([event], compile_scheme(paying)).entries]


@pytest.mark.parametrize("listed", ["email", "E-Mail", "mail"])
@pytest.mark.parametrize("shared", [*MAIL, "E-MAIL"])
def test_mail_is_one_channel_under_each_of_its_names(listed: str, shared: str) -> None:
    assert scheme(listed).is_unrewarded(shared)
    assert reasons(scheme(listed), shared) == ["channel_unrewarded"]
    assert reasons(scheme(), shared) == ["awarded"]


def test_mail_has_one_title_and_one_dialogue() -> None:
    for name in MAIL:
        assert channel_title(name) == "E-mail"
        assert template_of(name, "T", "https://a.example").startswith("mailto:")
        assert not takes_link_alone(name)
    with speaking("de"):
        assert channel_title("email") == "E-Mail"
        assert channel_title("microsoft TEAMS") == "Microsoft Teams"


def test_a_company_that_gives_none_is_not_said_to_be_forbidden() -> None:
    lines = explain_scheme(scheme("linkedin", "Mail", "fb"))
    assert "No points on LinkedIn or E-mail: the company gives none there." in lines
    assert (
        "No points on Facebook, Instagram, Threads, WhatsApp or Messenger: their rules forbid rewards for posts."
        in lines
    )
