"""Who brought whom, as everything known says it, by people as they are now: relations of the workspace's own events, and codes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.kernel.store import to_microseconds
from uems.kernel.warehouse import Limits
from uems.profiles import api as profiles
from uems.superusers.referrals.forest import Ints, People
from uems.superusers.referrals.tables import referrals

VIAS: Final = ("", "programme", "invited", "shared")
TOGETHER: Final = ("", "no_order", "refunded", "already_customer", "erased")
"""Reasons of refusal that do not speak against who brought whom."""
_OURS: Final = ("Referral %", "message.%")
_R = referrals.c
LONG: Final = Limits(seconds=900)
"""Nobody waits for the making of a tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """Shape (m,). via: place in ``VIAS``. exposed_ms: when a link was opened, 0 where that is not known."""

    inviter: People
    invitee: People
    at_ms: Ints
    via: Ints
    exposed_ms: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """What everybody did, sorted by person. Milliseconds since 1970, 0 for never. minor: what they spent, less what they got back."""

    people: People
    first_ms: Ints
    signed_ms: Ints
    paid_ms: Ints
    minor: Ints

    def of(self, people: People, values: Ints) -> Ints:
        """``values`` of these people; 0 for whom nothing is known."""
        if not len(self.people):
            return np.zeros(len(people), np.int64)
        place = np.searchsorted(self.people, people).clip(max=len(self.people) - 1)
        found: Ints = np.where(self.people[place] == people, values[place], 0)
        return found


def read_edges(house: House, scope: Scope) -> Edges:
    """Every relation once or more often; some may be of one person, or contradict each other."""
    now_of = _people_now(house, scope)
    query = Sql(
        "SELECT kind, person_id, node_id, other_person_id, other_node_id, toUnixTimestamp64Milli(ts) AS at FROM relations"
        f" WHERE workspace_id = {scope.workspace_id}"
    )
    told = house.warehouse.query(query, {}, limits=LONG)

    def column(name: str) -> npt.NDArray[np.uint64]:
        return np.asarray(told.column(name).to_numpy(), np.uint64)

    kinds = np.asarray(told.column("kind").cast("string").to_numpy(zero_copy_only=False), np.str_)
    where = (_R.workspace_id == scope.workspace_id, _R.reason.in_(TOGETHER))
    with house.store.read() as conn:
        rows = conn.execute(select(_R.inviter_id, _R.person_id, _R.joined_at, _R.exposed_at).where(*where)).all()
    first = np.array([row.inviter_id for row in rows], np.uint64)
    second = np.array([row.person_id for row in rows], np.uint64)
    joined = np.array([to_microseconds(row.joined_at) // 1000 for row in rows], np.int64)
    exposed = np.array([to_microseconds(row.exposed_at) // 1000 if row.exposed_at else 0 for row in rows], np.int64)
    size = told.num_rows
    return Edges(
        inviter=np.concatenate([now_of(column("node_id"), column("person_id")), now_of(first, first)]),
        invitee=np.concatenate([now_of(column("other_node_id"), column("other_person_id")), now_of(second, second)]),
        at_ms=np.concatenate([np.asarray(told.column("at").to_numpy(), np.int64), joined]),
        via=np.concatenate([np.where(kinds == "shared", 3, 2), np.ones(len(rows), np.int64)]).astype(np.int64),
        exposed_ms=np.concatenate([np.zeros(size, np.int64), exposed]),
    )


def read_lives(house: House, scope: Scope) -> Lives:
    """Of everybody who did anything; what we sent is nothing they did."""
    roles = profiles.roles_of(house.store, scope)
    params: dict[str, Param] = {
        "signup": sorted(roles.events("signup")),
        "bought": sorted(roles.events("purchase")),
        "sent": sorted(roles.events("sent")),
        "currency": scope.currency,
        "never": list(_OURS),
    }
    columns = ("event", "currency", "revenue_minor", "first_ts")
    rows = identity.rows_of_people(house.store, scope, Sql("person_daily"), columns, Sql("1"))
    done = Sql("NOT has({sent:Array(String)}, event) AND NOT arrayExists(one -> event LIKE one, {never:Array(String)})")
    query = Sql(
        "SELECT person,"
        f" toUnixTimestamp64Milli(minOrNullIf(first_ts, {done})) AS first,"
        " toUnixTimestamp64Milli(minOrNullIf(first_ts, has({signup:Array(String)}, event))) AS signed,"
        " toUnixTimestamp64Milli(minOrNullIf(first_ts, has({bought:Array(String)}, event))) AS paid,"
        " sumIf(revenue_minor, currency = {currency:String}) AS minor"
        f" FROM {rows} GROUP BY person ORDER BY person"
    )
    found = house.warehouse.query(query, params, limits=LONG)

    def column(name: str) -> Ints:
        return np.asarray(found.column(name).fill_null(0).to_numpy(), np.int64)

    return Lives(
        people=np.asarray(found.column("person").to_numpy(), np.uint64),
        first_ms=column("first"),
        signed_ms=column("signed"),
        paid_ms=column("paid"),
        minor=column("minor"),
    )


def _people_now(house: House, scope: Scope) -> Callable[[People, People], People]:
    """(nodes, people as they were stored) → who they are now."""
    if not identity.has_overrides(house.store, scope):
        return lambda node, stored: stored
    found = house.warehouse.query(Sql(f"SELECT node_id, current FROM {identity.overrides(scope)} ORDER BY node_id"), {}, limits=LONG)
    moved = np.asarray(found.column("node_id").to_numpy(), np.uint64)
    current = np.asarray(found.column("current").to_numpy(), np.uint64)
    if not len(moved):
        return lambda node, stored: stored

    def now_of(node: People, stored: People) -> People:
        place = np.searchsorted(moved, node).clip(max=len(moved) - 1)
        return np.where(moved[place] == node, current[place], stored)

    return now_of
