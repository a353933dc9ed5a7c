"""Which experiments are there, and who designs, starts, stops and decides them?

States: draft → running → stopped → decided; archived from any but running. While an experiment runs, what it is judged by stays as it
was: only names, weights and metrics that are not primary may change. Changed weights are kept with their time, and results take it
into account.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from uems.access.api import Access, audit
from uems.experiments.tagged.running import check_start
from uems.experiments.trials.spec import TrialDecision, TrialDraft, TrialSpec
from uems.experiments.trials.tables import trial_versions, trials
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, allocate, lock

State: TypeAlias = Literal["draft", "running", "stopped", "decided", "archived"]
KEY_PATTERN: Final = r"[a-z0-9][a-z0-9_-]{0,99}"
MAX_TRIALS: Final = 500
_T, _V = trials.c, trial_versions.c
_STEPS: Final[dict[State, tuple[State, ...]]] = {
    "draft": ("running", "archived"),
    "running": ("stopped",),
    "stopped": ("decided", "archived"),
    "decided": ("archived",),
    "archived": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """version: counts the changes of the design. started_at, stopped_at: None until then. decision: None until it is decided."""

    workspace_id: int
    trial_id: int
    key: str
    name: str
    state: State
    version: int
    spec: TrialSpec
    started_at: datetime | None
    stopped_at: datetime | None
    decision: TrialDecision | None
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentVersion:
    """How an experiment was designed since ``at``."""

    version: int
    spec: TrialSpec
    at: datetime
    by: str


def _all() -> Select[Any]:
    return select(trials, _V.spec).join(
        trial_versions, (_V.workspace_id == _T.workspace_id) & (_V.trial_id == _T.trial_id) & (_V.version == _T.version)
    )


def list_trials(store: Store, scope: Scope) -> list[Experiment]:
    """All but the archived ones, the latest first."""
    query = _all().where(_T.workspace_id == scope.workspace_id, _T.state != "archived").order_by(_T.trial_id.desc())
    with store.read() as conn:
        return [_trial_of(row) for row in conn.execute(query).mappings()]


def get_trial(store: Store, scope: Scope, key: str) -> Experiment:
    """Raises ``not_found``."""
    with store.read() as conn:
        return read_trial(conn, scope.workspace_id, key)


def read_trial(conn: Connection, workspace_id: int, key: str) -> Experiment:
    """As ``get_trial``, within a transaction."""
    row = conn.execute(_all().where(_T.workspace_id == workspace_id, _T.key == key)).mappings().one_or_none()
    if row is None:
        raise not_found("experiment", key)
    return _trial_of(row)


def versions_of(store: Store, scope: Scope, trial: Experiment) -> list[ExperimentVersion]:
    """How it was designed over time, the latest first."""
    query = select(trial_versions).where(_V.workspace_id == scope.workspace_id, _V.trial_id == trial.trial_id)
    with store.read() as conn:
        rows = conn.execute(query.order_by(_V.version.desc())).mappings().all()
    specs = [TrialSpec.model_validate(row["spec"]) for row in rows]
    return [ExperimentVersion(version=row["version"], spec=spec, at=row["at"], by=row["by"]) for row, spec in zip(rows, specs, strict=True)]


def save_trial(store: Store, access: Access, key: str, draft: TrialDraft, *, base_version: int | None = None) -> Experiment:
    """Make the experiment, or change it; the same again changes nothing. Audited.

    base_version: what the caller edited, 0 for a new one; raises ``trial_changed`` (409) when another one stands; None overwrites.
    Raises ``trial_running`` (409) for a change of what a started experiment is judged by, ``trial_archived`` (409).
    """
    if not re.fullmatch(KEY_PATTERN, key):
        raise invalid("key", key[:100], "must be 1 to 100 of a-z, 0-9, _ and -, and begin with a letter or digit.")
    workspace_id, by = access.scope.workspace_id, access.actor.label[:300]
    with store.write() as conn:
        lock(conn, f"trials:{workspace_id}")
        row = conn.execute(_all().where(_T.workspace_id == workspace_id, _T.key == key)).mappings().one_or_none()
        old = None if row is None else _trial_of(row)
        standing = old.version if old else 0
        if base_version is not None and base_version != standing:
            message = f"{key} stands at version {standing}, not {base_version}. Load it again and repeat the change."
            raise UemsError("trial_changed", message, status=409)
        if old is not None and (old.name, old.spec) == (draft.name, draft.spec):
            return old
        if old is not None:
            _check_change(old, draft.spec)
        named = {"name": draft.name, "tag": draft.spec.tag, "changed_at": access.now, "changed_by": by}
        version = standing if old is not None and old.spec == draft.spec else standing + 1
        if old is None:
            trial_id = _insert(conn, access, key, named)
        else:
            trial_id = old.trial_id
            _set(conn, workspace_id, trial_id, {**named, "version": version})
        if version != standing:
            place = {"workspace_id": workspace_id, "trial_id": trial_id, "version": version}
            conn.execute(insert(trial_versions).values(**place, spec=draft.spec.model_dump(mode="json"), at=access.now, by=by))
        before = None if old is None else {"name": old.name, "version": old.version}
        audit(conn, access, "trial.changed" if old else "trial.created", f"trial:{key}", before, {"name": draft.name, "version": version})
        return read_trial(conn, workspace_id, key)


def _check_change(old: Experiment, spec: TrialSpec) -> None:
    """What a started experiment is judged by was written down before anybody saw a result, and stays."""
    if old.state == "draft":
        return
    if old.state == "archived":
        raise UemsError("trial_archived", f"{old.key} is archived and cannot be changed; make a new one.", status=409)
    changed = [name for name in TrialSpec.model_fields if getattr(old.spec, name) != getattr(spec, name)]
    allowed = {"arms", "metrics", "hypothesis"} if old.state == "running" else {"metrics", "hypothesis"}
    same_arms = [arm.key for arm in old.spec.arms] == [arm.key for arm in spec.arms]
    fixed = [name for name in changed if name not in allowed]
    # Whoever changed sides with the weights would have been acted on and ignored.
    moved = old.state == "running" and bool(spec.tag) and old.spec.weights != spec.weights
    fixed += ["arms"] if "arms" in changed and (moved or not same_arms) else []
    fixed += ["the primary metric"] if old.spec.primary != spec.primary else []
    if fixed:
        message = (
            f"{old.key} was started, and {', '.join(fixed)} cannot be changed any more: whoever has seen results could choose what they "
            f"are judged by. Names, {'' if old.spec.tag else 'weights '}and other metrics can be changed; for anything else make a new "
            "experiment."
        )
        raise UemsError("trial_running", message, status=409, details={"fields": fixed})


def _insert(conn: Connection, access: Access, key: str, named: dict[str, object]) -> int:
    workspace_id = access.scope.workspace_id
    mine = (_T.workspace_id == workspace_id, _T.state != "archived")
    if conn.execute(select(func.count()).select_from(trials).where(*mine)).scalar_one() >= MAX_TRIALS:
        raise UemsError("too_many_trials", f"There are {MAX_TRIALS} experiments already; archive some first.", status=409)
    trial_id = allocate(conn, f"trials:{workspace_id}")
    place = {"workspace_id": workspace_id, "trial_id": trial_id, "key": key}
    conn.execute(insert(trials).values(**place, **named, state="draft", version=1, created_at=access.now))
    return trial_id


def turn_trial(store: Store, access: Access, key: str, state: State, decision: TrialDecision | None = None) -> Experiment:
    """Start, stop, decide or archive. Audited. The same state again changes nothing.

    Raises ``trial_state`` (409) for a step that there is not, ``tag_on_trial`` (409) for a tag that cannot be tried now, ``invalid`` for a
    decision without words or for an arm that there is not.
    """
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"trials:{workspace_id}")
        old = read_trial(conn, workspace_id, key)
        if old.state == state:
            if state == "decided" and old.decision is not None and decision is not None and decision.arm != old.decision.arm:
                message = f"{key} was decided for {old.decision.arm or 'none of its arms'} already; for another look make a new experiment."
                raise UemsError("trial_state", message, status=409)
            return old
        if state not in _STEPS[old.state]:
            there = ", ".join(_STEPS[old.state]) or "nothing more"
            raise UemsError("trial_state", f"{key} is {old.state} and cannot become {state}; it can become: {there}.", status=409)
        values: dict[str, object] = {"state": state, "changed_at": access.now, "changed_by": access.actor.label[:300]}
        if state == "running" and old.spec.tag:
            check_start(conn, access.scope, old.spec.tag)
        if state == "running":
            values["started_at"] = access.now
        if state == "stopped":
            values["stopped_at"] = access.now
        told: dict[str, object] = {"state": state}
        if state == "decided":
            told |= {"decision": _decided(old, access, decision)}
            values["decision"] = told["decision"]
        _set(conn, workspace_id, old.trial_id, values)
        audit(conn, access, "trial.turned", f"trial:{key}", {"state": old.state}, told)
        return read_trial(conn, workspace_id, key)


def _decided(old: Experiment, access: Access, decision: TrialDecision | None) -> dict[str, object]:
    if decision is None:
        raise invalid("decision", None, "must say which arm was chosen ('' for none) and why.")
    if decision.arm and decision.arm not in old.spec.arm_keys:
        raise invalid("decision.arm", decision.arm, f"must be '' or one of: {', '.join(old.spec.arm_keys)}.")
    return decision.model_copy(update={"by": access.actor.label[:300], "at": access.now}).model_dump(mode="json")


def _set(conn: Connection, workspace_id: int, trial_id: int, values: dict[str, object]) -> None:
    conn.execute(update(trials).where(_T.workspace_id == workspace_id, _T.trial_id == trial_id).values(**values))


def _trial_of(row: RowMapping) -> Experiment:
    known = {name: row[name] for name in Experiment.__dataclass_fields__ if name not in ("spec", "decision")}
    decision = None if row["decision"] is None else TrialDecision.model_validate(row["decision"])
    return Experiment(**known, spec=TrialSpec.model_validate(row["spec"]), decision=decision)
