"""Random schemes as plain data, and random streams of events for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

KINDS = ("share", "click", "comment")
CHANNELS = ("x", "mail", "board")
TAGS = ("a", "b")
SEGMENTS = ("sales", "shop")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = ("Europe/Madrid", "Asia/Tokyo", "Pacific/Honolulu")
START = datetime(2026, 10, 20, 12, tzinfo=UTC)

windows = st.sampled_from(["day", "week", "month", "total"])
points = st.sampled_from([0, 1, 2, 10, "0.5", "2.125", 7])
factors = st.sampled_from(["1/2", "2/3", "9/10", "0", "1", "3/2", 2, "7/3"])
proofs = st.sampled_from(["declared", "tracked", "connector"])
# What rules and events are drawn from is weighted so that most schemes pay something: a stream that no rule meets tests nothing.
asked_proofs = st.sampled_from(["declared", "declared", "declared", "tracked", "connector"])
kinds = st.sampled_from(("share", "share", "share", "click", "comment"))
seldom = st.sampled_from([False, False, False, True])


def some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


leaves = st.one_of(
    st.builds(lambda v: {"segment": v}, some(SEGMENTS)),
    st.builds(lambda v: {"channel": v}, some(CHANNELS)),
    st.builds(lambda v: {"tag": v}, some(TAGS)),
    st.builds(lambda v: {"weekday": v}, some(DAYS)),
    st.builds(
        lambda op, v: {"compare": {"field": "quantity", "op": op, "value": v}},
        st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]), st.integers(0, 4),
    ),
    st.builds(
        lambda op, v: {"compare": {"field": "verification", "op": op, "value": v}},
        st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]), proofs,
    ),
    st.builds(
        lambda v: {"in": {"field": "quantity", "values": v}}, st.lists(st.integers(0, 4), min_size=1, max_size=3)
    ),
)  # fmt: skip
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda v: {"all": v}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda v: {"any": v}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda v: {"not": v}, inner),
    ),
    max_leaves=4,
)


@st.composite
def rules(draw: st.DrawFn, number: int) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": f"r{number}",
        "title": f"Rule {number}",
        "on": draw(kinds),
        "points": draw(points),
    }
    if draw(seldom):
        rule["when"] = draw(conditions)
    if draw(st.booleans()):
        rule["decay"] = {
            "factor": draw(st.sampled_from(["1/2", "2/3", "9/10", "0", 1])),
            "window": draw(windows),
        }
    if draw(st.booleans()):
        rule["multipliers"] = [
            {"factor": draw(factors)} | ({"when": draw(conditions)} if draw(st.booleans()) else {})
            for _ in range(draw(st.integers(1, 2)))
        ]
    rule["caps"] = [
        {
            "window": draw(windows),
            "points": draw(points),
            "scope": draw(st.sampled_from(["rule", "object", "pair"])),
        }
        for _ in range(draw(st.integers(0, 2)))
    ]
    rule["per_object"] = draw(st.sampled_from(["once", "each", "each"]))
    rule["per"] = draw(st.sampled_from(["event", "unit"]))
    rule["beneficiary"] = draw(st.sampled_from(["subject", "subject", "owner"]))
    rule["cooldown_minutes"] = draw(st.sampled_from([0, 0, 10, 600]))
    rule["hold_hours"] = draw(st.sampled_from([0, 0, 24]))
    rule["verification"] = draw(asked_proofs)
    if rule["verification"] != "declared" and rule["per_object"] == "once":
        rule["until_verified"] = draw(st.sampled_from([0, "1/5", "1/2", 1]))
    return rule


@st.composite
def requirements(draw: st.DrawFn, n_rules: int, n_streaks: int, within: bool) -> dict[str, Any]:
    metrics = ["points", "events", "quantity"] + ["awards"] * (n_rules > 0) + ["streak"] * (n_streaks > 0)
    metric = "events" if within else draw(st.sampled_from(metrics))
    if metric == "points":
        return {"metric": metric, "at_least": draw(st.integers(1, 12))}
    if metric == "awards":
        return {
            "metric": metric,
            "of": f"r{draw(st.integers(0, n_rules - 1))}",
            "at_least": draw(st.integers(1, 3)),
        }
    if metric == "streak":
        return {
            "metric": metric,
            "of": f"s{draw(st.integers(0, n_streaks - 1))}",
            "at_least": draw(st.integers(2, 4)),
        }
    need: dict[str, Any] = {"metric": metric, "of": draw(kinds), "at_least": draw(st.integers(1, 4))}
    need["beneficiary"] = draw(st.sampled_from(["subject", "subject", "owner"]))
    need["per_object"] = draw(st.sampled_from(["once", "each"]))
    need["window"] = draw(windows)
    if within:
        need["scope"] = "object"
    if draw(st.booleans()):
        need["when"] = draw(conditions)
    return need


@st.composite
def badges(draw: st.DrawFn, number: int, n_rules: int, n_streaks: int) -> dict[str, Any]:
    within = draw(st.sampled_from([False, False, True]))
    groups = [
        [draw(requirements(n_rules, n_streaks, within and at == 0)) for at in range(draw(st.integers(1, 2)))]
        for _ in range(draw(st.integers(1, 2)))
    ]
    badge: dict[str, Any] = {"id": f"b{number}", "title": f"Badge {number}", "groups": groups}
    badge["points"] = draw(points)
    if within:
        badge["once_per"] = draw(st.sampled_from(["person", "object"]))
    else:
        badge["permanent"] = draw(st.booleans())
    counted = any(need["metric"] in ("events", "quantity") for group in groups for need in group)
    if counted and draw(st.booleans()):
        badge["penalties"] = [
            {
                "on": draw(kinds),
                "takes": draw(st.sampled_from([1, 2, "all", "quantity"])),
                "beneficiary": draw(st.sampled_from(["subject", "owner"])),
            }
            | ({"when": draw(conditions)} if draw(st.booleans()) else {})
        ]
    if draw(st.booleans()):
        badge["levels"] = [{"id": "more", "title": "More", "times": 2, "points": draw(points)}]
    return badge


@st.composite
def streaks(draw: st.DrawFn, number: int) -> dict[str, Any]:
    streak: dict[str, Any] = {"id": f"s{number}", "title": f"Streak {number}", "kinds": draw(some(KINDS))}
    streak["days"] = draw(st.sampled_from([list(DAYS), list(DAYS[:5]), ["mon", "thu"]]))
    streak["freezes"] = draw(st.integers(0, 2))
    streak["freeze_window"] = draw(windows)
    if draw(st.booleans()):
        streak["repair"] = {"missed_days": draw(st.integers(1, 3)), "events": draw(st.integers(2, 3))}
    if draw(st.booleans()):
        streak["when"] = draw(conditions)
    return streak


@st.composite
def schemes(draw: st.DrawFn) -> dict[str, Any]:
    n_rules, n_streaks = draw(st.sampled_from([0, 1, 2, 2, 3, 3])), draw(st.integers(0, 2))
    scheme: dict[str, Any] = {"name": "random", "title": "Random"}
    scheme["rules"] = [draw(rules(number)) for number in range(n_rules)]
    scheme["streaks"] = [draw(streaks(number)) for number in range(n_streaks)]
    scheme["badges"] = [draw(badges(number, n_rules, n_streaks)) for number in range(draw(st.integers(0, 3)))]
    scheme["caps"] = [
        {"window": draw(windows), "points": draw(points), "scope": draw(st.sampled_from(["rule", "pair"]))}
        for _ in range(draw(st.integers(0, 1)))
    ]
    scheme["unrewarded_channels"] = draw(st.sampled_from([[], ["board"]]))
    off = [date(2026, 10, 26), date(2026, 11, 2)]
    scheme["calendar"] = {
        "holidays": [
            {"date": day, "title": "Off", "segments": draw(st.sampled_from([[], ["shop"]]))}
            for day in draw(st.sampled_from([[], off]))
        ]
    }
    return scheme


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    hours = 0
    for number in range(draw(st.sampled_from([0, 6, 12, 18, 25]))):
        hours += draw(st.sampled_from([0, 0, 1, 5, 20, 24, 30, 70, 200]))
        found.append(
            {
                "source": draw(st.sampled_from(["web", "crm"])),
                "id": f"e{number:03d}",
                "time": START + timedelta(hours=hours, minutes=draw(st.sampled_from([0, 7]))),
                "kind": draw(st.sampled_from(["share", "share", "share", "click", "comment", "unknown"])),
                "subject": draw(st.sampled_from(["ana", "ben"])),
                "owner": draw(st.sampled_from([None, None, "ana", "ben"])),
                "object": draw(st.sampled_from(["o1", "o2", "o3", ""])),
                "channel": draw(st.sampled_from([None, *CHANNELS])),
                "tags": draw(st.sampled_from([(), ("a",), ("b",), ("a", "b"), ("c",)])),
                "quantity": draw(st.sampled_from([1, 1, 0, 2, 3])),
                "verification": draw(proofs),
            }
        )
    return found
