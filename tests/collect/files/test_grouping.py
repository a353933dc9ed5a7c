"""Do rows that stand anywhere in a file come together once, whatever the number of buckets, and from any position?"""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from uems.collect.files import batches, grouping
from uems.collect.files.batches import Step, steps
from uems.collect.files.mapping import Mapping
from uems.collect.files.reader import inspect
from uems.collect.files.rows import Target

TARGET = Target(zone="UTC", currency="USD", key="k", now=datetime(2026, 3, 2, tzinfo=UTC))
MAPPING = Mapping.model_validate(
    {
        "event": {"constant": "Order Completed"},
        "user_id": "user",
        "time": {"column": "t"},
        "revenue": {"column": "paid"},
        "group": {"key": ["shop", "order"], "fields": [{"name": "sku", "column": "sku"}]},
    }
)


def order_lines(count: int) -> list[dict[str, Any]]:
    dice = random.Random(5)
    lines = []
    for line in range(count):
        shop, order = dice.randrange(3), dice.randrange(count // 4)
        lines.append(
            {"shop": shop, "order": order, "user": f"u{shop}-{order}", "t": "2024-01-01", "paid": dice.randrange(1, 900) / 100, "sku": line}
        )
    return lines


def wanted(lines: list[dict[str, Any]]) -> dict[str, tuple[int, list[int]]]:
    found: dict[str, tuple[int, list[int]]] = {}
    for line in lines:
        cents, skus = found.get(line["user"], (0, []))
        found[line["user"]] = (cents + round(line["paid"] * 100), [*skus, line["sku"]])
    return found


def events(found: list[Step]) -> dict[str, tuple[int, list[int]]]:
    rows = [row for step in found if step.mapped for row in step.mapped.table.to_pylist()]
    result = {row["user_id"]: (row["revenue_minor"], [item["sku"] for item in json.loads(row["properties"])["products"]]) for row in rows}
    assert len(result) == len(rows)
    return result


@pytest.mark.parametrize("bucket_bytes", [10**9, 4_000])
@pytest.mark.parametrize("format_", ["parquet", "jsonl", "csv"])
def test_every_order_comes_together_from_anywhere_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket_bytes: int, format_: str
) -> None:
    monkeypatch.setattr(grouping, "BUCKET_BYTES", bucket_bytes)
    lines = order_lines(3000)
    path = tmp_path / f"a.{format_}"
    if format_ == "parquet":
        pq.write_table(pa.Table.from_pylist(lines), path)
    elif format_ == "jsonl":
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    else:
        path.write_text("\n".join([",".join(lines[0]), *(",".join(map(str, line.values())) for line in lines)]))
    found = list(steps(path, inspect(path), MAPPING, TARGET, scratch=tmp_path / "scratch"))
    result = events(found)
    if format_ == "csv":
        result = {user: (cents, [int(sku) for sku in skus]) for user, (cents, skus) in result.items()}
    assert result == wanted(lines)
    assert sum(step.rows_ok for step in found) == 3000
    assert not (tmp_path / "scratch").exists()


def test_a_run_goes_on_behind_any_step_with_the_same_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "BUCKET_BYTES", 20_000)
    monkeypatch.setattr(batches, "STEP_EVENTS", 50)
    lines = order_lines(2000)
    lines += [{**lines[0], "order": None} for _ in range(3)]
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_pylist(lines), path)
    shape = inspect(path)
    whole = list(steps(path, shape, MAPPING, TARGET, scratch=tmp_path / "s"))
    assert len(whole) > 10
    assert whole[0].problems.counts == {("shop", "missing_key"): 3}
    for stop in (0, 1, 4, len(whole) - 1):
        rest = list(steps(path, shape, MAPPING, TARGET, scratch=tmp_path / "s", position=whole[stop].position))
        assert [step.mapped.table for step in rest if step.mapped] == [step.mapped.table for step in whole[stop + 1 :] if step.mapped]
        assert sum(step.rows_bad for step in rest) == 0


def test_a_group_larger_than_a_batch_stays_one_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "_LINES", 10)
    lines = [{"shop": 1, "order": 1, "user": "u", "t": "2024-01-01", "paid": 0.01, "sku": i} for i in range(100)]
    lines += [{"shop": 1, "order": 2 + i // 4, "user": f"v{i // 4}", "t": "2024-01-01", "paid": 0.01, "sku": i} for i in range(40)]
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_pylist(lines), path)
    found = list(steps(path, inspect(path), MAPPING, TARGET, scratch=tmp_path / "s"))
    assert events(found) == wanted(lines)
    assert max(len(step.mapped.numbers) for step in found if step.mapped) <= 3
