"""Who is behind one band of the movement? Those who were in one state at a moment, and in another, or the same, at the next."""

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.segments.understanding.movement import NOWHERE, computed_states, decoded, is_recorded, moments_of, recorded_states
from uems.segments.understanding.overlap import LIMITS


def movers(
    house: House,
    scope: Scope,
    tag: str,
    until: datetime,
    weeks: int,
    *,
    step: int,
    source: str,
    target: str,
    after: int = 0,
    limit: int,
) -> list[int]:
    """Numbers of the people of one flow of ``between_values``, above ``after``, ascending. Raises as that, and ``invalid``."""
    moments = moments_of(scope, until, weeks)
    if not 0 <= step < len(moments) - 1:
        raise invalid("step", step, f"must be from 0 to {len(moments) - 2}.")
    if source == target == NOWHERE:
        raise invalid("source", "nothing", "those who have no value at either moment are in no band.")
    if not is_recorded(house, scope, tag, moments):
        everybody, columns = computed_states(house, scope, tag, moments[step : step + 2])
        found = everybody[_are(columns[0], source) & _are(columns[1], target)]
        return [int(person) for person in found[found > after][:limit]]
    told, params = recorded_states(scope, tag, moments)
    states: Sql = told
    query = Sql(
        f"SELECT person_id FROM ({states}) WHERE {_state(step)} = {{source:String}} AND {_state(step + 1)} = {{target:String}}"
        " AND person_id > {after:UInt64} ORDER BY person_id LIMIT {limit:UInt32}"
    )
    rows = house.warehouse.query(query, {**params, "source": source, "target": target, "after": after, "limit": limit}, limits=LIMITS)
    return list(rows.column("person_id").to_pylist())


def _state(moment: int) -> Sql:
    text = Sql(f"states[{moment + 1}]")
    return Sql(f"if(startsWith({text}, '\"'), JSONExtractString({text}), {text})")


def _are(column: pa.Array, state: str) -> npt.NDArray[np.bool_]:
    """Of whom the state is this."""
    encoded = column.dictionary_encode()
    wanted = [n for n, text in enumerate(encoded.dictionary.to_pylist()) if decoded(text) == state]
    return np.isin(encoded.indices.to_numpy(zero_copy_only=False), wanted)
