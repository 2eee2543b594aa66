"""The conformance cases that a replay can show, each named by its number: YAML scheme and JSON lines in, JSON out."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from rewards.document import DocumentError
from rewards.scheme.scheme import SchemeError
from sims.commands.replaying import replay_file

HEAD = "name: test\ntitle: Test\n"
SHARE = HEAD + "rules: [{id: share, title: Share, on: share, points: 10%s}]\n"
UNITS = HEAD + "rules: [{id: share, title: Share, on: share, points: 1, per: unit%s}]\n"
STREAK = HEAD + "streaks: [{id: days, title: Days, kinds: [share]%s}]\n"


class Bench:
    """Writes the files of one replay and reads its answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, scheme: str, *events: dict[str, Any], people: str = "") -> dict[str, Any]:
        (self.folder / "s.yaml").write_text(scheme, encoding="utf-8")
        text = "".join(json.dumps(event) + "\n" for event in events)
        (self.folder / "e.jsonl").write_text(text, encoding="utf-8")
        if people:
            head = "id,segment,team,timezone,contacts,leave\n"
            (self.folder / "p.csv").write_text(head + people, encoding="utf-8")
        return replay_file(
            self.folder / "e.jsonl", [self.folder / "s.yaml"], self.folder / "p.csv" if people else None
        )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def event(id_: str, time: str, kind: str = "share", **rest: Any) -> dict[str, Any]:
    data = {
        key: rest.pop(key)
        for key in ("object", "quantity", "channel", "tags", "verification", "owner")
        if key in rest
    }
    return {
        "specversion": "1.0", "id": id_, "source": "test", "type": f"org.groundswell.{kind}", "subject": "ana", "time": time,
        "data": {"object": id_} | data, **rest,
    }  # fmt: skip


def day(number: int, at: str = "09:00", **rest: Any) -> dict[str, Any]:
    """An event on a day of November 2026, which began on a Sunday."""
    return event(rest.pop("id", f"e{number:02d}"), f"2026-11-{number:02d}T{at}:00Z", **rest)


def paid(found: dict[str, Any]) -> list[tuple[int, str]]:
    return [
        (entry["millipoints"], entry["reason"]) for entry in found["entries"] if entry["kind"] == "points"
    ]


def streak(found: dict[str, Any]) -> int:
    (balance,) = found["balances"]
    return int(balance["streaks"]["days"])


def test_case_01_the_same_event_twice_gives_one_award(bench: Bench) -> None:
    found = bench.run(SHARE % "", day(2), day(2))
    assert (paid(found), found["duplicates"]) == ([(10_000, "awarded")], 1)


def test_case_02_the_same_id_with_another_payload_is_refused(bench: Bench) -> None:
    with pytest.raises(DocumentError, match=r"e\.jsonl:2: id: got 'e02' .* another payload than on line 1"):
        bench.run(SHARE % "", day(2), day(2, quantity=2))


def test_case_03_the_same_id_from_two_sources_is_two_events(bench: Bench) -> None:
    assert len(paid(bench.run(SHARE % "", day(2), day(2, source="other")))) == 2


def test_case_06_all_arrival_orders_give_the_same_entries(bench: Bench) -> None:
    events = [day(2, f"{9 + n:02d}:00", id=f"e{n}", quantity=amount) for n, amount in enumerate((20, 15, 5))]
    for order in itertools.permutations(events):
        found = bench.run(UNITS % ", caps: [{window: day, points: 30}]", *order)
        assert paid(found) == [(20_000, "awarded"), (10_000, "cap_partial"), (0, "cap_reached")]


def test_case_07_later_than_the_grace_period_is_recorded_with_zero(bench: Bench) -> None:
    late, in_time = day(2, recordedtime="2026-11-05T09:00:01Z"), day(3, recordedtime="2026-11-06T09:00:00Z")
    found = bench.run(SHARE % "", late, in_time)
    assert paid(found) == [(0, "late"), (10_000, "awarded")]
    assert "72 hours" in found["entries"][0]["why"]


def test_case_08_an_event_of_the_future_is_set_aside_and_skew_accepted(bench: Bench) -> None:
    future, skewed = day(2, "09:10", id="a", recordedtime="2026-11-02T09:00:00Z"), day(2, "09:01", id="b",
        recordedtime="2026-11-02T09:00:00Z")  # fmt: skip
    assert sorted(paid(bench.run(SHARE % "", future, skewed))) == [(0, "quarantined"), (10_000, "awarded")]


