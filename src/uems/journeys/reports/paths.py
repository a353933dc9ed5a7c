"""Which ways do people go: from an event, to one, or around one? And where do they stop?

A visit is a stretch of steps (and goals) without a pause of ``gap_seconds``. Each visit gives at most one path: from the first anchor
in it (or its first step), to the last one (or its last step), or around the first one. ``steps`` counts the anchor too. Names are
those of events, or the paths of pages; ``groups`` give one name to all in which a pattern is found. ``repeats`` "collapse" takes a run
of one name as one step, at the time of its first event; "keep" shows loops. On each level the ``limit`` most frequent names are shown
and the rest together; names beyond the 2,000 most frequent of the period are never shown by themselves.

data: ``paths`` and ``people`` in all; ``levels``; ``nodes`` one entry each: ``level``, ``name`` (null: all others), ``paths``, ``people``,
``share`` of all paths, ``ended`` paths with nothing next to it, away from the anchor; ``links``: ``level`` of the first of the two,
``from``, ``to``, ``paths``, ``people``, ``of_from`` and ``of_to`` as shares of their paths, ``median_seconds``, ``average_seconds``, and
with a ``goal`` ``converted`` paths that reach it then or later in the visit, and ``conversion``. Cell: ``level`` and ``name`` of a node,
with ``ended`` those who stopped there, with ``link`` those who went on to ``to``, with ``converted`` too those of them who reached the
goal; without a ``level`` everybody with a path.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import numpy as np
import re2
from pydantic import BaseModel, Field, model_validator

from uems.journeys.registry import Answer
from uems.journeys.reports._arrays import different, numbered
from uems.journeys.reports._ask import NOBODY, Ask, People, Query, answer, ask, no_answer
from uems.journeys.reports._spec import ANY, Asked, Spec, Step
from uems.journeys.reports._stories import Column, each_part
from uems.journeys.reports._walks import (
    ANCHOR,
    GOAL,
    NODE,
    NOTHING,
    Codes,
    Direction,
    Walks,
    Way,
    by_key,
    distinct,
    joined,
    nowhere,
    walks,
    with_others,
)
from uems.kernel.edge import Key, Name
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql, join

MAX_NAMES: Final = 2_000


class Pattern(Spec):
    """One name for all names in which the pattern (RE2) is found; the first that fits counts."""

    pattern: str = Field(min_length=1, max_length=500)
    name: Name

    @model_validator(mode="after")
    def _compiles(self) -> "Pattern":
        try:
            re2.compile(self.pattern)
        except re2.error as error:
            # The library tells it in bytes.
            told = b"; ".join(part for part in error.args if isinstance(part, bytes)).decode(errors="replace")
            raise ValueError(f"the pattern {self.pattern!r} cannot be read: {told or error}") from error
        return self


class Config(Asked):
    """Paths of two to ten steps, on each side of the anchor."""

    direction: Direction = "from"
    anchor: Step | None = Field(None, description="Left out: the first event of a visit, or the last for paths to it.")
    steps: int = Field(5, strict=True, ge=2, le=10)
    name_by: Literal["event", "page"] = Field("event", description="page: a page view is named by its path.")
    only: list[Step] = Field([], max_length=50, description="The events that are steps of a path; left out: all.")
    hide: list[Key] = Field([], max_length=200, description="Names of events that are none; the anchor always is.")
    groups: list[Pattern] = Field([], max_length=50)
    repeats: Literal["collapse", "keep"] = "collapse"
    gap_seconds: int = Field(1800, strict=True, ge=1, le=30 * 86_400)
    goal: Step | None = Field(None, description="What paths are to lead to.")
    limit: int = Field(8, strict=True, ge=1, le=50, description="How many names are shown on each level.")

    @model_validator(mode="after")
    def _fitting(self) -> "Config":
        if self.direction == "around" and self.anchor is None:
            raise ValueError("paths around an event need an anchor")
        return self


class PathCell(Spec):
    """The people of a node, of those who ended there, or of a link; a name of null stands for all others."""

    level: Annotated[int, Field(strict=True, ge=-9, le=9)] | None = Field(None, description="Left out: every path, whatever its steps.")
    name: str | None = None
    ended: bool = False
    link: bool = Field(False, description="A link from this node to the one called to on the next level.")
    to: str | None = None
    converted: bool = Field(False, description="Of a link: only paths that reach the goal then or later in the visit.")

    @model_validator(mode="after")
    def _fitting(self) -> "PathCell":
        if self.level is None and (self.name is not None or self.ended or self.link or self.to is not None):
            raise ValueError("name, ended, link and to are those of a level; give the level, or leave them out for all paths")
        if self.converted and not self.link:
            raise ValueError("converted is told of links; give link and to as well")
        return self


class Paths:
    """The ways that people go."""

    key = "paths"
    label_zh = "路径"
    label_en = "Paths"
    Config = Config
    sample = Config(last_days=7)
    Cell = PathCell
    sample_cell = PathCell(level=0, ended=True)

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """Nodes and links with their paths, people, times and conversions."""
        assert isinstance(spec, Config)
        steps = [*spec.only, *(one for one in (spec.anchor, spec.goal) if one is not None)]
        asked = ask(house, scope, spec, now)
        levels = _levels(spec)
        if asked is None:
            return no_answer(house, scope, spec, {"paths": 0, "people": 0, "levels": levels, "nodes": [], "links": []}, steps)
        names, found, shown = _walked(asked, spec)
        data = {
            "paths": len(found.person),
            "people": len(different(found.person)),
            "levels": levels,
            "nodes": _node_rows(spec, names, found, shown),
            "links": _link_rows(spec, names, found, shown),
        }
        return answer(asked, data, steps)

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Whose paths a node, a link, or the whole answer counts."""
        assert isinstance(spec, Config)
        assert isinstance(cell, PathCell)
        levels = _levels(spec)
        if cell.level is not None and (cell.level not in levels or (cell.link and cell.level + 1 not in levels)):
            raise invalid("cell.level", cell.level, f"must be one of {levels}, for a link not the last.")
        if cell.converted and spec.goal is None:
            raise invalid("cell.converted", True, "needs a goal in the spec.")
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        names, found, shown = _walked(asked, spec)
        if cell.level is None:
            return different(found.person)
        level = levels.index(cell.level)
        chosen = shown[:, level] == _code(names, cell.name)
        if cell.link:
            chosen &= shown[:, level + 1] == _code(names, cell.to)
            if cell.converted:
                chosen &= found.goal_after[:, level + 1]
        elif cell.ended:
            chosen &= _ended(spec, shown, level)
        return different(found.person[chosen])


