"""What do we hold about one person? Everything that an erasure would take, as JSON: asked for by the person, or before they are erased."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from uems.access.api import Access, audit
from uems.identity.erasures import subject_of
from uems.kernel.erasure import Eraser
from uems.kernel.house import House


def held_about(house: House, access: Access, person_id: int, erasers: Sequence[Eraser]) -> Iterator[str]:
    """A JSON object in pieces: the ids, then for each room its tables with the rows of the person. Audited. Raises as ``subject_of``."""
    subject = subject_of(house, access.scope, person_id)
    with house.store.write() as conn:
        audit(conn, access, "person.exported", f"person:{min(subject.numbers)}", None, None)
    head = {
        "person_id": min(subject.numbers),
        "workspace": access.scope.slug,
        "made_at": access.now.isoformat(),
        "ids": [{"kind": kind, "value": value} for kind, value in subject.ids],
    }

    def pieces() -> Iterator[str]:
        yield json.dumps(head, ensure_ascii=False)[:-1] + ', "rooms": {'
        for place, eraser in enumerate(erasers):
            tables = dict(eraser.rows(house, subject))
            yield ("" if place == 0 else ", ") + f"{json.dumps(eraser.key)}: {json.dumps(tables, ensure_ascii=False, default=_plain)}"
        yield "}}\n"

    return pieces()


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)
