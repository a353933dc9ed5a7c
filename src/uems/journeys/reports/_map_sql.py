"""Which events touch which touchpoints of a map? As conditions and as bits, one a touchpoint."""

from collections.abc import Sequence

from uems.journeys.map.model import Touchpoint
from uems.journeys.reports._ask import Query
from uems.journeys.reports._spec import Step
from uems.kernel.sql import Sql, join


def steps_of(points: Sequence[Touchpoint]) -> list[Step]:
    """Every kind of event that touches any of them."""
    return [step for point in points for step in _steps(point)]


def touch_sql(query: Query, point: Touchpoint) -> Sql:
    """The condition of an event that touches it."""
    which = query.any_sql(_steps(point))
    return which if not point.channels else Sql(f"({which} AND channel IN {query.bind(list(point.channels), 'Array(String)')})")


def any_touch_sql(query: Query, points: Sequence[Touchpoint]) -> Sql:
    """The condition of an event that touches any of them."""
    plain = [step for point in points if not point.channels for step in _steps(point)]
    parts = [query.any_sql(plain)] if plain else []
    parts += [touch_sql(query, point) for point in points if point.channels]
    return Sql(f"({join(Sql(' OR '), parts)})")


def touched_sql(query: Query, points: Sequence[Touchpoint]) -> Sql:
    """The sum of the bits (1, 2, 4 ... in the order of ``points``) of the touchpoints that a named event touches; UInt32."""
    named: list[tuple[Step, int]] = []
    parts: list[Sql] = []
    for place, point in enumerate(points):
        bit = 1 << place
        steps = _steps(point)
        if not point.channels and all(step.event is not None and step.filter is None for step in steps):
            # All names together are one look into the dictionary of names.
            named += [(step, bit) for step in steps]
        else:
            parts.append(Sql(f"toUInt32({touch_sql(query, point)}) * {query.bind(bit, 'UInt32')}"))
    if named:
        parts.append(query.mask_sql(named))
    return Sql(f"toUInt32({join(Sql(' + '), parts)})")


def _steps(point: Touchpoint) -> list[Step]:
    return [Step(event=one.event, filter=one.filter) for one in point.events]
