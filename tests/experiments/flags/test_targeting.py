"""Does a translated condition hold for whom our own grammar says that it holds? Random conditions, attributes near their values."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.depth import worlds
from uems.experiments.flags.conditions import compile_condition
from uems.experiments.flags.targeting import client_condition, parse_targeting
from uems.kernel.errors import UemsError
from uems.kernel.filters import At, Fields, Record, json_text, matches, parse
from uems.kernel.sql import Sql
from uems.profiles import api as profiles

AT = At(now=datetime(2026, 3, 1, tzinfo=UTC), zone="UTC")
FIELDS = Fields(traits=json_text(lambda name, params: Sql("")))
TEXTS = [
    "", "pro", "Pro", "PRO plan", "5", "5.0", "05", "-3", "0.1", "1e3", "true", "TRUE", "é", "É", "北京", "😀", "a\nb", "a.b*", "\\", "/",
    "[x]", "-0", " 5", "K", "k", "\u212a",
]  # fmt: skip
NUMBERS: list[int | float] = [0, 1, 5, -3, 0.1, 2.5, 1000, 2**53 - 1, 12]
NAMES = ["plan", "a.b", "a", "城市"]
scalars = st.one_of(st.sampled_from(TEXTS), st.sampled_from(NUMBERS), st.booleans(), st.text(max_size=3), st.integers(-20, 20))
wanted = scalars.filter(lambda value: not isinstance(value, str) or ("\0" not in value and value.isprintable()))


def _tests() -> st.SearchStrategy[dict[str, Any]]:
    def test(op: str, value: st.SearchStrategy[Any] | None, *, case: bool = False) -> st.SearchStrategy[dict[str, Any]]:
        parts: dict[str, st.SearchStrategy[Any]] = {"name": st.sampled_from(NAMES), "op": st.just(op)}
        return st.fixed_dictionaries(
            parts | ({"value": value} if value is not None else {}), optional={"ignore_case": st.booleans()} if case else {}
        )

    texts = st.sampled_from([text for text in TEXTS if text]) | st.text("ab5-.", min_size=1, max_size=3)
    numbers = st.sampled_from(NUMBERS) | st.integers(-20, 20)
    between = st.tuples(numbers, numbers).map(sorted).map(list)
    kinds = [test(op, wanted, case=True) for op in ("equals", "not_equals", "list_contains", "not_list_contains")]
    kinds += [test(op, st.lists(wanted, min_size=1, max_size=4), case=True) for op in ("in", "not_in")]
    kinds += [test(op, texts, case=True) for op in ("contains", "not_contains", "starts_with", "ends_with")]
    kinds += [test(op, numbers) for op in ("gt", "gte", "lt", "lte")]
    kinds += [test("between", between), test("is_set", None), test("is_not_set", None)]
    return st.one_of(kinds)


leaves = st.one_of(_tests().map(lambda body: {"trait": body}), st.sampled_from(["vip", "new"]).map(lambda key: {"segment": {"key": key}}))
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"and": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"or": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)
values = st.one_of(scalars, st.none(), st.lists(scalars | st.none(), max_size=4), st.dictionaries(st.just("b"), scalars, max_size=1))
attributes = st.fixed_dictionaries(
    {}, optional={"plan": values, "a": values, "城市": values, "segments": st.lists(st.sampled_from(["vip", "new", "x"]), max_size=2)}
)


def _as_traits(condition: Any) -> Any:
    """The same condition with segments written as what they are here: a test on a list."""
    ((kind, body),) = condition.items()
    if kind == "segment":
        return {"trait": {"name": "segments", "op": "list_contains", "value": body["key"]}}
    if isinstance(body, list):
        return {kind: [_as_traits(part) for part in body]}
    return {kind: _as_traits(body)} if kind == "not" else condition


@settings(max_examples=worlds(300))
@given(conditions, attributes)
def test_a_translation_holds_for_whom_the_condition_holds(condition: dict[str, Any], found: dict[str, Any]) -> None:
    ours = matches(parse(_as_traits(condition)), Record(traits=found), FIELDS, AT)
    translated = client_condition(profiles.parse_condition(condition))
    assert compile_condition(translated)(found) is ours, translated


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ({"trait": {"name": "plan", "op": "regex", "value": "^p"}}, "a pattern"),
        ({"trait": {"name": "seen", "op": "before", "value": "2026-03-01"}}, "a time"),
        ({"trait": {"name": "seen", "op": "between", "value": ["2026-03-01", "2026-03-02"]}}, "a time"),
        ({"trait": {"name": "n", "op": "equals", "value": 2**53}}, "the number"),
        ({"trait": {"name": "a.length", "op": "gt", "value": 1}}, "an attribute called"),
        ({"trait": {"name": "$or", "op": "is_set"}}, "an attribute called"),
        ({"trait": {"name": "tags.0", "op": "is_set"}}, "an attribute called"),
        ({"trait": {"name": "n", "op": "in", "value": list(range(1001))}}, "a list of 1001 values"),
        ({"did": {"events": ["Order Completed"]}}, "a condition of the kind Did"),
        ({"and": [{"not": {"tag": {"name": "t", "op": "is_set"}}}]}, "a condition of the kind Tag"),
    ],
)
def test_what_clients_cannot_answer_is_refused_with_its_place(condition: dict[str, Any], what: str) -> None:
    with pytest.raises(UemsError) as refused:
        parse_targeting(condition)
    assert (refused.value.code, refused.value.status) == ("flag_condition", 422)
    assert what in refused.value.message
