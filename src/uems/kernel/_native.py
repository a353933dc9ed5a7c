"""How does an Arrow table become one Native block, the bytes in which ClickHouse takes rows fastest?

Native is used, and not ArrowStream, because only here does the engine parse JSON text under the JSON settings of the
insert: with ArrowStream they are ignored, so that one repeated key in one row refuses the whole block.
Format: https://clickhouse.com/docs/interfaces/formats/Native (without block info).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.kernel.errors import UemsError

_PLAIN: Final[Mapping[pa.DataType, str]] = {
    pa.int8(): "Int8",
    pa.int16(): "Int16",
    pa.int32(): "Int32",
    pa.int64(): "Int64",
    pa.uint8(): "UInt8",
    pa.uint16(): "UInt16",
    pa.uint32(): "UInt32",
    pa.uint64(): "UInt64",
    pa.float32(): "Float32",
    pa.float64(): "Float64",
}
_ARROW: Final = {name: arrow for arrow, name in _PLAIN.items()}
_TEXT: Final = frozenset({pa.string(), pa.large_string(), pa.binary(), pa.large_binary()})
_PRECISION: Final[Mapping[str, int]] = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_DAYS: Final = (0, 65_535)
_YEARS: Final = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC))
_JSON_AS_TEXT: Final = (1).to_bytes(8, "little")
_DICTIONARY_VERSION: Final = (1).to_bytes(8, "little")
# In a LowCardinality column: the block brings its own keys (0x200) and replaces the dictionary (0x400).
_OWN_KEYS: Final = 0x600


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """``body`` is the block; ``structure`` names its columns and their types, as a table function wants them."""

    structure: str
    body: bytes


def to_native(table: pa.Table, types: Mapping[str, str]) -> Block:
    """The whole of ``table`` as one block; ``types`` are the column types of the target table, by name.

    Raises ``warehouse_rejected_rows`` for a column that the target does not have, a type that has no Native form, and
    values that the target would store as others: numbers and days out of range, nulls where none may be.
    """
    parts = [_varint(table.num_columns), _varint(table.num_rows)]
    structure = []
    for name, chunked in zip(table.column_names, table.columns, strict=True):
        if name not in types:
            raise _rejected(name, "the table has no such column")
        column = chunked.combine_chunks() if chunked.num_chunks != 1 else chunked.chunk(0)
        if isinstance(column, pa.ChunkedArray):
            raise _rejected(name, "more than 2 GB in one column; insert fewer rows at once")
        type_, prefix, body = _column(name, _fitted(name, column, types[name]), types[name])
        structure.append(f"`{name}` {type_}")
        parts += [_text(name.encode()), _text(type_.encode()), prefix, *body]
    return Block(structure=", ".join(structure), body=b"".join(parts))


def _fitted(name: str, column: pa.Array, target: str) -> pa.Array:
    """``column`` in the Arrow type that is the target's own, checked: the engine would wrap and clip without a word."""
    nullable = target.startswith(("Nullable(", "LowCardinality(Nullable("))
    if column.null_count and not nullable:
        raise _rejected(name, f"{column.null_count} nulls, and {target} takes none")
    base = target.removeprefix("Nullable(").removesuffix(")") if target.startswith("Nullable(") else target
    try:
        if base in _ARROW and not pa.types.is_boolean(column.type):
            return column.cast(_ARROW[base])
        if base == "Date" and pa.types.is_date32(column.type):
            _within(name, column.cast(pa.int32()), _DAYS)
        if pa.types.is_timestamp(column.type) and base.startswith("DateTime64"):
            _within(name, column, _YEARS)
    except pa.ArrowInvalid as error:
        raise _rejected(name, f"does not fit {target}: {error}") from None
    return column


def _within(name: str, column: pa.Array, bounds: tuple[object, object]) -> None:
    low, high = (pa.scalar(bound).cast(column.type) for bound in bounds)
    found = pc.min_max(column)
    if found["min"].is_valid and (pc.less(found["min"], low).as_py() or pc.greater(found["max"], high).as_py()):
        raise _rejected(name, f"a value is not between {low} and {high}")