def _levels(spec: Config) -> list[int]:
    back = 0 if spec.direction == "from" else spec.steps - 1
    on = 0 if spec.direction == "to" else spec.steps - 1
    return list(range(-back, on + 1))


def _code(names: Sequence[str], name: str | None) -> int:
    if name is None:
        return len(names)
    if name not in names:
        raise invalid("cell.name", name, "must be the name of a node of the answer.")
    return names.index(name)


def _walked(asked: Ask, spec: Config) -> tuple[list[str], Walks, Codes]:
    """The names by their code, every walk, and its codes with rare ones as the code after the last name."""
    names = _names(asked, spec)
    other = len(names)

    def wanted(query: Query) -> tuple[Mapping[str, Column], Sql]:
        node = _node(query, spec)
        bits = [Sql(f"toUInt8({node}) * {NODE}")]
        where = node
        marked = [(step, bit) for step, bit in ((spec.anchor, ANCHOR), (spec.goal, GOAL)) if step is not None]
        if marked:
            bits.append(query.mask_sql(marked))
        if spec.goal is not None:
            where = Sql(f"({node} OR {query.step_sql(spec.goal)})")
        codes = query.bind(list(range(other)), "Array(UInt16)")
        code = Sql(f"transform({_name(query, spec)}, {query.bind(names, 'Array(String)')}, {codes}, toUInt16({other}))")
        columns = {"mask": Column(sql=join(Sql(" + "), bits), bits=3), "code": Column(sql=code, bits=other.bit_length())}
        return columns, where

    way = Way(
        direction=spec.direction,
        levels=_levels(spec),
        anchored=spec.anchor is not None,
        collapse=spec.repeats == "collapse",
        gap_ms=spec.gap_seconds * 1000,
    )
    read = [*(spec.only or [ANY]), *(one for one in (spec.anchor, spec.goal) if one is not None)]
    if not names:
        return [], nowhere(way), np.zeros((0, len(way.levels)), np.int64)
    parts = each_part(asked, wanted, read, asked.period.start, asked.period.end, lambda told: walks(told, way))
    found = joined(parts)
    return names, found, with_others(found, names, spec.limit, other)


def _node(query: Query, spec: Config) -> Sql:
    """The condition of an event that is a step of a path."""
    which = query.any_sql(spec.only) if spec.only else query.step_sql(ANY)
    if spec.hide:
        which = Sql(f"({which} AND event NOT IN {query.bind(list(spec.hide), 'Array(String)')})")
    return which if spec.anchor is None else Sql(f"({which} OR {query.step_sql(spec.anchor)})")


