"""Are the rows of a delimited file those that were written, and does a broken row cost that row only?"""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uems.collect.files import text
from uems.collect.files.model import Chunk
from uems.collect.files.reader import ReadOptions, inspect, read


def rows_of(chunks: list[Chunk]) -> list[tuple[int, list[str]]]:
    return [(int(number), list(row.values())) for chunk in chunks for number, row in zip(chunk.rows, chunk.table.to_pylist(), strict=True)]


def write(path: Path, rows: list[list[str]], delimiter: str = ",") -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def test_quoted_fields_may_hold_line_ends_delimiters_and_quotes_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BLOCK_BYTES", 64)
    rows = [[str(i), f'say "hi",\r\nor\n\nnot {i}', "x;y"] for i in range(200)]
    write(tmp_path / "a.csv", [["id", "note", "tail"], *rows])
    chunks = list(read(tmp_path / "a.csv", inspect(tmp_path / "a.csv"), chunk_rows=30))
    assert rows_of(chunks) == list(enumerate(rows, 1))
    assert [len(chunk.rows) for chunk in chunks] == [30] * 6 + [20]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_recognised(tmp_path: Path, delimiter: str) -> None:
    rows = [[f"u{i}", "a, b; c", f"{i},5", "2024-01-31"] for i in range(50)]
    write(tmp_path / "a.txt", [["id", "name", "price", "day"], *rows], delimiter)
    shape = inspect(tmp_path / "a.txt")
    assert (shape.delimiter, shape.header, len(shape.columns)) == (delimiter, True, 4)
    assert rows_of(list(read(tmp_path / "a.txt", shape))) == list(enumerate(rows, 1))


def test_a_file_without_a_header_gets_column_names(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [["7", "2024-01-01", "9.5"], ["8", "2024-01-02", "3"]])
    shape = inspect(tmp_path / "a.csv")
    assert (shape.header, shape.names) == (False, ("column_1", "column_2", "column_3"))
    assert rows_of(list(read(tmp_path / "a.csv", shape)))[0] == (1, ["7", "2024-01-01", "9.5"])


def test_the_user_may_overrule_what_was_detected(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [["a", "b"], ["c", "d"]])
    assert inspect(tmp_path / "a.csv", ReadOptions(header=False)).names == ("column_1", "column_2")
    assert inspect(tmp_path / "a.csv", ReadOptions(delimiter="|")).names == ("a,b",)


def test_repeated_and_empty_header_names_become_different_columns(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [["id", "x", "", "x"], ["1", "2", "3", "4"]])
    assert inspect(tmp_path / "a.csv", ReadOptions(header=True)).names == ("id", "x", "column_3", "x_2")


def test_rows_of_another_width_are_reported_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,a\n2\n\n3,c,,\n4,d,extra\n5,e\n")
    (chunk,) = read(tmp_path / "a.csv", inspect(tmp_path / "a.csv"))
    assert rows_of([chunk]) == [(1, ["1", "a"]), (3, ["3", "c"]), (5, ["5", "e"])]
    assert [(p.row, p.what) for p in chunk.problems] == [(2, "wrong_width"), (4, "wrong_width")]
    assert chunk.next_row == 5


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    body = "".join(f"{i},ok\n" for i in range(2, 60_000))
    (tmp_path / "a.csv").write_text('id,name\n0,a\n1,"never closed\n' + body)
    chunks = list(read(tmp_path / "a.csv", inspect(tmp_path / "a.csv")))
    assert next(p for chunk in chunks for p in chunk.problems if p.what == "broken_row").row == 2
    ids = [row[0] for _, row in rows_of(chunks)]
    assert ids == ["0", *map(str, range(2, 60_000))]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6), min_size=2, max_size=2),
        max_size=40,
    ),
    block=st.integers(8, 60),
    chunk_rows=st.integers(1, 9),
    start=st.integers(0, 20),
)
def test_reading_on_from_any_row_gives_what_reading_everything_gives(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], block: int, chunk_rows: int, start: int
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    rows = [[left, right] for left, right in rows if "\uffff" not in left + right]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    path.write_bytes(buffer.getvalue().encode())
    shape = inspect(path, ReadOptions(format="csv", encoding="utf-8", delimiter=",", header=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "BLOCK_BYTES", block)
        whole = list(read(path, shape, chunk_rows=chunk_rows))
        tail = list(read(path, shape, chunk_rows=chunk_rows, start_row=start))
    assert [p for chunk in whole for p in chunk.problems] == []
    assert rows_of(whole) == list(enumerate(rows, 1))
    assert rows_of(tail) == list(enumerate(rows, 1))[start:]
    # Stopping at any chunk and going on from its position loses nothing and repeats nothing.
    for chunk in whole[:3]:
        again = list(read(path, shape, chunk_rows=chunk_rows, start_row=chunk.next_row))
        assert rows_of(again) == list(enumerate(rows, 1))[chunk.next_row :]
