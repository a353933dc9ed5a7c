"""Which filters and records should the evaluators be tried on? Random ones, made of values that are near each other."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.support.filter_oracle import Row

NAMES = [
    "plan", "price", "a.b", "a.b.c", "with space", "it's", 'say "hi"', "back`tick", "back\\slash", "城市", "😀", "{f0:String}", "50%",
    "^x", ".x",
]  # fmt: skip
TEXTS = [
    "", "pro", "Pro", "PRO plan", "5", "5.0", "05", "-3", "0.1", "19.90", "1e3", "true", "false", "True", "null", "é", "e\u0301", "ÉTÉ",
    "北京", "😀", "a\nb", "it's", "\\", "%", "_", "\t", "9007199254740993", "9223372036854775808", "18446744073709551616", "x" * 300,
    "-0", "-0.0", " 5",
]  # fmt: skip
INSTANTS = [
    "2026-03-01T00:00:00Z", "2026-03-01T17:30:00+08:00", "2026-03-02T09:30:00.000Z", "2026-03-02T09:30Z", "2026-03-02T09:30:00.000001Z",
    "1900-01-01T00:00:00Z", "2299-12-30T23:59:59Z", "2026-03-01T05:00:00Z", "2026-03-01T04:59:59.999Z", "2026-03-01 10:00:00-0500",
]  # fmt: skip
DAYS = ["2026-03-01", "2026-03-02", "2026-03-08", "2026-03-29", "2026-02-28", "1900-01-01", "2299-12-30"]
TIMES = [
    *INSTANTS, *DAYS, "2026-02-31", "1899-12-31", "0000-01-01", "9999-12-31", "2026-03-01T23:59:59.999999999Z", "2026-03-01 09:30:00",
    "2026-04-31T10:00:00Z", "2026-03-01T24:00:00Z", "2299-12-31T23:59:59-1200", "2300-01-01T00:00:00Z", "2026-3-1", "2026-03-01T",
    "20260301", "2026-03-08T02:30:00", "2026-02-30T00:00:00Z", "2026-03-01T10:00:00z", "2026-03-01T10:00:60Z", "2026-03-01T10:00:00+24:00",
]  # fmt: skip
NUMBERS: list[int | float] = [
    0, -0.0, 1, 5, 5.0, -3, 0.1, 19.9, 1000, 1e3, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 1e15, 1.5e300,
    123456, 12,
]  # fmt: skip
PATTERNS = [
    "^pro", "o", "(?i)PRO", "^$", "a.b", "^.b", r"\d+", "5|x", "[é北]", r"\p{Han}", "x{3,}", "^(a|b)*$", r"\bplan\b", "(?-s)a.b", "$",
    r"\x{1F600}", "a*", "(?m)^b$", "[[:upper:]]", r"\Q5.0\E", "pro|Pro|5", "(pro|x)? plan",
]  # fmt: skip
ZONES = ["UTC", "America/New_York", "Asia/Shanghai", "Asia/Kolkata", "America/Santiago", "Pacific/Apia"]
COLUMNS = {
    "event": "text", "utm_source": "text", "revenue_minor": "number", "score": "number", "person_id": "number", "ts": "time",
    "day": "day", "active": "boolean",
}  # fmt: skip

Json = dict[str, Any]
Strategy = st.SearchStrategy[Any]

# Filters and records draw mostly from the same few names and values, so that conditions hold about as often as not.
_HOT_NAMES = ["plan", "a.b", "back`tick", "城市"]
_HOT_VALUES: list[Any] = [
    "pro", "Pro", "pro plan", "5", "5.0", 5, 5.0, 12, 0.1, "0.1", True, "true", "é", "北京", 2**53 + 1, "9007199254740993",
]  # fmt: skip
_FEW: list[Any] = ["pro", "5", 5, True, 0.1, "é"]
_names = st.sampled_from(_HOT_NAMES * 5 + NAMES)
_hot = st.sampled_from(_HOT_VALUES)

_words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
_scalars = st.one_of(_hot, _hot, _hot, st.sampled_from(TEXTS), st.sampled_from(NUMBERS), st.booleans(), _words, st.integers(-20, 20))
_units = st.sampled_from(["minute", "hour", "day", "week", "month", "year"])
_agos = st.fixed_dictionaries({"ago": st.integers(-3, 3) | st.sampled_from([30, 400]), "unit": _units}, optional={"whole": st.booleans()})
_moments = st.sampled_from(INSTANTS) | st.sampled_from(DAYS) | _agos

# The engine keeps a list that mixes whole numbers beyond 2^53 with fractions as doubles: a documented limit, not tried here.
_elements = st.one_of(
    st.sampled_from([v for v in _HOT_VALUES if v != 2**53 + 1]),
    st.sampled_from(TEXTS),
    st.sampled_from([n for n in NUMBERS if abs(n) < 2**53]),
    st.booleans(),
    st.sampled_from([None, [1, "x"], {"a": 1}]),
)
_values: Strategy = st.one_of(
    _hot,
    _scalars,
    st.sampled_from(TIMES),
    *[st.sampled_from(_HOT_VALUES) for _ in range(6)],
    *[st.lists(st.sampled_from(_FEW), min_size=1, max_size=4) for _ in range(3)],
    st.sampled_from([None, {}, 2**64, -(2**63) - 1, 10**30]),
    # A null among lists is made an empty list before it gets here.
    st.lists(_elements, max_size=4).filter(
        lambda found: not (None in found and all(v is None or isinstance(v, list) for v in found) and found.count(None) < len(found))
    ),
)
_others = st.dictionaries(st.sampled_from(NAMES), _values, max_size=3)
_traits = st.builds(lambda hot, others: hot | others, st.fixed_dictionaries(dict.fromkeys(_HOT_NAMES, _values)), _others)
_inner = st.dictionaries(st.sampled_from(["b", "b.c", "x"]), _values | st.dictionaries(st.just("c"), _values, max_size=1), max_size=2)
_hot_document = st.fixed_dictionaries({"plan": _values, "back`tick": _values, "城市": _values})
_either = st.one_of(
    st.fixed_dictionaries({"a.b": _values}),
    st.fixed_dictionaries({"a": _inner}),
    st.fixed_dictionaries({"a": _inner, "a.b": _values}),
    st.fixed_dictionaries({"a.b": _values, "a": _inner}),
    st.dictionaries(st.sampled_from([*NAMES, "a", ""]), _values | _inner, max_size=4),
)
_documents = st.builds(lambda hot, either: {**hot, **either}, _hot_document, _either)
_times = st.integers(0, 39 * 86_400_000).map(lambda ms: datetime(2026, 2, 20, tzinfo=UTC) + timedelta(milliseconds=ms))
_columns = st.fixed_dictionaries(
    {
        "event": st.sampled_from(TEXTS),
        "utm_source": st.sampled_from(TEXTS),
        "revenue_minor": st.none() | st.integers(-5, 5),
        "score": st.sampled_from([None, 0.0, -0.0, 0.1, 5.0, 2.5]),
        "person_id": st.integers(0, 5),
        "ts": _times | st.just(datetime(2026, 3, 1, tzinfo=UTC)),
        "day": st.dates(date(2026, 2, 25), date(2026, 3, 10)),
        "active": st.booleans(),
    }
)


def _row(columns: Json, properties: Json, traits: Json) -> Row:
    texts = {name: json.dumps(value, ensure_ascii=False) for name, value in traits.items()}
    return Row(columns=columns, properties=json.dumps(properties, ensure_ascii=False), traits=texts)


rows: st.SearchStrategy[Row] = st.builds(_row, _columns, _documents, _traits)


def _test(op: str, value: Strategy | None = None, *, case: bool = False) -> Strategy:
    parts: dict[str, Strategy] = {"op": st.just(op)} | ({} if value is None else {"value": value})
    return st.fixed_dictionaries(parts, optional={"ignore_case": st.booleans()} if case else {})


def _some(values: Strategy) -> Strategy:
    return st.lists(values, min_size=1, max_size=4)


_needles = st.sampled_from([t for t in TEXTS if t and len(t) < 100] + ["p", "pro", "Pr", "o", "5", "1", "0", "é", "京"] * 3)
_numbers = st.sampled_from(NUMBERS) | st.integers(-10, 10)
_two_numbers = st.lists(_numbers, min_size=2, max_size=2).map(sorted)
_two_moments = st.one_of(
    st.lists(_agos, min_size=2, max_size=2),
    st.tuples(st.sampled_from(DAYS), _agos | st.sampled_from(INSTANTS)).map(list),
    st.lists(st.sampled_from(DAYS), min_size=2, max_size=2).map(sorted),
)
_set_tests = _test("is_set") | _test("is_not_set")
_number_tests = st.one_of(*[_test(op, _numbers) for op in ("gt", "gte", "lt", "lte")], _test("between", _two_numbers))
_time_tests = st.one_of(_test("before", _moments), _test("after", _moments), _test("between", _two_moments))
_text_tests = st.one_of(
    *[_test(op, _needles, case=True) for op in ("contains", "not_contains", "starts_with", "ends_with")],
    *[_test(op, st.sampled_from(PATTERNS)) for op in ("regex", "not_regex")],
)
_json_tests = st.one_of(
    *[_test(op, _scalars, case=True) for op in ("equals", "not_equals", "list_contains", "not_list_contains")],
    *[_test(op, st.sampled_from(_FEW), case=True) for op in ("list_contains", "not_list_contains")],
    *[_test(op, _some(_scalars), case=True) for op in ("in", "not_in")],
    _text_tests,
    _number_tests,
    _time_tests,
    _set_tests,
)
_text = st.sampled_from(TEXTS)
_near = st.sampled_from([0, 1, 2, 5, -3, 0.1, 2.5])
_column_tests = {
    "text": st.one_of(_test("equals", _text, case=True), _test("not_in", _some(_text), case=True), _text_tests, _set_tests),
    "number": st.one_of(_test("equals", _near), _test("not_equals", _near), _test("in", _some(_near)), _number_tests, _set_tests),
    "boolean": st.one_of(_test("equals", st.booleans()), _test("not_equals", st.booleans()), _set_tests),
    "time": st.one_of(_time_tests, _set_tests),
    "day": st.one_of(_time_tests, _set_tests),
}


def _leaf(kind: str, name: str, test: Json) -> Json:
    return {kind: {"name": name, **test}}


_leaves = st.one_of(
    st.builds(_leaf, st.just("property"), _names, _json_tests),
    st.builds(_leaf, st.just("trait"), _names, _json_tests),
    st.sampled_from(sorted(COLUMNS)).flatmap(lambda name: st.builds(_leaf, st.just("column"), st.just(name), _column_tests[COLUMNS[name]])),
)
filters: st.SearchStrategy[Json] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(lambda key, parts: {key: parts}, st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3)),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)
