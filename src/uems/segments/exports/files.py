"""How does a table of people become a CSV or Parquet file, piece by piece?"""

import csv
import json
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, Protocol, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from uems.collect import api as collect

Format: TypeAlias = Literal["csv", "parquet"]
_NEGATIVE: Final = re.compile(r"-[0-9]+(\.[0-9]+)?")
"""A text that is a number below 0, which begins like a formula and is none."""
MEDIA: Final = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


class Writer(Protocol):
    """Writes tables of one schema one after another; ``close`` makes the file durable."""

    def write(self, table: pa.Table) -> None: ...
    def close(self) -> None: ...


def open_writer(format_: Format, path: Path, schema: pa.Schema) -> Writer:
    return _Csv(path, schema) if format_ == "csv" else _Parquet(path, schema)


class _Csv:
    """For spreadsheets: with a byte order mark, and no cell that one would run."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow([collect.spreadsheet_safe(name) for name in schema.names])

    def write(self, table: pa.Table) -> None:
        columns = [[cell(value) for value in column.to_pylist()] for column in table.columns]
        self._csv.writerows(zip(*columns, strict=True))

    def close(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def cell(value: object) -> str:
    """A value as text. Numbers stay numbers, also negative ones; only texts can be taken for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return json.dumps(value).removesuffix(".0")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, list):
        return collect.spreadsheet_safe("; ".join(str(item) for item in value))
    text = str(value)
    return text if _NEGATIVE.fullmatch(text) else collect.spreadsheet_safe(text)


class _Parquet:
    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = path.open("wb")
        self._writer = pq.ParquetWriter(self._file, schema, compression="zstd")

    def write(self, table: pa.Table) -> None:
        self._writer.write_table(table)

    def close(self) -> None:
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
