"""What the program's specification says about scoring, written slowly and plainly: dictionaries, lists, fractions, dates.

It knows nothing of the kernel. Whatever was used up is found by looking back over everything that happened.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

PROOF = ["declared", "tracked", "connector"]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass
class Person:
    id: str
    zone: str
    segment: str
    leave: list[tuple[date, date]]
    awards: list[dict[str, Any]] = field(default_factory=list)
    seen: list[tuple[dict[str, Any], str, date]] = field(default_factory=list)
    owed: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    earned: int = 0
    held: dict[str, str] = field(default_factory=dict)
    held_for: set[tuple[str, str]] = field(default_factory=set)
    last_date: date = date.min


def window_of(window: str, day: date) -> object:
    return {
        "day": day,
        "week": tuple(day.isocalendar())[:2],
        "month": (day.year, day.month),
        "total": "always",
    }[window]


def holds(condition: dict[str, Any] | None, event: dict[str, Any], person: Person, day: date) -> bool:
    if condition is None:
        return True
    ((word, value),) = condition.items()
    if word == "all":
        return all(holds(part, event, person, day) for part in value)
    if word == "any":
        return any(holds(part, event, person, day) for part in value)
    if word == "not":
        return not holds(value, event, person, day)
    if word == "segment":
        return person.segment in value
    if word == "channel":
        return event.get("channel") in value
    if word == "tag":
        return bool(set(event.get("tags", ())) & set(value))
    if word == "weekday":
        return WEEKDAYS[day.weekday()] in value
    rank = PROOF.index if value["field"] == "verification" else int
    left = rank(event[value["field"]])
    if word == "in":
        return left in [rank(one) for one in value["values"]]
    right = rank(value["value"])
    return {
        "<": left < right, "<=": left <= right, "==": left == right,
        "!=": left != right, ">=": left >= right, ">": left > right,
    }[value["op"]]  # fmt: skip


class Reference:
    """Scores a stream of events by a scheme given as plain data."""

    def __init__(self, scheme: dict[str, Any], people: list[Person]) -> None:
        self.scheme = scheme
        self.people = {person.id: person for person in people}
        self.entries: list[tuple[str, str, str, str, int, str]] = []
        self.kinds = {rule["on"] for rule in scheme.get("rules", [])}
        self.kinds |= {kind for streak in scheme.get("streaks", []) for kind in streak["kinds"]}
        for badge in scheme.get("badges", []):
            needs = [need for group in badge["groups"] for need in group]
            self.kinds |= {need["of"] for need in needs if need["metric"] in ("events", "quantity")}
            self.kinds |= {penalty["on"] for penalty in badge.get("penalties", [])}
        self.holidays = scheme.get("calendar", {}).get("holidays", [])

    def run(self, events: list[dict[str, Any]]) -> None:
        for event in sorted(events, key=lambda e: (e["time"], e["source"], e["id"])):
            roles = [("subject", event["subject"])]
            if event.get("owner") not in (None, event["subject"]):
                roles.append(("owner", event["owner"]))
            for role, name in roles:
                self._one(event, role, self.people[name])

    def _one(self, event: dict[str, Any], role: str, person: Person) -> None:
        # An event without an object is one of its own.
        event = event | {"object": event["object"] or (event["source"], event["id"])}
        time: datetime = event["time"]
        day = max(person.last_date, time.astimezone(ZoneInfo(person.zone)).date())
        person.last_date = day
        before = len(self.entries)
        if event["kind"] not in self.kinds:
            if role == "subject":
                self._enter(person, event, "", "points", 0, "no_rule")
            return
        for rule in self.scheme.get("rules", []):
            fits = rule["on"] == event["kind"] and rule.get("beneficiary", "subject") == role
            if fits and holds(rule.get("when"), event, person, day):
                amount, reason = self._rule(rule, event, role, person, day)
                self._enter(person, event, rule["id"], "points", amount, reason)
        person.seen.append((event, role, day))
        while self._badges(event, person, day):
            pass
        if role == "subject" and len(self.entries) == before:
            self._enter(person, event, "", "points", 0, "no_rule")

    def _enter(
        self, person: Person, event: dict[str, Any], item: str, kind: str, amount: int, reason: str
    ) -> None:
        person.earned += amount
        self.entries.append((person.id, event["source"] + "/" + event["id"], item, kind, amount, reason))

    def _rule(
        self, rule: dict[str, Any], event: dict[str, Any], role: str, person: Person, day: date
    ) -> tuple[int, str]:
        proven = PROOF.index(event["verification"]) >= PROOF.index(rule.get("verification", "declared"))
        part = Fraction(rule.get("until_verified", 0))
        if not proven and part == 0:
            return 0, "unverified"
        if event.get("channel") in self.scheme.get("unrewarded_channels", []):
            return 0, "channel_unrewarded"
        mine = [award for award in person.awards if award["rule"] == rule["id"]]
        key = (rule["id"], event["object"])
        rest = None
        if rule.get("per_object") == "once" and any(award["object"] == event["object"] for award in mine):
            rest = person.owed.get(key) if proven else None
            if rest is None:
                return 0, "already_awarded"
        fresh = [award for award in mine if not award["rest"]]
        wait = timedelta(minutes=rule.get("cooldown_minutes", 0))
        if rest is None and fresh and event["time"] - fresh[-1]["time"] < wait:
            return 0, "cooldown"
        whole, repeats = (int(rest), 0) if rest is not None else self._amount(rule, event, person, day, fresh)
        wanted = whole if proven else math.floor(whole * part)
        if wanted == 0 and rest is None and Fraction(rule["points"]) > 0:
            return 0, "faded" if repeats else "comes_to_zero"
        other = event.get("owner") if role == "subject" else event["subject"]
        room = self._room(rule, event, other, person, day)
        if room == 0 and wanted > 0:
            return 0, "cap_reached"
        reason = "awarded" if rest is None else "now_verified"
        reason = reason if proven else "until_verified"
        amount = wanted
        if room is not None and wanted > room:
            amount, reason = room, "cap_partial"
        person.awards.append(
            {
                "rule": rule["id"], "object": event["object"], "other": other, "time": event["time"], "day": day,
                "amount": amount, "rest": rest is not None,
            }
        )  # fmt: skip
        person.owed.pop(key, None)
        if not proven:
            person.owed[key] = Fraction(whole - wanted)
        return amount, "on_hold" if reason == "awarded" and rule.get("hold_hours") and amount else reason

    def _amount(
        self,
        rule: dict[str, Any],
        event: dict[str, Any],
        person: Person,
        day: date,
        fresh: list[dict[str, Any]],
    ) -> tuple[int, int]:
        amount = int(Fraction(rule["points"]) * 1000)
        if rule.get("per") == "unit":
            amount *= event["quantity"]
        repeats = 0
        if "decay" in rule:
            window = rule["decay"].get("window", "total")
            repeats = sum(window_of(window, award["day"]) == window_of(window, day) for award in fresh)
            factor = Fraction(rule["decay"]["factor"])
            for _ in range(repeats):
                amount = math.floor(amount * factor)
            repeats = repeats if factor != 1 else 0
        for multiplier in rule.get("multipliers", []):
            if holds(multiplier.get("when"), event, person, day):
                amount = math.floor(amount * Fraction(multiplier["factor"]))
        return amount, repeats

    def _room(
        self, rule: dict[str, Any], event: dict[str, Any], other: str | None, person: Person, day: date
    ) -> int | None:
        rooms = []
        caps = [(cap, [rule["id"]]) for cap in rule.get("caps", [])]
        caps += [(cap, [one["id"] for one in self.scheme["rules"]]) for cap in self.scheme.get("caps", [])]
        for cap, rules in caps:
            scope = cap.get("scope", "rule")
            if scope == "pair" and (other is None or other == person.id):
                continue
            used = 0
            for award in person.awards:
                same = window_of(cap["window"], award["day"]) == window_of(cap["window"], day)
                same = same and (scope != "object" or award["object"] == event["object"])
                same = same and (scope != "pair" or award["other"] == other)
                if same and award["rule"] in rules:
                    used += award["amount"]
            rooms.append(max(int(Fraction(cap["points"]) * 1000) - used, 0))
        return min(rooms) if rooms else None

    def _badges(self, event: dict[str, Any], person: Person, day: date) -> bool:
        """One round over all badges; whether one paid points, so that another round is due."""
        paid = False
        for badge in self.scheme.get("badges", []):
            for level in [None, *badge.get("levels", [])]:
                paid = self._badge(badge, level, event, person, day) or paid
        return paid

    def _badge(
        self,
        badge: dict[str, Any],
        level: dict[str, Any] | None,
        event: dict[str, Any],
        person: Person,
        day: date,
    ) -> bool:
        name = badge["id"] if level is None else f"{badge['id']}.{level['id']}"
        times = Fraction(1) if level is None else Fraction(level["times"])
        met = any(
            all(self._value(badge, need, event, person, day) >= need["at_least"] * times for need in group)
            for group in badge["groups"]
        )
        points = int(Fraction((badge if level is None else level).get("points", 0)) * 1000)
        if badge.get("once_per") == "object":
            if not met or (name, event["object"]) in person.held_for:
                return False
            person.held_for.add((name, event["object"]))
            person.held[name] = "held"
            self._enter(person, event, name, "badge", points, "badge")
            return points > 0
        had = person.held.get(name)
        if had == "held":
            if not met and badge.get("permanent") is False:
                person.held[name] = "lost"
                self._enter(person, event, name, "badge_lost", 0, "badge_lost")
            return False
        if not met:
            return False
        person.held[name] = "held"
        bonus = 0 if had == "lost" else points
        self._enter(person, event, name, "badge", bonus, "badge")
        return bonus > 0

    def _value(
        self, badge: dict[str, Any], need: dict[str, Any], event: dict[str, Any], person: Person, day: date
    ) -> Fraction:
        if need["metric"] == "points":
            return Fraction(person.earned, 1000)
        if need["metric"] == "awards":
            return Fraction(sum(a["rule"] == need["of"] and not a["rest"] for a in person.awards))
        if need["metric"] == "streak":
            return Fraction(self.streak(need["of"], person)[0])
        return Fraction(self._count(badge, need, event, person, day))

    def _count(
        self, badge: dict[str, Any], need: dict[str, Any], event: dict[str, Any], person: Person, day: date
    ) -> int:
        """Look back over everything that counts for or against it, in order."""
        window = need.get("window", "total")
        total, objects = 0, set()
        for past, role, past_day in person.seen:
            here = window_of(window, past_day) == window_of(window, day)
            here = here and (need.get("scope") != "object" or past["object"] == event["object"])
            if (
                past["kind"] == need["of"]
                and role == need.get("beneficiary", "subject")
                and holds(need.get("when"), past, person, past_day)
            ):
                value = past["quantity"] if need["metric"] == "quantity" else 1
                new = past["object"] not in objects or need.get("per_object") != "once"
                if value > 0:
                    objects.add(past["object"])
                if new and here:
                    total += value
            for penalty in badge.get("penalties", []):
                if (
                    here
                    and past["kind"] == penalty["on"]
                    and role == penalty.get("beneficiary", "subject")
                    and holds(penalty.get("when"), past, person, past_day)
                ):
                    takes = penalty.get("takes", 1)
                    total = (
                        0 if takes == "all" else total - (past["quantity"] if takes == "quantity" else takes)
                    )
        return total

    def streak(self, name: str, person: Person) -> tuple[int, int]:
        """(length now, longest), walked through from the first active date."""
        (rule,) = (one for one in self.scheme["streaks"] if one["id"] == name)
        dates = [
            day
            for past, role, day in person.seen
            if role == "subject"
            and past["kind"] in rule["kinds"]
            and holds(rule.get("when"), past, person, day)
            and self._missed(rule, person, day - timedelta(days=1), day + timedelta(days=1))
        ]
        length = longest = broken = today = 0
        left, filled, last = 0, None, None
        for day in dates:
            if day == last:
                today += 1
                if broken and today >= rule["repair"].get("events", 2):
                    length, broken = length + broken, 0
            else:
                window = window_of(rule.get("freeze_window", "total"), day)
                if filled != window:
                    filled, left = window, rule.get("freezes", 0)
                broken, today = 0, 1
                missed = 0 if last is None else self._missed(rule, person, last, day)
                if last is None or missed <= left:
                    left -= missed
                    length += 1
                else:
                    if "repair" in rule and missed <= rule["repair"].get("missed_days", 1):
                        broken = length
                    length = 1
                last = day
            longest = max(longest, length)
        return length, longest

    def _missed(self, rule: dict[str, Any], person: Person, last: date, day: date) -> int:
        missed = 0
        between = last + timedelta(days=1)
        while between < day:
            off = any(
                holiday["date"] == between
                and (not holiday.get("segments") or person.segment in holiday["segments"])
                for holiday in self.holidays
            )
            away = any(first <= between <= end for first, end in person.leave)
            required = WEEKDAYS[between.weekday()] in rule.get("days", WEEKDAYS[:5])
            missed += required and not off and not away
            between += timedelta(days=1)
        return missed
