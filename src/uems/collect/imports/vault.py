"""Where do the bytes of uploaded files lie? Once each, under the hash of their content, until nobody needs them."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select, update

from uems.access.api import Access, audit
from uems.collect.imports.model import LIVE
from uems.collect.imports.tables import import_files, import_runs
from uems.kernel.errors import UemsError
from uems.kernel.ids import new_id
from uems.kernel.settings import Settings
from uems.kernel.store import Store, lock

_FREE_BYTES = 1_000_000_000
"""Space that uploads leave to the log, the store and the warehouse."""
_STALE_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file that has arrived whole. path: where it lies until ``keep``."""

    path: Path
    sha256: str
    size_bytes: int


class Incoming:
    """A file on its way in: ``write`` what comes, then ``finish``; or ``drop`` it. One thread at a time."""

    def __init__(self, settings: Settings) -> None:
        self._most = settings.files_max_bytes
        folder = make_folder(settings) / "incoming"
        folder.mkdir(mode=0o700, exist_ok=True)
        self.path = folder / new_id("up")
        self._file = self.path.open("xb")
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Raises ``file_too_large`` (413) or ``disk_full`` (507)."""
        self.size += len(data)
        if self.size > self._most:
            message = f"The file has more than {self._most:,} bytes. Split it, compress it, or raise UEMS_FILES_MAX_BYTES."
            raise UemsError("file_too_large", message, status=413, details={"max_bytes": self._most})
        if _free(self.path.parent) < _FREE_BYTES + len(data):
            raise UemsError("disk_full", "The disk of the server is nearly full. Free some space, then upload again.", status=507)
        self._hash.update(data)
        self._file.write(data)

    def finish(self) -> Stored:
        """Raises ``file_empty`` (422)."""
        if not self.size:
            raise UemsError("file_empty", "The file is empty. Check that the export finished, then upload it again.", status=422)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Stored(path=self.path, sha256=self._hash.hexdigest(), size_bytes=self.size)

    def drop(self) -> None:
        """Forget it, wherever it stands; after ``keep`` there is nothing left to forget."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def make_folder(settings: Settings) -> Path:
    """The folder of files, readable by its owner only."""
    folder = settings.files_folder or settings.home / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def path_of(settings: Settings, sha256: str) -> Path:
    """Where the content with this hash lies, if it is here."""
    return make_folder(settings) / sha256[:2] / sha256


def scratch_of(settings: Settings, run_id: str) -> Path:
    """A folder for what a run needs on the way."""
    return make_folder(settings) / "scratch" / run_id


def keep(settings: Settings, stored: Stored) -> Path:
    """Put a file that has arrived under its hash. Call it under ``lock(conn, lock_name(sha256))`` with the row that needs it."""
    path = path_of(settings, stored.sha256)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    stored.path.replace(path)  # the same content again replaces itself
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path


def lock_name(sha256: str) -> str:
    """Held by whoever puts or deletes this content."""
    return f"file:{sha256}"


def require(settings: Settings, sha256: str) -> Path:
    """The content with this hash; raises ``file_gone`` (410)."""
    path = path_of(settings, sha256)
    if not path.is_file():
        message = "The file is not kept any more (or the folder of files is not shared by all processes). Upload it again."
        raise UemsError("file_gone", message, status=410)
    return path


def clean(settings: Settings, store: Store, now: datetime) -> int:
    """Delete files that nobody has used for as long as the settings say, and uploads that were broken off; how many."""
    before = now - timedelta(days=settings.files_keep_days)
    files, runs = import_files, import_runs
    in_use = select(runs.c.file_id).where(runs.c.file_id == files.c.file_id, (runs.c.updated_at > before) | runs.c.state.in_(LIVE))
    old = select(files.c.file_id, files.c.sha256).where(files.c.deleted_at.is_(None), files.c.created_at <= before, ~in_use.exists())
    with store.read() as conn:
        found = conn.execute(old.limit(1000)).all()
    for file_id, sha256 in found:
        with store.write() as conn:
            lock(conn, lock_name(sha256))
            _let_go(settings, conn, file_id, sha256, now)
    for path in _stale(make_folder(settings) / "incoming", now):
        path.unlink(missing_ok=True)
    return len(found)


def discard(settings: Settings, store: Store, access: Access, *, file_id: str, sha256: str, name: str) -> None:
    """Delete a file at its owner's request. Raises ``file_busy`` (409) while it is being imported."""
    runs = import_runs
    with store.write() as conn:
        lock(conn, f"imports:{access.scope.workspace_id}")
        lock(conn, lock_name(sha256))
        live = select(runs.c.run_id).where(runs.c.file_id == file_id, runs.c.state.in_(LIVE))
        if conn.execute(live.limit(1)).first() is not None:
            raise UemsError("file_busy", "The file is being imported. Wait for that import, or cancel it.", status=409)
        _let_go(settings, conn, file_id, sha256, access.now)
        audit(conn, access, "file.deleted", f"file:{file_id}", {"name": name}, None)


def _let_go(settings: Settings, conn: Connection, file_id: str, sha256: str, now: datetime) -> None:
    files = import_files
    conn.execute(update(files).where(files.c.file_id == file_id, files.c.deleted_at.is_(None)).values(deleted_at=now))
    others = select(files.c.file_id).where(files.c.sha256 == sha256, files.c.deleted_at.is_(None))
    if conn.execute(others.limit(1)).first() is None:
        path_of(settings, sha256).unlink(missing_ok=True)


def _stale(folder: Path, now: datetime) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.stat().st_mtime < now.timestamp() - _STALE_SECONDS:
            yield path
