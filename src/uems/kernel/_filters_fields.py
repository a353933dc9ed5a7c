"""Where does a filter find its values in SQL? A table of columns, and two ways in which JSON is stored.

``json_column`` reads a column of the engine's type JSON, part by part and typed: fast. ``json_text`` reads one value a row
kept as JSON text, for tables that hold a trait a row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

from uems.kernel.sql import Param, Sql, json_path

FieldType: TypeAlias = Literal["text", "number", "boolean", "time", "day"]


class Params:
    """The values that a query binds while it is being built. ``prefix`` keeps two builders of one query apart."""

    def __init__(self, prefix: str = "f") -> None:
        self.values: dict[str, Param] = {}
        self.prefix = prefix
        self._known: dict[tuple[str, str], Sql] = {}

    def bind(self, value: Param, type_: str) -> Sql:
        """The placeholder of ``value``; the same value and type share one."""
        key = (f"{type(value).__name__} {value!r}", type_)
        found = self._known.get(key)
        if found is None:
            name = f"{self.prefix}{len(self.values)}"
            self.values[name] = value
            found = self._known[key] = Sql("{" + name + ":" + type_ + "}")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column that filters may name. sql: how to read it. type "time" is a DateTime64, "day" a Date of the workspace's zone."""

    sql: Sql
    type: FieldType
    nullable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalars:
    """One JSON value as typed expressions, each NULL when the value has another type; an empty part never holds it."""

    text: Sql | None = None
    integers: tuple[Sql, ...] = ()
    floats: tuple[Sql, ...] = ()
    boolean: Sql | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonValue:
    """One JSON value. is_set: 1 for a scalar or a list. lists: array expressions, each with how to read an element called ``_x``.

    scalars: each type read by itself, for who asks for one of them. together: the value read once, for who asks for several.
    """

    is_set: Sql
    scalars: Scalars
    together: Scalars
    lists: tuple[tuple[Sql, Scalars], ...]


class JsonSource(Protocol):
    """A way in which named JSON values are stored."""

    def value(self, name: str, params: Params) -> JsonValue: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What a filter may name when it reads one table (or join). None: this reader has no properties, or no traits."""

    columns: Mapping[str, Field] = field(default_factory=dict)
    properties: JsonSource | None = None
    traits: JsonSource | None = None


def _elements(value: Sql) -> Scalars:
    """The types that a Dynamic holds."""
    return Scalars(
        text=Sql(f"dynamicElement({value}, 'String')"),
        integers=(Sql(f"dynamicElement({value}, 'Int64')"), Sql(f"dynamicElement({value}, 'UInt64')")),
        floats=(Sql(f"dynamicElement({value}, 'Float64')"),),
        boolean=Sql(f"dynamicElement({value}, 'Bool')"),
    )


_X: Final = Sql("_x")
_ELEMENTS: Final[tuple[tuple[Sql, Scalars], ...]] = (
    (Sql(".:`Array(Nullable(String))`"), Scalars(text=_X)),
    (Sql(".:`Array(Nullable(Int64))`"), Scalars(integers=(_X,))),
    (Sql(".:`Array(Nullable(UInt64))`"), Scalars(integers=(_X,))),
    (Sql(".:`Array(Nullable(Float64))`"), Scalars(floats=(_X,))),
    (Sql(".:`Array(Nullable(Bool))`"), Scalars(boolean=_X)),
    (Sql(".:`Array(Dynamic)`"), _elements(_X)),
)


@dataclass(frozen=True, slots=True)
class json_column:
    """Values in a column of type JSON, such as ``json_column(Sql("properties"))``."""

    column: Sql

    def value(self, name: str, params: Params) -> JsonValue:
        path = json_path(self.column, name)
        return JsonValue(
            is_set=Sql(f"isNotNull({path})"),
            scalars=Scalars(
                text=Sql(f"{path}.:String"),
                integers=(Sql(f"{path}.:Int64"), Sql(f"{path}.:UInt64")),
                floats=(Sql(f"{path}.:Float64"),),
                boolean=Sql(f"{path}.:Bool"),
            ),
            together=_elements(path),
            lists=tuple((Sql(f"{path}{type_}"), scalars) for type_, scalars in _ELEMENTS),
        )


@dataclass(frozen=True, slots=True)
class json_text:
    """Values kept as JSON text: ``text_of(name, params)`` gives the expression; "" or NULL is a missing value."""

    text_of: Callable[[str, Params], Sql]

    def value(self, name: str, params: Params) -> JsonValue:
        raw = Sql(f"ifNull({self.text_of(name, params)}, '')")
        scalars = _typed_text(raw)
        return JsonValue(
            is_set=Sql(f"(JSONType({raw}) NOT IN ('Null', 'Object'))"),
            scalars=scalars,
            together=scalars,
            lists=((Sql(f"JSONExtractArrayRaw({raw})"), _typed_text(_X)),),
        )


def _typed_text(raw: Sql) -> Scalars:
    # TRICKY: JSONExtract turns "5" into 5 and true into 1; only the type in front keeps them apart.
    return Scalars(
        text=Sql(f"if(JSONType({raw}) = 'String', JSONExtractString({raw}), NULL)"),
        integers=(
            Sql(f"if(JSONType({raw}) = 'Int64', JSONExtractInt({raw}), NULL)"),
            Sql(f"if(JSONType({raw}) = 'UInt64', JSONExtractUInt({raw}), NULL)"),
        ),
        floats=(Sql(f"if(JSONType({raw}) = 'Double', JSONExtractFloat({raw}), NULL)"),),
        boolean=Sql(f"if(JSONType({raw}) = 'Bool', JSONExtractBool({raw}), NULL)"),
    )
