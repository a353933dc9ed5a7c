"""How do rows that stand anywhere in a file come together in one event, in constant memory?

The rows are dealt out into buckets by the hash of their key, all rows of one key into the same bucket, as files in a folder
of the run. Then one bucket after the other is put in order and cut into batches. Everything is a function of the file
and the mapping, so a run that was killed deals again and goes on after the events that it has done.
"""

import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from numpy.typing import NDArray

from uems.collect.files.cells import as_text, cells_of, mask_of
from uems.collect.files.model import JSON_TEXT, Chunk, Problem, Problems, Shape
from uems.collect.files.reading import Batch

BUCKET_BYTES = 192_000_000
"""About what a bucket takes in memory; its rows are held once more while they are put in order."""

_ROW = "\x00row"
_LINES = 100_000
_TEXT_RATIO = 8  # compressed text grows about so much


def buckets_for(shape: Shape) -> int:
    """How many buckets a file of this shape is dealt into; 1 means that it fits in memory as it is."""
    ratio = 1 if shape.format != "parquet" and not shape.compression else _TEXT_RATIO
    return int(min(512, shape.bytes_ * ratio // BUCKET_BYTES + 1))


def _keys(table: pa.Table, key: Collection[str]) -> pa.Array:
    texts = [as_text(cells_of(table, column)) for column in key]
    if len(texts) == 1:
        return texts[0]
    return pc.binary_join_element_wise(*texts, "\x1f")  # null where a part of the key is missing


def _only(table: pa.Table, columns: Collection[str]) -> pa.Table:
    """The columns that the mapping needs, as flat columns: a path into a nested value becomes one of its own."""
    arrays, fields = [], []
    for name in sorted(columns):
        cells = cells_of(table, name)
        arrays.append(cells.array)
        fields.append(pa.field(name, cells.array.type, metadata=JSON_TEXT if cells.json else None))
    return pa.table(arrays, schema=pa.schema(fields))


class Dealt:
    """The rows of a file in buckets. ``problems`` and ``bad_rows``: of rows that could not be read or have no key."""

    def __init__(self, folder: Path, count: int, key: list[str], columns: Collection[str]) -> None:
        self._folder = folder
        self._count = count
        self._key = key
        self._columns = columns
        self._held: list[pa.Table] = []
        self.problems = Problems()
        self.bad_rows = 0
        self.rows = 0

    def deal(self, chunks: Iterable[Chunk]) -> None:
        """Read everything once."""
        writers: list[pa.NativeFile] = []
        if self._count > 1:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            writers = [pa.OSFile(str(self._path(number)), "wb") for number in range(self._count)]
        try:
            for chunk in chunks:
                self._take(chunk, writers)
        finally:
            for writer in writers:
                writer.close()

    def _take(self, chunk: Chunk, writers: list[pa.NativeFile]) -> None:
        self.rows = chunk.next_row
        self.problems.add(chunk.problems)
        self.bad_rows += chunk.bad_rows
        keys = _keys(chunk.table, self._key)
        missing = mask_of(keys.is_null())
        wanted = f"a value in {', '.join(self._key)}"
        self.problems.add(
            Problem(row=row, column=self._key[0], what="missing_key", got="", wanted=wanted) for row in chunk.rows[missing].tolist()
        )
        self.bad_rows += int(missing.sum())
        table = _only(chunk.table, self._columns).append_column(_ROW, pa.array(chunk.rows))
        there = pa.array(~missing)
        table, keys = table.filter(there), keys.filter(there)
        if not writers:
            self._held.append(table)
            return
        encoded = keys.dictionary_encode()
        bucket = np.array([xxhash.xxh3_64_intdigest(k.encode()) % self._count for k in encoded.dictionary.to_pylist()], np.int64)
        where = bucket[encoded.indices.to_numpy()]
        for number in np.unique(where):
            part = table.filter(pa.array(where == number))
            with pa.ipc.new_stream(writers[number], part.schema) as stream:  # a stream a piece: pieces may differ in their columns
                stream.write_table(part)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.arrow"

    def _bucket(self, number: int) -> pa.Table | None:
        if self._count == 1:
            pieces = self._held
        else:
            pieces = []
            with pa.memory_map(str(self._path(number))) as file:
                while file.tell() < file.size():
                    with pa.ipc.open_stream(file) as stream:
                        pieces.append(stream.read_all())
        if not pieces:
            return None
        return pa.concat_tables(pieces, promote_options="permissive").combine_chunks()

    def batches(self, after: int, most: int) -> Iterator[tuple[Batch, int]]:
        """Batches of at most ``most`` events, behind the first ``after`` ones, and how many events are done with each."""
        done = 0
        for number in range(self._count):
            table = self._bucket(number)
            if table is None or not table.num_rows:
                continue
            table, starts = _in_order(table, _keys(table, self._key))
            first = max(0, after - done)
            for begin, end in _cuts(starts, table.num_rows, first, most):
                low = int(starts[begin])
                high = int(starts[end]) if end < len(starts) else table.num_rows
                piece = table.slice(low, high - low)
                rows = np.asarray(piece.column(_ROW).to_numpy(), np.int64)
                yield Batch(table=piece.drop_columns([_ROW]), rows=rows, starts=starts[begin:end] - low), done + end
            done += len(starts)

    def close(self) -> None:
        """Delete the buckets."""
        self._held = []
        if self._count > 1:
            shutil.rmtree(self._folder, ignore_errors=True)


def _in_order(table: pa.Table, keys: pa.Array) -> tuple[pa.Table, NDArray[np.int64]]:
    """Rows of one key together, keys and rows in the order of the file; and where each key begins."""
    codes = keys.dictionary_encode().indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])).astype(np.int64)
    if not np.array_equal(order, np.arange(len(order))):
        table = table.take(pa.array(order))
    return table, starts


def _cuts(starts: NDArray[np.int64], lines: int, first: int, most: int) -> Iterator[tuple[int, int]]:
    """(first event, event behind the last one) of each batch; a batch has few enough lines too, but at least one event."""
    begin = first
    while begin < len(starts):
        end = int(np.searchsorted(starts, starts[begin] + _LINES, side="right")) - 1
        end = max(begin + 1, min(end, begin + most)) if starts[begin] + _LINES < lines else min(len(starts), begin + most)
        yield begin, end
        begin = end


def remove_leftovers(folder: Path, running: Collection[str]) -> None:
    """Delete the buckets of runs that are not running any more. folder: that of all runs, one folder each."""
    for path in list(folder.iterdir()) if folder.is_dir() else []:
        if path.name not in running:
            shutil.rmtree(path, ignore_errors=True)
