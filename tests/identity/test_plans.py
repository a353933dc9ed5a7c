"""Does every statement find its rows by a key, however large the workspace? SQLite is asked how it would run each of them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from tests.identity.test_merging import People, claim
from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse

START = datetime(2026, 2, 1, 12, tzinfo=UTC)
# Only the workspace bounds such a search: it reads all of it.
WHOLE = re.compile(
    r"(SCAN (?!json_each)(\w+)|SEARCH (\w+) USING (COVERING )?INDEX \w+ \(workspace_id=\?\)|USING PRIMARY KEY \(workspace_id=\?\))"
)
ALLOWED = re.compile(
    r"FROM sequences|identity_(rules|undos|flushed)"  # short tables
    r"|identity_overrides\.version (>|DESC)|ORDER BY identity_overrides"  # ranges and ends of the key
    r"|ORDER BY identity_links\.ts_ms DESC|sent = false|\n LIMIT \? OFFSET"
)


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, object]]]:
    seen: list[tuple[str, object]] = []

    def note(conn: object, cursor: object, statement: str, parameters: object, context: object, executemany: bool) -> None:
        seen.append((statement, parameters[0] if executemany and isinstance(parameters, list) else parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    yield seen
    event.remove(store.engine, "before_cursor_execute", note)


@pytest.fixture
def house(settings: Settings, sqlite_store: Store, full_warehouse: Warehouse) -> House:
    return House(settings=settings, warehouse=full_warehouse, store=sqlite_store, log=open_log(settings, sqlite_store))


def test_no_statement_reads_the_whole_workspace(house: House, scope: Scope, access: Access, now: datetime) -> None:
    with statements(house.store) as seen:
        people = People(house, scope, now)
        people.resolver.resolve(scope, [("", "x"), ("", "y"), ("bob", "")], [], now)
        people.claim(claim("user_id:ann", "anonymous_id:x", 9), claim("user_id:ann", "email:a@x.cn", 8, "external"))
        people.claim(claim("user_id:ann", "anonymous_id:x", 3), claim("user_id:bob", "anonymous_id:x", 4))
        people.claim(*(claim(f"user_id:k{n}", "anonymous_id:kiosk", 100 + n) for n in range(210)))
        undone = identity.undo_merge(house, access, identity.merges(house.store, scope, state="active", limit=1)[0].merge_id)
        identity.redo_merge(house, access, undone.undo_id)
        merge_id, _ = identity.merge(house, access, [people.node("user_id:k1"), people.node("user_id:k2")])
        identity.undo_merge(house, access, merge_id)
        identity.merges(house.store, scope, person_id=1, limit=10)
        identity.merges(house.store, scope, cause="manual", limit=10)
        identity.search_ids(house.store, scope, "a", after=None, limit=10)
        identity.newest_people(house.store, scope, before=5, limit=10)
        identity.has_overrides(house.store, scope)
        identity.flush_overrides(house.store, house.warehouse)
        rules = identity.rules_of(house.store, scope)
        identity.change_rules(house, access, replace(rules, blocked=("a@x.cn",)))
    wrong = []
    with house.store.read() as conn:
        for statement, parameters in {(s, repr(p)): (s, p) for s, p in seen}.values():
            if "identity_" not in statement or statement.startswith("INSERT") or ALLOWED.search(statement):
                continue
            plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]  # type: ignore[arg-type]
            wrong += [f"{line} <- {statement}" for line in plan if WHOLE.search(line)]
    assert sorted(set(wrong)) == []


@pytest.mark.parametrize("state", [None, "active", "rejected", "undone"])
@pytest.mark.parametrize("cause", [None, "identify", "manual"])
def test_the_ledger_is_read_in_the_order_of_an_index(
    sqlite_store: Store, scope: Scope, state: identity.MergeState | None, cause: identity.Cause | None
) -> None:
    with statements(sqlite_store) as seen:
        identity.merges(sqlite_store, scope, state=state, cause=cause, after=(5, 1, 2), limit=10)
    [(statement, parameters)] = [(s, p) for s, p in seen if "ORDER BY" in s]
    with sqlite_store.read() as conn:
        plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]  # type: ignore[arg-type]
    assert any("_time (workspace_id=? AND ts_ms<?)" in line for line in plan), plan
    assert not any("TEMP B-TREE FOR ORDER BY" in line for line in plan), plan
