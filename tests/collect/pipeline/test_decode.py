"""Does a body become exactly the rows that the protocol means, and does every odd item get its reason?"""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.events import NOW, NOW_MS, iso, record, track
from uems.collect.pipeline.decode import Decoder
from uems.collect.pipeline.staged import Staged


def decode(*records: object) -> Staged:
    found = Decoder(lambda _: "CNY").decode(records)  # type: ignore[arg-type]  # built by ``record``
    assert len(found) == 1
    return found[0]


def rows(*items: object, **outer: object) -> list[dict[str, object]]:
    staged = decode(record(items, **outer))  # type: ignore[arg-type]  # outer fields of the body
    assert not staged.rejected
    found: list[dict[str, object]] = staged.table.to_pylist()
    return found


def reason(item: object) -> str:
    staged = decode(record([item]))
    assert staged.table.num_rows == 0
    assert len(staged.rejected) == 1
    return staged.rejected[0].reason.partition(":")[0]


def test_a_track_call_becomes_one_row_with_its_own_columns() -> None:
    [row] = rows(track("u1", properties={"price": 5}, anonymousId="a1"))
    assert (row["type"], row["event"], row["user_id"], row["anonymous_id"]) == ("track", "Product Viewed", "u1", "a1")
    assert json.loads(str(row["properties"])) == {"price": 5}
    assert row["ts"] == NOW
    assert (row["log_offset"], row["log_index"]) == (1, 0)


def test_time_is_corrected_by_the_clock_of_the_sender() -> None:
    # The sender's clock is an hour ahead: it says "sent at 10:30:10, happened at 10:30:00", we received it at 9:30.
    [row] = rows(track("u1", timestamp=iso(3600)), sentAt=iso(3610))
    assert row["ts"] == NOW - timedelta(seconds=10)


def test_an_item_without_any_time_happened_when_it_arrived() -> None:
    [row] = rows({"type": "track", "userId": "u", "event": "e"})
    assert row["ts"] == NOW


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-03-02T09:00:00.123Z", datetime(2026, 3, 2, 9, 0, 0, 123000, UTC)),
        ("2026-03-02T17:00:00.123+08:00", datetime(2026, 3, 2, 9, 0, 0, 123000, UTC)),
        ("2026-03-02 09:00:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        (1772442000, datetime(2026, 3, 2, 9, tzinfo=UTC)),
        (1772442000123, datetime(2026, 3, 2, 9, 0, 0, 123000, UTC)),
        (1772442000.5, datetime(2026, 3, 2, 9, 0, 0, 500000, UTC)),
    ],
)
def test_times_are_read_in_every_form_that_clients_send(given: object, expected: datetime) -> None:
    [row] = rows(track("u", timestamp=given))
    assert row["ts"] == expected


def test_numbers_as_ids_are_text() -> None:
    [row] = rows({"type": "track", "userId": 42, "event": "e", "messageId": "x"})
    assert row["user_id"] == "42"


def test_a_batch_context_lies_under_the_item_context() -> None:
    [row] = rows(
        track("u", context={"locale": "zh-CN"}),
        context={"locale": "en", "library": {"name": "analytics-python", "version": "2.4.0"}},
    )
    assert (row["locale"], row["library"], row["channel"]) == ("zh-CN", "analytics-python 2.4.0", "server")


def test_page_calls_keep_name_and_address() -> None:
    [row] = rows(
        {"type": "page", "anonymousId": "a", "messageId": "p", "name": "Home", "properties": {"url": "https://x.example/", "path": "/"}}
    )
    assert (row["event"], row["url"], row["path"]) == ("Page Viewed", "https://x.example/", "/")
    assert json.loads(str(row["properties"]))["name"] == "Home"


def test_revenue_is_exact_in_the_currency_that_is_named() -> None:
    usd, own, yen = rows(
        track("u", "A", properties={"revenue": 4.35, "currency": "usd"}),
        track("u", "B", properties={"revenue": "19.99"}),
        track("u", "C", properties={"revenue": 500, "currency": "JPY"}),
    )
    assert (usd["revenue_minor"], usd["currency"]) == (435, "USD")
    assert (own["revenue_minor"], own["currency"]) == (1999, "CNY")
    assert (yen["revenue_minor"], yen["currency"]) == (500, "JPY")


def test_one_odd_item_does_not_cost_its_neighbours() -> None:
    staged = decode(record([track("u1"), {"type": "track", "userId": True, "event": "e"}, 7, track("u2")]))
    assert staged.table.column("user_id").to_pylist() == ["u1", "u2"]
    assert [(r.log_index, r.reason.partition(":")[0]) for r in staged.rejected] == [(1, "bad_type"), (2, "not_an_object")]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"type": "track", "event": "e"}, "missing_id"),
        ({"type": "track", "userId": "u"}, "missing_event"),
        ({"type": "dance", "userId": "u"}, "unknown_type"),
        ({"type": "alias", "userId": "u"}, "missing_id"),
        ({"type": "group", "userId": "u"}, "missing_group"),
        (track("u", messageId="m" * 101), "message_id_too_long"),
        (track("u", event="e" * 201), "event_too_long"),
        (track("u" * 513), "id_too_long"),
        (track("u", timestamp="yesterday"), "bad_timestamp"),
        (track("u", timestamp="0001-01-01T00:00:00Z"), "timestamp_out_of_range"),
        (track("u", timestamp="9999-12-31T23:59:59Z"), "timestamp_out_of_range"),
        (track("u", properties=[1]), "bad_type"),
        (track("u", properties={"x": "y" * 40_000}), "too_large"),
        (track("u", context="here"), "bad_type"),
        (track("u", properties={"a": json.loads("[" * 12 + "]" * 12)}), "too_deep"),
        ("text", "not_an_object"),
        (None, "not_an_object"),
    ],
)
def test_each_fault_has_its_reason(item: object, expected: str) -> None:
    assert reason(item) == expected


def test_a_rejected_item_is_kept_whole() -> None:
    staged = decode(record([{"type": "track", "event": "e", "extra": [1, 2]}, {"type": 5}]))
    assert json.loads(staged.rejected[1].raw) == {"type": 5}
    assert staged.rejected[0].received_at == NOW_MS


def test_baskets_with_many_products_are_not_deep() -> None:
    [row] = rows(track("u", properties={"products": [{"sku": n, "tags": ["a"]} for n in range(100)]}))
    assert len(json.loads(str(row["properties"]))["products"]) == 100
