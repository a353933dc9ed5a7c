"""How are numbers drawn on paper? A small line beside a value, lines and bars over ticks, and a table."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from uems.kernel.ink import FAINT, INK, RULE, SERIES, cut, width_of, wrapped, write
from uems.kpis.dashboards.paper.ranked import flows, heat
from uems.kpis.dashboards.summary import SummaryGrid, SummaryPicture
from uems.kpis.written import Language, written

ROW: Final = 14.0
LEGEND: Final = 13.0
_HEAT: Final = HexColor("#2f6fde")
_MOST_TICKS: Final = 8
_NARROW: Final = 40.0
Write = Callable[[float | None, str], str]


def spark(canvas: Canvas, x: float, y: float, width: float, height: float, values: Sequence[float | None], firm: int) -> None:
    """A line without axes; values behind the first ``firm`` still grow, and are dashed."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return
    low, high = min(known), max(known)
    spread = high - low
    if not spread:
        low, spread = low - 0.5, 1.0
    step = width / max(1, len(values) - 1)
    canvas.setStrokeColor(SERIES[0])
    canvas.setLineWidth(1.1)
    for place, (one, two) in enumerate(pairwise(values), 1):
        if one is None or two is None:
            continue
        canvas.setDash([] if place < firm else [1.5, 2])
        canvas.line(x + (place - 1) * step, y + (one - low) / spread * height, x + place * step, y + (two - low) / spread * height)
    canvas.setDash([])


def picture(
    canvas: Canvas, x: float, y: float, width: float, height: float, shown: SummaryPicture, language: Language, currency: str
) -> None:
    """Lines or bars with two or three marks on the axis; (x, y) is the lower left corner."""
    values = [value for line in shown.lines for value in line.values if value is not None]
    if not values or not shown.ticks:
        write(canvas, x + 4, y + height / 2, "没有数据" if language == "zh" else "No data", 9, color=FAINT)
        return
    if shown.kind in ("heat", "flows"):
        draw_whole = heat if shown.kind == "heat" else flows
        draw_whole(canvas, x, y, width, height, shown, language, currency)
        return
    names = [getattr(line.name, language) for line in shown.lines] if len(shown.lines) > 1 else []
    top = height - 12 - LEGEND * _legend(canvas, x, y + height - 8, width, names)
    high = max(*values, 0.0) or 1.0
    low = min(*values, 0.0)
    marks = [written(value, shown.unit, currency, language) for value in (low, (low + high) / 2, high)]
    left = max(width_of(mark, 7) for mark in marks) + 6
    for place, mark in enumerate(marks):
        at = y + 12 + (top - 8) * place / 2
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.line(x + left, at, x + width, at)
        write(canvas, x + left - 4, at - 2.5, mark, 7, color=FAINT, right=True)
    place_of = _scale(y + 12, top - 8, low, high)
    inner = width - left
    _ticks(canvas, x + left, y, inner, shown, language)
    draw = _bars if shown.kind == "bars" else _lines
    draw(canvas, x + left, inner, shown, place_of)


def _scale(foot: float, height: float, low: float, high: float) -> Callable[[float], float]:
    return lambda value: foot + (value - low) / ((high - low) or 1.0) * height


