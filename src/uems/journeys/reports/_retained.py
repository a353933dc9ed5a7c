"""Who came back, of which cohort, when? By the calendar with sets of people, or by the clock of each person with their events.

Both give the same shape: how many of each (group, cohort), how many of them came back in each column, and the people of one
of these numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from uems.journeys.reports import _bits
from uems.journeys.reports._arrays import firsts
from uems.journeys.reports._ask import Ask, People, Query, group_code, numbers
from uems.journeys.reports._bits import Words
from uems.journeys.reports._buckets import Unit, bucket_of, buckets, following, last_day_of, place_sql
from uems.journeys.reports._sets import EVER, people_by_bucket, people_of_days, states
from uems.journeys.reports._spec import Breakdown, Step
from uems.journeys.reports._stories import Column, Stories, each_part, segments
from uems.kernel.clock import day_of
from uems.kernel.sql import Sql, ident, join

Mode: TypeAlias = Literal["on", "on_or_after", "bracket"]
Columns: TypeAlias = Sequence[tuple[int, int]]
"""The first and the last offset of each column; where ``mode`` is on_or_after the last does not matter."""
UNIT_MS: Final[dict[Unit, int]] = {"day": 86_400_000, "week": 7 * 86_400_000, "month": 30 * 86_400_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohorts:
    """What is asked. first_time: only the cohort of somebody's first start ever. minimum: so many returns, for mode "on"."""

    start: Step
    back: Step
    unit: Unit
    mode: Mode
    first_time: bool
    columns: Columns
    minimum: int
    breakdown: Breakdown | None
    words: Sequence[str]

    @property
    def groups(self) -> int:
        """Groups by their code; 1 without a breakdown."""
        return 1 if self.breakdown is None else len(self.words) + 1

    @property
    def furthest(self) -> int:
        return max(last for _, last in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One number of people, of one cohort or of several. column None: the whole cohorts. lost: those who did not come back."""

    cohorts: Sequence[int]
    column: int | None
    lost: bool
    group: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """sizes: shape (groups, cohorts). retained: (groups, cohorts, columns). people: of the one number that was wanted."""

    sizes: npt.NDArray[np.int64]
    retained: npt.NDArray[np.int64]
    people: People


# -- by the calendar ----------------------------------------------------------------------------------------------------------------


def by_calendar(asked: Ask, what: Cohorts, wanted: Wanted | None) -> Found:
    """Column n is the n-th bucket after that of the start; the bucket itself is column 0."""
    back = _returns(asked, what)
    grouped = _by_group(asked, what, _starts(asked, what, _known(asked, what, back)))
    cohorts = len(grouped[0])
    width = max(grouped[0].shape[1], back.shape[1])
    grouped = [_bits.matrix(list(one), width) for one in grouped]
    back = _bits.matrix(list(back), width)
    reach = _reach(back, what)
    sizes = np.array([_bits.counts(one) for one in grouped])
    retained = np.zeros((len(grouped), cohorts, len(what.columns)), np.int64)
    for cohort in range(cohorts):
        for column, (first, last) in enumerate(what.columns):
            here = reach(cohort, first, last)
            for group, one in enumerate(grouped):
                retained[group, cohort, column] = _bits.count(one[cohort] & here)
    people = np.zeros(0, np.uint64) if wanted is None else _bits.members(_union(grouped, what, reach, wanted, width))
    return Found(sizes=sizes, retained=retained, people=people)


def _union(grouped: list[Words], what: Cohorts, reach: "_Reach", wanted: Wanted, width: int) -> Words:
    """Everybody who is wanted, of any of the cohorts."""
    chosen = grouped if wanted.group is None else [grouped[wanted.group]]
    union = np.zeros(width, np.uint64)
    for cohort in wanted.cohorts:
        whole = np.bitwise_or.reduce([one[cohort] for one in chosen])
        if wanted.column is not None:
            here = reach(cohort, *what.columns[wanted.column])
            whole = whole & (~here if wanted.lost else here)
        union |= whole
    return union


def starts_by_group(asked: Ask, what: Cohorts) -> list[Words]:
    """For each group, who started in each cohort; shape (cohorts, words) each. One group without a breakdown."""
    return _by_group(asked, what, _starts(asked, what, None))


def _by_group(asked: Ask, what: Cohorts, starts: Words) -> list[Words]:
    return [starts] if what.breakdown is None else [starts & one for one in _grouped(asked, what, starts.shape)]


def _known(asked: Ask, what: Cohorts, back: Words) -> Words | None:
    """Who did it in each bucket of the period, where the returns tell it: of whole buckets, if starting and coming back are the same."""
    names = buckets(asked.first, asked.last, what.unit)
    same = (what.start.event, what.start.filter) == (what.back.event, what.back.filter) and what.minimum == 1
    whole = asked.first == names[0] and asked.last == last_day_of(names[-1], what.unit) <= day_of(asked.now, asked.scope.zone)
    return back[: len(names)] if same and whole else None


def _starts(asked: Ask, what: Cohorts, known: Words | None) -> Words:
    """Who started in each cohort; shape (cohorts, words). known: who did it in each bucket, if that was asked already."""
    found = people_by_bucket(asked, what.start, asked.first, asked.last, what.unit) if known is None else known
    if not what.first_time:
        return found
    seen = people_of_days(asked, what.start, EVER, asked.first - timedelta(days=1))
    whole = _bits.matrix([seen, *found])
    known = np.bitwise_or.accumulate(whole, axis=0)
    return np.asarray(whole[1:] & ~known[:-1])


def _returns(asked: Ask, what: Cohorts) -> Words:
    """Who came back in each bucket from the first cohort on, up to today at most."""
    first = bucket_of(asked.first, what.unit)
    end = day_of(asked.now, asked.scope.zone)
    if what.mode != "on_or_after":
        end = min(end, last_day_of(following(bucket_of(asked.last, what.unit), what.unit, what.furthest), what.unit))
    if end < first:
        return np.zeros((0, 1024), np.uint64)
    if what.minimum == 1:
        return people_by_bucket(asked, what.back, first, end, what.unit)
    query = asked.query()
    period = type(asked.period).of_days(first, end, asked.scope.zone)
    place = place_sql(first, what.unit)
    rows = query.events_sql({"place": place}, query.step_sql(what.back), period.start, period.end)
    least = query.bind(what.minimum, "UInt32")
    often = Sql(f"SELECT person, place FROM {rows} GROUP BY person, place HAVING count() >= {least}")
    found = query.run(Sql(f"SELECT place, toString(groupBitmapState(person)) AS state FROM ({often}) GROUP BY place"))
    sets = {int(row): _bits.from_state(state) for row, state in zip(numbers(found, "place", np.int64), states(found), strict=True)}
    none = np.zeros(1024, np.uint64)
    return _bits.matrix([sets.get(n, none) for n in range(len(buckets(first, end, what.unit)))])


class _Reach:
    """Who came back within some buckets after a cohort."""

    def __init__(self, back: Words, what: Cohorts) -> None:
        self._back = back
        self._until_today = np.bitwise_or.accumulate(back[::-1], axis=0)[::-1] if what.mode == "on_or_after" and len(back) else None
        self._none = np.zeros(back.shape[1], np.uint64)

    def __call__(self, cohort: int, first: int, last: int) -> Words:
        if cohort + first >= len(self._back):
            return self._none
        if self._until_today is not None:
            return np.asarray(self._until_today[cohort + first])
        return np.asarray(np.bitwise_or.reduce(self._back[cohort + first : cohort + last + 1], axis=0))


def _reach(back: Words, what: Cohorts) -> _Reach:
    return _Reach(back, what)


def _grouped(asked: Ask, what: Cohorts, shape: tuple[int, ...]) -> list[Words]:
    """For each group, who is in it by the first start in each cohort; shape (cohorts, words) each."""
    query = asked.query()
    start = bucket_of(asked.first, what.unit)
    order = ("ts", "log_offset", "log_index", "log_partition")
    columns = {
        "place": place_sql(start, what.unit),
        "code": group_code(query, what.breakdown, list(what.words)),
        **{f"o_{name}": ident(name) for name in order},
    }
    rows = query.events_sql(columns, query.step_sql(what.start))
    by = join(Sql(", "), [ident(f"o_{name}") for name in order])
    firsts = Sql(f"SELECT person, place, argMin(code, ({by})) AS part FROM {rows} GROUP BY person, place")
    found = query.run(Sql(f"SELECT place, part, toString(groupBitmapState(person)) AS state FROM ({firsts}) GROUP BY place, part"))
    whole = [np.zeros(shape, np.uint64) for _ in range(what.groups)]
    for place, part, state in zip(numbers(found, "place", np.int64), numbers(found, "part", np.int64), states(found), strict=True):
        words = _bits.from_state(state)[: shape[1]]
        whole[part][place, : len(words)] = words
    return whole


# -- by the clock of each person ----------------------------------------------------------------------------------------------------


def by_clock(asked: Ask, what: Cohorts, wanted: Wanted | None) -> Found:
    """Column n is the n-th stretch of 24 hours (7 or 30 times as long for weeks and months) after the first start in a cohort."""
    cohorts = len(buckets(asked.first, asked.last, what.unit))
    known = people_of_days(asked, what.start, EVER, asked.first - timedelta(days=1)) if what.first_time else np.zeros(0, np.uint64)
    end = asked.now
    if what.mode != "on_or_after":
        end = min(end, asked.period.end + timedelta(milliseconds=UNIT_MS[what.unit]) * (what.furthest + 1))
    # Starts count in the whole period, even beyond now; clocks of senders may run ahead.
    end = max(end, asked.period.end)

    def columns(query: Query) -> tuple[Mapping[str, Column], Sql]:
        place = place_sql(bucket_of(asked.first, what.unit), what.unit)
        # Beyond the period there is no cohort, so the place of the last plus one stands for all of that.
        inside = Sql(f"toUInt16(if(day <= {query.bind(asked.last, 'Date')}, {place}, {cohorts}))")
        found = {
            "mask": Column(sql=query.mask_sql([(what.start, 1), (what.back, 2)]), bits=2),
            "place": Column(sql=inside, bits=cohorts.bit_length()),
            "code": Column(sql=group_code(query, what.breakdown, list(what.words)), bits=len(what.words).bit_length()),
        }
        return found, query.any_sql([what.start, what.back])

    parts = each_part(
        asked, columns, [what.start, what.back], asked.period.start, end, lambda told: _clocked(told, what, cohorts, known, wanted)
    )
    return Found(
        sizes=np.sum([part.sizes for part in parts], axis=0),
        retained=np.sum([part.retained for part in parts], axis=0),
        people=np.concatenate([part.people for part in parts]),
    )


def _clocked(told: Stories, what: Cohorts, cohorts: int, known: Words, wanted: Wanted | None) -> Found:
    """The same for some people, cohort by cohort."""
    sizes = np.zeros((what.groups, cohorts), np.int64)
    retained = np.zeros((what.groups, cohorts, len(what.columns)), np.int64)
    people: list[People] = []
    segment = segments(told.person)
    persons = told.person[np.flatnonzero(np.append(True, segment[1:] != segment[:-1]))] if len(told) else told.person
    starts = np.flatnonzero((told.columns["mask"] & 1) != 0)
    if what.first_time and len(starts):
        before = np.append(_bits.flags(known), np.zeros(64, np.bool_))
        new = ~before[np.minimum(told.person[starts], len(before) - 1).astype(np.int64)]
        starts = starts[new]
        starts = starts[firsts(segment[starts])]
    back = np.flatnonzero((told.columns["mask"] & 2) != 0)
    place = told.columns["place"]
    for cohort in range(cohorts):
        mine = starts[place[starts] == cohort]
        anchors = mine[firsts(segment[mine])]
        owners = segment[anchors]
        groups = told.columns["code"][anchors].astype(np.int64)
        hits = _hits(told, segment, len(persons), owners, anchors, back, what)
        np.add.at(sizes[:, cohort], groups, 1)
        for column in range(len(what.columns)):
            retained[:, cohort, column] = np.bincount(groups[hits[:, column]], minlength=what.groups)
        if wanted is not None and cohort in wanted.cohorts:
            chosen = np.ones(len(owners), np.bool_) if wanted.group is None else groups == wanted.group
            if wanted.column is not None:
                chosen &= hits[:, wanted.column] != wanted.lost
            people.append(persons[owners[chosen]])
    return Found(sizes=sizes, retained=retained, people=np.unique(np.concatenate([np.zeros(0, np.uint64), *people])))


def _hits(
    told: Stories,
    segment: npt.NDArray[Any],
    persons: int,
    owners: npt.NDArray[Any],
    anchors: npt.NDArray[Any],
    back: npt.NDArray[Any],
    what: Cohorts,
) -> npt.NDArray[np.bool_]:
    """Whether each owner came back in each column after their anchor; shape (owners, columns)."""
    anchor = np.full(persons, -1)
    anchor[owners] = anchors
    since = anchor[segment[back]]
    later = back[(since >= 0) & (back > since)]
    offset = (told.at[later] - told.at[anchor[segment[later]]]) // UNIT_MS[what.unit]
    row = np.full(persons, -1)
    row[owners] = np.arange(len(owners))
    whom = row[segment[later]]
    hits = np.zeros((len(owners), len(what.columns)), np.bool_)
    for column, (first, last) in enumerate(what.columns):
        within = offset >= first if what.mode == "on_or_after" else (offset >= first) & (offset <= last)
        hits[:, column] = np.bincount(whom[within], minlength=len(owners)) >= what.minimum
    return hits


def days_of_cohort(cohort: date, asked: Ask, unit: Unit) -> tuple[date, date]:
    """The days of the period that make a cohort."""
    return max(cohort, asked.first), min(last_day_of(cohort, unit), asked.last)
