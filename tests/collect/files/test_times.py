"""Is every way to write a time read as the instant it means?"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uems.collect.files.cells import Cells
from uems.collect.files.times import as_times, to_utc


def read(values: list[object], format_: str = "auto", zone: str = "UTC", kind: pa.DataType | None = None) -> list[datetime | None]:
    times, _ = as_times(Cells(array=pa.array(values, kind)), format_, zone)
    return [None if value is None else value.replace(tzinfo=UTC) for value in times.to_pylist()]


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(946_684_800_000, 2_000_000_000_000), min_size=1, max_size=50),
    st.sampled_from(
        ["America/New_York", "Asia/Shanghai", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "UTC"]
    ),
)
def test_clock_readings_become_the_instants_that_the_zone_rules_say(readings: list[int], zone: str) -> None:
    tz = ZoneInfo(zone)
    wanted = []
    for reading in readings:
        local = datetime(1970, 1, 1) + timedelta(milliseconds=reading)  # noqa: DTZ001
        wanted.append(reading - round(local.replace(tzinfo=tz).utcoffset().total_seconds() * 1000))  # type: ignore[union-attr]
    assert to_utc(np.array(readings, np.int64), zone).tolist() == wanted


def test_the_hour_that_occurs_twice_and_the_one_that_never_does() -> None:
    # New York, 2017: clocks went from 02:00 to 03:00 on 12 March and from 02:00 back to 01:00 on 5 November.
    found = read(["2017-03-12 02:30:00", "2017-03-12 03:30:00", "2017-11-05 01:30:00", "2017-11-05 02:30:00"], zone="America/New_York")
    assert found == [at(2017, 3, 12, 7, 30), at(2017, 3, 12, 7, 30), at(2017, 11, 5, 5, 30), at(2017, 11, 5, 7, 30)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-01-31", at(2024, 1, 30, 16)),
        ("2024-01-31 08:05", at(2024, 1, 31, 0, 5)),
        ("2024-01-31T08:05:09", at(2024, 1, 31, 0, 5, 9)),
        ("2024-01-31 08:05:09.123456", at(2024, 1, 31, 0, 5, 9, 123_000)),
        ("2024-01-31T08:05:09Z", at(2024, 1, 31, 8, 5, 9)),
        ("2024-01-31T08:05:09.5+02:00", at(2024, 1, 31, 6, 5, 9, 500_000)),
        ("2024-01-31T08:05:09-0530", at(2024, 1, 31, 13, 35, 9)),
        ("2024/1/5 9:03", at(2024, 1, 5, 1, 3)),
        ("2024.01.05", at(2024, 1, 4, 16)),
        ("2024年1月5日 9时3分", at(2024, 1, 5, 1, 3)),
        ("2024年1月5日", at(2024, 1, 4, 16)),
        ("20240105", at(2024, 1, 4, 16)),
        ("1704424980", at(2024, 1, 5, 3, 23)),
        ("1704424980123", at(2024, 1, 5, 3, 23, 0, 123_000)),
    ],
)
def test_text_is_read_in_the_zone_of_the_shop_unless_it_names_one(text: str, wanted: datetime) -> None:
    assert read([text], zone="Asia/Shanghai") == [wanted]
    # One odd value among the others changes none of them.
    assert read(["2024-01-31", text, None, "nonsense", ""], zone="Asia/Shanghai") == [at(2024, 1, 30, 16), wanted, None, None, None]


def test_epochs_are_told_by_their_size_or_by_the_user() -> None:
    second = 1_704_424_980
    moment = at(2024, 1, 5, 3, 23)
    for value in (second, second * 1000, second * 1_000_000, second * 1_000_000_000, float(second)):
        assert read([value]) == [moment]
    assert read([20240105], zone="UTC") == [at(2024, 1, 5)]
    assert read([20240105], "epoch_s") == [at(1970, 8, 23, 6, 15, 5)]
    assert read(["1704424980.5"], "epoch_s") == [moment + timedelta(milliseconds=500)]


def test_a_format_of_the_user_is_followed_to_the_letter() -> None:
    assert read(["31.01.2024 18:05", "2024-01-31"], "%d.%m.%Y %H:%M") == [at(2024, 1, 31, 18, 5), None]
    assert read(["01/02/2024"], "%m/%d/%Y", "America/New_York") == [at(2024, 1, 2, 5)]
    assert read(["31/Jan/2024:18:05:00 +0100"], "%d/%b/%Y:%H:%M:%S %z") == [at(2024, 1, 31, 17, 5)]


def test_typed_columns_need_no_guess() -> None:
    naive = datetime(2024, 7, 1, 12)  # noqa: DTZ001
    assert read([naive], zone="America/New_York", kind=pa.timestamp("ns")) == [at(2024, 7, 1, 16)]
    assert read([naive.replace(tzinfo=UTC)], zone="America/New_York", kind=pa.timestamp("us", "Asia/Tokyo")) == [at(2024, 7, 1, 12)]
    assert read([date(2024, 7, 1)], zone="Asia/Shanghai") == [at(2024, 6, 30, 16)]


def test_what_is_no_time_is_marked_and_what_is_absent_is_not() -> None:
    times, bad = as_times(
        Cells(array=pa.array(["2024-01-01", "", None, "soon", "0000-00-00", "9999-12-31", "2024-02-30", "1e300"])), "auto", "UTC"
    )
    assert times.is_valid().to_pylist() == [True] + [False] * 7
    assert bad.tolist() == [False, False, False, True, True, True, True, True]