def _ticks(canvas: Canvas, x: float, y: float, width: float, shown: SummaryPicture, language: Language) -> None:
    count = len(shown.ticks)
    bars = shown.kind == "bars"
    names = shown.ticks if shown.words is None else [getattr(one, language) for one in shown.words]
    every = max(1, -(-count // _MOST_TICKS))
    slot = width / count
    for place in range(0, count, every):
        text = names[place][5:10] if shown.days else names[place]
        room = slot * every - 3
        text = cut(text, 7, room)
        at = x + slot * (place + 0.5) if bars else x + width * place / max(1, count - 1)
        start = min(max(at - width_of(text, 7) / 2, x), x + width - width_of(text, 7))
        write(canvas, start, y + 2, text, 7, color=FAINT)


def _lines(canvas: Canvas, x: float, width: float, shown: SummaryPicture, place_of: Callable[[float], float]) -> None:
    count = len(shown.ticks)
    for line, color in zip(shown.lines, SERIES, strict=False):
        canvas.setStrokeColor(color)
        canvas.setFillColor(color)
        canvas.setLineWidth(1.3)
        points = [
            None if value is None else (x + width * place / max(1, count - 1), place_of(value)) for place, value in enumerate(line.values)
        ]
        for one, two in pairwise(points):
            if one is not None and two is not None:
                canvas.line(*one, *two)
        if sum(point is not None for point in points) == 1:
            [alone] = [point for point in points if point is not None]
            canvas.circle(*alone, 2, stroke=0, fill=1)


def _bars(canvas: Canvas, x: float, width: float, shown: SummaryPicture, place_of: Callable[[float], float]) -> None:
    slot = width / len(shown.ticks)
    each = slot * 0.7 / len(shown.lines)
    foot = place_of(0.0)
    for place, (line, color) in enumerate(zip(shown.lines, SERIES, strict=False)):
        canvas.setFillColor(color)
        for tick, value in enumerate(line.values):
            if value is not None:
                left = x + slot * (tick + 0.15) + each * place
                canvas.rect(left, min(foot, place_of(value)), max(0.4, each - 0.6), abs(place_of(value) - foot), stroke=0, fill=1)


def _legend(canvas: Canvas, x: float, y: float, width: float, names: Sequence[str]) -> int:
    """Names with their colours, in as many lines as they need; how many lines that are."""
    at, lines = x, 1 if names else 0
    for name, color in zip(names, SERIES, strict=False):
        text = cut(name, 7.5, width / 2 - 12)
        if at > x and at + 9 + width_of(text, 7.5) > x + width:
            at, lines = x, lines + 1
        foot = y - LEGEND * (lines - 1)
        canvas.setFillColor(color)
        canvas.rect(at, foot + 0.5, 6, 6, stroke=0, fill=1)
        write(canvas, at + 9, foot, text, 7.5, color=FAINT)
        at += width_of(text, 7.5) + 20
    return lines


def _column_width(grid: SummaryGrid, width: float) -> float:
    """Of each column but the first, which gets what the others leave."""
    return min(72.0, width * 0.68 / max(1, len(grid.columns) - 1))


def _head_height(grid: SummaryGrid, width: float) -> float:
    """Heads over narrow columns stand in several lines."""
    return ROW if _column_width(grid, width) >= _NARROW else 2 * ROW


def table_height(grid: SummaryGrid, width: float) -> float:
    return ROW * (len(grid.rows) + (1 if grid.more else 0)) + _head_height(grid, width) + 4


def table(canvas: Canvas, x: float, top: float, width: float, grid: SummaryGrid, language: Language, currency: str) -> None:
    """Head and rows from ``top`` down; the first column gets what the others leave."""
    others = len(grid.columns) - 1
    each = _column_width(grid, width)
    edges = [x, *(x + width - each * (others - place) for place in range(others)), x + width]
    y = top - _head_height(grid, width) + 4
    for place, head in enumerate(grid.columns):
        if each >= _NARROW or place == 0:
            _cell(canvas, edges, place, y, getattr(head.label, language), FAINT, number=head.unit is not None)
        else:
            _small_head(canvas, edges[place + 1] - 3, y, getattr(head.label, language), each - 4)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.6)
    canvas.line(x, y - 4, x + width, y - 4)
    for row in grid.rows:
        y -= ROW
        for place, (cell, head) in enumerate(zip(row, grid.columns, strict=True)):
            if isinstance(cell, float | int) and grid.heat and head.unit == "share":
                _heat(canvas, edges[place], y - 4, edges[place + 1] - edges[place], cell)
            text = getattr(cell, language, None) if not isinstance(cell, float | int | None) else None
            if text is None:
                text = "" if cell is None else written(float(cell), head.unit or "ratio", currency, language)  # type: ignore[arg-type]
                text = text.removesuffix(f" {currency}")
            _cell(canvas, edges, place, y, text, INK, number=head.unit is not None)
    if grid.more:
        rest = f"另有 {grid.more} 行未显示" if language == "zh" else f"and {grid.more} more rows"
        write(canvas, x + 2, y - ROW, rest, 7.5, color=FAINT)


def _small_head(canvas: Canvas, right: float, y: float, text: str, room: float) -> None:
    lines = wrapped(text, 6, room)
    for place, line in enumerate(lines[-1:-4:-1] if len(lines) <= 3 else lines[2::-1]):
        write(canvas, right, y + 7 * place, line, 6, color=FAINT, right=True)


def _cell(canvas: Canvas, edges: Sequence[float], place: int, y: float, text: str, color: Color, *, number: bool) -> None:
    shown = cut(text, 8, edges[place + 1] - edges[place] - 6)
    if number:
        write(canvas, edges[place + 1] - 3, y, shown, 8, color=color, right=True)
    else:
        write(canvas, edges[place] + 2, y, shown, 8, color=color)


def _heat(canvas: Canvas, x: float, y: float, width: float, share: float) -> None:
    canvas.saveState()
    canvas.setFillColor(_HEAT)
    canvas.setFillAlpha(0.06 + 0.4 * min(1.0, max(0.0, share)))
    canvas.rect(x + 0.5, y + 0.5, width - 1, ROW - 1, stroke=0, fill=1)
    canvas.restoreState()
