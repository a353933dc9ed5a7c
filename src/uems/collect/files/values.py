"""What is a cell worth as a number, a yes or no, an amount of money, or JSON? Whole columns, with a mask of those that are not."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.collect.files.cells import Cells, Mask, as_text, mask_of, present, raw_text
from uems.collect.files.json_text import json_values, quoted
from uems.collect.files.times import as_times
from uems.kernel.money import MAX_MINOR, exponents

PropertyType = Literal["auto", "string", "number", "integer", "boolean", "datetime", "json"]

_TRUE = ["true", "yes", "y", "t", "1", "1.0", "是", "真"]
_FALSE = ["false", "no", "n", "f", "0", "0.0", "否", "假"]
_CURRENCY_SIGNS = r"^([+-]?)\s*(?:RMB|CNY|USD|EUR|GBP|HKD|JPY|[¥¥$€£])\s*|\s*(?:元|RMB|CNY|USD|EUR)$"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_GROUPED = r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$"


def _clean_numbers(text: pa.Array, *, decimal_comma: bool) -> pa.Array:
    """Number texts without signs of money and thousands; null where it is no number."""
    text = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, _CURRENCY_SIGNS, r"\1"))
    if decimal_comma:
        text = pc.replace_substring(pc.replace_substring(text, ".", ""), ",", ".")
    else:
        # A comma is taken away only where it parts thousands: 1,5 is not 15.
        grouped = pc.fill_null(pc.match_substring_regex(text, _GROUPED), False)
        text = pc.if_else(grouped, pc.replace_substring(text, ",", ""), text)
    return pc.if_else(pc.match_substring_regex(text, _NUMBER), text, pa.scalar(None, pa.string()))


def _numeric(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def as_numbers(cells: Cells, *, decimal_comma: bool = False) -> tuple[pa.Array, Mask]:
    """float64, and where a value stands that is no finite number."""
    array = cells.array
    if _numeric(array.type):
        values, there = array.cast(pa.float64(), safe=False), present(array)
    else:
        text = as_text(cells)
        there = present(text)
        try:
            values = _clean_numbers(text, decimal_comma=True).cast(pa.float64()) if decimal_comma else text.cast(pa.float64())
        except pa.ArrowInvalid:
            values = _clean_numbers(text, decimal_comma=decimal_comma).cast(pa.float64())
    finite = pc.fill_null(pc.is_finite(values), False)
    return pc.if_else(finite, values, pa.scalar(None, pa.float64())), there & ~mask_of(finite)


def as_integers(cells: Cells, *, decimal_comma: bool = False) -> tuple[pa.Array, Mask]:
    """int64, and where a value stands that is no whole number of 64 bits."""
    array = cells.array
    if pa.types.is_integer(array.type) and not pa.types.is_uint64(array.type):
        return array.cast(pa.int64()), np.zeros(len(array), bool)
    if not _numeric(array.type):
        text = as_text(cells)
        try:
            return text.cast(pa.int64()), np.zeros(len(array), bool)
        except pa.ArrowInvalid:
            pass
    numbers, bad = as_numbers(cells, decimal_comma=decimal_comma)
    whole = pc.and_(pc.equal(numbers, pc.trunc(numbers)), pc.less(pc.abs(numbers), 2.0**53))
    kept = pc.if_else(whole, numbers, pa.scalar(None, pa.float64()))
    return kept.cast(pa.int64()), bad | (present(numbers) & ~mask_of(whole))


def as_booleans(cells: Cells) -> tuple[pa.Array, Mask]:
    """bool, and where a value stands that is neither yes nor no."""
    if pa.types.is_boolean(cells.array.type):
        return cells.array, np.zeros(len(cells), bool)
    text = pc.utf8_lower(as_text(cells))
    yes, no = pc.is_in(text, pa.array(_TRUE)), pc.is_in(text, pa.array(_FALSE))
    known = pc.or_(yes, no)
    return pc.if_else(known, yes, pa.scalar(None, pa.bool_())), present(text) & ~mask_of(known)


def as_minor(cells: Cells, currencies: Sequence[str], *, minor: bool, decimal_comma: bool = False) -> tuple[pa.Array, Mask]:
    """Amounts in minor units (int64), rounded as ``kernel.money`` rounds, and where a value stands that is no amount.

    currencies: known code of each row, or one for all. minor: the column is in minor units already.
    """
    numbers, bad = as_numbers(cells, decimal_comma=decimal_comma)
    values = np.asarray(numbers.fill_null(0.0).to_numpy(zero_copy_only=False), np.float64)
    digits = np.array([0 if minor else exponents().get(currency, 2) for currency in currencies], np.int64)
    scaled = np.abs(values) * np.power(10.0, digits)
    there = present(numbers)
    fits = there & (scaled <= MAX_MINOR)
    whole = np.where(fits, np.floor(scaled + 0.5), 0)
    cents = np.copysign(whole, values).astype(np.int64)
    # A half is decided by the decimal number that was written (1.005), not by the binary one next to it.
    for i in np.flatnonzero(fits & (np.abs(scaled - np.floor(scaled) - 0.5) < 1e-6 * (1 + scaled * 1e-9))):
        exact = Decimal(repr(float(values[i]))).scaleb(int(digits[0] if len(digits) == 1 else digits[i]))
        cents[i] = int(exact.to_integral_value(ROUND_HALF_UP))
    return pa.array(cents, mask=~fits), bad | (there & ~fits)


def _as_json(cells: Cells) -> tuple[pa.Array, Mask]:
    if cells.json:
        return cells.array, np.zeros(len(cells), bool)
    if pa.types.is_nested(cells.array.type):
        return json_values(cells.array), np.zeros(len(cells), bool)
    text = as_text(cells)
    there = present(text)
    out: list[str | None] = []
    for value in text.to_pylist():
        try:
            out.append(None if value is None else msgspec.json.encode(msgspec.json.decode(value)).decode())
        except (msgspec.DecodeError, msgspec.EncodeError, RecursionError, UnicodeEncodeError):
            out.append(None)
    array = pa.array(out, pa.string())
    return array, there & ~present(array)


def _as_found(cells: Cells) -> pa.Array:
    if cells.json:
        return cells.array
    if pa.types.is_string(cells.array.type):
        text = raw_text(cells)
        return quoted(pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text))
    return json_values(cells.array)


def as_property(cells: Cells, type_: PropertyType, *, zone: str, decimal_comma: bool = False) -> tuple[pa.Array, Mask]:
    """JSON texts (null: absent), and where a value stands that is not of ``type_``. "auto" takes what is there."""
    if type_ == "auto":
        return _as_found(cells), np.zeros(len(cells), bool)
    if type_ == "string":
        return quoted(as_text(cells)), np.zeros(len(cells), bool)
    if type_ == "json":
        return _as_json(cells)
    if type_ == "datetime":
        array, bad = as_times(cells, "auto", zone)
    elif type_ == "boolean":
        array, bad = as_booleans(cells)
    elif type_ == "integer":
        array, bad = as_integers(cells, decimal_comma=decimal_comma)
    else:
        array, bad = as_numbers(cells, decimal_comma=decimal_comma)
    return json_values(array), bad
