"""Is a filter read strictly, and does it mean what its reader thinks?"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from uems.kernel.binds import encode
from uems.kernel.errors import UemsError
from uems.kernel.filters import (
    BASE,
    EVERYTHING,
    Ago,
    And,
    At,
    Column,
    Day,
    Field,
    Fields,
    Grammar,
    Instant,
    Matcher,
    Matching,
    Node,
    Not,
    Params,
    Property,
    Reading,
    Record,
    Test,
    Writing,
    dump,
    json_column,
    matcher,
    matches,
    parse,
    to_sql,
)
from uems.kernel.sql import Sql

FIELDS = Fields(
    columns={
        "event": Field(sql=Sql("event"), type="text"),
        "ts": Field(sql=Sql("ts"), type="time"),
        "day": Field(sql=Sql("day"), type="day"),
        "revenue_minor": Field(sql=Sql("revenue_minor"), type="number", nullable=True),
        "active": Field(sql=Sql("active"), type="boolean"),
    },
    properties=json_column(Sql("properties")),
    traits=json_column(Sql("traits")),
)
AT = At(now=datetime(2026, 3, 2, 9, 30, tzinfo=UTC), zone="America/New_York")


def prop(op: str, value: object = None, name: str = "p", **more: object) -> dict[str, Any]:
    body: dict[str, Any] = {"name": name, "op": op, **more}
    return {"property": body if value is None else {**body, "value": value}}


def holds(filter_: dict[str, Any], **properties: object) -> bool:
    return matches(parse(filter_), Record(properties=properties), FIELDS, AT)


def problem(filter_: object, grammar: Grammar = BASE) -> str:
    with pytest.raises(UemsError) as caught:
        parse(filter_, grammar)
    assert (caught.value.code, caught.value.status) == ("bad_filter", 422)
    return caught.value.message


@pytest.mark.parametrize(
    ("filter_", "message"),
    [
        ({"and": [prop("is_set"), prop("is_set"), prop("contians", "x")]}, "and[2].property: unknown operator 'contians'; one of equals, "),
        (None, "filter: must be an object with exactly one key"),
        ({}, "filter: must be an object with exactly one key"),
        ({"and": [], "or": []}, "filter: must be an object with exactly one key"),
        ({"xor": []}, "filter: unknown condition 'xor'; one of and, or, not, column, property, trait."),
        ({"and": []}, "and: must be a list of at least one condition."),
        ({"or": {"not": 1}}, "or: must be a list"),
        ({"or": [{"not": {"and": [5]}}]}, "or[0].not.and[0]: must be an object"),
        ({"property": 5}, "property: must be an object with name, op and value."),
        ({"property": {"op": "is_set"}}, "property.name: must be a text of 1 to 200 characters."),
        (prop("is_set", name="a.:`b`"), "property.name: must not hold"),
        (prop("is_set", name="\ud800"), "property.name: must not hold"),
        (prop("equals", "x", valeu="x"), "property: unknown key 'valeu'; one of name, op, value, ignore_case."),
        (prop("equals"), "property: equals needs a value."),
        (prop("is_set", "x"), "property.value: is_set takes no value"),
        (prop("equals", ["x"]), "property.value: must be a text, a number, true or false."),
        (prop("equals", 2**64), "property.value: must fit 64 bits"),
        (prop("equals", float("nan")), "property.value: must be a finite number."),
        (prop("equals", "a\0b"), "property.value: must not hold NUL"),
        (prop("equals", "x" * 2001), "property.value: has 2001 characters; at most 2000."),
        (prop("in", []), "property.value: must be a list of 1 to 10000 values."),
        (prop("in", ["x", None]), "property.value[1]: must be a text, a number, true or false."),
        (prop("contains", ""), "property.value: contains needs a text that is not empty."),
        (prop("contains", 5), "property.value: contains needs a text"),
        (prop("regex", "("), "property.value: not a regular expression that RE2 can run: missing ): ("),
        (prop("regex", r"(a)\1"), "property.value: not a regular expression that RE2 can run: invalid escape sequence"),
        (prop("regex", "(?=a)"), "property.value: not a regular expression that RE2 can run"),
        (prop("regex", "((a{1,1000}){1,1000}){1,1000}"), "property.value: not a regular expression that RE2 can run"),
        (prop("regex", "a" * 501), "property.value: not a regular expression that RE2 can run: has 501 characters; at most 500"),
        (prop("regex", "a", ignore_case=True), "property.ignore_case: does not go with regex; start the pattern with (?i)."),
        (prop("equals", "a", ignore_case=1), "property.ignore_case: must be true or false."),
        (prop("gt", "2026-01-01"), "property.value: gt compares numbers; for dates use before, after or between."),
        (prop("gt", True), "property.value: gt compares numbers"),
        (prop("between", [1]), "property.value: between needs a list of two"),
        (prop("between", [2, 1]), "property.value: the first, 2, is greater than the last, 1; swap them."),
        (prop("between", [1, "x"]), "property.value[1]: must be a number, as the first is."),
        (prop("between", ["2026-03-02", "2026-03-01"]), "property.value: the first is later than the last; swap them."),
        (prop("before", "2026-02-30"), "property.value: must be a day"),
        (prop("before", "2026-02-03T10:00:00"), "property.value: must be a day"),
        (prop("before", "0001-01-01"), "property.value: must be a day"),
        (prop("before", {"ago": 1}), "property.value.unit: unknown unit 'None'; one of minute, hour, day, week, month, year."),
        (prop("before", {"ago": 1.5, "unit": "day"}), "property.value.ago: must be a whole number"),
        (prop("before", {"ago": 1, "unit": "day", "hole": 1}), "property.value: unknown key 'hole'"),
    ],
)
def test_a_wrong_filter_says_where_and_what(filter_: object, message: str) -> None:
    assert problem(filter_).startswith(message)


def test_depth_and_size_have_limits() -> None:
    deep: dict[str, Any] = prop("is_set")
    for _ in range(50):
        deep = {"not": deep}
    assert "nested deeper than 12 levels" in problem(deep)
    assert "more than 500 conditions" in problem({"or": [prop("is_set")] * 600})
    parse({"or": [prop("is_set")] * 499})


@pytest.mark.parametrize(
    ("filter_", "message"),
    [
        (Column(name="evnt", test=Test(op="is_set")), "not.column: unknown column 'evnt'; one of active, day, event, "),
        (
            Column(name="event", test=Test(op="gt", value=5)),
            "not.column: event is a text; gt does not go with it. Use contains, ends_with,",
        ),
        (Column(name="event", test=Test(op="equals", value=5)), "not.column.value: event is a text; 5 is not."),
        (Column(name="revenue_minor", test=Test(op="in", value=(1, "x"))), "not.column.value: revenue_minor is a number;"),
        (Column(name="active", test=Test(op="equals", value=1)), "not.column.value: active is a boolean; 1 is not."),
        (Column(name="ts", test=Test(op="between", value=(1, 2))), "not.column.value: ts is a time; (1, 2) is not."),
    ],
)
def test_an_unknown_column_or_a_test_that_does_not_fit_is_an_error_in_both_evaluators(filter_: Node, message: str) -> None:
    for evaluate in (lambda: to_sql(Not(part=filter_), FIELDS, Params(), AT), lambda: matcher(Not(part=filter_), FIELDS, AT)):
        with pytest.raises(UemsError) as caught:
            evaluate()
        assert caught.value.message.startswith(message)


def test_rows_without_traits_refuse_a_trait() -> None:
    without = replace(FIELDS, traits=None)
    node = parse({"and": [{"trait": {"name": "plan", "op": "is_set"}}]})
    with pytest.raises(UemsError, match=r"and\[0\]\.trait: cannot be asked here: these rows carry no trait"):
        to_sql(node, without, Params(), AT)
    with pytest.raises(UemsError, match="carry no trait"):
        matcher(node, without, AT)


def test_json_goes_both_ways() -> None:
    written = {
        "and": [
            {"column": {"name": "event", "op": "in", "value": ["Order Completed", "订单完成"], "ignore_case": True}},
            {"or": [prop("gte", 10.5), {"not": {"trait": {"name": "address.city", "op": "is_set"}}}]},
            {"column": {"name": "ts", "op": "between", "value": [{"ago": 1, "unit": "month", "whole": True}, "2026-03-01T00:00:00Z"]}},
            {"column": {"name": "day", "op": "after", "value": "2026-03-01"}},
        ]
    }
    assert dump(parse(written)) == written


def test_a_missing_property_fails_positive_tests_and_passes_negative_ones() -> None:
    for positive, negative, value in [
        ("equals", "not_equals", "x"),
        ("in", "not_in", ["x"]),
        ("contains", "not_contains", "x"),
        ("regex", "not_regex", ".*"),
        ("list_contains", "not_list_contains", "x"),
    ]:
        for missing in ({}, {"p": None}, {"p": {"x": 1}}):
            assert not holds(prop(positive, value), **missing)
            assert holds(prop(negative, value), **missing)
    assert not holds(prop("gt", 0))
    assert not holds(prop("before", "2026-01-01"))


@pytest.mark.parametrize(
    ("wanted", "alike", "unlike"),
    [
        ("5", ["5", 5, 5.0], ["5.0", "05", " 5", 51, True]),
        (5, [5, 5.0, "5", "5.0", "5.00"], ["05", "5e0", "+5", "５", True, [5]]),
        (19.9, [19.9, "19.90", "19.9"], ["19.900001", 19]),
        (1, [1, "1"], [True, "true"]),
        (True, [True, "true"], ["True", 1, "1"]),
        ("true", ["true", True], ["True", 1]),
        ("Pro", ["Pro"], ["pro", "PRO", " Pro"]),
        ("é", ["é"], ["e\u0301", "É"]),
        (9007199254740993, [9007199254740993, "9007199254740993"], [9007199254740992, "9007199254740992", 9007199254740992.0]),
        ("18446744073709551616", [18446744073709551616, "18446744073709551616"], [18446744073709551615]),
    ],
)
def test_equality_crosses_types_only_as_written_down(wanted: object, alike: list[object], unlike: list[object]) -> None:
    assert [value for value in alike if not holds(prop("equals", wanted), p=value)] == []
    assert [value for value in unlike if holds(prop("equals", wanted), p=value)] == []


def test_ignore_case_folds_ascii_letters_only() -> None:
    assert holds(prop("contains", "PRO", ignore_case=True), p="the pro plan")
    assert not holds(prop("equals", "ÉTÉ", ignore_case=True), p="été")
    assert holds(prop("regex", "(?i)ÉTÉ"), p="été")


def test_a_dot_steps_into_objects_and_finds_dotted_keys() -> None:
    test = prop("equals", 1, name="a.b")
    assert holds(test, **{"a": {"b": 1}})
    assert holds(test, **{"a.b": 1})
    assert holds(test, **{"a": {"b": 1}, "a.b": 2})
    assert not holds(test, **{"a.b": 2, "a": {"b": 1}})
    assert holds(test, **{"a.b": None, "a": {"b": 1}})


@pytest.mark.parametrize(
    ("op", "value", "inside", "outside"),
    [
        # In New York a day starts at 05:00 UTC before 8 March 2026 and at 04:00 UTC from the 9th on.
        ("before", "2026-03-02", "2026-03-02T04:59:59.999Z", "2026-03-02T05:00:00Z"),
        ("after", "2026-03-02", "2026-03-03T05:00:00Z", "2026-03-03T04:59:59.999Z"),
        ("between", ["2026-03-08", "2026-03-08"], "2026-03-09T03:59:59.999Z", "2026-03-09T04:00:00Z"),
        ("between", ["2026-03-08", "2026-03-08"], "2026-03-08", "2026-03-09"),
        ("after", "2026-03-02T09:30:00Z", "2026-03-02T09:30:00.000001Z", "2026-03-02T09:30:00Z"),
        ("before", {"ago": 0, "unit": "day"}, "2026-03-02T09:29:59Z", "2026-03-02T09:30:00Z"),
        ("after", {"ago": 30, "unit": "minute"}, "2026-03-02T09:00:01Z", "2026-03-02T09:00:00Z"),
        ("after", {"ago": 0, "unit": "day", "whole": True}, "2026-03-02T05:00:00Z", "2026-03-02T04:59:59Z"),
        ("after", {"ago": 0, "unit": "week", "whole": True}, "2026-03-02T05:00:00Z", "2026-03-02T04:59:59Z"),
        ("after", {"ago": 1, "unit": "week", "whole": True}, "2026-02-23T05:00:00Z", "2026-02-23T04:59:59Z"),
        ("after", {"ago": -1, "unit": "month", "whole": True}, "2026-04-01T04:00:00Z", "2026-04-01T03:59:59Z"),
        ("after", {"ago": 1, "unit": "year", "whole": True}, "2025-01-01T05:00:00Z", "2025-01-01T04:59:59Z"),
        # Yesterday, today and tomorrow at the same wall clock, 04:30 in New York.
        ("after", {"ago": 1, "unit": "day"}, "2026-03-01T09:30:01Z", "2026-03-01T09:30:00Z"),
        ("after", {"ago": -7, "unit": "day"}, "2026-03-09T08:30:01Z", "2026-03-09T08:30:00Z"),
        ("after", {"ago": 100_000, "unit": "year"}, "2026-03-01", "not a date"),
        ("before", {"ago": -100_000, "unit": "week"}, "2026-03-01", "2299-12-31T00:00:00Z"),
        (
            "between",
            [{"ago": 1, "unit": "month", "whole": True}, {"ago": 0, "unit": "month", "whole": True}],
            "2026-02-28",
            "2026-03-01",
        ),
    ],
)
def test_times_mean_the_zone_s_days_and_clock(op: str, value: object, inside: str, outside: str) -> None:
    assert holds(prop(op, value), p=inside)
    assert not holds(prop(op, value), p=outside)


def test_a_month_before_the_31st_is_the_last_of_february() -> None:
    node = Column(name="ts", test=Test(op="before", value=Ago(amount=1, unit="month")))
    at = At(now=datetime(2026, 3, 31, 12, tzinfo=UTC), zone="UTC")
    record = Record(columns={"ts": datetime(2026, 2, 28, 11, 59, tzinfo=UTC)})
    assert matches(node, record, FIELDS, at)
    assert not matches(node, replace(record, columns={"ts": datetime(2026, 2, 28, 12, tzinfo=UTC)}), FIELDS, at)


ENDS = ["1900-01-01", "2299-12-31", "2299-12-31T23:59:59Z", "1900-01-01T00:00:00Z", {"ago": -9_999, "unit": "year"}]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "Pacific/Kiritimati", "America/New_York"])
@pytest.mark.parametrize("op", ["before", "after", "between"])
@pytest.mark.parametrize("value", ENDS)
def test_moments_at_the_ends_of_time_can_be_asked_of_the_engine(zone: str, op: str, value: object) -> None:
    asked = [value, value] if op == "between" else value
    params = Params()
    for filter_ in (
        prop(op, asked),
        {"column": {"name": "day", "op": op, "value": asked}},
        {"column": {"name": "ts", "op": op, "value": asked}},
    ):
        to_sql(parse(filter_), FIELDS, params, At(now=AT.now, zone=zone))
    for one in params.values.values():
        if isinstance(one, datetime):
            encode(one, "DateTime64(6, 'UTC')")
        elif isinstance(one, date):
            encode(one, "Date32")


def test_filters_written_in_code_need_no_json() -> None:
    node = And(
        parts=(
            Column(name="event", test=Test(op="equals", value="Order Completed")),
            Column(name="day", test=Test(op="between", value=(Day(day=date(2026, 3, 1)), Day(day=date(2026, 3, 2))))),
            Column(name="ts", test=Test(op="before", value=Instant(at=AT.now))),
        )
    )
    params = Params()
    assert to_sql(node, FIELDS, params, AT) == (
        "(event = {f0:String} AND (day >= {f1:Date32} AND day < {f2:Date32}) AND ts < {f3:DateTime64(6, 'UTC')})"
    )
    assert list(params.values.values()) == ["Order Completed", date(2026, 3, 1), date(2026, 3, 3), AT.now]
    assert parse(dump(node)) == node


def test_everything_matches_everything() -> None:
    assert matches(EVERYTHING, Record(), FIELDS, AT)
    assert to_sql(EVERYTHING, FIELDS, Params(), AT) == "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Did(Node):
    """What a higher room adds: the person did an event that passes ``where`` at least ``times`` times."""

    times: int
    where: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord(Record):
    events: tuple[Record, ...] = ()


class DidKind:
    key = "did"
    node = Did

    def read(self, body: object, reading: Reading) -> Did:
        if not isinstance(body, dict) or not isinstance(body.get("times"), int):
            raise reading.wrong("must be an object with times and where.")
        return Did(times=body["times"], where=reading.inside(".where").node(body.get("where")))

    def write(self, node: Did, grammar: Grammar) -> object:
        return {"times": node.times, "where": dump(node.where, grammar)}

    def to_sql(self, node: Did, writing: Writing) -> Sql:
        inner = replace(writing, fields=FIELDS).sql(node.where, ".did.where")
        times = writing.params.bind(node.times, "UInt32")
        return Sql(f"person_id IN (SELECT person_id FROM events WHERE {inner} GROUP BY person_id HAVING count() >= {times})")

    def matcher(self, node: Did, matching: Matching) -> Matcher:
        inner = replace(matching, fields=FIELDS).matcher(node.where, ".did.where")
        return lambda record: isinstance(record, PersonRecord) and sum(map(inner, record.events)) >= node.times


def test_a_higher_room_adds_a_kind_without_touching_the_kernel() -> None:
    grammar = BASE.plus(DidKind())
    people = Fields(columns={"person_id": Field(sql=Sql("person_id"), type="number")}, traits=json_column(Sql("traits")))
    where = {"column": {"name": "event", "op": "equals", "value": "Order Completed"}}
    written = {"and": [{"trait": {"name": "plan", "op": "equals", "value": "pro"}}, {"not": {"did": {"times": 2, "where": where}}}]}
    node = parse(written, grammar)
    assert dump(node, grammar) == written
    order = Record(columns={"event": "Order Completed"})
    check = matcher(node, people, AT, grammar)
    assert check(PersonRecord(traits={"plan": "pro"}, events=(order,)))
    assert not check(PersonRecord(traits={"plan": "pro"}, events=(order, order)))
    params = Params()
    sql = to_sql(node, people, params, AT, grammar)
    assert "NOT (person_id IN (SELECT person_id FROM events WHERE event = {f1:String}" in sql
    # Limits and paths run through the added kind as well.
    assert problem({"did": {"times": 1, "where": {"property": {"name": "p", "op": "?"}}}}, grammar).startswith(
        "did.where.property: unknown"
    )
    assert "unknown condition 'did'" in problem(written)
    with pytest.raises(UemsError, match="Did is not in this grammar"):
        to_sql(Did(times=1, where=EVERYTHING), FIELDS, Params(), AT)
    with pytest.raises(UemsError, match="Two kinds of filter node are called 'did'"):
        grammar.plus(DidKind())
    assert isinstance(Property(name="x", test=Test(op="is_set")), Node)
