"""Which tags are there, how good are they, and who has them? The page that every department goes by.

Coverage and freshness come from what the passes noted; the values of one tag are counted when somebody looks.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, join
from uems.kernel.store import dump_json
from uems.profiles.roles.mappings import roles_of
from uems.profiles.roles.model import ROLES, Roles
from uems.profiles.tags.clock import as_of
from uems.profiles.tags.config import ReadyConfig, is_scored, read_config
from uems.profiles.tags.definitions import definitions, known_keys, tags_of_all
from uems.profiles.tags.lineage import lineage_of, needed_roles
from uems.profiles.tags.model import Health, Lineage, SavedTag, TagDef, TagState, TagValue, Words
from uems.profiles.tags.states import NEVER, ROLES_CHANGED, states_of
from uems.profiles.tags.uses import TagUse, TagUsers, uses_of

STALE: Final = timedelta(hours=36)
"""A tag of which nobody looked at everybody for so long is stale."""
SHOWN: Final = 100
_BINS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A tag as the catalogue shows it. reason: why it is not well. labels: how people read its values."""

    saved: SavedTag
    state: TagState
    lineage: Lineage
    health: Health
    reason: Words
    used_by: tuple[TagUse, ...]
    labels: Mapping[str, Words]


def catalogue(house: House, scope: Scope, now: datetime, users: Sequence[TagUsers] = ()) -> list[Listed]:
    """Every tag of the workspace, by key. users: what asks tags in the rooms above."""
    now = as_of(house.store, scope, now)
    known, states, roles = definitions(house.store, scope), states_of(house.store, scope), roles_of(house.store, scope)
    with house.store.read() as conn:
        uses = uses_of(conn, scope, tags_of_all(known), users)
    return [_listed(saved, states.get(key, NEVER), roles, uses.get(key, ()), now) for key, saved in known.items()]


def labels_of(tag: TagDef) -> Mapping[str, Words]:
    """How people read the values of a tag that comes from a ready-made rule."""
    try:
        config = read_config(tag)
    except UemsError:
        return {}
    return config.rule.gives(config.settings).labels if isinstance(config, ReadyConfig) else {}


def _listed(saved: SavedTag, state: TagState, roles: Roles, uses: tuple[TagUse, ...], now: datetime) -> Listed:
    try:
        lineage = lineage_of(read_config(saved.tag), roles)
    except UemsError:
        lineage = Lineage()
    health, reason = health_of(saved, state, roles, now)
    return Listed(saved=saved, state=state, lineage=lineage, health=health, reason=reason, used_by=uses, labels=labels_of(saved.tag))


def health_of(saved: SavedTag, state: TagState, roles: Roles, now: datetime) -> tuple[Health, Words]:
    """How a tag is, and why if it is not well."""
    tag = saved.tag
    if not tag.enabled:
        return "disabled", Words(zh="已停用。", en="It is switched off.")
    try:
        config = read_config(tag)
    except UemsError as error:
        return "failing", Words(zh=f"定义无法使用：{error.message}", en=f"Its definition cannot be used: {error.message}")
    missing = roles.missing(needed_roles(config))
    if missing:
        zh, en = "、".join(ROLES[role].label_zh for role in missing), ", ".join(ROLES[role].label_en.lower() for role in missing)
        return "waiting", Words(zh=f"还没有指定：{zh}。", en=f"Nothing plays the role of {en} yet.")
    if state.error_code == ROLES_CHANGED:
        zh, en = "它所用的角色改了，正在等待重新计算。", "The roles it goes by were changed; it waits to be computed anew."
        return "stale", Words(zh=zh, en=en)
    if state.error_code and state.error_code != "roles_missing":
        return "failing", Words(zh=f"最近一次计算失败：{state.error}", en=f"The last try failed: {state.error}")
    if tag.kind == "model" and not is_scored(config) and config_is_empty(config):
        return "waiting", Words(zh="还没有模型为它打分。", en="No model scores it yet.")
    if state.version < saved.version:
        return "new", Words(zh="新定义，等待第一次计算。", en="It is new or was changed, and waits to be computed.")
    if tag.kind not in ("manual", "imported") and (state.full_at is None or now - state.full_at > STALE):
        return "stale", Words(zh="超过 36 小时没有全量计算。", en="Nobody looked at everybody for more than 36 hours.")
    if not state.people:
        return "empty", Words(zh="没有人有这个标签。", en="Nobody has it.")
    return "ok", Words()


def config_is_empty(config: object) -> bool:
    """A model's tag without a model and without a rule to fall back on."""
    return getattr(config, "fallback", None) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """So many people have a value. value: decoded JSON."""

    value: object
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """So many people have a number from ``low`` on, and below ``high`` (the last bin: up to it)."""

    low: float
    high: float
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """people: who have a value. distinct: how many different ones. values: the most frequent. bins, mean, median: of numbers."""

    people: int
    distinct: int
    values: tuple[Counted, ...]
    bins: tuple[Bin, ...] = ()
    mean: float | None = None
    median: float | None = None


