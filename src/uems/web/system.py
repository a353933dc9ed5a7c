"""How is the installation itself looked after over HTTP? Its state, and a backup of everything it holds. For the operator."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import Request
from starlette.responses import StreamingResponse

from uems.access.api import Caller, house_of, operator_guard
from uems.kernel import backup
from uems.kernel.edge import Body, Count
from uems.kernel.errors import UemsError
from uems.kernel.ids import new_id
from uems.kernel.routing import Routes
from uems.web.checks import Level, check_house

router = Routes("/api/system")

_one_backup = threading.Lock()


class CheckBody(Body):
    """level: "warn" works but needs attention, "error" does not work. advice: what to do; empty when all is well."""

    name: str
    level: Level
    message: str
    advice: str


class SystemBody(Body):
    version: str
    engine: str
    store: str
    checked_at: datetime
    backlog_events: Count
    checks: list[CheckBody]


@router.get("/checks")
def get_checks(request: Request, caller: Annotated[Caller, operator_guard()]) -> SystemBody:
    """Whether engines, tables, disk, log and pipeline are well."""
    house = house_of(request)
    checks, backlog_events = check_house(house, caller.now)
    return SystemBody(
        version=request.app.version,
        engine=house.warehouse.engine,
        store=house.store.dialect,
        checked_at=caller.now,
        backlog_events=backlog_events,
        checks=[CheckBody(name=c.name, level=c.level, message=c.message, advice=c.advice) for c in checks],
    )


@router.post("/backup", response_class=StreamingResponse)
def make_backup(request: Request, caller: Annotated[Caller, operator_guard()]) -> StreamingResponse:
    """An archive (tar) of everything the home holds, of one moment. Collection goes on; processing pauses for the moment itself."""
    house = house_of(request)
    quiet: Callable[[], AbstractContextManager[None]] = getattr(request.app.state, "quiet", nullcontext)
    if not _one_backup.acquire(blocking=False):
        raise UemsError("backup_running", "Another backup is being made. Wait until it is done.", status=409)
    folder = house.settings.home / f".backup-{new_id('b')}"
    try:
        for left in house.settings.home.glob(".backup-*"):
            shutil.rmtree(left, ignore_errors=True)  # of a process that was killed
        with quiet():
            manifest = backup.snapshot(house, folder, caller.now)
    except BaseException:
        _clear(folder)
        raise
    headers = {"X-Uems-Files": str(manifest.files), "X-Uems-Bytes": str(manifest.bytes)}
    return StreamingResponse(_pieces(folder), media_type="application/x-tar", headers=headers)


def _pieces(folder: Path) -> Iterator[bytes]:
    try:
        yield from backup.archive(folder)
    finally:
        _clear(folder)


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _one_backup.release()
