"""With which parameters is a metric shown where nobody says others, and who chose them?"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, faults
from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many
from uems.kpis.registry import Metric
from uems.kpis.tables import kpi_settings

_C = kpi_settings.c


def setups_of(store: Store, scope: Scope) -> dict[str, dict[str, Any]]:
    """Metric → its parameters, of those that somebody set up."""
    with store.read() as conn:
        rows = conn.execute(select(_C.metric, _C.config).where(_C.workspace_id == scope.workspace_id))
        return {row.metric: row.config for row in rows}


def set_up(store: Store, access: Access, metric: Metric, config: Mapping[str, Any]) -> BaseModel:
    """Choose the parameters of a metric for everybody. Audited. Raises ``invalid_config``."""
    read = read_config(metric, config)
    said = read.model_dump(mode="json")
    key = {"workspace_id": access.scope.workspace_id, "metric": metric.key}
    with store.write() as conn:
        before = conn.execute(select(_C.config).where(*[_C[name] == part for name, part in key.items()])).scalar_one_or_none()
        if before != said:
            row = {**key, "config": said, "saved_at": access.now, "saved_by": access.actor.label[:300]}
            upsert_many(conn, kpi_settings, [row], tuple(key))
            audit(conn, access, "metric.set_up", f"metric:{metric.key}", before, said)
    return read


def read_config(metric: Metric, config: Mapping[str, Any]) -> BaseModel:
    """The parameters of a metric; raises ``invalid_config`` with every fault."""
    try:
        return metric.Config.model_validate(config)
    except ValidationError as error:
        found = faults(error.errors(), "config")
        raise UemsError("invalid_config", f"The parameters of {metric.key} cannot be used: {found}.", status=422) from error
