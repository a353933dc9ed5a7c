"""Which events, devices, sources and kinds of thing are there to make features of? Found in the workspace's own past, before a day.

What is found is kept with the model, so that every cut, and every night's scores, are measured in the same words.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from uems.kernel.clock import start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, ident, json_path
from uems.prediction.past import Past
from uems.profiles import api as profiles
from uems.profiles.api import Value

EVENTS, VALUES, PATHS, CATEGORIES = 12, 4, 4, 6
"""How many are told apart at most: events, values of a column, properties, and values of a property."""
COLUMNS: Final = ("device", "channel", "utm_source", "country")
_SAMPLE: Final = 100_000
_DAYS: Final = 365
# A property with more values than this names single things, and one with a single value tells nobody from anybody.
_MOST_VALUES, _LEAST_SHARE = 500, 0.05
_DONE_TO: Final = re.compile(
    r"(e-?mail|campaign|push|sms|message|notification|newsletter|mailing|offer|letter)s?\b.*"
    r"\b(sent|delivered|bounced|dropped|queued|scheduled|dispatched)\Z",
    re.IGNORECASE,
)
DEFAULT_DAYS: Final = 14.0
# Days, times and plain numbers are measures, not kinds of thing.
_NOT_A_KIND: Final = re.compile(r"[0-9.,:+/TZ -]+\Z")
_NEVER: Final = ("id", "url", "email", "phone", "name", "title", "currency", "ip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A property with few values. inside: the list of objects that it is in ("products"); "" for a property of the event itself."""

    inside: str
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words of the features. events: the most frequent first. columns: column → its most frequent values.

    usual_days: the median over people of their mean days between two days with events. done_to: events that we did to people
    and not they themselves, such as a mail that was sent; they tell nothing of their rhythm.
    """

    events: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    categories: tuple[Category, ...]
    usual_days: float
    done_to: tuple[str, ...] = ()


def dump(words: Vocabulary) -> dict[str, Any]:
    """As JSON; ``load`` gives the same back."""
    return asdict(words)


def load(told: Mapping[str, Any]) -> Vocabulary:
    return Vocabulary(
        events=tuple(told["events"]),
        columns={column: tuple(values) for column, values in told["columns"].items()},
        categories=tuple(Category(inside=c["inside"], name=c["name"], values=tuple(c["values"])) for c in told["categories"]),
        usual_days=told["usual_days"],
        done_to=tuple(told["done_to"]),
    )


def vocabulary(house: House, scope: Scope, end: date) -> Vocabulary:
    """The words of the year before ``end``."""
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "start": start_of_day(end - timedelta(days=_DAYS), scope.zone),
        "end": start_of_day(end, scope.zone),
    }
    counted = house.warehouse.query(_NAMED, params).to_pylist()
    ours = _ours(house, scope, [row["value"] for row in counted])
    # A fixed part of the events, so that the same data gives the same words.
    params["every"] = max(1, sum(row["n"] for row in counted) // _SAMPLE)
    return Vocabulary(
        events=tuple(row["value"] for row in counted[:EVENTS]),
        columns={column: _values(house, params, column) for column in COLUMNS},
        categories=_categories(house, params),
        usual_days=usual_days(house, scope, end, ours),
        done_to=ours,
    )


_NAMED: Final = Sql(
    "SELECT event AS value, count() AS n FROM events WHERE workspace_id = {workspace:UInt32} AND ts >= {start:DateTime64(3, 'UTC')}"
    " AND ts < {end:DateTime64(3, 'UTC')} AND type IN ('track', 'page', 'screen') AND active AND event != ''"
    " GROUP BY value ORDER BY n DESC, value"
)


def done_to(events: Iterable[str]) -> tuple[str, ...]:
    """Which of the events we did to people, by their names: mails, pushes and offers that were sent or delivered."""
    return tuple(sorted(name for name in events if _DONE_TO.match(name)))


def _ours(house: House, scope: Scope, events: Sequence[str]) -> tuple[str, ...]:
    """By their names, and by the role that somebody gave them."""
    sent = set(profiles.roles_of(house.store, scope).events("sent"))
    return tuple(sorted({*done_to(events), *(name for name in events if name in sent)}))


def rhythm_words(house: House, scope: Scope, end: date) -> Vocabulary:
    """As ``vocabulary``, with nothing but what the rhythm of people needs."""
    start = start_of_day(end - timedelta(days=_DAYS), scope.zone)
    rows = house.warehouse.query(_NAMED, {"workspace": scope.workspace_id, "start": start, "end": start_of_day(end, scope.zone)})
    ours = _ours(house, scope, rows.column("value").to_pylist())
    return Vocabulary(events=(), columns={}, categories=(), usual_days=usual_days(house, scope, end, ours), done_to=ours)


def usual_days(house: House, scope: Scope, end: date, ours: Sequence[str]) -> float:
    """The median gap between days with events, over people who had three such days in the year before ``end``; 14 without any.

    ours: events that do not count, see ``done_to``.
    """
    past = Past(house, scope, end=end, first=end - timedelta(days=_DAYS))
    source = past.source("events")
    source.need(theirs_sql(past, ours))
    day = source.named(Sql("day"))
    gap = Sql(f"dateDiff('day', min({day}), max({day})) / (uniqExact({day}) - 1)")
    value = Value(source=source, sql=Sql(f"if(uniqExact({day}) > 2, toNullable({gap}), NULL)"), kind="number")
    gaps = past.run([value]).column(value).drop_null().to_numpy(zero_copy_only=False)
    return round(float(np.median(gaps)), 1) if len(gaps) else DEFAULT_DAYS


_ROWS: Final = Sql(
    "FROM events WHERE workspace_id = {workspace:UInt32} AND ts >= {start:DateTime64(3, 'UTC')} AND ts < {end:DateTime64(3, 'UTC')}"
    " AND type IN ('track', 'page', 'screen') AND active AND cityHash64(message_id) % {every:UInt64} = 0"
)


def theirs_sql(past: Past, ours: Sequence[str]) -> Sql:
    """Which rows of events are something that the person did."""
    did = Sql("type IN ('track', 'page', 'screen') AND active")
    return Sql(f"{did} AND event NOT IN {past.params.bind(list(ours), 'Array(String)')}") if ours else did


def _values(house: House, params: Mapping[str, Param], column: str) -> tuple[str, ...]:
    name = ident(column, COLUMNS)
    query = Sql(f"SELECT {name} AS value, count() AS n {_ROWS} AND value != '' GROUP BY value ORDER BY n DESC, value LIMIT {VALUES}")
    found = house.warehouse.query(query, params).column("value").to_pylist()
    # Everybody has the only one there is.
    return tuple(found) if len(found) > 1 else ()


def _categories(house: House, params: Mapping[str, Param]) -> tuple[Category, ...]:
    places = [("", name) for name in _text_paths(house, params, Sql("properties"), _ROWS)]
    lists = Sql(
        f"SELECT path, count() AS n FROM (SELECT arrayJoin(JSONAllPathsWithTypes(properties)) AS pair, pair.1 AS path {_ROWS})"
        " WHERE startsWith(pair.2, 'Array(JSON') GROUP BY path ORDER BY n DESC, path LIMIT 2"
    )
    for name in house.warehouse.query(lists, params).column("path").to_pylist():
        items = items_of(name)
        if items is not None:
            inner = _text_paths(house, params, Sql("item"), Sql(f"FROM (SELECT arrayJoin({items}) AS item {_ROWS})"))
            places += [(name, path) for path in inner]
    found = [category for inside, name in places if (category := _category(house, params, inside, name)) is not None]
    return tuple(found[:PATHS])


def _text_paths(house: House, params: Mapping[str, Param], column: Sql, rows: Sql) -> list[str]:
    """Names of text properties in a good part of the rows, the most frequent first."""
    query = Sql(
        f"SELECT pair.1 AS path, count() AS n FROM (SELECT arrayJoin(JSONAllPathsWithTypes({column})) AS pair {rows})"
        " WHERE pair.2 = 'String' GROUP BY path ORDER BY n DESC, path LIMIT 30"
    )
    names: list[str] = house.warehouse.query(query, params).column("path").to_pylist()
    return [name for name in names if name.lower().replace("_", ".").rsplit(".", 1)[-1] not in _NEVER and not name.lower().endswith("id")]


def items_of(name: str) -> Sql | None:
    """The objects of a list property; None for a name that the engine cannot read so."""
    try:
        return Sql(f"{json_path(Sql('properties'), name)}.:`Array(JSON)`")
    except UemsError:
        return None


def texts_of(category: Category) -> Sql:
    """The values of a category in an event, as an array of texts."""
    if not category.inside:
        return Sql(f"[ifNull({json_path(Sql('properties'), category.name)}.:String, '')]")
    items = items_of(category.inside) or Sql("[]")
    return Sql(f"arrayMap(text -> ifNull(text, ''), {json_path(items, category.name)}.:String)")


def _category(house: House, params: Mapping[str, Param], inside: str, name: str) -> Category | None:
    try:
        texts = texts_of(Category(inside=inside, name=name, values=()))
    except UemsError:
        return None
    query = Sql(
        f"SELECT text, count() AS n FROM (SELECT arrayJoin({texts}) AS text {_ROWS}) WHERE text != '' GROUP BY text ORDER BY n DESC, text"
        f" LIMIT {_MOST_VALUES + 1}"
    )
    rows: Sequence[Mapping[str, Any]] = house.warehouse.query(query, params).to_pylist()
    if not 2 <= len(rows) <= _MOST_VALUES or rows[0]["n"] < 20 or all(_NOT_A_KIND.match(row["text"]) for row in rows[:CATEGORIES]):
        return None
    whole = sum(row["n"] for row in rows)
    values = tuple(row["text"] for row in rows[:CATEGORIES] if row["n"] >= whole * _LEAST_SHARE / 5)
    return Category(inside=inside, name=name, values=values) if values else None
