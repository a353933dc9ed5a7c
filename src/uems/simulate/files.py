"""How does a world become files? JSON Lines as ``/v1/batch`` takes each message, or Parquet with a column a field."""

from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from uems.simulate.days import Running
from uems.simulate.sending import Progress, tables
from uems.simulate.wire import TABLE, lines

FileFormat = Literal["jsonl", "parquet"]
_GROUP_ROWS = 200_000


def write(running: Running, folder: Path, format_: FileFormat, progress: Progress = lambda done, total: None) -> tuple[Path, int]:
    """The events of the whole world, in the order of time day by day, in one file; its path and how many they are."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"events.{format_}"
    count = 0
    if format_ == "jsonl":
        with path.open("wb") as out:
            for day, table in enumerate(tables(running)):
                for line in lines(table).to_pylist():
                    out.write(line.encode() + b"\n")
                count += table.num_rows
                progress(day + 1, running.world.days)
        return path, count
    with pq.ParquetWriter(path, TABLE, compression="zstd") as writer:
        waiting: list[pa.Table] = []
        for day, table in enumerate(tables(running)):
            waiting.append(table)
            count += table.num_rows
            if sum(one.num_rows for one in waiting) >= _GROUP_ROWS or day == running.world.days - 1:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
            progress(day + 1, running.world.days)
    return path, count
