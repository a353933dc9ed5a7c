"""How are the people of a segment written into a file that waits to be fetched, and is gone after a while?"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import Connection, select, update

from uems.access.api import Access, audit
from uems.collect import api as collect
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.store import Store
from uems.kernel.warehouse import Limits
from uems.profiles.api import People
from uems.segments.exports.columns import Wanted, rows_of
from uems.segments.exports.files import Format, open_writer
from uems.segments.jobs.model import LIVE, Job
from uems.segments.jobs.queue import add_job, get_job
from uems.segments.jobs.worker import Turn
from uems.segments.tables import segment_jobs
from uems.segments.understanding.overlap import in_use

PEOPLE: Final = 5_000
_FREE_BYTES: Final = 1_000_000_000
"""Space that exports leave to everything else."""
_J = segment_jobs.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A job with what it is of. expires_at: when its file goes; None while there is none."""

    job: Job
    expires_at: datetime | None


def folder_of(settings: Settings) -> Path:
    """Where files wait to be fetched, readable by the owner of the home only."""
    folder = collect.files_folder(settings) / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def path_of(settings: Settings, job_id: str, format_: str) -> Path:
    return folder_of(settings) / f"{job_id}.{format_}"


def ask_export(house: House, access: Access, key: str, format_: Format, wanted: Wanted) -> Job:
    """Have the people of a segment written into a file. Audited. Raises ``not_found``, ``segment_archived``, ``too_many_jobs``."""
    segment = in_use(house, access.scope, key)
    spec = {"segment": key, "format": format_, **wanted.as_json()}
    with house.store.write() as conn:
        job = add_job(conn, access, "export", segment.segment_id, spec)
        audit(conn, access, "export.asked", f"segment:{key}", None, {"export": job.job_id, "size": segment.size, **spec})
        return job


def export_of(settings: Settings, job: Job) -> Export:
    expires = job.finished_at + timedelta(days=settings.files_keep_days) if job.state == "done" and job.finished_at else None
    return Export(job=job, expires_at=expires)


def fetch(house: House, access: Access, job_id: str) -> tuple[Path, Job]:
    """The file of an export; who fetches it is audited. Raises ``not_found``, ``not_ready`` (409), ``export_gone`` (410)."""
    job = get_job(house.store, access.scope, "export", job_id)
    if job.state in ("queued", "running"):
        raise UemsError("not_ready", "The file is being written; wait until the export is done.", status=409)
    if job.state in ("failed", "cancelled"):
        raise UemsError("export_gone", f"The export is {job.state}; there is no file. Ask for it again.", status=410)
    path = path_of(house.settings, job_id, job.spec["format"])
    expires = export_of(house.settings, job).expires_at
    if expires is None or expires <= access.now or not path.is_file():
        raise UemsError("export_gone", "The file is not kept any more. Ask for the export again.", status=410)
    with house.store.write() as conn:
        audit(
            conn,
            access,
            "export.downloaded",
            f"export:{job_id}",
            None,
            {"segment": job.spec["segment"], "rows": (job.result or {})["rows"]},
        )
    return path, job


def discard(house: House, access: Access, job_id: str) -> None:
    """Delete the file of an export now. Audited. Raises ``not_found``, and ``not_ready`` (409) while it is being written."""
    job = get_job(house.store, access.scope, "export", job_id)
    if job.state in LIVE:
        raise UemsError("not_ready", "The file is being written; cancel the export instead.", status=409)
    with house.store.write() as conn:
        _expire(conn, job, access.now)
        audit(conn, access, "export.deleted", f"export:{job_id}", None, None)
    path_of(house.settings, job_id, job.spec["format"]).unlink(missing_ok=True)


class SegmentExports:
    """Does the exports."""

    def do(self, house: House, scope: Scope, job: Job, turn: Turn) -> None:
        wanted = Wanted.from_json(dict(job.spec))
        people = _members(house, scope, job.subject)
        path = path_of(house.settings, job.job_id, job.spec["format"])
        aside = path.with_name(f"{path.name}.part")
        writer = open_writer(job.spec["format"], aside, wanted.schema())
        rows = 0
        try:
            for start in range(0, len(people), PEOPLE):
                turn.tick(start / len(people))
                _check_space(path.parent)
                table = rows_of(house, scope, people[start : start + PEOPLE].tolist(), wanted)
                writer.write(table)
                rows += table.num_rows
        finally:
            writer.close()
        turn.tick(1.0)
        aside.replace(path)
        with turn.finish({"rows": rows, "bytes": path.stat().st_size}):
            pass

    def forget(self, house: House, job: Job) -> None:
        path = path_of(house.settings, job.job_id, job.spec["format"])
        path.with_name(f"{path.name}.part").unlink(missing_ok=True)
        if job.state != "done":
            path.unlink(missing_ok=True)

    def tidy(self, house: House, now: datetime) -> None:
        """Files that have waited for as long as the settings say."""
        before = now - timedelta(days=house.settings.files_keep_days)
        for job in _over(house.store, before):
            with house.store.write() as conn:
                _expire(conn, job, now)
            path_of(house.settings, job.job_id, job.spec["format"]).unlink(missing_ok=True)
        with house.store.read() as conn:
            kept = set(conn.execute(select(_J.job_id).where(_J.kind == "export", _J.state.in_((*LIVE, "done")))).scalars())
        for path in folder_of(house.settings).iterdir():
            if path.name.partition(".")[0] not in kept:
                path.unlink(missing_ok=True)


def _members(house: House, scope: Scope, segment_id: int) -> People:
    rows = house.warehouse.query(
        Sql(
            "SELECT person_id FROM segment_members FINAL WHERE workspace_id = {workspace:UInt32} AND segment_id = {segment:UInt32}"
            " AND entered ORDER BY person_id"
        ),
        {"workspace": scope.workspace_id, "segment": segment_id},
        limits=Limits(),
    )
    return np.asarray(rows.column("person_id").to_numpy(), np.uint64)


def _over(store: Store, before: datetime) -> list[Job]:
    query = select(segment_jobs).where(_J.kind == "export", _J.state == "done", _J.finished_at <= before).limit(1_000)
    with store.read() as conn:
        return [Job(**dict(row)) for row in conn.execute(query).mappings()]


def _expire(conn: Connection, job: Job, now: datetime) -> None:
    mine = (_J.workspace_id == job.workspace_id, _J.job_id == job.job_id)
    conn.execute(update(segment_jobs).where(*mine).values(state="expired", updated_at=now))


def _check_space(folder: Path) -> None:
    found = os.statvfs(folder)
    if found.f_bavail * found.f_frsize < _FREE_BYTES:
        raise UemsError("disk_full", "The disk of the server is nearly full. Free some space, then ask for the export again.", status=507)
