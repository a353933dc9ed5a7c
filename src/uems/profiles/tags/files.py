"""How are values imported from a file? CSV with an id and a value in each row."""

import csv
import json
import math
from collections.abc import Iterable, Iterator
from typing import Final

from uems.kernel.errors import UemsError
from uems.profiles.tags.config import value_problem
from uems.profiles.tags.model import TagDef

MAX_ROWS: Final = 1_000_000
MAX_BYTES: Final = 100_000_000
_YES: Final = frozenset({"true", "1", "yes", "y", "是"})
_NO: Final = frozenset({"false", "0", "no", "n", "否"})


def read_rows(content: bytes, tag: TagDef) -> list[tuple[str, object]]:
    """(id, value) of each row; a first row whose second cell is ``value`` is a heading.

    Raises ``bad_file`` (422) that names the row. A list is written as JSON, or its items apart by ``;``.
    """
    text = _text(content)
    found: list[tuple[str, object]] = []
    for number, row in _rows(text.splitlines(), _delimiter(text, tag)):
        if not row or not any(cell.strip() for cell in row):
            continue
        if len(row) != 2:
            raise bad_file(number, f"it has {len(row)} cells; there must be an id and a value.")
        id_, cell = row[0].strip(), row[1].strip()
        if not found and number == 1 and cell.lower() in ("value", "值", "标签值"):
            continue
        if not 1 <= len(id_) <= 500 or "\0" in id_:
            raise bad_file(number, "its id must be of 1 to 500 characters.")
        if len(found) >= MAX_ROWS:
            raise bad_file(number, f"there are more than {MAX_ROWS:,} rows. Split the file.")
        value = _value(cell, tag, number)
        problem = value_problem(tag, value)
        if problem:
            raise bad_file(number, problem)
        found.append((id_, value))
    if not found:
        raise bad_file(0, "it has no rows.")
    return found


def bad_file(row: int, problem: str) -> UemsError:
    """A file that cannot be taken; row 0 is the file as a whole."""
    where = f"Row {row} cannot be taken: {problem}" if row else f"The file cannot be taken: {problem}"
    return UemsError("bad_file", where, status=422, details={"row": row})


def _text(content: bytes) -> str:
    """UTF-8, or what Chinese spreadsheets write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise bad_file(0, "it is neither UTF-8 nor GB 18030. Save it as CSV UTF-8.")


def _delimiter(text: str, tag: TagDef) -> str:
    """What stands between the cells of the first row; items of a list are apart by ``;`` themselves."""
    first = text.split("\n", 1)[0]
    others = "\t" if tag.value_type == "list" else "\t;"
    return "," if "," in first else next((one for one in others if one in first), ",")


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise bad_file(reader.line_num, f"it is not CSV ({error}).") from error


def _value(cell: str, tag: TagDef, number: int) -> object:
    if tag.value_type == "number":
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise bad_file(number, f"{cell[:40]!r} is no number.")
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if tag.value_type == "boolean":
        if cell.lower() not in _YES | _NO:
            raise bad_file(number, f"{cell[:40]!r} is neither true nor false.")
        return cell.lower() in _YES
    if tag.value_type == "list":
        try:
            parsed = json.loads(cell) if cell.startswith("[") else None
        except ValueError:
            parsed = None
        return parsed if isinstance(parsed, list) else [item.strip() for item in cell.split(";") if item.strip()]
    return cell
