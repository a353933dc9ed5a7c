"""What stands in the world of the isolation tests? A workspace full of canaries, a rival who wants them, and one of every role."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, LargeBinary, Numeric, Table, insert, select

from tests.support.web import Program, add_person, bearer, log_in, make_workspace
from uems.access import api as access
from uems.access.api import ROLES, Role
from uems.access.permissions import ALL
from uems.access.tables import accounts
from uems.kernel.house import House
from uems.kernel.sql import Sql, join
from uems.kernel.store import Json, Store, UtcDateTime, metadata
from uems.kernel.warehouse import Warehouse
from uems.web.app import App

CANARY = "canary"
_NOT_FILLED = {"workspaces", "memberships", "login_sessions", "audit_entries"}  # filled by making the world


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """alpha holds the canaries, beta is the rival's, gamma has one member of every role. ids: what exists in alpha."""

    house: House
    app: App
    alpha_id: int
    ids: Mapping[str, str]
    rival: Program
    rival_key: Program
    alpha_write_key: str
    alpha_flags_key: str
    members: Mapping[Role, Program]
    document: Mapping[str, Any]
    _last: dict[str, Any] = field(default_factory=dict)

    def snapshot(self) -> dict[str, list[str]]:
        """Every row of alpha in the store, and how many it has in each table of the warehouse.

        Asked for twice for each of hundreds of routes, most of which change nothing at all: then it is what it was.
        """
        moment = (self._store_moment(), self._warehouse_moment())
        if self._last.get("moment") != moment:
            self._last.update(moment=moment, found=self._read())
        return dict(self._last["found"])

    def _store_moment(self) -> int:
        """Another number after every change that any other connection to the file has committed."""
        if "watch" not in self._last:
            self._last["watch"] = sqlite3.connect(self.house.settings.home / "store.db", check_same_thread=False)
        return int(self._last["watch"].execute("PRAGMA data_version").fetchone()[0])

    def _warehouse_moment(self) -> str:
        return str(self.house.warehouse.query(_PARTS).to_pylist())

    def _read(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        with self.house.store.read() as conn:
            for kept in _tables():
                rows = conn.execute(select(kept).where(kept.c.workspace_id == self.alpha_id))
                found[kept.name] = sorted(repr(tuple(row)) for row in rows)
        counted = self.house.warehouse.query(_counting(self.house.warehouse, self.alpha_id))
        return {**found, "warehouse": sorted(str(row) for row in counted.to_pylist())}


_PARTS: Final = Sql("SELECT sum(rows) AS n, max(max_block_number) AS newest, sum(data_version) AS changed FROM system.parts GROUP BY table")
"""Every insert makes a part of its own, and every change of rows another version of one."""


def _counting(warehouse: Warehouse, workspace_id: int) -> Sql:
    tables = _warehouse_tables(warehouse)
    return join(
        Sql(" UNION ALL "), [Sql(f"SELECT '{t}' AS name, count() AS n FROM {t} WHERE workspace_id = {workspace_id}") for t in tables]
    )


def build_world(house: House, app: App, now: datetime) -> World:
    store = house.store
    alpha, inside_alpha = make_workspace(store, "alpha", now)
    _, beta = make_workspace(store, "beta", now)
    _, gamma = make_workspace(store, "gamma", now)
    add_person(store, inside_alpha, f"{CANARY}@alpha", "owner")
    rival = log_in(app, "rival@beta", add_person(store, beta, "rival@beta", "owner"))
    rival_key = bearer(app, access.create_key(store, beta, kind="api", name="rival", permissions=sorted(ALL)).token)
    members = {role: log_in(app, f"{role}@gamma", add_person(store, gamma, f"{role}@gamma", role)) for role in reversed(ROLES)}
    with store.read() as conn:
        account = conn.execute(select(accounts.c.account_id).where(accounts.c.email == f"{CANARY}@alpha")).scalar_one()
    writing = access.create_key(store, inside_alpha, kind="write", name="site").token
    flagging = access.create_key(store, inside_alpha, kind="flags", name="site").token
    _fill_store(store, alpha.workspace_id, account, now)
    _fill_warehouse(house.warehouse, alpha.workspace_id)
    return World(
        house=house,
        app=app,
        alpha_id=alpha.workspace_id,
        ids={"account_id": account},
        rival=rival,
        rival_key=rival_key,
        alpha_write_key=writing,
        alpha_flags_key=flagging,
        members=members,
        document=app.openapi(),
    )


def _tables() -> list[Table]:
    """What belongs to a workspace, parents first."""
    return [t for t in metadata.sorted_tables if "workspace_id" in t.c]


def _fill_store(store: Store, workspace_id: int, account: str, now: datetime) -> None:
    """One row in every table that belongs to a workspace."""
    with store.write() as conn:
        for table in _tables():
            if table.name not in _NOT_FILLED:
                conn.execute(insert(table).values({c.name: _value(c, workspace_id, account, now) for c in table.c}))


def _value(column: "Column[Any]", workspace_id: int, account: str, now: datetime) -> object:
    if column.name == "workspace_id":
        return workspace_id
    target = next((key.column for key in column.foreign_keys), None)
    if target is not None and target.table.name == "accounts":
        return account
    if target is not None:
        return _value(target, workspace_id, account, now)
    if isinstance(column.type, Json):
        return {CANARY: CANARY}
    if isinstance(column.type, UtcDateTime):
        # Nothing is revoked, deleted or undone yet; and no change of a test happens at the same instant.
        return None if column.nullable else now - timedelta(days=1)
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, (Integer, BigInteger, Float, Numeric)):
        return 1
    is_id = column.primary_key or column.name.endswith("_id") or column.name == "key"
    text = f"known_{column.name}" if is_id else CANARY
    text = text[: getattr(column.type, "length", None) or len(text)]
    return text.encode() if isinstance(column.type, LargeBinary) else text


def _warehouse_tables(warehouse: Warehouse) -> list[str]:
    found = warehouse.query(
        Sql(
            "SELECT DISTINCT table FROM system.columns WHERE database = currentDatabase() AND name = 'workspace_id' AND table IN "
            "(SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree') ORDER BY table"
        )
    )
    return [str(name) for name in found.column("table").to_pylist()]


def _fill_warehouse(warehouse: Warehouse, workspace_id: int) -> None:
    for table in _warehouse_tables(warehouse):
        described = warehouse.query(
            Sql(f"SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = '{table}' AND default_kind = ''")
        )
        columns = {"workspace_id": str(workspace_id)}
        for name, kind in zip(described.column("name").to_pylist(), described.column("type").to_pylist(), strict=True):
            if name == "message_id":
                columns[name] = "'known_message_id'"
            elif kind.startswith("JSON") or name in ("context", "value"):
                columns[name] = f'\'{{"{CANARY}":"{CANARY}"}}\''
            elif kind in ("String", "LowCardinality(String)"):
                columns[name] = "'known_trait'" if name == "trait" else f"'{CANARY}'"
            elif name in ("person_id", "node_id"):
                columns[name] = "1"
            elif name in ("ts", "received_at", "day", "start", "first_ts"):
                columns[name] = "'2026-03-01 10:00:00'" if kind.startswith("DateTime") else "'2026-03-01'"
        warehouse.execute(Sql(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())}"))
