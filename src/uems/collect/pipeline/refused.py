"""What if the warehouse cannot hold a row? It is found, set aside with the reason, and the others go in.

Without this one odd value would stop the pipeline for everybody. Halving is a function of the rows alone, so a replay after
a crash halves in the same way and every part keeps its token.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from uems.collect.pipeline.rows import Output, as_sent, dead_rows
from uems.collect.pipeline.seen import keys_of
from uems.collect.pipeline.staged import Rejected
from uems.kernel.errors import UemsError
from uems.kernel.scope import Scope
from uems.kernel.warehouse import Warehouse


def insert_what_fits(warehouse: Warehouse, name: str, table: pa.Table, token: str, start: int = 0) -> dict[int, str]:
    """Insert all rows that the table can hold; gives row number → why for the others. Raises every error but a refusal of rows."""
    try:
        warehouse.insert(name, table, token=token)
    except UemsError as error:
        if error.code != "warehouse_rejected_rows":
            raise
        if table.num_rows == 1:
            return {start: error.message}
        half = table.num_rows // 2
        first = insert_what_fits(warehouse, name, table.slice(0, half), f"{token}/{start}", start)
        return first | insert_what_fits(warehouse, name, table.slice(half), f"{token}/{start + half}", start + half)
    return {}


def set_aside(outputs: Sequence[Output], rows: pa.Table, reasons: Mapping[int, str], partition: int) -> None:
    """Turn refused rows of ``events`` into dead letters; their receipts say so, and their ids count as never seen."""
    for row, number in zip(rows.to_pylist(), sorted(reasons), strict=True):
        place = (row["log_offset"], row["log_index"])
        why = f"refused_by_warehouse: {reasons[number]}"
        letter = Rejected(
            received_at=int(row["received_at"].timestamp() * 1000),
            message_id=row["message_id"],
            type=row["type"],
            event=row["event"],
            reason=why,
            endpoint="batch",
            raw=as_sent({**row, "previous_id": ""}),
            log_offset=place[0],
            log_index=place[1],
        )
        scope = Scope(workspace_id=row["workspace_id"], slug="", zone="UTC", currency="USD")
        for output in outputs:
            if row["workspace_id"] in output.accepted:
                output.dead.append(dead_rows([letter], scope, "invalid", partition))
                output.accepted[row["workspace_id"]] -= 1
                output.receipts = [_marked(table, place, why) for table in output.receipts]
                gone = keys_of(row["workspace_id"], [row["message_id"]])
                output.keys = [keys.take(np.flatnonzero((keys.high != gone.high[0]) | (keys.low != gone.low[0]))) for keys in output.keys]


def _marked(table: pa.Table, place: tuple[int, int], why: str) -> pa.Table:
    offsets, indexes = table.column("log_offset").to_numpy(), table.column("log_index").to_numpy()
    where = np.flatnonzero((offsets == place[0]) & (indexes == place[1]))
    if not len(where):
        return table
    for name, value in (("status", "invalid"), ("reason", why[:200])):
        values = table.column(name).to_pylist()
        values[int(where[0])] = value
        table = table.set_column(table.column_names.index(name), name, pa.array(values, pa.string()))
    return table
