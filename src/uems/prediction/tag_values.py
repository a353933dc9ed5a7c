"""How does a score become a tag? Rows of ``tag_values``, the newest version of which counts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import allocate
from uems.profiles.api import People


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """value: 0 to 1. evidence: JSON-ready, with ``zh`` and ``en`` for those who read it."""

    person_id: int
    value: float
    confidence: float
    evidence: Mapping[str, object]


def write_scores(house: House, scope: Scope, tag: str, scores: Sequence[Score], now: datetime, *, whole: People | None) -> None:
    """Store the scores. whole: everybody who has one now; it is taken from all others."""
    if scores:
        values = [json.dumps(one.value) for one in scores]
        evidence = [json.dumps(one.evidence, ensure_ascii=False, separators=(",", ":")) for one in scores]
        _insert(house, scope, tag, [one.person_id for one in scores], values, [one.confidence for one in scores], evidence, now)
    if whole is not None:
        query = Sql("SELECT person_id FROM tag_values FINAL WHERE workspace_id = {workspace:UInt32} AND tag = {tag:String} AND value != ''")
        had = house.warehouse.query(query, {"workspace": scope.workspace_id, "tag": tag}).column("person_id").to_numpy()
        gone = np.setdiff1d(had, whole, assume_unique=True).tolist()
        if gone:
            _insert(house, scope, tag, gone, [""] * len(gone), [0.0] * len(gone), [""] * len(gone), now)


def _insert(
    house: House,
    scope: Scope,
    tag: str,
    people: Sequence[int],
    values: Sequence[str],
    confidences: Sequence[float],
    evidence: Sequence[str],
    now: datetime,
) -> None:
    with house.store.write() as conn:
        version = allocate(conn, f"tag_values:{scope.workspace_id}")
    size = len(people)
    table = pa.table(
        {
            "workspace_id": pa.array([scope.workspace_id] * size, pa.uint32()),
            "tag": pa.array([tag] * size, pa.string()),
            "person_id": pa.array(people, pa.uint64()),
            "value": pa.array(values, pa.string()),
            "confidence": pa.array(confidences, pa.float32()),
            "evidence": pa.array(evidence, pa.string()),
            "computed_at": pa.array([now] * size, pa.timestamp("ms", "UTC")),
            "version": pa.array([version] * size, pa.uint64()),
        }
    )
    house.warehouse.insert("tag_values", table, token=new_id("scores"))
