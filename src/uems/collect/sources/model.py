"""What is a source? A database that is read from time to time, by a cursor column, and never written to."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import BaseModel, Field, model_validator

from uems.collect.files.mapping import ColumnName, Part
from uems.kernel.edge import Clean, LongText
from uems.kernel.errors import UemsError
from uems.kernel.registry import Registry
from uems.kernel.settings import Settings

CursorType = Literal["integer", "time", "other"]


class What(Part):
    """A table (``schema.table``) or a query."""

    table: Annotated[str, Field(max_length=300), Clean] | None = None
    query: LongText | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.table and self.table.strip()) == bool(self.query and self.query.strip()):
            raise ValueError("give a table or a query, and not both")
        return self


class Reading(What):
    """What is read: a table or a query, in the order of ``cursor``, a column that only grows.

    key: columns that tell one row from another; without them the whole row does. overlap: read again so far behind the cursor
    (units of an integer, seconds of a time), for rows that become visible late; what is known is not imported again.
    """

    cursor: ColumnName
    key: Annotated[tuple[ColumnName, ...], Field(max_length=10)] = ()
    overlap: Annotated[int, Field(ge=0, le=10**9)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorValue:
    """A value of the cursor column as text that the database reads back exactly. type: its type there."""

    type: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRows:
    """Rows in the order of the cursor. texts: the cursor value of each; places: the same as a number, all 0 where it has none."""

    table: pa.Table
    texts: list[str]
    places: NDArray[np.int64]
    last: CursorValue


class SourceConnection(Protocol):
    """An open, read-only connection. Errors are ``UemsError`` with code ``source_failed`` (422) or ``source_unreachable`` (422)."""

    def look(self, what: What, rows: int) -> pa.Table:
        """A few rows in no order, to show what is there; the columns even of an empty table."""
        ...

    def describe(self, reading: Reading) -> tuple[list[str], CursorType]:
        """The columns, and what kind of value the cursor has. Raises ``invalid`` where ``reading`` does not fit."""
        ...

    def has_null_cursor(self, reading: Reading) -> bool:
        """Whether there are rows that will never be read, because their cursor is null."""
        ...

    def rows(self, reading: Reading, since: CursorValue | None, chunk_rows: int) -> Iterator[SourceRows]:
        """Everything from ``since`` minus the overlap on, that value included, as of one moment."""
        ...


class SourceKind(Protocol):
    """One kind of database; a registered item. Fields of ``Config`` that are ``SecretStr`` are kept encrypted."""

    @property
    def key(self) -> str: ...
    @property
    def label_zh(self) -> str: ...
    @property
    def label_en(self) -> str: ...
    @property
    def Config(self) -> type[BaseModel]: ...
    @property
    def sample(self) -> BaseModel: ...

    def open(self, config: BaseModel, settings: Settings) -> AbstractContextManager[SourceConnection]: ...


KINDS: Registry[SourceKind] = Registry("source kind", "uems.collect.sources.kinds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """connection: the kind's config as JSON without its secrets. every_minutes: None when it is read on demand only."""

    source_id: str
    workspace_id: int
    name: str
    kind: str
    connection: dict[str, object]
    has_secret: bool
    reading: Reading
    mapping_id: str
    every_minutes: int | None
    enabled: bool
    cursor: CursorValue | None
    next_run_at: datetime | None
    created_at: datetime
    updated_at: datetime


def named_once(names: Sequence[str]) -> None:
    """Raises ``source_failed`` when two columns have one name: nobody could say which is meant."""
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise failed(f"Two columns are called {', '.join(twice[:10])}; give one another name with AS.")


def failed(what: str, *, unreachable: bool = False) -> UemsError:
    """A source that cannot be read: what the database said, in one line, without the address's credentials."""
    code = "source_unreachable" if unreachable else "source_failed"
    return UemsError(code, f"{' '.join(what.split())[:500]} Test the source after putting it right.", status=422)
