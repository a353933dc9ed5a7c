"""What do the kinds that every filter has look like? And, or, not, and a test on a column, a property or a trait."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from uems.kernel._filters_fields import Field, JsonSource
from uems.kernel._filters_grammar import Grammar, Matching, Reading, Writing
from uems.kernel._filters_match import field_check, find, json_check
from uems.kernel._filters_model import (
    COMPARISONS,
    NEGATIONS,
    TEXT_OPS,
    And,
    Column,
    Matcher,
    Node,
    Not,
    Or,
    Property,
    Record,
    Test,
    Trait,
    bad_filter,
)
from uems.kernel._filters_read import check_json_name, read_named_test, write_test
from uems.kernel._filters_sql import field_sql, json_sql
from uems.kernel.errors import UemsError
from uems.kernel.sql import Sql, join

M = TypeVar("M", And, Or)
V = TypeVar("V", Property, Trait)

_FITS: dict[str, frozenset[str]] = {
    "text": TEXT_OPS | {"equals", "in", "regex", "is_set"},
    "number": frozenset({*COMPARISONS, "equals", "in", "between", "is_set"}),
    "boolean": frozenset({"equals", "is_set"}),
    "time": frozenset({"before", "after", "between", "is_set"}),
    "day": frozenset({"before", "after", "between", "is_set"}),
}


@dataclass(frozen=True, slots=True)
class _Many(Generic[M]):
    """``{"and": [...]}`` and ``{"or": [...]}``."""

    key: str
    node: type[M]

    def read(self, body: object, reading: Reading) -> M:
        if not isinstance(body, list) or not body:
            raise reading.wrong("must be a list of at least one condition.", "empty")
        return self.node(parts=tuple(reading.inside(f"[{i}]").node(part) for i, part in enumerate(body)))

    def write(self, node: M, grammar: Grammar) -> object:
        return [{kind.key: kind.write(part, grammar)} for part in node.parts for kind in (grammar.kind_of(part, self.key),)]

    def to_sql(self, node: M, writing: Writing) -> Sql:
        parts = [writing.sql(part, f".{self.key}[{i}]") for i, part in enumerate(node.parts)]
        if not parts:
            return Sql("1") if self.node is And else Sql("0")
        return Sql(f"({join(Sql(' AND ') if self.node is And else Sql(' OR '), parts)})")

    def matcher(self, node: M, matching: Matching) -> Matcher:
        parts = tuple(matching.matcher(part, f".{self.key}[{i}]") for i, part in enumerate(node.parts))
        if self.node is And:

            def all_hold(record: Record) -> bool:
                for part in parts:  # a plain loop is twice as fast as all() over a generator  # noqa: SIM110
                    if not part(record):
                        return False
                return True

            return all_hold

        def one_holds(record: Record) -> bool:
            for part in parts:  # noqa: SIM110
                if part(record):
                    return True
            return False

        return one_holds


@dataclass(frozen=True, slots=True)
class _Not:
    """``{"not": {...}}``."""

    key: str = "not"
    node: type[Not] = Not

    def read(self, body: object, reading: Reading) -> Not:
        return Not(part=reading.node(body))

    def write(self, node: Not, grammar: Grammar) -> object:
        kind = grammar.kind_of(node.part, self.key)
        return {kind.key: kind.write(node.part, grammar)}

    def to_sql(self, node: Not, writing: Writing) -> Sql:
        return Sql(f"NOT ({writing.sql(node.part, '.not')})")

    def matcher(self, node: Not, matching: Matching) -> Matcher:
        inner = matching.matcher(node.part, ".not")
        return lambda record: not inner(record)


@dataclass(frozen=True, slots=True)
class _Column:
    """``{"column": {"name", "op", "value"}}``."""

    key: str = "column"
    node: type[Column] = Column

    def read(self, body: object, reading: Reading) -> Column:
        name, test = read_named_test(body, reading)
        return Column(name=name, test=test)

    def write(self, node: Column, grammar: Grammar) -> object:
        return {"name": node.name, **write_test(node.test)}

    def to_sql(self, node: Column, writing: Writing) -> Sql:
        path = f"{writing.path}.column".removeprefix(".")
        column = _known(node, writing.fields.columns.get(node.name), sorted(writing.fields.columns), path)
        return field_sql(node.test, column, writing.params, writing.at)

    def matcher(self, node: Column, matching: Matching) -> Matcher:
        path = f"{matching.path}.column".removeprefix(".")
        column = _known(node, matching.fields.columns.get(node.name), sorted(matching.fields.columns), path)
        check, name = field_check(node.test, column, matching.at), node.name
        return lambda record: check(record.columns.get(name))


def _known(node: Column, column: Field | None, names: list[str], path: str) -> Field:
    """The column; raises ``bad_filter`` when the reader has none of that name or the test does not fit its type."""
    if column is None:
        known = ", ".join(names)
        raise bad_filter(path, f"unknown column {node.name[:60]!r}; one of {known}.", "unknown", got=node.name[:60], known=known)
    op = NEGATIONS.get(node.test.op, node.test.op)
    if op not in _FITS[column.type]:
        raise bad_filter(path, f"{node.name} is a {column.type}; {node.test.op} does not go with it. Use {_usable(column)}.", "misfit")
    if not _value_fits(node.test, column):
        raise bad_filter(f"{path}.value", f"{node.name} is a {column.type}; {node.test.value!r} is not.", "misfit")
    return column


def _usable(column: Field) -> str:
    fits = _FITS[column.type]
    return ", ".join(sorted(fits | {negative for negative, positive in NEGATIONS.items() if positive in fits}))


def _value_fits(test: Test, column: Field) -> bool:
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    if NEGATIONS.get(test.op, test.op) == "is_set":
        return True
    if column.type == "text":
        return all(isinstance(value, str) for value in values)
    if column.type == "boolean":
        return all(isinstance(value, bool) for value in values)
    if column.type == "number":
        return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return not any(isinstance(value, str | int | float) for value in values)


@dataclass(frozen=True, slots=True)
class _Json(Generic[V]):
    """``{"property": {...}}`` and ``{"trait": {...}}``."""

    key: str
    node: type[V]

    def read(self, body: object, reading: Reading) -> V:
        name, test = read_named_test(body, reading)
        return self.node(name=check_json_name(name, reading), test=test)

    def write(self, node: V, grammar: Grammar) -> object:
        return {"name": node.name, **write_test(node.test)}

    def to_sql(self, node: V, writing: Writing) -> Sql:
        source = writing.fields.properties if self.node is Property else writing.fields.traits
        return json_sql(node.test, self._there(source, writing.path).value(node.name, writing.params), writing.params, writing.at)

    def matcher(self, node: V, matching: Matching) -> Matcher:
        self._there(matching.fields.properties if self.node is Property else matching.fields.traits, matching.path)
        check, name = json_check(node.test, matching.at), node.name
        if "." in name:
            if self.node is Property:
                return lambda record: check(find(record.properties, name))
            return lambda record: check(find(record.traits, name))
        # Every check takes an object for a missing value by itself, so a plain look-up does.
        if self.node is Property:
            return lambda record: check(record.properties.get(name))
        return lambda record: check(record.traits.get(name))

    def _there(self, source: JsonSource | None, path: str) -> JsonSource:
        if source is None:
            raise self._absent(path)
        return source

    def _absent(self, path: str) -> UemsError:
        return bad_filter(f"{path}.{self.key}".removeprefix("."), f"cannot be asked here: these rows carry no {self.key}.", "not_here")


BASE = Grammar({}).plus(_Many("and", And), _Many("or", Or), _Not(), _Column(), _Json("property", Property), _Json("trait", Trait))


def tree(node: Node, grammar: Grammar) -> dict[str, object]:
    """The JSON of a filter."""
    kind = grammar.kind_of(node, "")
    return {kind.key: kind.write(node, grammar)}
