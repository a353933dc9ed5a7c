"""Which flags are there, and who makes, changes, switches and restores them?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from uems.access.api import Access, audit
from uems.experiments.flags.checking import check_together
from uems.experiments.flags.moving import Moves, moves_between
from uems.experiments.flags.spec import FLAG_PATTERN, FlagDraft, FlagSpec, ForceRule, Ramp
from uems.experiments.flags.targeting import parse_targeting
from uems.experiments.tables import flag_heads, flag_versions, flags
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, allocate, lock
from uems.segments import api as segments

State: TypeAlias = Literal["on", "off", "archived"]
MAX_FLAGS: Final = 2_000
_F, _V, _H = flags.c, flag_versions.c, flag_heads.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """version: counts the changes of what it says; the latest is the one that counts."""

    workspace_id: int
    flag_id: int
    key: str
    name: str
    description: str
    owner: str
    state: State
    version: int
    spec: FlagSpec
    created_at: datetime
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagVersion:
    """What a flag said since ``at``."""

    version: int
    spec: FlagSpec
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How often what clients are given has changed, and when last."""

    revision: int
    changed_at: datetime | None


def all_flags() -> Select[Any]:
    """Every flag with what it says now."""
    same = (_V.workspace_id == _F.workspace_id) & (_V.flag_id == _F.flag_id) & (_V.version == _F.version)
    return select(flags, _V.spec).join(flag_versions, same)


def list_flags(store: Store, scope: Scope, *, archived: bool = False) -> list[Flag]:
    """All flags by key; those put away only when asked for."""
    query = all_flags().where(_F.workspace_id == scope.workspace_id).order_by(_F.key)
    if not archived:
        query = query.where(_F.state != "archived")
    with store.read() as conn:
        return [flag_of(row) for row in conn.execute(query).mappings()]


def get_flag(store: Store, scope: Scope, key: str) -> Flag:
    """Raises ``not_found``."""
    with store.read() as conn:
        return read_flag(conn, scope.workspace_id, key)


def read_flag(conn: Connection, workspace_id: int, key: str) -> Flag:
    """As ``get_flag``, within a transaction."""
    found = _find(conn, workspace_id, key)
    if found is None:
        raise not_found("flag", key)
    return found


def versions_of(store: Store, scope: Scope, flag: Flag) -> list[FlagVersion]:
    """What it was over time, the latest first."""
    query = select(flag_versions).where(_V.workspace_id == scope.workspace_id, _V.flag_id == flag.flag_id)
    with store.read() as conn:
        rows = conn.execute(query.order_by(_V.version.desc()).limit(200)).mappings().all()
    return [FlagVersion(version=row["version"], spec=FlagSpec.model_validate(row["spec"]), at=row["at"], by=row["by"]) for row in rows]


def current(store: Store, workspace_id: int) -> tuple[Head, dict[str, FlagSpec]]:
    """What clients are given now: the flags that are on, and the head that says whether it has changed; one moment for both."""
    query = all_flags().where(_F.workspace_id == workspace_id, _F.state == "on").order_by(_F.key)
    with store.read() as conn:
        head = heads(conn, [workspace_id]).get(workspace_id, Head(revision=0, changed_at=None))
        return head, {row["key"]: FlagSpec.model_validate(row["spec"]) for row in conn.execute(query).mappings()}


def heads(conn: Connection, workspace_ids: Sequence[int]) -> Mapping[int, Head]:
    """Workspace → its head; none for those that never had a flag."""
    rows = conn.execute(select(flag_heads).where(_H.workspace_id.in_(workspace_ids)))
    return {row.workspace_id: Head(revision=row.revision, changed_at=row.changed_at) for row in rows}


def check_spec(house: House, scope: Scope, spec: FlagSpec) -> None:
    """Raise ``bad_filter`` or ``flag_condition`` (422) for a condition that names what is not there, or that clients cannot answer."""
    for rule in spec.rules:
        if rule.condition is not None:
            segments.resolve_node(parse_targeting(rule.condition), house.store, scope)


def preview(house: House, scope: Scope, key: str, spec: FlagSpec) -> list[Moves]:
    """Whom saving this would move; raises what saving would raise."""
    _check_key(key)
    check_spec(house, scope, spec)
    with house.store.read() as conn:
        old = _find(conn, scope.workspace_id, key)
        check_together(key, spec, _others(conn, scope.workspace_id, key))
    return moves_between(old.spec, spec) if old is not None and old.state == "on" else []


