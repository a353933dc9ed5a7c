"""What is in this file, and what are its rows? Detects format, compression, encoding and columns, then reads in chunks."""

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from uems.collect.files.csv_rows import DELIMITERS, read_csv
from uems.collect.files.json_rows import parse, read_json
from uems.collect.files.model import CHUNK_ROWS, Chunk, Column, ColumnType, Compression, Format, Shape, shown
from uems.collect.files.parquet_rows import columns_of, read_parquet
from uems.collect.files.text import byte_blocks, compression_of, detect_encoding, known_encoding, lines_of, text_blocks
from uems.kernel.errors import UemsError, invalid

SAMPLE_ROWS = 1_000
_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"[+-]?[¥¥$€£]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d+)?")
_DATETIME = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?([T ]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)? ?(Z|UTC|[+-]\d{2}:?\d{2})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\uffff]+")
_BOOLEAN = frozenset({"true", "false", "yes", "no", "是", "否"})


class ReadOptions(BaseModel):
    """What the user says about a file; "auto" and null are detected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Format | None = None
    encoding: str = Field("auto", max_length=32)
    delimiter: str = Field("auto", max_length=4, description="One character, or auto.")
    header: bool | None = None


def inspect(path: Path, options: ReadOptions | None = None) -> Shape:
    """How to read the file at ``path``. Raises ``file_unreadable`` or ``file_empty`` (422), ``invalid`` for options that cannot be."""
    options = options or ReadOptions()
    compression = compression_of(path)
    format_ = options.format or _format_of(path, compression)
    if format_ == "parquet":
        return _inspect_parquet(path)
    encoding = detect_encoding(path, compression) if options.encoding == "auto" else known_encoding(options.encoding)
    shape = Shape(
        format=format_,
        compression=compression,
        encoding=encoding,
        delimiter="",
        header=False,
        columns=(),
        rows=None,
        bytes_=path.stat().st_size,
    )
    sample = [line for line in _first_lines(path, shape) if not line.isspace()]
    if not sample:
        raise UemsError("file_empty", "The file has no rows. Check that the export finished, then upload it again.", status=422)
    smaller = 6 if compression else 1  # text packs to about a sixth
    shape = replace(shape, row_bytes=max(1.0, len("".join(sample).encode()) / len(sample) / smaller))
    return _inspect_json(shape, sample) if format_ == "jsonl" else _inspect_csv(shape, sample, options)


def read(
    path: Path, shape: Shape, *, start_row: int = 0, chunk_rows: int = CHUNK_ROWS, only: Collection[str] | None = None
) -> Iterator[Chunk]:
    """The rows after row ``start_row``, in file order. ``only``: columns that are needed, a hint that saves reading the others."""
    if shape.format == "parquet":
        return read_parquet(path, start_row=start_row, chunk_rows=chunk_rows, only=only)
    if shape.format == "jsonl":
        return read_json(path, shape, start_row=start_row, chunk_rows=chunk_rows)
    return read_csv(path, shape, start_row=start_row, chunk_rows=chunk_rows)


def _format_of(path: Path, compression: Compression) -> Format:
    with path.open("rb") as file:
        if file.read(4) == b"PAR1":
            return "parquet"
    head = next(byte_blocks(path, compression), b"")[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    return "jsonl" if head[:1] == b"{" else "csv"


def _inspect_parquet(path: Path) -> Shape:
    columns, rows = columns_of(path)
    shape = Shape(
        format="parquet", compression="", encoding="", delimiter="", header=True, columns=columns, rows=rows, bytes_=path.stat().st_size
    )
    for chunk in islice(read(path, shape, chunk_rows=5), 1):
        found = {
            name: tuple(shown(v, 60) for v in chunk.table.column(name).to_pylist() if v is not None)[:3]
            for name in chunk.table.column_names
        }
        return replace(shape, columns=tuple(replace(column, examples=found.get(column.name, ())) for column in columns))
    return shape


def _first_lines(path: Path, shape: Shape) -> list[str]:
    lines: list[str] = []
    for block in text_blocks(path, shape.compression, shape.encoding):
        lines += islice(lines_of(block), SAMPLE_ROWS - len(lines))
        if len(lines) >= SAMPLE_ROWS:
            break
    return lines


def _inspect_json(shape: Shape, lines: Sequence[str]) -> Shape:
    values: dict[str, list[str]] = {}
    for line in lines:
        row = parse(line)
        if isinstance(row, dict):
            for key, raw in row.items():
                values.setdefault(key, []).append(bytes(raw).decode())
    if not values:
        raise UemsError(
            "file_unreadable", f"No line holds a JSON object; the first is {shown(lines[0])}. Upload one object a line.", status=422
        )
    columns = [
        Column(name=key, type=json_type(texts), examples=tuple(shown(text, 60) for text in texts[:3])) for key, texts in values.items()
    ]
    return replace(shape, header=True, columns=tuple(columns))


def json_type(texts: Sequence[str]) -> ColumnType:
    """What JSON texts look like to a user; null says nothing."""
    kinds = {
        "text" if text[0] == '"' else "json" if text[0] in "{[" else "boolean" if text[0] in "tf" else "number"
        for text in texts
        if text != "null"
    }
    if kinds == {"text"}:
        return text_type([text[1:-1] for text in texts if text != "null"], numbers=False)
    if kinds == {"number"}:
        return "integer" if all(_INTEGER.fullmatch(text) for text in texts if text != "null") else "number"
    return "boolean" if kinds == {"boolean"} else "json" if "json" in kinds else "text"


def _rows_of(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with suppress(csv.Error):  # what was read so far is sample enough
        rows.extend(csv.reader(lines, delimiter=delimiter))
    return [row for row in rows if row]


def _delimiter_of(lines: Sequence[str]) -> str:
    """The one that cuts most rows into the same number of columns, and into the most columns."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in _rows_of(lines, delimiter))
        if not widths:
            continue
        width, rows = widths.most_common(1)[0]
        score = (round(rows / widths.total(), 1), width) if width > 1 else (0.0, 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Names are text, differ from each other, and something below them is not text."""
    first = [value.strip() for value in rows[0]]
    if any(not value or text_type([value]) != "text" for value in first) or len(set(first)) < len(first):
        return False
    below = [row for row in rows[1:] if len(row) == len(first)]
    typed = any(text_type([row[i] for row in below]) != "text" for i in range(len(first)))
    return typed or not below or not set(first) & {value for row in below for value in row}


def _names(header: Sequence[str] | None, width: int) -> list[str]:
    names: list[str] = []
    for number in range(1, width + 1):
        wanted = _CONTROL.sub(" ", header[number - 1]).strip()[:200] if header and number <= len(header) else ""
        name, again = wanted or f"column_{number}", 2
        while name in names:
            name, again = f"{wanted or 'column'}_{again}", again + 1
        names.append(name)
    return names


def _inspect_csv(shape: Shape, lines: Sequence[str], options: ReadOptions) -> Shape:
    delimiter = _delimiter_of(lines) if options.delimiter == "auto" else options.delimiter.replace("\\t", "\t")
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise invalid("delimiter", options.delimiter, "must be one character that is neither a quote nor a line end.")
    rows = _rows_of(lines, delimiter)
    if not rows:
        raise UemsError(
            "file_unreadable", "The first row cannot be read: a quote is never closed. Check the delimiter and the quotes.", status=422
        )
    header = _is_header(rows) if options.header is None else options.header
    body = rows[1:] if header else rows
    width = len(rows[0]) if header else Counter(map(len, rows)).most_common(1)[0][0]
    whole = [row for row in body if len(row) >= width]
    columns = []
    for i, name in enumerate(_names(rows[0] if header else None, width)):
        values = [row[i] for row in whole if row[i].strip()]
        columns.append(Column(name=name, type=text_type(values), examples=tuple(shown(value, 60) for value in values[:3])))
    return replace(shape, delimiter=delimiter, header=header, columns=tuple(columns))


def text_type(values: Sequence[str], *, numbers: bool = True) -> ColumnType:
    """What all the values look like; "text" when they disagree. A leading zero makes text: it is a code, not a quantity."""
    clean = [value.strip() for value in values if value.strip()]
    if not clean:
        return "text"
    if numbers and all(_INTEGER.fullmatch(value) for value in clean):
        return "integer"
    if numbers and all(_NUMBER.fullmatch(value) and any(c.isdigit() for c in value) and not _coded(value) for value in clean):
        return "number"
    if all(_DATETIME.fullmatch(value) for value in clean):
        return "datetime"
    if all(value.lower() in _BOOLEAN for value in clean):
        return "boolean"
    return "json" if all(value[0] in "{[" and value[-1] in "}]" for value in clean) else "text"


def _coded(value: str) -> bool:
    digits = value.lstrip("+-")
    return (len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()) or (len(digits) > 18 and digits.isdigit())
