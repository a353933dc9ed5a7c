"""How does a Python value become the text of a ``{name:Type}`` parameter, so that no value can be read as SQL?

The engine un-escapes the text as one TSV field and then parses it by the declared type, on chDB and over HTTP alike.
Inside Array, Tuple and Map it parses quoted literals instead, after the same un-escaping.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from uems.kernel.errors import UemsError, invalid
from uems.kernel.sql import Param, Sql

_INTEGER = re.compile(r"(U?)Int(8|16|32|64|128|256)")
_TSV: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\b": "\\b", "\f": "\\f"})
_QUOTED: Final = str.maketrans({"\\": "\\\\", "'": "\\'", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\b": "\\b", "\f": "\\f"})


def encode(value: Param, type_: str) -> str:
    """The parameter text of ``value`` declared as ``type_``. Raises ``invalid`` when the type cannot hold the value."""
    base, nullable = _unwrap(type_)
    if value is None:
        if not nullable:
            raise invalid("parameter", value, f"must be a {type_}; only Nullable types take None.")
        return "\\N"
    if base.startswith("Array("):
        return _array(value, base)
    text, _ = _scalar(value, base)
    return text.translate(_TSV)


def bind(sql: Sql, params: Mapping[str, Param]) -> dict[str, str]:
    """The encoded parameters of ``sql``. Raises ``unbound_parameter`` when a placeholder has no value, or a value no placeholder."""
    declared = placeholders(sql)
    missing, unused = declared.keys() - params.keys(), params.keys() - declared.keys()
    if missing or unused:
        wrong = [f"no value for {', '.join(sorted(missing))}"] * bool(missing) + [f"no placeholder for {', '.join(sorted(unused))}"] * bool(
            unused
        )
        raise UemsError(
            "unbound_parameter", f"The query and its parameters differ: {'; '.join(wrong)}. Bind each exactly once.", status=500
        )
    return {name: encode(params[name], type_) for name, type_ in declared.items()}


@lru_cache(maxsize=1024)
def placeholders(sql: Sql) -> Mapping[str, str]:
    """Every ``{name:Type}`` in ``sql``, as name → type."""
    found: dict[str, str] = {}
    for match in re.finditer(r"\{([A-Za-z_][A-Za-z0-9_]*)\s*:\s*([^{}]+?)\s*\}", sql):
        name, type_ = match.groups()
        if found.setdefault(name, type_) != type_:
            raise UemsError("unbound_parameter", f"Parameter {name} is declared as {found[name]} and as {type_}; use one type.", status=500)
    return found


def _unwrap(type_: str) -> tuple[str, bool]:
    """The type inside LowCardinality and Nullable, and whether it takes None."""
    nullable = False
    base = type_.strip()
    while base.startswith(("Nullable(", "LowCardinality(")):
        nullable = nullable or base.startswith("Nullable(")
        base = base[base.index("(") + 1 : -1].strip()
    return base, nullable


def _array(value: Param, type_: str) -> str:
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise invalid("parameter", value, f"must be a list for {type_}.")
    inner = type_[len("Array(") : -1].strip()
    return "[" + ",".join(_literal(item, inner) for item in value) + "]"


def _literal(value: Param, type_: str) -> str:
    base, nullable = _unwrap(type_)
    if value is None:
        if not nullable:
            raise invalid("parameter", value, f"must be a {type_}; only Nullable types take None.")
        return "NULL"
    if base.startswith("Array("):
        return _array(value, base)
    text, quoted = _scalar(value, base)
    return f"'{text.translate(_QUOTED)}'" if quoted else text


def _scalar(value: Param, type_: str) -> tuple[str, bool]:
    """The plain text of one value, and whether a literal of it needs quotes."""
    if isinstance(value, bool):
        if type_ == "Bool":
            return ("true" if value else "false"), False
        value = int(value)
    if isinstance(value, int):
        return _integer(value, type_)
    if isinstance(value, float):
        return _float(value, type_), False
    if isinstance(value, Decimal):
        return str(value), type_.startswith("Decimal")
    if isinstance(value, datetime):
        return _instant(value), True
    if isinstance(value, date):
        return value.isoformat(), True
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape"), True
    if isinstance(value, str):
        return value, True
    raise invalid("parameter", value, f"cannot be bound as {type_}.")


def _integer(value: int, type_: str) -> tuple[str, bool]:
    if match := _INTEGER.fullmatch(type_):
        bits = int(match[2])
        low, high = (0, 2**bits - 1) if match[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        if not low <= value <= high:
            raise invalid("parameter", value, f"must be between {low} and {high} for {type_}.")
    return str(value), False


def _float(value: float, type_: str) -> str:
    if value != value:
        return "nan"
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return repr(value)


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise invalid("parameter", value, "must carry a time zone.")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
