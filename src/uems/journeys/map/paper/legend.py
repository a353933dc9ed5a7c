"""How is the map on paper read? The scale of its people, what its colours mean, and what counts as going on."""

from typing import Final

from reportlab.pdfgen.canvas import Canvas

from uems.journeys.map.paper.layout import Layout
from uems.journeys.map.paper.river import BAR
from uems.journeys.map.paper.words import Language, say, time
from uems.kernel.ink import BAD, FAINT, RULE, SERIES, width_of, wrapped, write

_BESIDE: Final = 250.0
"""With less room beside the marks, the words stand below them."""
_LINE: Final = 10.0


def draw_legend(canvas: Canvas, found: Layout, left: float, y: float, width: float, language: Language) -> None:
    """y: of the line above it."""
    y -= 12
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.6)
    canvas.line(left, y + 12, left + width, y + 12)
    x = _marks(canvas, found, left, y, language)
    right = left + width
    top = y - 1 if right - x >= _BESIDE else y - 20
    at = x if right - x >= _BESIDE else left
    lines = wrapped(say("window", language, time=time(found.window_seconds, language)), 7.5, right - at)
    for place, line in enumerate(lines[:3]):
        write(canvas, at, top - _LINE * place, line, 7.5, color=FAINT)


def _marks(canvas: Canvas, found: Layout, x: float, y: float, language: Language) -> float:
    """Where they end."""
    scale = _round_below(24 / (found.per_person * found.small)) if found.per_person else 0
    if scale:
        high = scale * found.per_person * found.small
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
    return x


def _round_below(limit: float) -> int:
    """A round number of people, and at most so many: 1, 2 or 5 times a power of ten; 0 where even one is more."""
    if limit < 1:
        return 0
    power = 1
    while power * 10 <= limit:
        power *= 10
    return next(step * power for step in (5, 2, 1) if step * power <= limit)
