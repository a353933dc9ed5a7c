"""How does a map fit a box on a paper that shows other things too, such as a tile of a dashboard? Smaller, and no higher than a page."""

from collections.abc import Mapping
from typing import Any, Final

from reportlab.pdfgen.canvas import Canvas

from uems.journeys.map.paper.layout import NO_POINTS, Layout, draw_rows, lay_out
from uems.journeys.map.paper.legend import draw_legend
from uems.journeys.map.paper.river import HEAD, HEIGHT
from uems.journeys.map.paper.words import Language, say
from uems.journeys.map.picture import MapPicture
from uems.kernel.ink import FAINT, write

_LEGEND: Final = 58.0
_REST: Final = 14.0


def fit_map(data: Mapping[str, Any], width: float, most: float, language: Language) -> MapPicture:
    """The river, and as many rows of cards as a height of ``most`` points takes; of the others it says how many touchpoints they are."""
    found = lay_out(data, width)
    rows, height = _rows(found, (most - _LEGEND - _REST) / found.small)
    left_out = sum(max(0, len(column.points) - rows) for column in found.columns)
    drawn = height * found.small
    below = drawn + (_REST if left_out else 0.0)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        canvas.saveState()
        canvas.translate(x, top)
        canvas.scale(found.small, found.small)
        draw_rows(canvas, found, range(rows), language, first=True)
        canvas.restoreState()
        if left_out:
            write(canvas, x, top - drawn - 8, say("left_out", language, n=left_out), 8, color=FAINT)
        draw_legend(canvas, found, x, top - below - 2, width, language)

    return MapPicture(height=below + _LEGEND, draw=draw)


def _rows(found: Layout, room: float) -> tuple[int, float]:
    """(how many rows of cards, what they and what stands above them need), before it is made smaller."""
    height = HEAD + HEIGHT
    count = 0
    for row in range(found.rows):
        more = found.row_height(row)
        if height + more > room:
            break
        count, height = row + 1, height + more
    return count, height if all(column.points for column in found.columns) else max(height, HEAD + HEIGHT + NO_POINTS)
