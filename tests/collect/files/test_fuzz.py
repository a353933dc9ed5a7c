"""Does any file, however broken, and any mapping, however odd, end in events and problems, or in an error that says what is wrong?"""

import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from uems.collect.files.dry_run import DryRun, dry_run
from uems.collect.files.guess import guess_mapping
from uems.collect.files.mapping import Mapping
from uems.collect.files.reader import ReadOptions, inspect
from uems.collect.files.rows import Target
from uems.kernel.errors import UemsError

TARGET = Target(zone="Asia/Shanghai", currency="CNY", key="k", now=datetime(2026, 3, 2, tzinfo=UTC))
ROWS: list[dict[str, Any]] = [
    {"user": f"u{i}", "t": "2024-01-01 10:00:00", "paid": 1.5 * i, "note": f'x "{i}"\n', "o": {"a": [i, None]}} for i in range(40)
]


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), sink, compression="none")
    return sink.getvalue()


CSV = "user,t,paid,note\n" + "".join(f'{r["user"]},{r["t"]},{r["paid"]},"x ""1""\n"\n' for r in ROWS)
SEEDS = [CSV.encode(), CSV.encode("utf-16"), "\n".join(map(json.dumps, ROWS)).encode(), gzip.compress(CSV.encode()), parquet()]
NASTY = [b"\x00", b"\xff\xfe", b'"', b"\n", b"\r", b",", b"{", b"[" * 300, b"\\ud800", b"\xed\xa0\x80", b"9" * 400, b"\xef\xbf\xbf"]
FAST: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


def tried(path: Path, folder: Path, options: ReadOptions | None = None, mapping: Mapping | None = None) -> DryRun | UemsError | None:
    try:
        shape = inspect(path, options)
        mapping = mapping or guess_mapping(shape.columns)
        return None if mapping is None else dry_run(path, shape, mapping, TARGET, scratch=folder / "scratch")
    except UemsError as error:
        return error


@settings(max_examples=400, **FAST)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 5), st.sampled_from(NASTY) | st.binary(max_size=6)), max_size=8),
)
def test_a_damaged_file_gives_problems_or_an_error_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, seed: bytes, damage: list[tuple[int, int, bytes]]
) -> None:
    data = bytearray(seed)
    for place, cut, what in damage:
        at = place % max(1, len(data))
        data[at : at + cut] = what
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "file").write_bytes(bytes(data))
    found = tried(folder / "file", folder)
    if isinstance(found, UemsError):
        assert found.status in (410, 422)
    elif found is not None:
        assert found.rows_ok + found.rows_bad <= found.rows_read
        for preview in found.previews:
            json.dumps(preview.event, allow_nan=False).encode()


@settings(max_examples=200, **FAST)
@given(st.binary(max_size=400), st.sampled_from(["csv", "jsonl", "parquet", None]))
@example(b"{}\n", None)
@example(b'{"":{"":{}}}\n', "jsonl")
@example(b"\n\n,\n", "csv")
def test_any_bytes_at_all(tmp_path_factory: pytest.TempPathFactory, data: bytes, format_: Any) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "file").write_bytes(data)
    tried(folder / "file", folder, ReadOptions(format=format_))


COLUMNS = ["user", "t", "paid", "note"] * 3 + ["o", "o.a", "o.a.b", "missing"]
COLUMN = st.sampled_from(COLUMNS)
SAID = st.fixed_dictionaries({}, optional={"column": COLUMN, "constant": st.sampled_from(["", "x", "now", "2024-01-01", "USD", "é" * 99])})
FIELDS = st.lists(
    st.fixed_dictionaries(
        {"name": st.text(min_size=1, max_size=5), "column": COLUMN},
        optional={
            "type": st.sampled_from(["auto", "string", "number", "integer", "boolean", "datetime", "json"]),
            "aggregate": st.sampled_from(["first", "last", "sum", "min", "max", "count"]),
        },
    ),
    max_size=4,
)
FORMATS = st.sampled_from(["auto", "epoch_s", "epoch_ms", "epoch_us", "%Y-%m-%d %H:%M:%S", "%", "%Q", "%s%s", "(", "%z"])
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "time": st.builds(lambda said, format_: {**said, "format": format_}, SAID, FORMATS),
    "user_id": COLUMN,
    "event": SAID,
    "anonymous_id": COLUMN,
    "email": COLUMN,
    "message_id": st.fixed_dictionaries({"columns": st.lists(COLUMN, min_size=1, max_size=2)}),
    "revenue": st.fixed_dictionaries(
        {"column": COLUMN},
        optional={"unit": st.sampled_from(["major", "minor"]), "aggregate": st.sampled_from(["sum", "first", "last", "max"])},
    ),
    "currency": SAID,
    "properties": FIELDS,
    "rest": st.booleans(),
    "traits": FIELDS,
    "context": st.lists(st.fixed_dictionaries({"name": st.sampled_from(["page.url", "ip", "device.type"]), "column": COLUMN}), max_size=2),
    "group": st.fixed_dictionaries({"key": st.lists(COLUMN, min_size=1, max_size=2), "fields": FIELDS}),
    "decimal_comma": st.booleans(),
    "bad_values": st.sampled_from(["skip_row", "leave_out"]),
}
KINDS = st.sampled_from(
    [
        {"type": "track"},
        {"type": "identify"},
        {"type": "page"},
        {"type": "group", "group_id": "paid"},
        {"type": "alias", "previous_id": "note"},
    ]
)
SOUND = {"user_id": "user", "event": {"constant": "E"}, "time": {"column": "t"}}
MAPPINGS = st.builds(
    lambda kind, parts: {**SOUND, **kind, **parts},
    KINDS,
    st.sets(st.sampled_from(sorted(PARTS)), max_size=5).flatmap(
        lambda names: st.fixed_dictionaries({name: PARTS[name] for name in sorted(names)})
    ),
)
"""A sound mapping with a few parts made odd."""


@settings(max_examples=400, **FAST)
@given(st.sampled_from([SEEDS[0], SEEDS[2], SEEDS[4]]), MAPPINGS)
def test_any_mapping_is_refused_or_gives_events_and_problems(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, values: dict[str, Any]
) -> None:
    try:
        mapping = Mapping.model_validate(values)
    except ValidationError:
        return
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "file").write_bytes(data)
    found = tried(folder / "file", folder, None, mapping)
    if isinstance(found, UemsError):
        assert found.code == "mapping_mismatch"
        return
    assert found is not None
    assert found.rows_ok + found.rows_bad == found.rows_read == 40
    assert found.rows_bad == 0 or found.problems.total
