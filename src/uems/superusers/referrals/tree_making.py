"""How does the tree of word of mouth get into the warehouse? Made as a whole, when what it is made from has changed, or at a new day.

Readers go on with the making before until the new one counts; it stays until the one after it, so that no page loses its tree.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
from sqlalchemy import func, select

from uems.access import api as access
from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.clock import day_of
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.schema import change_rows
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import allocate, upsert_many
from uems.profiles import api as profiles
from uems.superusers.referrals.forest import Forest, Ints, credits, grow
from uems.superusers.referrals.settings import ReferralRules, rules_of
from uems.superusers.referrals.tables import referral_trees, referrals
from uems.superusers.referrals.tree_edges import VIAS, Edges, Lives, read_edges, read_lives

BROUGHT: Final = "people_brought"
CREDIT: Final = "referral_value"
_ROWS: Final = 250_000
_T, _R = referral_trees.c, referrals.c


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFacts:
    """people: in any tree. brought: by somebody. rings, selves, later: relations that do not count. spent: by those brought.

    credited_minor: in all; never more than ``spent_minor``. deepest: how many stand above the lowest.
    """

    made: int
    made_at: datetime
    people: int
    brought: int
    trees: int
    deepest: int
    paying: int
    rings: int
    selves: int
    later: int
    spent_minor: int
    credited_minor: int
    seconds: float
    rules: ReferralRules


def facts_of(house: House, scope: Scope) -> TreeFacts | None:
    """The making that counts; None before the first."""
    with house.store.read() as conn:
        row = conn.execute(select(referral_trees).where(_T.workspace_id == scope.workspace_id)).mappings().first()
    if row is None or not row["facts"]:
        return None
    told = dict(row["facts"])
    return TreeFacts(**{**told, "rules": ReferralRules(**told["rules"])}, made=row["made"], made_at=row["made_at"])


def refresh_tree(house: House, scope: Scope, now: datetime, *, anyway: bool = False) -> bool:
    """Make it anew if what it is made from changed, or it is of another day; whether it was. Raises what store and warehouse raise."""
    mark = _mark(house, scope, now)
    with house.store.read() as conn:
        row = conn.execute(select(_T.mark, _T.made).where(_T.workspace_id == scope.workspace_id)).first()
    if row is not None and row.mark == mark and not anyway:
        return False
    began = time.perf_counter()
    rules = rules_of(house.store, scope)
    edges = read_edges(house, scope)
    if row is None and not len(edges.inviter):
        return False
    forest = grow(edges.inviter, edges.invitee, edges.at_ms)
    lives = read_lives(house, scope)
    spent = np.clip(lives.of(forest.people, lives.minor), 0, None)
    credit = credits(forest, spent, rules.rule, rules.levels)
    with house.store.write() as conn:
        made = allocate(conn, f"referral_tree:{scope.workspace_id}")
    table = _table(scope, made, edges, forest, lives, credit)
    for start in range(0, table.num_rows, _ROWS):
        house.warehouse.insert("referral_tree", table.slice(start, _ROWS), token=f"referral_tree:{scope.workspace_id}:{made}:{start}")
    brought = forest.parent >= 0
    facts = {
        "people": len(forest),
        "brought": int(brought.sum()),
        "trees": int((~brought).sum()),
        "deepest": int(forest.depth.max(initial=0)),
        "paying": int((lives.of(forest.people, lives.paid_ms)[brought] > 0).sum()),
        "rings": forest.rings,
        "selves": forest.selves,
        "later": forest.later,
        "spent_minor": int(spent[brought].sum()),
        "credited_minor": int(credit.sum()),
        "seconds": round(time.perf_counter() - began, 3),
        "rules": rules.model_dump(),
    }
    kept = {"workspace_id": scope.workspace_id, "made": made, "mark": mark, "facts": facts, "made_at": now}
    with house.store.write() as conn:
        upsert_many(conn, referral_trees, [kept], ("workspace_id",))
    _write_tags(house, scope, forest, credit, rules, now)
    before = row.made if row is not None else 0
    where = {"workspace": scope.workspace_id, "made": before}
    change_rows(
        house.warehouse,
        house.settings,
        "referral_tree",
        Sql("DELETE WHERE workspace_id = {workspace:UInt32} AND made < {made:UInt64}"),
        where,
    )
    return True


def _mark(house: House, scope: Scope, now: datetime) -> str:
    """What the tree depends on, in short."""
    query = Sql(f"SELECT count() AS n, max(ts) AS last FROM relations WHERE workspace_id = {scope.workspace_id}")
    [told] = house.warehouse.query(query, {}).to_pylist()
    mine = _R.workspace_id == scope.workspace_id
    with house.store.read() as conn:
        rows = conn.execute(select(_R.reason, func.count()).where(mine).group_by(_R.reason).order_by(_R.reason)).all()
    facts = [
        str(day_of(now, scope.zone)),
        told["n"],
        str(told["last"]),
        [list(row) for row in rows],
        str(identity.last_changes(house.store).get(scope.workspace_id, 0)),
        rules_of(house.store, scope).model_dump(),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _table(scope: Scope, made: int, edges: Edges, forest: Forest, lives: Lives, credit: Ints) -> pa.Table:
    size = len(forest)
    inside = forest.parent >= 0
    edge = np.where(inside, forest.edge, 0)

    def of_edge(values: Ints) -> Ints:
        found: Ints = np.where(inside, values[edge], 0) if len(values) else np.zeros(size, np.int64)
        return found

    value = lives.of(forest.people, lives.minor)
    paid = lives.of(forest.people, lives.paid_ms)
    seen = of_edge(edges.exposed_ms)
    first = lives.of(forest.people, lives.first_ms)
    via = of_edge(edges.via)
    table = pa.table(
        {
            "workspace_id": pa.array(np.full(size, scope.workspace_id, np.uint32)),
            "made": pa.array(np.full(size, made, np.uint64)),
            "inviter": pa.array(np.where(inside, forest.people[np.maximum(forest.parent, 0)], 0).astype(np.uint64)),
            "rank": pa.array(forest.rank.astype(np.uint32)),
            "person_id": pa.array(forest.people),
            "via": pa.array(VIAS).take(pa.array(via)),
            "brought_at": _times(of_edge(edges.at_ms)),
            "depth": pa.array(forest.depth.astype(np.uint32)),
            "enter": pa.array(forest.enter.astype(np.uint64)),
            "leave": pa.array(forest.leave.astype(np.uint64)),
            "direct": pa.array(forest.direct.astype(np.uint32)),
            "below": pa.array(forest.below.astype(np.uint32)),
            "paying_below": pa.array(forest.sum_below((paid > 0).astype(np.int64)).astype(np.uint32)),
            "value_minor": pa.array(value),
            "value_below_minor": pa.array(forest.sum_below(value)),
            "credit_minor": pa.array(credit),
            "exposed_at": _times(np.where(seen > 0, seen, first)),
            "signed_at": _times(lives.of(forest.people, lives.signed_ms)),
            "paid_at": _times(paid),
        }
    )
    order = np.lexsort((forest.rank, forest.parent))
    return table.take(pa.array(order))


def _times(ms: Ints) -> pa.Array:
    return pa.array(ms, pa.timestamp("ms", "UTC"), mask=ms <= 0)


def _write_tags(house: House, scope: Scope, forest: Forest, credit: Ints, rules: ReferralRules, now: datetime) -> None:
    """How many everybody brought, and what they are credited for it, as tags that segments can ask."""
    by = Access(scope=scope, actor=replace(access.operator(), actor_id="referrals", label="referrals"), now=now)
    # Whoever was erased keeps their place in the tree, and is told nothing about.
    gone = list(identity.erased_numbers(house.store, scope, forest.people.tolist()))
    inviting = np.flatnonzero((forest.direct > 0) & ~np.isin(forest.people, gone))
    zh = "只算直接带来的人" if rules.rule == "direct" else f"向上 {rules.levels} 层，每上一层减半"
    en = "only who brought them is credited" if rules.rule == "direct" else f"over {rules.levels} levels, half as much at each"
    texts: Sequence[tuple[str, Ints, str, profiles.Words, profiles.Words, Callable[[int], dict[str, object]]]] = (
        (
            BROUGHT,
            forest.direct,
            "",
            profiles.Words(zh="带来的人数", en="People brought"),
            profiles.Words(
                zh="直接带来了多少人；每个人只算第一个带他来的人。", en="How many they brought; everybody counts for the first who did."
            ),
            lambda n: {
                "zh": f"直接带来 {forest.direct[n]} 人，整棵树下面共 {forest.below[n]} 人。",
                "en": f"Brought {forest.direct[n]}, with {forest.below[n]} below them in all.",
            },
        ),
        (
            CREDIT,
            credit,
            "minor",
            profiles.Words(zh="推荐价值", en="Referral value"),
            profiles.Words(
                zh="他们带来的人消费中记在他们名下的部分，以最小货币单位计；每一分钱总共只记一次。",
                en="What is credited to them of what those spent whom they brought, in minor units; each cent is credited once in all.",
            ),
            lambda n: {
                "zh": f"下面共 {forest.below[n]} 人；分配方式：{zh}。",
                "en": f"Of {forest.below[n]} people below them; {en}.",
            },
        ),
    )
    for tag, values, unit, label, description, say in texts:
        try:
            profiles.take_over(house.store, by, tag, tag, label=label, description=description, unit=unit)
        except UemsError as error:
            if error.code != "bad_tag":
                raise
            continue  # somebody has a tag of that name, set by hand or imported: theirs stays
        people = forest.people[inviting]
        numbers = [float(values[n]) for n in inviting]
        told = [say(int(n)) for n in inviting]
        profiles.write_scores(house, scope, tag, people, numbers, None, told, now, whole=people)
