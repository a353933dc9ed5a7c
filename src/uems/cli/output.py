"""How does a command speak? Answers on standard output in the format that was asked for, everything else on standard error."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from uems.kernel.errors import UemsError

if TYPE_CHECKING:
    from rich.console import Console

Row = Mapping[str, object]


class Format(StrEnum):
    """json: for programs; one document. csv: for spreadsheets. table: for people."""

    json = "json"
    csv = "csv"
    table = "table"


@lru_cache(maxsize=1)
def console() -> "Console":
    """Standard error: what is said to the person and is not the answer."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line to the person at the terminal; never part of the answer."""
    print(text, file=sys.stderr, flush=True)


def fail(error: UemsError) -> None:
    """Message and code, as the API would say them."""
    console().print(f"[bold red]error[/] ({error.code}): ", end="")
    console().print(error.message, markup=False)


def flat(value: object) -> str:
    """One cell of a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(str(item) for item in value)
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def show_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def show_rows(rows: Iterable[Row], columns: Sequence[str], format: Format, *, empty: str = "Nothing here yet.") -> None:
    """A list of things; ``columns`` names the keys to show in a table or CSV (JSON carries them all)."""
    found = list(rows)
    if format is Format.json:
        show_json(found)
        return
    if format is Format.csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows([flat(row.get(column)) for column in columns] for row in found)
        return
    if not found:
        say(empty)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold")
    for column in columns:
        # Folded, never cut: an id or a key is copied from here.
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in found:
        table.add_row(*[Text(flat(row.get(column))) for column in columns])
    wide = Console(highlight=False)
    # Into a file or a pipe, a line must not be broken to fit a screen that is not there.
    (wide if wide.is_terminal else Console(highlight=False, width=4000)).print(table)


def show_facts(facts: Row, format: Format) -> None:
    """One thing: its fields below one another."""
    if format is Format.json:
        show_json(dict(facts))
        return
    show_rows([{"field": name, "value": value} for name, value in facts.items()], ["field", "value"], format)


@contextmanager
def progress(what: str, *, unit: Literal["bytes", "things", "share"] = "bytes") -> Iterator[Callable[[int, int], None]]:
    """A bar for long work; the block calls ``update(done, total)``. Silent where nobody watches."""
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    count = {"bytes": DownloadColumn, "things": MofNCompleteColumn, "share": TaskProgressColumn}[unit]()
    columns = (TextColumn("{task.description}"), BarColumn(), count, TimeRemainingColumn())
    with Progress(*columns, console=console(), transient=True, disable=not console().is_terminal) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
