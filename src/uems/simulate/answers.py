"""Which orders came of messages alone? A row an order in ``answers.parquet``, so that whoever judges an action can be held to the truth.

Orders of an action that stands here would not have been placed without its messages; nothing else of those people was changed.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

FILE: Final = "answers.parquet"
_SCHEMA: Final = pa.schema(
    {
        "cause": pa.string(),
        "message_id": pa.int64(),
        "person_id": pa.uint64(),
        "ordered_at": pa.timestamp("ms", "UTC"),
        "revenue_minor": pa.int64(),
    }
)


@dataclass(frozen=True, slots=True)
class Answered:
    """One order. cause: ``flow:`` with its number or ``campaign:`` with its key. person_id: as the API told it with the message."""

    cause: str
    message_id: int
    person_id: int
    ordered_at: datetime
    revenue_minor: int


def write_answers(folder: Path, workspace: str, world: str, answered: Sequence[Answered]) -> None:
    """All of them anew; who reads meanwhile sees the old file or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = zip(*map(astuple, answered), strict=True) if answered else [()] * len(_SCHEMA)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, _SCHEMA, strict=True)]
    table = pa.table(arrays, schema=_SCHEMA.with_metadata({"workspace": workspace, "world": world}))
    half = folder / f"{FILE}.half"
    pq.write_table(table, half, compression="zstd")
    half.replace(folder / FILE)


def read_answers(folder: Path, workspace: str, world: str) -> list[Answered]:
    """Those of an earlier run; none where the file is of another workspace or world."""
    file = folder / FILE
    if not file.is_file():
        return []
    table = pq.read_table(file)
    if (table.schema.metadata or {}) != {b"workspace": workspace.encode(), b"world": world.encode()}:
        return []
    return [Answered(**row) for row in table.to_pylist()]
