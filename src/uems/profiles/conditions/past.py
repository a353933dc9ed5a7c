"""What was true of each person at an instant? An evaluation that cannot see past it.

Every row that is read carries the bound itself, so nothing that a condition says can reach over it. What the system keeps only
as it is now (tags, lists, who has a user id) has no past: a condition that asks for it is refused instead of letting the future in.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from uems.identity import api as identity
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.filters import At, Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits
from uems.profiles.conditions import model as nodes
from uems.profiles.conditions.asking import Asking, Chosen, People, Source, SourceName
from uems.profiles.conditions.grammar import leaves

_TIMED: Final = frozenset({"events", "traits", "relations", "relations_back"})
_TIME: Final = "DateTime64(3, 'UTC')"


@dataclass(slots=True, kw_only=True, eq=False)
class _Bounded(Source):
    """Rows of a window of time only."""

    window_sql: Sql

    def where(self) -> Sql:
        # The base by name: a dataclass with slots is made anew, which a bare super() does not survive.
        wanted: Sql = Source.where(self)
        # In brackets: what several values need is joined by OR, and each part of it must keep the bound.
        return Sql(f"{self.window_sql} AND ({wanted})")


class PastAsking(Asking):
    """An evaluation that sees what happened from ``since`` (None: from ever) to just before ``cut``, and nothing else.

    Relative windows of conditions ("in the last 30 days") count back from ``cut``. What is kept by the day reaches to the end of the
    day before it. people: whom the answers are about, also those without a row in the window; None is everybody who has one, or the
    chosen.
    """

    def __init__(
        self,
        house: House,
        scope: Scope,
        cut: datetime,
        *,
        since: datetime | None = None,
        chosen: Chosen | None = None,
        people: People | None = None,
    ) -> None:
        self._everybody: Final = people
        self.cut: Final = cut
        self.since: Final = since
        super().__init__(house, scope, At(now=cut, zone=scope.zone), chosen, prefix="p")

    def source(self, name: SourceName, *, zoned: bool = False) -> Source:
        found = self._sources.get((name, zoned))
        if found is None:
            plain = super().source(name, zoned=zoned)
            found = _Bounded(name=plain.name, table=plain.table, final=plain.final, zoned=plain.zoned, window_sql=self._bound_of(name))
            self._sources[name, zoned] = found
        return found

    def people(self, limits: Limits | None = None) -> People:
        """Everybody, or those of the chosen, who had an event in the window. Sorted."""
        if self._everybody is not None:
            return self._everybody
        rows = self._who_had_one(Sql("person_daily"), self._bound_of("person_daily"))
        today = day_of(self.cut, self.scope.zone)
        if start_of_day(today, self.scope.zone) < self.cut:
            # The day under way, whose row of the day tells of its evening too.
            bound = Sql(f"{self._bound_of('events')} AND day = {self.params.bind(today, 'Date')}")
            rows = Sql(f"({rows} UNION ALL {self._who_had_one(Sql('events'), bound)})")
        query = Sql(f"SELECT DISTINCT person FROM {rows} ORDER BY person")
        values = {name: value for name, value in self.params.values.items() if f"{{{name}:" in query}
        people: People = self.house.warehouse.query(query, values, limits=limits).column("person").to_numpy()
        return people if self.chosen is None else np.intersect1d(people, self.chosen.people, assume_unique=True)

    def _who_had_one(self, table: Sql, where: Sql) -> Sql:
        if self.chosen is not None:
            where = Sql(f"{where} AND person_id IN {self.params.bind(self.chosen.stored.tolist(), 'Array(UInt64)')}")
        return identity.rows_of_people(self.house.store, self.scope, table, {}, where)

    def _bound_of(self, name: SourceName) -> Sql:
        if name in _TIMED:
            end = self.params.bind(self.cut, _TIME)
            return Sql(f"ts < {end}") if self.since is None else Sql(f"ts >= {self.params.bind(self.since, _TIME)} AND ts < {end}")
        if name != "person_daily":
            raise _no_past(name)
        # The days of the table are those of the workspace.
        last = self.params.bind(day_of(self.cut, self.scope.zone), "Date")
        if self.since is None:
            return Sql(f"day < {last}")
        return Sql(f"day >= {self.params.bind(day_of(self.since, self.scope.zone), 'Date')} AND day < {last}")


def check_past(tree: Node, where: str) -> None:
    """Raise ``no_past`` (422) for a condition that asks what the system only knows as it is now."""
    for leaf in leaves(tree):
        if isinstance(leaf, nodes.Tag | nodes.Top):
            raise _no_past("tags", where)
        if isinstance(leaf, nodes.Listed):
            raise _no_past("lists", where)
        if isinstance(leaf, nodes.Person) and leaf.name == "identified":
            raise _no_past("who has a user id", where)
        if isinstance(leaf, nodes.Related) and leaf.who is not None:
            raise _no_past("what others did by then", where)
        if isinstance(leaf, nodes.InSegment):
            raise _no_past("segments that cannot be opened", where)


def _no_past(what: str, where: str = "a condition on the past") -> UemsError:
    return UemsError(
        "no_past",
        f"{where} asks for {what}, which is known only as it is now: looking back, it would know the future. "
        "Ask for events, traits or first and last seen instead.",
        status=422,
        details={"where": where},
    )
