"""Which way did each visit take? Pure functions over people's events in order; nothing here reads the warehouse.

A **visit** is a stretch of a person's steps and goals without a pause of ``gap_ms``. It gives one **walk**: the names around its anchor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from uems.journeys.reports._stories import Stories

Direction: TypeAlias = Literal["from", "to", "around"]
Codes = npt.NDArray[np.int64]

NODE: Final = 1
ANCHOR: Final = 2
GOAL: Final = 4
"""Bits of the column ``mask``: the event is a step of the way, where walks are anchored, what they are to lead to."""
NOTHING: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What to look at. levels: places relative to the anchor, in order. anchored: by an event; else the visit's first or last one."""

    direction: Direction
    levels: Sequence[int]
    anchored: bool
    collapse: bool
    gap_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Walks:
    """One row a walk. name: the code at each level, NOTHING where the visit does not go so far; at: its time. goal_after: whether the
    goal comes then or later in the visit. Shapes (walks,) and (walks, levels)."""

    person: npt.NDArray[np.uint64]
    name: Codes
    at: npt.NDArray[np.int64]
    goal_after: npt.NDArray[np.bool_]


def nowhere(way: Way) -> Walks:
    """No walk at all."""
    none = np.zeros((0, len(way.levels)), np.int64)
    return Walks(person=np.zeros(0, np.uint64), name=none, at=none, goal_after=none.astype(np.bool_))


def walks(told: Stories, way: Way) -> Walks:
    """The walk of every visit that has an anchor. Columns: ``mask`` and ``code``, the number of the event's name."""
    size = len(told)
    if not size:
        return nowhere(way)
    new = np.ones(size, np.bool_)
    new[1:] = (told.person[1:] != told.person[:-1]) | (told.at[1:] - told.at[:-1] >= way.gap_ms)
    visit = np.cumsum(new) - 1
    mask = told.columns["mask"]
    last_goal = _last_of_visit(visit, (mask & GOAL) != 0)
    rows, mask = _nodes(told, visit, mask, way.collapse)
    owner = visit[rows]
    anchors = _anchors(owner, mask, way)
    person, home = told.person[rows[anchors]], owner[anchors]
    # Level by level, and kept so: whoever reads a level reads no other one.
    name = np.full((len(anchors), len(way.levels)), NOTHING, np.int64, order="F")
    at = np.zeros(name.shape, np.int64, order="F")
    goal = np.zeros(name.shape, np.bool_, order="F")
    for number, level in enumerate(way.levels):
        place = anchors + level
        there = np.flatnonzero((place >= 0) & (place < len(rows)))
        there = there[owner[place[there]] == home[there]]
        chosen = rows[place[there]]
        name[there, number] = told.columns["code"][chosen]
        at[there, number] = told.at[chosen]
        goal[there, number] = last_goal[home[there]] >= chosen
    return Walks(person=person, name=name, at=at, goal_after=goal)


def _last_of_visit(visit: Codes, hit: npt.NDArray[np.bool_]) -> Codes:
    """The last row of each visit with a hit; -1 without one."""
    last = np.full(int(visit[-1]) + 1, -1)
    rows = np.flatnonzero(hit)
    last[visit[rows]] = rows  # of several values for one place the last one stays
    return last


def _nodes(told: Stories, visit: Codes, mask: npt.NDArray[Any], collapse: bool) -> tuple[Codes, npt.NDArray[Any]]:
    """The rows that are steps of the way, and their masks; of a run of one name the first, with the bits of all."""
    rows = np.flatnonzero((mask & NODE) != 0)
    if not collapse or not len(rows):
        return rows, mask[rows]
    code = told.columns["code"][rows]
    owner = visit[rows]
    opens = np.ones(len(rows), np.bool_)
    opens[1:] = (owner[1:] != owner[:-1]) | (code[1:] != code[:-1])
    firsts = np.flatnonzero(opens)
    return rows[firsts], np.bitwise_or.reduceat(mask[rows], firsts)


def _anchors(visit: Codes, mask: npt.NDArray[Any], way: Way) -> Codes:
    """One place among the nodes for each visit that has an anchor: the last for walks to it, else the first."""
    places = np.flatnonzero((mask & ANCHOR) != 0) if way.anchored else np.arange(len(visit))
    owner = visit[places]
    changes = owner[1:] != owner[:-1]
    keep: npt.NDArray[np.bool_] = np.append(changes, True) if way.direction == "to" else np.append(True, changes)
    return np.asarray(places[keep[: len(places)]])


def joined(parts: Sequence[Walks]) -> Walks:
    """All parts as one."""
    return Walks(
        person=np.concatenate([part.person for part in parts]),
        name=np.concatenate([part.name for part in parts]),
        at=np.concatenate([part.at for part in parts]),
        goal_after=np.concatenate([part.goal_after for part in parts]),
    )


def with_others(found: Walks, names: Sequence[str], most: int, other: int) -> Codes:
    """The codes at each level, with all but the ``most`` frequent of the level as ``other``; ties go by the alphabet."""
    whole = found.name.copy(order="F")
    for level in range(whole.shape[1]):
        column = whole[:, level]
        numbers = np.bincount(column[column >= 0], minlength=other + 1)
        known = sorted(np.flatnonzero(numbers[:other]).tolist(), key=lambda code: (-int(numbers[code]), names[code].encode()))
        rare = ~np.isin(column, known[:most]) & (column != NOTHING)
        column[rare] = other
    return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Rows by their key: those of key k are ``order[starts[k] : starts[k + 1]]``, in the order in which they were."""

    order: Codes
    starts: Codes


def by_key(keys: Codes, size: int) -> Sorted:
    """All keys are below ``size``."""
    # Numbers of 16 bits are sorted digit by digit, several times faster than by comparing.
    order = np.argsort(keys.astype(np.uint16) if size <= 2**16 else keys, kind="stable")
    return Sorted(order=order, starts=np.append(0, np.cumsum(np.bincount(keys, minlength=size))))


def distinct(person: npt.NDArray[Any], rows: Sorted) -> Codes:
    """How many different people each key has. person: sorted."""
    whose = person[rows.order]
    opens = np.ones(len(whose), np.bool_)
    opens[1:] = whose[1:] != whose[:-1]
    # Where a key begins somebody is new, whoever was the last of the key before.
    opens[rows.starts[:-1][rows.starts[:-1] < len(whose)]] = True
    return np.diff(np.append(0, np.cumsum(opens))[rows.starts])
