"""What does a column say, whichever file it came from: typed Parquet, text of a CSV, or JSON fragments?"""

from dataclasses import dataclass

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from uems.collect.files.json_text import flat, json_values
from uems.collect.files.model import JSON_TEXT

Mask = NDArray[np.bool_]

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One column. ``json``: the values are JSON texts. Text that is "" counts as absent, like null."""

    array: pa.Array
    json: bool = False

    def __len__(self) -> int:
        return len(self.array)


def cells_of(table: pa.Table, name: str) -> Cells:
    """The column called ``name``, or what a dotted path such as ``user.id`` leads to; all absent where there is neither."""
    if name in table.column_names:
        field = table.schema.field(name)
        return Cells(array=flat(table.column(name)), json=(field.metadata or {}).items() >= JSON_TEXT.items())
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        if (head := ".".join(parts[:count])) in table.column_names:
            return _inside(cells_of(table, head), parts[count:])
    return Cells(array=pa.nulls(table.num_rows, pa.string()))


def _inside(cells: Cells, path: list[str]) -> Cells:
    if cells.json:
        return Cells(array=pa.array([_dig(value, path) for value in cells.array.to_pylist()], pa.string()), json=True)
    array = cells.array
    for name in path:
        if not pa.types.is_struct(array.type) or array.type.get_field_index(name) < 0:
            return Cells(array=pa.nulls(len(array), pa.string()))
        array = flat(pc.struct_field(array, name))
    return Cells(array=array)


def _dig(value: str | None, path: list[str]) -> str | None:
    for name in path:
        if value is None or value[:1] != "{":
            return None
        found = _object.decode(value).get(name)
        value = None if found is None else bytes(found).decode()
    return None if value == "null" else value


def unquoted(texts: pa.Array) -> pa.Array:
    """JSON texts as plain text: strings without their quotes, everything else as it is written."""
    strings = pc.fill_null(pc.starts_with(texts, '"'), False)
    if not pc.any(strings).as_py():
        return texts
    inner = pc.utf8_slice_codeunits(texts, 1, -1)
    plain = pc.if_else(strings, inner, texts)
    escaped = pc.and_(strings, pc.fill_null(pc.match_substring(texts, "\\"), False))
    if pc.any(escaped).as_py():
        values = [msgspec.json.decode(value) for value in texts.filter(escaped).to_pylist()]
        plain = pc.replace_with_mask(plain, escaped, pa.array(values, pa.string()))
    return plain


def _text_of_floats(array: pa.Array) -> pa.Array:
    # An id column with gaps comes as 123.0 out of many tools; nobody's id is 123.0.
    array = pc.if_else(pc.is_finite(array), array, pa.scalar(None, array.type))
    values = array.cast(pa.float64())
    if pc.all(pc.equal(values, pc.trunc(values))).as_py() and (pc.max(pc.abs(values)).as_py() or 0) < 2**53:
        return values.cast(pa.int64()).cast(pa.string())
    return array.cast(pa.string())


def raw_text(cells: Cells) -> pa.Array:
    """Every value as text exactly as it stands; null where absent."""
    array, kind = cells.array, cells.array.type
    if cells.json:
        text = unquoted(array)
    elif pa.types.is_string(kind):
        text = array
    elif pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        text = array.cast(pa.string())
    elif pa.types.is_floating(kind):
        text = _text_of_floats(array)
    else:
        text = unquoted(json_values(array))
    return text


def as_text(cells: Cells) -> pa.Array:
    """Every value as trimmed text; null where absent or empty. NUL characters go: no id or name has them on purpose."""
    text = raw_text(cells)
    kind = cells.array.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        text = pc.utf8_trim(text, characters=" \t\r\n\x00\u3000\u00a0\ufeff")
        if pc.any(pc.match_substring(text, "\x00")).as_py():
            text = pc.replace_substring(text, "\x00", "")
    empty = pc.fill_null(pc.equal(text, ""), False)
    return pc.if_else(empty, pa.scalar(None, pa.string()), text) if pc.any(empty).as_py() else text


def mask_of(array: pa.Array) -> Mask:
    """A boolean array as numpy; null counts as false."""
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), bool)


def present(array: pa.Array) -> Mask:
    """Where a value stands."""
    return ~np.asarray(array.is_null().to_numpy(zero_copy_only=False), bool)
