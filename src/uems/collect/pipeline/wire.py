"""What does one item of a body say, however oddly it was written? A typed reading, and a patient one for the rest."""

import json
import math
from datetime import UTC, datetime, timedelta

import msgspec

MAX_EVENT_BYTES = 32_768
MAX_ID_CHARS = 512
MAX_MESSAGE_ID_CHARS = 100
MAX_EVENT_CHARS = 200
TYPES = frozenset(("track", "page", "screen", "identify", "group", "alias"))

MAX_DEPTH = 12
"""Most levels of objects and lists in properties: each level of each path is a column, and columns must not grow without end."""

_NOTHING = msgspec.Raw(b"")
When = datetime | int | float | None


class Item(msgspec.Struct):
    """One event as the protocol describes it; unknown fields are passed over."""

    type: str = ""
    messageId: str | None = None
    userId: str | int | None = None
    anonymousId: str | int | None = None
    event: str | None = None
    timestamp: When = None
    originalTimestamp: When = None
    sentAt: When = None
    name: str | None = None
    category: str | None = None
    groupId: str | int | None = None
    previousId: str | int | None = None
    properties: msgspec.Raw = _NOTHING
    traits: msgspec.Raw = _NOTHING
    context: msgspec.Raw = _NOTHING


def as_json(item: Item) -> bytes:
    """The item as JSON again, without what was not sent: an empty ``Raw`` would leave a hole that no parser takes."""
    fields = {name: getattr(item, name) for name in item.__struct_fields__}
    return msgspec.json.encode({n: v for n, v in fields.items() if v is not None and not (isinstance(v, msgspec.Raw) and not bytes(v))})


class Batch(msgspec.Struct):
    """A batch of which every item is as it should be: the quick way."""

    batch: list[Item]
    sentAt: When = None
    context: msgspec.Raw = _NOTHING


class LooseBatch(msgspec.Struct):
    """A batch of which some item is odd; each is then read for itself."""

    batch: list[msgspec.Raw]
    sentAt: object = None
    context: msgspec.Raw = _NOTHING


batch_decoder = msgspec.json.Decoder(Batch)
loose_decoder = msgspec.json.Decoder(LooseBatch)
item_decoder = msgspec.json.Decoder(Item)


def milliseconds(value: object) -> int | None:
    """Milliseconds since 1970 of a time on the wire: ISO text, or a number of seconds or milliseconds. None if unreadable.

    A naive text is UTC. A number under 100,000,000,000 counts seconds (until the year 5138), a larger one milliseconds.
    """
    if isinstance(value, datetime):
        return _of_datetime(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > 1e15:
            return None
        return round(value * 1000) if abs(value) < 100_000_000_000 else int(value)
    if isinstance(value, str):
        try:
            return _of_datetime(datetime.fromisoformat(value.strip()))
        except ValueError:
            return None
    return None


def _of_datetime(value: datetime) -> int | None:
    try:
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        # Whole microseconds first: multiplying a float of seconds by 1000 can lose a millisecond.
        since = aware - _EPOCH
    except OverflowError:
        return None
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Refused(Exception):
    """An item that cannot be accepted; the text is the receipt's reason."""


def read_loosely(raw: bytes) -> Item:
    """An item whose fields have odd types, made regular where the meaning is plain; raises ``Refused`` where it is not."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused("bad_json") from error
    if not isinstance(value, dict):
        raise Refused(f"not_an_object: the item is a JSON {type(value).__name__}")
    item = Item()
    for name in ("type", "event", "name", "category", "messageId"):
        setattr(item, name, _text(name, value.get(name)) or ("" if name == "type" else None))
    for name in ("userId", "anonymousId", "groupId", "previousId"):
        setattr(item, name, _text(name, value.get(name)))
    for name in ("timestamp", "originalTimestamp", "sentAt"):
        setattr(item, name, _time(name, value.get(name)))
    for name in ("properties", "traits", "context"):
        setattr(item, name, _object(name, value.get(name)))
    return item


def _text(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        raise Refused(f"bad_type: {name} is a {type(value).__name__}, wanted text")
    return str(value)


def _time(name: str, value: object) -> datetime | None:
    if value is None or value == "":
        return None
    found = milliseconds(value)
    if found is None:
        raise Refused(f"bad_timestamp: {name} is {str(value)[:60]!r}, wanted ISO 8601")
    try:
        return _EPOCH + timedelta(milliseconds=found)
    except OverflowError as error:
        raise Refused(f"bad_timestamp: {name} is {str(value)[:60]!r}, outside the years 1 to 9999") from error


def _object(name: str, value: object) -> msgspec.Raw:
    if value is None:
        return _NOTHING
    if not isinstance(value, dict):
        raise Refused(f"bad_type: {name} is a {type(value).__name__}, wanted an object")
    return msgspec.Raw(json.dumps(value, ensure_ascii=False).encode())


def too_deep(raw: bytes) -> bool:
    """Whether a JSON text nests more than ``MAX_DEPTH`` levels. Text with few brackets is answered without being read."""
    if raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH:
        return False
    level: list[object] = [msgspec.json.decode(raw)]
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        level = [value for value in below if isinstance(value, dict | list)]
        if not level:
            return False
    return True
