"""Are JSON Lines read as they stand, and broken lines reported?"""

import json
from pathlib import Path

import pytest

from uems.collect.files import json_rows
from uems.collect.files.model import Chunk
from uems.collect.files.reader import inspect, read
from uems.kernel.errors import UemsError


def values(chunks: list[Chunk]) -> dict[int, dict[str, object]]:
    return {
        int(number): {key: json.loads(text) for key, text in row.items() if text is not None}
        for chunk in chunks
        for number, row in zip(chunk.rows, chunk.table.to_pylist(), strict=True)
    }


def test_values_keep_their_types_and_nesting(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "name": '王 "x"\n\\', "tags": ["a", None, 1.5], "user": {"email": "a@b.cn", "n": {"deep": True}}},
        {"id": "two", "price": 12345678901234567890, "gone": None, "user": {}},
        {"name": "\u0000 nul", "ok": False},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    found = values(list(read(path, inspect(path))))
    assert found == {number: {k: v for k, v in row.items() if v is not None} for number, row in enumerate(rows, 1)}


def test_lines_that_are_no_objects_are_reported_and_the_others_are_read(tmp_path: Path) -> None:
    lines = [
        '{"id": 1}',
        "",
        "not json",
        "[1, 2]",
        '{"id": NaN}',
        '{"id": 2} {"id": 3}',
        '{"id": "\\ud800 lone"}',
        '{"id": ' + "[" * 5000 + "]" * 5000 + "}",
        '{"id": 1e999}',
        '{"id": 4}',
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines) + "\n")
    chunks = list(read(path, inspect(path)))
    good = values(chunks)
    assert good[1] == {"id": 1}
    assert good[9] == {"id": 4}
    bad = {p.row for chunk in chunks for p in chunk.problems}
    assert {2, 3, 4, 5, 6, 7} <= bad
    assert bad | set(good) == set(range(1, 10))
    assert {p.what for chunk in chunks for p in chunk.problems} == {"bad_json"}


def test_repeated_keys_inside_a_value_come_through_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": {"x": 1, "x": 2}, "a": {"x": 3, "x": 4}}\n')
    (chunk,) = read(path, inspect(path))
    assert chunk.table.to_pylist() == [{"a": '{"x":4}'}]


def test_reading_goes_on_behind_any_row(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"id": {i}}}\n' if i % 7 != 3 else "broken\n" for i in range(100)))
    shape = inspect(path)
    whole = list(read(path, shape, chunk_rows=13))
    for chunk in whole:
        rest = list(read(path, shape, chunk_rows=13, start_row=chunk.next_row))
        assert values(rest) == {row: value for row, value in values(whole).items() if row > chunk.next_row}
    assert sum(chunk.bad_rows for chunk in whole) == 14
    assert [len(chunk.rows) + chunk.bad_rows for chunk in whole] == [13] * 7 + [9]


def test_keys_that_are_data_are_refused_before_they_become_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rows, "KEYS", 10)
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({f"user_{i}": 1, "id": i}) + "\n" for i in range(30)))
    (chunk,) = read(path, inspect(path))
    assert len(chunk.rows) == 9
    assert {p.what for p in chunk.problems} == {"too_many_keys"}


def test_the_types_of_columns_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"i": 1, "f": 1.5, "s": "x", "b": true, "o": {}, "t": "2024-01-31T10:00:00Z", "m": 1}\n{"f": 2, "m": "x"}\n')
    types = {column.name: column.type for column in inspect(path).columns}
    assert types == {"i": "integer", "f": "number", "s": "text", "b": "boolean", "o": "json", "t": "datetime", "m": "text"}


def test_a_file_without_any_object_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("{broken\n{too\n")
    with pytest.raises(UemsError) as caught:
        inspect(path)
    assert caught.value.code == "file_unreadable"
