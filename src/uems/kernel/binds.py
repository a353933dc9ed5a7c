"""How does a Python value become the text of a ``{name:Type}`` parameter, so that no value can be read as SQL?

The engine un-escapes the text as one TSV field and parses it by the declared type, in the process and over HTTP alike;
a list it parses as a literal with quoted items. One escaping serves both places.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, TypeAlias

from uems.kernel.errors import UemsError, invalid
from uems.kernel.sql import Param, Sql

_Writer: TypeAlias = Callable[[Param], str]

_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\s*:\s*([^{}]+?)\s*\}")
_IN_LIST: Final = re.compile(
    r"(?P<in>\bIN)\s*" + _PLACEHOLDER.pattern.replace("(", "(?P<name>", 1).replace("([^", "(?P<type>[^"), re.IGNORECASE
)
_LONG_LIST: Final = 60_000
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "'": "\\'", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\b": "\\b", "\f": "\\f"})
_INTEGER: Final = re.compile(r"(U?)Int(8|16|32|64|128|256)")
_DECIMAL: Final = re.compile(r"Decimal\((\d+), *(\d+)\)")
_INSTANT: Final = re.compile(r"DateTime(64\((\d)(, *'UTC')?\)|\('UTC'\))?")
_TEXT: Final = re.compile(r"String|FixedString\(\d+\)|UUID|IPv[46]|Enum(8|16)?\(.*\)")
_DATES: Final = {"Date": (date(1970, 1, 1), date(2149, 6, 6)), "Date32": (date(1900, 1, 1), date(2299, 12, 31))}
_SECONDS: Final = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2106, 2, 7, 6, 28, 15, tzinfo=UTC))
_FRACTIONS: Final = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2299, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))


def encode(value: Param, type_: str) -> str:
    """The parameter text of ``value`` declared as ``type_``. Raises ``invalid`` when the type cannot hold the value.

    A datetime must carry a zone, and its type be in UTC. Lists may be nested; Map and Tuple are not taken.
    """
    base, nullable = _unwrap(type_)
    if value is None and nullable:
        return "\\N"
    return _writer(base)(value)


def bind(sql: Sql, params: Mapping[str, Param]) -> tuple[Sql, dict[str, str]]:
    """The statement to send and its encoded parameters.

    Raises ``unbound_parameter`` when a placeholder has no value, or a value no placeholder.
    """
    declared = placeholders(sql)
    if declared.keys() != params.keys():
        missing = ", ".join(sorted(declared.keys() - params.keys())) or "none"
        unused = ", ".join(sorted(params.keys() - declared.keys())) or "none"
        raise UemsError(
            "unbound_parameter",
            f"A query and its parameters differ. Placeholders without a value: {missing}. Values without a placeholder: {unused}.",
            status=500,
        )
    texts = {name: encode(params[name], type_) for name, type_ in declared.items()}
    long = {name for name, type_ in declared.items() if type_.startswith("Array(") and len(texts[name]) > _LONG_LIST}
    return _long_lists(sql, texts, long) if long else (sql, texts)


def _long_lists(sql: Sql, texts: dict[str, str], long: Collection[str]) -> tuple[Sql, dict[str, str]]:
    """``x IN {list}`` for long lists, as ``x IN (SELECT ...)``.

    TRICKY: the engine does not fold a constant of about a megabyte. Then IN becomes a search through the list for every
    row: 50,000 strings against a million rows took more than a minute in place of a tenth of a second.
    """
    moved = dict(texts)

    def rewrite(match: re.Match[str]) -> str:
        name, type_ = match.group("name", "type")
        if name not in long:
            return match[0]
        moved[f"{name}_list"] = texts[name].translate(_ESCAPES)
        return f"{match['in']} (SELECT arrayJoin(CAST({{{name}_list:String}}, '{type_.translate(_ESCAPES)}')))"

    text = Sql(_IN_LIST.sub(rewrite, sql))
    left = placeholders(text)
    return text, {name: value for name, value in moved.items() if name in left}


@lru_cache(maxsize=1024)
def placeholders(sql: Sql) -> Mapping[str, str]:
    """Every ``{name:Type}`` in ``sql``, as name → type."""
    found: dict[str, str] = {}
    for match in _PLACEHOLDER.finditer(sql):
        name, type_ = match.groups()
        if found.setdefault(name, type_) != type_:
            raise UemsError("unbound_parameter", f"Parameter {name} is declared as {found[name]} and as {type_}; use one type.", status=500)
    return found


def inline(sql: Sql, texts: Mapping[str, str]) -> Sql:
    """``sql`` with some of its placeholders replaced by literals; ``texts`` holds what ``encode`` made of their values."""

    def literal(match: re.Match[str]) -> str:
        name, type_ = match.groups()
        if name not in texts:
            return match[0]
        if texts[name] == "\\N":
            return f"CAST(NULL, '{type_.translate(_ESCAPES)}')"
        # A scalar is escaped as a literal needs it. A list is a literal inside of a literal.
        body = texts[name].translate(_ESCAPES) if _unwrap(type_)[0].startswith("Array(") else texts[name]
        return f"CAST('{body}', '{type_.translate(_ESCAPES)}')"

    return Sql(_PLACEHOLDER.sub(literal, sql))


@lru_cache(maxsize=512)
def _unwrap(type_: str) -> tuple[str, bool]:
    """The type inside LowCardinality and Nullable, and whether it takes None."""
    nullable = False
    base = type_.strip()
    while base.startswith(("Nullable(", "LowCardinality(")):
        nullable = nullable or base.startswith("Nullable(")
        base = base[base.index("(") + 1 : -1].strip()
    return base, nullable


@lru_cache(maxsize=512)
def _writer(base: str) -> _Writer:
    """What writes values of one type, escaped and without quotes."""
    if match := _INTEGER.fullmatch(base):
        bits = int(match[2])
        return _integers(base, *((0, 2**bits - 1) if match[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)))
    if match := _DECIMAL.fullmatch(base):
        return _decimals(base, int(match[1]), int(match[2]))
    if match := _INSTANT.fullmatch(base):
        return _instants(base, int(match[2]) if match[2] else None)
    if base in _DATES:
        return _dates(base, *_DATES[base])
    if base.startswith("Array("):
        return _lists(base, base[len("Array(") : -1])
    if base in ("Float32", "Float64"):
        return _float
    if base == "Bool":
        return _bool
    if _TEXT.fullmatch(base):
        return _string
    raise UemsError(
        "unbound_parameter", f"A parameter cannot be declared as {base}; use a number, text, date, time in UTC or Array.", status=500
    )


def _refuse(value: Param, wanted: str) -> UemsError:
    return invalid("parameter", value, f"must be {wanted}.")


def _integers(base: str, low: int, high: int) -> _Writer:
    def write(value: Param) -> str:
        if not isinstance(value, int) or not low <= value <= high:
            raise _refuse(value, f"a whole number from {low} to {high} ({base})")
        return str(int(value))

    return write


def _decimals(base: str, precision: int, scale: int) -> _Writer:
    def write(value: Param) -> str:
        if isinstance(value, Decimal | int) and not isinstance(value, bool) and Decimal(value).is_finite():
            units = Fraction(value) * 10**scale
            if units.denominator == 1 and abs(units) < 10**precision:
                return f"{Decimal(value):.{scale}f}"
        raise _refuse(value, f"a decimal number that fits {base} exactly")

    return write


def _instants(base: str, digits: int | None) -> _Writer:
    low, high = _SECONDS if digits is None else _FRACTIONS

    def write(value: Param) -> str:
        if not isinstance(value, datetime) or value.tzinfo is None or not low <= value <= high:
            raise _refuse(value, f"a time with a zone from {low.year} to {high.year} ({base})")
        text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        return f"{text}.{value.microsecond:06d}"[: len(text) + 1 + digits] if digits else text

    return write


def _dates(base: str, low: date, high: date) -> _Writer:
    def write(value: Param) -> str:
        if not isinstance(value, date) or isinstance(value, datetime) or not low <= value <= high:
            raise _refuse(value, f"a day from {low} to {high} ({base})")
        return value.isoformat()

    return write


def _lists(base: str, inner: str) -> _Writer:
    item, nullable = _unwrap(inner)
    write_item = _writer(item)
    quoted = not (item.startswith(("Array(", "Float", "Decimal")) or item == "Bool" or _INTEGER.fullmatch(item))

    def write(value: Param) -> str:
        if isinstance(value, str | bytes) or not isinstance(value, Sequence):
            raise _refuse(value, f"a list ({base})")
        quote = "'" if quoted else ""
        return "[" + ",".join("NULL" if one is None and nullable else f"{quote}{write_item(one)}{quote}" for one in value) + "]"

    return write


def _float(value: Param) -> str:
    if not isinstance(value, float | int) or isinstance(value, bool):
        raise _refuse(value, "a number")
    try:
        text = repr(float(value))
    except OverflowError:
        raise _refuse(value, "a number within the range of Float64") from None
    return text


def _bool(value: Param) -> str:
    if not isinstance(value, bool):
        raise _refuse(value, "true or false")
    return "true" if value else "false"


def _string(value: Param) -> str:
    if isinstance(value, bytes):
        return "".join(f"\\x{byte:02X}" for byte in value)
    if not isinstance(value, str):
        raise _refuse(value, "text")
    if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
        raise _refuse(value, "text without halves of surrogate pairs")
    return value.translate(_ESCAPES)