def save_flag(
    house: House, access: Access, key: str, draft: FlagDraft, *, base_version: int | None = None, accept_moves: bool = False
) -> Flag:
    """Make the flag, off, or change it; the same again changes nothing. A change of one that is on counts at once. Audited.

    base_version: what the caller edited, 0 for a new one; raises ``flag_changed`` (409) when another one stands. None overwrites.
    accept_moves: go on although people who are in an experiment get another arm or leave it; else ``people_would_move`` (409).
    """
    _check_key(key)
    check_spec(house, access.scope, draft.spec)
    with house.store.write() as conn:
        lock(conn, f"flags:{access.scope.workspace_id}")
        return write_flag(conn, access, key, draft, base_version=base_version, accept_moves=accept_moves)


def write_flag(
    conn: Connection,
    access: Access,
    key: str,
    draft: FlagDraft,
    *,
    base_version: int | None = None,
    accept_moves: bool = False,
    together: bool = True,
) -> Flag:
    """As ``save_flag``, of conditions that were checked, within a transaction that holds the lock of the workspace's flags.

    together: whether it is checked that the flag goes with the others; not where that was asked of many at once.
    """
    workspace_id = access.scope.workspace_id
    old = _find(conn, workspace_id, key)
    standing = old.version if old else 0
    if base_version is not None and base_version != standing:
        message = f"{key} stands at version {standing}, not {base_version}. Load it again and repeat the change."
        raise UemsError("flag_changed", message, status=409, details={"version": standing})
    if old is not None and old.state != "archived" and _same(old, draft):
        return old
    if together:
        check_together(key, draft.spec, _others(conn, workspace_id, key))
    if old is not None and old.spec.value_type != draft.spec.value_type and old.state != "archived":
        message = (
            f"{key} answers values of the kind {old.spec.value_type}; programs rely on that. Make a new flag for {draft.spec.value_type}."
        )
        raise UemsError("flag_type_fixed", message, status=409)
    if old is not None and old.state == "on" and not accept_moves:
        refuse_moves(key, old.spec, draft.spec)
    version = standing if old is not None and old.spec == draft.spec else standing + 1
    named = {"name": draft.name, "description": draft.description, "owner": draft.owner, "step_at": next_step(draft.spec)}
    changed: dict[str, object] = {**named, "version": version, "changed_at": access.now, "changed_by": access.actor.label[:300]}
    if old is None:
        flag_id = _insert(conn, access, key, changed)
    else:
        flag_id = old.flag_id
        _set(conn, workspace_id, flag_id, {**changed, "state": "off" if old.state == "archived" else old.state})
    if version != standing:
        place = {"workspace_id": workspace_id, "flag_id": flag_id, "version": version}
        spec = draft.spec.model_dump(mode="json")
        conn.execute(insert(flag_versions).values(**place, spec=spec, at=access.now, by=access.actor.label[:300]))
    before = None if old is None else {"name": old.name, "version": old.version}
    audit(conn, access, "flag.changed" if old else "flag.created", f"flag:{key}", before, {"name": draft.name, "version": version})
    bump(conn, access)
    return read_flag(conn, workspace_id, key)


def restore_flag(
    house: House, access: Access, key: str, version: int, *, base_version: int | None = None, accept_moves: bool = False
) -> Flag:
    """Make an older version count again, as a new one. Raises as ``save_flag``, and ``not_found``.

    A ramp whose next step is over comes back stopped: it would else take at once what was taken back.
    """
    flag = get_flag(house.store, access.scope, key)
    found = next((one for one in versions_of(house.store, access.scope, flag) if one.version == version), None)
    if found is None:
        raise not_found("version", f"{version} of {key}")
    draft = FlagDraft(name=flag.name, description=flag.description, owner=flag.owner, spec=_at_rest(found.spec, access.now))
    return save_flag(house, access, key, draft, base_version=base_version, accept_moves=accept_moves)


def turn_flag(store: Store, access: Access, key: str, state: State) -> Flag:
    """Switch it on or off, or put it away. Audited.

    Raises ``flag_in_use`` (409) for archiving one that others need, ``flag_archived`` (409) for switching an archived one.
    """
    with store.write() as conn:
        lock(conn, f"flags:{access.scope.workspace_id}")
        return turn_in(conn, access, key, state)


def turn_in(conn: Connection, access: Access, key: str, state: State) -> Flag:
    """As ``turn_flag``, within a transaction that holds the lock of the workspace's flags."""
    workspace_id = access.scope.workspace_id
    old = read_flag(conn, workspace_id, key)
    if old.state == state:
        return old
    if old.state == "archived":
        raise UemsError("flag_archived", f"{key} is archived; save it again first.", status=409)
    others = _others(conn, workspace_id, key)
    users = sorted(other for other, spec in others.items() if key in spec.parents) if state == "archived" else []
    if users:
        raise UemsError("flag_in_use", f"{', '.join(users)[:300]} needs {key}; change that first.", status=409)
    _set(conn, workspace_id, old.flag_id, {"state": state, "changed_at": access.now, "changed_by": access.actor.label[:300]})
    audit(conn, access, "flag.turned", f"flag:{key}", {"state": old.state}, {"state": state})
    bump(conn, access)
    return read_flag(conn, workspace_id, key)


