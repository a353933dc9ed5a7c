"""How many get through the steps, where are they lost, and how long does it take?

An attempt begins with an event of the first step within the period; later steps count until its window ends, also after the
period. ``count`` "people": everybody once, by the attempt that got furthest, of several such the earliest. "entries": attempts one
after another; the next begins with the first event of step one after the one before was over. Orders: "ordered", other events
may come between; "strict", none may; "any", steps in any order, where ``anchored`` ones keep their place.

data: ``steps`` their names; ``lines`` one a group (null: everybody): ``steps`` with ``count``, ``lost`` (went no further),
``of_first``, ``of_previous``, ``median_seconds`` from the step before and ``median_seconds_from_first``; ``conversion``; ``time`` from
first to last step of those who finished: ``average_seconds``, ``median_seconds``, ``p25_seconds``, ``p75_seconds``, ``p90_seconds``;
``histogram`` of that time over ``bins``, edges in seconds. A group is the value of the event that began the attempt. In order "any",
step k stands for "k of the steps". Cell: ``step`` from 1, ``outcome`` "reached" or "lost", or ``bin`` of the histogram.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field, field_validator, model_validator

from uems.journeys.registry import Answer
from uems.journeys.reports._arrays import Counts, different
from uems.journeys.reports._ask import NOBODY, Ask, People, Query, answer, ask, group_code, group_place, groups, no_answer, top_values
from uems.journeys.reports._attempts import Exclusion as Barrier
from uems.journeys.reports._attempts import Plan, attempts, best, one_after_another
from uems.journeys.reports._furthest import furthest
from uems.journeys.reports._hours import milliseconds
from uems.journeys.reports._likely import codes_among, likely_values, proved, tallied
from uems.journeys.reports._spec import Asked, Breakdown, Cell, Dimension, Group, Step
from uems.journeys.reports._stories import Column, Stories, each_part, segments
from uems.journeys.reports._times import BINS, bin_of, spread
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql, join

MAX_WINDOW: Final = 366 * 86_400


class Exclusion(Step):
    """An event that ends an attempt if it comes after step ``after`` and before step ``before``, counted from 1."""

    after: int = Field(1, strict=True, ge=1)
    before: int | None = Field(None, strict=True, ge=2, description="Left out: the last step.")


class Config(Asked):
    """Two to twenty steps."""

    steps: list[Step] = Field(min_length=2, max_length=20)
    order: Literal["ordered", "strict", "any"] = "ordered"
    anchored: list[int] = Field([], description="In order any: steps, counted from 1, that everything else stays before or after.")
    window_seconds: int = Field(7 * 86_400, strict=True, description="How long after its first event an attempt lasts, to the millisecond.")
    count: Literal["people", "entries"] = "people"
    exclusions: list[Exclusion] = Field([], max_length=5)
    hold: list[Dimension] = Field([], max_length=3, description="All events of an attempt have the same value of each; it must be set.")
    breakdown: Breakdown | None = None

    @field_validator("window_seconds")
    @classmethod
    def _bounded(cls, value: int) -> int:
        if not 1 <= value <= MAX_WINDOW:
            raise ValueError(f"window_seconds is {value}; must be 1 to {MAX_WINDOW}. Use 86400 for one day")
        return value

    @model_validator(mode="after")
    def _fitting(self) -> "Config":
        if self.exclusions and self.order != "ordered":
            raise ValueError(f"exclusions need order ordered, not {self.order}; in strict order every other event excludes")
        for one in self.exclusions:
            if not one.after < (one.before or len(self.steps)) <= len(self.steps):
                raise ValueError(f"an exclusion after step {one.after} and before {one.before} does not lie between two steps")
        if self.anchored and self.order != "any":
            raise ValueError("anchored steps need order any; in the other orders every step keeps its place")
        if not set(self.anchored) <= set(range(1, len(self.steps) + 1)):
            raise ValueError(f"anchored are {self.anchored}; there are steps 1 to {len(self.steps)}")
        for block in _blocks(self):
            kinds = [(self.steps[n].event, str(self.steps[n].filter)) for n in block]
            if len(set(kinds)) < len(kinds):
                raise ValueError("two steps of any order are the same, so one event would do both; use order ordered")
        return self


def _blocks(spec: Config) -> list[list[int]]:
    """Steps by their place from 0: each alone, but neighbours without an anchor together in order any."""
    if spec.order != "any":
        return [[number] for number in range(len(spec.steps))]
    found: list[list[int]] = []
    for number in range(len(spec.steps)):
        loose = number + 1 not in spec.anchored
        if loose and found and found[-1][-1] + 1 not in spec.anchored:
            found[-1].append(number)
        else:
            found.append([number])
    return found


class FunnelCell(Cell):
    """Those whose attempt did at least so many steps, exactly so many, or took so long to do all."""

    step: int = Field(1, strict=True, ge=1)
    outcome: Literal["reached", "lost"] = "reached"
    bin: int | None = Field(None, strict=True, ge=0, description="Place in the histogram; then step and outcome do not matter.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The attempts that count. after_ms: for each step the time since the entry, -1 where it was not reached; shape (n, steps).
    begun: how many events could begin an attempt, by their group."""

    person: People
    reached: npt.NDArray[np.int64]
    group: npt.NDArray[Any]
    after_ms: npt.NDArray[np.int64]
    begun: Counts = field(default_factory=lambda: np.zeros(1, np.int64))


