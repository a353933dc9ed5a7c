"""Does the trend say what a count by hand says, in every bucket, group, measure and formula, and does every number open?"""

import statistics
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import (
    CLOCK,
    DAY,
    FIRST,
    HOUR,
    LAST,
    START,
    Act,
    Seen,
    Town,
    bucket,
    built,
    examples,
    group_of,
    ranked,
    text,
    told,
    town,
)
from uems.kernel.errors import UemsError

__all__ = ["town"]

MEASURES = ["events", "people", "per_person", "revenue", "sum", "average", "minimum", "maximum", "median", "p90"]


def labels_of(unit: str) -> list[str]:
    if unit != "hour":
        return sorted({bucket(FIRST + timedelta(days=n), unit).isoformat() for n in range((LAST - FIRST).days + 1)})
    found: list[str] = []
    ts = START
    while ts.astimezone(CLOCK).date() <= LAST:
        found.append(ts.astimezone(CLOCK).isoformat())
        ts += timedelta(hours=1)
    return found


def label(one: Seen, unit: str) -> str:
    if unit != "hour":
        return bucket(one.day, unit).isoformat()
    local = one.at.astimezone(CLOCK)
    return local.replace(minute=0, second=0, microsecond=0).isoformat()


def measured(measure: str, pairs: Sequence[tuple[int, Seen]]) -> float | None:
    people = len({person for person, _ in pairs})
    amounts = [v for _, one in pairs if isinstance(v := one.properties.get("x"), int | float) and not isinstance(v, bool)]
    match measure:
        case "events":
            return len(pairs)
        case "people":
            return people
        case "per_person":
            return len(pairs) / people if people else None
        case "revenue":
            return sum(100 * int(one.properties["revenue"]) for _, one in pairs if one.properties.get("currency") == "USD")
        case "sum":
            return sum(amounts)
    return float(WORKED[measure](amounts)) if amounts else None


WORKED: dict[str, Callable[[Sequence[float]], float]] = {
    "average": statistics.fmean,
    "minimum": min,
    "maximum": max,
    "median": statistics.median,
    "p90": lambda amounts: float(np.percentile(amounts, 90)),
}


@examples(10)
@given(
    batches=told(prices=True),
    unit=st.sampled_from(["hour", "day", "week", "month"]),
    measure=st.sampled_from(MEASURES),
    event=st.sampled_from(["A", "B", None]),
    limit=st.sampled_from([None, 1, 2]),
    narrowed=st.booleans(),
)
def test_every_value_equals_a_count_by_hand_and_opens_its_people(
    town: Town, batches: Any, unit: str, measure: str, event: str | None, limit: int | None, narrowed: bool
) -> None:
    world = built(town, batches)
    series: dict[str, Any] = {"event": event, "measure": measure}
    if measure in ("sum", "average", "minimum", "maximum", "median", "p90"):
        series["property"] = "x"
    if narrowed:
        series["filter"] = {"column": {"name": "device", "op": "equals", "value": "phone"}}
    spec: dict[str, Any] = {"series": [series], "unit": unit}
    if limit:
        spec["breakdown"] = {"property": "x", "limit": limit}
    data = world.ask("trend", spec).data
    pairs = [(person, one) for person, seen in world.people().items() for one in seen]
    pairs = [(p, o) for p, o in pairs if event in (None, o.event) and (not narrowed or o.device == "phone") and FIRST <= o.day <= LAST]
    assert data["buckets"] == labels_of(unit)
    top = ranked([one for _, one in pairs], limit) if limit else []
    seen_groups = []
    for line in data["series"][0]["lines"]:
        group = line["group"]
        mine = [(p, o) for p, o in pairs if group is None or group_of(text(o.properties.get("x")), top) == group]
        seen_groups.append(group)
        assert line["total"] == pytest.approx(measured(measure, mine))
        assert world.open("trend", spec, {"group": group}) == sorted({p for p, _ in mine})
        for name, value in zip(data["buckets"], line["values"], strict=True):
            here = [(p, o) for p, o in mine if label(o, unit) == name]
            assert value == pytest.approx(measured(measure, here))
            if here and (unit != "hour" or group is None):
                assert world.open("trend", spec, {"group": group, "bucket": name}) == sorted({p for p, _ in here})
    wanted = {str(group_of(text(o.properties.get("x")), top)) for _, o in pairs} if limit else set()
    assert wanted <= {str(group) for group in seen_groups}


def test_formulas_divide_by_nothing_into_nothing(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, user="u", event="A"), Act(ms=1, user="v", event="A"), Act(ms=DAY, user="u", event="B")])
    spec = {"series": [{"event": "B"}, {"event": "A", "measure": "people"}], "formulas": [{"expression": "(A + 1) / -B * 2"}]}
    line = world.ask("trend", {**spec, "last_day": "2025-10-31"}).data["formulas"][0]["lines"][0]
    assert (line["values"], line["total"]) == ([-1.0, None], -2.0)


