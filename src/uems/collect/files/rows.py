"""How do the rows of a batch become events? Column by column; a row that cannot is reported with what it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from uems.collect.files.cells import Cells, as_text, mask_of, present
from uems.collect.files.json_text import json_objects, lists_of, quoted
from uems.collect.files.mapping import FieldMap, Mapping
from uems.collect.files.model import Problem
from uems.collect.files.reading import Batch, Reading
from uems.collect.files.times import as_times
from uems.collect.files.values import as_minor, as_property
from uems.collect.pipeline.wire import MAX_EVENT_BYTES, MAX_EVENT_CHARS, MAX_ID_CHARS, MAX_MESSAGE_ID_CHARS
from uems.collect.records import COLUMNS
from uems.kernel.money import exponents

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_MOST_BYTES = 16 * MAX_EVENT_BYTES
_LIBRARY = quoted(pa.array(["uems-import"]))
_TYPE_WORDS = {"number": "a number", "integer": "a whole number", "boolean": "yes or no", "datetime": "a date or a time", "json": "JSON"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the events go. key: what stands for the file or source in message ids.

    now: the start of the import; what lies more than a day after it is no time of an event.
    """

    zone: str
    currency: str
    key: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Events in the columns of an import record, and what became of the lines. ``numbers``: the row each event begins at."""

    table: pa.Table
    numbers: np.ndarray[tuple[int], np.dtype[np.int64]]
    problems: tuple[Problem, ...]
    rows_ok: int
    rows_bad: int


def map_batch(mapping: Mapping, batch: Batch, target: Target) -> Mapped:
    """The events of a batch; an identify beside each where the mapping has traits, e-mail or phone."""
    reading = Reading(batch)
    ids = _people(mapping, reading)
    event = _event(mapping, reading)
    ts = _times(mapping, reading, target)
    currency = _currency(mapping, reading, target)
    revenue = _revenue(mapping, reading, currency)
    properties = _properties(mapping, reading, target, event, revenue, currency)
    columns = {
        "type": pa.repeat(pa.scalar(mapping.type), reading.size),
        "event": event if mapping.type == "track" else pa.repeat(pa.scalar(""), reading.size),
        "message_id": _message_ids(mapping, reading, target),
        "ts": ts,
        "properties": properties,
        "context": _context(mapping, reading),
        "revenue_minor": revenue,
        "currency": currency if mapping.revenue else pa.repeat(pa.scalar(""), reading.size),
        **ids,
    }
    arrays = [columns[f.name] if f.type != pa.string() else pc.fill_null(columns[f.name], "") for f in COLUMNS]
    table = pa.table(arrays, schema=COLUMNS)
    beside = _identify(mapping, reading, target, table)
    good = pa.array(~reading.bad)
    kept, numbers = table.filter(good), reading.numbers[~reading.bad]
    if beside is not None:
        also, where = beside
        kept, numbers = pa.concat_tables([kept, also]), np.concatenate([numbers, reading.numbers[where]])
    lost = sum(lines for bad, lines in reading.counted() if bad) if reading.bad.any() else 0
    return Mapped(table=kept, numbers=numbers, problems=tuple(reading.problems), rows_ok=len(batch.rows) - lost, rows_bad=lost)


def _people(mapping: Mapping, reading: Reading) -> dict[str, pa.Array]:
    user, anonymous = reading.text(mapping.user_id), reading.text(mapping.anonymous_id)
    for column, values in ((mapping.user_id, user), (mapping.anonymous_id, anonymous)):
        reading.refuse(
            reading.longer(values, MAX_ID_CHARS), column or "", "id_too_long", f"at most {MAX_ID_CHARS} characters", Cells(array=values)
        )
    # Who is known by e-mail or phone alone gets an id made of it, so that the same address is the same person in every file.
    for column, kind in ((mapping.email, "email"), (mapping.phone, "phone")):
        if column is not None:
            nobody = pc.and_(pc.is_null(user), pc.is_null(anonymous))
            if pc.any(nobody).as_py():
                made = [
                    None if v is None else f"{kind}-{xxhash.xxh3_128_hexdigest(v.lower().encode())}"
                    for v in reading.text(column).to_pylist()
                ]
                anonymous = pc.if_else(nobody, pa.array(made, pa.string()), anonymous)
    columns = [c for c in (mapping.user_id, mapping.anonymous_id, mapping.email, mapping.phone) if c]
    nobody = mask_of(pc.and_(pc.is_null(user), pc.is_null(anonymous)))
    reading.refuse(nobody, columns[0], "missing_person", f"a value in {' or '.join(columns)}")
    found = {"user_id": user, "anonymous_id": anonymous}
    for name, column in (("previous_id", mapping.previous_id), ("group_id", mapping.group_id)):
        values = reading.text(column)
        if column is not None:
            reading.refuse(~present(values), column, "missing_id", f"a value: {mapping.type} needs it")
        found[name] = values
    return found


def _event(mapping: Mapping, reading: Reading) -> pa.Array:
    event = reading.said(mapping.event)
    if mapping.type == "track" and mapping.event is not None:
        column = mapping.event.column or ""
        reading.refuse(~present(event), column, "missing_event", "the name of the event")
        reading.refuse(
            reading.longer(event, MAX_EVENT_CHARS), column, "event_too_long", f"at most {MAX_EVENT_CHARS} characters", Cells(array=event)
        )
    return event


def _times(mapping: Mapping, reading: Reading, target: Target) -> pa.Array:
    time = mapping.time
    zone = time.zone or target.zone
    ts = pa.nulls(reading.size, pa.timestamp("ms", "UTC"))
    column = time.column or ""
    cells = Cells(array=ts)
    if time.column is not None:
        cells = reading.cells(time.column)
        ts, bad = as_times(cells, time.format, zone)
        wanted = "a date or a time such as 2024-01-31 18:05:00" if time.format == "auto" else f"a time in the format {time.format}"
        reading.refuse(bad, column, "bad_time", wanted, cells)
        if not time.constant:
            reading.refuse(~present(ts) & ~bad, column, "missing_time", "a time")
    if time.constant == "now":
        ts = pc.fill_null(ts, pa.scalar(target.now, ts.type))
    elif time.constant:
        constant, bad = as_times(Cells(array=pa.array([time.constant])), "auto", zone)
        reading.refuse(np.repeat(bad, reading.size), column, "bad_time", f"a constant that is a time; it is {time.constant}")
        ts = pc.fill_null(ts, constant[0]) if constant[0].is_valid else ts
    latest = target.now + timedelta(days=1)
    outside = pc.or_(pc.less(ts, pa.scalar(_EARLIEST, ts.type)), pc.greater(ts, pa.scalar(latest, ts.type)))
    reading.refuse(mask_of(outside), column, "time_out_of_range", "a time from the year 2000 until tomorrow", cells)
    return ts


def _currency(mapping: Mapping, reading: Reading, target: Target) -> pa.Array:
    if mapping.currency is None:
        return pa.repeat(pa.scalar(target.currency), reading.size)
    text = pc.fill_null(pc.utf8_upper(reading.said(mapping.currency)), target.currency)
    unknown = mask_of(pc.invert(pc.is_in(text, pa.array(sorted(exponents())))))
    reading.refuse(unknown, mapping.currency.column or "", "unknown_currency", "an ISO 4217 code such as CNY or USD", Cells(array=text))
    return text


def _revenue(mapping: Mapping, reading: Reading, currency: pa.Array) -> pa.Array:
    revenue = mapping.revenue
    if revenue is None:
        return pa.nulls(reading.size, pa.int64())
    codes = currency.unique().to_pylist()
    codes = codes if len(codes) == 1 else currency.to_pylist()
    minor, comma = revenue.unit == "minor", mapping.decimal_comma
    if reading.starts is None or revenue.aggregate == "first":
        cells = reading.cells(revenue.column)
        cents, bad = as_minor(cells, codes, minor=minor, decimal_comma=comma)
        reading.refuse(bad, revenue.column, "bad_amount", "an amount such as 12.50", cells)
        return cents
    cells = reading.line_cells(revenue.column)
    if len(codes) > 1:
        lines = np.diff(np.append(reading.starts, len(reading.batch.rows)))
        codes = np.repeat(np.array(codes, object), lines).tolist()
    cents, bad = as_minor(cells, codes, minor=minor, decimal_comma=comma)
    reading.refuse_lines(bad, revenue.column, "bad_amount", "an amount such as 12.50", cells)
    if revenue.aggregate == "last":
        return cents.take(pa.array(np.append(reading.starts[1:], len(reading.batch.rows)) - 1))
    return reading.folded(cents, revenue.aggregate)


def _field(mapping: Mapping, reading: Reading, target: Target, field: FieldMap) -> pa.Array:
    """The JSON texts of one property, one an event."""
    if reading.starts is None or field.aggregate == "first":
        cells = reading.cells(field.column)
    else:
        cells = reading.aggregate(field, decimal_comma=mapping.decimal_comma)
    texts, bad = as_property(cells, field.type, zone=target.zone, decimal_comma=mapping.decimal_comma)
    refuse = reading.refuse if mapping.bad_values == "skip_row" else reading.note
    refuse(bad, field.column, f"bad_{field.type}", _TYPE_WORDS.get(field.type, field.type), cells)
    return texts


def _items(mapping: Mapping, reading: Reading, target: Target) -> pa.Array:
    assert mapping.group is not None
    assert reading.starts is not None
    fields: list[tuple[str, pa.Array]] = []
    for field in mapping.group.fields:
        cells = reading.line_cells(field.column)
        texts, bad = as_property(cells, field.type, zone=target.zone, decimal_comma=mapping.decimal_comma)
        if mapping.bad_values == "skip_row":
            reading.refuse_lines(bad, field.column, f"bad_{field.type}", _TYPE_WORDS.get(field.type, field.type), cells)
        fields.append((field.name, texts))
    objects = json_objects(fields, len(reading.batch.rows))
    offsets = np.append(reading.starts, len(reading.batch.rows)).astype(np.int32)
    return lists_of(objects, pa.array(offsets))


def _amounts(revenue: pa.Array, currency: pa.Array) -> pa.Array:
    """Minor units as JSON numbers of major units, written with all digits of the currency."""
    codes = currency.unique().to_pylist()
    if len(codes) == 1:
        return _decimals(revenue, exponents().get(codes[0], 2))
    texts = pa.nulls(len(revenue), pa.string())
    for code in codes:
        texts = pc.if_else(pc.equal(currency, code), _decimals(revenue, exponents().get(code, 2)), texts)
    return texts


def _decimals(minor: pa.Array, digits: int) -> pa.Array:
    if not digits:
        return minor.cast(pa.string())
    size = pc.abs(minor)
    whole = pc.divide(size, 10**digits)
    rest = pc.subtract(size, pc.multiply(whole, 10**digits)).cast(pa.string())
    sign = pc.if_else(pc.less(minor, 0), "-", "")
    return pc.binary_join_element_wise(sign, whole.cast(pa.string()), ".", pc.utf8_lpad(rest, digits, "0"), "")


def _properties(mapping: Mapping, reading: Reading, target: Target, event: pa.Array, revenue: pa.Array, currency: pa.Array) -> pa.Array:
    fields = [(field.name, _field(mapping, reading, target, field)) for field in mapping.properties]
    if mapping.rest:
        taken = mapping.columns() | {name for name, _ in fields}
        fields += [
            (name, as_property(reading.cells(name), "auto", zone=target.zone)[0])
            for name in reading.lines.column_names
            if name not in taken
        ]
    if mapping.group is not None and mapping.group.fields:
        fields.append((mapping.group.items, _items(mapping, reading, target)))
    names = {name for name, _ in fields}
    extra: list[tuple[str, pa.Array]] = []
    if mapping.revenue is not None:
        extra += [("revenue", _amounts(revenue, currency)), ("currency", quoted(currency))]
    if mapping.type in ("page", "screen"):
        extra.append(("name", quoted(event)))
    if mapping.type == "identify":
        extra += _contacts(mapping, reading)
    texts = json_objects([*fields, *((name, text) for name, text in extra if name not in names)], reading.size)
    large = mask_of(pc.greater(pc.binary_length(texts), _MOST_BYTES))
    reading.refuse(large, "", "too_large", f"at most {_MOST_BYTES} bytes of properties")
    return texts


def _contacts(mapping: Mapping, reading: Reading) -> list[tuple[str, pa.Array]]:
    pairs = (("email", mapping.email), ("phone", mapping.phone))
    return [(name, quoted(reading.text(column))) for name, column in pairs if column is not None]


def _context(mapping: Mapping, reading: Reading) -> pa.Array:
    if not mapping.context:
        return pa.repeat(pa.scalar('{"library":{"name":"uems-import"}}'), reading.size)
    groups: dict[str, list[tuple[str, pa.Array]]] = {"library": [("name", pa.repeat(_LIBRARY[0], reading.size))]}
    single: list[tuple[str, pa.Array]] = []
    for field in mapping.context:
        text = quoted(as_text(reading.cells(field.column)))
        head, _, tail = field.name.partition(".")
        (groups.setdefault(head, []) if tail else single).append((tail or head, text))
    return json_objects([*single, *((head, json_objects(parts, reading.size)) for head, parts in groups.items())], reading.size)


def tag_of(mapping: Mapping) -> str:
    """What keeps the ids of two kinds of events apart that come from the same rows."""
    event = mapping.event
    said = "" if event is None else f"column {event.column}" if event.column else event.constant.strip()
    return xxhash.xxh3_64_hexdigest(f"{mapping.type}\x1f{said}".encode())[:10]


def _joined(reading: Reading, columns: Sequence[str]) -> pa.Array:
    texts = [reading.text(column) for column in columns]
    return texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*(pc.fill_null(text, "") for text in texts), "\x1f")


def _message_ids(mapping: Mapping, reading: Reading, target: Target) -> pa.Array:
    tag, columns = tag_of(mapping), mapping.message_id.columns
    if not columns and reading.batch.identities is not None:
        return pc.binary_join_element_wise(f"{target.key}-{tag}-", reading.batch.identities, "")
    if not columns and mapping.group is None:
        return pc.binary_join_element_wise(f"{target.key}-{tag}-", pa.array(reading.numbers).cast(pa.string()), "")
    if not columns:
        assert mapping.group is not None
        return _hashed(f"{target.key}-{tag}-", _joined(reading, mapping.group.key))
    values = _joined(reading, columns)
    empty = mask_of(pc.equal(pc.binary_length(pc.fill_null(values, "")), len(columns) - 1))
    reading.refuse(empty, columns[0], "missing_message_id", f"a value in {', '.join(columns)}")
    if mapping.message_id.as_is:
        long = reading.longer(values, MAX_MESSAGE_ID_CHARS)
        reading.refuse(long, columns[0], "message_id_too_long", f"at most {MAX_MESSAGE_ID_CHARS} characters", Cells(array=values))
        return values
    return _hashed(f"{tag}-", values)


def _hashed(prefix: str, values: pa.Array) -> pa.Array:
    digest = xxhash.xxh3_128_hexdigest
    return pa.array([prefix + digest((value or "").encode()) for value in values.to_pylist()], pa.string())


def _identify(
    mapping: Mapping, reading: Reading, target: Target, events: pa.Table
) -> tuple[pa.Table, np.ndarray[tuple[int], np.dtype[np.intp]]] | None:
    """What the rows say of the people themselves: one identify for each different thing said, and the rows that say it first."""
    if mapping.type == "identify" or not (mapping.traits or mapping.email or mapping.phone):
        return None
    traits = [(field.name, _field(mapping, reading, target, field)) for field in mapping.traits]
    names = {name for name, _ in traits}
    traits += [(name, text) for name, text in _contacts(mapping, reading) if name not in names]
    texts = json_objects(traits, reading.size)
    said = pc.binary_join_element_wise(events["user_id"].combine_chunks(), events["anonymous_id"].combine_chunks(), texts, "\x1f")
    usable = np.flatnonzero(~reading.bad & ~mask_of(pc.equal(texts, "{}")))
    codes = said.take(pa.array(usable)).dictionary_encode().indices.to_numpy()
    where = usable[np.sort(np.unique(codes, return_index=True)[1])]
    taken = events.take(pa.array(where))
    changes = {
        "type": pa.repeat(pa.scalar("identify"), len(where)),
        "event": pa.repeat(pa.scalar(""), len(where)),
        "message_id": pc.binary_join_element_wise(taken["message_id"].combine_chunks(), "i", "-"),
        "properties": texts.take(pa.array(where)),
        "revenue_minor": pa.nulls(len(where), pa.int64()),
        "currency": pa.repeat(pa.scalar(""), len(where)),
        "previous_id": pa.repeat(pa.scalar(""), len(where)),
        "group_id": pa.repeat(pa.scalar(""), len(where)),
    }
    return pa.table([changes.get(f.name, taken[f.name]) for f in COLUMNS], schema=COLUMNS), where
