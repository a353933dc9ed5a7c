"""Does the store hold what the definition says, in whatever order, batches, processes and undos it came about?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.identity.conftest import make_access, make_scope
from tests.identity.oracle import RULES, Claim, Ends, Id, Result, people_by_definition
from tests.identity.oracle import claims as one_claim
from tests.support.depth import worlds
from uems.access.api import Access
from uems.collect import api as collect
from uems.identity import api as identity
from uems.identity.api import Resolver
from uems.identity.tables import identity_links, identity_nodes, identity_overrides, identity_rules
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many


def said(*claims: Claim) -> list[collect.Claim]:
    """Claims as the pipeline makes them. (Tests of plain links call an alias "manual": the pipeline's alias stands for two links.)"""
    return [
        collect.Claim(
            a_kind=c.a[0],
            a_value=c.a[1],
            b_kind=c.b[0],
            b_value=c.b[1],
            ts_ms=c.ts_ms,
            message_id=c.message_id,
            cause="manual" if c.cause == "alias" else c.cause,  # type: ignore[arg-type]
        )
        for c in claims
    ]


def put_rules(store: Store, scope: Scope, now: datetime) -> None:
    row = {"workspace_id": scope.workspace_id, "version": 1, "rules": asdict(RULES), "changed_at": now}
    with store.write() as conn:
        upsert_many(conn, identity_rules, [row], ["workspace_id"])


def result(store: Store, scope: Scope) -> Result:
    """People and rejected links as the tables hold them; checks on the way that every person bears their smallest node."""
    nodes, links = identity_nodes.c, identity_links.c
    with store.read() as conn:
        rows = conn.execute(select(nodes.node_id, nodes.kind, nodes.value, nodes.person_id).where(nodes.workspace_id == scope.workspace_id))
        names = {row.node_id: ((row.kind, row.value), row.person_id) for row in rows}
        refused = select(links.a_node, links.b_node, links.reason).where(links.workspace_id == scope.workspace_id, links.standing == 1)
        rejected = {frozenset((names[a][0], names[b][0])): reason for a, b, reason in conn.execute(refused)}
    people: dict[int, set[int]] = {}
    for node, (_, person) in names.items():
        people.setdefault(person, set()).add(node)
    assert all(person == min(members) for person, members in people.items())
    return frozenset(frozenset(names[n][0] for n in members) for members in people.values()), rejected


@dataclass
class Story:
    """What happens to one workspace, step by step."""

    house: House
    access: Access
    resolvers: Sequence[Resolver]
    gone: set[Ends] = field(default_factory=set)
    undos: dict[str, set[Ends]] = field(default_factory=dict)

    def claim(self, which: int, claims: Sequence[Claim], now: datetime) -> None:
        self.resolvers[which].resolve(self.access.scope, [], said(*claims), now)

    def undo_one(self, choice: int) -> None:
        active = identity.merges(self.house.store, self.access.scope, state="active", limit=1000)
        if active:
            undone = identity.undo_merge(self.house, self.access, active[choice % len(active)].merge_id)
            every = identity.merges(self.house.store, self.access.scope, state="undone", limit=1000)
            self.undos[undone.undo_id] = {_ends(m) for m in every if m.undo_id == undone.undo_id}
            self.gone |= self.undos[undone.undo_id]
            assert len(undone.people) == 2

    def redo_one(self, choice: int) -> None:
        if self.undos:
            undo_id = sorted(self.undos)[choice % len(self.undos)]
            identity.redo_merge(self.house, self.access, undo_id)
            self.gone -= self.undos.pop(undo_id)


def _ends(merge: identity.Merge) -> frozenset[Id]:
    return frozenset(((merge.a.kind, merge.a.value), (merge.b.kind, merge.b.value)))


steps: st.SearchStrategy[tuple[str, int, list[Claim]]] = st.one_of(
    st.tuples(st.just("claim"), st.integers(0, 1), st.lists(one_claim, min_size=1, max_size=8)),
    st.tuples(st.just("undo"), st.integers(0, 30), st.just([])),
    st.tuples(st.just("redo"), st.integers(0, 30), st.just([])),
)


@settings(max_examples=worlds(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=st.lists(steps, min_size=1, max_size=8))
def test_any_story_of_claims_undos_and_redos_ends_as_defined(
    story: list[tuple[str, int, list[Claim]]], house: House, now: datetime
) -> None:
    scope = make_scope()
    put_rules(house.store, scope, now)
    acts = Story(house, make_access(scope, now), [Resolver(house.store, house.warehouse), Resolver(house.store, house.warehouse, size=4)])
    for what, number, claims in story:
        if what == "claim":
            acts.claim(number, claims, now)
        elif what == "undo":
            acts.undo_one(number)
        else:
            acts.redo_one(number)
    everything = [c for what, _, claims in story if what == "claim" for c in claims]
    # Ids that were only ever linked to themselves are never written: nobody asked for their node.
    linked = [c for c in everything if c.a != c.b]
    expected = people_by_definition(linked, acts.gone)
    assert result(house.store, scope) == expected
    before = _counts(house.store, scope)
    for resolver in (*acts.resolvers, Resolver(house.store, house.warehouse)):
        resolver.resolve(scope, [], said(*reversed(everything)), now)
    assert result(house.store, scope) == expected
    assert _counts(house.store, scope) == before, "a replay of the same claims must not write"


def _counts(store: Store, scope: Scope) -> list[int]:
    with store.read() as conn:
        tables = (identity_nodes, identity_links, identity_overrides)
        return [len(conn.execute(select(t).where(t.c.workspace_id == scope.workspace_id)).all()) for t in tables]
