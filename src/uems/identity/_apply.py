"""How do new ids and claims change who is who, in one transaction that can be repeated without effect?

Most claims are plain: nothing near is rejected and no limit is in sight, so that the people they connect become one. For
the rest the neighbourhood is resolved anew (``greedy.settle``).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import chain

from sqlalchemy import Connection

from uems.identity import _rows
from uems.identity._rows import Word
from uems.identity.greedy import Node, Pair, Standing, join_plainly, settle
from uems.identity.model import Rules
from uems.identity.normal import search_form
from uems.identity.tables import UNDONE, identity_nodes, identity_overrides
from uems.kernel.store import allocate, insert_many

IdKey = tuple[str, str]
"""Kind and value, both in normal form."""


@dataclass(slots=True)
class _Work:
    """What one call finds out before it writes."""

    numbers: dict[IdKey, int] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=dict)
    fresh: dict[int, IdKey] = field(default_factory=dict)
    shared: set[int] = field(default_factory=set)
    new: dict[Pair, Word] = field(default_factory=dict)
    rekeyed: dict[Pair, Word] = field(default_factory=dict)
    changed: list[Pair] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Applied:
    """people: id → (node, person) afterwards. changes: node → person, of nodes that were somebody else before."""

    people: dict[IdKey, tuple[int, int]]
    changes: dict[int, int]


def stronger(one: Word, other: Word) -> Word:
    """Two words about the same link as one: the earlier moment, the stronger cause."""
    first = min(one[:2], other[:2])
    return first[0], first[1], max(one[2], other[2])


def apply(
    conn: Connection, workspace_id: int, rules: Rules, ids: Sequence[IdKey], claims: Mapping[tuple[IdKey, IdKey], Word], now: datetime
) -> Applied:
    """Make nodes of new ids and links of new claims, and draw the consequences. The caller holds ``take_turn``.

    ids: distinct, among them both ends of every claim. Repeating a call changes nothing.
    """
    work = _Work()
    _number(conn, workspace_id, ids, work)
    _compare(conn, workspace_id, claims, work)
    moves, unsure, nodes = _near(conn, workspace_id, rules, work)
    _insert_nodes(conn, workspace_id, work, moves, now)
    _rows.insert_links(conn, workspace_id, work.new, now, work.new.keys() - set(work.changed))
    _rows.rekey(conn, workspace_id, work.rekeyed)
    changes = {n: moves[node.person] for n, node in nodes.items() if node.person in moves}
    _rows.set_people(conn, workspace_id, changes)
    old = {n: nodes[n].person for n in changes}
    for number in work.fresh:
        work.people[number] = moves.get(number, number)
    if unsure:
        _rows.set_shared(conn, workspace_id, work.shared)
        settled, before = resettle(conn, workspace_id, rules, unsure)
        work.people.update((n, p) for n, p in settled.items() if n in work.people)
        # A node made in this transaction was never seen elsewhere under its first number.
        changes.update((n, p) for n, p in settled.items() if n not in work.fresh)
        old.update((n, p) for n, p in before.items() if n not in work.fresh)
    work.people.update((n, p) for n, p in changes.items() if n in work.people)
    record(conn, workspace_id, changes, old, now)
    return Applied({key: (n, work.people[n]) for key, n in work.numbers.items()}, changes)


def _number(conn: Connection, workspace_id: int, ids: Sequence[IdKey], work: _Work) -> None:
    found = _rows.find_nodes(conn, workspace_id, ids)
    for key, node in found.items():
        work.numbers[key] = node.node_id
        work.people[node.node_id] = node.person_id
        if node.shared:
            work.shared.add(node.node_id)
    missing = [key for key in ids if key not in found]
    if missing:
        first = allocate(conn, f"person:{workspace_id}", len(missing))
        work.fresh = dict(enumerate(missing, start=first))
        for number, key in work.fresh.items():
            work.numbers[key] = work.people[number] = number


def _compare(conn: Connection, workspace_id: int, claims: Mapping[tuple[IdKey, IdKey], Word], work: _Work) -> None:
    """Which claims say something new?"""
    words: dict[Pair, Word] = {}
    for (one, other), word in claims.items():
        a, b = work.numbers[one], work.numbers[other]
        pair = (a, b) if a < b else (b, a)
        if a != b:
            words[pair] = stronger(words[pair], word) if pair in words else word
    known = _rows.find_links(conn, workspace_id, [p for p in words if p[0] not in work.fresh and p[1] not in work.fresh])
    for pair, word in words.items():
        have = known.get(pair)
        if have is None:
            work.new[pair] = word
        else:
            both = stronger(word, have[:3])
            if both == have[:3]:
                continue
            work.rekeyed[pair] = both
            if have.standing == UNDONE:
                continue
        if pair[0] not in work.shared and pair[1] not in work.shared:
            work.changed.append(pair)


def _near(conn: Connection, workspace_id: int, rules: Rules, work: _Work) -> tuple[dict[int, int], set[int], dict[int, Node]]:
    """(people that simply join others, people to resolve anew, the nodes of all people concerned)."""
    pairs = [(work.people[a], work.people[b]) for a, b in work.changed]
    fresh = work.fresh
    standing: dict[int, Standing] = {p: _single(fresh[p][0]) for p in set(chain.from_iterable(pairs)) if p in fresh}
    existing = {p for pair in pairs for p in pair if p not in fresh}
    nodes = _rows.members(conn, workspace_id, existing)
    odd = {nodes[n].person for n in _rows.with_odd_links(conn, workspace_id, nodes)} if nodes else set()
    counts: dict[int, dict[str, int]] = {p: {} for p in existing}
    for node in nodes.values():
        mine = counts[node.person]
        mine[node.kind] = mine.get(node.kind, 0) + 1
    standing.update((p, Standing(count, p not in odd)) for p, count in counts.items())
    work.shared = _now_shared(conn, workspace_id, rules, work, nodes, odd)
    split = {work.people[n] for n in work.shared}
    standing.update((p, standing[p]._replace(clean=False)) for p in split if p in standing)
    moves, unsure = join_plainly(pairs, standing, rules)
    return moves, unsure | split, nodes


@cache
def _single(kind: str) -> Standing:
    """Somebody new, of whom one id is known."""
    return Standing({kind: 1}, True)


def _now_shared(
    conn: Connection, workspace_id: int, rules: Rules, work: _Work, nodes: Mapping[int, Node], odd: Collection[int]
) -> set[int]:
    """The nodes that this call's links make known as shared: they have been linked with too many others."""
    added = Counter(chain.from_iterable(work.new))
    for number in work.shared:
        added.pop(number, None)
    least = min(rules.other_shared_after, *rules.shared_after.values())
    kinds = {n: work.fresh[n][0] for n, count in added.items() if count > least and n in work.fresh}
    sizes = Counter(node.person for node in nodes.values())
    # Without odd links, each link of a node leads to another node of its person.
    suspects = {n: nodes[n] for n in added if n in nodes and (nodes[n].person in odd or sizes[nodes[n].person] + added[n] > least)}
    # Those whose only new links go to shared ids are not among the nodes of people that change.
    suspects.update(_rows.nodes_by_number(conn, workspace_id, [n for n in added if n not in nodes and n not in work.fresh]))
    kinds.update((n, node.kind) for n, node in suspects.items())
    before = _rows.degrees(conn, workspace_id, suspects)
    return {n for n, kind in kinds.items() if before.get(n, 0) + added[n] > rules.shared_limit(kind)}


