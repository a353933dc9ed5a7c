"""Are Parquet files read in pieces, from any row, and is a broken one an error that says so?"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from uems.collect.files.reader import inspect, read
from uems.kernel.errors import UemsError


def test_reading_goes_on_behind_any_row_across_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": np.arange(1000), "x": ["a"] * 1000}), path, row_group_size=300)
    shape = inspect(path)
    assert shape.rows == 1000
    for start in (0, 1, 299, 300, 301, 650, 999, 1000):
        chunks = list(read(path, shape, start_row=start, chunk_rows=77, only={"id"}))
        assert [n for chunk in chunks for n in chunk.table["id"].to_pylist()] == list(range(start, 1000))
        assert [n for chunk in chunks for n in chunk.rows.tolist()] == list(range(start + 1, 1001))
        assert all(chunk.table.column_names == ["id"] for chunk in chunks)


def test_wide_rows_come_in_smaller_chunks(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    wide = [np.random.default_rng(i).bytes(100_000).hex() for i in range(400)]
    pq.write_table(pa.table({"text": wide}), path, compression="none", use_dictionary=False)
    sizes = [chunk.table.nbytes for chunk in read(path, inspect(path))]
    assert len(sizes) >= 3
    assert max(sizes) < 50_000_000


def test_column_types_are_told_in_the_words_of_the_user(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table(
        {
            "i": pa.array([1], pa.int32()),
            "f": [1.5],
            "d": pa.array([1], pa.decimal128(10, 2)),
            "s": pa.array(["x"]).dictionary_encode(),
            "b": [True],
            "t": pa.array([0], pa.timestamp("us", "UTC")),
            "l": [[1, 2]],
        }
    )
    pq.write_table(table, path)
    types = [column.type for column in inspect(path).columns]
    assert types == ["integer", "number", "number", "text", "boolean", "datetime", "json"]


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_file_that_was_cut_off_is_an_error(tmp_path: Path, cut: float) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": np.arange(10_000)}), path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * cut)])
    with pytest.raises(UemsError) as caught:
        inspect(path)
    assert caught.value.code == "file_unreadable"


def test_damage_in_the_middle_is_an_error_and_not_a_wrong_row(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"id": np.random.default_rng(1).integers(0, 1 << 60, 50_000)})
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)
    data = bytearray(path.read_bytes())
    data[5000:5200] = bytes(200)
    path.write_bytes(bytes(data))
    with pytest.raises(UemsError) as caught:
        list(read(path, inspect(path)))
    assert caught.value.code == "file_unreadable"


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table([pa.array([1]), pa.array([2])], names=["id", "id"]), path)
    with pytest.raises(UemsError, match="Two columns are called id"):
        inspect(path)
