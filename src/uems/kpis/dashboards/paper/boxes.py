"""What stands in the box of a tile? A metric: its number, its change, a small line. A report: its figures, picture and table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from uems.journeys import api as journeys
from uems.kernel.ink import BAD, FAINT, GOOD, INK, RULE, cut, wrapped, write
from uems.kpis.bodies import KpiAnswer
from uems.kpis.dashboards.bodies import TileAnswer, TileReport
from uems.kpis.dashboards.model import TextTile, Tile
from uems.kpis.dashboards.paper.charts import picture, spark, table, table_height
from uems.kpis.dashboards.summary import Summary, SummaryGrid, column, figure, named, said
from uems.kpis.written import Language, written

PAD: Final = 10.0
_METRIC: Final = 107.0
_PICTURE: Final = 130.0
_MAP: Final = 690.0
"""The most that a tile with a journey map may take: a page with its edges."""
_FIGURES: Final = 34.0
_HEAD: Final = 33.0
_WHOLE: Final = 10.0
"""The line below a figure that says what it would be of everybody."""
_LINE: Final = 12.0
_MOST_LINES: Final = 48
"""A note ends with its page."""
Drawing = Callable[[Canvas, float, float, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """height: what its content needs. draw: (canvas, left, top, width)."""

    height: float
    draw: Drawing


def box_of(tile: Tile, answer: TileAnswer | None, width: float, language: Language) -> Box:
    """The box of one tile; without an answer it says so."""
    inner = width - 2 * PAD
    if isinstance(tile, TextTile):
        return _note(tile, inner)
    title = tile.title or ("" if answer is None else getattr(answer, f"label_{language}"))
    if answer is None or (answer.metric is None and answer.report is None):
        return _missing(title or tile.kind, language)
    if answer.metric is not None:
        return _metric(title, answer, answer.metric, inner, language)
    assert answer.report is not None
    return _report(title, answer.report, inner, language)


def _note(tile: TextTile, inner: float) -> Box:
    lines = wrapped(tile.text, 9.5, inner)
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], "…"]
    head = 20.0 if tile.title else 0.0

    def draw(canvas: Canvas, x: float, top: float, width: float) -> None:
        y = top - PAD - 9
        if tile.title:
            write(canvas, x + PAD, y, cut(tile.title, 10.5, inner, bold=True), 10.5, bold=True)
            y -= head
        for line in lines:
            write(canvas, x + PAD, y, line, 9.5)
            y -= 14

    return Box(height=2 * PAD + head + 14 * len(lines), draw=draw)


def _missing(title: str, language: Language) -> Box:
    text = "无法计算这一块，请在看板上查看原因。" if language == "zh" else "This tile could not be computed; the dashboard says why."

    def draw(canvas: Canvas, x: float, top: float, width: float) -> None:
        _head(canvas, x, top, width, title, "")
        for place, line in enumerate(wrapped(text, 8.5, width - 2 * PAD)):
            write(canvas, x + PAD, top - _HEAD - 18 - 12 * place, line, 8.5, color=FAINT)

    return Box(height=_METRIC, draw=draw)


def _head(canvas: Canvas, x: float, top: float, width: float, title: str, under: str) -> None:
    write(canvas, x + PAD, top - PAD - 9, cut(title, 10, width - 2 * PAD, bold=True), 10, bold=True)
    write(canvas, x + PAD, top - PAD - 21, cut(under, 7.5, width - 2 * PAD), 7.5, color=FAINT)


def _days(first: object, last: object) -> str:
    return f"{first}" if first == last else f"{first} – {last}"


def _metric(title: str, answer: TileAnswer, found: KpiAnswer, inner: float, language: Language) -> Box:
    parts = _parts(answer, found, language)
    reason = found.value.reason
    why = wrapped(getattr(reason, language), 8.5, inner) if found.value.value is None and reason is not None else []

    def draw(canvas: Canvas, x: float, top: float, width: float) -> None:
        _head(canvas, x, top, width, title, _days(found.first_day, found.last_day))
        y = top - _HEAD - 24
        if found.value.value is None:
            for place, line in enumerate(why[:4]):
                write(canvas, x + PAD, y + 8 - 12 * place, line, 8.5, color=FAINT)
        else:
            write(canvas, x + PAD, y, written(found.value.value, found.unit, found.currency, language), 19, bold=True)
            text, color = change_of(found, language)
            write(canvas, x + PAD, y - 13, cut(text, 8, width - 2 * PAD), 8, color=color)
            points = [point for point in found.points if point.value.reason is None or point.value.reason.code != "future"]
            firm = sum(point.complete for point in points)
            spark(canvas, x + PAD, top - _METRIC + 8, width - 2 * PAD, 20, [point.value.value for point in points], firm)
        if parts is not None:
            table(canvas, x + PAD, top - _METRIC - 2, width - 2 * PAD, parts, language, found.currency)

    return Box(height=_METRIC + (table_height(parts, inner) + 6 if parts is not None else 0.0), draw=draw)


def change_of(found: KpiAnswer, language: Language) -> tuple[str, Color]:
    """How it changed against the period before, and whether that is good."""
    before = found.previous
    if before is None or before.value.value is None or found.value.value is None:
        return ("无可比较的前一周期" if language == "zh" else "No earlier period to compare with"), FAINT
    was = written(before.value.value, found.unit, found.currency, language)
    moved = found.value.value - before.value.value
    if found.unit == "share":
        text = f"{moved * 100:+.1f} 个百分点" if language == "zh" else f"{moved * 100:+.1f} points"
    elif before.change is None:
        text = "–"
    else:
        text = f"{before.change:+.1%}"
    color = FAINT if text == "–" else INK if moved == 0 else GOOD if (moved > 0) == (found.good == "up") else BAD
    return (f"{text}（前一周期 {was}）" if language == "zh" else f"{text} (before: {was})"), color


def _parts(answer: TileAnswer, found: KpiAnswer, language: Language) -> SummaryGrid | None:
    if not found.parts:
        return None
    rows: list[list[object]] = []
    for part in found.parts:
        group = part.group
        if group.other:
            name = said("其他", "Others")
        elif group.segment is not None:
            name = named(answer.segments.get(group.segment, group.segment))
        else:
            name = said("未设置", "Not set") if not group.value else named(group.value)
        rows.append([name, part.value.value])
    columns = [column("分组", "Group"), column(answer.label_zh, answer.label_en, found.unit)]
    return SummaryGrid.model_validate({"columns": columns, "rows": rows})


def _report(title: str, found: TileReport, inner: float, language: Language) -> Box:
    summary = found.summary or Summary(figures=[])
    if not summary.figures:
        summary = summary.model_copy(update={"figures": [figure("请在系统中打开查看", "Open it in the system", None, "count")]})
    rows = table_height(summary.grid, inner) + 8 if summary.grid is not None and summary.grid.rows else 0.0
    lines = _sentences([getattr(one, language) for one in summary.lines], inner)
    figures = _FIGURES + (_WHOLE if any(one.whole is not None for one in summary.figures) else 0.0)
    told = _LINE * len(lines)
    around = _HEAD + figures + told + rows + PAD
    shown = _pictured(found, summary, inner, _MAP - around, language)
    drawn = 0.0 if shown is None else shown.height

    def draw(canvas: Canvas, x: float, top: float, width: float) -> None:
        days = _days(found.first_day, found.last_day) if found.first_day else ""
        _head(canvas, x, top, width, title, days + _not_exact(found, language))
        _figures(canvas, x + PAD, top - _HEAD, width - 2 * PAD, summary, found.currency, language)
        y = top - _HEAD - figures - 4
        for place, line in enumerate(lines):
            write(canvas, x + PAD, y - 9 - _LINE * place, line, 8.5)
        y -= told
        if shown is not None:
            shown.draw(canvas, x + PAD, y, width - 2 * PAD)
        if rows and summary.grid is not None:
            table(canvas, x + PAD, y - drawn, width - 2 * PAD, summary.grid, language, found.currency)

    return Box(height=around + drawn, draw=draw)


def _pictured(found: TileReport, summary: Summary, inner: float, most: float, language: Language) -> Box | None:
    """The picture of a report; None for one that has none. most: the height that a journey map may take."""
    shown = summary.picture
    if found.report == "journey_map":
        made = journeys.map_picture(found.data, inner, most, language)
        return Box(height=made.height, draw=lambda canvas, x, top, _: made.draw(canvas, x, top))
    if shown is None:
        return None

    def draw(canvas: Canvas, x: float, top: float, width: float) -> None:
        picture(canvas, x, top - _PICTURE + 6, width, _PICTURE - 8, shown, language, found.currency)

    return Box(height=_PICTURE, draw=draw)


def _sentences(texts: Sequence[str], inner: float) -> list[str]:
    """Numbered where there are several, broken into lines."""
    marked = [f"{place}. {text}" for place, text in enumerate(texts, 1)] if len(texts) > 1 else list(texts)
    return [line for text in marked for line in wrapped(text, 8.5, inner)]


def _not_exact(found: TileReport, language: Language) -> str:
    if found.exact:
        return ""
    percent = found.data.get("sample_percent")
    if percent is None:
        return "（估计值）" if language == "zh" else " (estimated)"
    return f"（{percent:g}% 用户的样本）" if language == "zh" else f" (a sample of {percent:g}% of the people)"


def _figures(canvas: Canvas, x: float, top: float, width: float, summary: Summary, currency: str, language: Language) -> None:
    shown: Sequence[object] = summary.figures[: max(1, int(width // 100))]
    room = width / len(shown)
    for place, one in enumerate(summary.figures[: len(shown)]):
        at = x + room * place
        size = 16 if place == 0 else 12
        write(canvas, at, top - 18, cut(written(one.value, one.unit, currency, language), size, room - 6, bold=True), size, bold=True)
        write(canvas, at, top - 29, cut(getattr(one.label, language), 7.5, room - 6), 7.5, color=FAINT)
        if one.whole is not None:
            whole = written(one.whole, one.unit, currency, language)
            told = f"全体约 {whole}" if language == "zh" else f"about {whole} in all"
            write(canvas, at, top - 29 - _WHOLE, cut(told, 7.5, room - 6), 7.5, color=FAINT)


def frame(canvas: Canvas, x: float, top: float, width: float, height: float) -> None:
    """The line around a tile."""
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.7)
    canvas.roundRect(x, top - height, width, height, 4, stroke=1, fill=0)
