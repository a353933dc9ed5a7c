"""Does every value that is bound come back as it was, and is what a type cannot hold refused before it is sent?"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.support.clickhouse import Servers
from uems.kernel.binds import bind, encode, inline, placeholders
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kernel.sql import Param, Sql
from uems.kernel.warehouse import Warehouse, open_warehouse

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
# What a careless encoder stumbles over, oftener than chance would bring it.
NASTY = st.text(st.sampled_from("\\'\"`\0\t\n\r\b\f{}[](),;:N%-/*=?& +x0né中😀\u2028\x7f\x1a\ufeff"), max_size=30)
ANY_TEXT = st.one_of(TEXT, NASTY, st.sampled_from(["\\N", "NULL", "'; DROP TABLE t; --", "{name:String}", "\\x00", "\\'", "null", "nan"]))
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2106, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001

VALUES: list[tuple[str, st.SearchStrategy[Param]]] = [
    ("String", ANY_TEXT),
    ("LowCardinality(String)", ANY_TEXT),
    ("Nullable(String)", st.none() | ANY_TEXT),
    ("LowCardinality(Nullable(String))", st.none() | ANY_TEXT),
    ("UInt64", st.integers(0, 2**64 - 1)),
    ("Int8", st.integers(-128, 127)),
    ("Nullable(Int64)", st.none() | st.integers(-(2**63), 2**63 - 1)),
    ("Int256", st.integers(-(2**255), 2**255 - 1)),
    ("Float64", st.floats(allow_nan=False)),
    ("Bool", st.booleans()),
    ("Decimal(18, 4)", st.decimals(min_value=-(10**13), max_value=10**13, places=4)),
    ("Date", st.dates(date(1970, 1, 1), date(2149, 6, 6))),
    ("Date32", st.dates(date(1900, 1, 1), date(2299, 12, 31))),
    ("DateTime64(6, 'UTC')", INSTANTS),
    ("DateTime64(3, 'UTC')", INSTANTS.map(lambda ts: ts.replace(microsecond=ts.microsecond // 1000 * 1000))),
    ("DateTime('UTC')", INSTANTS.map(lambda ts: ts.replace(microsecond=0))),
    ("Array(String)", st.lists(ANY_TEXT, max_size=6)),
    ("Array(LowCardinality(String))", st.lists(ANY_TEXT, max_size=6)),
    ("Array(Nullable(String))", st.lists(st.none() | ANY_TEXT, max_size=6)),
    ("Array(Array(String))", st.lists(st.lists(ANY_TEXT, max_size=3), max_size=3)),
    ("Array(UInt64)", st.lists(st.integers(0, 2**64 - 1), max_size=9)),
    ("Array(Float64)", st.lists(st.floats(allow_nan=False), max_size=5)),
    ("Array(Bool)", st.lists(st.booleans(), max_size=5)),
    ("Array(Date)", st.lists(st.dates(date(1970, 1, 1), date(2149, 6, 6)), max_size=5)),
    ("Array(DateTime64(6, 'UTC'))", st.lists(INSTANTS, max_size=5)),
    ("Array(Decimal(9, 2))", st.lists(st.decimals(min_value=-(10**6), max_value=10**6, places=2), max_size=5)),
]
ROWS = st.fixed_dictionaries({f"p{i}": strategy for i, (_, strategy) in enumerate(VALUES)})
# Arrow has no 256-bit integers, and a DateTime arrives as a number.
QUERY = Sql(
    "SELECT "
    + ", ".join(
        {
            "Int256": f"toString({{p{i}:{type_}}}) AS p{i}",
            "DateTime('UTC')": f"toDateTime64({{p{i}:{type_}}}, 3, 'UTC') AS p{i}",
        }.get(type_, f"{{p{i}:{type_}}} AS p{i}")
        for i, (type_, _) in enumerate(VALUES)
    )
)


@pytest.fixture(scope="module", params=["chdb", pytest.param("clickhouse", marks=pytest.mark.cluster)])
def warehouse(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """One for all values: opening an engine for each would take longer than asking it."""
    home: Path = tmp_path_factory.mktemp("binds")
    if request.param == "chdb":
        warehouse = open_warehouse(Settings(home=home))
    else:
        servers: Servers = request.getfixturevalue("clickhouse_server")
        warehouse = open_warehouse(servers.settings(home, "binds"))
    yield warehouse
    warehouse.close()


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(row=ROWS)
def test_every_bound_value_comes_back_as_it_was(warehouse: Warehouse, row: dict[str, Param]) -> None:
    [found] = warehouse.query(QUERY, row).to_pylist()
    assert {**found, "p7": int(found["p7"])} == row


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(row=ROWS)
def test_every_value_comes_back_as_a_literal_too(warehouse: Warehouse, row: dict[str, Param]) -> None:
    text = inline(*bind(QUERY, row))
    assert placeholders(QUERY).keys() == row.keys()
    # What looks like a placeholder now is inside of a value, so the text is given past bind.
    for name in placeholders(text):
        assert any(f"{{{name}:" in str(value) for value in row.values())
    [found] = warehouse.query(Sql(text.replace("{", "\\x7B"))).to_pylist()
    assert {**found, "p7": int(found["p7"])} == row


@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=ANY_TEXT)
def test_long_values_come_back_as_they_were(warehouse: Warehouse, text: str) -> None:
    row: dict[str, Param] = {"a": text * 9000, "b": [text, "-" * 200_000, text], "c": 1}
    sql = Sql("SELECT {a:String} AS a, {b:Array(String)} AS b, {c:UInt8} AS c")
    assert warehouse.query(sql, row).to_pylist() == [row]


def test_a_million_numbers_can_be_bound(warehouse: Warehouse) -> None:
    sql = Sql("SELECT count() AS n FROM numbers(2000000) WHERE number IN {ids:Array(UInt64)} AND number >= {low:UInt64}")
    assert warehouse.query(sql, {"ids": range(0, 2_000_000, 2), "low": 10}).to_pylist() == [{"n": 999_995}]


def test_a_hundred_thousand_texts_can_be_bound(warehouse: Warehouse) -> None:
    sql = Sql(
        "SELECT countIf(concat('it\\'s ', toString(number)) NOT IN {ids:Array(String)}) AS n, length({ids:Array(String)}) AS m "
        "FROM numbers(200001)"
    )
    found = warehouse.query(sql, {"ids": [f"it's {i}" for i in range(100_000)]}).to_pylist()
    assert found == [{"n": 100_001, "m": 100_000}]


def test_bytes_that_are_no_text_come_back_as_they_were(warehouse: Warehouse) -> None:
    sql = Sql("SELECT hex({a:String}) AS a, arrayMap(x -> hex(x), {b:Array(String)}) AS b")
    raw = bytes(range(256))
    assert warehouse.query(sql, {"a": raw, "b": [raw, b""]}).to_pylist() == [{"a": raw.hex().upper(), "b": [raw.hex().upper(), ""]}]


def test_numbers_that_are_none_can_be_bound(warehouse: Warehouse) -> None:
    sql = Sql("SELECT isNaN({a:Float64}) AS a, {b:Float64} AS b, arrayMap(x -> isNaN(x), {c:Array(Float64)}) AS c")
    row: dict[str, Param] = {"a": float("nan"), "b": float("-inf"), "c": [float("nan"), 1.0]}
    assert warehouse.query(sql, row).to_pylist() == [{"a": 1, "b": float("-inf"), "c": [1, 0]}]


def test_a_time_is_the_same_instant_whatever_zone_it_carries(warehouse: Warehouse) -> None:
    shanghai = datetime(2026, 3, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    sql = Sql(
        "SELECT toUnixTimestamp({a:DateTime64(3, 'UTC')}) AS a, toUnixTimestamp({b:DateTime64(3)}) AS b, toUnixTimestamp({c:DateTime}) AS c"
    )
    expected = int(shanghai.timestamp())
    assert warehouse.query(sql, {"a": shanghai, "b": shanghai, "c": shanghai}).to_pylist() == [
        {"a": expected, "b": expected, "c": expected}
    ]


def test_a_value_is_never_read_as_sql(warehouse: Warehouse) -> None:
    evil = "x' OR 1=1; DROP TABLE system.one; -- {evil:String} \\' \\\\' */ '"
    sql = Sql("SELECT {evil:String} AS evil, {evils:Array(String)} AS evils, 1 AS one")
    assert warehouse.query(sql, {"evil": evil, "evils": [evil, evil]}).to_pylist() == [{"evil": evil, "evils": [evil, evil], "one": 1}]


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (-1, "UInt64"),
        (2**64, "UInt64"),
        (128, "Int8"),
        (1.5, "UInt8"),
        ("1", "UInt64"),
        (None, "String"),
        (None, "Array(String)"),
        ([None], "Array(String)"),
        ("abc", "Array(String)"),
        (["a"], "String"),
        (1, "String"),
        ("\ud800", "String"),
        (["a\udfff"], "Array(String)"),
        (1, "Bool"),
        (True, "Float64"),
        (10**400, "Float64"),
        (Decimal("1.234"), "Decimal(9, 2)"),
        (Decimal("12345678"), "Decimal(9, 2)"),
        (Decimal("NaN"), "Decimal(9, 2)"),
        (1.5, "Decimal(9, 2)"),
        (date(1969, 12, 31), "Date"),
        (date(9999, 1, 1), "Date32"),
        (datetime(2020, 1, 1, tzinfo=UTC), "Date"),
        (date(2020, 1, 1), "DateTime64(3, 'UTC')"),
        (datetime(2020, 1, 1), "DateTime64(3, 'UTC')"),  # noqa: DTZ001
        (datetime(1, 1, 1, tzinfo=UTC), "DateTime64(3, 'UTC')"),
        (datetime(9999, 1, 1, tzinfo=UTC), "DateTime64(3, 'UTC')"),
        (datetime(1969, 1, 1, tzinfo=UTC), "DateTime('UTC')"),
    ],
)
def test_what_a_type_cannot_hold_is_refused(value: Param, type_: str) -> None:
    with pytest.raises(UemsError) as caught:
        encode(value, type_)
    assert caught.value.code == "invalid"


@pytest.mark.parametrize("type_", ["Map(String, String)", "Tuple(String)", "JSON", "DateTime64(3, 'Asia/Shanghai')", "Nothing", ""])
def test_a_type_without_an_encoding_is_refused(type_: str) -> None:
    with pytest.raises(UemsError) as caught:
        encode("x", type_)
    assert caught.value.code == "unbound_parameter"


@pytest.mark.parametrize(
    ("sql", "params"),
    [
        ("SELECT {a:String}", {}),
        ("SELECT 1", {"a": "x"}),
        ("SELECT {a:String}, {b:String}", {"a": "x", "c": "y"}),
        ("SELECT {a:String}, {a:UInt64}", {"a": "x"}),
    ],
)
def test_a_placeholder_without_a_value_or_the_reverse_is_an_error(sql: str, params: dict[str, Param]) -> None:
    with pytest.raises(UemsError) as caught:
        bind(Sql(sql), params)
    assert caught.value.code == "unbound_parameter"


def test_a_placeholder_may_stand_twice() -> None:
    sql = Sql("SELECT {a:String} WHERE {a:String} = ''")
    assert bind(sql, {"a": "x\ty"}) == (sql, {"a": "x\\ty"})
