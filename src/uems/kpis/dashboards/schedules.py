"""To whom is a dashboard sent as a paper, how often, and what came of it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field
from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, not_found
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.mail import Address, require_smtp
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.kpis.dashboards.definitions import get_dashboard, read_dashboard
from uems.kpis.dashboards.slots import Rhythm
from uems.kpis.dashboards.tables import kpi_mailing_letters, kpi_mailings, kpi_schedules
from uems.kpis.delivering import DeliveryState

MAX_SCHEDULES: Final = 20
"""Schedules of one dashboard."""
_S, _M, _L = kpi_schedules.c, kpi_mailings.c, kpi_mailing_letters.c


class ScheduleSpec(Rhythm):
    """A rhythm, and to whom the paper goes in which language. Days up to today end with the day before, which is complete."""

    language: Literal["zh", "en"] = "zh"
    receivers: Annotated[tuple[Address, ...], Field(min_length=1, max_length=50)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """key: of the dashboard. settled_through: slots up to then are sent or passed over. failure: why the last paper was not made."""

    workspace_id: int
    schedule_id: str
    key: str
    spec: ScheduleSpec
    enabled: bool
    settled_through: datetime
    failure: str
    failed_at: datetime | None
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One paper to one address. message: what the mail server said last."""

    schedule_id: str
    slot: str
    whom: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    message: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """A paper that was made for a slot, with its letters."""

    schedule_id: str
    slot: str
    pdf_bytes: int
    at: datetime
    letters: tuple[Letter, ...]


def schedules_of(store: Store, scope: Scope, key: str) -> list[Schedule]:
    """All schedules of a dashboard, the oldest first. Raises ``not_found``."""
    get_dashboard(store, scope, key)
    query = select(kpi_schedules).where(_S.workspace_id == scope.workspace_id, _S.key == key).order_by(_S.schedule_id)
    with store.read() as conn:
        return [schedule_from(row) for row in conn.execute(query).mappings()]


def create_schedule(house: House, access: Access, key: str, spec: ScheduleSpec) -> Schedule:
    """Send the dashboard from the next slot on. Audited. Raises ``not_found``, ``no_smtp`` and ``too_many_schedules`` (409)."""
    require_smtp(house.settings)
    workspace_id, schedule_id = access.scope.workspace_id, new_id("schedule")
    with house.store.write() as conn:
        lock(conn, f"kpi_dashboards:{workspace_id}")
        if read_dashboard(conn, workspace_id, key) is None:
            raise not_found("dashboard", key)
        mine = select(func.count()).select_from(kpi_schedules).where(_S.workspace_id == workspace_id, _S.key == key)
        if conn.execute(mine).scalar_one() >= MAX_SCHEDULES:
            raise UemsError("too_many_schedules", f"The dashboard has {MAX_SCHEDULES} schedules already; delete some first.", status=409)
        said = spec.model_dump(mode="json", exclude_none=True)
        row = {
            "workspace_id": workspace_id,
            "schedule_id": schedule_id,
            "key": key,
            "spec": said,
            "enabled": True,
            "settled_through": access.now,
            "failure": "",
            "saved_at": access.now,
            "saved_by": access.actor.label[:300],
        }
        conn.execute(insert(kpi_schedules).values(**row))
        audit(conn, access, "dashboard.schedule_created", f"dashboard:{key}", None, {"schedule_id": schedule_id, **said})
        return _read(conn, workspace_id, key, schedule_id)


