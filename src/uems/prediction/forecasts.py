"""Which forecasts does a workspace have, with which settings, and what was found last? One row a kind; runs are those of the room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel
from sqlalchemy import Connection, RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.prediction.model import Run, RunKind
from uems.prediction.needs_settings import NeedsSettings
from uems.prediction.runs import put_in_queue
from uems.prediction.survival_settings import SurvivalSettings
from uems.prediction.tables import forecasts
from uems.prediction.uplift_settings import UpliftSettings
from uems.prediction.value_settings import ValueSettings

ForecastKey: TypeAlias = Literal["lifetime_value", "next_need", "survival", "uplift"]
FORECASTS: Final[tuple[ForecastKey, ...]] = get_args(ForecastKey)
SETTINGS: Final[Mapping[ForecastKey, type[BaseModel]]] = {
    "lifetime_value": ValueSettings,
    "next_need": NeedsSettings,
    "survival": SurvivalSettings,
    "uplift": UpliftSettings,
}
RUNS: Final[Mapping[RunKind, ForecastKey]] = {"value": "lifetime_value", "need": "next_need", "survival": "survival", "uplift": "uplift"}
_KIND: Final[Mapping[ForecastKey, RunKind]] = {key: kind for kind, key in RUNS.items()}
_f = forecasts.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """settings: as ``SETTINGS`` reads them. result: what the newest run found, JSON-ready; None until one came to something."""

    workspace_id: int
    key: ForecastKey
    settings: Mapping[str, Any]
    result: Mapping[str, Any] | None
    result_at: datetime | None
    run_at: datetime | None
    updated_at: datetime
    updated_by: str


def _forecast_of(row: RowMapping) -> Forecast:
    return Forecast(**row)


def _is(scope: Scope, key: ForecastKey) -> Any:
    return (_f.workspace_id == scope.workspace_id) & (_f.key == key)


def get_forecast(store: Store, scope: Scope, key: ForecastKey) -> Forecast | None:
    """None while nobody, nor the system, asked for it."""
    with store.read() as conn:
        row = conn.execute(select(forecasts).where(_is(scope, key))).mappings().first()
    return None if row is None else _forecast_of(row)


def add_forecast(store: Store, scope: Scope, key: ForecastKey, now: datetime) -> None:
    """Have it made with the settings as they come; does nothing when it is there."""
    with store.write() as conn:
        lock(conn, f"forecasts:{scope.workspace_id}")
        _add(conn, scope, key, now)


def _add(conn: Connection, scope: Scope, key: ForecastKey, now: datetime) -> None:
    if conn.execute(select(_f.key).where(_is(scope, key))).first() is None:
        made = {"workspace_id": scope.workspace_id, "key": key, "settings": SETTINGS[key]().model_dump(mode="json")}
        nothing = {"result": None, "result_at": None, "run_at": now, "updated_at": now, "updated_by": ""}
        conn.execute(insert(forecasts).values({**made, **nothing}))


def save_settings(store: Store, access: Access, key: ForecastKey, settings: BaseModel) -> Forecast:
    """Other settings; it is made anew at once. Audited."""
    scope, told = access.scope, settings.model_dump(mode="json")
    with store.write() as conn:
        lock(conn, f"forecasts:{scope.workspace_id}")
        _add(conn, scope, key, access.now)
        before = conn.execute(select(_f.settings).where(_is(scope, key))).scalar_one()
        values = {"settings": told, "run_at": access.now, "updated_at": access.now, "updated_by": access.actor.label[:300]}
        conn.execute(update(forecasts).where(_is(scope, key)).values(values))
        audit(conn, access, "forecast.changed", f"forecast:{key}", {"settings": before}, {"settings": told})
        return _forecast_of(conn.execute(select(forecasts).where(_is(scope, key))).mappings().one())


def queue_forecast(store: Store, access: Access, key: ForecastKey) -> Run:
    """Have a worker make it now. One that is under way already is given back. Audited."""
    scope = access.scope
    with store.write() as conn:
        lock(conn, f"forecasts:{scope.workspace_id}")
        _add(conn, scope, key, access.now)
        run, fresh = put_in_queue(conn, scope.workspace_id, key, _KIND[key], access.actor.label, access.now)
        if fresh:
            audit(conn, access, "forecast.started", f"forecast:{key}", None, {"run_id": run.run_id})
    return run


def wanted(store: Store, scope: Scope, key: ForecastKey) -> Forecast:
    """As ``get_forecast``. Raises ``not_found``."""
    found = get_forecast(store, scope, key)
    if found is None:
        raise not_found("forecast", key)
    return found


def keep_result(conn: Connection, scope: Scope, key: ForecastKey, result: Mapping[str, Any], now: datetime) -> None:
    """What the newest run found."""
    conn.execute(update(forecasts).where(_is(scope, key)).values(result=dict(result), result_at=now))


def queue_due(store: Store, now: datetime, plan: Mapping[int, datetime]) -> None:
    """Queue what is due. plan: workspace → when it is due again; for one without events not before it has some."""
    due = select(_f.workspace_id, _f.key).where(_f.run_at <= now).order_by(_f.workspace_id, _f.key).limit(200)
    with store.read() as conn:
        rows = conn.execute(due).all()
    for row in rows:
        with store.write() as conn:
            lock(conn, f"forecasts:{row.workspace_id}")
            put_in_queue(conn, row.workspace_id, row.key, _KIND[row.key], "", now)
            mine = (_f.workspace_id == row.workspace_id) & (_f.key == row.key)
            conn.execute(update(forecasts).where(mine).values(run_at=plan.get(row.workspace_id)))
