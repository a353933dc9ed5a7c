"""What does the overview say of some people only? Counted from their events, as the daily numbers are of everybody together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from uems.identity import api as identity
from uems.journeys.reports._ask import NOBODY, Ask, People, in_sample, members_of
from uems.kernel.sql import Sql

_EVERYBODY: Final = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """rows: day, name, event, currency, events and revenue_minor, as the daily numbers have them. active, new, identified: how many."""

    rows: list[dict[str, Any]]
    actives: Mapping[date, int]
    event_people: Mapping[str, int]
    active: int
    new: int
    identified: int


def some_people(asked: Ask) -> Some:
    """The numbers of the days asked for, of those whom the question lets count."""
    days, names = _distinct(asked)
    active, new, identified = (len(who_of(asked, asked.first, asked.last, who)) for who in ("active", "new", "identified"))
    return Some(rows=_rows(asked), actives=days, event_people=names, active=active, new=new, identified=identified)


def who_of(asked: Ask, first: date, last: date, who: identity.Who, event: str = "") -> People:
    """Of those who were there from ``first`` to ``last``, who is asked for and counts."""
    found = identity.active_people(asked.house, asked.scope, first, last, event=event, who=who, limit=_EVERYBODY)
    people = np.sort(np.array(found, np.uint64))
    people = people[in_sample(people, asked.spec.sample_percent)]
    mine = members_of(asked)
    return people if mine is None else np.intersect1d(people, mine, assume_unique=True).astype(NOBODY.dtype)


def _rows(asked: Ask) -> list[dict[str, Any]]:
    query = asked.query()
    columns = {
        "at_day": Sql("day"),
        "named": Sql("toString(if(event = '', type, event))"),
        "told": Sql("toString(event)"),
        "money": Sql("toString(currency)"),
        "minor": Sql("ifNull(revenue_minor, 0)"),
    }
    found = query.run(
        Sql(
            "SELECT at_day AS day, named AS name, told AS event, money AS currency, toInt64(count()) AS events, sum(minor) AS revenue_minor"
            f" FROM {query.events_sql(columns, Sql('1'))} GROUP BY at_day, named, told, money ORDER BY day, name"
        )
    )
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _distinct(asked: Ask) -> tuple[dict[date, int], dict[str, int]]:
    query = asked.query()
    rows = query.events_sql({"at_day": Sql("day"), "named": Sql("toString(if(event = '', type, event))")}, Sql("1"))
    found = query.run(
        Sql(
            "SELECT at_day, named, grouping(at_day) AS by_name, toInt64(uniqExact(person)) AS n"
            f" FROM {rows} GROUP BY GROUPING SETS ((at_day), (named))"
        )
    ).to_pylist()
    days = {row["at_day"]: row["n"] for row in found if not row["by_name"]}
    return days, {row["named"]: row["n"] for row in found if row["by_name"]}
