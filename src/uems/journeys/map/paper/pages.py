"""How does a journey map become a PDF? Its river on the first page, which lies on its side, and the cards below on as many as they need."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from uems.journeys.asking import run_report
from uems.journeys.map.model import JourneyMap
from uems.journeys.map.paper.cards import card, card_height
from uems.journeys.map.paper.joined import Column, columns_of, most
from uems.journeys.map.paper.river import BAR, HEAD, HEIGHT, RIVER, Ink, heads, river
from uems.journeys.map.paper.words import Language, say, time
from uems.kernel.clock import zone_of
from uems.kernel.house import House
from uems.kernel.ink import BAD, FAINT, RULE, SERIES, cut, width_of, wrapped, write
from uems.kernel.scope import Scope
from uems.segments import api as segments

_PAGE: Final[tuple[float, float]] = landscape(A4)
_EDGE: Final = 34.0
_FOOT: Final = 34.0
_LEGEND: Final = 46.0
_GAP: Final = 10.0
_LEAST: Final = 112.0
"""Narrower columns make the whole map smaller, as on a screen."""


def make_map_paper(
    house: House, scope: Scope, found: JourneyMap, spec: Mapping[str, Any], workspace_name: str, language: Language, now: datetime
) -> bytes:
    """A PDF of a map for one spec of the report ``journey_map``, but for its map. Raises what the report raises."""
    answer = run_report(house, scope, "journey_map", {**spec, "map": found.key}, now)
    local = now.astimezone(zone_of(scope.zone)).strftime("%Y-%m-%d %H:%M")
    days = f"{answer.first_day} – {answer.last_day}" if answer.first_day else ""
    whom = _whom(house, scope, spec, language)
    facts = [workspace_name, days, whom, say("drawn", language, at=local, zone=scope.zone)]
    return draw_map(found, answer.data, " · ".join(one for one in facts if one), language)


def _whom(house: House, scope: Scope, spec: Mapping[str, Any], language: Language) -> str:
    told = []
    if spec.get("segment"):
        told.append(say("segment", language, name=segments.segment(house.store, scope, spec["segment"]).name))
    if spec.get("people"):
        told.append(say("some", language))
    if spec.get("sample_percent"):
        told.append(say("sample", language, percent=spec["sample_percent"]))
    return " · ".join(told) or say("everybody", language)


def draw_map(found: JourneyMap, data: Mapping[str, Any], facts: str, language: Language) -> bytes:
    """The pages, from an answer of the report. The same answer makes the same bytes."""
    columns = columns_of(found, data)
    kept = BytesIO()
    canvas = Canvas(kept, pagesize=_PAGE, invariant=1, pageCompression=1)
    canvas.setTitle(found.name)
    canvas.setAuthor("UEMS")
    width = _PAGE[0] - 2 * _EDGE
    small = min(1.0, width / (len(columns) * (_LEAST + _GAP) - _GAP))
    step = (width / small + _GAP) / len(columns)
    largest = most(columns)
    ink = Ink(canvas=canvas, language=language, column=step - _GAP, step=step, per_person=RIVER / largest if largest else 0.0)
    top = _title(canvas, found, facts, width)
    _legend(ink, small, data["window_seconds"], width)
    pages = _paged(ink, columns, (top - _FOOT - _LEGEND) / small, (_PAGE[1] - _EDGE - _FOOT) / small)
    for number, rows in enumerate(pages, 1):
        canvas.saveState()
        canvas.translate(_EDGE, top if number == 1 else _PAGE[1] - _EDGE)
        canvas.scale(small, small)
        _body(ink, columns, rows, first=number == 1)
        canvas.restoreState()
        write(canvas, _EDGE, 18, cut(found.name, 7.5, width - 60), 7.5, color=FAINT)
        write(canvas, _EDGE + width, 18, f"{number}/{len(pages)}", 7.5, color=FAINT, right=True)
        canvas.showPage()
    canvas.save()
    return kept.getvalue()


def _row_height(ink: Ink, columns: Sequence[Column], row: int) -> float:
    return max(card_height(ink, column.points[row]) for column in columns if row < len(column.points))


def _paged(ink: Ink, columns: Sequence[Column], first: float, later: float) -> list[range]:
    """Which rows of cards stand on which page. first, later: the height that there is."""
    rows = max(len(column.points) for column in columns)
    pages: list[range] = []
    begun, left = 0, first - HEAD - HEIGHT
    for row in range(rows):
        height = _row_height(ink, columns, row) + _GAP
        # One row on a page of its own is drawn in any case; it is never as high as a page.
        if height > left and (row > begun or not pages):
            pages.append(range(begun, row))
            begun, left = row, later - HEAD - _GAP
        left -= height
    return [*pages, range(begun, rows)]


def _body(ink: Ink, columns: Sequence[Column], rows: range, *, first: bool) -> None:
    heads(ink, 0, columns)
    y = -HEAD - (HEIGHT if first else _GAP)
    if first:
        river(ink, -HEAD, columns)
    inner = ink.column - 16
    largest = max([0, *(point.people for column in columns for point in column.points)])
    for row in rows:
        for place, column in enumerate(columns):
            if row < len(column.points):
                card(ink, place * ink.step, y, column.points[row], inner / largest if largest else 0.0, ink.colour(place))
        y -= _row_height(ink, columns, row) + _GAP
    for place, column in enumerate(columns):
        if first and not column.points:
            write(ink.canvas, place * ink.step + 8, -HEAD - HEIGHT - 14, say("no_points", ink.language), 8, color=FAINT)


def _title(canvas: Canvas, found: JourneyMap, facts: str, width: float) -> float:
    y = _PAGE[1] - _EDGE - 12
    write(canvas, _EDGE, y, cut(found.name, 17, width, bold=True), 17, bold=True)
    y -= 15
    write(canvas, _EDGE, y, cut(facts, 8.5, width), 8.5, color=FAINT)
    return y - 12


def _legend(ink: Ink, small: float, window_seconds: int, width: float) -> None:
    """The scale, what the colours mean, and what counts as going on."""
    canvas, language = ink.canvas, ink.language
    y = _FOOT + _LEGEND - 14
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.6)
    canvas.line(_EDGE, y + 12, _EDGE + width, y + 12)
    x = _EDGE
    scale = _round_below(24 / (ink.per_person * small)) if ink.per_person else 0
    if scale:
        high = scale * ink.per_person * small
        canvas.setFillColor(FAINT)
        canvas.rect(x, y - 16, 2, high, stroke=0, fill=1)
        said = say("scale", language, n=f"{scale:,}")
        write(canvas, x + 6, y - 6, said, 8, color=FAINT)
        x += 6 + width_of(said, 8) + 18
    for colour, alpha, word in ((SERIES[0], 0.24, "going"), (BAD, 0.3, "losing")):
        canvas.setFillColor(colour)
        canvas.setFillAlpha(alpha)
        canvas.rect(x, y - 8, BAR, 9, stroke=0, fill=1)
        canvas.setFillAlpha(1)
        said = say(word, language)
        write(canvas, x + BAR + 5, y - 6, said, 8, color=FAINT)
        x += BAR + 5 + width_of(said, 8) + 18
    for place, line in enumerate(wrapped(say("window", language, time=time(window_seconds, language)), 7.5, _EDGE + width - x)[:3]):
        write(canvas, x, y - 1 - 10 * place, line, 7.5, color=FAINT)


def _round_below(limit: float) -> int:
    """A round number of people, and at most so many: 1, 2 or 5 times a power of ten; 0 where even one is more."""
    if limit < 1:
        return 0
    power = 1
    while power * 10 <= limit:
        power *= 10
    return next(step * power for step in (5, 2, 1) if step * power <= limit)
