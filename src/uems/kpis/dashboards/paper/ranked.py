"""How are a grid of numbers and a ranking of flows drawn on paper? As cells coloured by how much they hold, and as bars that lie down.

(x, y) is the lower left corner.
"""

from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from uems.kernel.ink import FAINT, INK, SERIES, cut, width_of, write
from uems.kpis.dashboards.summary import SummaryPicture
from uems.kpis.written import Language, written

_HEAT: Final = HexColor("#2f6fde")
_HEAD: Final = 11.0
_SIDE: Final = 18.0
_BAR: Final = 0.62
_NAMES: Final = 0.46
"""Share of the width that names of flows may take."""


def heat(canvas: Canvas, x: float, y: float, width: float, height: float, shown: SummaryPicture, language: Language, currency: str) -> None:
    """A row for each line, a column for each tick; the deeper a cell is coloured, the more it holds."""
    most = max([0.0, *(value for line in shown.lines for value in line.values if value is not None)]) or 1.0
    wide, high = (width - _SIDE) / len(shown.ticks), (height - _HEAD) / len(shown.lines)
    for place, tick in enumerate(shown.ticks):
        write(canvas, x + _SIDE + wide * (place + 0.5) - width_of(tick, 7) / 2, y + height - 8, tick, 7, color=FAINT)
    for row, line in enumerate(shown.lines):
        foot = y + height - _HEAD - high * (row + 1)
        write(canvas, x, foot + high / 2 - 2.5, getattr(line.name, language), 7, color=FAINT)
        for place, value in enumerate(line.values):
            left = x + _SIDE + wide * place
            canvas.saveState()
            canvas.setFillColor(_HEAT)
            canvas.setFillAlpha(0.05 + 0.45 * (value or 0.0) / most)
            canvas.rect(left + 0.5, foot + 0.5, wide - 1, high - 1, stroke=0, fill=1)
            canvas.restoreState()
            text = cut(getattr(line.texts[place], language), 6, wide - 6) if line.texts is not None else ""
            write(canvas, left + 3, foot + high - 8, text, 6, color=FAINT)
            write(canvas, left + wide - 3, foot + 3.5, written(value, shown.unit, currency, language), 8, color=INK, right=True)


def flows(
    canvas: Canvas, x: float, y: float, width: float, height: float, shown: SummaryPicture, language: Language, currency: str
) -> None:
    """One bar below the other with its name and its number, to one scale; of the first line."""
    values = [value or 0.0 for value in shown.lines[0].values]
    most = max([0.0, *values]) or 1.0
    names = shown.ticks if shown.words is None else [getattr(one, language) for one in shown.words]
    told = [written(value, shown.unit, currency, language) for value in values]
    left = min(width * _NAMES, max(width_of(name, 7.5) for name in names)) + 6
    room = width - left - max(width_of(one, 7.5) for one in told) - 6
    step = min(15.0, height / len(values))
    for place, (name, value, said) in enumerate(zip(names, values, told, strict=True)):
        foot = y + height - step * (place + 1)
        write(canvas, x, foot + step * 0.28, cut(name, 7.5, left - 6), 7.5)
        canvas.setFillColor(SERIES[0])
        canvas.rect(x + left, foot + step * (1 - _BAR) / 2, room * value / most, step * _BAR, stroke=0, fill=1)
        write(canvas, x + left + room * value / most + 4, foot + step * 0.28, said, 7.5, color=FAINT)
