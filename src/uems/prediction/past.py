"""What was true of each person at an instant, or happened within a window? Conditions and measures that cannot see past its end.

Every row that is read carries the bound itself, so nothing that a condition says can reach over it. What the system keeps only
as it is now (tags, lists, who has a user id) has no past: a condition that asks for it is refused instead of letting the future in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Chosen, People, Source, SourceName

_TIMED: Final = frozenset({"events", "traits", "relations", "relations_back"})


@dataclass(slots=True, kw_only=True, eq=False)
class _Bounded(Source):
    """Rows of a window of time only."""

    window_sql: Sql

    def where(self) -> Sql:
        # The base by name: a dataclass with slots is made anew, which a bare super() does not survive.
        wanted: Sql = Source.where(self)
        return Sql(f"{self.window_sql} AND {wanted}")


class Past(Asking):
    """An evaluation that sees the days from ``first`` (None: from ever) to the day before ``end``, and nothing else.

    Relative windows of conditions ("in the last 30 days") count back from the first instant of ``end``. people: whom the
    answers are about, also those without a row in the window; None is everybody who has one, or the chosen.
    """

    def __init__(
        self,
        house: House,
        scope: Scope,
        *,
        end: date,
        first: date | None = None,
        chosen: Chosen | None = None,
        people: People | None = None,
    ) -> None:
        self._everybody: Final = people
        self.end: Final = end
        self.first: Final = first
        self.cut: Final[datetime] = start_of_day(end, scope.zone)
        super().__init__(house, scope, At(now=self.cut, zone=scope.zone), chosen, prefix="p")

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
        where = self._bound_of("person_daily")
        if self.chosen is not None:
            where = Sql(f"{where} AND person_id IN {self.params.bind(self.chosen.stored.tolist(), 'Array(UInt64)')}")
        rows = identity.rows_of_people(self.house.store, self.scope, Sql("person_daily"), {}, where)
        query = Sql(f"SELECT DISTINCT person FROM {rows} ORDER BY person")
        values = {name: value for name, value in self.params.values.items() if f"{{{name}:" in query}
        people: People = self.house.warehouse.query(query, values, limits=limits).column("person").to_numpy()
        return people if self.chosen is None else np.intersect1d(people, self.chosen.people, assume_unique=True)

    def _bound_of(self, name: SourceName) -> Sql:
        if name in _TIMED:
            end = self.params.bind(self.cut, "DateTime64(3, 'UTC')")
            if self.first is None:
                return Sql(f"ts < {end}")
            start = self.params.bind(start_of_day(self.first, self.scope.zone), "DateTime64(3, 'UTC')")
            return Sql(f"ts >= {start} AND ts < {end}")
        if name != "person_daily":
            raise _no_past(name)
        # The days of the table are those of the workspace, and so are the ends of the window.
        last = self.params.bind(self.end, "Date")
        return Sql(f"day < {last}") if self.first is None else Sql(f"day >= {self.params.bind(self.first, 'Date')} AND day < {last}")


def check_past(tree: Node, where: str) -> None:
    """Raise ``no_past`` (422) for a condition that asks what the system only knows as it is now."""
    nodes = profiles.nodes
    for leaf in profiles.leaves(tree):
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
        f"{where} asks for {what}, which is known only as it is now: a model trained on it would be told the future. "
        "Ask for events, traits or first and last seen instead.",
        status=422,
        details={"where": where},
    )


def cuts_before(last: date, first_event: date, days: int, most: int, warm_up: int) -> Sequence[date]:
    """Days on which the past can be cut so that ``days`` are known after each, the oldest first.

    last: the first day that is not over. Cuts lie ``days`` apart, so that no window reaches into the next one; the oldest has
    at least ``warm_up`` days of events before it.
    """
    found: list[date] = []
    cut = last - timedelta(days=days)
    while len(found) < most and (cut - first_event).days >= warm_up:
        found.append(cut)
        cut -= timedelta(days=days)
    return found[::-1]


def today(now: datetime, scope: Scope) -> date:
    """The business day under way; its first instant is where the newest cut lies."""
    return day_of(now, scope.zone)
