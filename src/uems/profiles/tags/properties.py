"""Where does a tag find a value in an event? In a column, in a property, or inside of a list of objects; always as an array.

``category`` is a property, ``address.city`` a part of one, ``products[].category`` that of every line of an order,
``$country`` a column of events, and ``$revenue`` the amount in the workspace's currency in minor units.
"""

from typing import Final

from uems.collect import api as collect
from uems.kernel.filters import Reading, Scalars, check_json_name
from uems.kernel.sql import Sql, ident, json_path
from uems.profiles.conditions.asking import Asking
from uems.profiles.conditions.did import number_of
from uems.profiles.conditions.model import REVENUE

_COLUMNS: Final = {column.name: column for column in collect.EVENT_COLUMNS if column.type in ("text", "number", "boolean")}
_PROPERTIES: Final = Sql("properties")


def check_property(name: str, reading: Reading) -> str:
    """The name itself; raises ``bad_filter`` for one that cannot be read."""
    if name.startswith("$"):
        if name != REVENUE and name[1:] not in _COLUMNS:
            known = ", ".join(f"${column}" for column in _COLUMNS)
            raise reading.wrong(f"{name[:60]!r} is no column of events; one of {REVENUE}, {known}.")
        return name
    parts = name.split("[].")
    if len(parts) > 2:
        raise reading.wrong("can step into one list of objects only.")
    for part in parts:
        check_json_name(part, reading)
    return name


def texts_in(name: str, asking: Asking) -> Sql:
    """An expression over a row of events: Array(String), without what is missing or empty."""
    if name == REVENUE:
        return Sql(f"arrayMap(x -> toString(x), {numbers_in(name, asking)})")
    if name.startswith("$"):
        column = Sql(f"toString({ident(name[1:], _COLUMNS)})")
        return Sql(f"if(ifNull({column}, '') = '', [], [assumeNotNull({column})])")
    if "[]." in name:
        return Sql(f"arrayFilter(x -> x != '', {line_texts(name)})")
    text = _text(json_path(_PROPERTIES, name))
    return Sql(f"if({text} = '', [], [{text}])")


def text_column(name: str) -> Sql | None:
    """A text column of events as it is, "" for none; None for anything else."""
    found = _COLUMNS.get(name.removeprefix("$")) if name.startswith("$") else None
    return Sql(f"toString({ident(found.name, _COLUMNS)})") if found is not None and found.type == "text" else None


def numbers_in(name: str, asking: Asking) -> Sql:
    """The same as Array(Float64): JSON numbers, as the conditions on what people did measure them; texts are none."""
    if name == REVENUE:
        mine = asking.params.bind(asking.scope.currency, "String")
        return Sql(f"if(currency = {mine} AND isNotNull(revenue_minor), [toFloat64(assumeNotNull(revenue_minor))], [])")
    if name.startswith("$"):
        number = Sql(f"toFloat64OrNull(toString({ident(name[1:], _COLUMNS)}))")  # so that text columns may be named too
        return Sql(f"if(isNull({number}), [], [assumeNotNull({number})])")
    if "[]." in name:
        return Sql(f"arrayFilter(x -> NOT isNaN(x), {line_numbers(name)})")
    number = number_of(_scalars(json_path(_PROPERTIES, name)))
    return Sql(f"if(isNull({number}), [], [assumeNotNull({number})])")


def line_texts(name: str) -> Sql:
    """The part of every line of a list of objects as text; "" where a line lacks it, so that lines of several parts stay side by side."""
    return Sql(f"arrayMap(x -> {_text(Sql('x'))}, {_lines(name)})")


def line_numbers(name: str) -> Sql:
    """The part of every line as a number; NaN where a line lacks it."""
    return Sql(
        "arrayMap(x -> coalesce(toFloat64(dynamicElement(x, 'Int64')), dynamicElement(x, 'Float64'),"
        f" toFloat64(dynamicElement(x, 'UInt64')), nan), {_lines(name)})"
    )


def line_count(name: str) -> Sql:
    """How many lines a list of objects has."""
    return Sql(f"length({_lines(name)}.:String)")


def _text(value: Sql) -> Sql:
    """A scalar of type Dynamic as text, "" for anything else. Read as a whole: a read for each type takes twice as long."""
    return Sql(f"if(dynamicType({value}) IN ('String', 'Int64', 'UInt64', 'Float64', 'Bool'), ifNull(toString({value}), ''), '')")


def _lines(name: str) -> Sql:
    head, _, tail = name.partition("[].")
    return json_path(Sql(f"{json_path(_PROPERTIES, head)}[]"), tail)


def _scalars(path: Sql) -> Scalars:
    integers = (Sql(f"{path}.:Int64"), Sql(f"{path}.:UInt64"))
    return Scalars(text=Sql(f"{path}.:String"), integers=integers, floats=(Sql(f"{path}.:Float64"),), boolean=Sql(f"{path}.:Bool"))
