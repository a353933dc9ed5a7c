"""Which work does a workspace have here, with which settings, how does it go, and what was found last? One row a kind of work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel
from sqlalchemy import Connection, RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.superusers.ladder.criteria import LadderSettings
from uems.superusers.ties.settings import TieSettings
from uems.superusers.ties.tables import superuser_jobs

WorkKey: TypeAlias = Literal["ties", "ladder"]
WORK: Final[tuple[WorkKey, ...]] = get_args(WorkKey)
SETTINGS: Final[Mapping[WorkKey, type[BaseModel]]] = {"ties": TieSettings, "ladder": LadderSettings}
State: TypeAlias = Literal["idle", "queued", "running", "failed"]
_J = superuser_jobs.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """settings: as ``SETTINGS`` reads them. result: what the newest run found, JSON-ready; None until one came to something."""

    workspace_id: int
    key: WorkKey
    settings: Mapping[str, Any]
    result: Mapping[str, Any] | None
    result_at: datetime | None
    state: State
    step: str
    progress: float
    error: Mapping[str, Any] | None
    started_at: datetime | None
    run_at: datetime | None
    updated_at: datetime
    updated_by: str


def work_from(row: RowMapping) -> Work:
    return Work(**row)


def is_work(workspace_id: int, key: WorkKey) -> Any:
    return (_J.workspace_id == workspace_id) & (_J.key == key)


def get_work(store: Store, scope: Scope, key: WorkKey) -> Work | None:
    """None while nobody, nor the system, asked for it."""
    with store.read() as conn:
        row = conn.execute(select(superuser_jobs).where(is_work(scope.workspace_id, key))).mappings().first()
    return None if row is None else work_from(row)


def add_work(store: Store, scope: Scope, key: WorkKey, now: datetime) -> None:
    """Have it done with the settings as they come; does nothing when it is there."""
    with store.write() as conn:
        lock(conn, f"superusers:{scope.workspace_id}")
        _add(conn, scope, key, now)


def _add(conn: Connection, scope: Scope, key: WorkKey, now: datetime) -> None:
    if conn.execute(select(_J.key).where(is_work(scope.workspace_id, key))).first() is None:
        conn.execute(
            insert(superuser_jobs).values(
                workspace_id=scope.workspace_id,
                key=key,
                settings=SETTINGS[key]().model_dump(mode="json"),
                state="idle",
                step="",
                progress=0.0,
                run_at=now,
                updated_at=now,
                updated_by="",
            )
        )


def settings_of(store: Store, scope: Scope, key: WorkKey) -> BaseModel:
    """As they were saved last, or as they come."""
    found = get_work(store, scope, key)
    return SETTINGS[key]() if found is None else SETTINGS[key].model_validate(dict(found.settings))


def save_work_settings(store: Store, access: Access, key: WorkKey, settings: BaseModel) -> None:
    """Other settings; it is done anew at once. Audited."""
    scope, told = access.scope, settings.model_dump(mode="json")
    with store.write() as conn:
        lock(conn, f"superusers:{scope.workspace_id}")
        _add(conn, scope, key, access.now)
        mine = is_work(scope.workspace_id, key)
        before = conn.execute(select(_J.settings).where(mine)).scalar_one()
        values = {"settings": told, "run_at": access.now, "updated_at": access.now, "updated_by": access.actor.label[:300]}
        conn.execute(update(superuser_jobs).where(mine).values(values))
        audit(conn, access, f"{key}.changed", f"superusers:{key}", {"settings": before}, {"settings": told})


def ask_for_work(store: Store, access: Access, key: WorkKey) -> None:
    """Have a worker do it now; does nothing while it is under way. Audited."""
    scope = access.scope
    with store.write() as conn:
        lock(conn, f"superusers:{scope.workspace_id}")
        _add(conn, scope, key, access.now)
        idle = is_work(scope.workspace_id, key) & _J.state.in_(("idle", "failed"))
        asked = conn.execute(update(superuser_jobs).where(idle).values(**_QUEUED, updated_at=access.now))
        if asked.rowcount:
            audit(conn, access, f"{key}.started", f"superusers:{key}", None, None)


_QUEUED: Final = {"state": "queued", "step": "wait", "progress": 0.0, "error": None}


def queue_due(store: Store, now: datetime, plan: Mapping[int, datetime]) -> None:
    """Queue what is due. plan: workspace → when it is due again; one without events waits until it has some."""
    due = select(_J.workspace_id, _J.key).where(_J.run_at <= now).order_by(_J.workspace_id, _J.key).limit(200)
    with store.read() as conn:
        rows = conn.execute(due).all()
    for row in rows:
        with store.write() as conn:
            lock(conn, f"superusers:{row.workspace_id}")
            mine = is_work(row.workspace_id, row.key)
            conn.execute(update(superuser_jobs).where(mine).values(run_at=plan.get(row.workspace_id)))
            conn.execute(update(superuser_jobs).where(mine, _J.state.in_(("idle", "failed"))).values(_QUEUED))


def queue_next(conn: Connection, workspace_id: int, key: WorkKey, now: datetime) -> None:
    """Have done what goes by what was just done: the ladder asks for ties."""
    if key == "ties":
        ladder = is_work(workspace_id, "ladder")
        conn.execute(update(superuser_jobs).where(ladder).values(run_at=now))