def test_a_formula_beyond_what_a_computer_holds_has_no_value(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, user="u", event="A"), Act(ms=DAY, user="u", event="A")])
    beyond = " * ".join(["A", *["1e15"] * 25])
    asked = {"series": [{"event": "A"}], "formulas": [{"expression": beyond}, {"expression": "A - A"}], "last_day": "2025-10-31"}
    lines = [one["lines"][0] for one in world.ask("trend", asked).data["formulas"]]
    assert [(line["values"], line["total"]) for line in lines] == [([None, None], None), ([0.0, 0.0], 0.0)]


def test_a_comparison_with_days_before_all_days_is_refused_in_words(town: Town) -> None:
    spec = {"series": [{}], "compare": "previous_period", "first_day": "1970-01-01", "last_day": "1970-01-05"}
    world = town.world()
    world.send([Act(ms=0, user="u", event="A")])
    with pytest.raises(UemsError) as error:
        world.ask("trend", spec)
    assert error.value.message == (
        "compare is 'previous_period'; would begin on 1969-12-27, and days are kept from 1970 on. Ask for a later period."
    )


def test_the_hour_that_is_there_twice_is_two_hours(town: Town) -> None:
    world = town.world()
    # Clocks go back at 06:00 UTC on 2 November: 01:30 comes at 05:30 and at 06:30 UTC.
    at = (datetime(2025, 11, 2, 5, 30, tzinfo=START.tzinfo) - START) // timedelta(milliseconds=1)
    world.send([Act(ms=at, user="u", event="A"), Act(ms=at + HOUR, user="u", event="A")])
    data = world.ask("trend", {"series": [{"event": "A"}], "unit": "hour", "first_day": "2025-11-02", "last_day": "2025-11-02"}).data
    assert len(data["buckets"]) == 25
    values = dict(zip(data["buckets"], data["series"][0]["lines"][0]["values"], strict=True))
    assert (values["2025-11-02T01:00:00-04:00"], values["2025-11-02T01:00:00-05:00"]) == (1, 1)


def test_the_period_before_has_as_many_days_or_months(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, user="u", event="A"), Act(ms=2 * DAY + HOUR, user="v", event="A")])
    spec = {"series": [{"event": "A"}], "compare": "previous_period", "first_day": "2025-11-01", "last_day": "2025-11-02"}
    previous = world.ask("trend", spec).data["previous"]
    assert (previous["first_day"], previous["last_day"]) == ("2025-10-30", "2025-10-31")
    assert previous["series"][0]["lines"][0]["values"] == [1, 0]
    assert len(world.open("trend", spec, {"previous": True})) == 1
    month = {**spec, "first_day": "2025-11-01", "last_day": "2025-11-30"}
    previous = world.ask("trend", month).data["previous"]
    assert (previous["first_day"], previous["last_day"]) == ("2025-10-01", "2025-10-31")
    year = world.ask("trend", {**spec, "compare": "previous_year", "first_day": "2024-02-29", "last_day": "2024-02-29"})
    assert year.data["previous"]["first_day"] == "2023-02-28"


def test_the_period_before_has_the_same_groups(town: Town) -> None:
    world = town.world()
    kinds = [("p", -2), ("p", -2), ("q", -2), ("r", -2), ("q", 0), ("q", 0), ("r", 0)]
    acts = [Act(ms=(3 + day) * DAY + n, user=f"u{n}", event="A", properties={"x": x}) for n, (x, day) in enumerate(kinds)]
    world.send(acts)
    # In the period q comes first; in the two days before it is p, which has to stand among the others there.
    spec = {"series": [{"event": "A"}], "breakdown": {"property": "x", "limit": 1}, "compare": "previous_period"}
    last = (START.astimezone(CLOCK) + timedelta(days=3)).date()
    spec |= {"first_day": (last - timedelta(days=1)).isoformat(), "last_day": last.isoformat()}
    data = world.ask("trend", spec).data
    told = {
        name: [(line["group"], line["total"]) for line in one["series"][0]["lines"]]
        for name, one in (("now", data), ("before", data["previous"]))
    }
    of_q, others = {"value": "q", "other": False}, {"value": None, "other": True}
    assert told == {"now": [(None, 3), (of_q, 2), (others, 1)], "before": [(None, 4), (of_q, 1), (others, 3)]}
    assert len(world.open("trend", spec, {"group": of_q, "previous": True})) == 1
    assert len(world.open("trend", spec, {"group": others, "previous": True})) == 3


