"""Where do columns and rows of a map stand on paper? As wide as there is room; narrower than can be read, all of it is made smaller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reportlab.pdfgen.canvas import Canvas

from uems.journeys.map.paper.cards import card, card_height
from uems.journeys.map.paper.joined import Column, columns_of, most
from uems.journeys.map.paper.river import HEAD, HEIGHT, PAD, RIVER, Ink, heads, river
from uems.journeys.map.paper.words import Language, say
from uems.kernel.ink import FAINT, write

GAP: Final = 10.0
NO_POINTS: Final = 24.0
"""What a stage without touchpoints needs, to say that it has none."""
_LEAST: Final = 112.0
"""Narrower columns make the whole map smaller, as on a screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """small: how much smaller everything is drawn; all other lengths are before that. column: width of one; step: from the left of one
    to that of the next. per_person: height in the river; in_cards: width in the bars of the cards."""

    columns: Sequence[Column]
    window_seconds: int
    small: float
    column: float
    step: float
    per_person: float
    in_cards: float

    @property
    def rows(self) -> int:
        """How many cards stand in the highest column."""
        return max(len(column.points) for column in self.columns)

    def row_height(self, row: int) -> float:
        """With the gap below it."""
        return GAP + max(card_height(self.column, one.points[row]) for one in self.columns if row < len(one.points))


def lay_out(data: Mapping[str, Any], width: float) -> Layout:
    """An answer of the report ``journey_map`` in columns that fill ``width`` points."""
    columns = columns_of(data)
    small = min(1.0, width / (len(columns) * (_LEAST + GAP) - GAP))
    step = (width / small + GAP) / len(columns)
    largest = most(columns)
    in_cards = max([0, *(point.people for column in columns for point in column.points)])
    return Layout(
        columns=columns,
        window_seconds=data["window_seconds"],
        small=small,
        column=step - GAP,
        step=step,
        per_person=RIVER / largest if largest else 0.0,
        in_cards=(step - GAP - 2 * PAD) / in_cards if in_cards else 0.0,
    )


def draw_rows(canvas: Canvas, found: Layout, rows: range, language: Language, *, first: bool) -> None:
    """The names of the stages and these rows of cards, from the origin downwards. first: with the river between them."""
    ink = Ink(canvas=canvas, language=language, column=found.column, step=found.step, per_person=found.per_person)
    heads(ink, 0, found.columns)
    y = -HEAD - (HEIGHT if first else GAP)
    if first:
        river(ink, -HEAD, found.columns)
    for row in rows:
        for place, column in enumerate(found.columns):
            if row < len(column.points):
                card(ink, place * found.step, y, column.points[row], found.in_cards, ink.colour(place))
        y -= found.row_height(row)
    for place, column in enumerate(found.columns):
        if first and not column.points:
            write(canvas, place * found.step + PAD, -HEAD - HEIGHT - 14, say("no_points", language), 8, color=FAINT)
