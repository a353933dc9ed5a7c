"""How long was everybody there, what did their first month look like, and how long were they away between two visits?"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, ident
from uems.prediction.metrics import Floats, Ints, Labels
from uems.prediction.needs_reading import MOST_ROWS
from uems.prediction.survival_settings import Origin
from uems.prediction.value_reading import day_number
from uems.profiles import api as profiles
from uems.profiles.api import People

ORIGINS: Final = ("channel", "device", "country", "utm_source")
EARLY_DAYS: Final = 30
_DAYS: Final = 1095


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """people: sorted, shape (n,). first, last: days since 1970 of their first and last visit. visits, orders, spent: within their first 30
    days; spent in minor units. origin: what they are told apart by, as on their first day, "" where it is not known. gap, gap_ended: days
    between two visits of anybody, and whether the later one came."""

    people: People
    first: Ints
    last: Ints
    visits: Floats
    orders: Floats
    spent: Floats
    origin: tuple[str, ...]
    gap: Floats
    gap_ended: Labels


def stays_until(house: House, scope: Scope, until: date, by: Origin) -> Stays:
    """Everybody who came within three years before ``until``. Raises ``too_much_history`` (409) and what ``Warehouse.query`` raises."""
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "first": until - timedelta(days=_DAYS),
        "until": until,
        "currency": scope.currency,
        "sent": list(profiles.roles_of(house.store, scope).events("sent")),
        "most": MOST_ROWS + 1,
    }
    there = Sql(
        "day >= {first:Date} AND day < {until:Date} AND type IN ('track', 'page', 'screen') AND active"
        " AND event NOT IN {sent:Array(String)} AND event != 'need.predicted'"
    )
    columns = {
        "day": Sql("day"),
        "ts": Sql("ts"),
        "money": Sql("if(currency = {currency:String}, ifNull(revenue_minor, 0), 0)"),
        "source": ident(by, ORIGINS),
    }
    rows = identity.rows_of_people(house.store, scope, Sql("events"), columns, there)
    query = Sql(
        "SELECT toUInt64(person) AS person, toInt32(day) AS day, toFloat64(sum(money)) AS paid, toFloat64(countIf(money > 0)) AS orders,"
        f" toString(argMin(source, ts)) AS origin FROM {rows} GROUP BY person, day ORDER BY person, day LIMIT {{most:UInt64}}"
    )
    found = house.warehouse.query(query, {name: value for name, value in params.items() if f"{{{name}:" in query}).combine_chunks()
    if found.num_rows > MOST_ROWS:
        raise UemsError("too_much_history", f"There are more than {MOST_ROWS:,} days of visits within three years.", status=409)
    person, day = found.column("person").to_numpy(), found.column("day").to_numpy().astype(np.int64)
    paid, orders = found.column("paid").to_numpy(), found.column("orders").to_numpy()
    people, starts, who = np.unique(person, return_index=True, return_inverse=True)
    ends = np.append(starts[1:], len(person)) - 1 if len(people) else starts
    first, last = day[starts], day[ends]
    early = day < first[who] + EARLY_DAYS
    inside = who[1:] == who[:-1]
    today = day_number(until)
    waiting = (today - last).astype(np.float64)
    origins = found.column("origin").combine_chunks().take(starts).to_pylist() if len(people) else []
    return Stays(
        people=people.astype(np.uint64),
        first=first,
        last=last,
        visits=np.bincount(who, early, len(people)).astype(np.float64),
        orders=np.bincount(who, orders * early, len(people)).astype(np.float64),
        spent=np.bincount(who, paid * early, len(people)).astype(np.float64),
        origin=tuple(str(one) for one in origins),
        gap=np.concatenate([np.diff(day)[inside].astype(np.float64), waiting]),
        gap_ended=np.concatenate([np.ones(int(inside.sum()), np.bool_), np.zeros(len(people), np.bool_)]),
    )
