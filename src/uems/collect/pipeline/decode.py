"""How do the bytes of the log become staged rows? One pass over each item: the hot loop of the house."""

from collections.abc import Callable, Iterable

import msgspec
import pyarrow as pa

from uems.collect.pipeline.columnar import stage, widen
from uems.collect.pipeline.context import Context, Contexts
from uems.collect.pipeline.staged import Rejected, Staged
from uems.collect.pipeline.wire import (
    MAX_DEPTH,
    MAX_EVENT_BYTES,
    MAX_EVENT_CHARS,
    MAX_ID_CHARS,
    MAX_MESSAGE_ID_CHARS,
    TYPES,
    Item,
    Refused,
    as_json,
    batch_decoder,
    item_decoder,
    loose_decoder,
    milliseconds,
    read_loosely,
    too_deep,
)
from uems.collect.records import ColumnsHeader, Entry, decode
from uems.kernel.log import Record
from uems.kernel.money import to_minor

_NAMES = {"page": "Page Viewed", "screen": "Screen Viewed"}
_EARLIEST = 946_684_800_000  # 2000-01-01: before that no client of ours existed; zeroed clocks say 1970
_SKEW = 86_400_000  # a day into the future is a wrong clock, not a prophecy


class _Money(msgspec.Struct):
    revenue: object = None
    currency: object = None


class _PageProperties(msgspec.Struct):
    url: object = None
    path: object = None
    title: object = None
    referrer: object = None


_money = msgspec.json.Decoder(_Money)
_page_properties = msgspec.json.Decoder(_PageProperties)


class Columns:
    """The rows of one workspace while they are gathered, a list a column."""

    def __init__(self, workspace_id: int, currency: str) -> None:
        self.workspace_id = workspace_id
        self.currency = currency
        self.type: list[str] = []
        self.event: list[str] = []
        self.user_id: list[str] = []
        self.anonymous_id: list[str] = []
        self.message_id: list[str] = []
        self.ts: list[int] = []
        self.received_at: list[int] = []
        self.properties: list[bytes] = []
        self.context: list[Context] = []
        self.previous_id: list[str] = []
        self.group_id: list[str] = []
        self.revenue_minor: list[int | None] = []
        self.money: list[str] = []
        self.log_offset: list[int] = []
        self.log_index: list[int] = []
        self.rejected: list[Rejected] = []
        self.tables: list[pa.Table] = []


