"""Who did it in each bucket of time? Exact sets of people as known now, from the daily bitmaps wherever they can answer.

A kind of event without conditions is answered by the bitmaps, corrected for everybody whom an override ever named; any other
from the events. Either way the answer is one matrix of bits, so that whatever is concluded is concluded alike.
"""

from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa

from uems.identity import api as identity
from uems.journeys.reports import _bits
from uems.journeys.reports._ask import Ask, People, Query, in_sample, members_of, numbers
from uems.journeys.reports._bits import Words
from uems.journeys.reports._buckets import Unit, bucket_of, buckets, place_sql
from uems.journeys.reports._spec import Step
from uems.kernel.clock import start_of_day
from uems.kernel.sql import Sql

EVER: Final = date(1970, 1, 1)


def people_by_bucket(ask: Ask, step: Step, first: date, last: date, unit: Unit) -> Words:
    """Everybody who did ``step`` in each bucket of ``first`` to ``last``, which need not be the spec's; shape (buckets, words)."""
    found = _sets(ask, step, first, last, place_sql(bucket_of(first, unit), unit))
    return _bits.matrix([found.get(place, _NONE) for place in range(len(buckets(first, last, unit)))])


def people_of_days(ask: Ask, step: Step, first: date, last: date) -> Words:
    """Everybody who did ``step`` on these days; shape (words,)."""
    return _sets(ask, step, first, last, Sql("toUInt16(0)")).get(0, _NONE)


_NONE: Final[Words] = np.zeros(1024, np.uint64)


def _sets(ask: Ask, step: Step, first: date, last: date, place: Sql) -> dict[int, Words]:
    if last < first:
        return {}
    plain = step.filter is None and ask.spec.filter is None
    found = _from_bitmaps(ask, step, first, last, place) if plain else _from_events(ask, step, first, last, place)
    sets = {int(row): _bits.from_state(state) for row, state in zip(numbers(found, "place", np.int64), states(found), strict=True)}
    if not plain or not ask.spec.of_some:
        return sets
    mine = members_of(ask)
    return {row: _counted(words, ask.spec.sample_percent, mine) for row, words in sets.items()}


def states(table: pa.Table) -> list[bytes]:
    """The column ``state``: bytes that the engine gives as a text, which they are not."""
    column = table.column("state")
    return [bytes(one) for one in (column if pa.types.is_binary(column.type) else column.cast(pa.binary())).to_pylist()]


def _counted(words: Words, percent: float | None, mine: People | None) -> Words:
    """Of those in the set, who counts. mine: only these, sorted; None is everybody."""
    people = _bits.members(words)
    people = people[in_sample(people, percent)]
    return _bits.from_people(people if mine is None else np.intersect1d(people, mine, assume_unique=True), len(words))


def _from_events(ask: Ask, step: Step, first: date, last: date, place: Sql) -> pa.Table:
    query = ask.query()
    start, end = start_of_day(first, ask.scope.zone), start_of_day(date.fromordinal(last.toordinal() + 1), ask.scope.zone)
    rows = query.events_sql({"place": place}, query.step_sql(step), start, end)
    return query.run(Sql(f"SELECT place, toString(groupBitmapState(person)) AS state FROM {rows} GROUP BY place"))


def _from_bitmaps(ask: Ask, step: Step, first: date, last: date, place: Sql) -> pa.Table:
    query = ask.query()
    where = Sql(f"{_days(query, first, last)} AND {query.step_sql(step)}")
    mine = Sql(f"FROM person_day_bitmaps WHERE workspace_id = {ask.scope.workspace_id} AND {where}")
    if not identity.has_overrides(ask.house.store, ask.scope):
        return query.run(Sql(f"SELECT {place} AS place, toString(groupBitmapMergeState(people)) AS state {mine} GROUP BY place"))
    affected = identity.affected_people(ask.scope)
    moved = Sql(f"{where} AND person_id GLOBAL IN {identity.affected_ids(ask.scope)}")
    rows = identity.rows_of_people(ask.house.store, ask.scope, Sql("person_daily"), {"place": place}, moved)
    return query.run(
        Sql(
            "SELECT place, toString(groupBitmapMergeState(found)) AS state FROM ("
            f"SELECT {place} AS place, bitmapAndnot(groupBitmapMergeState(people), {affected}) AS found {mine} GROUP BY place"
            f" UNION ALL SELECT place, groupBitmapState(person) AS found FROM {rows} GROUP BY place"
            ") GROUP BY place"
        )
    )


def _days(query: Query, first: date, last: date) -> Sql:
    return Sql(f"day BETWEEN {query.bind(first, 'Date')} AND {query.bind(last, 'Date')}")