def _insert_nodes(conn: Connection, workspace_id: int, work: _Work, moves: Mapping[int, int], now: datetime) -> None:
    rows = [
        {
            "workspace_id": workspace_id,
            "node_id": number,
            "kind": kind,
            "value": value,
            "search": search_form(value),
            "person_id": moves.get(number, number),
            "shared": False,
            "created_at": now,
        }
        for number, (kind, value) in work.fresh.items()
    ]
    insert_many(conn, identity_nodes, rows)


def resettle(conn: Connection, workspace_id: int, rules: Rules, people: Iterable[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Resolve these people anew and write the verdicts and persons: (node → new person, node → old person), where they differ."""
    outcome = settle(set(people), _rows.StoreGraph(conn, workspace_id), rules)
    _rows.set_verdicts(conn, workspace_id, outcome.rejected)
    before = _rows.nodes_by_number(conn, workspace_id, outcome.people)
    differ = {n: p for n, p in outcome.people.items() if before[n].person != p}
    _rows.set_people(conn, workspace_id, differ)
    return differ, {n: before[n].person for n in differ}


def record(conn: Connection, workspace_id: int, changes: Mapping[int, int], old: Mapping[int, int], now: datetime) -> None:
    """Write down who became somebody else: for the warehouse, for other processes, and to find older rows by."""
    if not changes:
        return
    first = allocate(conn, f"identity:{workspace_id}", len(changes))
    rows = [
        {
            "workspace_id": workspace_id,
            "version": version,
            "node_id": number,
            "old_person_id": old[number],
            "person_id": person,
            "at": now,
            "sent": False,
        }
        for version, (number, person) in enumerate(changes.items(), start=first)
    ]
    insert_many(conn, identity_overrides, rows)