def distribution(house: House, scope: Scope, tag: TagDef) -> Distribution:
    """How the values of a tag are spread over people now. Of lists each element counts; dates count by month."""
    params: dict[str, Param] = {"workspace": scope.workspace_id, "tag": tag.key, "shown": SHOWN}
    mine = Sql("tag_values FINAL WHERE workspace_id = {workspace:UInt32} AND tag = {tag:String} AND value != ''")
    value = {
        "list": Sql("arrayJoin(JSONExtractArrayRaw(value))"),
        "date": Sql("concat('\"', substring(JSONExtractString(value), 1, 7), '\"')"),
    }.get(tag.value_type, Sql("value"))
    rows = house.warehouse.query(
        Sql(
            "SELECT v, toInt64(n) AS people, toInt64(count() OVER ()) AS distinct FROM"
            f" (SELECT {value} AS v, uniqExact(person_id) AS n FROM {mine} GROUP BY v) ORDER BY n DESC, v LIMIT {{shown:UInt32}}"
        ),
        params,
    ).to_pylist()
    del params["shown"]
    [whole] = house.warehouse.query(Sql(f"SELECT toInt64(count()) AS people FROM {mine}"), params).to_pylist()
    values = tuple(Counted(value=json.loads(row["v"]), people=row["people"]) for row in rows)
    found = Distribution(people=whole["people"], distinct=rows[0]["distinct"] if rows else 0, values=values)
    return found if tag.value_type != "number" or not rows else _with_bins(house, found, mine, params)


def _with_bins(house: House, found: Distribution, mine: Sql, params: Mapping[str, Param]) -> Distribution:
    number = Sql("JSONExtractFloat(value)")
    [span] = house.warehouse.query(
        Sql(
            f"SELECT min({number}) AS low, max({number}) AS high, avg({number}) AS mean,"
            f" quantileExactInclusive(0.5)({number}) AS median FROM {mine}"
        ),
        params,
    ).to_pylist()
    low, high = float(span["low"]), float(span["high"])
    width = (high - low) / _BINS
    if width <= 0 or not width < float("inf"):
        bins: tuple[Bin, ...] = (Bin(low=low, high=high, people=found.people),)
    else:
        place = Sql(f"least(toInt64(floor(({number} - {{low:Float64}}) / {{width:Float64}})), {_BINS - 1})")
        rows = house.warehouse.query(
            Sql(f"SELECT {place} AS place, toInt64(count()) AS people FROM {mine} GROUP BY place"), {**params, "low": low, "width": width}
        )
        counts = dict(zip(rows.column("place").to_pylist(), rows.column("people").to_pylist(), strict=True))
        bins = tuple(Bin(low=low + n * width, high=low + (n + 1) * width, people=counts.get(n, 0)) for n in range(_BINS))
    return Distribution(
        people=found.people, distinct=found.distinct, values=found.values, bins=bins, mean=float(span["mean"]), median=float(span["median"])
    )


def tags_of(house: House, scope: Scope, people: Sequence[int]) -> dict[int, list[TagValue]]:
    """person → their tags, by key; for people as they are now."""
    found: dict[int, list[TagValue]] = {int(person): [] for person in people}
    keys = known_keys(house.store, scope)
    if not keys or not found:
        return found
    rows = house.warehouse.query(
        Sql(
            "SELECT toString(tag) AS tag, person_id, value, confidence, evidence, computed_at FROM tag_values FINAL"
            " WHERE workspace_id = {workspace:UInt32} AND tag IN {tags:Array(String)} AND person_id IN {people:Array(UInt64)}"
            " AND value != '' ORDER BY tag"
        ),
        {"workspace": scope.workspace_id, "tags": keys, "people": sorted(found)},
    ).to_pylist()
    for row in rows:
        one = TagValue(
            tag=row["tag"],
            value=json.loads(row["value"]),
            confidence=round(float(row["confidence"]), 6),
            evidence=json.loads(row["evidence"]) if row["evidence"] else {},
            computed_at=row["computed_at"],
        )
        found[row["person_id"]].append(one)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which values: this one (of a list: an element; of a date: a month), or numbers from ``low`` to ``high``. Neither: any."""

    value: object = None
    low: float | None = None
    high: float | None = None


def people_with(house: House, scope: Scope, tag: TagDef, which: Which, *, after: int | None = None, limit: int = 50) -> list[int]:
    """Those whom ``distribution`` counts there, by number, beyond ``after``. Both ends of a span of numbers are in it."""
    params: dict[str, Param] = {"workspace": scope.workspace_id, "tag": tag.key, "after": after or 0, "limit": limit}
    parts = [Sql("value != ''")]
    if which.value is not None:
        parts.append(
            {
                "list": Sql("has(JSONExtractArrayRaw(value), {value:String})"),
                "date": Sql("startsWith(value, substring({value:String}, 1, length({value:String}) - 1))"),
            }.get(tag.value_type, Sql("value = {value:String}"))
        )
        params["value"] = dump_json(which.value)
    if which.low is not None:
        parts.append(Sql("JSONExtractFloat(value) >= {low:Float64}"))
        params["low"] = which.low
    if which.high is not None:
        parts.append(Sql("JSONExtractFloat(value) <= {high:Float64}"))
        params["high"] = which.high
    rows = house.warehouse.query(
        Sql(
            "SELECT person_id FROM tag_values FINAL WHERE workspace_id = {workspace:UInt32} AND tag = {tag:String}"
            f" AND person_id > {{after:UInt64}} AND {join(Sql(' AND '), parts)} ORDER BY person_id LIMIT {{limit:UInt32}}"
        ),
        params,
    )
    people: list[int] = rows.column("person_id").to_pylist()
    return people
