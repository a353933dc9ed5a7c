"""Do rows become the events that the mapping says, and is every row that cannot reported with what it needs?"""

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from uems.collect.files.mapping import Mapping
from uems.collect.files.reading import Batch
from uems.collect.files.rows import Mapped, Target, map_batch

TARGET = Target(zone="Asia/Shanghai", currency="CNY", key="file1", now=datetime(2026, 3, 2, tzinfo=UTC))
ORDER = {
    "event": {"constant": "Order Completed"},
    "user_id": "用户ID",
    "time": {"column": "下单时间"},
    "revenue": {"column": "金额"},
    "properties": [{"name": "order_id", "column": "订单号"}, {"name": "quantity", "column": "数量", "type": "integer"}],
}


def mapped(mapping: dict[str, Any], columns: dict[str, Any], starts: list[int] | None = None) -> Mapped:
    table = pa.table(columns)
    rows = np.arange(1, table.num_rows + 1, dtype=np.int64)
    batch = Batch(table=table, rows=rows, starts=None if starts is None else np.array(starts, np.int64))
    return map_batch(Mapping.model_validate(mapping), batch, TARGET)


def events(result: Mapped) -> list[dict[str, Any]]:
    found = []
    for row in result.table.to_pylist():
        event = {name: value for name, value in row.items() if value not in ("", None) and name != "context"}
        found.append(event | {"properties": json.loads(row["properties"]), "ts": row["ts"].isoformat()})
    return found


def refused(result: Mapped) -> list[tuple[int, str, str, str]]:
    return [(p.row, p.column, p.what, p.got) for p in result.problems]


def test_a_row_becomes_an_event_with_its_person_time_money_and_properties() -> None:
    result = mapped(ORDER, {"用户ID": ["u1"], "下单时间": ["2024-03-01 08:00:00"], "金额": ["1,234.5"], "订单号": ["0012"], "数量": ["3"]})
    (event,) = events(result)
    assert event == {
        "type": "track",
        "event": "Order Completed",
        "user_id": "u1",
        "message_id": event["message_id"],
        "ts": "2024-03-01T00:00:00+00:00",
        "revenue_minor": 123450,
        "currency": "CNY",
        "properties": {"order_id": "0012", "quantity": 3, "revenue": 1234.5, "currency": "CNY"},
    }
    assert json.loads(result.table["context"][0].as_py()) == {"library": {"name": "uems-import"}}
    assert (result.rows_ok, result.rows_bad) == (1, 0)