def test_an_unknown_event_is_an_empty_answer_that_names_what_looks_like_it(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, user="u", event="Order Completed"), Act(ms=0, user="u", event="Seen")])
    answer = world.ask("trend", {"series": [{"event": "order completd"}]})
    assert answer.data["series"][0]["lines"][0]["total"] == 0
    assert [(n.code, n.subject, n.near) for n in answer.warnings] == [("unknown_event", "order completd", ("Order Completed",))]


def test_a_workspace_without_events_has_a_designed_answer(town: Town) -> None:
    world = town.world()
    answer = world.ask("trend", {"series": [{}], "first_day": None, "last_day": None})
    assert (answer.data["buckets"], answer.first_day) == ([], None)
    assert world.open("trend", {"series": [{}], "first_day": None, "last_day": None}, {}) == []


def test_ten_thousand_values_are_the_most_frequent_and_the_others(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=n, user=f"u{n % 7}", event="A", properties={"x": n // 2}) for n in range(10_000)])
    lines = world.ask("trend", {"series": [{"event": "A"}], "breakdown": {"property": "x", "limit": 50}}).data["series"][0]["lines"]
    assert len(lines) == 52
    assert (lines[-1]["group"], lines[-1]["total"]) == ({"value": None, "other": True}, 9_900)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"series": []}, "series"),
        ({"series": [{"measure": "sum"}]}, "needs a property"),
        ({"series": [{"measure": "events", "property": "x"}]}, "takes no property"),
        ({"series": [{}], "formulas": [{"expression": "A + B"}]}, "there is no series B"),
        ({"series": [{}], "formulas": [{"expression": "A * 1e999"}]}, "at most 1e+15"),
        ({"series": [{}], "formulas": [{"expression": "__import__('os')"}]}, "numbers, the letters"),
        ({"series": [{}], "breakdown": {"property": "x", "limit": 10_000}}, "less than or equal to 50"),
        ({"series": [{}], "breakdown": {}}, "either column or property"),
        ({"series": [{}], "last_days": 0, "first_day": None}, "greater than or equal to 1"),
        ({"series": [{"filter": {"nope": 1}}]}, "unknown condition"),
        ({"series": [{}], "colour": "red"}, "colour"),
    ],
)
def test_a_spec_that_cannot_be_used_says_why(town: Town, spec: dict[str, Any], words: str) -> None:
    with pytest.raises(UemsError) as error:
        town.world().ask("trend", spec)
    assert (error.value.code, error.value.status) == ("invalid_spec", 422)
    assert words in error.value.message
    # Neither the validator's own preface, nor two full stops.
    assert "Value error" not in error.value.message
    assert ".." not in error.value.message


def test_a_cell_that_the_answer_does_not_have_is_refused(town: Town) -> None:
    world = town.world()
    for cell in ({"bucket": "2025-10-29"}, {"series": 1}, {"group": {"value": "x"}}, {"previous": True}):
        with pytest.raises(UemsError):
            world.open("trend", {"series": [{}]}, cell)
    assert world.open("trend", {"series": [{}]}, {"bucket": date(2025, 10, 30).isoformat()}) == []


@pytest.mark.parametrize(
    ("expression", "unit", "expected"),
    [
        ("A / B", "money", 1_234 / 3),
        ("A / B * 2 + 1", "money", 1_234 / 3 * 2 + 100),
        ("-(5 - A)", "money", 734.0),
        ("A / C * 100", "number", 100 * 1_234 / 200),
        ("B / A", "number", 3 / 12.34),
        ("A * C", "number", 12.34 * 2),
        ("A + B", "number", 12.34 + 3),
        ("B / A * C", "number", 3 / 12.34 * 2),
        ("A * C / A", "money", 200.0),
        ("2 * 3", "number", 6.0),
    ],
)
def test_a_formula_of_money_reckons_in_whole_units_and_says_what_it_comes_to(
    town: Town, expression: str, unit: str, expected: float
) -> None:
    world = town.world()
    paid = [Act(ms=n, user=f"u{n}", event="A", properties={"revenue": amount, "currency": "USD"}) for n, amount in enumerate((10, 2.34))]
    other = Act(ms=5, user="v", event="C", properties={"revenue": 2, "currency": "USD"})
    world.send([*paid, Act(ms=3, user="w", event="A"), other])
    revenue = {"measure": "revenue"}
    series = [{"event": "A", **revenue}, {"event": "A", "measure": "people"}, {"event": "C", **revenue}]
    [formula] = world.ask("trend", {"series": series, "formulas": [{"expression": expression}]}).data["formulas"]
    assert formula["unit"] == unit
    assert formula["lines"][0]["total"] == pytest.approx(expected)
    assert formula["lines"][0]["values"][0] == pytest.approx(expected)
