"""What are the rows of a Parquet file? Row groups are read in pieces; only the columns that are needed."""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from uems.collect.files.model import CHUNK_BYTES, Chunk, Column, ColumnType
from uems.kernel.errors import UemsError


def column_type(kind: pa.DataType) -> ColumnType:
    """What a user would call an Arrow type."""
    if pa.types.is_dictionary(kind):
        return column_type(kind.value_type)
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_temporal(kind):
        return "datetime"
    return "json" if pa.types.is_nested(kind) else "text"


def broken(error: Exception) -> UemsError:
    """``file_unreadable``: the bytes are not what Parquet says they should be."""
    return UemsError("file_unreadable", f"This is not a Parquet file that can be read ({error}). Write it again and upload it.", status=422)


def open_parquet(path: Path) -> pq.ParquetFile:
    """Raises ``file_unreadable``."""
    try:
        return pq.ParquetFile(path, page_checksum_verification=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise broken(error) from error


def columns_of(path: Path) -> tuple[tuple[Column, ...], int]:
    """The top-level columns and the number of rows."""
    with open_parquet(path) as file:
        names = file.schema_arrow.names
        if twice := sorted({name for name in names if names.count(name) > 1}):
            message = f"Two columns are called {', '.join(twice[:10])}. Rename one and write the file again."
            raise UemsError("file_unreadable", message, status=422)
        fields = tuple(Column(name=field.name, type=column_type(field.type)) for field in file.schema_arrow)
        return fields, file.metadata.num_rows


def _chunk_rows(group: pq.RowGroupMetaData, most: int) -> int:
    row_bytes = max(1, group.total_byte_size // max(1, group.num_rows))
    return int(max(1, min(most, CHUNK_BYTES // row_bytes)))


def read_parquet(path: Path, *, start_row: int, chunk_rows: int, only: Collection[str] | None) -> Iterator[Chunk]:
    """Chunks of up to ``chunk_rows`` rows after row ``start_row``. ``only``: the columns to read; None reads all."""
    with open_parquet(path) as file:
        names = file.schema_arrow.names
        columns = None if only is None else [name for name in names if name in only]
        first = 0
        for number in range(file.num_row_groups):
            group = file.metadata.row_group(number)
            if first + group.num_rows > start_row:
                yield from _read_group(file, number, first, start_row, _chunk_rows(group, chunk_rows), columns)
            first += group.num_rows


def _read_group(
    file: pq.ParquetFile, number: int, first: int, start_row: int, chunk_rows: int, columns: list[str] | None
) -> Iterator[Chunk]:
    try:
        for batch in file.iter_batches(chunk_rows, row_groups=[number], columns=columns, use_threads=False):
            last = first + batch.num_rows
            if last > start_row:
                skipped = max(0, start_row - first)
                table = pa.Table.from_batches([batch.slice(skipped)])
                rows = np.arange(first + skipped + 1, last + 1, dtype=np.int64)
                yield Chunk(table=table, rows=rows, problems=(), bad_rows=0, next_row=last)
            first = last
    except (pa.ArrowException, OSError) as error:
        raise broken(error) from error
