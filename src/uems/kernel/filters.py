"""Which records count? One typed tree, read from JSON, evaluated in SQL or in Python with the same answer.

    {"and": [
        {"column":   {"name": "event", "op": "equals", "value": "Order Completed"}},
        {"property": {"name": "revenue", "op": "gte", "value": 100}},
        {"not": {"trait": {"name": "country", "op": "in", "value": ["US", "CA"]}}},
        {"column":   {"name": "ts", "op": "after", "value": {"ago": 30, "unit": "day"}}}]}

The rules, once:

- **Two truth values.** Every condition holds or does not; there is no "unknown". A missing value (absent, null, or an object)
  fails every positive test and so passes every negative one: ``not_equals`` holds where the property is missing, as users of
  PostHog and Mixpanel expect. ``not_equals`` is ``not equals``, always. To leave the missing out, add ``is_set``.
- **Equality** across types: see ``_filters_values``. Number tests also read texts in plain digits ("19.90").
- **Text tests** see texts, and whole numbers as their digits. Case counts unless ``ignore_case`` (ASCII letters). Patterns are RE2,
  unanchored, a dot takes a line feed.
- **Time tests** see ISO 8601 text and time columns. A bare day is a whole day of the zone; ``between`` takes in both ends.
- **Lists** only answer ``list_contains`` and ``is_set``; an object only answers through its parts (``address.city``).
- **Columns** have one type, and a text column holds "" for a missing value: ``is_set`` is false for it.
"""

from uems.kernel._filters_fields import Field, Fields, FieldType, JsonSource, JsonValue, Params, Scalars, json_column, json_text
from uems.kernel._filters_grammar import Grammar, Kind, Matching, Reading, Writing
from uems.kernel._filters_kinds import BASE, tree
from uems.kernel._filters_match import Check, field_check, find, json_check
from uems.kernel._filters_model import (
    EVERYTHING,
    Ago,
    And,
    At,
    Column,
    Day,
    Fault,
    Instant,
    Matcher,
    Moment,
    Node,
    Not,
    Op,
    Or,
    Property,
    Record,
    Test,
    Trait,
    bad_filter,
)
from uems.kernel._filters_read import check_json_name, read_named_test, read_test, write_test
from uems.kernel._filters_sql import Bounds, bounds_of, field_sql, json_sql
from uems.kernel._filters_time import Window, window_of
from uems.kernel._filters_values import DECIMAL_PATTERN, Alike, alike
from uems.kernel.sql import Sql

__all__ = [
    "BASE", "DECIMAL_PATTERN", "EVERYTHING", "Ago", "Alike", "And", "At", "Bounds", "Check", "Column", "Day", "Fault", "Field",
    "FieldType", "Fields", "Grammar", "Instant", "JsonSource", "JsonValue", "Kind", "Matcher", "Matching", "Moment", "Node", "Not",
    "Op", "Or", "Params", "Property", "Reading", "Record", "Scalars", "Test", "Trait", "Window", "Writing", "alike", "bad_filter",
    "bounds_of", "check_json_name", "dump", "field_check", "field_sql", "find", "json_check", "json_column", "json_sql", "json_text",
    "matcher", "matches", "parse", "read_named_test", "read_test", "to_sql", "window_of", "write_test",
]  # fmt: skip


def parse(data: object, grammar: Grammar = BASE) -> Node:
    """The filter in decoded JSON. Raises ``bad_filter`` (422) that names the place: ``and[2].property: unknown operator ...``."""
    return Reading(grammar=grammar).node(data)


def dump(node: Node, grammar: Grammar = BASE) -> dict[str, object]:
    """The JSON of a filter; ``parse`` gives the same tree back."""
    return tree(node, grammar)


def to_sql(node: Node, fields: Fields, params: Params, at: At, grammar: Grammar = BASE) -> Sql:
    """A condition for WHERE, 0 or 1 and never NULL, with its values bound in ``params``.

    Raises ``bad_filter`` for a column that ``fields`` does not have, or a test that does not fit its type.
    """
    return Writing(grammar=grammar, fields=fields, params=params, at=at).sql(node)


def matcher(node: Node, fields: Fields, at: At, grammar: Grammar = BASE) -> Matcher:
    """The same condition as a function of one record: make it once, call it for many. Raises as ``to_sql``."""
    return Matching(grammar=grammar, fields=fields, at=at).matcher(node)


def matches(node: Node, record: Record, fields: Fields, at: At, grammar: Grammar = BASE) -> bool:
    """Whether one record matches; for many records use ``matcher``."""
    return matcher(node, fields, at, grammar)(record)
