"""How do columns become JSON without touching every value in Python? Each column is turned to text as a whole.

The functions work on whole Arrow arrays. A null stands for "absent": its key is left out of an object, and inside a list it is ``null``.
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_PLAIN = 1e10  # from here on Arrow writes floats with an exponent, which says what they are
_NEEDS_ESCAPE = r'["\\\x00-\x1f]'
_encoder = msgspec.json.Encoder(enc_hook=str)


def flat(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One contiguous array, dictionaries and run ends resolved."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
        if isinstance(array, pa.ChunkedArray):  # no chunks, or too long for one
            array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if isinstance(array.type, pa.BaseExtensionType):
        array = array.storage
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_run_end_encoded(array.type):
        array = pc.run_end_decode(array)
    return array


def _bytes_of(text: pa.Array) -> npt.NDArray[np.uint8]:
    """The characters of a string array, all values after each other, without copying them."""
    _, places, data = text.buffers()
    if data is None or len(text) == 0:
        return np.zeros(0, np.uint8)
    offsets = np.frombuffer(places, np.int32)
    return np.frombuffer(data, np.uint8)[offsets[text.offset] : offsets[text.offset + len(text)]]


def quoted(text: pa.Array) -> pa.Array:
    """JSON strings of a text array; null stays null."""
    data = _bytes_of(text)
    if not ((data < 32) | (data == ord('"')) | (data == ord("\\"))).any():  # a tenth of the time that looking for a pattern takes
        return pc.binary_join_element_wise('"', text, '"', "")
    needs = pc.fill_null(pc.match_substring_regex(text, _NEEDS_ESCAPE), False)
    # Few values need it, and those are written one by one.
    escaped = pa.array([_encoder.encode(value).decode() for value in text.filter(needs).to_pylist()], pa.string())
    plain = pc.binary_join_element_wise('"', pc.if_else(needs, "", text), '"', "")
    return pc.replace_with_mask(plain, needs, escaped)


def _of_floats(array: pa.Array) -> pa.Array:
    if pa.types.is_float16(array.type):
        array = array.cast(pa.float32())
    array = pc.if_else(pc.is_finite(array), array, pa.scalar(None, array.type))  # NaN and infinities are not JSON
    text = array.cast(pa.string())
    # A column of numbers stays a column of numbers: 5.0 must not become the integer 5 in a typed JSON store.
    whole = pc.fill_null(pc.and_(pc.equal(array, pc.trunc(array)), pc.less(pc.abs(array), _PLAIN)), False)
    return pc.if_else(whole, pc.binary_join_element_wise(text, ".0", ""), text) if pc.any(whole).as_py() else text


def _of_times(array: pa.Array) -> pa.Array:
    zone = array.type.tz
    if zone is not None:
        array = array.cast(pa.timestamp(array.type.unit, "UTC")).cast(pa.timestamp(array.type.unit))
    text = pc.replace_substring(array.cast(pa.string()), " ", "T", max_replacements=1)
    return pc.binary_join_element_wise('"', text, 'Z"' if zone is not None else '"', "")


def _of_lists(array: pa.Array) -> pa.Array:
    if not pa.types.is_list(array.type):  # large, fixed-size and view lists: same values, plain offsets
        array = array.cast(pa.list_(array.type.value_type))
    lengths = pc.list_value_length(array).fill_null(0)
    offsets = pa.array(np.concatenate(([0], np.cumsum(lengths.to_numpy(zero_copy_only=False)))), pa.int32())
    return lists_of(pc.fill_null(json_values(array.flatten()), "null"), offsets, array.is_null() if array.null_count else None)


def lists_of(items: pa.Array, offsets: pa.Array, absent: pa.Array | None = None) -> pa.Array:
    """JSON lists of consecutive ``items`` (JSON texts, no nulls): list i holds items offsets[i] to offsets[i+1]."""
    if len(offsets) == 1:
        return pa.array([], pa.string())
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, items), ",")
    lists = pc.binary_join_element_wise("[", joined, "]", "")
    return lists if absent is None else pc.if_else(absent, pa.scalar(None, pa.string()), lists)


def _of_structs(array: pa.Array) -> pa.Array:
    fields = [array.type.field(i) for i in range(array.type.num_fields)]
    columns = array.flatten()
    text = json_objects([(field.name, json_values(column)) for field, column in zip(fields, columns, strict=True)], len(array))
    return pc.if_else(array.is_null(), pa.scalar(None, pa.string()), text) if array.null_count else text


def _one_by_one(array: pa.Array) -> pa.Array:
    is_map = pa.types.is_map(array.type)

    def plain(value: Any) -> object:
        return b64encode(value).decode() if isinstance(value, bytes) else dict(value) if is_map else value

    return pa.array([None if value is None else _encoder.encode(plain(value)).decode() for value in array.to_pylist()], pa.string())


def json_values(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The JSON text of every value of a column of any Arrow type; null stays null."""
    array = flat(column)
    kind = array.type
    if pa.types.is_string(kind):
        return quoted(array)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return quoted(array.cast(pa.string()))
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        return array.cast(pa.string())
    if pa.types.is_floating(kind):
        return _of_floats(array)
    if pa.types.is_timestamp(kind):
        return _of_times(array)
    if pa.types.is_date(kind) or pa.types.is_time(kind):
        return quoted(array.cast(pa.string()))
    if pa.types.is_struct(kind):
        return _of_structs(array)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _of_lists(array)
    if pa.types.is_null(kind):
        return pa.nulls(len(array), pa.string())
    if pa.types.is_duration(kind):
        return array.cast(pa.int64()).cast(pa.string())
    return _one_by_one(array)


def json_objects(fields: Sequence[tuple[str, pa.Array]], length: int) -> pa.Array:
    """One JSON object a row from (key, JSON texts) pairs of ``length`` rows; a null leaves its key out. Keys must differ."""
    if length == 0:  # Arrow's slice of an empty array fails
        return pa.array([], pa.string())
    parts: list[pa.Array | str] = []
    for key, text in fields:
        lead = f",{_encoder.encode(key).decode()}:"
        if text.null_count == 0:
            parts += [lead, text]
        elif text.null_count < len(text):
            parts.append(pc.fill_null(pc.binary_join_element_wise(lead, text, ""), ""))
    if not parts:
        return pa.repeat(pa.scalar("{}"), length)
    if isinstance(parts[0], str):
        parts[0] = "{" + parts[0][1:]
        return pc.binary_join_element_wise(*parts, "}", "")
    body = pc.binary_join_element_wise(*parts, "")
    # TRICKY: pc.binary_slice fails on several empty values ("Negative buffer resize"); no body begins with two commas.
    return pc.binary_join_element_wise("{", pc.ascii_ltrim(body, characters=","), "}", "")
