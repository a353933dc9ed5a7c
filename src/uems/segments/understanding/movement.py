"""Who moved where, week by week? Between the values of a tag, such as the stages of the lifecycle, or between segments.

The flows of a Sankey diagram: how many people were in one state at the start of a week, and in which at its end.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import numpy as np
import pyarrow as pa

from uems.kernel.clock import day_of, start_of_day
from uems.kernel.errors import invalid
from uems.kernel.filters import Params
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, ident, join
from uems.profiles import api as profiles
from uems.segments.understanding.overlap import LIMITS, several

MAX_WEEKS: Final = 26
MAX_STATES: Final = 20
NOWHERE: Final = ""
"""The state of those who have no value, or are in none of the segments."""
Basis: TypeAlias = Literal["recorded", "computed"]
_Name: TypeAlias = Callable[[str], str]
_INSTANT: Final = "DateTime64(3, 'UTC')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """So many people were in ``source`` at the moment number ``step`` and in ``target`` at the next."""

    step: int
    source: str
    target: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """moments: when it was looked, the oldest first. states: by how many are in them at the end, ``NOWHERE`` last.

    sizes: of each moment, state → people, without those who are nowhere. basis: recorded as it happened, or computed by the
    definition of today from what had happened by then.
    """

    moments: tuple[datetime, ...]
    states: tuple[str, ...]
    sizes: tuple[dict[str, int], ...]
    flows: tuple[Flow, ...]
    basis: Basis


def moments_of(scope: Scope, until: datetime, weeks: int) -> list[datetime]:
    """The starts of the last weeks, Mondays of the workspace, the oldest first, and ``until`` itself."""
    if not 1 <= weeks <= MAX_WEEKS:
        raise invalid("weeks", weeks, f"must be 1 to {MAX_WEEKS}.")
    today = day_of(until, scope.zone)
    monday = today - timedelta(days=today.weekday())
    found = [start_of_day(monday - timedelta(days=7 * n), scope.zone) for n in range(weeks - 1, -1, -1)]
    return found if found[-1] == until else [*found, until]


def between_segments(house: House, scope: Scope, wanted: Sequence[str], until: datetime, weeks: int) -> Movement:
    """Whoever is in several of the segments counts for the first of them in the order given. Raises as ``overlap``."""
    found = several(house, scope, wanted, least=1)
    moments = moments_of(scope, until, weeks)
    params = Params("m")
    params.values.update(workspace=scope.workspace_id, ids=[one.segment_id for one in found])
    names = [ident(f"e{n}") for n in range(len(moments))]
    bounds = [params.bind(moment, _INSTANT) for moment in moments]
    columns = [Sql(f"argMaxIf(entered, version, at <= {bound}) AS {name}") for bound, name in zip(bounds, names, strict=True)]
    first = [Sql(f"minIf(place, {name})") for name in names]
    each = Sql(
        f"SELECT person_id, indexOf({{ids:Array(UInt32)}}, segment_id) AS place, {join(Sql(', '), columns)} FROM segment_changes"
        " WHERE workspace_id = {workspace:UInt32} AND segment_id IN {ids:Array(UInt32)} GROUP BY person_id, segment_id"
    )
    # minIf of nothing is 0, which is the place of nowhere.
    states = Sql(f"SELECT person_id, [{join(Sql(', '), first)}] AS states FROM ({each}) GROUP BY person_id")
    keys = [NOWHERE, *(one.key for one in found)]
    return _movement(house, states, params.values, moments, lambda place: keys[int(place)], "recorded")


def between_values(house: House, scope: Scope, tag: str, until: datetime, weeks: int) -> Movement:
    """Between the values of a tag: as recorded where it keeps its history for as long, else computed.

    Raises ``not_found``, ``no_past`` for a tag whose past is neither recorded nor can be computed, ``invalid`` for one with too
    many values.
    """
    moments = moments_of(scope, until, weeks)
    if not is_recorded(house, scope, tag, moments):
        return _computed(house, scope, tag, moments)
    states, params = recorded_states(scope, tag, moments)
    return _movement(house, states, params, moments, decoded, "recorded")


def is_recorded(house: House, scope: Scope, tag: str, moments: Sequence[datetime]) -> bool:
    """Whether the tag keeps its history for as long. Raises ``not_found``."""
    saved = profiles.definition(house.store, scope, tag)
    [told] = house.warehouse.query(
        Sql(
            "SELECT min(changed_at) AS since, count() AS n FROM tag_changes WHERE workspace_id = {workspace:UInt32} AND tag = {tag:String}"
        ),
        {"workspace": scope.workspace_id, "tag": tag},
        limits=LIMITS,
    ).to_pylist()
    return bool(saved.tag.keeps_history and told["n"] and told["since"].astimezone(UTC) <= moments[0])


def recorded_states(scope: Scope, tag: str, moments: Sequence[datetime]) -> tuple[Sql, dict[str, Param]]:
    """(a query of person_id and states, the JSON text of the value at each moment; its values)."""
    params = Params("m")
    params.values.update(workspace=scope.workspace_id, tag=tag)
    columns = []
    for moment in moments:
        by_then = Sql(f"changed_at <= {params.bind(moment, _INSTANT)}")
        # Before the first change of a person it was what that change replaced.
        columns.append(Sql(f"if(countIf({by_then}) > 0, argMaxIf(value, version, {by_then}), argMin(before, version))"))
    states = Sql(
        f"SELECT person_id, [{join(Sql(', '), columns)}] AS states FROM tag_changes"
        " WHERE workspace_id = {workspace:UInt32} AND tag = {tag:String} GROUP BY person_id"
    )
    return states, params.values


def _movement(house: House, states: Sql, params: Mapping[str, Param], moments: Sequence[datetime], name: _Name, basis: Basis) -> Movement:
    """The flows of ``states``, a query (person_id, states) with a state for each moment."""
    rows = house.warehouse.query(
        Sql(
            "SELECT step, toString(states[step]) AS source, toString(states[step + 1]) AS target, count() AS people"
            f" FROM ({states}) ARRAY JOIN range(1, {len(moments)}) AS step GROUP BY step, source, target"
        ),
        params,
        limits=LIMITS,
    ).to_pylist()
    flows = [Flow(step=row["step"] - 1, source=name(row["source"]), target=name(row["target"]), people=row["people"]) for row in rows]
    return _finished(flows, moments, basis)


def computed_states(house: House, scope: Scope, tag: str, moments: Sequence[datetime]) -> tuple[profiles.People, list[pa.Array]]:
    """(everybody, for each moment the JSON texts of their values). Raises as ``between_values``."""
    days = [day_of(moment, scope.zone) for moment in moments]
    # The last moment lies within a day: what was known by its start, unless the day is the one after.
    days[-1] = _after(moments[-1], scope)
    found = profiles.values_before(house, scope, tag, days)
    everybody = np.unique(np.concatenate([people for people, _ in found]))
    return everybody, [_texts(people, values, everybody) for people, values in found]


def _computed(house: House, scope: Scope, tag: str, moments: Sequence[datetime]) -> Movement:
    _, columns = computed_states(house, scope, tag, moments)
    flows: list[Flow] = []
    for step, (before, after) in enumerate(pairwise(columns)):
        pairs = pa.table({"source": before, "target": after}).group_by(["source", "target"]).aggregate([([], "count_all")])
        flows += [
            Flow(step=step, source=decoded(row["source"]), target=decoded(row["target"]), people=row["count_all"])
            for row in pairs.to_pylist()
        ]
    return _finished(flows, moments, "computed")


def _after(moment: datetime, scope: Scope) -> date:
    """The day that begins at the moment, or the one after it: today counts as far as it has come."""
    day = day_of(moment, scope.zone)
    return day if start_of_day(day, scope.zone) == moment else day + timedelta(days=1)


def _texts(people: profiles.People, values: pa.Array, everybody: profiles.People) -> pa.Array:
    """The values in the places of everybody, "" for those who have none."""
    place = np.searchsorted(everybody, people)
    index = np.full(len(everybody), -1, np.int64)
    index[place] = np.arange(len(people))
    return values.take(pa.array(index, mask=index < 0)).fill_null("")


def _finished(flows: Sequence[Flow], moments: Sequence[datetime], basis: Basis) -> Movement:
    counted = [flow for flow in flows if (flow.source, flow.target) != (NOWHERE, NOWHERE)]
    sizes: list[dict[str, int]] = [{} for _ in moments]
    for flow in counted:
        ends = [(flow.step, flow.source)] + ([(flow.step + 1, flow.target)] if flow.step == len(moments) - 2 else [])
        for moment, state in ends:
            if state != NOWHERE:
                sizes[moment][state] = sizes[moment].get(state, 0) + flow.people
    names = {state for flow in counted for state in (flow.source, flow.target)}
    if len(names) > MAX_STATES + 1:
        raise invalid("tag", f"{len(names)} different values", f"movement is drawn between at most {MAX_STATES}; choose a tag with fewer.")
    states = sorted(names, key=lambda state: (state == NOWHERE, -sizes[-1].get(state, 0), state))
    order = {state: n for n, state in enumerate(states)}
    counted.sort(key=lambda flow: (flow.step, order[flow.source], order[flow.target]))
    return Movement(moments=tuple(moments), states=tuple(states), sizes=tuple(sizes), flows=tuple(counted), basis=basis)


def decoded(text: str) -> str:
    """The state that a JSON text of a value is."""
    if not text:
        return NOWHERE
    value = json.loads(text)
    return value if isinstance(value, str) else text
