"""How do other rooms draw a map on their papers? By asking for its picture at a width, and putting that where they have room."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPicture:
    """height: in points. draw: (canvas, left, top)."""

    height: float
    draw: Callable[["Canvas", float, float], None]


def map_picture(data: Mapping[str, Any], width: float, most: float, language: Literal["zh", "en"]) -> MapPicture:
    """An answer of the report ``journey_map`` as a drawing ``width`` points wide and at most about ``most`` high."""
    from uems.journeys.map.paper.fitted import fit_map  # what draws takes a while to load: not before the first paper

    return fit_map(data, width, most, language)
