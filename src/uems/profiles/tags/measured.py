"""Where do the percentiles of stored tags lie? For conditions outside of this room, and for tags whose values come from a model."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import allocate
from uems.kernel.warehouse import Limits
from uems.profiles.conditions.model import Top
from uems.profiles.tags.columns import Floats
from uems.profiles.tags.cuts import cuts_of, read_cuts, write_cuts

_NONE: Final = np.zeros(0, np.float64)


def measure_cuts(house: House, scope: Scope, tops: Iterable[Top], *, anew: bool) -> bool:
    """Take the cuts of these conditions from the values as they stand; whether any was taken. anew: also those that are known."""
    cuts = read_cuts(house, scope, measuring=False)
    wanted: dict[str, list[float]] = {}
    for top in tops:
        share = float(top.percent if top.lowest else -top.percent)
        if anew or cuts.of(top.name, [share], _NONE) is None:
            wanted.setdefault(top.name, []).append(share)
    for tag, shares in wanted.items():
        for share, cut in zip(shares, cuts_of(_numbers(house, scope, tag), shares), strict=True):
            cuts.set(tag, share, cut)
    if not cuts.measured:
        return False
    with house.store.write() as conn:
        version = allocate(conn, f"tag_values:{scope.workspace_id}")
    write_cuts(house, scope, cuts, version, 0)
    return True


def _numbers(house: House, scope: Scope, tag: str) -> Floats:
    """Everybody's value of a tag, of those who have a number."""
    rows = house.warehouse.query(
        Sql(
            "SELECT toFloat64OrZero(value) AS number FROM tag_values FINAL WHERE workspace_id = {workspace:UInt32} AND tag = {tag:String}"
            " AND match(value, '^-?[0-9]')"
        ),
        {"workspace": scope.workspace_id, "tag": tag},
        limits=Limits(),
    )
    return np.asarray(rows.column("number").to_numpy(), np.float64)
