"""What may stand in a query? Text that code wrote (``Sql``), and values that are bound (``Param``), never mixed.

``Sql`` marks text that holds no outside value: write it as ``Sql("...")`` or ``Sql(f"...")``, where the f-string takes
in other ``Sql``, integers and the results of ``ident`` and ``join``. A test walks the code and accepts nothing else.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NewType, TypeAlias

from uems.kernel.errors import UemsError, invalid

Sql = NewType("Sql", str)

Scalar: TypeAlias = bool | int | float | str | bytes | Decimal | date | datetime | None
Param: TypeAlias = Scalar | Sequence["Param"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


def ident(name: str, allowed: Collection[str] | None = None) -> Sql:
    """``name`` as a column or table name. With ``allowed`` it must be one of those: the way for a name from outside.

    Raises ``invalid`` for a name that is not allowed or is not a plain word.
    """
    if allowed is not None and name not in allowed:
        raise invalid("name", name, f"must be one of: {', '.join(sorted(allowed))}.")
    if not _NAME.fullmatch(name):
        raise UemsError("invalid", f"{name[:80]!r} cannot be a name in a query; use letters, digits and _.", status=422)
    return Sql(name)


# The brace and the percent sign too: whoever looks for placeholders in the text must not find one in a name.
_JSON_NAME = str.maketrans({c: f"\\x{ord(c):02X}" for c in "\\`\n\r\t\b\f{%"})


def json_path(column: Sql, name: str) -> Sql:
    """The part of a JSON column that is called ``name``, whatever characters that holds; a dot steps into an object.

    TRICKY: the name has to stand in the text of the query. A bound name (``getSubcolumn(column, {name:String})``) works too,
    but reads the whole column: ten times slower. Raises ``invalid`` for the few names that the engine takes for its own syntax.
    """
    reserved = name.startswith(("^`", "@`")) or ".:`" in name or "\0" in name or not name
    if reserved or any("\ud800" <= c <= "\udfff" for c in name):
        raise invalid("name", name, "must not be empty, hold NUL, half a surrogate pair or .:` or start with ^` or @`.")
    return Sql(column + ".`" + name.translate(_JSON_NAME) + "`")


def join(separator: Sql, parts: Iterable[Sql]) -> Sql:
    """The parts with ``separator`` between them."""
    return Sql(separator.join(parts))
