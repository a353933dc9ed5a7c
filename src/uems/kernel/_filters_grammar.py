"""Which kinds of node may a filter have? A closed set per grammar; a higher room adds its own kinds and changes nothing here.

A kind knows four things of its node: how to read it from JSON, how to write it back, its SQL, and its matcher. And, or, not
and the three tests are kinds like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, TypeVar

from uems.kernel._filters_fields import Fields, Params
from uems.kernel._filters_model import MAX_DEPTH, MAX_NODES, At, Fault, Matcher, Node, bad_filter
from uems.kernel.errors import UemsError
from uems.kernel.sql import Sql

N = TypeVar("N", bound=Node)


class Kind(Protocol[N]):
    """One kind of node. key: the name it has in JSON, where a node is ``{key: body}``. node: its dataclass."""

    @property
    def key(self) -> str: ...
    @property
    def node(self) -> type[N]: ...
    def read(self, body: object, reading: "Reading") -> N:
        """The node from its JSON body; raises ``bad_filter`` by ``reading.wrong``."""
        ...

    def write(self, node: N, grammar: "Grammar") -> object:
        """The JSON body of the node."""
        ...

    def to_sql(self, node: N, writing: "Writing") -> Sql:
        """An expression that is 0 or 1, never NULL."""
        ...

    def matcher(self, node: N, matching: "Matching") -> Matcher:
        """A function that says whether a record matches; made once, called for many records."""
        ...


class Grammar:
    """The kinds that a filter may use. Immutable: ``plus`` gives a larger one."""

    def __init__(self, kinds: Mapping[str, Kind[Node]]) -> None:
        self.kinds: Final = dict(kinds)
        self._by_node: Final = {kind.node: kind for kind in self.kinds.values()}

    def plus(self, *kinds: Kind[Any]) -> "Grammar":
        """This grammar and more kinds, for the room that defines them and those above it."""
        known: dict[str, Kind[Node]] = dict(self.kinds)
        for kind in kinds:
            if kind.key in known:
                raise UemsError("duplicate_key", f"Two kinds of filter node are called {kind.key!r}; rename one.", status=500)
            known[kind.key] = kind
        return Grammar(known)

    def kind_of(self, node: Node, path: str) -> Kind[Node]:
        found = self._by_node.get(type(node))
        if found is None:
            raise bad_filter(path, f"{type(node).__name__} is not in this grammar; use one of {', '.join(self.kinds)}.")
        return found


@dataclass(slots=True)
class _Count:
    nodes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Where the reader is in the JSON; hands nested filters back to the grammar."""

    grammar: Grammar
    path: str = ""
    depth: int = 0
    count: _Count = field(default_factory=_Count)

    def wrong(self, problem: str, what: Fault = "form", **said: int | float | str) -> UemsError:
        return bad_filter(self.path, problem, what, **said)

    def inside(self, step: str) -> "Reading":
        """The same reader one step further: ``.name`` or ``[3]``."""
        return replace(self, path=f"{self.path}{step}".removeprefix("."))

    def node(self, body: object) -> Node:
        """A nested filter; counts against the limits of the whole tree."""
        self.count.nodes += 1
        if self.count.nodes > MAX_NODES:
            raise self.wrong(
                f"more than {MAX_NODES} conditions in one filter; split it, or use `in` with a list.", "too_many", most=MAX_NODES
            )
        if self.depth > MAX_DEPTH:
            raise self.wrong(f"nested deeper than {MAX_DEPTH} levels; flatten it.", "too_many", most=MAX_DEPTH)
        known = ", ".join(self.grammar.kinds)
        if not isinstance(body, dict) or len(body) != 1:
            raise self.wrong(f"must be an object with exactly one key, one of {known}.")
        key, inner = next(iter(body.items()))
        kind = self.grammar.kinds.get(key) if isinstance(key, str) else None
        if kind is None:
            raise self.wrong(f"unknown condition {str(key)[:60]!r}; one of {known}.", "unknown", got=str(key)[:60], known=known)
        return kind.read(inner, replace(self.inside(f".{key}"), depth=self.depth + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a kind needs to write SQL. A kind that looks at other rows passes ``replace(writing, fields=...)`` on."""

    grammar: Grammar
    fields: Fields
    params: Params
    at: At
    path: str = ""

    def sql(self, node: Node, step: str = "") -> Sql:
        inner = replace(self, path=f"{self.path}{step}".removeprefix("."))
        return self.grammar.kind_of(node, inner.path).to_sql(node, inner)

    def wrong(self, problem: str, what: Fault = "form", **said: int | float | str) -> UemsError:
        return bad_filter(self.path, problem, what, **said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What a kind needs to make a matcher."""

    grammar: Grammar
    fields: Fields
    at: At
    path: str = ""

    def matcher(self, node: Node, step: str = "") -> Matcher:
        inner = replace(self, path=f"{self.path}{step}".removeprefix("."))
        return self.grammar.kind_of(node, inner.path).matcher(node, inner)

    def wrong(self, problem: str, what: Fault = "form", **said: int | float | str) -> UemsError:
        return bad_filter(self.path, problem, what, **said)
