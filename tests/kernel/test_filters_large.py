"""Do large filters run on every engine?"""

from datetime import UTC, datetime
from typing import Any

from uems.kernel.filters import At, Field, Fields, Params, json_column, parse, to_sql
from uems.kernel.schema import Column, Migration, TableDef, migrate
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Warehouse

AT = At(now=datetime(2026, 3, 2, 9, 30, tzinfo=UTC), zone="Asia/Shanghai")
TABLE = TableDef(name="wide", columns=(Column(name="event", type="String"), Column(name="properties", type="JSON")), order_by="event")
FIELDS = Fields(columns={"event": Field(sql=Sql("event"), type="text")}, properties=json_column(Sql("properties")))


def _answer(warehouse: Warehouse, filter_: dict[str, Any]) -> int:
    params = Params()
    condition = to_sql(parse(filter_), FIELDS, params, AT)
    return int(warehouse.query(Sql(f"SELECT count() AS n FROM wide WHERE {condition}"), params.values).column("n")[0].as_py())


def test_ten_thousand_long_values_and_a_hundred_conditions_run(any_warehouse: Warehouse, engine_settings: Settings) -> None:
    migrate(any_warehouse, engine_settings, (Migration(number=1, room="test", name="wide", steps=(TABLE,)),))
    any_warehouse.execute(Sql("INSERT INTO wide (event, properties) VALUES ('下单', '{\"p\": \"门店\"}')"))
    values = [f"{'门店' * 10}{n}" for n in range(9_999)]
    assert _answer(any_warehouse, {"property": {"name": "p", "op": "in", "value": [*values, "门店"]}}) == 1
    assert _answer(any_warehouse, {"column": {"name": "event", "op": "not_in", "value": values}}) == 1
    tests: list[dict[str, Any]] = [{"property": {"name": f"属性 {n}", "op": "gt", "value": n}} for n in range(120)]
    assert _answer(any_warehouse, {"or": [*tests, {"property": {"name": "p", "op": "equals", "value": "门店"}}]}) == 1
    deep: dict[str, Any] = {"property": {"name": "p", "op": "list_contains", "value": "5"}}
    for _ in range(12):
        deep = {"not": deep}
    assert _answer(any_warehouse, deep) == 0
