"""Content of the demo company, and some thanks."""

from datetime import datetime, timedelta

from rewards.content.content import ChannelStatus, ContentItem

DISCLOSURE = "I work at Northwind Instruments."
GREEN = ChannelStatus(status="green", reason="Approved for public sharing.")
AMBER = ChannelStatus(status="amber", reason="Fine to share; leave out customers' names.")
RED = ChannelStatus(status="red", reason="Results are not public before 5 p.m. on the day of the report.")

# id, title, summary, topic, status on LinkedIn, days from the start until expiry, suggested text
_ITEMS = (
    (
        "field-notes-calibration",
        "Field notes: what we learnt calibrating 1,000 sensors",
        "Our service team on drift, damp and patience.",
        "engineering",
        GREEN,
        75,
        "A thousand sensors, one lesson: drift is patient. Our field team wrote down what they learnt.",
    ),
    (
        "apprentices-2026",
        "Meet this year's apprentices",
        "Twelve people who start in the warehouse and the lab this month.",
        "people",
        GREEN,
        60,
        "Twelve new colleagues start this month. Say hello!",
    ),
    (
        "open-source-logger",
        "We open-sourced our data logger",
        "The code, the licence and why we gave it away.",
        "engineering",
        GREEN,
        90,
        "Our data logger is now open source. Here is why.",
    ),
    (
        "four-day-support",
        "How support moved to four longer days",
        "What changed for customers (little) and for the team (a lot).",
        "support",
        GREEN,
        90,
        "Our support team tried four longer days. Their own account of it:",
    ),
    (
        "customer-dairy",
        "A dairy that stopped throwing milk away",
        "A customer's story, told with their permission.",
        "sales",
        AMBER,
        70,
        "How one dairy cut its waste, with a little help from measurements.",
    ),
    (
        "quarterly-results",
        "Quarterly results",
        "For reading, not for sharing, until they are public.",
        "finance",
        RED,
        50,
        "",
    ),
)

# Shares of the demo employee: item, days ago, and number of clicks.
SHARED = (
    ("field-notes-calibration", 12, 4),
    ("four-day-support", 6, 2),
    ("apprentices-2026", 2, 1),
)


# One item that may go everywhere, with a text for each of several colleagues.
_EVERYWHERE = "open-source-logger"
NETWORKS = ("linkedin", "x", "bluesky", "mastodon", "xing", "email", "facebook", "threads", "whatsapp")
_MORE_TEXTS = (
    "The code of our data logger is public from today. Have a look at how it buffers when the network is gone.",
    "I have used our data logger for years. Now everybody can, and change it.",
)


def demo_items(now: datetime) -> list[ContentItem]:
    """Six items: four green-lit, one to share with care, one that may not be shared yet."""
    return [
        ContentItem(
            id=key,
            title=title,
            url=f"https://www.example.com/stories/{key}",
            summary=summary,
            topic=topic,
            language="en",
            channels=dict.fromkeys(NETWORKS if key == _EVERYWHERE else ("linkedin", "x"), status),
            disclosure=DISCLOSURE,
            expires_at=now + timedelta(days=days),
            suggested_texts=(*((text,) if text else ()), *(_MORE_TEXTS if key == _EVERYWHERE else ())),
            approver="p214",
        )
        for key, title, summary, topic, status, days, text in _ITEMS
    ]


# A continuing series, so that every week has a new item: title and suggested text.
_WEEKLY = (
    ("Ask an engineer", "Every week one of us answers what customers ask. This time:"),
    ("From the warehouse floor", "What our colleagues in the warehouse found out this week:"),
    ("A sensor and its place", "Where one of our instruments works this week, and why it is there:"),
    ("What support learnt", "The question that our support team heard most this week, and its answer:"),
)
WEEKLY_DAYS = 56


def weekly_item(monday: datetime) -> ContentItem:
    """The item that is published on a Monday."""
    year, week, _ = monday.isocalendar()
    title, text = _WEEKLY[week % len(_WEEKLY)]
    key = f"week-{year}-{week:02d}"
    return ContentItem(
        id=key,
        title=f"{title}, week {week}",
        url=f"https://www.example.com/stories/{key}",
        summary="From our weekly series.",
        topic="series",
        language="en",
        channels=dict.fromkeys(("linkedin", "x", "mastodon"), GREEN),
        disclosure=DISCLOSURE,
        expires_at=monday + timedelta(days=WEEKLY_DAYS),
        suggested_texts=(text,),
        approver="p214",
    )


# Messages of thanks and of nominations for an award.
THANKS = (
    "Thank you for jumping in when the delivery was late.",
    "Your answer saved me an afternoon. Thanks!",
    "Thanks for showing the new ones around so patiently.",
    "That drawing made the whole thing clear. Thank you.",
    "Thank you for staying on the phone until it worked.",
    "Good catch in the review, thanks for looking twice.",
    "Thanks for sharing what you learnt at the customer's.",
)
WHY_NAMED = (
    "Always finds the time to explain.",
    "Held the night shift together in the busiest week.",
    "Brought three teams to one table, and they stayed.",
)


def recalled_item(now: datetime) -> ContentItem:
    """An item that was published and recalled."""
    return ContentItem(
        id="fair-stand",
        title="Visit us in hall 4",
        url="https://www.example.com/stories/fair-stand",
        summary="Where we stand at the fair, and who is there.",
        topic="events",
        language="en",
        channels=dict.fromkeys(("linkedin", "x"), GREEN),
        disclosure=DISCLOSURE,
        expires_at=now + timedelta(days=60),
        suggested_texts=("Come and see us in hall 4, I am there on the second day.",),
        approver="p214",
    )


RECALL_REASON = "The organiser moved us to hall 7; posts with hall 4 send people to the wrong place."
RECALL_NOTICE = "This invitation is out of date: you find us in hall 7."


def desk_item(now: datetime) -> ContentItem:
    """An item that is submitted and not approved yet."""
    return ContentItem(
        id="repair-cafe",
        title="Our repair café is open on Fridays",
        url="https://www.example.com/stories/repair-cafe",
        summary="Bring an old instrument, take it home mended.",
        topic="support",
        language="en",
        channels=dict.fromkeys(("linkedin", "x", "mastodon"), GREEN),
        expires_at=now + timedelta(days=60),
        suggested_texts=("On Fridays we mend what others throw away. Bring yours!",),
    )


# Suggestions of employees: a title with an address or, without one, a text for an item of the grid.
SUGGESTIONS = (
    (
        "Radio portrait of our calibration lab",
        "https://www.example.org/radio/calibration-lab",
        "Twelve good minutes, and nobody here has heard them yet.",
    ),
    ("open-source-logger", "", "I have run this logger in my greenhouse for two winters. Now you can, too."),
)


def demo_thanks() -> list[tuple[str, int]]:
    """Messages for the demo employee, each with the number of days ago that it was written."""
    return [
        ("Your note about the calibration trip brought two people to our stand. Thank you!", 9),
        ("Thanks for answering that question under your post so patiently.", 4),
        ("Great explanation of the logger, my team is using it now.", 1),
    ]
