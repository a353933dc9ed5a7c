"""How does this workspace decide who is who? Its rules as stored, and what a change of them does to people."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, func, or_, select

from uems.access.api import Access, audit
from uems.identity import _rows
from uems.identity._apply import record, resettle
from uems.identity._bulk import take_turn
from uems.identity.greedy import SHARED
from uems.identity.model import USER_ID, Rules
from uems.identity.normal import bare_form, search_form
from uems.identity.tables import REJECTED, identity_links, identity_nodes, identity_rules
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.lookup import lookup
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import Store, upsert_many

_CHUNK: Final = 500
_MAX_BLOCKED: Final = 10_000


def read_rules(conn: Connection, workspace_id: int) -> tuple[int, Rules]:
    """(version, rules) of a workspace; version 0 while nobody has changed them."""
    row = conn.execute(
        select(identity_rules.c.version, identity_rules.c.rules).where(identity_rules.c.workspace_id == workspace_id)
    ).one_or_none()
    return (0, Rules()) if row is None else (row.version, _from_json(row.rules))


def touch_rules(conn: Connection, workspace_id: int, now: datetime) -> None:
    """Have every process forget what it remembers of who is who: the rules are the same, their version is another."""
    version, rules = read_rules(conn, workspace_id)
    row = {"workspace_id": workspace_id, "version": version + 1, "rules": asdict(rules), "changed_at": now}
    upsert_many(conn, identity_rules, [row], ["workspace_id"])


def rules_of(store: Store, scope: Scope) -> Rules:
    """The rules in force."""
    with store.read() as conn:
        return read_rules(conn, scope.workspace_id)[1]


def count_touched(store: Store, scope: Scope, rules: Rules) -> int:
    """How many people ``change_rules`` would resolve anew; most of them stay as they are. Raises as it does. Changes nothing."""
    rules = _checked(rules)
    workspace_id = scope.workspace_id
    with store.read() as conn:
        _, old = read_rules(conn, workspace_id)
        nodes = _nodes_like(conn, workspace_id, set(old.blocked) ^ set(rules.blocked))
        people = {person for _, person in nodes.values()}
        if _limits(old) != _limits(rules):
            people |= set(_people_at_limits(conn, workspace_id, rules))
    return len(people)


def change_rules(house: House, access: Access, rules: Rules) -> Rules:
    """Put new rules in force and resolve anew whomever they touch; the rules as stored.

    A newly blocked id joins nobody from now on, and whom it had joined come apart. Raises ``invalid`` for limits below 1.
    """
    rules = _checked(rules)
    workspace_id = access.scope.workspace_id
    with house.store.write() as conn:
        take_turn(conn, workspace_id)
        version, old = read_rules(conn, workspace_id)
        row = {"workspace_id": workspace_id, "version": version + 1, "rules": asdict(rules), "changed_at": access.now}
        upsert_many(conn, identity_rules, [row], ["workspace_id"])
        people = _blocked_people(conn, workspace_id, old, rules)
        if _limits(old) != _limits(rules):
            people |= set(_people_at_limits(conn, workspace_id, rules))
        _resettle_all(conn, workspace_id, rules, people, access.now)
        audit(conn, access, "identity_rules.changed", f"workspace:{workspace_id}", asdict(old), asdict(rules))
    return rules


def _checked(rules: Rules) -> Rules:
    numbers = {**rules.limits, "other_limit": rules.other_limit, "aliased_user_ids": rules.aliased_user_ids, "max_ids": rules.max_ids}
    for name, value in numbers.items():
        if not 1 <= value <= 1000:
            raise invalid(name, value, "must be between 1 and 1000.")
    if not 0 <= rules.max_merges <= 1000:
        raise invalid("max_merges", rules.max_merges, "must be between 0 and 1000.")
    if len(rules.blocked) > _MAX_BLOCKED:
        raise invalid("blocked", len(rules.blocked), f"must be at most {_MAX_BLOCKED} ids.")
    blocked = sorted({bare_form(text) for text in rules.blocked} - {""})
    return _from_json({**asdict(rules), "blocked": blocked})


def _limits(rules: Rules) -> tuple[object, ...]:
    return rules.limits, rules.other_limit, rules.aliased_user_ids, rules.max_ids, rules.max_merges


def _blocked_people(conn: Connection, workspace_id: int, old: Rules, new: Rules) -> set[int]:
    """Marks ids that came onto the list, unmarks those that left it, and gives the people they belong to."""
    people: set[int] = set()
    added, removed = set(new.blocked) - set(old.blocked), set(old.blocked) - set(new.blocked)
    for forms, shared in ((added, True), (removed, False)):
        nodes = _nodes_like(conn, workspace_id, forms)
        if shared:
            _rows.set_shared(conn, workspace_id, nodes, True)
        else:
            degrees = _rows.degrees(conn, workspace_id, nodes)
            free = [n for n, (kind, _) in nodes.items() if degrees[n] <= new.shared_limit(kind)]
            _rows.set_shared(conn, workspace_id, free, False)
        people |= {person for _, person in nodes.values()}
    return people


def _nodes_like(conn: Connection, workspace_id: int, forms: Iterable[str]) -> dict[int, tuple[str, int]]:
    wanted = {search_form(form): form for form in forms}
    pick, table = Sql("t.node_id, t.kind, t.person_id, t.value"), Sql("identity_nodes")
    keys = [(v,) for v in wanted]
    found = lookup(conn, workspace_id, pick, table, Sql("t.search = s.v"), {"v": "text"}, keys, by=Sql("ix_identity_nodes_search"))
    return {node: (kind, person) for node, kind, person, value in found if bare_form(value) in wanted.values()}


def _people_at_limits(conn: Connection, workspace_id: int, rules: Rules) -> Iterator[int]:
    """Everybody for whom other limits can make a difference: those with a rejected link, and those with more than is allowed now."""
    nodes, links = identity_nodes.c, identity_links.c
    for end in (links.a_node, links.b_node):
        rejected = (links.workspace_id == workspace_id, links.standing == REJECTED, links.reason != SHARED)
        joined = identity_links.join(identity_nodes, (nodes.workspace_id == links.workspace_id) & (nodes.node_id == end))
        yield from conn.execute(select(nodes.person_id).select_from(joined).where(*rejected).distinct()).scalars()
    count = func.count()
    named = {**rules.limits, USER_ID: rules.limit(USER_ID)}
    over = or_(
        *((nodes.kind == kind) & (count > limit) for kind, limit in named.items()), nodes.kind.not_in(named) & (count > rules.other_limit)
    )
    crowded = select(nodes.person_id).where(nodes.workspace_id == workspace_id).group_by(nodes.person_id, nodes.kind).having(over)
    yield from conn.execute(crowded).scalars()
    most = min(rules.max_ids, 2 * rules.max_merges + 3)
    large = select(nodes.person_id).where(nodes.workspace_id == workspace_id).group_by(nodes.person_id).having(count > most)
    yield from conn.execute(large).scalars()


def _resettle_all(conn: Connection, workspace_id: int, rules: Rules, people: Iterable[int], now: datetime) -> None:
    waiting = iter(sorted(people))
    while chunk := list(islice(waiting, _CHUNK)):
        # People move while the chunks go by; a number that nobody bears any more has been resolved with others.
        changes, before = resettle(conn, workspace_id, rules, chunk)
        record(conn, workspace_id, changes, before, now)


def _from_json(value: dict[str, Any]) -> Rules:
    blocked: Sequence[str] = value.get("blocked", ())
    return Rules(**{**value, "blocked": tuple(blocked)})
