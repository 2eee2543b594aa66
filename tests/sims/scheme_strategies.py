"""Random schemes of the same few rules, badges and streaks, so that versions of a program share some of what is remembered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from rewards.document import parse_data
from rewards.scheme.scheme import IncentiveScheme

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
windows = st.sampled_from(["day", "week", "month", "total"])
conditions = st.sampled_from(
    [None, {"channel": ["linkedin"]}, {"tag": ["green-lit"]}, {"segment": ["north"]}, {"weekday": ["mon", "wed", "sat"]}]
)  # fmt: skip


def one_in(times: int) -> st.SearchStrategy[bool]:
    return st.integers(1, times).map(lambda drawn: drawn == times)


@st.composite
def rules(draw: st.DrawFn, name: str) -> dict[str, Any]:
    caps = st.builds(
        lambda window, points, scope: {"window": window, "points": points, "scope": scope},
        windows, st.integers(3, 30), st.sampled_from(["rule", "object", "pair"]),
    )  # fmt: skip
    found: dict[str, Any] = {
        "id": name,
        "title": name,
        "on": name.split("-", maxsplit=1)[0],
        "points": draw(st.integers(1, 5)),
    }
    found["caps"] = draw(st.lists(caps, max_size=2))
    found["when"] = draw(conditions)
    found["per_object"] = draw(st.sampled_from(["each", "each", "once"]))
    found["cooldown_minutes"] = draw(st.sampled_from([0, 0, 600, 3000]))
    found["beneficiary"] = draw(st.sampled_from(["subject", "subject", "subject", "owner"]))
    if draw(one_in(3)):
        found["decay"] = {"factor": "1/2", "window": draw(windows)}
    if draw(one_in(3)):
        found["multipliers"] = [
            {"factor": draw(st.sampled_from(["3/2", "0", "7"])), "when": draw(conditions)}
        ]
    if draw(one_in(4)):
        found["verification"] = draw(st.sampled_from(["tracked", "connector"]))
        if found["per_object"] == "once":
            found["until_verified"] = "1/2"
    return found


@st.composite
def badges(draw: st.DrawFn, name: str, awarded: list[str]) -> dict[str, Any]:
    counts = st.builds(
        lambda metric, of, least, window, once, when: (
            {"metric": metric, "of": of, "at_least": least, "window": window, "per_object": once, "when": when}
        ),
        st.sampled_from(["events", "quantity"]), st.sampled_from(["share", "click"]), st.integers(1, 6), windows,
        st.sampled_from(["each", "once"]), conditions,
    )  # fmt: skip
    totals = [{"metric": "points"}, *({"metric": "awards", "of": rule} for rule in awarded)]
    others = st.builds(
        lambda total, least: total | {"at_least": least}, st.sampled_from(totals), st.integers(1, 12)
    )
    needs = st.one_of(counts, counts, others)
    found: dict[str, Any] = {"id": name, "title": name, "points": draw(st.integers(0, 5))}
    if name == "lasting":
        found["once_per"] = draw(st.sampled_from(["person", "object"]))
        found["groups"] = [[draw(counts) | {"scope": "object"}]]
        return found
    found["permanent"] = name == "first"
    found["groups"] = draw(st.lists(st.lists(needs, min_size=1, max_size=2), min_size=1, max_size=2))
    if draw(st.booleans()) and any(
        need["metric"] in ("events", "quantity") for group in found["groups"] for need in group
    ):
        found["penalties"] = [
            {
                "on": draw(st.sampled_from(["lead", "click"])),
                "takes": draw(st.sampled_from([1, "quantity", "all"])),
            }
        ]
    if draw(st.booleans()):
        found["levels"] = [{"id": "more", "title": "More", "times": 2, "points": 3}]
    return found


@st.composite
def streaks(draw: st.DrawFn, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": name,
        "title": name,
        "kinds": draw(st.sampled_from([["share"], ["share", "click"]])),
    }
    found["days"] = draw(st.sampled_from([WEEK, WEEK[:5], ["tue", "fri", "sun"]]))
    found["when"] = draw(conditions)
    found["freezes"], found["freeze_window"] = draw(st.integers(0, 2)), draw(windows)
    if draw(one_in(3)):
        found["repair"] = {"missed_days": draw(st.integers(1, 3)), "events": 2}
    return found


@st.composite
def schemes(draw: st.DrawFn, zone: str, start: date) -> IncentiveScheme:
    """Some of the same few rules, badges and streaks, in any order and in any words."""
    awarded = draw(st.permutations(["share", "share-more", "click", "lead"]))[: draw(st.integers(0, 4))]
    body: dict[str, Any] = {"name": "s", "title": "S", "rules": [draw(rules(name)) for name in awarded]}
    names = draw(st.permutations(["first", "now", "lasting"]))[: draw(st.integers(0, 3))]
    body["badges"] = [draw(badges(name, awarded)) for name in names]
    names = draw(st.permutations(["daily", "other"]))[: draw(st.integers(0, 2))]
    body["streaks"] = [draw(streaks(name)) for name in names]
    for name in names:
        need = {"metric": "streak", "of": name, "at_least": draw(st.integers(1, 3))}
        body["badges"].append(
            {
                "id": f"of-{name}",
                "title": name,
                "permanent": draw(st.booleans()),
                "groups": [[need]],
                "points": 1,
            }
        )
    body["caps"] = draw(
        st.lists(
            st.builds(
                lambda window, points: {"window": window, "points": points}, windows, st.integers(5, 60)
            ),
            max_size=2,
        )
    )
    if draw(one_in(4)):
        body["unrewarded_channels"] = ["facebook"]
    if draw(one_in(3)):
        body["award_budget"] = {"points": draw(st.integers(5, 60)), "window": draw(windows)}
    days = sorted(draw(st.sets(st.integers(0, 19), max_size=3)))
    holidays = [
        {
            "date": start + timedelta(days=day),
            "title": "Off",
            "segments": draw(st.sampled_from([[], ["north"]])),
        }
        for day in days
    ]
    body["calendar"] = {"zone": zone, "grace_hours": 200, "holidays": holidays}
    return parse_data(body, IncentiveScheme, "random")
