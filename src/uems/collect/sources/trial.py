"""Can this source be read, and what would its next rows become? Nothing is written, and the cursor does not move."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from uems.access.api import Access
from uems.collect.files.dry_run import Preview, previews_of
from uems.collect.files.mapping import Mapping, check_columns
from uems.collect.files.model import Problems
from uems.collect.files.reading import Batch
from uems.collect.files.rows import Target, map_batch
from uems.collect.imports.saved import get_mapping
from uems.collect.sources.model import Source
from uems.collect.sources.saved import SourceBody, as_source, load, opened
from uems.collect.sources.secrets import seal
from uems.kernel.house import House

TRIED_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """null_cursor: there are rows that will never be read, because their cursor is null."""

    columns: tuple[str, ...]
    null_cursor: bool
    rows_read: int
    previews: tuple[Preview, ...]
    problems: Problems


def try_saved(house: House, access: Access, source_id: str) -> Trial:
    """Raises ``not_found``, and whatever stands in the way as ``source_unreachable``, ``source_failed`` or ``mapping_mismatch``."""
    source, sealed = load(house.store, access.scope, source_id)
    return _try(house, access, source, sealed, get_mapping(house.store, access.scope, source.mapping_id).mapping)


def try_unsaved(house: House, access: Access, body: SourceBody) -> Trial:
    """As ``try_saved``, for a source that is only thought of."""
    source, secrets = as_source(access, body)
    sealed = seal(house.settings, secrets) if secrets else None
    return _try(house, access, source, sealed, get_mapping(house.store, access.scope, body.mapping_id).mapping)


def _try(house: House, access: Access, source: Source, sealed: bytes | None, mapping: Mapping) -> Trial:
    target = Target(zone=access.scope.zone, currency=access.scope.currency, key=source.source_id, now=access.now)
    problems = Problems(keep=200)
    previews: tuple[Preview, ...] = ()
    read = 0
    with opened(house.settings, source, sealed) as conn:
        columns, _ = conn.describe(source.reading)
        check_columns(mapping, columns)
        for rows in conn.rows(source.reading, source.cursor, TRIED_ROWS):
            read = rows.table.num_rows
            names = pa.array([str(number) for number in range(read)], pa.string())
            mapped = map_batch(mapping, Batch(table=rows.table, rows=np.arange(1, read + 1, dtype=np.int64), identities=names), target)
            problems.add(mapped.problems)
            previews = tuple(previews_of(mapped, 20))
            break
        null_cursor = conn.has_null_cursor(source.reading)
    return Trial(columns=tuple(columns), null_cursor=null_cursor, rows_read=read, previews=previews, problems=problems)