def test_case_10_equal_timestamps_go_by_source_then_id(bench: Bench) -> None:
    events = [day(2, id="1", source="b"), day(2, id="2", source="a"), day(2, id="1", source="a")]
    found = bench.run(SHARE % ", caps: [{window: day, points: 15}]", *events)
    got = [(e["source"], e["event"], e["millipoints"]) for e in found["entries"]]
    assert got == [("a", "1", 10_000), ("a", "2", 5_000), ("b", "1", 0)]


def test_case_11_what_is_left_of_a_cap_is_awarded_and_explained(bench: Bench) -> None:
    events = [day(2, quantity=25), day(2, "10:00", id="x", quantity=10)]
    found = bench.run(UNITS % ", caps: [{window: day, points: 30}]", *events)
    assert paid(found)[1] == (5_000, "cap_partial")
    assert "because of the daily limit of 30 points" in found["entries"][1]["why"]


def test_case_12_an_award_of_zero_starts_no_cooldown(bench: Bench) -> None:
    scheme = SHARE % ", cooldown_minutes: 60, caps: [{window: day, points: 10}]"
    events = [day(2), day(2, "23:30", id="x"), day(3, "00:10"), day(3, "00:40", id="y")]
    assert [reason for _, reason in paid(bench.run(scheme, *events))] == [
        "awarded",
        "cap_reached",
        "awarded",
        "cooldown",
    ]


def test_case_13_decay_is_exact(bench: Bench) -> None:
    found = bench.run(SHARE % ", decay: {factor: 1/2}", *(day(n) for n in range(2, 6)))
    assert [amount for amount, _ in paid(found)] == [10_000, 5_000, 2_500, 1_250]


def test_case_14_multiplier_first_then_cap(bench: Bench) -> None:
    found = bench.run(SHARE % ", multipliers: [{factor: 3}], caps: [{window: day, points: 15}]", day(2))
    assert paid(found) == [(15_000, "cap_partial")]
    rounded = bench.run(
        HEAD
        + "rules: [{id: a, title: A, on: share, points: 0.005, multipliers: [{factor: 1/2}, {factor: 2}]}]",
        day(2),
    )
    assert paid(rounded) == [(4, "awarded")]


def test_case_15_the_tighter_of_two_caps_wins(bench: Bench) -> None:
    scheme = SHARE % ", caps: [{window: day, points: 20}, {window: week, points: 25}]"
    events = [day(2), day(2, "10:00", id="x"), day(2, "11:00", id="y"), day(3), day(9)]
    assert [a for a, _ in paid(bench.run(scheme, *events))] == [10_000, 10_000, 0, 5_000, 10_000]


def test_case_16_share_delete_share_again_is_one_award(bench: Bench) -> None:
    events = [day(2, object="post"), day(3, kind="delete", object="post"), day(4, object="post")]
    assert paid(bench.run(SHARE % ", per_object: once", *events)) == [
        (10_000, "awarded"),
        (0, "no_rule"),
        (0, "already_awarded"),
    ]


def test_case_17_toggling_counts_once(bench: Bench) -> None:
    scheme = (
        HEAD
        + """
rules: [{id: like, title: Like, on: like, points: 1, per_object: once}]
badges: [{id: fan, title: Fan, groups: [[{metric: events, of: like, per_object: once, at_least: 2}]]}]
"""
    )
    toggles = [
        day(2, f"{n:02d}:00", id=f"t{n}", kind="like" if n % 2 == 0 else "unlike", object="post")
        for n in range(20)
    ]
    (balance,) = bench.run(scheme, *toggles)["balances"]
    assert (balance["millipoints"], balance["badges"]) == (1_000, [])
    (balance,) = bench.run(scheme, *toggles, day(3, kind="like", object="other"))["balances"]
    assert (balance["millipoints"], balance["badges"]) == (2_000, ["fan"])


@pytest.mark.parametrize("quantity", [-1, float("nan"), float("inf"), 1.5, 10**7, "3", True, None])
def test_case_18_a_bad_quantity_is_refused(bench: Bench, quantity: Any) -> None:
    with pytest.raises(
        DocumentError, match=r"e\.jsonl:1: (data.quantity: got |not JSON \((NaN|Infinity) is not JSON\))"
    ):
        bench.run(UNITS % "", day(2, quantity=quantity))


