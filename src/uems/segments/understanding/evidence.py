"""What was counted on either side of a comparison? Sufficient statistics of events, tags and traits, in a few statements.

A side is 1 or 2 for each person, 0 for those on neither. Every count is exact and of people as they are now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

import pyarrow as pa

from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, ident, join
from uems.segments.membership import members_sql
from uems.segments.understanding.overlap import LIMITS

Kind: TypeAlias = Literal["event", "activity", "tag", "trait"]

VALUES: Final = 50
"""The most frequent values of one tag or trait that are looked at, chosen without regard to the sides."""
LEAST: Final = 5
"""A value that fewer people have says nothing about a group: it would not be found again."""
EVENTS: Final = 500
_NUMBER: Final = Sql("match(value, '^-?[0-9]')")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many people of either side have it. value: JSON text of a tag's or trait's value; "" for having any, and for events."""

    kind: Kind
    name: str
    value: str
    is_item: bool
    a: int
    b: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """A number of people of either side: how many have one, its sum and the sum of its squares."""

    kind: Kind
    name: str
    a: tuple[int, float, float]
    b: tuple[int, float, float]


class Evidence:
    """The statements of one comparison. other: segment of the second side; None is everybody who is not in the first."""

    _side: Sql

    def __init__(self, house: House, scope: Scope, one: int, other: int | None) -> None:
        self._house = house
        self._scope = scope
        ours = Sql(f"person GLOBAL IN {members_sql(scope, one)}")
        self._side = Sql(f"if({ours}, 1, 2)")
        if other is not None:
            theirs = Sql(f"person GLOBAL IN {members_sql(scope, other)}")
            # Whoever is in both is on neither side: the tests take the groups to be apart.
            self._side = Sql(f"multiIf({ours} AND NOT {theirs}, 1, {theirs} AND NOT {ours}, 2, 0)")

    def sizes(self) -> tuple[int, int]:
        """How many people are on each side."""
        rows = identity.rows_of_people(self._house.store, self._scope, Sql("person_daily"), {}, Sql("1"))
        people = Sql(f"(SELECT DISTINCT person FROM {rows})")
        [row] = self._ask(Sql(f"SELECT countIf(side = 1) AS a, countIf(side = 2) AS b FROM (SELECT {self._side} AS side FROM {people})"))
        return row["a"], row["b"]

    def events(self, first: date, last: date) -> list[Share]:
        """Who did each event in these days."""
        rows = self._days(("event",), first, last)
        found = self._ask(
            Sql(
                f"SELECT event, countIf(side = 1) AS a, countIf(side = 2) AS b FROM (SELECT DISTINCT person, event, {self._side} AS side"
                f" FROM {rows}) GROUP BY event HAVING a + b >= {LEAST} ORDER BY a + b DESC, event LIMIT {EVENTS}"
            ),
            {"first": first, "last": last},
        )
        return [Share(kind="event", name=row["event"], value="", is_item=False, a=row["a"], b=row["b"]) for row in found]

    def activity(self, first: date, last: date, sizes: tuple[int, int]) -> list[Sums]:
        """Events, active days and revenue of everybody in these days; 0 for those who did nothing."""
        rows = self._days(("events", "day", "revenue_minor", "currency"), first, last)
        mine = Sql("currency = {currency:String}")
        each = Sql(
            f"toFloat64(sum(events)) AS events, toFloat64(uniqExact(day)) AS days, toFloat64(sumIf(revenue_minor, {mine})) AS revenue_minor"
        )
        names = ("events", "days", "revenue_minor")
        sums = join(Sql(", "), [Sql(f"sum({ident(name)}), sum({ident(name)} * {ident(name)})") for name in names])
        found = self._table(
            Sql(f"SELECT side, {sums} FROM (SELECT {self._side} AS side, {each} FROM {rows} GROUP BY person) GROUP BY side"),
            {"first": first, "last": last, "currency": self._scope.currency},
        )
        of = {row[0]: row[1:] for row in zip(*(column.to_pylist() for column in found.columns), strict=True)}
        told = []
        for n, name in enumerate(names):
            a, b = ((size, *of.get(side, (0.0,) * 6)[2 * n : 2 * n + 2]) for side, size in zip((1, 2), sizes, strict=True))
            told.append(Sums(kind="activity", name=name, a=a, b=b))
        return told

    def tags(self) -> tuple[list[Share], list[Sums]]:
        """Who has which value of each tag, and the numbers of those that are numbers."""
        rows = Sql(
            f"(SELECT person_id AS person, toString(tag) AS name, value FROM tag_values FINAL"
            f" WHERE workspace_id = {self._scope.workspace_id} AND value != '')"
        )
        return self._told("tag", rows)

    def traits(self) -> tuple[list[Share], list[Sums]]:
        """As ``tags``, of what people told of themselves last."""
        return self._told("trait", traits_sql(self._house, self._scope))

    def _told(self, kind: Kind, rows: Sql) -> tuple[list[Share], list[Sums]]:
        sided = Sql(f"(SELECT name, value, {self._side} AS side FROM {rows} WHERE side != 0)")
        found = self._ask(
            Sql(
                "SELECT name, item, is_item, countIf(side = 1) AS a, countIf(side = 2) AS b FROM ("
                f"SELECT name, side, {ITEMS} AS item, startsWith(value, '[') AS is_item FROM {sided} WHERE NOT {_NUMBER} AND {PLAIN})"
                f" GROUP BY name, item, is_item HAVING a + b >= {LEAST} ORDER BY a + b DESC, name, item LIMIT {VALUES} BY name"
            )
        )
        has = self._ask(
            Sql(f"SELECT name, countIf(side = 1) AS a, countIf(side = 2) AS b FROM {sided} GROUP BY name HAVING a + b >= {LEAST}")
        )
        numbers = self._ask(
            Sql(
                "SELECT name, countIf(side = 1) AS na, sumIf(x, side = 1) AS sa, sumIf(x * x, side = 1) AS qa, countIf(side = 2) AS nb,"
                f" sumIf(x, side = 2) AS sb, sumIf(x * x, side = 2) AS qb FROM (SELECT name, side, toFloat64OrZero(value) AS x FROM {sided}"
                f" WHERE {_NUMBER}) GROUP BY name HAVING na + nb >= {LEAST} ORDER BY name"
            )
        )
        shares = [
            Share(kind=kind, name=row["name"], value=row["item"], is_item=bool(row["is_item"]), a=row["a"], b=row["b"]) for row in found
        ]
        shares += [Share(kind=kind, name=row["name"], value="", is_item=False, a=row["a"], b=row["b"]) for row in has]
        sums = [
            Sums(kind=kind, name=row["name"], a=(row["na"], row["sa"], row["qa"]), b=(row["nb"], row["sb"], row["qb"])) for row in numbers
        ]
        return shares, sums

    def _days(self, columns: Sequence[str], first: date, last: date) -> Sql:
        where = Sql("day BETWEEN {first:Date} AND {last:Date} AND type IN ('track', 'page', 'screen')")
        rows = identity.rows_of_people(self._house.store, self._scope, Sql("person_daily"), tuple(columns), where)
        return Sql(f"(SELECT * FROM {rows} WHERE {self._side} != 0)")

    def _ask(self, query: Sql, params: dict[str, Param] | None = None) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._table(query, params).to_pylist()
        return rows

    def _table(self, query: Sql, params: dict[str, Param] | None = None) -> pa.Table:
        return self._house.warehouse.query(query, params or {}, limits=LIMITS)


PLAIN: Final = Sql("NOT startsWith(value, '{') AND value != 'null'")
"""Which JSON texts are values that can be counted: no objects."""
ITEMS: Final = Sql("arrayJoin(if(startsWith(value, '['), arrayDistinct(JSONExtractArrayRaw(value)), [value]))")
"""The values in a JSON text: the different items of a list, or the one value that it is."""


def traits_sql(house: House, scope: Scope, where: Sql = Sql("1")) -> Sql:
    """A subquery (person, name, value): the latest value of every trait of everybody, as JSON text."""
    rows = identity.rows_of_people(house.store, scope, Sql("traits"), ("trait", "value", "ts", "log_offset", "log_index"), where)
    return Sql(
        "(SELECT person, toString(trait) AS name, argMax(value, (ts, log_offset, log_index)) AS value"
        f" FROM {rows} GROUP BY person, trait HAVING value != 'null')"
    )
