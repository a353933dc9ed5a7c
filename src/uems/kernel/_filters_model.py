"""What is a filter made of? Frozen nodes, tests on one value, and moments in time; no JSON and no SQL here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args

from uems.kernel.errors import UemsError

MAX_DEPTH: Final = 12
MAX_NODES: Final = 500
MAX_VALUES: Final = 10_000
MAX_TEXT: Final = 2_000
MAX_NAME: Final = 200

Op: TypeAlias = Literal[
    "equals", "not_equals", "in", "not_in",
    "contains", "not_contains", "starts_with", "ends_with", "regex", "not_regex",
    "gt", "gte", "lt", "lte", "between", "before", "after",
    "list_contains", "not_list_contains", "is_set", "is_not_set",
]  # fmt: skip
OPS: Final[tuple[Op, ...]] = get_args(Op)

NEGATIONS: Final[Mapping[Op, Op]] = {
    "not_equals": "equals",
    "not_in": "in",
    "not_contains": "contains",
    "not_regex": "regex",
    "not_list_contains": "list_contains",
    "is_not_set": "is_set",
}
"""A negative operator is true exactly where its positive one is false, so also where the value is missing."""

TEXT_OPS: Final[frozenset[Op]] = frozenset({"contains", "starts_with", "ends_with"})
CASE_OPS: Final[frozenset[Op]] = TEXT_OPS | {"not_contains", "equals", "not_equals", "in", "not_in", "list_contains", "not_list_contains"}
COMPARISONS: Final[Mapping[Op, str]] = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}

Unit: TypeAlias = Literal["minute", "hour", "day", "week", "month", "year"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A business day as a whole: before it is before its first instant, after it is from the next day's first instant on."""

    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """One instant, aware UTC."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ago:
    """``amount`` units before now (negative: ahead of now). Days and longer count on the calendar of the zone.

    whole: go back to the start of that unit, so ``Ago(amount=0, unit="month", whole=True)`` is the first instant of this month.
    """

    amount: int
    unit: Unit
    whole: bool = False


Moment: TypeAlias = Day | Instant | Ago
Scalar: TypeAlias = str | int | float | bool
Value: TypeAlias = Scalar | tuple[Scalar, ...] | Moment | tuple[Moment, Moment] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Test:
    """What is asked of one value. ignore_case: ASCII letters only, so that both evaluators agree everywhere.

    Equal are those that ask the same: 1 and 1.0 do, 1 and true do not, though Python calls them equal.
    """

    __test__ = False  # pytest must not collect it

    op: Op
    value: Value = None
    ignore_case: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Test) and self._asked() == other._asked()

    def __hash__(self) -> int:
        return hash(self._asked())

    def _asked(self) -> tuple[object, ...]:
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return self.op, self.ignore_case, self.value, tuple(isinstance(one, bool) for one in values)


class Node:
    """Base of every node; a new kind is a frozen dataclass that derives from it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class And(Node):
    """All parts hold; without parts it holds always."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or(Node):
    """At least one part holds; without parts it never does."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """The part does not hold."""

    part: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Node):
    """A test on a column that the reader offers (event, ts, utm_source, ...)."""

    name: str
    test: Test


@dataclass(frozen=True, slots=True, kw_only=True)
class Property(Node):
    """A test on a property of the event; a dot in ``name`` steps into an object."""

    name: str
    test: Test


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait(Node):
    """A test on a trait of the person; a dot in ``name`` steps into an object."""

    name: str
    test: Test


EVERYTHING: Final = And(parts=())
"""Holds for every record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """When and where a filter is evaluated: relative windows and bare dates depend on it. now: aware. zone: IANA name."""

    now: datetime
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What ``matches`` looks at. Higher rooms derive from it to carry more (the person's events, their relations).

    columns: by the names of the field table; times are aware datetimes, days are dates, a missing number is None and a missing
    text is "". properties, traits: decoded JSON objects.
    """

    columns: Mapping[str, object] = field(default_factory=dict)
    properties: Mapping[str, object] = field(default_factory=dict)
    traits: Mapping[str, object] = field(default_factory=dict)


Matcher: TypeAlias = Callable[[Record], bool]


Fault: TypeAlias = Literal[
    "characters", "empty", "form", "long", "misfit", "no_past", "not_here", "number", "order", "property", "range", "regex", "steps",
    "text", "time", "too_many", "unknown", "unknown_tag", "value", "zone",
]  # fmt: skip
"""What may be wrong with a condition, in words that a page says in its own language."""


def bad_filter(path: str, problem: str, what: Fault = "form", **said: int | float | str) -> UemsError:
    """A filter that cannot be used: where in the tree, and what is wrong there. said: what a page needs to say it in its language."""
    where = path or "filter"
    return UemsError("bad_filter", f"{where}: {problem}", status=422, details={"path": path, "what": what, **said})
