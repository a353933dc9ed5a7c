"""When does a column say it happened? Timestamps, dates, epochs and text become UTC instants of milliseconds, whole columns at a time."""

import re
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from uems.collect.files.cells import Cells, Mask, as_text, mask_of, present
from uems.kernel.clock import zone_of

Millis = NDArray[np.int64]

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2299, 12, 31, tzinfo=UTC)
"""What the warehouse can hold; a time outside is a mistake in the file."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  local clocks have no zone
_DAY = 86_400_000
_ZONED = r"\d{2}:\d{2}.*(?:Z|[+-]\d{2}(?::?\d{2})?)$"
_LOOSE = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_CHINESE = str.maketrans({"年": "-", "月": "-", "日": " ", "时": ":", "点": ":", "分": ":", "秒": None})
_DIGITS = re.compile(r"[+-]?\d+(\.\d+)?")


def to_utc(local: Millis, zone: str) -> Millis:
    """Instants of clock readings in ``zone``.

    A reading that occurs twice means the earlier instant; one that never occurs, the instant as far behind the gap.
    """
    if zone in ("UTC", "Etc/UTC", "Z") or len(local) == 0:
        return local
    tz = zone_of(zone)

    def offset(at: int) -> int:
        found = tz.utcoffset(_EPOCH + timedelta(milliseconds=at))
        return 0 if found is None else int(found.total_seconds() * 1000)

    days, which = np.unique(local // _DAY, return_inverse=True)
    begin = np.array([offset(int(day) * _DAY) for day in days], np.int64)
    end = np.array([offset(int(day) * _DAY + _DAY - 1) for day in days], np.int64)
    offsets = begin[which]
    for i in np.flatnonzero((begin != end)[which]):  # the clock changes on that day
        offsets[i] = offset(int(local[i]))
    result: Millis = local - offsets
    return result


def _of_epoch(values: NDArray[np.float64], unit: str) -> NDArray[np.float64]:
    if unit == "auto":
        size = np.abs(values)
        factors = np.select([size < 1e11, size < 1e14, size < 1e17], [1e3, 1.0, 1e-3], 1e-6)
        scaled: NDArray[np.float64] = values * factors
        return scaled
    result: NDArray[np.float64] = values * {"epoch_s": 1e3, "epoch_ms": 1.0, "epoch_us": 1e-3}[unit]
    return result


def _is_calendar(values: NDArray[np.float64]) -> Mask:
    """20240131 is a day, not a second of August 1970."""
    whole = np.where(np.isfinite(values), values, 0).astype(np.int64)
    month, day = whole // 100 % 100, whole % 100
    found: Mask = (whole >= 19000101) & (whole <= 22991231) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (whole == values)
    return found


def _of_numbers(array: pa.Array, format_: str, zone: str) -> tuple[Millis, Mask]:
    values = np.asarray(array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64)
    unit = format_ if format_.startswith("epoch_") else "auto"
    millis = _of_epoch(values, unit)
    ok = np.isfinite(millis) & (np.abs(millis) < 1e15)
    result: Millis = np.where(ok, np.round(np.where(ok, millis, 0)), 0).astype(np.int64)
    if unit == "auto":
        for i in np.flatnonzero(_is_calendar(values)):
            result[i], ok[i] = _one(f"{int(values[i]):08d}", "%Y%m%d", zone)
    return result, ok


def _of_timestamps(array: pa.Array, zone: str) -> tuple[Millis, Mask]:
    kind = array.type
    ok = present(array)
    if pa.types.is_date(kind):
        array = array.cast(pa.timestamp("ms"))
    aware = getattr(array.type, "tz", None) is not None
    millis = array.cast(pa.timestamp("ms", array.type.tz), safe=False).cast(pa.int64()).fill_null(0)
    values = np.asarray(millis.to_numpy(zero_copy_only=False), np.int64)
    return (values if aware else to_utc(values, zone)), ok


def _one(text: str, format_: str, zone: str) -> tuple[int, bool]:
    """One reading by hand, for what whole-column parsing does not know."""
    if format_ == "auto" and _DIGITS.fullmatch(text):
        millis, ok = _of_numbers(pa.array([text]), "auto", zone)
        return int(millis[0]), bool(ok[0])
    try:
        moment = _loose(text) if format_ == "auto" else datetime.strptime(text, format_)  # noqa: DTZ007  the zone follows
        if moment is None:
            return 0, False
        if moment.tzinfo is not None:
            return round(moment.timestamp() * 1000), True
        local = (moment - _EPOCH) // timedelta(milliseconds=1)
        return int(to_utc(np.array([local], np.int64), zone)[0]), True
    except (ValueError, OverflowError):
        return 0, False


def _loose(text: str) -> datetime | None:
    found = _LOOSE.fullmatch(text.translate(_CHINESE).strip().removesuffix(":"))
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    clock = time_of_day(int(hour or 0), int(minute or 0), int(second or 0), int((fraction or "0")[:6].ljust(6, "0")))
    moment = datetime.combine(datetime(int(year), int(month), int(day)), clock)  # noqa: DTZ001  the zone follows
    if not zone:
        return moment
    if zone in ("Z", "UTC", "GMT"):
        return moment.replace(tzinfo=UTC)
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return (moment - timedelta(minutes=minutes if zone[0] == "+" else -minutes)).replace(tzinfo=UTC)


def _one_by_one(text: pa.Array, format_: str, zone: str) -> tuple[Millis, Mask]:
    codes = text.dictionary_encode()
    found = [_one(value, format_, zone) for value in codes.dictionary.to_pylist()]
    found.append((0, False))  # where there is nothing
    index = np.asarray(codes.indices.fill_null(len(found) - 1).to_numpy(zero_copy_only=False), np.int64)
    return np.array([millis for millis, _ in found], np.int64)[index], np.array([ok for _, ok in found], bool)[index]


def _of_text(text: pa.Array, format_: str, zone: str) -> tuple[Millis, Mask]:
    if format_ not in ("auto", "epoch_s", "epoch_ms", "epoch_us"):
        return _one_by_one(text, format_, zone)
    digits = mask_of(pc.match_substring_regex(text, r"^[+-]?\d+(\.\d+)?$"))
    there = present(text)
    if format_ != "auto" or (digits.any() and (digits | ~there).all()):
        numbers = pc.if_else(pa.array(digits), text, pa.scalar(None, pa.string()))
        return _of_numbers(numbers, format_, zone)
    zoned = mask_of(pc.match_substring_regex(text, _ZONED))
    try:
        if not zoned.any():
            return _of_timestamps(text.cast(pa.timestamp("us")), zone)
        if (zoned | ~there).all():
            return _of_timestamps(text.cast(pa.timestamp("us", "UTC")), zone)
    except pa.ArrowInvalid:
        pass
    return _one_by_one(text, format_, zone)


def as_times(cells: Cells, format_: str, zone: str) -> tuple[pa.Array, Mask]:
    """UTC instants (timestamp ms) and where a value stands that is none. Absent values are null and not in the mask.

    format_: "auto", "epoch_s", "epoch_ms", "epoch_us" or a strptime format. zone: of readings that name none.
    """
    kind = cells.array.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        there = present(cells.array)
        millis, ok = _of_timestamps(cells.array, zone)
    elif (pa.types.is_integer(kind) or pa.types.is_floating(kind)) and (format_ == "auto" or format_.startswith("epoch_")):
        there = present(cells.array)
        millis, ok = _of_numbers(cells.array, format_, zone)
    else:
        text = as_text(cells)
        there = present(text)
        millis, ok = _of_text(text, format_, zone)
    ok = ok & (millis >= int(EARLIEST.timestamp()) * 1000) & (millis <= int(LATEST.timestamp()) * 1000)
    return pa.array(millis, mask=~(ok & there)).cast(pa.timestamp("ms", "UTC")), there & ~ok
