"""What does a report come down to on a tile or on paper? A few figures, one picture, one short table; the same for both."""

from typing import Any, Literal

from pydantic import Field

from uems.kernel.edge import Body
from uems.kpis.model import Measured


class SummaryText(Body):
    """A text in both languages; both alike for what people named themselves."""

    zh: str
    en: str


class SummaryFigure(Body):
    """adds: whether it is a sum over people. whole: where only a sample was looked at, the estimate of such a sum for everybody."""

    label: SummaryText
    value: float | None
    unit: Measured
    adds: bool = False
    whole: float | None = None


class SummaryLine(Body):
    """texts: what each value of a heat picture stands for."""

    name: SummaryText
    values: list[float | None]
    texts: list[SummaryText] | None = None


class SummaryPicture(Body):
    """lines: over ``ticks``, days where ``days``. bars: a group for each tick, a bar in it for each line. heat: a row for each line, a
    column for each tick. flows: one below the other, from the largest. words: the ticks, where they are not the same in both languages."""

    kind: Literal["lines", "bars", "heat", "flows"]
    ticks: list[str]
    words: list[SummaryText] | None = None
    days: bool
    unit: Measured
    lines: list[SummaryLine]


class SummaryColumn(Body):
    """unit: in what its numbers are counted; null for texts and days."""

    label: SummaryText
    unit: Measured | None


class SummaryGrid(Body):
    """rows: a cell for each column. more: rows that are not shown. heat: colour shares by how large they are."""

    columns: list[SummaryColumn]
    rows: list[list[SummaryText | float | None]]
    more: int = 0
    heat: bool = False


class Summary(Body):
    """The first figure is the number that counts most. lines: what is said in sentences, the most important first."""

    figures: list[SummaryFigure]
    lines: list[SummaryText] = Field(default_factory=list)
    picture: SummaryPicture | None = None
    grid: SummaryGrid | None = None


ROWS = 12
"""Rows of a table on a tile."""
LINES = 6
"""Lines of a picture."""
SENTENCES = 5
"""Sentences on a tile."""


def said(zh: str, en: str) -> SummaryText:
    return SummaryText(zh=zh, en=en)


def named(text: Any) -> SummaryText:
    """What people named themselves; a dash where there is no name."""
    shown = str(text) if text not in (None, "") else "–"
    return SummaryText(zh=shown, en=shown)


def figure(zh: str, en: str, value: Any, unit: Measured, *, adds: bool = False) -> SummaryFigure:
    """A number with its name. adds: a sum over people; a number of people is always one."""
    return SummaryFigure(label=said(zh, en), value=None if value is None else float(value), unit=unit, adds=adds or unit == "people")


def of_everybody(one: SummaryFigure, percent: float) -> SummaryFigure:
    """The figure of a sample of ``percent`` of the people, with what a sum would be of all of them."""
    whole = round(one.value * 100 / percent) if one.adds and one.value is not None else None
    return one.model_copy(update={"whole": whole})


def column(zh: str, en: str, unit: Measured | None = None) -> SummaryColumn:
    return SummaryColumn(label=said(zh, en), unit=unit)


def grid(columns: list[SummaryColumn], rows: list[list[Any]], *, heat: bool = False) -> SummaryGrid:
    """A table, cut where it gets long."""
    shown = [[named(cell) if isinstance(cell, str) else cell for cell in row] for row in rows[:ROWS]]
    return SummaryGrid(columns=columns, rows=shown, more=max(0, len(rows) - ROWS), heat=heat)


def group_name(group: Any) -> SummaryText:
    """One part of a breakdown, as reports name it: null for everything."""
    if group is None:
        return said("全部", "All")
    if isinstance(group, dict):
        if group.get("other"):
            return said("其他", "Others")
        if group.get("of") == "segment":
            return said("在分群中", "In the segment") if group["value"] == "in" else said("不在分群中", "Not in it")
        value = group.get("value", group.get("segment"))
        return said("未设置", "Not set") if value in (None, "") else named(value)
    return said("未设置", "Not set") if group == "" else named(group)
