"""Which columns does a table or a query of a database have, and what do they probably mean? So that they can be picked, not typed."""

from typing import Any

import pyarrow as pa

from uems.access.api import Access
from uems.collect.files.guess import guess_mapping
from uems.collect.files.mapping import Mapping
from uems.collect.files.model import JSON_TEXT, Column, ColumnType, shown
from uems.collect.files.parquet_rows import column_type
from uems.collect.files.reader import json_type, text_type
from uems.collect.sources.model import What
from uems.collect.sources.saved import connected, load, split
from uems.collect.sources.secrets import unseal
from uems.kernel.house import House

LOOKED_AT = 100
_EXAMPLES = 3


def look(
    house: House, access: Access, kind: str, connection: dict[str, Any], what: What, source_id: str | None
) -> tuple[tuple[Column, ...], Mapping | None]:
    """The columns with a few examples, and a first mapping for them (None where no column can be a person).

    source_id: a saved source whose password is used as long as nothing else of the connection differs. Raises ``not_found`` for
    it, ``invalid``, ``source_unreachable``, ``source_failed``.
    """
    plain, secrets = split(kind, connection)
    if source_id is not None and not secrets:
        source, sealed = load(house.store, access.scope, source_id)
        if sealed and (source.kind, source.connection) == (kind, plain):
            secrets = unseal(house.settings, sealed)
    with connected(house.settings, kind, plain, secrets) as conn:
        table = conn.look(what, LOOKED_AT)
    columns = tuple(_column(table, name) for name in table.column_names)
    return columns, guess_mapping(columns)


def _column(table: pa.Table, name: str) -> Column:
    values = [value for value in table.column(name).to_pylist() if value is not None]
    return Column(name=name, type=_type(table.schema.field(name), values), examples=tuple(shown(v, 60) for v in values[:_EXAMPLES]))


def _type(field: pa.Field, values: list[Any]) -> ColumnType:
    if not values:
        return "text" if pa.types.is_null(field.type) else column_type(field.type)
    if (field.metadata or {}).items() >= JSON_TEXT.items():
        return json_type(values)
    return text_type(values) if pa.types.is_string(field.type) else column_type(field.type)
