"""What was true of each person at an instant of the past? Conditions and measures that see nothing that came later.

What is kept only as it is now (tags, lists, what was given by hand) has no past; a question about it is refused.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from uems.identity import api as identity
from uems.kernel.clock import start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits
from uems.profiles.conditions.asking import Asking, People, Source, SourceName

_TIMED: Final = frozenset({"events", "traits", "relations", "relations_back"})


@dataclass(slots=True, kw_only=True, eq=False)
class _Bounded(Source):
    only_rows: Sql

    def where(self) -> Sql:
        # The base by name: a dataclass with slots is made anew, which a bare super() does not survive.
        wanted: Sql = Source.where(self)
        return Sql(f"{self.only_rows} AND {wanted}")


class Until(Asking):
    """An evaluation at the first instant of the business day ``end``, which sees everything before it and nothing else."""

    _rows_then: Sql
    _days_then: Sql

    def __init__(self, house: House, scope: Scope, end: date) -> None:
        cut = start_of_day(end, scope.zone)
        # An instant before the end: the day that is over is today.
        super().__init__(house, scope, At(now=cut - timedelta(milliseconds=1), zone=scope.zone), prefix="u")
        self._rows_then = Sql(f"ts < {self.params.bind(cut, _INSTANT)}")
        self._days_then = Sql(f"day < {self.params.bind(end, 'Date')}")

    def source(self, name: SourceName, *, zoned: bool = False) -> Source:
        found = self._sources.get((name, zoned))
        if found is None:
            if name not in _TIMED and name != "person_daily":
                raise no_past(name)
            plain = super().source(name, zoned=zoned)
            then = self._rows_then if name in _TIMED else self._days_then
            found = _Bounded(name=plain.name, table=plain.table, final=plain.final, zoned=plain.zoned, only_rows=then)
            self._sources[name, zoned] = found
        return found

    def people(self, limits: Limits | None = None) -> People:
        """Everybody who had an event by then. Sorted."""
        rows = identity.rows_of_people(self.house.store, self.scope, Sql("person_daily"), {}, self._days_then)
        query = Sql(f"SELECT DISTINCT person FROM {rows} ORDER BY person")
        values = {name: value for name, value in self.params.values.items() if f"{{{name}:" in query}
        return np.asarray(self.house.warehouse.query(query, values, limits=limits).column("person").to_numpy(), np.uint64)


_INSTANT: Final = "DateTime64(3, 'UTC')"


def no_past(what: str) -> UemsError:
    """The refusal of a question about what is only known as it is now."""
    return UemsError("no_past", f"This asks for {what}, which is known only as it is now, so its past cannot be computed.", status=422)