class Funnel:
    """Steps, and who goes through them."""

    key = "funnel"
    label_zh = "漏斗"
    label_en = "Funnel"
    Config = Config
    sample = Config(steps=[Step(event="Product Viewed"), Step(event="Product Added"), Step(event="Order Completed")], last_days=30)
    Cell = FunnelCell
    sample_cell = FunnelCell(step=1, outcome="lost")

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """Counts, times and groups of all attempts that count."""
        assert isinstance(spec, Config)
        named = [*spec.steps, *spec.exclusions]
        asked = ask(house, scope, spec, now)
        if asked is None:
            return no_answer(house, scope, spec, _data(spec, [], _nothing(spec)), named)
        words, found = _grouped(asked, spec)
        return answer(asked, _data(spec, words, found), named)

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Whose attempts the number counts."""
        assert isinstance(spec, Config)
        assert isinstance(cell, FunnelCell)
        if cell.step > len(spec.steps):
            raise invalid("cell.step", cell.step, f"must be 1 to {len(spec.steps)}.")
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        words, found = _grouped(asked, spec)
        place = group_place(spec.breakdown, words, cell.group)
        chosen = np.ones(len(found.person), np.bool_) if place is None else found.group == place
        if cell.bin is not None:
            taken = found.after_ms[:, -1]
            chosen &= (taken >= 0) & (bin_of(taken, _bins(spec)) == cell.bin)
        else:
            chosen &= found.reached >= cell.step if cell.outcome == "reached" else found.reached == cell.step
        return different(found.person[chosen])


def _grouped(asked: Ask, spec: Config) -> tuple[list[str], Run]:
    """The values with a group of their own, and every attempt with its group."""
    first = [spec.steps[n] for n in _blocks(spec)[0]]
    if spec.breakdown is not None:
        [values] = likely_values(asked, [spec.breakdown], first)
        if values is not None:
            found = _attempted(asked, spec, values)
            words = proved(values, found.begun, spec.breakdown.limit)
            if words is not None:
                return words, replace(found, group=codes_among(values, words)[found.group])
    words = top_values(asked, spec.breakdown, first)
    return words, _attempted(asked, spec, words)


def _nothing(spec: Config) -> Run:
    none = np.zeros(0, np.int64)
    return Run(person=NOBODY, reached=none, group=none, after_ms=np.zeros((0, len(spec.steps)), np.int64))


def _attempted(asked: Ask, spec: Config, words: list[str]) -> Run:
    """Every attempt that counts, of all people."""
    kinds: list[Step] = [*spec.steps, *spec.exclusions]
    strict = spec.order == "strict"

    def wanted(query: Query) -> tuple[Mapping[str, Column], Sql]:
        columns = {"mask": Column(sql=query.mask_sql([(kind, 1 << n) for n, kind in enumerate(kinds)]), bits=len(kinds))}
        if spec.breakdown is not None:
            columns["part"] = Column(sql=group_code(query, spec.breakdown, words), bits=len(words).bit_length())
        if spec.hold:
            columns["lane"] = Column(sql=_lane(query, spec.hold), bits=64)
        return columns, query.step_sql(Step()) if strict else query.any_sql(kinds)

    read = [Step()] if strict else kinds
    end = milliseconds(asked.period.end)

    def work(told: Stories) -> Run:
        return replace(_walk(told, spec, end), begun=_begun(told, spec, end, words))

    until = asked.period.end + timedelta(seconds=spec.window_seconds)
    parts = each_part(asked, wanted, read, asked.period.start, until, work)
    return Run(
        person=np.concatenate([part.person for part in parts]),
        reached=np.concatenate([part.reached for part in parts]),
        group=np.concatenate([part.group for part in parts]),
        after_ms=np.concatenate([part.after_ms for part in parts]),
        begun=np.sum([part.begun for part in parts], axis=0),
    )


def _begun(told: Stories, spec: Config, end: int, words: Sequence[str]) -> Counts:
    """How many events of the period are of a first step, by their group."""
    if "part" not in told.columns:
        return np.zeros(1, np.int64)
    mask = told.columns["mask"]
    first = np.bitwise_or.reduce([1 << bit for bit in _blocks(spec)[0]])
    return tallied(told.columns["part"], ((mask & mask.dtype.type(first)) != 0) & (told.at < end), words)


def _lane(query: Query, hold: Sequence[Dimension]) -> Sql:
    """A number that stands for the held values; 0 where one is not set. Two lists of values meet once in 2^64."""
    texts = [query.text_sql(one) for one in hold]
    unset = join(Sql(" OR "), [Sql(f"{text} = ''") for text in texts])
    return Sql(f"if({unset}, 0, greatest(1, sipHash64({join(Sql(', '), texts)})))")


def _walk(told: Stories, spec: Config, end: int) -> Run:
    """The attempts of some people. end: of the period, in milliseconds."""
    barriers = [
        Barrier(bit=len(spec.steps) + n, after=one.after - 1, before=(one.before or len(spec.steps)) - 1)
        for n, one in enumerate(spec.exclusions)
    ]
    if _is_plain(spec):
        plain = furthest(told.person, told.at, told.columns["mask"], end, range(len(spec.steps)), spec.window_seconds * 1000)
        if plain is not None:
            group = _groups_of(told, plain.entry)
            return Run(person=told.person[plain.entry], reached=plain.reached, group=group, after_ms=plain.after_ms)
    strict = spec.order == "strict"
    plan = Plan(blocks=_blocks(spec), window_ms=spec.window_seconds * 1000, exclusions=barriers, strict=strict)
    order = np.arange(len(told))
    segment = segments(told.person)
    mask = told.columns["mask"]
    if spec.hold:
        lane = told.columns["lane"]
        if strict:
            # Neighbours stay neighbours; where the value changes nothing goes on.
            mask = np.where(lane == 0, mask.dtype.type(0), mask)
            segment = segments(told.person, lane)
        else:
            rows = np.lexsort((order, lane, told.person))
            rows = rows[lane[rows] != 0]
            told, order, mask = told.take(rows), order[rows], mask[rows]
            segment = segments(told.person, told.columns["lane"])
    found = attempts(segment, told.at, mask, told.at < end, plan)
    chosen = best(found, told.person, order) if spec.count == "people" else one_after_another(found, segment, told.at, plan)
    entry, place = found.entry[chosen], found.place[chosen]
    after = np.append(told.at, 0)[place] - told.at[entry][:, None]
    after[place == len(told)] = -1
    return Run(person=told.person[entry], reached=found.reached[chosen], group=_groups_of(told, entry), after_ms=after)


def _is_plain(spec: Config) -> bool:
    """Whether it is asked as most funnels are, for which there is a short way."""
    return spec.order == "ordered" and spec.count == "people" and not spec.exclusions and not spec.hold


def _groups_of(told: Stories, entry: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return told.columns["part"][entry] if "part" in told.columns else np.zeros(len(entry), np.uint8)


def _bins(spec: Config) -> list[int]:
    """The lower edges of the histogram, in seconds, as far as the window goes."""
    return [edge for edge in BINS if edge <= spec.window_seconds]


def _data(spec: Config, words: list[str], found: Run) -> dict[str, Any]:
    names = [{"name": step.title, "event": step.event} for step in spec.steps]
    lines = [_line(spec, found, None, np.arange(len(found.person)))]
    if spec.breakdown is not None:
        for place, group in enumerate(groups(spec.breakdown, words)):
            chosen = np.flatnonzero(found.group == place)
            if group is not None and (not group.other or len(chosen)):
                lines.append(_line(spec, found, group, chosen))
    kept = {"order": spec.order, "count": spec.count, "window_seconds": spec.window_seconds}
    return {**kept, "steps": names, "bins": _bins(spec), "lines": lines}


def _line(spec: Config, found: Run, group: Group | None, chosen: npt.NDArray[np.int64]) -> dict[str, Any]:
    """chosen: the places of the attempts that count."""
    size = len(spec.steps)
    lost = np.bincount(found.reached[chosen], minlength=size + 1)
    counts = [int(count) for count in np.cumsum(lost[::-1])[::-1][1:]]
    there, steps = chosen, []
    for number, count in enumerate(counts):
        # Few of those of a step are at the next, and only they have times.
        there = there[found.after_ms[there, number] >= 0] if number else there
        taken = found.after_ms[there, number]
        steps.append(
            {
                "count": count,
                "lost": int(lost[number + 1]) if number + 1 < size else 0,
                "of_first": count / counts[0] if counts[0] else None,
                "of_previous": None if not number or not counts[number - 1] else count / counts[number - 1],
                "median_seconds": _median(taken - found.after_ms[there, number - 1]) if number else None,
                "median_seconds_from_first": _median(taken) if number else None,
            }
        )
    histogram = np.bincount(bin_of(taken, _bins(spec)), minlength=len(_bins(spec))).tolist()
    shown = None if group is None else group.model_dump()
    conversion = counts[-1] / counts[0] if counts[0] else None
    return {"group": shown, "steps": steps, "conversion": conversion, "time": spread(taken), "histogram": histogram}


def _median(ms: npt.NDArray[np.int64]) -> float | None:
    return float(np.median(ms)) / 1000 if len(ms) else None


ITEM = Funnel()
