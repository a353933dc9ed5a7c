"""How does a journey map become a PDF? Its river on the first page, which lies on its side, and the cards below on as many as they need."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from uems.journeys.asking import run_report
from uems.journeys.map.model import JourneyMap
from uems.journeys.map.paper.layout import GAP, Layout, draw_rows, lay_out
from uems.journeys.map.paper.legend import draw_legend
from uems.journeys.map.paper.river import HEAD, HEIGHT
from uems.journeys.map.paper.words import Language, say
from uems.kernel.clock import zone_of
from uems.kernel.house import House
from uems.kernel.ink import FAINT, cut, write
from uems.kernel.scope import Scope
from uems.segments import api as segments

_PAGE: Final[tuple[float, float]] = landscape(A4)
_EDGE: Final = 34.0
_FOOT: Final = 34.0
_LEGEND: Final = 46.0


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
    kept = BytesIO()
    canvas = Canvas(kept, pagesize=_PAGE, invariant=1, pageCompression=1)
    canvas.setTitle(found.name)
    canvas.setAuthor("UEMS")
    width = _PAGE[0] - 2 * _EDGE
    shown = lay_out(data, width)
    top = _title(canvas, found, facts, width)
    draw_legend(canvas, shown, _EDGE, _FOOT + _LEGEND - 2, width, language)
    pages = _paged(shown, (top - _FOOT - _LEGEND) / shown.small, (_PAGE[1] - _EDGE - _FOOT) / shown.small)
    for number, rows in enumerate(pages, 1):
        canvas.saveState()
        canvas.translate(_EDGE, top if number == 1 else _PAGE[1] - _EDGE)
        canvas.scale(shown.small, shown.small)
        draw_rows(canvas, shown, rows, language, first=number == 1)
        canvas.restoreState()
        write(canvas, _EDGE, 18, cut(found.name, 7.5, width - 60), 7.5, color=FAINT)
        write(canvas, _EDGE + width, 18, f"{number}/{len(pages)}", 7.5, color=FAINT, right=True)
        canvas.showPage()
    canvas.save()
    return kept.getvalue()


def _paged(found: Layout, first: float, later: float) -> list[range]:
    """Which rows of cards stand on which page. first, later: the height that there is."""
    pages: list[range] = []
    begun, left = 0, first - HEAD - HEIGHT
    for row in range(found.rows):
        height = found.row_height(row)
        # One row on a page of its own is drawn in any case; it is never as high as a page.
        if height > left and (row > begun or not pages):
            pages.append(range(begun, row))
            begun, left = row, later - HEAD - GAP
        left -= height
    return [*pages, range(begun, found.rows)]


def _title(canvas: Canvas, found: JourneyMap, facts: str, width: float) -> float:
    y = _PAGE[1] - _EDGE - 12
    write(canvas, _EDGE, y, cut(found.name, 17, width, bold=True), 17, bold=True)
    y -= 15
    write(canvas, _EDGE, y, cut(facts, 8.5, width), 8.5, color=FAINT)
    return y - 12
