"""What may a string or a number from outside look like? The types every room uses in its HTTP bodies and parameters.

NUL bytes and lone surrogates cannot be stored, integers beyond 2^53 lose digits in a browser, and NaN is not JSON; they are
refused here, once, so that no room meets them.
"""

import base64
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Generic, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from uems.kernel.errors import UemsError, invalid

MAX_INT = 2**53 - 1
"""The largest integer that JSON carries exactly to every client."""
MAX_DEPTH = 64
"""How deep a JSON body may nest."""


_DIRTY = re.compile("[\x00\ud800-\udfff]")


def _clean(value: str) -> str:
    # The message must not repeat the value: it may be a password, and it may not be encodable.
    if _DIRTY.search(value):
        raise ValueError("must not contain NUL or lone surrogates (half of a UTF-16 pair)")
    return value


def _of_the_calendar(value: str) -> str:
    if value:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ValueError("must be a day of the calendar, such as 2026-11-23") from None
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value


def _one_line(value: str) -> str:
    if any(c < " " or c == "\x7f" for c in value):
        raise ValueError("must be one line without control characters")
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


Clean = AfterValidator(_clean)
CleanStr = Annotated[str, Field(max_length=10_000), Clean]
"""Any text of up to 10,000 characters that can be stored."""
LongText = Annotated[str, Field(max_length=1_000_000), Clean]
"""Text of up to a million characters: SQL, notes, templates."""
NotBlank = AfterValidator(_not_blank)
"""More than blanks."""
Name = Annotated[str, Field(min_length=1, max_length=200), Clean, AfterValidator(_one_line)]
"""A label that people read: one line, not empty, ends trimmed."""
Key = Annotated[str, Field(min_length=1, max_length=500), Clean]
"""An identifier that a program made: message id, user id, event name."""
Day = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$"), AfterValidator(_of_the_calendar)]
"""A day of the calendar, such as 2026-11-23; "" for none."""
Slug = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")]
"""A name in an address: lower-case letters, digits and inner hyphens, at most 63 characters."""
Id = Annotated[int, Field(ge=0, le=MAX_INT)]
"""A dense integer id."""
Count = Annotated[int, Field(ge=0, le=MAX_INT)]
Signed = Annotated[int, Field(ge=-MAX_INT, le=MAX_INT)]
Limit = Annotated[int, Field(ge=1, le=1000)]
"""How many rows a page may have."""
Cursor = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[A-Za-z0-9_-]+$")]
"""Where the next page starts; opaque to callers, see ``encode_cursor``."""


F = TypeVar("F", bound=Callable[..., Any])
UPLOAD = "__uems_upload_bytes__"


def takes_upload(max_bytes: int) -> Callable[[F], F]:
    """Decorates an endpoint whose body may be larger than the usual 8 MB (below the ``@router`` line).

    Such an endpoint reads ``request.stream()`` itself: FastAPI would read a declared form before the guard has looked.
    """

    def mark(endpoint: F) -> F:
        setattr(endpoint, UPLOAD, max_bytes)
        return endpoint

    return mark


class Body(BaseModel):
    """Base of every request and answer: an unknown field is an error, never silently dropped."""

    # Built when first needed: there are hundreds, and a command that opens the stores itself needs a few.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


T = TypeVar("T")


class Page(Body, Generic[T]):
    """The one shape of a list. ``next_cursor`` is null on the last page."""

    items: list[T]
    next_cursor: str | None = None


def encode_cursor(*parts: str | int) -> str:
    """An opaque place in a list, made of the sort key of the last row that was shown."""
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, *kinds: type) -> list[Any]:
    """The parts that ``encode_cursor`` was given; raises ``invalid`` unless they have exactly these ``kinds`` (str or int)."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        parts = None
    if not isinstance(parts, list) or len(parts) != len(kinds) or not all(map(_is_part, parts, kinds)):
        raise invalid("cursor", cursor, "take it unchanged from next_cursor of the page before.")
    return parts


def _is_part(part: object, kind: type) -> bool:
    if kind is int:
        return type(part) is int and abs(part) <= MAX_INT
    return type(part) is str and not _DIRTY.search(part)


# TRICKY: the parser of the standard library lets UTF-8 of surrogates pass (ED A0..BF).
# Whatever could hide NUL, half a surrogate pair, NaN, an overflowing number or deep nesting; ordinary bodies match nothing.
_SUSPICIOUS = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]|NaN|Infinity|[eE]\+?\d{3}|\d{300}")


def _no_constant(name: str) -> NoReturn:
    raise invalid("body", name, "is not JSON; leave the field out or send null.")


def check_json(raw: bytes) -> None:
    """Raise ``invalid`` when a JSON body holds what cannot be stored: NUL, lone surrogates, NaN, infinities, more than 64 levels.

    Malformed JSON passes: whoever parses the body says where it breaks.
    """
    if b"\x00" in raw:
        # UTF-16 and UTF-32 hold NUL bytes; the parser would take them, past everything that is looked for here.
        raise invalid("body", "a body with NUL bytes", "must be JSON in UTF-8.")
    nested = raw.count(b"[") + raw.count(b"{") > MAX_DEPTH
    if not nested and not _SUSPICIOUS.search(raw):
        return
    try:
        value = json.loads(raw, parse_constant=_no_constant)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError:
        return
    _check_value(value)


def _too_deep() -> UemsError:
    return invalid("body", "...", f"must not nest deeper than {MAX_DEPTH} levels.")


def _check_value(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[object] = []
        for item in level:
            if isinstance(item, str):
                _check_text(item)
            elif isinstance(item, float) and item in (float("inf"), float("-inf")):
                raise invalid("body", "a number beyond 1.8e308", "must fit a double.")
            elif isinstance(item, dict):
                below.extend(item.keys())
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return
        level = below
    raise _too_deep()


def _check_text(text: str) -> None:
    try:
        _clean(text)
    except ValueError as error:
        raise invalid("body", "a text", f"{error}.") from error
