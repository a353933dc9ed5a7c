"""How long does a tree of word of mouth take to make, and how long to open at its top, at a star of many, and at its lowest leaf?"""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.rows import Row
from uems import app
from uems.access import api as access
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.superusers.referrals.tree_making import facts_of, refresh_tree
from uems.superusers.referrals.tree_reading import children, place_of, roots

_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_PART = 250_000
_STAR = 2
"""The number of somebody who brings a fifth of everybody."""


def tree_case(edges: int) -> Callable[[], list[Row]]:
    """A tree of so many relations that grew at random, with one inviter of a fifth of them."""

    def measure() -> list[Row]:
        with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
            house = app.build(Settings(home=Path(folder) / "home"))
            try:
                return measured(house, edges)
            finally:
                house.close()

    return measure


def measured(house: House, edges: int) -> list[Row]:
    caller = access.Caller(actor=access.operator(), now=_NOW)
    scope = access.create_workspace(house.store, caller, slug="bench", name="Bench", zone="UTC", currency="USD").scope
    rng = np.random.default_rng(7)
    invitee = np.arange(2, edges + 2)
    inviter = np.where(rng.random(edges) < 0.2, _STAR, (rng.random(edges) * (invitee - 1)).astype(np.int64) + 1)
    inviter[0] = 1
    for start in range(0, edges, _PART):
        fill(house, scope, inviter[start : start + _PART], invitee[start : start + _PART], start)
    began = time.perf_counter()
    refresh_tree(house, scope, _NOW)
    making = time.perf_counter() - began
    facts = facts_of(house, scope)
    assert facts is not None
    assert facts.brought == edges
    rows = [Row(what=f"tree of {edges:,} made", figure=f"{making:.1f} s", wanted="< 600 s", met=making < 600, note=f"{facts.deepest} deep")]
    asked: list[tuple[str, Callable[[], object]]] = [
        ("opened at its top", lambda: (roots(house, scope), children(house, scope, 1))),
        ("opened at an inviter of a fifth of it", lambda: (place_of(house, scope, [_STAR]), children(house, scope, _STAR))),
        ("way up from a leaf", lambda: place_of(house, scope, [edges + 1])),
        ("next page of a million", lambda: children(house, scope, _STAR, after=edges // 10)),
    ]
    for name, ask in asked:
        took = []
        for _ in range(5):
            began = time.perf_counter()
            ask()
            took.append(time.perf_counter() - began)
        middle = statistics.median(took)
        rows.append(Row(what=f"tree {name}", figure=f"{middle * 1000:.0f} ms", wanted="< 1,000 ms", met=middle < 1))
    return rows


def fill(house: House, scope: Scope, inviter: npt.NDArray[np.int64], invitee: npt.NDArray[np.int64], start: int) -> None:
    """Relations as the workspace's own events would tell them."""
    size = len(invitee)
    table = pa.table(
        {
            "workspace_id": pa.array(np.full(size, scope.workspace_id, np.uint32)),
            "kind": pa.repeat("invited", size),
            "person_id": pa.array(inviter.astype(np.uint64)),
            "node_id": pa.array(inviter.astype(np.uint64)),
            "other_person_id": pa.array(invitee.astype(np.uint64)),
            "other_node_id": pa.array(invitee.astype(np.uint64)),
            "ts": pa.array(np.arange(start, start + size) * 1000 + 1_700_000_000_000, pa.timestamp("ms", "UTC")),
            "message_id": pa.array([f"m{start + n}" for n in range(size)]),
        }
    )
    house.warehouse.insert("relations", table, token=f"bench:{start}")