class Decoder:
    """Reads records; keeps the contexts it has seen. One a consumer, not shared between threads.

    currency_of: workspace → the currency of an amount that names none.
    """

    def __init__(self, currency_of: Callable[[int], str]) -> None:
        self._contexts = Contexts()
        self._currency_of = currency_of

    def decode(self, records: Iterable[Record]) -> list[Staged]:
        """All rows of the records, a table a workspace, in log order."""
        gathered: dict[int, Columns] = {}
        for record in records:
            content = decode(record.body)
            if isinstance(content, tuple):
                header, table = content
                self._add_columns(self._columns(gathered, header.workspace_id), header, table, record.offset)
                continue
            index = 0
            for entry in content:
                index = self._add_entry(self._columns(gathered, entry.workspace_id), entry, record.offset, index)
        return [stage(columns) for columns in gathered.values()]

    def _columns(self, gathered: dict[int, Columns], workspace_id: int) -> Columns:
        found = gathered.get(workspace_id)
        if found is None:
            found = gathered[workspace_id] = Columns(workspace_id, self._currency_of(workspace_id))
        return found

    def _add_entry(self, columns: Columns, entry: Entry, offset: int, index: int) -> int:
        """Add the items of one body; ``index`` numbers the items of a record. Returns the next index."""
        if entry.endpoint != "batch":
            self._add_raw(columns, entry, entry.body, None, b"", offset, index)
            return index + 1
        try:
            batch = batch_decoder.decode(entry.body)
        except (msgspec.ValidationError, RecursionError):
            loose = loose_decoder.decode(entry.body)
            for raw in loose.batch:
                self._add_raw(columns, entry, bytes(raw), loose.sentAt, bytes(loose.context), offset, index)
                index += 1
            return index
        sent_at = batch.sentAt
        outer = bytes(batch.context)
        big = len(entry.body) > MAX_EVENT_BYTES  # a body under the limit of one event cannot hold one over it
        for item in batch.batch:
            try:
                self._add(columns, item, item.type, entry.received_at, item.sentAt or sent_at, outer, offset, index, big)
            except (Refused, RecursionError) as refused:
                columns.rejected.append(_rejected(entry, item, _why(refused), as_json(item), offset, index))
            index += 1
        return index

    def _add_raw(self, columns: Columns, entry: Entry, raw: bytes, sent_at: object, outer: bytes, offset: int, index: int) -> None:
        item = Item()
        try:
            try:
                item = item_decoder.decode(raw)
            except (msgspec.DecodeError, RecursionError):
                item = read_loosely(raw)
            type_ = item.type if entry.endpoint == "batch" else entry.endpoint
            item.type = type_
            self._add(columns, item, type_, entry.received_at, item.sentAt or sent_at, outer, offset, index, len(raw) > MAX_EVENT_BYTES)
        except (Refused, RecursionError) as refused:
            columns.rejected.append(_rejected(entry, item, _why(refused), raw, offset, index))

    def _add(
        self, columns: Columns, item: Item, type_: str, received: int, sent_at: object, outer: bytes, offset: int, index: int, big: bool
    ) -> None:
        """Check one item and add it as a row; raises ``Refused`` with nothing added."""
        user = "" if item.userId is None else str(item.userId)
        anonymous = "" if item.anonymousId is None else str(item.anonymousId)
        message = item.messageId or f"log-{columns.workspace_id}-{offset}-{index}"
        event = (item.event or "") if type_ == "track" else _NAMES.get(type_, "")
        properties = bytes(item.traits if type_ in ("identify", "group") else item.properties)
        _check(item, type_, user, anonymous, message, event, properties, big)
        inner = bytes(item.context)
        context = self._contexts.of(self._contexts.merge(outer, inner) if outer else inner)
        ts = _corrected(item, sent_at, received)
        if properties in (b"", b"null"):
            properties = b"{}"
        revenue, currency = None, ""
        if type_ == "track" and b'"revenue"' in properties:
            revenue, currency = _revenue(properties, columns.currency)
        elif type_ in ("page", "screen"):
            properties, context = _with_name(item, properties, context)
        columns.type.append(type_)
        columns.event.append(event)
        columns.user_id.append(user)
        columns.anonymous_id.append(anonymous)
        columns.message_id.append(message)
        columns.ts.append(ts)
        columns.received_at.append(received)
        columns.properties.append(properties)
        columns.context.append(context)
        columns.previous_id.append("" if item.previousId is None else str(item.previousId))
        columns.group_id.append("" if item.groupId is None else str(item.groupId))
        columns.revenue_minor.append(revenue)
        columns.money.append(currency)
        columns.log_offset.append(offset)
        columns.log_index.append(index)

    def _add_columns(self, columns: Columns, header: ColumnsHeader, table: pa.Table, offset: int) -> None:
        """Add the rows of a file or a source: already columnar, so only checked and widened."""
        staged, rejected = widen(table, header, offset, self._contexts)
        columns.tables.append(staged)
        columns.rejected.extend(rejected)