def bump(conn: Connection, access: Access) -> None:
    """What clients are given has changed."""
    workspace_id = access.scope.workspace_id
    grown = update(flag_heads).where(_H.workspace_id == workspace_id).values(revision=_H.revision + 1, changed_at=access.now)
    if not conn.execute(grown).rowcount:
        conn.execute(insert(flag_heads).values(workspace_id=workspace_id, revision=1, changed_at=access.now))


def next_step(spec: FlagSpec) -> datetime | None:
    """When the next step of a ramp is due; None where none is under way."""
    times = [ramp.steps[ramp.done].at for ramp in ramps_of(spec) if ramp.done < len(ramp.steps)]
    return min(times, default=None)


def ramps_of(spec: FlagSpec) -> list[Ramp]:
    """The ramps that are under way."""
    rules = [rule for rule in spec.rules if isinstance(rule, ForceRule) and rule.on]
    return [rule.ramp for rule in rules if rule.ramp is not None and rule.ramp.state == "running"]


def _at_rest(spec: FlagSpec, now: datetime) -> FlagSpec:
    """The flag with every ramp stopped that would go on at once."""
    rules = []
    for rule in spec.rules:
        if (
            isinstance(rule, ForceRule)
            and rule.ramp is not None
            and rule.ramp.state == "running"
            and rule.ramp.steps[rule.ramp.done].at <= now
        ):
            ramp = rule.ramp.model_copy(update={"state": "stopped", "reason": "an older version was restored"})
            rule = rule.model_copy(update={"ramp": ramp})
        rules.append(rule)
    return spec.model_copy(update={"rules": rules})


def _check_key(key: str) -> None:
    if not re.fullmatch(FLAG_PATTERN, key):
        raise invalid("key", key[:100], "must be 1 to 100 letters of a to z, digits, and _ . : -, and begin with a letter or digit.")


def refuse_moves(key: str, old: FlagSpec, new: FlagSpec) -> None:
    """Raise ``people_would_move`` (409) where people of an experiment would get another arm or leave it."""
    hard = [one for one in moves_between(old, new) if one.moved or (one.left and one.left < 100)]
    if hard:
        told = "; ".join(f"{one.moved:g}% of those in {one.experiment} get another arm and {one.left:g}% leave it" for one in hard)
        message = f"Saving {key} like this moves people: {told}. Save it with accept_moves, or begin a new experiment under another name."
        raise UemsError("people_would_move", message, status=409)


def _others(conn: Connection, workspace_id: int, key: str) -> dict[str, FlagSpec]:
    query = all_flags().where(_F.workspace_id == workspace_id, _F.state != "archived", _F.key != key)
    return {row["key"]: FlagSpec.model_validate(row["spec"]) for row in conn.execute(query).mappings()}


def _find(conn: Connection, workspace_id: int, key: str) -> Flag | None:
    row = conn.execute(all_flags().where(_F.workspace_id == workspace_id, _F.key == key)).mappings().one_or_none()
    return None if row is None else flag_of(row)


def _insert(conn: Connection, access: Access, key: str, values: dict[str, object]) -> int:
    workspace_id = access.scope.workspace_id
    if len(conn.execute(select(_F.flag_id).where(_F.workspace_id == workspace_id, _F.state != "archived")).all()) >= MAX_FLAGS:
        raise UemsError("too_many_flags", f"There are {MAX_FLAGS} flags already; archive some first.", status=409)
    flag_id = allocate(conn, f"flags:{workspace_id}")
    place = {"workspace_id": workspace_id, "flag_id": flag_id, "key": key}
    conn.execute(insert(flags).values(**place, **values, state="off", created_at=access.now))
    return flag_id


def _same(old: Flag, draft: FlagDraft) -> bool:
    return (old.name, old.description, old.owner, old.spec) == (draft.name, draft.description, draft.owner, draft.spec)


def _set(conn: Connection, workspace_id: int, flag_id: int, values: dict[str, object]) -> None:
    conn.execute(update(flags).where(_F.workspace_id == workspace_id, _F.flag_id == flag_id).values(**values))


def flag_of(row: RowMapping) -> Flag:
    """A row of ``all_flags``."""
    known = {name: row[name] for name in Flag.__dataclass_fields__ if name != "spec"}
    return Flag(**known, spec=FlagSpec.model_validate(row["spec"]))
