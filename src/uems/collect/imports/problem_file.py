"""Which rows did an import leave out, and why? A CSV file a run, to be downloaded, opened in a spreadsheet, and put right."""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

from uems.collect.files.model import Problem
from uems.collect.imports.vault import make_folder
from uems.kernel.settings import Settings

HEADER = ("row", "column", "problem", "got", "wanted")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def problems_path(settings: Settings, run_id: str) -> Path:
    return make_folder(settings) / "problems" / f"{run_id}.csv"


def spreadsheet_safe(value: str) -> str:
    """The text of a cell that no spreadsheet runs: one that begins like a formula gets an apostrophe, which makes it text."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def write_problems(settings: Settings, run_id: str, size: int, problems: Sequence[Problem]) -> int:
    """Append ``problems`` behind the first ``size`` bytes and give the new size.

    What stands behind ``size`` was written by an attempt that was never recorded, and is written over.
    """
    if not problems:
        return size
    path = problems_path(settings, run_id)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if size == 0:
        text.write("\ufeff")  # without it Excel takes Chinese for something else
        writer.writerow(HEADER)
    writer.writerows((p.row, spreadsheet_safe(p.column), p.what, spreadsheet_safe(p.got), p.wanted) for p in problems)
    data = text.getvalue().encode()
    with path.open("r+b" if path.exists() else "xb") as file:
        file.truncate(size)
        file.seek(size)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return size + len(data)
