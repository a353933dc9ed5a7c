"""Do written files hold the world, whichever their format?"""

import json
from pathlib import Path

import pyarrow.parquet as pq

from tests.simulate.worlds import messages, whole, world
from uems.simulate.api import Running, truth_of, write, write_truth


def test_json_lines_hold_every_message_as_it_would_be_sent(tmp_path: Path) -> None:
    of = world(people=80, days=15)
    path, count = write(Running(of), tmp_path / "new" / "folder", "jsonl")
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert found == messages(of)[0]
    assert count == len(found)


def test_parquet_holds_the_same_world_column_by_column(tmp_path: Path) -> None:
    of = world(people=80, days=15)
    path, count = write(Running(of), tmp_path, "parquet")
    table = pq.read_table(path)
    assert table.equals(whole(of)[0])
    assert count == table.num_rows


def test_the_truth_is_written_beside_them(tmp_path: Path) -> None:
    running = whole(world(people=80, days=15))[1]
    write_truth(running, tmp_path / "truth")
    assert json.loads((tmp_path / "truth" / "truth.json").read_text("utf-8")) == truth_of(running)
    assert pq.read_table(tmp_path / "truth" / "people.parquet").num_rows == running.people.size