def _name(query: Query, spec: Config) -> Sql:
    """The name of an event, as its group says."""
    name = Sql("event")
    if spec.name_by == "page":
        name = Sql("if(type IN ('page', 'screen') AND path != '', path, toString(event))")
    if not spec.groups:
        return name
    parts = [Sql(f"match({name}, {query.bind(one.pattern, 'String')}), {query.bind(one.name, 'String')}") for one in spec.groups]
    return Sql(f"multiIf({join(Sql(', '), parts)}, {name})")


def _names(asked: Ask, spec: Config) -> list[str]:
    query = asked.query()
    kinds = [*(spec.only or [ANY]), *([spec.anchor] if spec.anchor is not None else [])]
    if spec.name_by == "event" and spec.filter is None and not spec.of_some and all(kind.filter is None for kind in kinds):
        # The daily numbers of events know it.
        days = Sql(f"day BETWEEN {query.bind(asked.first, 'Date')} AND {query.bind(asked.last, 'Date')}")
        where = Sql(f"workspace_id = {asked.scope.workspace_id} AND {days} AND {_node(query, spec)}")
        most = Sql(f"GROUP BY word ORDER BY n DESC, word LIMIT {MAX_NAMES}")
        found = query.run(Sql(f"SELECT {_name(query, spec)} AS word, sum(events) AS n FROM event_daily WHERE {where} {most}"))
        return [str(word) for word in found.column("word").to_pylist()]
    rows = query.events_sql({"word": _name(query, spec)}, _node(query, spec))
    found = query.run(Sql(f"SELECT word, count() AS n FROM {rows} GROUP BY word ORDER BY n DESC, word LIMIT {MAX_NAMES}"))
    return [str(word) for word in found.column("word").to_pylist()]


def _ended(spec: Config, shown: Codes, level: int) -> Any:
    """Which walks have nothing next to this level, on the side that leads away from the anchor; on the outermost level none is known."""
    side = level + 1 if _levels(spec)[level] >= 0 and spec.direction != "to" else level - 1
    if not 0 <= side < shown.shape[1]:
        return np.zeros(len(shown), np.bool_)
    return (shown[:, level] != NOTHING) & (shown[:, side] == NOTHING)


def _node_rows(spec: Config, names: Sequence[str], found: Walks, shown: Codes) -> list[dict[str, Any]]:
    size = len(names) + 1
    rows: list[dict[str, Any]] = []
    for level, number in enumerate(_levels(spec)):
        here = shown[:, level] != NOTHING
        codes = shown[here, level]
        paths = np.bincount(codes, minlength=size)
        people = distinct(found.person[here], by_key(codes, size))
        ended = np.bincount(shown[_ended(spec, shown, level), level], minlength=size)
        rows += [
            {
                "level": number,
                "name": _label(names, code),
                "paths": int(paths[code]),
                "people": int(people[code]),
                "share": int(paths[code]) / len(shown),
                "ended": int(ended[code]),
            }
            for code in sorted(np.flatnonzero(paths).tolist(), key=lambda code: (-int(paths[code]), code))
        ]
    return rows


def _link_rows(spec: Config, names: Sequence[str], found: Walks, shown: Codes) -> list[dict[str, Any]]:
    size = len(names) + 1
    shown_rows: list[dict[str, Any]] = []
    for level, number in enumerate(_levels(spec)[:-1]):
        walked = np.flatnonzero((shown[:, level] != NOTHING) & (shown[:, level + 1] != NOTHING))
        keys, inverse = numbered(shown[walked, level] * size + shown[walked, level + 1], size * size)
        took = found.at[walked, level + 1] - found.at[walked, level]
        rows = by_key(inverse, len(keys))
        people = distinct(found.person[walked], rows)
        converted = np.bincount(inverse, weights=found.goal_after[walked, level + 1], minlength=len(keys))
        from_paths = np.bincount(shown[shown[:, level] != NOTHING, level], minlength=size)
        to_paths = np.bincount(shown[shown[:, level + 1] != NOTHING, level + 1], minlength=size)
        for n, key in enumerate(keys.tolist()):
            times = took[rows.order[rows.starts[n] : rows.starts[n + 1]]]
            row = {
                "level": number,
                "from": _label(names, key // size),
                "to": _label(names, key % size),
                "paths": len(times),
                "people": int(people[n]),
                "of_from": len(times) / int(from_paths[key // size]),
                "of_to": len(times) / int(to_paths[key % size]),
                "median_seconds": float(np.median(times)) / 1000,
                "average_seconds": float(times.mean()) / 1000,
            }
            if spec.goal is not None:
                row |= {"converted": int(converted[n]), "conversion": int(converted[n]) / len(times)}
            shown_rows.append(row)
    return sorted(shown_rows, key=lambda row: (row["level"], -row["paths"], row["from"] or "", row["to"] or ""))


def _label(names: Sequence[str], code: int) -> str | None:
    return names[code] if code < len(names) else None


ITEM = Paths()
