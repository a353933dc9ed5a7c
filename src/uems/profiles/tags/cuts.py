"""From which value on is somebody among the top? Cuts that the full pass measures, and everything else goes by until the next."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.profiles.tags.columns import Floats


class Cuts:
    """The cuts of one workspace. measuring: take them anew from the values of everybody, as a full pass does."""

    def __init__(self, known: Mapping[tuple[str, float], float], *, measuring: bool) -> None:
        self.measuring: Final = measuring
        self._known = dict(known)
        self._measured: dict[tuple[str, float], float] = {}

    def of(self, name: str, shares: Sequence[float], values: Floats) -> Floats | None:
        """The cut of each share in percent; above 0 counted from the lowest value, below 0 from the highest. None: never measured.

        values: everybody's, NaN for those who have none. Whoever is at the cut is within the share.
        """
        if self.measuring:
            for share, cut in zip(shares, cuts_of(values, shares), strict=True):
                if np.isfinite(cut):
                    self._measured[name, float(share)] = self._known[name, float(share)] = float(cut)
                else:
                    self._known.pop((name, float(share)), None)
        found = [self._known.get((name, float(share))) for share in shares]
        return None if any(cut is None for cut in found) else np.array(found, np.float64)

    def keyed(self, prefix: str, measured: Mapping[str, float] | None) -> dict[str, float]:
        """Values by key under a name, such as the usual price of each category; ``measured`` replaces them when measuring."""
        if self.measuring and measured is not None:
            for key, value in measured.items():
                self._measured[f"{prefix}{key}", 0.0] = value
            return dict(measured)
        return {name.removeprefix(prefix): cut for (name, share), cut in self._known.items() if share == 0.0 and name.startswith(prefix)}

    def set(self, name: str, share: float, cut: float) -> None:
        """One that was measured elsewhere; NaN is none."""
        if np.isfinite(cut):
            self._measured[name, share] = self._known[name, share] = cut

    def written(self) -> None:
        """What was measured so far is kept."""
        self._measured.clear()

    @property
    def measured(self) -> Mapping[tuple[str, float], float]:
        """What this pass measured, to be written."""
        return self._measured


def cuts_of(values: Floats, shares: Sequence[float]) -> list[float]:
    """The value at which each share of those who have one ends; NaN when nobody has one."""
    known = np.sort(values[np.isfinite(values)])
    if not len(known):
        return [float("nan")] * len(shares)
    found = []
    for share in shares:
        # As many people as the share needs at least: 10 % of 25 are 3.
        count = min(max(int(np.ceil(len(known) * abs(share) / 100 - 1e-9)), 1), len(known))
        found.append(float(known[count - 1] if share > 0 else known[len(known) - count]))
    return found


def read_cuts(house: House, scope: Scope, *, measuring: bool) -> Cuts:
    """The cuts as they were measured last."""
    rows = house.warehouse.query(
        Sql("SELECT tag, share, argMax(cut, version) AS at FROM tag_cuts WHERE workspace_id = {workspace:UInt32} GROUP BY tag, share"),
        {"workspace": scope.workspace_id},
    )
    columns = (rows.column(name).to_pylist() for name in ("tag", "share", "at"))
    return Cuts({(tag, share): at for tag, share, at in zip(*columns, strict=True)}, measuring=measuring)


def write_cuts(house: House, scope: Scope, cuts: Cuts, version: int, step: int) -> None:
    """Keep what was measured so far; it counts from now on. step: of the pass with this version."""
    if not cuts.measured:
        return
    size = len(cuts.measured)
    table = pa.table(
        {
            "workspace_id": pa.array([scope.workspace_id] * size, pa.uint32()),
            "tag": [tag for tag, _ in cuts.measured],
            "share": pa.array([share for _, share in cuts.measured], pa.float64()),
            "cut": pa.array(list(cuts.measured.values()), pa.float64()),
            "version": pa.array([version] * size, pa.uint64()),
        }
    )
    house.warehouse.insert("tag_cuts", table, token=f"tag_cuts:{scope.workspace_id}:{version}:{step}")
    cuts.written()
