"""Who is behind these ids? The pipeline's question, asked for every batch; most answers come from memory.

What is kept in memory is never wrong for long, and never harmful: a row that is stored under an older person is found and
counted for the right one, because every change of person is an override that readers apply.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar

import pyarrow as pa
from sqlalchemy import select

from uems.collect.api import Claim, Resolved
from uems.identity import _rows
from uems.identity._apply import Applied, IdKey, apply, stronger
from uems.identity._bulk import take_turn
from uems.identity._rows import Word
from uems.identity.erasure.barring import barred_rows
from uems.identity.erasure.tombstones import Tombstones, mark_returned, read_tombstones
from uems.identity.model import ANONYMOUS_ID, CAUSES, EMAIL, NOBODY, PHONE, USER_ID, Rules
from uems.identity.normal import main_id, normal_kind, normalise
from uems.identity.outbox import flush_overrides
from uems.identity.rules import read_rules
from uems.identity.tables import identity_overrides
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse

K = TypeVar("K")
V = TypeVar("V")
Pair = tuple[str, str]
_ClaimKey = tuple[str, str, str, str]
_NEVER: Final = (-(2**63), "", len(CAUSES))
"""Earlier and stronger than every claim: a claim of junk is never news."""
_MOST_MOVED: Final = 100_000
_CAUSES: Final = {cause: place for place, cause in enumerate(CAUSES)}
_ALIAS: Final = _CAUSES["alias"]


class _Recent(Generic[K, V]):
    """A bounded memory in two generations: what is not asked for again while one fills up is forgotten."""

    def __init__(self, size: int) -> None:
        self._size = max(1, size // 2)
        self.young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        found = self.young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: K, value: V) -> None:
        if len(self.young) >= self._size and key not in self.young:
            self._old, self.young = self.young, {}
        self.young[key] = value


@dataclass(slots=True)
class _Memory:
    """What is remembered of one workspace. moved: node → person, for changes after its pair was remembered."""

    rules_version: int
    rules: Rules
    people: _Recent[Pair, tuple[int, int]]
    claims: _Recent[_ClaimKey, Word]
    version: int
    tombs: Tombstones | None = None
    moved: dict[int, int] = field(default_factory=dict)


class Resolver:
    """The pipeline's ``People``. One a worker thread; remembers up to ``size`` pairs of ids, and as many claims, a workspace.

    key: ``tombstone_key``, by which the ids of whoever was erased are known again; without it nobody is.
    """

    def __init__(self, store: Store, warehouse: Warehouse, *, size: int = 200_000, key: bytes | None = None) -> None:
        self._key = key
        self._store = store
        self._warehouse = warehouse
        self._size = size
        self._memories: dict[int, _Memory] = {}

    def resolve(self, scope: Scope, pairs: Sequence[Pair], claims: Sequence[Claim], now: datetime) -> Resolved:
        """Node and person of each (user id, anonymous id), "" for absent; 0 and 0 where neither names anybody.

        New ids get nodes, new claims become links, and whoever that makes one person is one on return, durably. Claims may
        repeat; what matters of several is the earliest (ts_ms, message_id). Costs about 0.3 µs a pair that is remembered.
        """
        while True:
            try:
                return self._resolved(scope, pairs, claims, now)
            except _Outdated:
                continue  # the rules changed, or somebody was erased, between reading and writing: what is remembered is read anew

    def _resolved(self, scope: Scope, pairs: Sequence[Pair], claims: Sequence[Claim], now: datetime) -> Resolved:
        memory = self._memory(scope.workspace_id)
        known = memory.people.young
        found = [known.get(pair) for pair in pairs]
        news = self._news(memory, claims)
        if news or None in found:
            self._learn(scope.workspace_id, memory, pairs, news, now)
            found = [memory.people.get(pair) for pair in pairs]
            if None in found:  # more distinct pairs than the memory holds
                memory.people = _Recent(4 * len(pairs))
                self._learn(scope.workspace_id, memory, pairs, {}, now)
                found = [memory.people.get(pair) for pair in pairs]
        moved = memory.moved
        sure = [pair for pair in found if pair is not None]
        node_ids = [node for node, _ in sure]
        people = [moved.get(node, person) for node, person in sure] if moved else [person for _, person in sure]
        return Resolved(node_ids=node_ids, person_ids=people)

    def barred(self, scope: Scope, rows: pa.Table, now: datetime) -> Sequence[int]:
        """The places of the rows that are of somebody who was erased; see ``tombstones``. Costs nothing where nobody ever was."""
        memory = self._memory(scope.workspace_id)
        if memory.tombs is None:
            return ()
        found, returned = barred_rows(memory.tombs, memory.rules, rows)
        if returned:
            mark_returned(self._store, scope.workspace_id, returned, now)
        return found

    def flush(self, now: datetime) -> None:
        """Bring changes of person to the warehouse."""
        flush_overrides(self._store, self._warehouse)

    def _memory(self, workspace_id: int) -> _Memory:
        """What is remembered, brought up to date with what other processes have done."""
        memory = self._memories.get(workspace_id)
        overrides = identity_overrides.c
        with self._store.read() as conn:
            version, rules = read_rules(conn, workspace_id)
            mine = overrides.workspace_id == workspace_id
            if memory is not None and memory.rules_version == version and len(memory.moved) < _MOST_MOVED:
                newer = select(overrides.version, overrides.node_id, overrides.person_id).where(mine, overrides.version > memory.version)
                for number, node, person in conn.execute(newer.order_by(overrides.version)):
                    memory.version = number
                    memory.moved[node] = person
                return memory
            last = conn.execute(select(overrides.version).where(mine).order_by(overrides.version.desc()).limit(1)).scalar_one_or_none()
            tombs = read_tombstones(conn, workspace_id, self._key, rules.erased_may_return) if self._key else None
        memory = _Memory(version, rules, _Recent(self._size), _Recent(self._size), last or 0, tombs)
        self._memories[workspace_id] = memory
        return memory

    @staticmethod
    def _news(memory: _Memory, claims: Iterable[Claim]) -> dict[_ClaimKey, Word]:
        """The claims that may say something new, one for each pair of ids as sent."""
        news: dict[_ClaimKey, Word] = {}
        known = memory.claims
        for claim in claims:
            key = (claim.a_kind, claim.a_value, claim.b_kind, claim.b_value)
            have = known.get(key)
            cause = _CAUSES[claim.cause]
            if have is not None and have[2] >= cause and have[:2] <= (claim.ts_ms, claim.message_id):
                continue
            # NUL is the one character that PostgreSQL cannot keep.
            word = (claim.ts_ms, claim.message_id.replace("\0", "\ufffd"), cause)
            news[key] = stronger(news[key], word) if key in news else word
        return news

    def _learn(self, workspace_id: int, memory: _Memory, pairs: Iterable[Pair], news: dict[_ClaimKey, Word], now: datetime) -> None:
        """Find out, in the store, whatever the memory does not know; write what is new there."""
        rules = memory.rules
        heard: dict[_ClaimKey, Word] = {}
        main = {pair: _named(memory, pair) for pair in pairs if memory.people.get(pair) is None}
        claims: dict[tuple[IdKey, IdKey], Word] = {}
        for key, word in news.items():
            meant = _meant(key, word, rules)
            if any(_bars(memory.tombs, ends, word) for ends in meant):
                continue  # and not remembered: said again after they returned, it holds
            heard[key] = word if meant else _NEVER
            for ends in meant:
                claims[ends] = stronger(claims[ends], word) if ends in claims else word
        ids = list(dict.fromkeys([*(i for i in main.values() if i), *(i for ends in claims for i in ends)]))
        people = self._known(workspace_id, ids, claims)
        if people is None:
            applied = self._write(workspace_id, memory, ids, claims, now)
            people = applied.people
            memory.moved.update(applied.changes)
        for node, person in people.values():
            if node in memory.moved:
                memory.moved[node] = person
        for pair, wanted in main.items():
            memory.people.put(pair, people[wanted] if wanted else (NOBODY, NOBODY))
        for key, word in heard.items():  # only now: a claim that could not be written has to be heard again
            have = memory.claims.get(key)
            memory.claims.put(key, stronger(have, word) if have is not None else word)

    def _known(
        self, workspace_id: int, ids: Sequence[IdKey], claims: dict[tuple[IdKey, IdKey], Word]
    ) -> dict[IdKey, tuple[int, int]] | None:
        """The people of these ids if all that is claimed has long been known; else None. Does not keep writers waiting."""
        with self._store.read() as conn:
            nodes = _rows.find_nodes(conn, workspace_id, ids)
            if len(nodes) < len(ids):
                return None
            pairs: dict[tuple[int, int], Word] = {}
            for (one, other), word in claims.items():
                a, b = sorted((nodes[one].node_id, nodes[other].node_id))
                if a != b:
                    pairs[a, b] = stronger(pairs[a, b], word) if (a, b) in pairs else word
            links = _rows.find_links(conn, workspace_id, pairs)
        if all(pair in links and stronger(word, links[pair][:3]) == links[pair][:3] for pair, word in pairs.items()):
            return {key: (node.node_id, node.person_id) for key, node in nodes.items()}
        return None

    def _write(
        self, workspace_id: int, memory: _Memory, ids: Sequence[IdKey], claims: dict[tuple[IdKey, IdKey], Word], now: datetime
    ) -> Applied:
        with self._store.write() as conn:
            take_turn(conn, workspace_id)
            if read_rules(conn, workspace_id)[0] != memory.rules_version:
                raise _Outdated
            return apply(conn, workspace_id, memory.rules, ids, claims, now)


class _Outdated(Exception):
    """What was remembered when the batch began holds no more."""


def _named(memory: _Memory, pair: Pair) -> IdKey | None:
    """The id that an event of the pair is stored under; None for whoever was erased, so that no node is made for them."""
    main = main_id(pair, memory.rules)
    return None if main is not None and memory.tombs is not None and memory.tombs.bars_id(*main) else main


def _bars(tombs: Tombstones | None, ends: tuple[IdKey, IdKey], word: Word) -> bool:
    return tombs is not None and any(tombs.bars_claim(kind, value, word[0]) for kind, value in ends)


def _meant(key: _ClaimKey, word: Word, rules: Rules) -> list[tuple[IdKey, IdKey]]:
    """The links that a claim stands for: none if an id names nobody, two for an alias.

    An alias says of a former id only its value. It may have been an anonymous id or a user id, so it is linked as both.
    """
    one = _id(key[0], key[1], rules)
    others = [_id(key[2], key[3], rules)]
    if word[2] == _ALIAS and key[2] == ANONYMOUS_ID:
        others.append(_id(USER_ID, key[3], rules))
    return [(one, other) if one < other else (other, one) for other in others if one and other and one != other]


def _id(kind: str, value: str, rules: Rules) -> IdKey | None:
    kind = normal_kind(kind)
    if not kind or (kind == EMAIL and not rules.email_is_id) or (kind == PHONE and not rules.phone_is_id):
        return None
    value = normalise(kind, value, rules)
    return (kind, value) if value else None
