"""What must a condition on a person know of itself? A kind of filter node that asks values, in SQL and of a record in Python."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from uems.collect import api as collect
from uems.kernel.filters import At, Fields, Grammar, Matcher, Matching, Node, Reading, Record, Writing
from uems.kernel.sql import Sql
from uems.profiles.conditions.asking import Asking, Value

N = TypeVar("N", bound=Node)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One event of a person, as the Python evaluator sees it. day: the business day of the workspace."""

    event: str
    type: str
    ts: datetime
    day: date
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord(Record):
    """One person whole. tags: name → decoded value. cuts: tag → share of the top in percent → lowest value that is in it."""

    person: int = 0
    deeds: Sequence[Deed] = ()
    zone: str = ""
    identified: bool = False
    tags: Mapping[str, object] = field(default_factory=dict)
    lists: frozenset[int] = frozenset()
    invited: "Sequence[PersonRecord]" = ()
    invited_by: "Sequence[PersonRecord]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFields(Fields):
    """For ``to_sql``: the column that names the person now, and the evaluation whose values are bound. A matcher needs neither."""

    person_sql: Sql
    asking: Asking | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """When a condition may change although nothing happens: for people with a row that ``where`` holds for, when its time passes a moment.

    time: the row's instant, as a DateTime64. slack: how far from the moment the row's time may be read.
    """

    table: Literal["events", "traits", "tag_values"]
    where: Sql
    time: Sql
    moments: tuple[datetime, ...]
    slack: timedelta = timedelta(0)


PersonCheck: TypeAlias = Callable[[PersonRecord], bool]


class PersonKind(ABC, Generic[N]):
    """Base of the kinds of this room: makes the filter's SQL and matcher out of ``ask`` and ``check``."""

    key: str
    node: type[N]

    @abstractmethod
    def read(self, body: object, reading: Reading) -> N: ...

    @abstractmethod
    def write(self, node: N, grammar: Grammar) -> object: ...

    @abstractmethod
    def ask(self, node: N, asking: Asking) -> Value:
        """The flag that says whether the condition holds."""

    @abstractmethod
    def check(self, node: N, at: At, grammar: Grammar) -> PersonCheck:
        """The same as a function of a record."""

    def edges(self, node: N, asking: Asking) -> Sequence[Edge]:
        """When the condition may change by the passing of time alone, at ``asking.at``."""
        return ()

    def inner(self, node: N) -> Sequence[Node]:
        """Conditions on other people inside this one."""
        return ()

    def to_sql(self, node: N, writing: Writing) -> Sql:
        fields = writing.fields
        if not isinstance(fields, PeopleFields) or fields.asking is None:
            raise writing.wrong(f"{self.key} is a condition on people; these rows are not people.", "not_here")
        value = self.ask(node, fields.asking)
        if not value.empty:
            return Sql(f"{fields.person_sql} GLOBAL IN {fields.asking.subquery(value)}")
        # Somebody without rows is in: leave out those who have rows and are not.
        turned = Value(source=value.source, sql=Sql(f"NOT ({value.sql})"))
        return Sql(f"{fields.person_sql} GLOBAL NOT IN {fields.asking.subquery(turned)}")

    def matcher(self, node: N, matching: Matching) -> Matcher:
        check = self.check(node, matching.at, matching.grammar)

        def holds(record: Record) -> bool:
            assert isinstance(record, PersonRecord)
            return check(record)

        return holds


EVENT_FIELDS: Final = collect.event_fields()


def keys_are(body: Mapping[str, object], allowed: Sequence[str], reading: Reading) -> None:
    """Refuse a body with a key that means nothing."""
    unknown = [str(key) for key in body if key not in allowed]
    if unknown:
        raise reading.wrong(f"unknown key {unknown[0][:60]!r}; one of {', '.join(allowed)}.")


def an_object(body: object, reading: Reading) -> Mapping[str, object]:
    if not isinstance(body, dict):
        raise reading.wrong("must be an object.")
    return body


def a_count(body: Mapping[str, object], name: str, reading: Reading, *, least: int, most: int, default: int | None = None) -> int:
    """A whole number of a body, within bounds."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        message = f"must be a whole number from {least} to {most}; it is {str(value)[:40]!r}."
        raise reading.inside(f".{name}").wrong(message, "range", least=least, most=most)
    return value
