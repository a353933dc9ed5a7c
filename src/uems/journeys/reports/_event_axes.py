"""By which columns and properties of events does the finder slice, and by which of their values?

Values of many events are guessed and proved as ``_likely`` says; the codes of the guess become those of the values that stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from uems.collect import api as collect
from uems.journeys.bottleneck.model import Axis, SliceKind, Units
from uems.journeys.reports._arrays import Counts
from uems.journeys.reports._ask import Ask, top_values_of
from uems.journeys.reports._likely import codes_among, likely_values, proved
from uems.journeys.reports._passages import EventAxis, Passages, Ways
from uems.journeys.reports._people_axes import PeopleAxis, Skipped
from uems.journeys.reports._spec import EventBreakdown, Step


def event_axes(asked: Ask, by: Sequence[EventBreakdown], steps: Sequence[Step], *, guess: bool) -> list[EventAxis]:
    """An axis for each dimension. guess: those of many events may have guessed words."""
    likely = likely_values(asked, by, steps) if guess else [None] * len(by)
    looked = [one for one, words in zip(by, likely, strict=True) if words is None]
    ranked = iter(top_values_of(asked, looked, steps) if looked else [])
    return [
        EventAxis(by=one, words=next(ranked)) if words is None else EventAxis(by=one, words=words, guessed=True)
        for one, words in zip(by, likely, strict=True)
    ]


def settled(ways: Ways, found: Sequence[Passages], tallies: Mapping[int, Counts]) -> tuple[Ways, list[Passages]] | None:
    """The same with the most frequent words of each guessed axis, by a look at all that was read; None: a guess does not hold.

    tallies: of each guessed axis, by its place.
    """
    axes, codes = list(ways.axes), {}
    for place, counts in tallies.items():
        axis = axes[place]
        assert isinstance(axis, EventAxis)
        words = proved(axis.words, counts, axis.by.limit)
        if words is None:
            return None
        axes[place], codes[place] = EventAxis(by=axis.by, words=words), codes_among(axis.words, words)
    return replace(ways, axes=axes), [_recoded(one, codes) for one in found]


def _recoded(one: Passages, codes: Mapping[int, npt.NDArray[np.uint8]]) -> Passages:
    units, daily = one.units.codes.copy(), list(one.daily)
    for place, code in codes.items():
        units[place] = code[units[place]]
        # Everybody's are the first.
        daily[place + 1] = _added(daily[place + 1], code)
    return replace(one, units=replace(one.units, codes=units), daily=daily)


def _added(daily: npt.NDArray[Any], code: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    found = np.zeros((int(code[-1]) + 1, *daily.shape[1:]), np.int64)
    np.add.at(found, code, daily)
    return found


def without(ways: Ways, found: Sequence[Passages], places: Sequence[int]) -> tuple[Ways, list[Passages]]:
    """The same without some of the axes."""
    kept = [n for n in range(len(ways.axes)) if n not in places]
    if len(kept) == len(ways.axes):
        return ways, list(found)

    def less(one: Passages) -> Passages:
        units: Units = replace(one.units, codes=one.units.codes[kept])
        return replace(one, units=units, daily=[one.daily[0], *(one.daily[n + 1] for n in kept)])

    return replace(ways, axes=[ways.axes[n] for n in kept]), [less(one) for one in found]


def is_single(axis: EventAxis | PeopleAxis) -> bool:
    """Whether it has one value at most, and that is sure."""
    return isinstance(axis, EventAxis) and not axis.guessed and len(axis.words) < 2


def _kind_of(axis: EventAxis) -> tuple[SliceKind, str]:
    return ("column", axis.by.column) if axis.by.column is not None else ("property", axis.by.property or "")


def one_value(axis: EventAxis | PeopleAxis) -> Skipped:
    kind, name = _kind_of(axis) if isinstance(axis, EventAxis) else (axis.kind, axis.name)
    return Skipped(kind=kind, name=name, reason="one_value")


def told_axes(axes: Sequence[EventAxis | PeopleAxis]) -> list[Axis]:
    """What they are called."""
    labels = {one.name: one for one in collect.EVENT_COLUMNS}
    told = []
    for axis in axes:
        if isinstance(axis, EventAxis):
            kind, name = _kind_of(axis)
            label = labels.get(name) if kind == "column" else None
            zh, en = (label.label_zh, label.label_en) if label else (name, name)
            told.append(Axis(kind=kind, name=name, values=axis.words, label_zh=zh, label_en=en))
        else:
            told.append(Axis(kind=axis.kind, name=axis.name, values=axis.words, label_zh=axis.label_zh, label_en=axis.label_en))
    return told
