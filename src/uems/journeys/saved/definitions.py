"""Which reports are saved, what do they ask, and who saves and changes them?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from uems.access.api import Access, audit
from uems.journeys.asking import check_spec
from uems.journeys.tables import saved_reports as table
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock

MAX_SAVED: Final = 1_000
"""Saved reports of one workspace."""
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
_C = table.c


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReport:
    """A report under a name. report: its key in REPORTS. spec: what it is asked with, as it was given and checked."""

    key: str
    name: str
    description: str
    report: str
    spec: Mapping[str, Any]
    version: int
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """What a saved report is to be."""

    name: str
    description: str
    report: str
    spec: Mapping[str, Any]


def list_saved(
    store: Store,
    scope: Scope,
    *,
    search: str = "",
    report: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int = MAX_SAVED,
) -> tuple[list[SavedReport], tuple[str, str] | None]:
    """Saved reports by name, and after which (name, key) the next page begins, if there is one.

    search: all of its words are in the name, the description or the key. report: only those of this kind.
    """
    query = select(table).where(_C.workspace_id == scope.workspace_id, _C.removed.is_(False))
    if report is not None:
        query = query.where(_C.report == report)
    with store.read() as conn:
        rows = [_saved(row) for row in conn.execute(query).mappings()]
    words = search.casefold().split()
    # Sorted and searched here: databases disagree on the case and the order of letters beyond ASCII.
    found = sorted((one for one in rows if _says(one, words)), key=_place)
    if after is not None:
        found = [one for one in found if _place(one) > after]
    page = found[:limit]
    return page, _place(page[-1]) if len(found) > limit else None


def saved_report(store: Store, scope: Scope, key: str) -> SavedReport:
    """One saved report; raises ``not_found``."""
    with store.read() as conn:
        row = _row(conn, scope.workspace_id, key)
    if row is None or row["removed"]:
        raise not_found("saved report", key)
    return _saved(row)


def save_report(store: Store, access: Access, key: str, draft: ReportDraft, *, if_version: int | None = None) -> SavedReport:
    """Save a report, or change the one with this key; the same again changes nothing. Audited.

    if_version: the version that the caller edited, 0 for none; raises ``saved_report_changed`` (409) when another one stands. None
    overwrites. Raises ``invalid``, ``invalid_spec``, ``not_found`` for an unknown report, and ``too_many_saved_reports`` (409).
    """
    if not _KEY.fullmatch(key):
        raise invalid("key", key[:100], "must be 1 to 100 of a-z, 0-9 and _, and not begin with _.")
    spec = check_spec(draft.report, draft.spec)
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"saved_reports:{workspace_id}")
        row = _row(conn, workspace_id, key)
        old = None if row is None or row["removed"] else _saved(row)
        _check_version(old, if_version, key)
        if old is None and _count(conn, workspace_id) >= MAX_SAVED:
            raise UemsError("too_many_saved_reports", f"There are {MAX_SAVED} saved reports already; remove some first.", status=409)
        said = {"name": draft.name, "description": draft.description, "report": draft.report, "spec": spec}
        if old is not None and _facts(old) == said:
            return old
        _write(conn, access, key, said, row)
        audit(conn, access, "report.changed" if old else "report.saved", f"report:{key}", _facts(old) if old else None, said)
        standing = _row(conn, workspace_id, key)
    assert standing is not None
    return _saved(standing)


def remove_saved(store: Store, access: Access, key: str) -> SavedReport:
    """Take a report away; saving what it was under its key brings it back. Audited. Raises ``not_found``."""
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"saved_reports:{workspace_id}")
        row = _row(conn, workspace_id, key)
        if row is None or row["removed"]:
            raise not_found("saved report", key)
        change = update(table).where(_C.workspace_id == workspace_id, _C.key == key)
        # The row stays, so that versions go on where they were: a guard by version never meets another report of the same number.
        conn.execute(change.values(removed=True, changed_at=access.now, changed_by=access.actor.label[:300]))
        audit(conn, access, "report.removed", f"report:{key}", _facts(_saved(row)), None)
    return _saved(row)


def _write(conn: Connection, access: Access, key: str, said: Mapping[str, object], row: RowMapping | None) -> None:
    workspace_id, now, by = access.scope.workspace_id, access.now, access.actor.label[:300]
    standing = {**said, "removed": False, "changed_at": now, "changed_by": by}
    if row is None:
        first = {"workspace_id": workspace_id, "key": key, "version": 1, "created_at": now, "created_by": by}
        conn.execute(insert(table).values(**first, **standing))
    else:
        change = update(table).where(_C.workspace_id == workspace_id, _C.key == key)
        conn.execute(change.values(version=row["version"] + 1, **standing))


def _check_version(old: SavedReport | None, if_version: int | None, key: str) -> None:
    standing = old.version if old is not None else 0
    if if_version is not None and if_version != standing:
        raise UemsError(
            "saved_report_changed",
            f"{key} stands at version {standing}, and this change was made to version {if_version}. Load it again and repeat the change.",
            status=409,
        )


def _count(conn: Connection, workspace_id: int) -> int:
    query = select(func.count()).select_from(table).where(_C.workspace_id == workspace_id, _C.removed.is_(False))
    return int(conn.execute(query).scalar_one())


def _facts(one: SavedReport) -> dict[str, object]:
    return {"name": one.name, "description": one.description, "report": one.report, "spec": dict(one.spec)}


def _place(one: SavedReport) -> tuple[str, str]:
    return one.name.casefold(), one.key


def _says(one: SavedReport, words: list[str]) -> bool:
    text = f"{one.name}\n{one.description}\n{one.key}".casefold()
    return all(word in text for word in words)


def _row(conn: Connection, workspace_id: int, key: str) -> RowMapping | None:
    return conn.execute(select(table).where(_C.workspace_id == workspace_id, _C.key == key)).mappings().one_or_none()


def _saved(row: RowMapping) -> SavedReport:
    return SavedReport(**{name: row[name] for name in SavedReport.__dataclass_fields__})
