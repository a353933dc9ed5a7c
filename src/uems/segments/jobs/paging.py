"""Where does the next page of jobs start?"""

from collections.abc import Sequence
from datetime import datetime

from uems.kernel.edge import decode_cursor, encode_cursor
from uems.kernel.errors import invalid
from uems.kernel.store import from_microseconds, to_microseconds
from uems.segments.jobs.model import Job


def page_start(cursor: str | None) -> tuple[datetime, str] | None:
    """Behind which job a page begins; None is the first page."""
    if cursor is None:
        return None
    at, last = decode_cursor(cursor, int, str)
    try:
        return from_microseconds(at), last
    except OverflowError as error:
        raise invalid("cursor", cursor, "take it unchanged from next_cursor of the page before.") from error


def page_of(found: Sequence[Job], limit: int) -> tuple[Sequence[Job], str | None]:
    """The first ``limit`` of what was found (one more was asked for), and the cursor of the next page."""
    page = found[:limit]
    return page, encode_cursor(to_microseconds(page[-1].created_at), page[-1].job_id) if len(found) > limit else None
