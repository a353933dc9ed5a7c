"""Is what a tile and a paper say of a report said in words, in both languages?"""

from typing import Any, get_args

from uems.journeys.reports._credit import MODELS
from uems.journeys.reports.rfm import Segment
from uems.kpis.dashboards.summaries import _RFM, summarise
from uems.kpis.dashboards.summary import SummaryText


def line(value: str | None, total: int, other: bool = False) -> dict[str, Any]:
    return {"group": {"value": value, "other": other}, "values": [total], "total": total}


def trend(*lines: dict[str, Any]) -> dict[str, Any]:
    whole = {"group": None, "values": [9], "total": 9}
    series = [{"name": "A", "event": "A", "measure": "people", "lines": [whole, *lines]}]
    return {"unit": "day", "buckets": ["2026-03-01"], "series": series, "formulas": [], "currency": "CNY"}


def labels(data: dict[str, Any], spec: dict[str, Any]) -> list[tuple[str, str]]:
    found = summarise("trend", data, spec)
    assert found is not None
    assert found.picture is not None
    return [(one.name.zh, one.name.en) for one in found.picture.lines]


def test_those_in_a_segment_and_the_others_are_said_in_words() -> None:
    data = trend(line("in", 4), line("out", 5))
    assert labels(data, {"breakdown": {"segment": "vip"}}) == [("A", "A"), ("在分群中", "In the segment"), ("不在分群中", "Not in it")]
    assert labels(data, {"breakdown": {"trait": "where"}}) == [("A", "A"), ("in", "in"), ("out", "out")]


def test_what_a_formula_comes_to_has_its_unit() -> None:
    worked = {"expression": "A / B", "lines": [{"group": None, "values": [350.5], "total": 350.5}]}
    formulas: list[dict[str, Any]] = [{"name": "Each", "unit": "money", **worked}, {"name": "Share", "unit": "number", **worked}]
    for chosen, unit in ((formulas[:1], "money"), (formulas[1:], "ratio")):
        found = summarise("trend", {**trend(), "series": [], "formulas": chosen}, {})
        assert found is not None
        assert found.picture is not None
        assert (found.picture.unit, found.figures[0].unit) == (unit, unit)


def test_amounts_beside_counts_have_their_own_unit_and_no_common_picture() -> None:
    revenue = {"name": "Paid", "measure": "revenue", "lines": [{"group": None, "values": [123_450], "total": 123_450}]}
    data = trend()
    found = summarise("trend", {**data, "series": [*data["series"], revenue]}, {})
    assert found is not None
    assert (found.picture, found.grid is None) == (None, False)
    assert found.grid is not None
    told = [[cell.zh if isinstance(cell, SummaryText) else cell for cell in row] for row in found.grid.rows]
    assert told == [["A", "9"], ["Paid", "1,234.50 CNY"]]
    plain = {"name": "B", "measure": "events", "lines": [{"group": None, "values": [30], "total": 30}]}
    beside = summarise("trend", {**data, "series": [*data["series"], plain]}, {})
    assert beside is not None
    assert beside.picture is not None
    assert beside.picture.unit == "count"


def test_a_distribution_of_revenue_is_told_in_money() -> None:
    bins = [{"from": 0, "to": 50_050, "people": 3}, {"from": 50_050, "to": None, "people": 1}]
    data = {"bins": bins, "people": 4, "average": 30_000.0, "median": 20_000.0, "currency": "CNY"}
    for measure, unit, ticks in (("revenue", "money", ["0.00–500.50", "500.50+"]), ("sum", "ratio", ["0–50050", "50050+"])):
        found = summarise("distribution", data, {"measure": measure})
        assert found is not None
        assert found.picture is not None
        assert ([one.unit for one in found.figures], found.picture.ticks) == (["people", unit, unit], ticks)


def funnel(order: str, count: str) -> Any:
    steps = [{"count": 8, "of_first": 1.0, "of_previous": None}, {"count": 2, "of_first": 0.25, "of_previous": 0.25}]
    line = {"group": None, "steps": steps, "conversion": 0.25, "time": {"median_seconds": 60}}
    names = [{"name": "", "event": None}, {"name": "Paid", "event": "Paid"}]
    found = summarise("funnel", {"order": order, "count": count, "steps": names, "lines": [line]})
    assert found is not None
    assert found.grid is not None
    assert found.picture is not None
    return found


