"""Do RFM and cohort revenue say what a count by hand says?"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import (
    CLOCK,
    DAY,
    FIRST,
    LAST,
    NOW,
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


def dollars(one: Seen) -> int:
    return 100 * int(one.properties["revenue"]) if one.properties.get("currency") == "USD" else 0


def fifths(values: dict[int, float]) -> dict[int, int]:
    """1 + how many whole fifths of the people have less."""
    return {p: 1 + 5 * sum(other < value for other in values.values()) // len(values) for p, value in values.items()}


def limited(values: dict[int, float], limits: list[int]) -> dict[int, int]:
    return {p: 1 + sum(value >= limit for limit in limits) for p, value in values.items()}


@examples(6)
@given(batches=told(prices=True, most=20), event=st.sampled_from(["A", None]), limits=st.booleans())
def test_every_cell_of_the_grid_equals_a_count_by_hand_and_opens_its_people(
    town: Town, batches: Any, event: str | None, limits: bool
) -> None:
    world = built(town, batches)
    spec: dict[str, Any] = {"step": {"event": event}}
    if limits:
        spec["thresholds"] = {"recency_days": [1, 2, 4, 7], "frequency": [2, 3, 4, 5], "monetary_minor": [1, 300, 600, 900]}
    people = {p: mine for p, seen in world.people().items() if (mine := [o for o in seen if event in (None, o.event) and o.day <= LAST])}
    days = {p: float((LAST - max(o.day for o in mine)).days) for p, mine in people.items()}
    times = {p: float(len(mine)) for p, mine in people.items()}
    money = {p: float(sum(map(dollars, mine))) for p, mine in people.items()}
    if limits:
        r = {p: 5 - sum(value > limit for limit in [1, 2, 4, 7]) for p, value in days.items()}
        f, m = limited(times, [2, 3, 4, 5]), limited(money, [1, 300, 600, 900])
    else:
        r, f, m = fifths({p: -v for p, v in days.items()}), fifths(times), fifths(money)
    data = world.ask("rfm", spec).data
    assert (data["people"], data["revenue_minor"]) == (len(people), sum(money.values()))
    names: dict[str, set[int]] = {}
    for cell in data["grid"]:
        inside = {p for p in people if (r[p], f[p]) == (cell["r"], cell["f"])}
        names.setdefault(cell["segment"], set()).update(inside)
        assert (cell["people"], cell["revenue_minor"]) == (len(inside), sum(money[p] for p in inside))
        if inside:
            assert cell["average_recency_days"] == pytest.approx(sum(days[p] for p in inside) / len(inside))
            assert world.open("rfm", spec, {"r": cell["r"], "f": cell["f"]}) == sorted(inside)
    for one in data["segments"]:
        assert one["people"] == len(names[one["segment"]])
        if one["people"]:
            assert world.open("rfm", spec, {"segment": one["segment"]}) == sorted(names[one["segment"]])
    assert data["scores"]["m"] == [sum(value == score for value in m.values()) for score in range(1, 6)]
    assert world.open("rfm", spec, {"m": 5}) == sorted(p for p, value in m.items() if value == 5)


def later(first: date, unit: str, count: int) -> date:
    if unit == "month":
        months = first.year * 12 + first.month - 1 + count
        return date(months // 12, months % 12 + 1, 1)
    return first + timedelta(days=count * (1 if unit == "day" else 7))


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CLOCK)


@examples(6)
@given(
    batches=told(prices=True, most=20),
    acquired=st.sampled_from([{}, {"event": "A"}]),
    paying=st.sampled_from([{}, {"event": "B"}]),
    unit=st.sampled_from(["day", "week", "month"]),
    first=st.sampled_from([FIRST, FIRST + timedelta(days=3)]),
    now=st.sampled_from([NOW, START + timedelta(days=9, hours=3)]),
    broken=st.booleans(),
)
def test_every_cohort_equals_a_count_by_hand_and_opens_its_people(
    town: Town, batches: Any, acquired: dict[str, Any], paying: dict[str, Any], unit: str, first: date, now: datetime, broken: bool
) -> None:
    world = built(town, batches)
    spec: dict[str, Any] = {"acquired": acquired, "paying": paying, "unit": unit, "offsets": 3, "first_day": first.isoformat()}
    if broken:
        spec["breakdown"] = {"property": "x", "limit": 1}
    people = world.people()
    starts = {p: next((o for o in seen if acquired.get("event") in (None, o.event)), None) for p, seen in people.items()}
    known = {p: o for p, o in starts.items() if o and first <= o.day <= LAST}
    top = ranked([o for seen in people.values() for o in seen if acquired.get("event") in (None, o.event) and first <= o.day <= LAST], 1)
    for line in world.ask("cohort_revenue", spec, now).data["lines"]:
        group = line["group"]
        mine = {p: o for p, o in known.items() if group is None or group_of(text(o.properties.get("x")), top) == group}
        assert line["size"] == len(mine)
        sums: dict[int, list[int]] = {}
        payers: set[int] = set()
        for row in line["cohorts"]:
            cohort = date.fromisoformat(row["cohort"])
            members = {p for p, o in mine.items() if bucket(o.day, unit) == cohort}
            assert row["size"] == len(members)
            assert world.open("cohort_revenue", spec, {"cohort": row["cohort"], "group": group}, now) == sorted(members)
            total, paid = 0, set()
            for n, cell in enumerate(row["cells"]):
                here = later(cohort, unit, n)
                if midnight(here) > now:
                    assert cell is None
                    continue
                theirs = [(p, o) for p in members for o in people[p] if paying.get("event") in (None, o.event)]
                bought = [(p, o) for p, o in theirs if bucket(o.day, unit) == here]
                total += sum(dollars(o) for _, o in bought)
                paid |= {p for p, o in bought if dollars(o)}
                assert (cell["cumulative_minor"], cell["paying"]) == (total, len(paid))
                assert cell["complete"] == (midnight(later(here, unit, 1)) <= now)
                if cell["complete"]:
                    size, money = sums.setdefault(n, [0, 0])
                    sums[n] = [size + len(members), money + total]
                    payers |= paid if n == 1 else set()
                if members:
                    place = {"cohort": row["cohort"], "column": n, "group": group}
                    assert world.open("cohort_revenue", spec, place, now) == sorted(paid)
                    assert world.open("cohort_revenue", spec, {**place, "outcome": "not_paying"}, now) == sorted(members - paid)
        assert [[one["size"], one["cumulative_minor"]] for one in line["curve"]] == [sums.get(n, [0, 0]) for n in range(4)]
        assert world.open("cohort_revenue", spec, {"column": 1, "group": group}, now) == sorted(payers)
        assert world.open("cohort_revenue", spec, {"group": group}, now) == sorted(mine)


def test_a_refund_is_taken_off(town: Town) -> None:
    world = town.world()
    money = {"currency": "USD"}
    world.send([Act(ms=0, user="u", event="A", properties={**money, "revenue": 5})])
    world.send([Act(ms=DAY, user="u", event="A", properties={**money, "revenue": -2})])
    cells = world.ask("cohort_revenue", {"unit": "day", "offsets": 2}).data["lines"][0]["cohorts"][0]["cells"]
    sums = [(cell["revenue_minor"], cell["cumulative_minor"], cell["paying"]) for cell in cells]
    assert sums == [(500, 500, 1), (-200, 300, 1), (0, 300, 1)]


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("rfm", {"thresholds": {"frequency": [1, 2, 3]}}),
        ("rfm", {"thresholds": {"frequency": [1, 2, 2, 3]}}),
        ("cohort_revenue", {"offsets": -1}),
    ],
)
def test_a_spec_that_cannot_be_used_is_refused(town: Town, name: str, spec: dict[str, Any]) -> None:
    with pytest.raises(UemsError) as error:
        town.world().ask(name, spec)
    assert error.value.code == "invalid_spec"


def test_nothing_to_count_has_designed_answers(town: Town) -> None:
    world = town.world()
    nothing = {"first_day": None, "last_day": None}
    assert world.ask("rfm", nothing).data["people"] == 0
    assert world.ask("rfm", {}).data["grid"][0]["people"] == 0
    assert world.ask("cohort_revenue", nothing).data["lines"] == []
    assert world.ask("cohort_revenue", {}).data["lines"][0]["size"] == 0
    assert world.open("rfm", {}, {}) == []
    for cell in ({"cohort": "2020-01-01"}, {"outcome": "not_paying"}):
        with pytest.raises(UemsError):
            world.open("cohort_revenue", {}, cell)