def _check(item: Item, type_: str, user: str, anonymous: str, message: str, event: str, properties: bytes, big: bool) -> None:
    """Raises ``Refused`` for what can never be a row."""
    if type_ not in TYPES:
        raise Refused(f"unknown_type: type is {type_[:40]!r}, wanted track, page, screen, identify, group or alias")
    if not user and not anonymous and not (type_ == "alias" and item.previousId):
        raise Refused("missing_id: neither userId nor anonymousId is set")
    if type_ == "track" and not event:
        raise Refused("missing_event: a track call needs an event name")
    if type_ == "alias" and not (user and item.previousId is not None):
        raise Refused("missing_id: an alias needs previousId and userId")
    if type_ == "group" and item.groupId is None:
        raise Refused("missing_group: a group call needs groupId")
    if len(message) > MAX_MESSAGE_ID_CHARS:
        raise Refused(f"message_id_too_long: messageId has {len(message)} characters, at most {MAX_MESSAGE_ID_CHARS}")
    if len(user) > MAX_ID_CHARS or len(anonymous) > MAX_ID_CHARS:
        raise Refused(f"id_too_long: userId and anonymousId have at most {MAX_ID_CHARS} characters")
    if len(event) > MAX_EVENT_CHARS:
        raise Refused(f"event_too_long: the event name has {len(event)} characters, at most {MAX_EVENT_CHARS}")
    if properties and properties[:1] != b"{" and properties != b"null":
        raise Refused(f"bad_type: {'traits' if type_ in ('identify', 'group') else 'properties'} is not an object")
    if too_deep(properties):
        raise Refused(f"too_deep: properties and traits nest at most {MAX_DEPTH} levels; flatten them")
    inner = bytes(item.context)
    if inner and inner[:1] != b"{" and inner != b"null":
        raise Refused("bad_type: context is not an object")
    if big and len(properties) + len(inner) > MAX_EVENT_BYTES:
        raise Refused(f"too_large: the event has more than {MAX_EVENT_BYTES} bytes")


def _corrected(item: Item, sent_at: object, received: int) -> int:
    """The time of the event in milliseconds, by the server's clock: receivedAt − (sentAt − originalTimestamp)."""
    original = item.originalTimestamp if item.originalTimestamp is not None else item.timestamp
    if original is None:
        return received
    at = milliseconds(original)
    sent = milliseconds(sent_at) if sent_at is not None else None
    if at is None:
        raise Refused("bad_timestamp: the time cannot be read, wanted ISO 8601")
    ts = at if sent is None else received - (sent - at)
    if not _EARLIEST <= ts <= received + _SKEW:
        raise Refused(f"timestamp_out_of_range: {str(original)[:40]} is before 2000 or more than a day ahead")
    return ts


def _revenue(properties: bytes, default_currency: str) -> tuple[int | None, str]:
    """(minor units, currency) of a track call's ``revenue`` and ``currency``; no amount if it cannot be read exactly."""
    money = _money.decode(properties)
    currency = money.currency.strip().upper() if isinstance(money.currency, str) and money.currency.strip() else default_currency
    if isinstance(money.revenue, bool) or not isinstance(money.revenue, int | float | str):
        return None, ""
    minor = to_minor(money.revenue, currency)
    return (minor, currency) if minor is not None else (None, "")


def _with_name(item: Item, properties: bytes, context: Context) -> tuple[bytes, Context]:
    """A page call's name and category join its properties; where the context has no page, the properties tell it."""
    if item.name is not None or item.category is not None:
        extra = {k: v for k, v in (("name", item.name), ("category", item.category)) if v is not None}
        inside = properties[1:-1].strip()
        present = msgspec.json.decode(properties, type=dict[str, msgspec.Raw]) if inside else {}
        properties = msgspec.json.encode({**extra, **present})
    if not context.url and (b'"url"' in properties or b'"path"' in properties):
        page = _page_properties.decode(properties)
        url, path, title, referrer = (v[:2000] if isinstance(v, str) else "" for v in (page.url, page.path, page.title, page.referrer))
        context = context._replace(url=url, path=path, title=title, referrer=referrer)
    return properties, context


def _why(refused: Refused | RecursionError) -> str:
    return str(refused) if isinstance(refused, Refused) else "too_deep: the JSON is nested too deeply"


def _rejected(entry: Entry, item: Item, reason: str, raw: bytes, offset: int, index: int) -> Rejected:
    return Rejected(
        received_at=entry.received_at,
        message_id=(item.messageId or f"log-{entry.workspace_id}-{offset}-{index}")[:MAX_MESSAGE_ID_CHARS],
        type=item.type if item.type in TYPES else "",
        event=(item.event or "")[:MAX_EVENT_CHARS],
        reason=reason,
        endpoint=entry.endpoint,
        raw=raw,
        log_offset=offset,
        log_index=index,
    )
