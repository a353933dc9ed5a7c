"""Are paths, RFM, attribution and intervals drawn on paper, to scale, with the numbers that the report has and words in both languages?"""

import re
from io import BytesIO
from typing import Any, Literal

import pytest
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from uems.kpis.dashboards.paper.charts import picture
from uems.kpis.dashboards.summaries import summarise
from uems.kpis.dashboards.summary import SummaryPicture

SEGMENTS = {(5, 5): "champions", (1, 1): "hibernating", (5, 1): "new"}


def links(*paths: int) -> dict[str, Any]:
    rows = [{"from": f"A{n}", "to": None if n == 1 else f"B{n}", "paths": count, "of_from": 0.5} for n, count in enumerate(paths)]
    return {"links": rows, "paths": sum(paths), "people": 3}


def rfm() -> dict[str, Any]:
    place = [(r, f) for r in range(1, 6) for f in range(1, 6)]
    grid = [{"r": r, "f": f, "segment": SEGMENTS.get((r, f), "loyal"), "people": 10 * r + f} for r, f in place]
    return {"people": 700, "revenue_minor": 0, "segments": [], "grid": grid, "currency": "CNY"}


def attribution() -> dict[str, Any]:
    models = ["first", "last", "linear", "position", "time_decay", "markov", "shapley"]
    rows = [
        {
            "channel": {"value": value, "other": value is None},
            "touches": 9,
            "models": {model: {"conversions": float(place + 2 * n + 1), "revenue_minor": 0} for n, model in enumerate(models)},
        }
        for place, value in enumerate(["ads", "mail", None])
    ]
    return {"models": models, "channels": rows, "conversions": 60, "revenue_minor": 0, "currency": "CNY"}


def interval(*counts: int) -> dict[str, Any]:
    line = {"group": None, "intervals": sum(counts), "people": 2, "time": {"median_seconds": 60}, "histogram": [*counts]}
    return {"bins": [0, 30, 60, 7_200, 86_400][: len(counts)], "lines": [line]}


def picture_of(report: str, data: dict[str, Any]) -> SummaryPicture | None:
    found = summarise(report, data, {})
    assert found is not None
    return found.picture


def drawn(shown: SummaryPicture, language: Literal["zh", "en"] = "zh") -> tuple[list[tuple[float, ...]], str]:
    """The (width, height) of every rectangle in the order in which they are drawn, and all text without blanks."""
    body = BytesIO()
    canvas = Canvas(body, invariant=1)
    picture(canvas, 50, 300, 400, 122, shown, language, "CNY")
    canvas.save()
    [page] = PdfReader(body).pages
    content = page.get_contents()
    assert content is not None
    found = re.findall(r"\S+ \S+ (\S+) (\S+) re", content.get_data().decode("latin-1"))
    return [tuple(map(float, one)) for one in found], "".join(page.extract_text().split())


def test_paths_are_the_largest_flows_as_bars_of_one_scale() -> None:
    counts = [5, 1, 40, 20, 7, 9, 3, 2, 4, 6]
    shown = picture_of("paths", links(*counts))
    assert shown is not None
    ranked = sorted(counts, reverse=True)[:8]
    assert shown.lines[0].values == ranked
    sides, text = drawn(shown)
    assert [width / sides[0][0] for width, _ in sides] == pytest.approx([count / ranked[0] for count in ranked], abs=1e-3)
    for count in ranked:
        place = counts.index(count)
        assert f"A{place}→{'…' if place == 1 else f'B{place}'}" in text
    assert picture_of("paths", links()) is None


def test_the_grid_of_rfm_has_every_score_with_its_people_and_its_group() -> None:
    shown = picture_of("rfm", rfm())
    assert shown is not None
    assert [line.values for line in shown.lines] == [[10 * r + f for f in range(1, 6)] for r in (5, 4, 3, 2, 1)]
    sides, text = drawn(shown)
    assert (len(sides), len(set(sides))) == (25, 1)
    wanted = [*(f"R{n}" for n in range(1, 6)), *(f"F{n}" for n in range(1, 6)), "冠军用户", "沉睡用户", "新用户", "55", "11", "51"]
    assert [one for one in wanted if one not in text] == []
    assert "Champions" in drawn(shown, "en")[1]
    assert picture_of("rfm", {**rfm(), "people": 0, "grid": []}) is None


def test_credit_has_a_bar_for_every_model_and_channel() -> None:
    data = attribution()
    shown = picture_of("attribution", data)
    assert shown is not None
    values = [one["models"][model]["conversions"] for model in data["models"] for one in data["channels"]]
    assert [value for line in shown.lines for value in line.values] == values
    sides, text = drawn(shown)
    bars = sides[len(data["models"]) :]  # behind the marks of the legend
    assert [height / bars[0][1] for _, height in bars] == pytest.approx([value / values[0] for value in values], abs=0.01)
    assert [one for one in ("ads", "mail", "其他", "首次", "Shapley值") if one not in text] == []
    assert "Others" in drawn(shown, "en")[1]


def test_intervals_are_a_histogram_between_the_outermost_bins_that_hold_one() -> None:
    shown = picture_of("interval", interval(0, 4, 0, 8, 0))
    assert shown is not None
    assert (shown.ticks, shown.lines[0].values) == (["30 s", "1 min", "2 h"], [4, 0, 8])
    sides, text = drawn(shown)
    assert [height / sides[0][1] for _, height in sides] == pytest.approx([1, 0, 2], abs=1e-3)
    assert all(one in text for one in ("30s", "1min", "2h"))
    last = picture_of("interval", interval(0, 0, 0, 0, 3))
    assert last is not None
    assert last.ticks == ["≥1 d"]
    assert picture_of("interval", interval(0, 0)) is None
    assert picture_of("interval", {"bins": [0], "lines": []}) is None
