"""Whose rows are these, as known now? How a query over the warehouse counts every person once, however ids were merged since.

A row holds the person as known when it came in (``person_id``) and the node of its id (``node_id``). The person now is the
override of the node, where there is one. People that no override ever named are **unaffected**: for them, and they are
nearly all, ``person_id`` is right, and the daily bitmaps count them. The affected ones are counted from ``person_daily``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from uems.identity.tables import identity_overrides
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, ident, join
from uems.kernel.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCount:
    """active: people with an event in the period. new: those of them without any before it. identified: those with a user id."""

    active: int
    new: int
    identified: int


def has_overrides(store: Store, scope: Scope) -> bool:
    """Whether anybody was ever merged after having been stored. If not, ``person_id`` is right everywhere."""
    query = select(identity_overrides.c.version).where(identity_overrides.c.workspace_id == scope.workspace_id).limit(1)
    with store.read() as conn:
        return conn.execute(query).first() is not None


def affected_people(scope: Scope) -> Sql:
    """A subquery of one bitmap: every person that an override ever took a node from or gave one to."""
    return Sql(f"(SELECT groupBitmapMergeState(people) FROM person_affected WHERE workspace_id = {scope.workspace_id})")


def affected_ids(scope: Scope) -> Sql:
    """The same people as a subquery of rows, for ``person_id GLOBAL IN``, which reads only their part of a table."""
    return Sql(
        f"(SELECT arrayJoin(bitmapToArray(groupBitmapMergeState(people))) FROM person_affected WHERE workspace_id = {scope.workspace_id})"
    )


def overrides(scope: Scope) -> Sql:
    """A subquery (node_id, current): the person now of every node that ever changed hands."""
    return Sql(
        "(SELECT node_id, argMax(person_id, version) AS current FROM person_overrides"
        f" WHERE workspace_id = {scope.workspace_id} GROUP BY node_id)"
    )


def rows_of_people(store: Store, scope: Scope, table: Sql, columns: tuple[str, ...] | Mapping[str, Sql], where: Sql) -> Sql:
    """A subquery over ``table`` (with workspace_id, person_id, node_id) whose ``person`` is the person now, beside ``columns``.

    columns: names of the table's columns, or name → expression over a row of it. where: a condition on the table's own
    columns; the workspace is added. Without overrides it is the plain table. With some, unaffected rows stay plain, so that
    the order of the table is kept for them, and only affected ones are joined.
    """
    wanted = columns if isinstance(columns, Mapping) else {name: ident(name) for name in columns}
    mine = Sql(f"workspace_id = {scope.workspace_id} AND ({where})")
    names = join(Sql(""), [_named(name, made) for name, made in wanted.items()])
    if not has_overrides(store, scope):
        return Sql(f"(SELECT person_id AS person{names} FROM {table} WHERE {mine})")
    moved = join(Sql(""), [Sql(f", r.{ident(c)} AS {ident(c)}") for c in wanted])
    return Sql(
        f"(SELECT person_id AS person{names} FROM {table} WHERE {mine} AND person_id GLOBAL NOT IN {affected_ids(scope)}"
        f" UNION ALL SELECT if(o.node_id = 0, r.person_id, o.current) AS person{moved}"
        f" FROM (SELECT person_id, node_id{names} FROM {table} WHERE {mine} AND person_id GLOBAL IN {affected_ids(scope)}) AS r"
        f" GLOBAL ANY LEFT JOIN {overrides(scope)} AS o ON r.node_id = o.node_id)"
    )


def _named(name: str, expression: Sql) -> Sql:
    return Sql(f", {expression} AS {ident(name)}")


_DAYS = Sql("day BETWEEN {first:Date} AND {last:Date}")


def actives_by_day(house: House, scope: Scope, first: date, last: date) -> dict[date, int]:
    """People with at least one event, for each day of ``first`` to ``last`` that has any. Exact, whatever was merged or undone."""
    params: dict[str, Param] = {"first": first, "last": last}
    rows = house.warehouse.query(_actives(house.store, scope), params).to_pylist()
    return {row["day"]: row["people"] for row in rows}


def _actives(store: Store, scope: Scope) -> Sql:
    bitmaps = Sql(f"FROM person_day_bitmaps WHERE workspace_id = {scope.workspace_id} AND {_DAYS} GROUP BY day")
    if not has_overrides(store, scope):
        return Sql(f"SELECT day, toInt64(groupBitmapMerge(people)) AS people {bitmaps} ORDER BY day")
    return Sql(
        "SELECT day, toInt64(sum(n)) AS people FROM ("
        f"SELECT day, bitmapAndnotCardinality(groupBitmapMergeState(people), {affected_people(scope)}) AS n {bitmaps}"
        f" UNION ALL SELECT day, uniqExact(person) AS n FROM {_affected_days(scope, _DAYS)} GROUP BY day"
        ") GROUP BY day HAVING people > 0 ORDER BY day"
    )


def _affected_days(scope: Scope, days: Sql) -> Sql:
    """A subquery (day, person): the days of everybody affected, by the person now."""
    return Sql(
        "(SELECT r.day AS day, if(o.node_id = 0, r.person_id, o.current) AS person"
        f" FROM (SELECT DISTINCT person_id, node_id, day FROM person_daily WHERE workspace_id = {scope.workspace_id}"
        f" AND person_id GLOBAL IN {affected_ids(scope)} AND {days}) AS r"
        f" GLOBAL ANY LEFT JOIN {overrides(scope)} AS o ON r.node_id = o.node_id)"
    )


def everybody(store: Store, scope: Scope) -> Sql:
    """A subquery (person): everybody who ever had an event, as they are now, each once. Reads the daily bitmaps, not the events."""
    bitmaps = Sql(f"FROM person_day_bitmaps WHERE workspace_id = {scope.workspace_id}")
    if not has_overrides(store, scope):
        return Sql(f"(SELECT arrayJoin(bitmapToArray(groupBitmapMergeState(people))) AS person {bitmaps})")
    return Sql(
        "(SELECT arrayJoin(bitmapToArray(bitmapAndnot(groupBitmapMergeState(people),"
        f" {affected_people(scope)}))) AS person {bitmaps}"
        f" UNION ALL SELECT DISTINCT person FROM {_affected_days(scope, Sql('1'))})"
    )


def count_people(house: House, scope: Scope, first: date, last: date) -> PeopleCount:
    """How many people the days ``first`` to ``last`` saw. Exact, whatever was merged or undone."""
    params: dict[str, Param] = {"first": first, "last": last}
    affected = has_overrides(house.store, scope)
    parts = [_count_unaffected(scope, affected_people(scope) if affected else None)]
    if affected:
        parts.append(_count_affected(scope))
    whole = join(Sql(" UNION ALL "), parts)
    sums = Sql("toInt64(sum(active)) AS active, toInt64(sum(new)) AS new, toInt64(sum(identified)) AS identified")
    [row] = house.warehouse.query(Sql(f"SELECT {sums} FROM ({whole})"), params).to_pylist()
    return PeopleCount(**row)


def _count_unaffected(scope: Scope, affected: Sql | None) -> Sql:
    seen = Sql("groupBitmapMergeStateIf(people, day >= {first:Date})")
    here = Sql(f"bitmapAndnot({seen}, {affected})") if affected else seen
    known = Sql(f"(SELECT groupBitmapMergeState(people) FROM person_identified WHERE workspace_id = {scope.workspace_id})")
    return Sql(
        f"SELECT bitmapCardinality({here}) AS active,"
        f" bitmapAndnotCardinality({here}, groupBitmapMergeStateIf(people, day < {{first:Date}})) AS new,"
        f" bitmapAndCardinality({here}, {known}) AS identified"
        f" FROM person_day_bitmaps WHERE workspace_id = {scope.workspace_id} AND day <= {{last:Date}}"
    )


def _count_affected(scope: Scope) -> Sql:
    return Sql(
        "SELECT count() AS active, countIf(first_day >= {first:Date}) AS new,"
        f" countIf(person GLOBAL IN {affected_users(scope)}) AS identified FROM ("
        f"SELECT person, min(day) AS first_day, max(day) AS last_day FROM {_affected_days(scope, Sql('day <= {last:Date}'))}"
        " GROUP BY person HAVING last_day >= {first:Date})"
    )


def affected_users(scope: Scope) -> Sql:
    """A subquery of rows: the affected people, as they are now, who have a user id."""
    return Sql(
        "(SELECT if(o.node_id = 0, u.person_id, o.current)"
        f" FROM (SELECT node_id, person_id FROM person_users WHERE workspace_id = {scope.workspace_id}"
        f" AND person_id GLOBAL IN {affected_ids(scope)}) AS u"
        f" GLOBAL ANY LEFT JOIN {overrides(scope)} AS o ON u.node_id = o.node_id)"
    )