def test_a_funnel_says_on_a_tile_what_its_report_counts() -> None:
    people = funnel("ordered", "people")
    assert [one.label.zh for one in people.figures[1:3]] == ["进入人数", "完成人数"]
    assert [(row[0].zh, row[0].en) for row in people.grid.rows] == [("1. 任意事件", "1. Any event"), ("2. Paid", "2. Paid")]
    assert people.picture.ticks == ["1.", "2. Paid"]
    tries = funnel("strict", "entries")
    assert [(one.label.zh, one.unit) for one in tries.figures[1:3]] == [("进入次数", "count"), ("完成次数", "count")]
    assert (tries.grid.columns[1].label.en, tries.grid.columns[1].unit) == ("Attempts", "count")
    free = funnel("any", "people")
    assert [(row[0].zh, row[0].en) for row in free.grid.rows] == [("完成 1 步", "1 step"), ("完成 2 步", "2 steps")]
    assert free.picture.ticks == ["1/2", "2/2"]


def test_a_lifecycle_is_told_by_the_last_bucket_that_is_over() -> None:
    states = {"new": 1, "returning": 2, "resurrecting": 3, "dormant": 4}
    buckets = [{"bucket": f"2026-03-0{n}", "complete": n < 3, "active": n * 10, **states} for n in (1, 2, 3)]
    for shown, active in ((buckets, 20), (buckets[2:], 30)):
        found = summarise("lifecycle", {"buckets": shown})
        assert found is not None
        assert found.figures[0].value == active


def test_every_model_of_attribution_and_every_class_of_buyers_has_its_name() -> None:
    worth = {name: {"conversions": 1.0} for name in MODELS}
    channel = {"channel": {"value": "ads", "other": False}, "touches": 2, "models": worth}
    data = {"models": list(MODELS), "channels": [channel], "conversions": 1, "revenue_minor": 0}
    found = summarise("attribution", data)
    assert found is not None
    assert found.grid is not None
    heads = [one.label for one in found.grid.columns[2:]]
    assert (len(heads), len(found.grid.rows[0])) == (7, 9)
    assert not {one.zh for one in heads} & set(MODELS)
    assert set(_RFM) == set(get_args(Segment))


def test_a_map_is_told_by_its_stages() -> None:
    def stage(name: str, people: int, share: float | None) -> dict[str, Any]:
        return {"name": name, "people": people, "onward": None if share is None else {"conversion": share}, "touchpoints": []}

    found = summarise("journey_map", {"period": {"people": 9, "stages": [stage("Come", 8, 0.25), stage("Buy", 2, None)]}})
    assert found is not None
    assert found.grid is not None
    assert found.picture is not None
    rows = [[cell.en if isinstance(cell, SummaryText) else cell for cell in row] for row in found.grid.rows]
    assert rows == [["Come", 8, 0.25], ["Buy", 2, None]]
    assert (found.picture.ticks, found.picture.lines[0].values) == (["Come", "Buy"], [8, 2])


def test_the_finder_is_told_by_the_sentences_worth_most() -> None:
    said = [{"sentence": {"zh": f"第 {n}", "en": f"No. {n}"}} for n in range(1, 8)]
    for findings, tests, lines in (
        (said, 40, [f"No. {n}" for n in range(1, 6)]),
        ([], 40, ["No loss is more than chance."]),
        ([], 0, ["Too few people to tell."]),
    ):
        found = summarise("bottlenecks", {"findings": findings, "tests": tests})
        assert found is not None
        assert [one.en for one in found.lines] == lines
        assert [one.value for one in found.figures] == [len(findings), tests]


def test_of_a_sample_the_sums_and_only_those_are_estimated_for_everybody() -> None:
    day = {"day": "2026-03-01", "sessions": 3}
    data = {"sessions": 3, "people": 2, "bounce_rate": 0.5, "seconds": {"median": 60}, "series": [day]}
    for sampled, wholes in (({}, [None] * 4), ({"sample_percent": 12.5}, [24, 16, None, None])):
        found = summarise("sessions", {**data, **sampled})
        assert found is not None
        assert [one.whole for one in found.figures] == wholes
        assert [one.value for one in found.figures] == [3, 2, 0.5, 60]
    average = {"name": "Each", "measure": "per_person", "lines": [{"group": None, "values": [4.5], "total": 4.5}]}
    for series, whole in ((trend()["series"], 90), ([average], None)):
        found = summarise("trend", {**trend(), "series": series, "sample_percent": 10})
        assert found is not None
        assert found.figures[0].whole == whole