def test_case_19_a_scheme_that_could_overflow_is_refused(bench: Bench) -> None:
    with pytest.raises(SchemeError, match=r"s\.yaml:1: rule 'share': .*2\^62; lower"):
        bench.run(
            HEAD
            + "rules: [{id: share, title: S, on: share, points: 1000000, per: unit, multipliers: [{factor: 1000}]}]"
        )


def test_case_22_a_temporary_badge_is_lost_and_a_permanent_one_kept(bench: Bench) -> None:
    scheme = (
        HEAD
        + """
badges:
  - {id: kept, title: Kept, groups: [[{metric: events, of: share, at_least: 2}]], penalties: [{on: complaint}]}
  - {id: lost, title: Lost, permanent: false, groups: [[{metric: events, of: share, at_least: 2}]], penalties: [{on: complaint}]}
"""
    )
    found = bench.run(scheme, day(2), day(3), day(4, kind="complaint"))
    assert found["balances"][0]["badges"] == ["kept"]
    last = found["entries"][-1]
    assert (last["item"], last["kind"], last["reason"]) == ("lost", "badge_lost", "badge_lost")
    again = bench.run(scheme, day(2), day(3), day(4, kind="complaint"), day(5))
    assert again["balances"][0]["badges"] == ["kept", "lost"]


MADRID = "ana,sales,north,Europe/Madrid,1,\n"


def test_case_25_both_folds_of_a_repeated_hour_are_one_date(bench: Bench) -> None:
    folds = [event("a", "2026-10-25T02:30:00+02:00"), event("b", "2026-10-25T02:30:00+01:00")]
    found = bench.run(STREAK % ", days: [sat, sun, mon]", *folds, people=MADRID)
    assert {e["local_date"] for e in found["entries"]} == {"2026-10-25"}
    assert streak(found) == 1
    capped = bench.run(SHARE % ", caps: [{window: day, points: 10}]", *folds, people=MADRID)
    assert [amount for amount, _ in paid(capped)] == [10_000, 0]


def test_case_26_a_day_of_23_hours_keeps_the_streak(bench: Bench) -> None:
    every_day = ", days: [mon, tue, wed, thu, fri, sat, sun]"
    events = [
        event(str(n), f"2026-03-{n}T{at}")
        for n, at in ((28, "23:30:00+01:00"), (29, "23:50:00+02:00"), (30, "00:05:00+02:00"))
    ]
    found = bench.run(STREAK % every_day, *events, people=MADRID)
    assert [e["local_date"] for e in found["entries"]] == ["2026-03-28", "2026-03-29", "2026-03-30"]
    assert streak(found) == 3
    assert streak(bench.run(STREAK % every_day, events[0], events[2], people=MADRID)) == 1


def test_case_27_a_date_repeated_by_travel_has_no_second_cap(bench: Bench) -> None:
    events = [
        event("tokyo", "2026-11-25T01:00:00Z", localzone="Asia/Tokyo"),
        event("honolulu", "2026-11-25T05:00:00Z", localzone="Pacific/Honolulu"),
        event("same date there", "2026-11-25T12:00:00Z".replace(" ", ""), localzone="Pacific/Honolulu"),
        event("next", "2026-11-26T11:00:00Z", localzone="Pacific/Honolulu"),
    ]
    for one in events:
        one["id"] = one["id"].replace(" ", "-")
    found = bench.run(SHARE % ", caps: [{window: day, points: 10}]", *events)
    assert [e["local_date"] for e in found["entries"]] == [
        "2026-11-25",
        "2026-11-25",
        "2026-11-25",
        "2026-11-26",
    ]
    assert [amount for amount, _ in paid(found)] == [10_000, 0, 0, 10_000]


def test_case_28_the_third_of_january_2027_is_in_week_53(bench: Bench) -> None:
    events = [
        event(str(n), f"{date}T10:00:00Z")
        for n, date in enumerate(("2026-12-28", "2027-01-03", "2027-01-04"))
    ]
    found = bench.run(SHARE % ", caps: [{window: week, points: 10}]", *events)
    assert [amount for amount, _ in paid(found)] == [10_000, 0, 10_000]