def _column(name: str, column: pa.Array, target: str) -> tuple[str, bytes, list[bytes]]:
    """Type name, what stands once before the data, and the data."""
    if target.startswith("JSON"):
        if column.type not in _TEXT:
            raise _rejected(name, "a JSON column takes JSON text")
        return target, _JSON_AS_TEXT, _data(name, column)
    if pa.types.is_dictionary(column.type):
        if target == "LowCardinality(String)" and column.type.value_type in _TEXT:
            return target, _DICTIONARY_VERSION, _low_cardinality(column)
        column = column.dictionary_decode()
    type_ = _type(name, column.type)
    if column.null_count:
        mask = np.asarray(column.is_null().cast(pa.uint8()))
        return f"Nullable({type_})", b"", [mask.tobytes(), *_data(name, column)]
    return type_, b"", _data(name, column)


def _type(name: str, arrow: pa.DataType) -> str:
    """The ClickHouse type in which values of this Arrow type are sent; the engine converts it to that of the column."""
    if arrow in _PLAIN:
        return _PLAIN[arrow]
    if arrow in _TEXT:
        return "String"
    if pa.types.is_boolean(arrow):
        return "Bool"
    if pa.types.is_date32(arrow):
        return "Date32"
    if pa.types.is_timestamp(arrow) and arrow.tz is not None:
        return f"DateTime64({_PRECISION[arrow.unit]}, 'UTC')"
    if pa.types.is_decimal128(arrow):
        return f"Decimal({arrow.precision}, {arrow.scale})"
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow):
        return f"Array({_type(name, arrow.value_type)})"
    if pa.types.is_null(arrow):
        return "String"
    raise _rejected(name, f"Arrow type {arrow} cannot be stored; use numbers, text, dates, times with a zone, or lists of them")


def _data(name: str, column: pa.Array) -> list[bytes]:
    arrow = column.type
    if arrow in _TEXT:
        return [_strings(column)]
    if pa.types.is_null(arrow):
        return [bytes(len(column))]
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow):
        return _lists(name, column)
    if pa.types.is_decimal128(arrow):
        return [_decimals(column)]
    if pa.types.is_boolean(arrow):
        column = column.cast(pa.uint8())
    elif pa.types.is_date32(arrow):
        column = column.cast(pa.int32())
    elif pa.types.is_timestamp(arrow):
        column = column.cast(pa.int64())
    return [np.asarray(column.fill_null(0)).tobytes()]


def _strings(column: pa.Array) -> bytes:
    """Each value after its length: joined by Arrow in native code, a row at a time in Python would cost more than the insert."""
    values = column.cast(pa.large_binary()).fill_null(b"")
    lengths = pc.binary_length(values).dictionary_encode()
    prefixes = pa.array([_varint(length) for length in lengths.dictionary.to_pylist()], pa.large_binary())
    joined = pc.binary_join_element_wise(prefixes.take(lengths.indices), values, pa.scalar(b"", pa.large_binary()))
    return joined.buffers()[2].to_pybytes() if len(joined) else b""


def _low_cardinality(column: pa.DictionaryArray) -> list[bytes]:
    # The first key has to be the default value of the type.
    keys = pa.concat_arrays([pa.array([b""], pa.large_binary()), column.dictionary.cast(pa.large_binary()).fill_null(b"")])
    width = 0 if len(keys) <= 0xFF else 1 if len(keys) <= 0xFFFF else 2
    indexes = np.asarray(column.indices).astype(f"<u{2**width}") + 1
    if not len(column):
        return []
    return [
        (_OWN_KEYS | width).to_bytes(8, "little"),
        len(keys).to_bytes(8, "little"),
        _strings(keys),
        len(column).to_bytes(8, "little"),
        indexes.astype(f"<u{2**width}").tobytes(),
    ]


def _lists(name: str, column: pa.Array) -> list[bytes]:
    if column.null_count:
        raise _rejected(name, "a list cannot be null; send an empty one")
    offsets = np.asarray(column.offsets).astype("<u8")
    values = column.flatten()
    if values.null_count:
        raise _rejected(name, "a list cannot hold nulls")
    return [(offsets[1:] - offsets[0]).tobytes(), *_data(name, values)]


def _decimals(column: pa.Array) -> bytes:
    words = np.frombuffer(column.buffers()[1], dtype="<i8")[2 * column.offset : 2 * (column.offset + len(column))].reshape(-1, 2)
    if column.type.precision <= 9:
        return words[:, 0].astype("<i4").tobytes()
    return words[:, 0].tobytes() if column.type.precision <= 18 else words.tobytes()


def _text(value: bytes) -> bytes:
    return _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _rejected(name: str, why: str) -> UemsError:
    return UemsError("warehouse_rejected_rows", f"Column {name}: {why}.", status=422, details={"column": name})
