"""How many go from stage to stage, and how many are lost? Bars, bands and falls of one scale, under the names of the stages.

Everything is drawn from ``top`` downwards; lengths are in points before the page is made smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from uems.journeys.map.paper.joined import Column, Place
from uems.journeys.map.paper.words import Language, change, people, say, share, time
from uems.kernel.ink import BAD, FAINT, GOOD, SERIES, cut, width_of, write

PAD: Final = 8.0
HEAD: Final = 40.0
BAR: Final = 11.0
RIVER: Final = 100.0
"""Height of the largest number of people."""
_ABOVE: Final = 34.0
_BELOW: Final = 46.0
HEIGHT: Final = _ABOVE + RIVER + _BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """What the parts of the map are drawn with. column: width of one; step: from the left of one to that of the next."""

    canvas: Canvas
    language: Language
    column: float
    step: float
    per_person: float

    def colour(self, place: int) -> Color:
        return SERIES[place % len(SERIES)]


def heads(ink: Ink, top: float, columns: Sequence[Column]) -> None:
    """The names of the stages and their people, as they stand on every page."""
    for place, column in enumerate(columns):
        _head(ink, place * ink.step, top, column.stage, ink.colour(place))


def _head(ink: Ink, x: float, top: float, stage: Place, colour: Color) -> None:
    canvas, inner = ink.canvas, ink.column - 2 * PAD
    canvas.setFillColor(colour)
    canvas.setFillAlpha(0.12)
    canvas.roundRect(x, top - HEAD, ink.column, HEAD, 4, stroke=0, fill=1)
    canvas.setFillAlpha(1)
    canvas.rect(x, top - 3, ink.column, 3, stroke=0, fill=1)
    write(canvas, x + PAD, top - 17, cut(stage.name, 10, inner, bold=True), 10, bold=True)
    shown = people(stage.people, ink.language)
    write(canvas, x + PAD, top - 32, shown, 11, bold=True)
    moved = change(stage.people, stage.before)
    if moved and width_of(shown, 11, bold=True) + width_of(moved[0], 8.5) + 4 <= inner:
        write(canvas, x + ink.column - PAD, top - 32, moved[0], 8.5, color=GOOD if moved[1] else BAD, right=True)


def river(ink: Ink, top: float, columns: Sequence[Column]) -> None:
    """Bars, bands and falls, and what they count in words."""
    foot = top - _ABOVE
    lefts = {column.stage.key: place * ink.step for place, column in enumerate(columns)}
    for place, column in enumerate(columns):
        x, stage, canvas = place * ink.step, column.stage, ink.canvas
        height = stage.people * ink.per_person
        going = stage.onward
        if going is not None:
            canvas.setFillColor(ink.colour(place))
            canvas.setFillAlpha(0.24)
            if going.people and going.to in lefts:
                band = going.people * ink.per_person
                canvas.rect(x + BAR, foot - band, lefts[going.to] - x - BAR, band, stroke=0, fill=1)
            _fall(ink, x + BAR, foot - height, going.lost * ink.per_person, foot - RIVER - 12)
            canvas.setFillAlpha(1)
            _told(ink, x, top, foot, stage)
        if stage.people:
            canvas.setFillColor(ink.colour(place))
            canvas.rect(x, foot - height, BAR, height, stroke=0, fill=1)


def _left_of_fall(ink: Ink, x: float, size: float) -> float:
    """They end within the column, however many they are."""
    return x + min(16.0, max(4.0, ink.column - BAR - size))


def _fall(ink: Ink, x: float, bottom: float, size: float, end: float) -> None:
    """Who is lost leaves the foot of the bar, turns down, and ends as wide as they were high."""
    if not size:
        return
    canvas = ink.canvas
    left = _left_of_fall(ink, x, size)
    right, top = left + size, bottom + size
    path = canvas.beginPath()
    path.moveTo(x, top)
    path.curveTo(right, top, right, top, right, end)
    path.lineTo(left, end)
    path.curveTo(left, bottom, left, bottom, x, bottom)
    path.close()
    canvas.setFillColor(BAD)
    canvas.setFillAlpha(0.18)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setFillAlpha(1)
    canvas.setStrokeColor(BAD)
    canvas.setLineWidth(1.2)
    canvas.line(left, end, right, end)


def _told(ink: Ink, x: float, top: float, foot: float, stage: Place) -> None:
    going, language, canvas = stage.onward, ink.language, ink.canvas
    assert going is not None
    at, room = x + BAR + 4, ink.column - BAR - 4
    write(canvas, at, top - 14, cut(say("go_on", language, share=share(going.share)), 10, room, bold=True), 10, bold=True)
    taken = "" if going.seconds is None else f" · {time(going.seconds, language)}"
    write(canvas, at, top - 26, cut(people(going.people, language) + taken, 8, room), 8, color=FAINT)
    below = _left_of_fall(ink, x + BAR, going.lost * ink.per_person)
    said = say("lost", language, n=f"{going.lost:,}")
    write(canvas, below, foot - RIVER - 24, said, 9, color=BAD if going.lost else FAINT, bold=True)
    write(canvas, below, foot - RIVER - 35, share(None if going.share is None else 1 - going.share), 8, color=FAINT)
