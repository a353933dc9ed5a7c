"""What does one record of the event log hold, byte for byte?

A record is one compressed micro-batch. Its first byte tells its kind:

- ``J``: zstd of a MessagePack list of ``Entry``: HTTP bodies as they came, with who sent them and when.
- ``A``: a MessagePack header and an Arrow IPC stream (zstd inside): rows of a file or a source, already columnar.
"""

import io
from collections.abc import Sequence
from typing import Literal

import msgspec
import pyarrow as pa
import zstandard

from uems.kernel.errors import UemsError

Endpoint = Literal["batch", "track", "page", "screen", "identify", "group", "alias"]

COLUMNS = pa.schema(
    [
        ("type", pa.string()),
        ("event", pa.string()),
        ("user_id", pa.string()),
        ("anonymous_id", pa.string()),
        ("message_id", pa.string()),
        ("ts", pa.timestamp("ms", "UTC")),
        ("properties", pa.string()),
        ("context", pa.string()),
        ("revenue_minor", pa.int64()),
        ("currency", pa.string()),
        ("previous_id", pa.string()),
        ("group_id", pa.string()),
    ]
)
"""The columns of an ``A`` record. Empty text means absent; ``ts`` null means that it could not be read."""

MAX_ROWS = 20_000
"""Most rows in one ``A`` record, so that a pipeline batch stays one block in the warehouse."""


class Entry(msgspec.Struct, array_like=True, frozen=True):
    """One HTTP body. ``received_at`` is in milliseconds since 1970, UTC; ``body`` is JSON, decompressed."""

    workspace_id: int
    received_at: int
    endpoint: Endpoint
    body: bytes


class ColumnsHeader(msgspec.Struct, frozen=True):
    """Whose rows an ``A`` record holds. ``source`` is "import" or "source"; ``run_id`` names the run."""

    workspace_id: int
    received_at: int
    source: str
    run_id: str


_entries = msgspec.msgpack.Decoder(list[Entry])
_header = msgspec.msgpack.Decoder(ColumnsHeader)
_encoder = msgspec.msgpack.Encoder()
_LENGTH = 4
_MOST_BYTES = 256_000_000


def encode_entries(entries: Sequence[Entry]) -> bytes:
    """An ``J`` record; level 1 because the log is read once and soon."""
    return b"J" + zstandard.ZstdCompressor(level=1).compress(_encoder.encode(entries))


def encode_columns(workspace_id: int, received_at: int, *, source: str, run_id: str, table: pa.Table) -> bytes:
    """An ``A`` record of at most ``MAX_ROWS`` rows with the columns of ``COLUMNS`` (missing ones are filled with "" or null)."""
    if table.num_rows > MAX_ROWS:
        raise UemsError("too_many_rows", f"{table.num_rows} rows in one record; at most {MAX_ROWS}. Slice the table.", status=500)
    columns = []
    for field in COLUMNS:
        if field.name in table.column_names:
            columns.append(table.column(field.name).cast(field.type))
        elif field.type == pa.string():
            columns.append(pa.repeat("", table.num_rows))
        else:
            columns.append(pa.nulls(table.num_rows, field.type))
    header = _encoder.encode(ColumnsHeader(workspace_id, received_at, source, run_id))
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, COLUMNS, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(pa.table(columns, schema=COLUMNS))
    return b"A" + len(header).to_bytes(_LENGTH, "big") + header + sink.getvalue()


def decode(body: bytes) -> list[Entry] | tuple[ColumnsHeader, pa.Table]:
    """Read a record back. A record that cannot be read is a defect of ours, never of the sender: ``bad_record`` (500)."""
    kind = body[:1]
    if kind == b"J":
        return _entries.decode(zstandard.ZstdDecompressor().decompress(body[1:], max_output_size=_MOST_BYTES))
    if kind == b"A":
        size = int.from_bytes(body[1 : 1 + _LENGTH], "big")
        start = 1 + _LENGTH + size
        with pa.ipc.open_stream(pa.py_buffer(body)[start:]) as reader:
            return _header.decode(body[1 + _LENGTH : start]), reader.read_all()
    raise UemsError(
        "bad_record", f"A log record starts with {kind!r}; known are b'J' and b'A'. Was it written by a newer version?", status=500
    )
