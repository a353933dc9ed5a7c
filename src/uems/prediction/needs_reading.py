"""What has everybody bought of each kind, day by day? And when were they there? One statement each over the events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, json_path
from uems.prediction.metrics import Ints
from uems.prediction.needs.renewal import Purchases
from uems.prediction.value_reading import day_number
from uems.prediction.vocabulary import Category, items_of, texts_of
from uems.profiles import api as profiles
from uems.profiles.api import People

VISIT: Final = "$visit"
ORDER: Final = "$order"
_DAYS: Final = 1095
MOST_ROWS: Final = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """people: of each number of a person in ``purchases``. kinds: name of each kind; $visit is being there, $order is buying at all."""

    people: People
    kinds: tuple[str, ...]
    purchases: Purchases


def needs_until(house: House, scope: Scope, until: date, kinds: int, events: Sequence[str], now: datetime) -> Needs:
    """Everything before ``until``, of three years at most. Raises ``too_much_history`` (409) and what ``Warehouse.query`` raises."""
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "first": until - timedelta(days=_DAYS),
        "until": until,
        "currency": scope.currency,
        "events": list(events),
        "kinds": kinds,
        "most": MOST_ROWS + 1,
    }
    # A workspace that nobody has looked at yet has no roles; what carries the category is guessed as its tags would.
    roles = profiles.roles_of(house.store, scope)
    roles = roles if roles.mapped else profiles.guess_roles(house, scope, now)
    params["sent"] = list(roles.events("sent"))
    bought = Sql(
        "day >= {first:Date} AND day < {until:Date} AND type = 'track' AND currency = {currency:String} AND ifNull(revenue_minor, 0) > 0"
        " AND (empty({events:Array(String)}) OR event IN {events:Array(String)})"
    )
    there = Sql(
        "day >= {first:Date} AND day < {until:Date} AND type IN ('track', 'page', 'screen') AND active"
        " AND event NOT IN {sent:Array(String)} AND event != 'need.predicted'"
    )
    visits = identity.rows_of_people(house.store, scope, Sql("events"), {"day": Sql("day")}, there)
    orders = identity.rows_of_people(house.store, scope, Sql("events"), {"day": Sql("day")}, bought)
    parts = Sql(
        f"SELECT person, 'visit' AS kind, day, 1. AS quantity FROM {visits} GROUP BY person, day"
        f" UNION ALL SELECT person, 'order' AS kind, day, toFloat64(count()) AS quantity FROM {orders} GROUP BY person, day"
    )
    things = _things(house, scope, roles, bought)
    if things is not None:
        often = Sql(f"SELECT thing FROM {things} WHERE thing != '' GROUP BY thing ORDER BY count() DESC, thing LIMIT {{kinds:UInt32}}")
        # TRICKY: the alias of an expression over a column hides the column itself in WHERE, so the two have different names.
        parts = Sql(
            f"{parts} UNION ALL SELECT person, concat('=', thing) AS kind, day, sum(pieces) AS quantity FROM {things}"
            f" WHERE thing IN ({often}) GROUP BY person, thing, day"
        )
    query = Sql(
        f"SELECT toUInt64(person) AS person, kind, toInt32(day) AS day, toFloat64(quantity) AS quantity FROM ({parts})"
        " ORDER BY person, kind, day LIMIT {most:UInt64}"
    )
    return _needs(house, query, {name: value for name, value in params.items() if f"{{{name}:" in query})


def _things(house: House, scope: Scope, roles: profiles.Roles, bought: Sql) -> Sql | None:
    """(person, day, thing, pieces) of every line of every order; None where no property says the category."""
    inside, _, name = roles.property("category").rpartition("[].")
    # The category of an order is that of its lines, where it has any.
    inside = inside or roles.property("items")
    if not name:
        return None
    try:
        kinds = texts_of(Category(inside=inside, name=name, values=()))
        counts = _counts(inside, roles.property("quantity").rpartition("[].")[2])
    except UemsError:
        return None
    columns = {"day": Sql("day"), "kinds": kinds, "counts": counts}
    rows = identity.rows_of_people(house.store, scope, Sql("events"), columns, bought)
    line = Sql("tupleElement(arrayJoin(arrayZip(kinds, arrayResize(counts, length(kinds), 1.))) AS line, 1)")
    return Sql(f"(SELECT person, day, {line} AS thing, greatest(tupleElement(line, 2), 0.001) AS pieces FROM {rows})")


def _counts(inside: str, quantity: str) -> Sql:
    """How many pieces each line holds, as an array of numbers; empty where nothing says so."""
    if not quantity:
        return Sql("emptyArrayFloat64()")
    items = items_of(inside) if inside else None
    if items is None:
        return Sql(f"[ifNull(toFloat64OrNull(toString({json_path(Sql('properties'), quantity)})), 1.)]")
    return Sql(f"arrayMap(one -> ifNull(toFloat64OrNull(toString(one)), 1.), {json_path(items, quantity)})")


def _needs(house: House, query: Sql, params: dict[str, Param]) -> Needs:
    rows = house.warehouse.query(query, params).combine_chunks()
    if rows.num_rows > MOST_ROWS:
        raise UemsError(
            "too_much_history",
            f"There are more than {MOST_ROWS:,} days of purchases and visits of a kind; ask for fewer kinds.",
            status=409,
        )
    person = rows.column("person").to_numpy()
    encoded = rows.column("kind").combine_chunks().dictionary_encode() if rows.num_rows else None
    people, who = np.unique(person, return_inverse=True)
    names = [_name(str(one)) for one in encoded.dictionary.to_pylist()] if encoded is not None else []
    kind = encoded.indices.to_numpy().astype(np.int64) if encoded is not None else np.zeros(0, np.int64)
    key = who * max(len(names), 1) + kind
    pairs, pair = np.unique(key, return_inverse=True)
    day = rows.column("day").to_numpy().astype(np.int64)
    order = np.lexsort((day, pair))
    quantity = rows.column("quantity").to_numpy().astype(np.float64)
    return Needs(
        people=people.astype(np.uint64),
        kinds=tuple(names),
        purchases=Purchases(
            pair=_whole(pair[order]),
            day=day[order],
            quantity=quantity[order],
            person=_whole(pairs // max(len(names), 1)),
            kind=_whole(pairs % max(len(names), 1)),
        ),
    )


def _whole(numbers: Ints) -> Ints:
    return numbers.astype(np.int64)


def _name(kind: str) -> str:
    return kind[1:] if kind.startswith("=") else f"${kind}"


def first_days(needs: Needs) -> Ints:
    """The first order of each person, days since 1970; -1 for nobody."""
    found = np.full(len(needs.people), 10**7, np.int64)
    if ORDER in needs.kinds:
        seen = needs.purchases
        rows = seen.kind[seen.pair] == needs.kinds.index(ORDER)
        np.minimum.at(found, seen.person[seen.pair[rows]], seen.day[rows])
    return np.where(found < 10**7, found, -1)


__all__ = ["MOST_ROWS", "ORDER", "VISIT", "Needs", "day_number", "first_days", "needs_until"]
