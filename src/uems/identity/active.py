"""Who are the people behind a number of a period? The same ones that ``count_people`` counts, one by one, and how many did what.

As everywhere, people whom no override ever named come from the daily bitmaps, and the others from ``person_daily``.
"""

from datetime import date
from typing import Final, Literal

from uems.identity.queries import affected_ids, affected_people, affected_users, has_overrides, overrides
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql

Who = Literal["active", "new", "identified"]
"""Everybody with an event in the period; those of them without any before it; those of them with a user id."""

EVENT_NAME: Final = Sql("if(event = '', type, event)")
"""Under which name reports count an event: a call without a name stands under its type."""

_EVER: Final = date(1970, 1, 1)
_HIT: Final = Sql(f"day >= {{first:Date}} AND ({{event:String}} = '' OR {EVENT_NAME} = {{event:String}})")


def active_people(
    house: House, scope: Scope, first: date, last: date, *, event: str = "", who: Who = "active", before: int | None = None, limit: int
) -> list[int]:
    """The people with an event in the days ``first`` to ``last``, the newest first; ``before``: the last of the page before.

    event: only those who did this one then, by the name under which reports count it. who: see ``Who``.
    """
    params: dict[str, Param] = {
        "first": first,
        "last": last,
        # Only who was there before tells who is new.
        "since": _EVER if who == "new" else first,
        "event": event,
        "before": 2**63 if before is None else before,
        "limit": limit,
    }
    moved = has_overrides(house.store, scope)
    people = _unaffected(scope, who, moved)
    if moved:
        people = Sql(f"{people} UNION ALL {_affected(scope, who)}")
    page = Sql(f"SELECT person FROM ({people}) WHERE person < {{before:UInt64}} ORDER BY person DESC LIMIT {{limit:UInt32}}")
    return [int(row) for row in house.warehouse.query(page, params).column("person").to_pylist()]


def _unaffected(scope: Scope, who: Who, moved: bool) -> Sql:
    people = Sql(f"groupBitmapMergeStateIf(people, {_HIT})")
    if moved:
        people = Sql(f"bitmapAndnot({people}, {affected_people(scope)})")
    if who == "new":
        people = Sql(f"bitmapAndnot({people}, groupBitmapMergeStateIf(people, day < {{first:Date}}))")
    if who == "identified":
        known = Sql(f"(SELECT groupBitmapMergeState(people) FROM person_identified WHERE workspace_id = {scope.workspace_id})")
        people = Sql(f"bitmapAnd({people}, {known})")
    return Sql(
        f"SELECT arrayJoin(bitmapToArray(found)) AS person FROM (SELECT {people} AS found FROM person_day_bitmaps"
        f" WHERE workspace_id = {scope.workspace_id} AND day BETWEEN {{since:Date}} AND {{last:Date}})"
    )


def _affected(scope: Scope, who: Who) -> Sql:
    days = Sql(
        f"SELECT person_id, node_id, day, max({_HIT}) AS hit FROM person_daily WHERE workspace_id = {scope.workspace_id}"
        f" AND person_id GLOBAL IN {affected_ids(scope)} AND day BETWEEN {{since:Date}} AND {{last:Date}} GROUP BY person_id, node_id, day"
    )
    having = Sql("max(hit)")
    if who == "new":
        having = Sql("max(hit) AND min(day) >= {first:Date}")
    if who == "identified":
        having = Sql(f"max(hit) AND person GLOBAL IN {affected_users(scope)}")
    return Sql(
        f"SELECT person FROM (SELECT if(o.node_id = 0, r.person_id, o.current) AS person, r.day AS day, r.hit AS hit FROM ({days}) AS r"
        f" GLOBAL ANY LEFT JOIN {overrides(scope)} AS o ON r.node_id = o.node_id) GROUP BY person HAVING {having}"
    )


def people_by_event(house: House, scope: Scope, first: date, last: date) -> dict[str, int]:
    """For each event of the days ``first`` to ``last``, by the name under which reports count it, how many people did it."""
    mine = Sql(f"workspace_id = {scope.workspace_id} AND day BETWEEN {{first:Date}} AND {{last:Date}}")
    bitmaps = Sql(f"FROM person_day_bitmaps WHERE {mine} GROUP BY name")
    if not has_overrides(house.store, scope):
        whole = Sql(f"SELECT {EVENT_NAME} AS name, toInt64(groupBitmapMerge(people)) AS n {bitmaps}")
    else:
        rows = Sql(f"SELECT DISTINCT person_id, node_id, {EVENT_NAME} AS name FROM person_daily WHERE {mine}")
        whole = Sql(
            "SELECT name, toInt64(sum(n)) AS n FROM ("
            f"SELECT {EVENT_NAME} AS name, bitmapAndnotCardinality(groupBitmapMergeState(people), {affected_people(scope)}) AS n {bitmaps}"
            " UNION ALL SELECT r.name AS name, uniqExact(if(o.node_id = 0, r.person_id, o.current)) AS n"
            f" FROM ({rows} AND person_id GLOBAL IN {affected_ids(scope)}) AS r"
            f" GLOBAL ANY LEFT JOIN {overrides(scope)} AS o ON r.node_id = o.node_id GROUP BY r.name"
            ") GROUP BY name"
        )
    params: dict[str, Param] = {"first": first, "last": last}
    return {row["name"]: row["n"] for row in house.warehouse.query(whole, params).to_pylist() if row["n"]}