def change_schedule(
    house: House,
    access: Access,
    key: str,
    schedule_id: str,
    *,
    spec: ScheduleSpec | None = None,
    enabled: bool | None = None,
    if_saved_at: datetime | None = None,
) -> Schedule:
    """Change what is given; slots that passed meanwhile are not made up for. Audited. Raises ``not_found`` and ``no_smtp``.

    if_saved_at: when what the caller edited was saved; raises ``schedule_changed`` (409) when it was saved again since.
    """
    if spec is not None:
        require_smtp(house.settings)
    workspace_id = access.scope.workspace_id
    with house.store.write() as conn:
        lock(conn, f"kpi_dashboards:{workspace_id}")
        before = _read(conn, workspace_id, key, schedule_id)
        if if_saved_at is not None and before.saved_at != if_saved_at:
            message = f"The schedule was changed by {before.saved_by} at {before.saved_at:%Y-%m-%d %H:%M:%S} UTC meanwhile. Load it again."
            raise UemsError("schedule_changed", message, status=409)
        values: dict[str, Any] = {"saved_at": access.now, "saved_by": access.actor.label[:300], "failure": "", "failed_at": None}
        if spec is not None:
            values["spec"] = spec.model_dump(mode="json", exclude_none=True)
        if enabled is not None:
            values["enabled"] = enabled
        if (enabled and not before.enabled) or (spec is not None and spec != before.spec):
            values["settled_through"] = access.now
        conn.execute(update(kpi_schedules).where(_S.workspace_id == workspace_id, _S.schedule_id == schedule_id).values(**values))
        after = _read(conn, workspace_id, key, schedule_id)
        if _facts(before) != _facts(after):
            audit(conn, access, "dashboard.schedule_changed", f"dashboard:{key}", _facts(before), _facts(after))
        return after


def delete_schedule(store: Store, access: Access, key: str, schedule_id: str) -> None:
    """End a schedule; what it sent is forgotten. Audited. Raises ``not_found``."""
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"kpi_dashboards:{workspace_id}")
        before = _read(conn, workspace_id, key, schedule_id)
        for table in (kpi_mailing_letters, kpi_mailings, kpi_schedules):
            conn.execute(delete(table).where(table.c.workspace_id == workspace_id, table.c.schedule_id == schedule_id))
        audit(conn, access, "dashboard.schedule_deleted", f"dashboard:{key}", _facts(before), None)


def mailings_of(store: Store, scope: Scope, key: str, schedule_id: str, *, before: str | None = None, limit: int) -> list[Mailing]:
    """What was sent, the latest first. Raises ``not_found``."""
    workspace_id = scope.workspace_id
    columns = (_M.schedule_id, _M.slot, _M.pdf_bytes, _M.at)
    query = select(*columns).where(_M.workspace_id == workspace_id, _M.schedule_id == schedule_id)
    if before is not None:
        query = query.where(_M.slot < before)
    with store.read() as conn:
        _read(conn, workspace_id, key, schedule_id)
        rows = conn.execute(query.order_by(_M.slot.desc()).limit(limit)).mappings().all()
        letters = _letters(conn, workspace_id, schedule_id, [row["slot"] for row in rows])
    return [Mailing(**row, letters=tuple(one for one in letters if one.slot == row["slot"])) for row in rows]


def _letters(conn: Connection, workspace_id: int, schedule_id: str, slots: Sequence[str]) -> list[Letter]:
    columns = [_L[name] for name in Letter.__dataclass_fields__]
    query = select(*columns).where(_L.workspace_id == workspace_id, _L.schedule_id == schedule_id, _L.slot.in_(slots))
    return [Letter(**row) for row in conn.execute(query.order_by(_L.slot, _L.receiver)).mappings()]


def schedule_from(row: RowMapping) -> Schedule:
    values = {name: row[name] for name in Schedule.__dataclass_fields__ if name != "spec"}
    return Schedule(**values, spec=ScheduleSpec.model_validate(row["spec"]))


def _read(conn: Connection, workspace_id: int, key: str, schedule_id: str) -> Schedule:
    query = select(kpi_schedules).where(_S.workspace_id == workspace_id, _S.key == key, _S.schedule_id == schedule_id)
    row = conn.execute(query).mappings().one_or_none()
    if row is None:
        raise not_found("schedule", schedule_id)
    return schedule_from(row)


def _facts(one: Schedule) -> dict[str, object]:
    return {"schedule_id": one.schedule_id, **one.spec.model_dump(mode="json", exclude_none=True), "enabled": one.enabled}
