"""What would JavaScript make of this value? Conditions and buckets are defined by what clients in browsers do, so the server does the same.

A value is decoded JSON: None, bool, int, float, str, list or dict. Other clients agree wherever attributes have one type.
"""

import math
import re
from typing import Final

_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|Infinity)\Z", re.ASCII)
_OTHER_BASE: Final = re.compile(r"0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)\Z")
_PARTS: Final = re.compile(r"[-.]")
_AROUND: Final = re.compile(r"^v|\+.*$")


def truthy(value: object) -> bool:
    """Empty lists and objects are true; 0, "", NaN, false and null are not."""
    if isinstance(value, list | dict):
        return True
    return bool(value) and value == value  # NaN differs from itself


def text_of(value: object) -> str:
    """``String(value)``."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _digits(value)
    if isinstance(value, list):
        return ",".join("" if one is None else text_of(one) for one in value)
    return "[object Object]"


def number_of(value: object) -> float:
    """``Number(value)``; NaN for what is none."""
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if value is None:
        return 0.0
    if isinstance(value, list):
        return number_of(text_of(value))
    if not isinstance(value, str):
        return math.nan
    text = value.strip()
    if not text:
        return 0.0
    if _DECIMAL.match(text):
        return float(text.replace("Infinity", "inf"))
    return float(int(text, 0)) if _OTHER_BASE.match(text) else math.nan


def _digits(value: int | float) -> str:
    """A number as text: plain digits from 1e-6 to below 1e21, else with an exponent."""
    number = number_of(value)
    if number != number:
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number.is_integer() and abs(number) < 1e21:
        return str(int(number))
    shortest = repr(number)
    if 1e-6 <= abs(number) < 1e21:
        return shortest if "e" not in shortest else format(number, "f") if number.is_integer() else _plain(shortest)
    digits, _, exponent = (shortest if "e" in shortest else format(number, "e")).partition("e")
    return f"{digits.removesuffix('.0')}e{int(exponent):+d}"


def _plain(shortest: str) -> str:
    """``1.5e-05`` as ``0.000015``."""
    digits, _, exponent = shortest.partition("e")
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    whole = digits.replace(".", "")
    return f"{sign}0.{'0' * (-int(exponent) - 1)}{whole}"


def strictly_equal(one: object, other: object) -> bool:
    """``===`` of two decoded values: of one type and the same; two lists or objects never are."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if one is None or other is None:
        return one is other
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and one == other
    return isinstance(one, int | float) and isinstance(other, int | float) and one == other


def same_json(one: object, other: object) -> bool:
    """Whether both are written as the same JSON; the order of an object's keys counts."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(map(same_json, one.values(), other.values()))
    return strictly_equal(one, other)


def ordered(one: object, other: object) -> int | None:
    """-1, 0 or 1 as ``one`` is less than, equal to or greater than ``other``; None when they cannot be compared."""
    if isinstance(one, str) and isinstance(other, str):
        first, second = _units(one), _units(other)
        return (first > second) - (first < second)
    if isinstance(one, dict) or isinstance(other, dict):
        return None
    low, high = number_of(one), number_of(other)
    return None if low != low or high != high else (low > high) - (low < high)


def _units(text: str) -> bytes:
    """What sorts as JavaScript sorts texts: by UTF-16 units."""
    return text.encode("utf-16-be", "surrogatepass")


def padded_version(value: object) -> str:
    """A version as a text that sorts: numbers are filled up to five places, a release follows its candidates, the build is left out."""
    text = text_of(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    parts = _PARTS.split(_AROUND.sub("", text or "0"))
    if len(parts) == 3:
        parts.append("~")
    return "-".join(part.rjust(5) if part.isascii() and part.isdigit() else part for part in parts)


def type_of(value: object) -> str:
    """The name that ``$type`` knows."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
