"""Which imports are there, how far are they, and may they start, stop or go on?"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from uems.access.api import Access, audit
from uems.collect.files.mapping import Mapping, check_columns
from uems.collect.files.rows import tag_of
from uems.collect.imports.model import LIVE, File, Run, Saved, State
from uems.collect.imports.tables import import_runs
from uems.collect.tables import pipeline_cursors
from uems.kernel.errors import UemsError, not_found
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, lock

_c = import_runs.c


def run_of(row: RowMapping) -> Run:
    """A run as its row says."""
    values = dict(row)
    values["mapping"] = Mapping.model_validate(row["mapping"])
    values["problems"] = tuple((column, what, count) for column, what, count in row["problems"])
    values["marks"] = {int(partition): offset for partition, offset in row["marks"].items()}
    return Run(**values)


def get_run(store: Store, scope: Scope, run_id: str) -> Run:
    """Raises ``not_found``."""
    with store.read() as conn:
        return _load(conn, scope.workspace_id, run_id)


def _load(conn: Connection, workspace_id: int, run_id: str) -> Run:
    row = conn.execute(select(import_runs).where(_c.workspace_id == workspace_id, _c.run_id == run_id)).mappings().first()
    if row is None:
        raise not_found("import", run_id)
    return run_of(row)


def list_runs(store: Store, scope: Scope, *, source_id: str | None, before: tuple[datetime, str] | None, limit: int) -> list[Run]:
    """The newest first."""
    query = select(import_runs).where(_c.workspace_id == scope.workspace_id)
    if source_id is not None:
        query = query.where(_c.source_id == source_id)
    if before is not None:
        query = query.where((_c.created_at < before[0]) | ((_c.created_at == before[0]) & (_c.run_id < before[1])))
    with store.read() as conn:
        return [run_of(row) for row in conn.execute(query.order_by(_c.created_at.desc(), _c.run_id.desc()).limit(limit)).mappings()]


def settled(store: Store, run: Run) -> bool:
    """Whether the pipeline is past everything that the run has appended: then every report shows it."""
    if not run.marks:
        return True
    with store.read() as conn:
        rows = conn.execute(select(pipeline_cursors.c.log_partition, pipeline_cursors.c.done_offset)).all()
    done: dict[int, int] = {row[0]: row[1] for row in rows}
    return all(done.get(partition, 0) >= offset for partition, offset in run.marks.items())


def import_file(store: Store, access: Access, file: File, mapping: Mapping, saved: Saved | None, *, force: bool, settings: Settings) -> Run:
    """Queue the import of a file.

    Raises ``mapping_mismatch``; ``file_gone``; ``already_imported`` (409, details.import_id) when these events came in before, unless
    ``force`` (what is known is then recognised and not counted again); and ``repeat_too_late`` when it would not be recognised.
    """
    if file.deleted_at is not None:
        raise UemsError("file_gone", f"{file.name!r} is not kept any more. Upload it again.", status=410)
    if file.shape.format != "jsonl":
        check_columns(mapping, file.shape.names)
    same_as = f"{file.sha256}:{tag_of(mapping)}"
    with store.write() as conn:
        lock(conn, f"imports:{access.scope.workspace_id}")
        _check_repeat(conn, access, same_as, force=force, settings=settings)
        run = queue(
            conn,
            access.scope.workspace_id,
            mapping,
            now=access.now,
            by=access.actor.label,
            name=file.name,
            same_as=same_as,
            file_id=file.file_id,
            saved=saved,
            rows_total=file.shape.rows or round(file.shape.bytes_ / max(1.0, file.shape.row_bytes)),
        )
        facts = {"file_id": file.file_id, "name": file.name, "sha256": file.sha256, "mapping_id": run.mapping_id, "forced": force}
        audit(conn, access, "import.started", f"import:{run.run_id}", None, facts)
    return run


def _check_repeat(conn: Connection, access: Access, same_as: str, *, force: bool, settings: Settings) -> None:
    query = select(import_runs).where(_c.workspace_id == access.scope.workspace_id, _c.same_as == same_as)
    before = [run_of(row) for row in conn.execute(query.order_by(_c.created_at)).mappings()]
    live = next((run for run in before if run.state in LIVE), None)
    finished = next((run for run in before if run.state == "done"), None)
    known = live or finished
    if live or (finished and not force):
        assert known is not None
        what = {"done": "was imported already", "paused": "is being imported (paused)"}.get(known.state, "is being imported now")
        raise UemsError(
            "already_imported",
            f"This file {what}: import {known.run_id}, {known.rows_ok} rows, {known.created_at:%Y-%m-%d %H:%M} UTC. "
            "Nothing was added. To bring in rows that were left out then, repeat it with force; known rows are not counted again.",
            status=409,
            details={"import_id": known.run_id, "state": known.state},
        )
    # One day of margin: the window is kept by whole days.
    horizon = access.now - timedelta(days=settings.dedupe_days - 1)
    late = next((run for run in before if run.events and run.created_at < horizon), None)
    if late is not None:
        raise UemsError(
            "repeat_too_late",
            f"The import {late.run_id} of {late.created_at:%Y-%m-%d} brought in these events, and message ids are remembered for "
            f"{settings.dedupe_days} days (UEMS_DEDUPE_DAYS): repeated now they would count twice. Import only the rows that are new.",
            status=409,
            details={"import_id": late.run_id},
        )


def queue(
    conn: Connection,
    workspace_id: int,
    mapping: Mapping,
    *,
    now: datetime,
    by: str,
    name: str,
    same_as: str,
    file_id: str | None = None,
    source_id: str | None = None,
    saved: Saved | None = None,
    rows_total: int | None = None,
) -> Run:
    """Write down a run that a worker will take up."""
    run = Run(
        run_id=new_id("imp"),
        workspace_id=workspace_id,
        file_id=file_id,
        source_id=source_id,
        name=name[:500],
        mapping_id=saved.mapping_id if saved else None,
        mapping_version=saved.version if saved else None,
        mapping=mapping,
        same_as=same_as,
        state="queued",
        position=0,
        rows_total=rows_total,
        rows_read=0,
        rows_ok=0,
        rows_bad=0,
        events=0,
        problems=(),
        problem_bytes=0,
        marks={},
        error=None,
        created_by=by[:300],
        created_at=now,
        started_at=None,
        updated_at=now,
        finished_at=None,
    )
    values = {column.name: getattr(run, column.name) for column in _c}
    values["mapping"] = mapping.model_dump(mode="json")
    conn.execute(insert(import_runs).values(values))
    return run


_MAY: dict[State, tuple[State, ...]] = {
    "cancelled": ("queued", "running", "paused"),
    "paused": ("queued", "running"),
    "queued": ("paused", "failed", "cancelled"),
}


def change_state(store: Store, access: Access, run_id: str, wanted: State, *, settings: Settings) -> Run:
    """Cancel, pause, or ("queued") go on. A running one stops within one step of its work.

    What was imported before stays. Raises ``bad_state`` (409), or ``resume_too_late`` (409) after the dedupe window.
    """
    with store.write() as conn:
        lock(conn, f"imports:{access.scope.workspace_id}")
        run = _load(conn, access.scope.workspace_id, run_id)
        if run.state == wanted:
            return run
        if run.state not in _MAY[wanted]:
            raise UemsError(
                "bad_state",
                f"The import is {run.state}; it cannot become {wanted}. Only {', '.join(_MAY[wanted])} imports can.",
                status=409,
                details={"state": run.state},
            )
        if wanted == "queued":
            check_age(run, access.now, settings)
            _check_alone(conn, run)
        done = access.now if wanted == "cancelled" else None
        conn.execute(
            update(import_runs).where(_c.run_id == run_id).values(state=wanted, updated_at=access.now, finished_at=done, error=None)
        )
        word = {"cancelled": "cancelled", "paused": "paused", "queued": "resumed"}[wanted]
        audit(conn, access, f"import.{word}", f"import:{run_id}", {"state": run.state}, {"state": wanted})
        return _load(conn, access.scope.workspace_id, run_id)


def _check_alone(conn: Connection, run: Run) -> None:
    """Two runs over one source, or of one file, would only stand in each other's way."""
    other = select(_c.run_id).where(
        _c.workspace_id == run.workspace_id, _c.same_as == run.same_as, _c.state.in_(LIVE), _c.run_id != run.run_id
    )
    found = conn.execute(other.limit(1)).scalar()
    if found is not None:
        raise UemsError("already_imported", f"Import {found} does the same and is under way.", status=409, details={"import_id": found})


def check_age(run: Run, now: datetime, settings: Settings) -> None:
    """Raise ``resume_too_late`` when what was appended last, perhaps without being recorded, would not be recognised any more."""
    if run.source_id is None and run.started_at is not None and run.updated_at < now - timedelta(days=settings.dedupe_days - 1):
        raise UemsError(
            "resume_too_late",
            f"The import stopped on {run.updated_at:%Y-%m-%d}, longer ago than message ids are remembered "
            f"({settings.dedupe_days} days, UEMS_DEDUPE_DAYS): some rows could count twice. Import only the rows that are new.",
            status=409,
        )


def count_live(conn: Connection, source_id: str) -> int:
    """Runs of a source that are not finished."""
    return int(conn.execute(select(func.count()).where(_c.source_id == source_id, _c.state.in_(LIVE))).scalar_one())
