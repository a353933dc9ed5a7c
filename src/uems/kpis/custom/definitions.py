"""Which metrics has a workspace made, and who makes and changes them? None may lead back to itself."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, faults, invalid, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.kpis.custom.measured import CustomMetric, Values
from uems.kpis.custom.model import LETTERS, UNNAMED, CustomSpec, Saved, SavedVersion
from uems.kpis.registry import METRICS, Metric
from uems.kpis.setup import read_config
from uems.kpis.tables import kpi_guardrails, kpi_metric_versions, kpi_metrics

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
MAX_METRICS: Final = 200
"""Those in use; archived ones do not count."""
MAX_DEPTH: Final = 5
"""Metrics of metrics of metrics: each step may measure ten times as much as the one below."""
_C, _V, _G = kpi_metrics.c, kpi_metric_versions.c, kpi_guardrails.c


def read_spec(given: Mapping[str, Any]) -> CustomSpec:
    """A metric by formula; raises ``invalid_metric`` with every fault."""
    try:
        return CustomSpec.model_validate(given)
    except ValidationError as error:
        found = faults(error.errors(), "metric")
        raise UemsError("invalid_metric", f"The metric cannot be used: {found}.", status=422) from error


def custom_metrics(store: Store, scope: Scope) -> dict[str, Saved]:
    """The metrics of the workspace by key, without archived ones."""
    with store.read() as conn:
        return {key: one for key, one in _read(conn, scope.workspace_id).items() if not one.archived}


def as_metric(key: str, saved: Mapping[str, Saved], values: Values) -> Metric:
    """A metric by its key, with all that it is made of. Raises ``not_found`` and ``kpi_cycle``."""
    return _built(key, {name: one.spec for name, one in saved.items()}, values, (), {})


def trial_metric(key: str, spec: CustomSpec, saved: Mapping[str, Saved], values: Values) -> Metric:
    """A metric as ``spec`` would make it, without saving it. Raises as ``save_metric``."""
    specs = {name: one.spec for name, one in saved.items()}
    made = _built(key, specs | {key: spec}, values, (), {})
    _not_too_deep(key, spec, specs)
    return made


def save_metric(store: Store, access: Access, key: str, spec: CustomSpec, values: Values, *, base_version: int | None = None) -> Saved:
    """Make a metric, or change it; the same again changes nothing. Audited.

    Raises ``invalid``, ``not_found`` for a metric that it names, ``kpi_cycle``, ``kpi_too_deep``, ``metric_changed`` (409) unless
    ``base_version`` stands (0: there is none), and ``too_many_metrics`` (409).
    """
    if not _KEY.fullmatch(key):
        raise invalid("key", key[:100], "must be 1 to 100 of a-z, 0-9 and _, and not begin with _.")
    if any(one.key == key for one in METRICS):
        raise invalid("key", key, "is the key of a metric of the system. Choose another one.")
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"kpi_metrics:{workspace_id}")
        known = _read(conn, workspace_id)
        old = known.get(key)
        standing = old.version if old is not None and not old.archived else 0
        if base_version is not None and base_version != standing:
            message = f"{key} stands at version {standing}, and this change was made to version {base_version}. Load it again."
            raise UemsError("metric_changed", message, status=409)
        in_use = sum(not one.archived for one in known.values())
        if standing == 0 and in_use >= MAX_METRICS:
            raise UemsError(
                "too_many_metrics", f"There are {MAX_METRICS} metrics already; change one of them, or archive some.", status=409
            )
        before_it = {name: one.spec for name, one in known.items() if not one.archived}
        _built(key, before_it | {key: spec}, values, (), {})
        _not_too_deep(key, spec, before_it)
        if old is not None and not old.archived and old.spec == spec:
            return old
        said = spec.model_dump(mode="json")
        version = (old.version if old else 0) + 1
        by = access.actor.label[:300]
        row = {"version": version, "spec": said, "archived": False, "saved_at": access.now, "saved_by": by}
        if old is None:
            conn.execute(insert(kpi_metrics).values(workspace_id=workspace_id, key=key, **row))
        else:
            conn.execute(update(kpi_metrics).where(_C.workspace_id == workspace_id, _C.key == key).values(**row))
        conn.execute(
            insert(kpi_metric_versions).values(workspace_id=workspace_id, key=key, version=version, spec=said, at=access.now, by=by)
        )
        before = None if old is None or old.archived else old.spec.model_dump(mode="json")
        audit(conn, access, "metric.saved", f"metric:{key}", before, said)
        return _read(conn, workspace_id)[key]


def archive_metric(store: Store, access: Access, key: str) -> None:
    """Take a metric out of use; its versions stay. Audited. Raises ``not_found``, and ``metric_in_use`` (409)."""
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"kpi_metrics:{workspace_id}")
        known = {name: one for name, one in _read(conn, workspace_id).items() if not one.archived}
        if key not in known:
            raise not_found("metric", key)
        users = sorted(name for name, one in known.items() if key in one.spec.metrics)
        if users:
            raise UemsError("metric_in_use", f"{key} is part of {', '.join(users)}. Change those first.", status=409)
        pairs = conn.execute(select(_G.spec).where(_G.workspace_id == workspace_id)).scalars().all()
        watched = sorted(f"{one['short']} / {one['long']}" for one in pairs if key in (one["short"], one["long"]))
        if watched:
            message = f"{key} is watched by the guardrail {', '.join(watched)}. Delete that first."
            raise UemsError("metric_in_use", message, status=409)
        mine = (_C.workspace_id == workspace_id, _C.key == key)
        conn.execute(update(kpi_metrics).where(*mine).values(archived=True, saved_at=access.now, saved_by=access.actor.label[:300]))
        audit(conn, access, "metric.archived", f"metric:{key}", known[key].spec.model_dump(mode="json"), None)


def versions_of(store: Store, scope: Scope, key: str) -> list[SavedVersion]:
    """What the metric said over time, the latest first. Raises ``not_found``."""
    query = select(kpi_metric_versions).where(_V.workspace_id == scope.workspace_id, _V.key == key).order_by(_V.version.desc())
    with store.read() as conn:
        rows = conn.execute(query.limit(200)).mappings().all()
    if not rows:
        raise not_found("metric", key)
    return [SavedVersion(version=row["version"], spec=row["spec"], at=row["at"], by=row["by"]) for row in rows]


def _not_too_deep(key: str, spec: CustomSpec, specs: Mapping[str, CustomSpec]) -> None:
    """Raise ``kpi_too_deep`` when this spec makes itself, or a metric that it is part of, deeper than ``MAX_DEPTH``.

    What was deeper before and gets no deeper may be saved. There is no cycle.
    """
    before, after = _depths(specs), _depths({**specs, key: spec})
    deep = sorted(name for name, depth in after.items() if depth > max(MAX_DEPTH, before.get(name, 0)))
    if deep:
        message = (
            f"{deep[0]} would be made of metrics {after[deep[0]]} deep; must be at most {MAX_DEPTH}. "
            "Put what the lower ones say into the formula instead."
        )
        raise UemsError("kpi_too_deep", message, status=422, details={"metric": deep[0], "most": MAX_DEPTH})


def _depths(specs: Mapping[str, CustomSpec]) -> dict[str, int]:
    """Metric → how many metrics by formula lie above each other in it, itself included."""
    found: dict[str, int] = {}

    def depth(key: str) -> int:
        if key not in specs:
            return 0
        if key not in found:
            found[key] = 1 + max((depth(one) for one in specs[key].metrics), default=0)
        return found[key]

    for key in specs:
        depth(key)
    return found


def _built(key: str, specs: Mapping[str, CustomSpec], values: Values, path: tuple[str, ...], done: dict[str, Metric]) -> Metric:
    """done: metrics that are built already; each is built once, however often it is part of others."""
    if key in done:
        return done[key]
    if key in path:
        way = " → ".join((*path[path.index(key) :], key))
        raise UemsError(
            "kpi_cycle", f"The metric leads back to itself: {way}. Take one of the steps out.", status=422, details={"way": way}
        )
    if key not in specs:
        known = {one.key: one for one in METRICS}
        if key not in known:
            raise UemsError(
                "not_found",
                f"No metric {key!r}. There are: {', '.join(sorted({*known, *specs} - {UNNAMED}))}.",
                status=404,
                details={"kind": "metric"},
            )
        return known[key]
    spec = specs[key]
    parts = {}
    for letter, one in zip(LETTERS, spec.letters, strict=False):
        if one.metric is not None:
            parts[letter] = _built(one.metric, specs, values, (*path, key), done)
            read_config(parts[letter], one.config)
    done[key] = CustomMetric(key, spec, parts, values)
    return done[key]


def _read(conn: Connection, workspace_id: int) -> dict[str, Saved]:
    rows = conn.execute(select(kpi_metrics).where(_C.workspace_id == workspace_id).order_by(_C.key)).mappings()
    return {
        row["key"]: Saved(
            key=row["key"],
            version=row["version"],
            spec=CustomSpec.model_validate(row["spec"]),
            archived=row["archived"],
            saved_at=row["saved_at"],
            saved_by=row["saved_by"],
        )
        for row in rows
    }
