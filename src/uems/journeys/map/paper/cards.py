"""What is said of one touchpoint? Its people and their trend, who goes on and who is lost, how long it takes, who stays and leaves."""

from itertools import pairwise
from typing import Final

from reportlab.lib.colors import Color, HexColor

from uems.journeys.map.paper.joined import Place
from uems.journeys.map.paper.river import PAD, Ink
from uems.journeys.map.paper.words import change, say, share, time
from uems.kernel.ink import BAD, FAINT, GOOD, RULE, cut, width_of, wrapped, write

_BODY: Final = 88.0
_LINE: Final = 12.0
_NAME_LINES: Final = 3
_SPARK: Final = (44.0, 14.0)
_SUNKEN: Final = HexColor("#eef1f4")


def card_height(column: float, point: Place) -> float:
    """column: the width of the card."""
    return _BODY + _LINE * len(_name(column, point))


def _name(column: float, point: Place) -> list[str]:
    lines = wrapped(point.name, 9.5, column - 2 * PAD)
    if len(lines) <= _NAME_LINES:
        return lines
    return [*lines[: _NAME_LINES - 1], cut(" ".join(lines[_NAME_LINES - 1 :]), 9.5, column - 2 * PAD - 4)]


def card(ink: Ink, x: float, top: float, point: Place, per_person: float, colour: Color) -> None:
    """per_person: width that one person takes in the bars of all cards."""
    canvas, inner = ink.canvas, ink.column - 2 * PAD
    height = card_height(ink.column, point)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.7)
    canvas.roundRect(x, top - height, ink.column, height, 4, stroke=1, fill=0)
    canvas.setFillColor(colour)
    canvas.rect(x, top - height + 8, 2.4, height - 16, stroke=0, fill=1)
    y = top - 14.0
    for line in _name(ink.column, point):
        write(canvas, x + PAD, y, line, 9.5)
        y -= _LINE
    places = " · ".join(point.channels) if point.channels else say("all_channels", ink.language)
    write(canvas, x + PAD, y, cut(places, 7.5, inner), 7.5, color=FAINT)
    _people(ink, x + PAD, y - 19, point, colour)
    _ways(ink, x + PAD, y - 31, point, per_person, colour)
    _times(ink, x + PAD, y - 58, point)


def _people(ink: Ink, x: float, y: float, point: Place, colour: Color) -> None:
    shown = f"{point.people:,}"
    write(ink.canvas, x, y, shown, 14, bold=True)
    moved = change(point.people, point.before)
    at = x + width_of(shown, 14, bold=True) + 4
    width, height = _SPARK
    left = x + ink.column - 2 * PAD - width
    if moved and at + width_of(moved[0], 8) <= left:
        write(ink.canvas, at, y, moved[0], 8, color=GOOD if moved[1] else BAD)
    if len(point.series) < 2 or not point.people or at > left:
        return
    low, high = min(point.series), max(point.series)
    step = width / (len(point.series) - 1)
    heights = [height / 2 if high == low else (one - low) / (high - low) * height for one in point.series]
    ink.canvas.setStrokeColor(colour)
    ink.canvas.setLineWidth(1)
    for place, (one, two) in enumerate(pairwise(heights)):
        ink.canvas.line(left + place * step, y + one, left + (place + 1) * step, y + two)


def _ways(ink: Ink, x: float, y: float, point: Place, per_person: float, colour: Color) -> None:
    """A bar of everybody, parted into those who go on and those who are lost, and both in numbers below."""
    canvas, inner = ink.canvas, ink.column - 2 * PAD
    canvas.setFillColor(_SUNKEN)
    canvas.rect(x, y, inner, 5, stroke=0, fill=1)
    going = point.onward
    kept = (point.people if going is None else going.people) * per_person
    whole = point.people * per_person
    if whole > kept:
        canvas.setFillColor(BAD)
        canvas.setFillAlpha(0.38)
        canvas.rect(x + kept, y, whole - kept, 5, stroke=0, fill=1)
        canvas.setFillAlpha(1)
    if kept:
        canvas.setFillColor(colour)
        canvas.rect(x, y, kept, 5, stroke=0, fill=1)
    if going is None:
        write(canvas, x, y - 11, say("end", ink.language), 8, color=FAINT)
        return
    on = say("go_on_short", ink.language, n=f"{going.people:,}", share=share(going.share))
    gone = say("lost", ink.language, n=f"{going.lost:,}")
    if width_of(on, 8) + width_of(gone, 8) + 5 > inner:
        on = on.partition(" · ")[0]  # the share is in the bar
    write(canvas, x, y - 11, on, 8)
    write(canvas, x + inner, y - 11, gone, 8, color=BAD if going.lost else FAINT, right=True)


def _times(ink: Ink, x: float, y: float, point: Place) -> None:
    third = (ink.column - 2 * PAD) / 3
    told = (
        ("to_next", time(point.onward.seconds if point.onward else None, ink.language)),
        ("dwell", time(point.dwell_seconds, ink.language)),
        ("bounce", share(point.bounce)),
    )
    for place, (word, value) in enumerate(told):
        write(ink.canvas, x + place * third, y, cut(say(word, ink.language), 7, third - 2), 7, color=FAINT)
        write(ink.canvas, x + place * third, y - 11, cut(value, 8.5, third - 2), 8.5)
