"""Which ids were joined, why, and how is it taken back? Merges by hand, undo, and undo of the undo.

Nothing is ever rewritten: an undo retracts links, and everybody near is resolved anew. The same profiles are back, and
because rows are stored by node, so is every report.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, update

from uems.access.api import Access, audit
from uems.identity import _rows
from uems.identity._apply import record, resettle
from uems.identity._bulk import take_turn
from uems.identity.erasure.tombstones import refuse_erased
from uems.identity.greedy import Link, Node, Pair, settle
from uems.identity.links import pair_of, read_links
from uems.identity.model import CAUSES, Merge, MergePreview, Person, Profile, Rules, Undone
from uems.identity.outbox import flush_overrides
from uems.identity.people import people_of_nodes, read_ids
from uems.identity.rules import read_rules
from uems.identity.tables import LIVE, UNDONE, identity_links, identity_merges, identity_undos
from uems.identity.totals import totals_of
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.store import to_microseconds, upsert_many

MAX_AT_ONCE: Final = 50
"""Most people that one merge by hand may join."""

_L = identity_links.c
_MANUAL: Final = CAUSES.index("manual")


def preview_merge(house: House, scope: Scope, nodes: Sequence[int]) -> MergePreview:
    """What it would join to make one person of whoever has these nodes, and why it cannot be done if so. Changes nothing.

    Raises ``not_found`` for a node that does not exist, ``invalid`` for fewer than two different people or more than 50.
    """
    with house.store.read() as conn:
        found, pairs = _people(conn, scope.workspace_id, nodes)
        _, rules = read_rules(conn, scope.workspace_id)
        graph = _Supposing(conn, scope.workspace_id, [Link(a, b, 2**62, "", True) for a, b in pairs])
        outcome = settle({p.person_id for p in found}, graph, rules)
        refused = next((outcome.rejected[pair] for pair in pairs if outcome.rejected.get(pair)), "")
        ids = read_ids(conn, scope.workspace_id, [p.person_id for p in found])
    totals = totals_of(house, scope, found)
    profiles = tuple(Profile(person_id=p.person_id, ids=ids[p.person_id], totals=totals[p.person_id]) for p in found)
    return MergePreview(profiles=profiles, refused=refused)


class _Supposing(_rows.StoreGraph):
    """The graph as if some links were there already."""

    def __init__(self, conn: Connection, workspace_id: int, links: Sequence[Link]) -> None:
        super().__init__(conn, workspace_id)
        self._links = links

    def touching(self, people: Collection[int]) -> tuple[dict[int, Node], list[Link]]:
        nodes, links = super().touching(people)
        supposed = {link.pair for link in self._links}
        return nodes, [*(k for k in links if k.pair not in supposed), *self._links]


def merge(house: House, access: Access, nodes: Sequence[int]) -> tuple[str, list[Merge]]:
    """Make whoever has these nodes one person: the name of the merge, and its links, one fewer than people.

    Raises as ``preview_merge``, and ``merge_refused`` (409) where a limit stands in the way.
    """
    workspace_id = access.scope.workspace_id
    merge_id = new_id("merge")
    with house.store.write() as conn:
        take_turn(conn, workspace_id)
        found, pairs = _people(conn, workspace_id, nodes)
        _link(conn, workspace_id, pairs, merge_id, access.now)
        _, rules = read_rules(conn, workspace_id)
        _settle(conn, workspace_id, rules, {n for pair in pairs for n in pair}, access.now)
        merges = read_links(conn, workspace_id, pairs)
        refused = next((m.reason for m in merges if m.state != "active"), None)
        numbers = [p.person_id for p in found]
        if refused is not None:
            raise UemsError(  # which undoes the transaction
                "merge_refused",
                f"These people cannot be one: {refused} stands in the way. Raise the limit in the rules, or merge fewer.",
                status=409,
                details={"reason": refused, "people": numbers},
            )
        row = {"workspace_id": workspace_id, "merge_id": merge_id, "links": pairs, "at": access.now, "actor": access.actor.label[:300]}
        upsert_many(conn, identity_merges, [row], ["workspace_id", "merge_id"])
        audit(conn, access, "merge.made", f"merge:{merge_id}", {"people": numbers}, {"links": [m.merge_id for m in merges]})
    flush_overrides(house.store, house.warehouse)
    return merge_id, merges


def undo_merge(house: House, access: Access, merge_id: str) -> Undone:
    """Part two ids of the ledger (``<a>-<b>``) again, or all that a merge by hand joined (``merge_...``).

    Takes back the link, and of the other links whichever would still join the two; later claims of the same links do not
    bring them back. Raises ``not_found``, and ``merge_not_active`` (409) when there is nothing in force to undo.
    """
    workspace_id = access.scope.workspace_id
    with house.store.write() as conn:
        take_turn(conn, workspace_id)
        links = read_links(conn, workspace_id, _named(conn, workspace_id, merge_id))
        active = [(m.a.node_id, m.b.node_id) for m in links if m.state == "active"]
        if not active:
            states = sorted({m.state for m in links})
            message = f"Merge {merge_id} is {' and '.join(states)}, so there is nothing to undo. List the merges to see which are active."
            raise UemsError("merge_not_active", message, status=409, details={"states": states})
        undo_id = new_id("undo")
        _, rules = read_rules(conn, workspace_id)
        cut = [pair for one in active for pair in _part(conn, workspace_id, rules, one, undo_id, access.now)]
        now_people = people_of_nodes(conn, workspace_id, [n for pair in active for n in pair])
        undone = Undone(
            undo_id=undo_id,
            merges=tuple(f"{a}-{b}" for a, b in cut),
            people=tuple(sorted({p.person_id for p in now_people.values()})),
        )
        row = {"workspace_id": workspace_id, "undo_id": undo_id, "merge_id": merge_id, "at": access.now, "actor": access.actor.label[:300]}
        upsert_many(conn, identity_undos, [{**row, "links": cut, "redone_at": None}], ["workspace_id", "undo_id"])
        after = {"undo_id": undo_id, "people": list(undone.people)}
        audit(conn, access, "merge.undone", f"merge:{merge_id}", {"links": list(undone.merges)}, after)
    flush_overrides(house.store, house.warehouse)
    return undone


def redo_merge(house: House, access: Access, undo_id: str) -> list[Merge]:
    """Undo an undo: the links that it took back are claimed again; the links as they stand then.

    Raises ``not_found``, and ``merge_not_active`` (409) when none of them is still taken back by this undo.
    """
    workspace_id = access.scope.workspace_id
    with house.store.write() as conn:
        take_turn(conn, workspace_id)
        pairs = _taken_back(conn, workspace_id, undo_id)
        if not pairs:
            message = f"Nothing of undo {undo_id} is still taken back, so there is nothing to restore."
            raise UemsError("merge_not_active", message, status=409, details={"states": ["redone"]})
        _rows.set_standing(conn, workspace_id, pairs, LIVE, None)
        _, rules = read_rules(conn, workspace_id)
        _settle(conn, workspace_id, rules, {n for pair in pairs for n in pair}, access.now)
        mine = (identity_undos.c.workspace_id == workspace_id, identity_undos.c.undo_id == undo_id)
        conn.execute(update(identity_undos).where(*mine).values(redone_at=access.now))
        merges = read_links(conn, workspace_id, pairs)
        audit(conn, access, "merge.redone", f"undo:{undo_id}", None, {"links": [m.merge_id for m in merges]})
    flush_overrides(house.store, house.warehouse)
    return merges


def _people(conn: Connection, workspace_id: int, nodes: Sequence[int]) -> tuple[list[Person], list[Pair]]:
    """The different people who have these nodes, and the links that would join them: the first node with one of each other."""
    if len(nodes) > MAX_AT_ONCE:
        raise invalid("people", len(nodes), f"must be at most {MAX_AT_ONCE} people at once.")
    found = people_of_nodes(conn, workspace_id, nodes)
    first: dict[int, int] = {}
    for number in nodes:
        if number not in found:
            refuse_erased(conn, workspace_id, [number])
            raise not_found("person", str(number))
        first.setdefault(found[number].person_id, number)
    if len(first) < 2:
        raise invalid("people", list(nodes), "must be ids of at least two different people; these are one already.")
    one, *others = first.values()
    return [found[number] for number in first.values()], [(min(one, other), max(one, other)) for other in others]


def _link(conn: Connection, workspace_id: int, pairs: Sequence[Pair], merge_id: str, now: datetime) -> None:
    """Write links made by hand; those known before become explicit, and are in force again if they had been undone."""
    moment = to_microseconds(now) // 1000
    known = _rows.find_links(conn, workspace_id, pairs)
    _rows.rekey(conn, workspace_id, {pair: (link.ts_ms, link.message_id, _MANUAL) for pair, link in known.items()})
    _rows.set_standing(conn, workspace_id, [pair for pair, link in known.items() if link.standing == UNDONE], LIVE, None)
    _rows.insert_links(conn, workspace_id, {pair: (moment, merge_id, _MANUAL) for pair in pairs if pair not in known}, now)


def _settle(conn: Connection, workspace_id: int, rules: Rules, nodes: Collection[int], now: datetime) -> None:
    """Draw the consequences of changed links at these nodes."""
    people = {node.person for node in _rows.nodes_by_number(conn, workspace_id, nodes).values()}
    changes, before = resettle(conn, workspace_id, rules, people)
    record(conn, workspace_id, changes, before, now)


def _part(conn: Connection, workspace_id: int, rules: Rules, pair: Pair, undo_id: str, now: datetime) -> list[Pair]:
    """Take back the link and whatever else joins its two ids; the links taken back."""
    people = {node.person for node in _rows.nodes_by_number(conn, workspace_id, pair).values()}
    cut = {pair}
    if len(people) == 1:
        cut |= set(settle(people, _rows.StoreGraph(conn, workspace_id), rules, apart=pair).cut)
    _rows.set_standing(conn, workspace_id, cut, UNDONE, undo_id)
    _settle(conn, workspace_id, rules, {n for one in cut for n in one}, now)
    return sorted(cut)


def _named(conn: Connection, workspace_id: int, merge_id: str) -> list[Pair]:
    """The links of a merge; raises ``not_found``."""
    if merge_id.startswith("merge_"):
        c = identity_merges.c
        links = conn.execute(select(c.links).where(c.workspace_id == workspace_id, c.merge_id == merge_id)).scalar_one_or_none()
        if links is None:
            raise not_found("merge", merge_id)
        refuse_erased(conn, workspace_id, {end for pair in links for end in pair})
        return [(a, b) for a, b in links]
    pair = pair_of(merge_id)
    refuse_erased(conn, workspace_id, pair)
    if not _rows.find_links(conn, workspace_id, [pair]):
        raise not_found("merge", merge_id)
    return [pair]


def _taken_back(conn: Connection, workspace_id: int, undo_id: str) -> list[Pair]:
    """The links that this undo took back and that still are; raises ``not_found`` for an undo that does not exist."""
    c = identity_undos.c
    links = conn.execute(select(c.links).where(c.workspace_id == workspace_id, c.undo_id == undo_id)).scalar_one_or_none()
    if links is None:
        raise not_found("undo", undo_id)
    pairs: list[Pair] = [(a, b) for a, b in links]
    refuse_erased(conn, workspace_id, {end for pair in pairs for end in pair})
    return [(m.a.node_id, m.b.node_id) for m in read_links(conn, workspace_id, pairs) if m.state == "undone" and m.undo_id == undo_id]
