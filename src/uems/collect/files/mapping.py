"""Which column means what? A mapping turns the rows of one file into one kind of event; it is saved, named and used again."""

from collections.abc import Collection, Iterator
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from uems.collect.files.values import PropertyType
from uems.kernel.clock import zone_of
from uems.kernel.edge import Clean, Name
from uems.kernel.errors import UemsError
from uems.kernel.money import exponents

EventType = Literal["track", "identify", "page", "screen", "group", "alias"]
Aggregate = Literal["first", "last", "sum", "min", "max", "count"]
ColumnName = Annotated[str, Field(min_length=1, max_length=500), Clean]

CONTEXT_NAMES = (
    "page.url", "page.path", "page.title", "page.referrer", "campaign.source", "campaign.medium", "campaign.name", "campaign.term",
    "campaign.content", "device.type", "os.name", "userAgent", "locale", "ip", "channel", "location.country", "sessionId",
)  # fmt: skip
"""What a column may tell of the circumstances, by the names of the protocol."""


class Part(BaseModel):
    """Base of the parts of a mapping: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldMap(Part):
    """One property or trait. ``column`` may be a dotted path into nested values. ``aggregate`` counts where rows are grouped."""

    name: Annotated[str, Field(min_length=1, max_length=200), Clean]
    column: ColumnName
    type: PropertyType = "auto"
    aggregate: Aggregate = "first"


class Said(Part):
    """A value that a column gives, or that is the same for all rows; the constant also stands in where the column is empty."""

    column: ColumnName | None = None
    constant: Annotated[str, Field(max_length=500), Clean] = ""

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if self.column is None and not self.constant.strip():
            raise ValueError("needs a column or a constant")
        return self


class TimeMap(Said):
    """When. ``format``: "auto", "epoch_s", "epoch_ms", "epoch_us", or a strptime format such as %d.%m.%Y %H:%M.

    zone: of clock readings that name none; null takes the zone of the workspace. The constant "now" is the start of the import.
    """

    format: Annotated[str, Field(min_length=1, max_length=60)] = "auto"
    zone: str | None = None

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                zone_of(value)
            except UemsError as error:
                raise ValueError(error.message) from error
        return value


class RevenueMap(Part):
    """The amount. ``unit``: major (12.50) or minor (1250) units. Grouped rows add up unless ``aggregate`` says otherwise."""

    column: ColumnName
    unit: Literal["major", "minor"] = "major"
    aggregate: Literal["sum", "first", "last", "max"] = "sum"


class GroupMap(Part):
    """Several rows make one event: rows that agree in ``key``. Their ``fields`` become the objects of the list called ``items``."""

    key: Annotated[list[ColumnName], Field(min_length=1, max_length=5)]
    items: Annotated[str, Field(min_length=1, max_length=200), Clean] = "products"
    fields: Annotated[list[FieldMap], Field(max_length=200)] = []


class MessageIdMap(Part):
    """What makes a row the same row again. No columns: its place in the file (or the key of its group).

    With columns, an event is recognised in every later file and source that holds the same values. ``as_is``: the one column
    holds messageIds, as a program also sends them over HTTP.
    """

    columns: Annotated[list[ColumnName], Field(max_length=10)] = []
    as_is: bool = False

    @model_validator(mode="after")
    def _one_column(self) -> Self:
        if self.as_is and len(self.columns) != 1:
            raise ValueError("as_is needs exactly one column")
        return self


class Mapping(Part):
    """One file, one kind of event; optionally what the same row says of the person (``traits``) as an identify beside it."""

    type: EventType = "track"
    event: Said | None = None
    user_id: ColumnName | None = None
    anonymous_id: ColumnName | None = None
    email: ColumnName | None = None
    phone: ColumnName | None = None
    group_id: ColumnName | None = None
    previous_id: ColumnName | None = None
    time: TimeMap
    message_id: MessageIdMap = MessageIdMap()
    revenue: RevenueMap | None = None
    currency: Said | None = None
    properties: Annotated[list[FieldMap], Field(max_length=1000)] = []
    rest: Annotated[bool, Field(description="Take every column that nothing else names as a property, under its own name.")] = False
    traits: Annotated[list[FieldMap], Field(max_length=1000)] = []
    context: Annotated[list[FieldMap], Field(max_length=50)] = []
    group: GroupMap | None = None
    decimal_comma: Annotated[bool, Field(description="Numbers are written 1.234,50.")] = False
    bad_values: Annotated[
        Literal["skip_row", "leave_out"], Field(description="A property that is not of its type: leave out the row, or the property.")
    ] = "skip_row"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        problems = list(_contradictions(self))
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def columns(self) -> set[str]:
        """Every column that the mapping names (``rest`` aside)."""
        named = {self.user_id, self.anonymous_id, self.email, self.phone, self.group_id, self.previous_id, self.time.column}
        named |= {said.column for said in (self.event, self.currency) if said}
        named |= {field.column for field in (*self.properties, *self.traits, *self.context)}
        named |= set(self.message_id.columns)
        if self.revenue:
            named.add(self.revenue.column)
        if self.group:
            named |= {*self.group.key, *(field.column for field in self.group.fields)}
        return {name for name in named if name is not None}


class SavedMapping(Part):
    """A mapping under a name, as the body of a request."""

    name: Name
    mapping: Mapping


def _contradictions(mapping: Mapping) -> Iterator[str]:
    if not (mapping.user_id or mapping.anonymous_id or mapping.email or mapping.phone):
        yield "one of user_id, anonymous_id, email and phone must name a column: an event belongs to a person"
    if mapping.type == "track" and mapping.event is None:
        yield "event must be given for track: a column, or a constant such as Order Completed"
    if mapping.type == "alias" and not (mapping.previous_id and mapping.user_id):
        yield "alias needs previous_id and user_id"
    if mapping.type == "group" and not mapping.group_id:
        yield "group needs group_id"
    if mapping.traits and mapping.type == "identify":
        yield "for identify the traits are its properties; leave traits empty"
    if mapping.group and mapping.rest:
        yield "rest cannot be used where rows are grouped: say which columns are products and which belong to the order"
    if not mapping.group and any(field.aggregate != "first" for field in (*mapping.properties, *mapping.traits)):
        yield "aggregate needs group"
    lists = {"properties": mapping.properties, "traits": mapping.traits, "context": mapping.context}
    if mapping.group:
        lists["group.fields"] = mapping.group.fields
        if mapping.group.items in {field.name for field in mapping.properties}:
            yield f"two properties are called {mapping.group.items!r}"
    for where, fields in lists.items():
        names = [field.name for field in fields]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            yield f"{where} has {', '.join(twice)} more than once"
    if unknown := sorted({field.name for field in mapping.context} - set(CONTEXT_NAMES)):
        yield f"context does not know {', '.join(unknown)}; it knows {', '.join(CONTEXT_NAMES)}"
    if mapping.currency and mapping.currency.constant and mapping.currency.constant.strip().upper() not in exponents():
        yield f"currency {mapping.currency.constant!r} is no ISO 4217 code such as CNY or USD"


def check_columns(mapping: Mapping, columns: Collection[str]) -> None:
    """Raise ``mapping_mismatch`` (422) when the mapping names a column that a file does not have; details name both sides."""
    heads = set(columns)
    missing = sorted(name for name in mapping.columns() if name not in heads and not _leads(name, heads))
    if missing:
        shown = ", ".join(missing)
        raise UemsError(
            "mapping_mismatch",
            f"The mapping names {shown}; there are {', '.join(list(columns)[:50])}. Change the mapping or the file.",
            status=422,
            details={"missing": missing, "columns": list(columns)[:500]},
        )


def _leads(name: str, heads: Collection[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:count]) in heads for count in range(1, len(parts)))
