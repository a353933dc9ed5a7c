"""Is what a tile and a paper say of a report said in words, in both languages?"""

from typing import Any

from uems.kpis.dashboards.summaries import summarise


def line(value: str | None, total: int, other: bool = False) -> dict[str, Any]:
    return {"group": {"value": value, "other": other}, "values": [total], "total": total}


def trend(*lines: dict[str, Any]) -> dict[str, Any]:
    whole = {"group": None, "values": [9], "total": 9}
    series = [{"name": "A", "event": "A", "measure": "people", "lines": [whole, *lines]}]
    return {"unit": "day", "buckets": ["2026-03-01"], "series": series, "formulas": []}


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
    for chosen, unit in ((formulas[:1], "money"), (formulas[1:], "ratio"), (formulas, "ratio")):
        found = summarise("trend", {**trend(), "series": [], "formulas": chosen}, {})
        assert found is not None
        assert found.picture is not None
        assert (found.picture.unit, found.figures[0].unit) == (unit, "money" if chosen[0]["unit"] == "money" else "ratio")
