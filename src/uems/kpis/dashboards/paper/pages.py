"""How does a dashboard become a PDF? Its tiles in rows, as on the screen, on as many pages as they need."""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from uems.kernel.clock import zone_of
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.ink import FAINT, cut, wrapped, write
from uems.kernel.scope import Scope
from uems.kpis.dashboards.answering import answer_tile
from uems.kpis.dashboards.bodies import TileAnswer
from uems.kpis.dashboards.model import Dashboard, PeriodForAll, Tile, Width
from uems.kpis.dashboards.paper.boxes import Box, box_of, frame
from uems.kpis.written import Language

_PAGE: Final[tuple[float, float]] = A4
_EDGE: Final = 38.0
_GAP: Final = 9.0
_FOOT: Final = 34.0
_SIXTHS: Final[dict[Width, int]] = {"third": 2, "half": 3, "full": 6}


def make_paper(
    house: House,
    scope: Scope,
    dashboard: Dashboard,
    workspace_name: str,
    language: Language,
    now: datetime,
    *,
    period: PeriodForAll | None = None,
    until: date | None = None,
) -> bytes:
    """A PDF of what the dashboard shows. period, until: as ``answer_tile`` takes them.

    A tile that cannot be answered says so. Raises only what passes by itself, such as a warehouse that is down.
    """
    answers = [_answer(house, scope, tile, now, period, until) for tile in dashboard.tiles]
    local = now.astimezone(zone_of(scope.zone)).strftime("%Y-%m-%d %H:%M")
    made = f"{workspace_name} · 生成于 {local}（{scope.zone}）" if language == "zh" else f"{workspace_name} · made {local} ({scope.zone})"
    return draw_paper(dashboard, answers, made, language)


def _answer(house: House, scope: Scope, tile: Tile, now: datetime, period: PeriodForAll | None, until: date | None) -> TileAnswer | None:
    try:
        return answer_tile(house, scope, tile, now, period=period, until=until)
    except UemsError as error:
        if error.passes:
            raise
        return None


def draw_paper(dashboard: Dashboard, answers: Sequence[TileAnswer | None], made: str, language: Language) -> bytes:
    """The pages, from the answers of the tiles in their order. The same answers make the same bytes."""
    kept = BytesIO()
    canvas = Canvas(kept, pagesize=_PAGE, invariant=1, pageCompression=1)
    canvas.setTitle(dashboard.name)
    canvas.setAuthor("UEMS")
    width = _PAGE[0] - 2 * _EDGE
    y = _title(canvas, dashboard, made, width)
    page = 1
    widths = [width_of_tile(tile, answer) for tile, answer in zip(dashboard.tiles, answers, strict=True)]
    for row in rows_of(widths):
        boxes = [_boxed(dashboard.tiles[place], answers[place], widths[place], width, language) for place in row]
        height = max(box.height for _, box in boxes)
        if y - height < _FOOT and y < _PAGE[1] - _EDGE:
            _foot(canvas, dashboard.name, page)
            canvas.showPage()
            page += 1
            y = _PAGE[1] - _EDGE
        x = _EDGE
        for mine, box in boxes:
            frame(canvas, x, y, mine, height)
            box.draw(canvas, x, y, mine)
            x += mine + _GAP
        y -= height + _GAP
    _foot(canvas, dashboard.name, page)
    canvas.showPage()
    canvas.save()
    return kept.getvalue()


def width_of_tile(tile: Tile, answer: TileAnswer | None) -> Width:
    """A journey map takes all of it: on paper nobody can scroll it."""
    return "full" if answer is not None and answer.report is not None and answer.report.report == "journey_map" else tile.width


def rows_of(widths: Sequence[Width]) -> list[list[int]]:
    """Places of the tiles row by row: as many as fit side by side."""
    found: list[list[int]] = []
    taken = 7
    for place, wide in enumerate(widths):
        mine = _SIXTHS[wide]
        if taken + mine > 6:
            found.append([])
            taken = 0
        found[-1].append(place)
        taken += mine
    return found


def _boxed(tile: Tile, answer: TileAnswer | None, wide: Width, width: float, language: Language) -> tuple[float, Box]:
    parts = 6 // _SIXTHS[wide]
    mine = (width - _GAP * (parts - 1)) / parts
    return mine, box_of(tile, answer, mine, language)


def _title(canvas: Canvas, dashboard: Dashboard, made: str, width: float) -> float:
    y = _PAGE[1] - _EDGE - 14
    write(canvas, _EDGE, y, cut(dashboard.name, 19, width, bold=True), 19, bold=True)
    y -= 17
    write(canvas, _EDGE, y, cut(made, 8.5, width), 8.5, color=FAINT)
    for line in wrapped(dashboard.description, 9, width)[:6] if dashboard.description else ():
        y -= 14
        write(canvas, _EDGE, y, line, 9)
    return y - 14


def _foot(canvas: Canvas, name: str, page: int) -> None:
    width = _PAGE[0] - 2 * _EDGE
    write(canvas, _EDGE, 20, cut(name, 7.5, width - 60), 7.5, color=FAINT)
    write(canvas, _EDGE + width, 20, str(page), 7.5, color=FAINT, right=True)