def test_each_row_that_cannot_be_an_event_says_why() -> None:
    good = ["u1", "2024-03-01", "5", "a", "1"]
    rows = [
        good,
        ["", *good[1:]],
        ["u1", "someday", *good[2:]],
        ["u1", "", *good[2:]],
        ["u1", "1998-01-01", *good[2:]],
        ["u1", "2027-01-01", *good[2:]],
        ["u1", "2024-03-01", "much", "a", "1"],
        ["u1", "2024-03-01", "5", "a", "1.5"],
        ["x" * 513, *good[1:]],
        good,
    ]
    names = ["用户ID", "下单时间", "金额", "订单号", "数量"]
    result = mapped(ORDER, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    assert [(row, column, what) for row, column, what, _ in refused(result)] == [
        (9, "用户ID", "id_too_long"),
        (2, "用户ID", "missing_person"),
        (3, "下单时间", "bad_time"),
        (4, "下单时间", "missing_time"),
        (5, "下单时间", "time_out_of_range"),
        (6, "下单时间", "time_out_of_range"),
        (7, "金额", "bad_amount"),
        (8, "数量", "bad_integer"),
    ]
    assert {row: got for row, _, _, got in refused(result)}[7] == "much"
    assert (result.rows_ok, result.rows_bad) == (2, 8)
    assert result.numbers.tolist() == [1, 10]


def test_a_property_of_the_wrong_type_may_be_left_out_instead_of_the_row() -> None:
    columns = {"用户ID": ["u1"], "下单时间": ["2024-03-01"], "金额": ["5"], "订单号": ["a"], "数量": ["1.5"]}
    result = mapped(ORDER | {"bad_values": "leave_out"}, columns)
    assert events(result)[0]["properties"] == {"order_id": "a", "revenue": 5.0, "currency": "CNY"}
    assert refused(result) == [(1, "数量", "bad_integer", "1.5")]
    assert (result.rows_ok, result.rows_bad) == (1, 0)


def test_message_ids_are_the_same_for_the_same_row_and_differ_otherwise() -> None:
    columns: dict[str, Any] = {
        "用户ID": ["u1", "u1"],
        "下单时间": ["2024-03-01"] * 2,
        "金额": ["5"] * 2,
        "订单号": ["a", "b"],
        "数量": ["1"] * 2,
    }
    first, second = mapped(ORDER, columns), mapped(ORDER, columns)
    ids = first.table["message_id"].to_pylist()
    assert ids == second.table["message_id"].to_pylist()
    assert len(set(ids)) == 2
    other = mapped(ORDER | {"event": {"constant": "Order Paid"}}, columns).table["message_id"].to_pylist()
    assert not set(ids) & set(other)
    by_order = ORDER | {"message_id": {"columns": ["订单号"]}}
    assert (
        mapped(by_order, columns).table["message_id"][1] == mapped(by_order, {k: v[1:] for k, v in columns.items()}).table["message_id"][0]
    )
    as_is = ORDER | {"message_id": {"columns": ["订单号"], "as_is": True}}
    assert mapped(as_is, columns).table["message_id"].to_pylist() == ["a", "b"]


def test_a_row_without_what_makes_it_recognisable_is_refused() -> None:
    columns = {"用户ID": ["u1"], "下单时间": ["2024-03-01"], "金额": ["5"], "订单号": [""], "数量": ["1"]}
    result = mapped(ORDER | {"message_id": {"columns": ["订单号"]}}, columns)
    assert [what for _, _, what, _ in refused(result)] == ["missing_message_id"]


def test_the_event_and_the_currency_may_come_from_columns_with_a_constant_where_they_are_empty() -> None:
    mapping = {
        "event": {"column": "what", "constant": "Something"},
        "user_id": "who",
        "time": {"column": "when", "format": "epoch_s"},
        "revenue": {"column": "paid"},
        "currency": {"column": "money", "constant": "USD"},
    }
    columns = {
        "what": ["Bought", None, " "],
        "who": [1.0, 2.0, None],
        "when": [1_704_424_980] * 3,
        "paid": [1.005, 1200.0, 3.0],
        "money": ["kwd", "JPY", ""],
    }
    found = events(mapped(mapping, columns))
    assert [(e["event"], e["user_id"], e["currency"], e["revenue_minor"], e["properties"]) for e in found] == [
        ("Bought", "1", "KWD", 1005, {"revenue": 1.005, "currency": "KWD"}),
        ("Something", "2", "JPY", 1200, {"revenue": 1200, "currency": "JPY"}),
    ]
    wrong = mapped(mapping, columns | {"money": ["XXXX", "CNY", "CNY"]})
    assert (1, "money", "unknown_currency", "XXXX") in refused(wrong)


def test_lines_of_one_order_become_one_event_with_its_products() -> None:
    mapping = ORDER | {
        "properties": [
            {"name": "pieces", "column": "n", "type": "integer", "aggregate": "sum"},
            {"name": "last", "column": "sku", "aggregate": "last"},
        ],
        "group": {
            "key": ["o"],
            "fields": [{"name": "product_id", "column": "sku"}, {"name": "quantity", "column": "n", "type": "integer"}],
        },
        "user_id": "u",
        "time": {"column": "t"},
        "revenue": {"column": "paid"},
    }
    columns = {
        "o": ["1", "1", "2", "3", "3"],
        "u": ["a", "a", "b", "c", "c"],
        "t": ["2024-01-01"] * 5,
        "sku": ["x", "y", "x", "z", "w"],
        "n": [1, 2, None, 4, 5],
        "paid": ["0.10", "0.20", "7", "oops", "1"],
    }
    result = mapped(mapping, columns, [0, 2, 3])
    found = events(result)
    assert [
        (e["user_id"], e["revenue_minor"], e["properties"]["products"], e["properties"].get("pieces"), e["properties"]["last"])
        for e in found
    ] == [
        ("a", 30, [{"product_id": "x", "quantity": 1}, {"product_id": "y", "quantity": 2}], 3, "y"),
        ("b", 700, [{"product_id": "x"}], None, "x"),
    ]
    # One line that cannot be read takes its whole order with it: half an order would be a wrong one.
    assert refused(result) == [(4, "paid", "bad_amount", "oops")]
    assert (result.rows_ok, result.rows_bad) == (3, 2)


def test_what_a_row_says_of_the_person_becomes_an_identify_beside_it_once() -> None:
    mapping = {
        "event": {"constant": "Signed In"},
        "email": "mail",
        "time": {"column": "t"},
        "traits": [{"name": "city", "column": "city"}],
    }
    columns = {"mail": ["A@x.cn", "a@x.cn", "b@x.cn", ""], "t": ["2024-01-01"] * 4, "city": ["沪", "沪", "", "京"]}
    result = mapped(mapping, columns)
    found = events(result)
    assert [e["type"] for e in found] == ["track"] * 3 + ["identify"] * 3
    assert found[0]["anonymous_id"] == found[1]["anonymous_id"] != found[2]["anonymous_id"]
    assert [e["properties"] for e in found[3:]] == [
        {"city": "沪", "email": "A@x.cn"},
        {"city": "沪", "email": "a@x.cn"},
        {"email": "b@x.cn"},
    ]
    assert len({e["message_id"] for e in found}) == 6
    again = mapped(mapping, columns | {"mail": ["a@x.cn"] * 4, "city": ["沪"] * 4})
    assert [e["type"] for e in events(again)] == ["track"] * 4 + ["identify"]


def test_a_profile_file_becomes_identifies_and_the_constant_now_is_the_start_of_the_import() -> None:
    mapping = {"type": "identify", "user_id": "id", "phone": "手机号", "time": {"constant": "now"}, "rest": True}
    result = mapped(mapping, {"id": [7, 8], "手机号": ["13800000000", None], "级别": ["gold", None], "n": [1.5, 2.0]})
    found = events(result)
    assert [e["properties"] for e in found] == [{"级别": "gold", "n": 1.5, "phone": "13800000000"}, {"n": 2.0}]
    assert {e["ts"] for e in found} == {"2026-03-02T00:00:00+00:00"}


def test_pages_groups_and_aliases_have_their_own_columns() -> None:
    page = {
        "type": "page",
        "anonymous_id": "a",
        "event": {"column": "title"},
        "time": {"column": "t"},
        "context": [{"name": "page.url", "column": "url"}],
    }
    result = mapped(page, {"a": ["x"], "title": ["Home"], "t": ["2024-01-01"], "url": ['https://a.cn/?q="1"']})
    assert events(result)[0]["properties"] == {"name": "Home"}
    assert json.loads(result.table["context"][0].as_py()) == {"library": {"name": "uems-import"}, "page": {"url": 'https://a.cn/?q="1"'}}
    alias = mapped(
        {"type": "alias", "user_id": "u", "previous_id": "p", "time": {"column": "t"}},
        {"u": ["n", "m"], "p": ["o", None], "t": ["2024-01-01"] * 2},
    )
    assert [(e["user_id"], e["previous_id"]) for e in events(alias)] == [("n", "o")]
    assert refused(alias) == [(2, "p", "missing_id", "")]
    group = mapped(
        {"type": "group", "user_id": "u", "group_id": "g", "time": {"column": "t"}}, {"u": ["n"], "g": ["team"], "t": ["2024-01-01"]}
    )
    assert events(group)[0]["group_id"] == "team"


def test_paths_lead_into_nested_columns() -> None:
    mapping = {
        "event": {"constant": "E"},
        "user_id": "user.id",
        "time": {"column": "t"},
        "properties": [{"name": "c", "column": "user.geo.city"}],
    }
    typed = mapped(mapping, {"user": [{"id": 5, "geo": {"city": "沪"}}, {"id": 6, "geo": None}], "t": ["2024-01-01"] * 2})
    assert [(e["user_id"], e["properties"]) for e in events(typed)] == [("5", {"c": "沪"}), ("6", {})]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"user_id": None}, "belongs to a person"),
        ({"event": None}, "event must be given"),
        ({"type": "alias"}, "alias needs previous_id"),
        ({"type": "group"}, "group needs group_id"),
        ({"properties": [{"name": "a", "column": "x"}, {"name": "a", "column": "y"}]}, "more than once"),
        ({"properties": [{"name": "a", "column": "x", "aggregate": "sum"}]}, "aggregate needs group"),
        ({"context": [{"name": "page.colour", "column": "x"}]}, "context does not know"),
        ({"currency": {"constant": "YUAN"}}, "no ISO 4217 code"),
        ({"rest": True, "group": {"key": ["o"]}}, "rest cannot be used"),
        ({"time": {}}, "needs a column or a constant"),
        ({"time": {"column": "t", "zone": "Mars/Base"}}, "time zone"),
        ({"message_id": {"as_is": True}}, "exactly one column"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused_with_the_reason(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Mapping.model_validate(ORDER | change)


def test_an_empty_batch_makes_no_events() -> None:
    empty = {name: pa.array([], pa.string()) for name in ("用户ID", "下单时间", "金额", "订单号", "数量")}
    assert mapped(ORDER, empty).table.num_rows == 0
    grouped = ORDER | {"group": {"key": ["订单号"], "fields": [{"name": "n", "column": "数量"}]}}
    assert mapped(grouped, empty, []).table.num_rows == 0
