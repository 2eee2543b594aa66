"""The magnitudes with their bands and grades: a large academic log (A), a platform's log (B), a survey or small log (C), a vendor (D)."""

from __future__ import annotations

from sims.validation.magnitudes import OF_A_MAGNITUDE, Grade, one_post_each, year_with_a_tool
from sims.validation.target import Target

_BANDS: tuple[tuple[int, str, str, float, float, Grade], ...] = (
    (10, "Weekly sharers, left alone", "share of staff", 0.01, 0.04, "C"),
    (11, "Monthly sharers, left alone", "share of staff", 0.03, 0.07, "C"),
    (20, "Enrolled at week 12", "share of staff", 0.12, 0.30, "D"),
    (30, "Active of enrolled, month 1", "share", 0.50, 0.90, "D"),
    (31, "The same, month 3", "share", 0.25, 0.50, "D"),
    (32, "The same, month 12", "share", 0.15, 0.35, "D"),
    (40, "Shares an active advocate, month 3", "shares a month", 2.0, 6.0, "D"),
    (50, "Monthly actives, tool less nothing, month 3", "share of staff", 0.03, 0.12, "D"),
    (60, "Viewers a share over contacts, 200 to 1,000 contacts", "share", 0.08, 0.20, "B"),
    (70, "Slope of log viewers on log contacts", "exponent", 0.4, 0.85, "B"),
    (80, "Clicks a share, left alone", "clicks", 0.8, 3.0, "A"),
    (81, "The same, with the tool", "clicks", 0.8, 3.0, "D"),
    (90, "Link clicks a view, company page", "share", 0.003, 0.012, "B"),
    (91, "The same on X", "share", 0.0025, 0.0075, "B"),
    (100, "Reposts a view", "share", 0.0003, 0.0022, "B"),
    (101, "Reposts that one adoption brings (R)", "reposts", 0.10, 0.25, "A"),
    (110, "Likes and comments a view", "share", 0.007, 0.028, "B"),
    (120, "Viewers of a page post over followers", "share", 0.05, 0.09, "B"),
    (130, "Unfollows a view", "share", 1e-4, 6e-4, "C"),
)
_EVERYBODY_POSTS = (60, 70, 90, 91)
GRADES: dict[int, Grade] = {OF_A_MAGNITUDE + row[0]: row[5] for row in _BANDS}
MAGNITUDES: tuple[Target, ...] = tuple(
    Target(
        OF_A_MAGNITUDE + part, title, unit, low, high,
        one_post_each if part in _EVERYBODY_POSTS else year_with_a_tool,
    )
    for part, title, unit, low, high, _ in _BANDS
)  # fmt: skip
# Factor by which a calibration widens a magnitude's band: weaker evidence constrains less.
WIDER: dict[Grade, float] = {"A": 1.0, "B": 1.0, "C": 1.2, "D": 1.5}
