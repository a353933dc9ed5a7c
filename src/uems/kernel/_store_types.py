"""How is a value written so that SQLite and PostgreSQL give back exactly what was put in?"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from uems.kernel.errors import invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# TRICKY: on SQLite only `INTEGER PRIMARY KEY` is the row id; BIGINT would be a second index and would not count up.
BigId = BigInteger().with_variant(Integer(), "sqlite")
"""Integer primary key of 64 bits on both databases."""


def to_microseconds(value: datetime) -> int:
    """Microseconds since 1970 of an aware datetime; raises ``invalid`` for a naive one."""
    if value.tzinfo is None:
        raise invalid("time", value.isoformat(), "must carry a time zone.")
    return (value - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The aware UTC datetime of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970: sorts, compares and indexes alike on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_microseconds(value)


class Json(TypeDecorator[Any]):
    """Any JSON value as text. ``None`` is SQL NULL. NaN and infinities raise ``invalid``: they are not JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dump_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def dump_json(value: object) -> str:
    """Compact JSON text that every database accepts; raises ``invalid`` for what JSON cannot hold."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise invalid("json", value, f"must be JSON ({error}).") from error
    try:
        text.encode()
    except UnicodeEncodeError:
        # A lone surrogate cannot be UTF-8, but it can be escaped and comes back as it was.
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text
