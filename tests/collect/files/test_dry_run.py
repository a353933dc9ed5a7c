"""Does the dry run show what the import would do, and say when it has not read everything?"""

import random
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from uems.collect.files.dry_run import dry_run
from uems.collect.files.mapping import Mapping
from uems.collect.files.reader import inspect
from uems.collect.files.rows import Target
from uems.kernel.errors import UemsError

TARGET = Target(zone="UTC", currency="USD", key="k", now=datetime(2026, 3, 2, tzinfo=UTC))
MAPPING = Mapping.model_validate(
    {"event": {"column": "event"}, "user_id": "user", "time": {"column": "t"}, "message_id": {"columns": ["id"]}}
)


def test_first_events_problems_counts_and_people(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    body = "".join(f"{i},{'Viewed' if i % 2 else 'Bought'},u{i % 10},2024-01-01 00:00:{i % 60:02d}\n" for i in range(100))
    path.write_text(
        "id,event,user,t\n" + body + "100,,u1,2024-01-01\n101,Viewed,,2024-01-01\n5,Viewed,u5,never\n7,Viewed,u7,2024-01-02\n1,2\n"
    )
    found = dry_run(path, inspect(path), MAPPING, TARGET, scratch=tmp_path / "s")
    assert (found.rows_read, found.rows_ok, found.rows_bad, found.rows_total, found.complete) == (105, 101, 4, 105, True)
    assert found.events == {"Viewed": 51, "Bought": 50}
    assert (found.people, found.people_estimated, found.repeated) == (10, 10, 1)
    assert found.problems.counts == {
        ("event", "missing_event"): 1,
        ("user", "missing_person"): 1,
        ("t", "bad_time"): 1,
        ("", "wrong_width"): 1,
    }
    assert sorted((p.row, p.what) for p in found.problems.listed) == [
        (101, "missing_event"),
        (102, "missing_person"),
        (103, "bad_time"),
        (105, "wrong_width"),
    ]
    assert len(found.previews) == 20
    assert found.previews[1].row == 2
    assert found.previews[1].event["event"] == "Viewed"
    assert found.previews[1].event["ts"] == "2024-01-01T00:00:01Z"


def test_a_large_file_is_read_in_part_and_the_rest_is_estimated(tmp_path: Path) -> None:
    dice = random.Random(3)
    rows = [{"id": i, "event": "E", "user": f"u{dice.randrange(30_000)}", "t": "2024-01-01"} for i in range(100_000)]
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    found = dry_run(path, inspect(path), MAPPING, TARGET, scratch=tmp_path / "s", most_rows=40_000)
    assert (found.rows_read, found.rows_total, found.complete) == (40_000, 100_000, False)
    assert found.people < 23_500
    assert 27_000 < found.people_estimated < 31_000
    text = tmp_path / "a.csv"
    text.write_text("id,event,user,t\n" + "".join(",".join(map(str, row.values())) + "\n" for row in rows))
    assert 90_000 < dry_run(text, inspect(text), MAPPING, TARGET, scratch=tmp_path / "s", most_rows=40_000).rows_total < 110_000


def test_a_mapping_for_another_file_is_refused_with_both_sides(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,event,who,t\n1,a,b,2024-01-01\n")
    with pytest.raises(UemsError) as caught:
        dry_run(path, inspect(path), MAPPING, TARGET, scratch=tmp_path / "s")
    assert caught.value.code == "mapping_mismatch"
    assert caught.value.details == {"missing": ["user"], "columns": ["id", "event", "who", "t"]}
