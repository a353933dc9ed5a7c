"""How are ClickHouse servers asked? Over HTTP with clickhouse-connect, several hosts with failover."""

from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kernel.warehouse import Warehouse


def open_http(settings: Settings) -> Warehouse:
    raise UemsError("warehouse_failed", "The ClickHouse engine is not built yet; use UEMS_WAREHOUSE_URL=chdb: for now.", status=500)