def test_case_29_a_weekend_does_not_break_a_weekday_streak(bench: Bench) -> None:
    assert streak(bench.run(STREAK % "", day(6), day(9))) == 2
    assert streak(bench.run(STREAK % "", day(6), day(10))) == 1
    assert streak(bench.run(STREAK % ", freezes: 1", day(6), day(10))) == 2


def test_case_29_a_holiday_does_not_break_it_either(bench: Bench) -> None:
    holiday = "calendar: {holidays: [{date: 2026-11-09, title: Almudena, segments: [sales]}]}\n"
    events = (day(6), day(10))
    assert streak(bench.run(STREAK % "" + holiday, *events, people=MADRID)) == 2
    assert streak(bench.run(STREAK % "" + holiday, *events, people=MADRID.replace("sales", "shop"))) == 1


def test_case_29_a_break_is_repaired_on_the_day_of_return(bench: Bench) -> None:
    scheme = STREAK % ", repair: {missed_days: 1, events: 2}"
    back = [day(2), day(3), day(5), day(5, "10:00", id="again")]
    assert [streak(bench.run(scheme, *back[:n])) for n in (2, 3, 4)] == [2, 1, 3]
    assert streak(bench.run(scheme, day(2), day(3), day(6), day(6, "10:00", id="again"))) == 1


def test_case_30_leave_neither_breaks_nor_lengthens(bench: Bench) -> None:
    away = MADRID.replace(",1,", ",1,2026-11-03/2026-11-12")
    assert streak(bench.run(STREAK % "", day(2), day(13), people=away)) == 2
    assert streak(bench.run(STREAK % "", day(2), day(13), people=MADRID)) == 1
    assert streak(bench.run(STREAK % "", day(2), day(16), people=away)) == 1


def test_a_share_on_a_day_off_neither_breaks_nor_lengthens(bench: Bench) -> None:
    weekend = [day(7), day(8)]
    assert [streak(bench.run(STREAK % "", day(6), *weekend[:n], day(9))) for n in (0, 1, 2)] == [2, 2, 2]
    assert streak(bench.run(STREAK % "", *weekend)) == 0
    assert streak(bench.run(STREAK % "", *weekend, day(9))) == 1
    assert streak(bench.run(STREAK % "", day(5), *weekend, day(9))) == 1
    assert streak(bench.run(STREAK % ", freezes: 1", day(5), *weekend, day(9))) == 2
    repaired = STREAK % ", repair: {missed_days: 1, events: 2}"
    assert streak(bench.run(repaired, day(5), day(7), day(7, "10:00", id="again"), day(9))) == 1
    assert streak(bench.run(repaired, day(5), day(7), day(9), day(9, "10:00", id="again"))) == 2
    holiday = "calendar: {holidays: [{date: 2026-11-09, title: Almudena, segments: [sales]}]}\n"
    events = (day(6), day(9), day(10))
    assert streak(bench.run(STREAK % "" + holiday, *events, people=MADRID)) == 2
    assert streak(bench.run(STREAK % "" + holiday, *events, people=MADRID.replace("sales", "shop"))) == 3
    away = MADRID.replace(",1,", ",1,2026-11-03/2026-11-12")
    assert streak(bench.run(STREAK % "", day(2), day(4), day(5), day(13), people=away)) == 2
    every_day = ", days: [mon, tue, wed, thu, fri, sat, sun]"
    assert streak(bench.run(STREAK % every_day, day(6), *weekend, day(9))) == 4


@pytest.mark.parametrize("zone", ["", "Mars/Olympus"])
def test_case_31_an_unknown_zone_is_the_organisations_and_flagged(bench: Bench, zone: str) -> None:
    scheme = SHARE % "" + "calendar: {zone: Asia/Tokyo}\n"
    found = bench.run(scheme, event("a", "2026-11-24T20:00:00Z"), people=f"ana,sales,north,{zone},1,\n")
    (balance,) = found["balances"]
    assert (balance["zone"], balance["zone_flagged"]) == ("Asia/Tokyo", True)
    assert found["entries"][0]["local_date"] == "2026-11-25"


def test_case_51_the_same_input_gives_the_same_bytes(bench: Bench) -> None:
    events = [day(n) for n in range(2, 8)]
    first = bench.run(SHARE % "", *events)
    assert json.dumps(bench.run(SHARE % "", *reversed(events))) == json.dumps(first)
