"""Is whatever cannot be stored or sent back refused at the edge, and everything else let through?"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from uems.kernel.edge import (
    MAX_DEPTH,
    MAX_INT,
    Body,
    CleanStr,
    Cursor,
    Id,
    Key,
    Limit,
    LongText,
    Name,
    Page,
    Signed,
    Slug,
    check_json,
    decode_cursor,
    encode_cursor,
)
from uems.kernel.errors import UemsError

TEXTS: list[Any] = [CleanStr, LongText, Name, Key, Slug, Cursor]
clean_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | clean_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(clean_texts, inner, max_size=4),
    max_leaves=12,
)


def fits(kind: Any, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("dirty", ["a\x00", "\ud800", "a\udfff", "\udc00\ud800"])
def test_no_text_type_lets_nul_or_half_a_character_through(kind: Any, dirty: str) -> None:
    assert not fits(kind, dirty)


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(CleanStr).validate_python("hunter2\x00")
    assert "hunter2" not in str(refused.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Name, ["Mei", " Mei ", "商店 é😀"], ["", "  ", "two\nlines", "tab\t", "x" * 201]),
        (Key, ["x", "with space\n"], ["", "x" * 501]),
        (Slug, ["a", "a-b", "0", "x" * 63], ["", "-a", "a-", "A", "a_b", "x" * 64, "a\n", "商"]),
        (Id, [0, 1, MAX_INT], [-1, MAX_INT + 1, 1.5, "x"]),
        (Limit, [1, 1000, "7"], [0, 1001, -1, 10**400]),
        (Signed, [-MAX_INT, MAX_INT], [-MAX_INT - 1, 2**63]),
        (Cursor, ["abc_-9"], ["", "a+b", "a=", "x" * 2001]),
    ],
)
def test_the_bounds_are_where_they_should_be(kind: Any, good: list[object], bad: list[object]) -> None:
    assert [v for v in good if not fits(kind, v)] == []
    assert [v for v in bad if fits(kind, v)] == []


def test_a_name_is_trimmed() -> None:
    assert TypeAdapter(Name).validate_python(" Mei ") == "Mei"


def test_an_unknown_field_is_an_error() -> None:
    class Thing(Body):
        a: int

    with pytest.raises(ValidationError):
        Thing.model_validate({"a": 1, "b": 2})
    assert Page[Thing](items=[Thing(a=1)]).model_dump() == {"items": [{"a": 1}], "next_cursor": None}


@given(st.lists(clean_texts | st.integers(-MAX_INT, MAX_INT), max_size=5))
def test_a_cursor_comes_back_as_it_was(parts: list[str | int]) -> None:
    cursor = encode_cursor(*parts)
    if len(cursor) <= 2000 and parts:
        assert fits(Cursor, cursor)
    assert decode_cursor(cursor, *(type(p) for p in parts)) == parts


@given(st.text(max_size=50) | st.binary(max_size=50).map(lambda b: b.decode("latin-1")))
def test_a_cursor_that_was_made_up_is_refused_and_breaks_nothing(cursor: str) -> None:
    try:
        decode_cursor(cursor, int, str)
    except UemsError as error:
        assert error.status == 422  # noqa: PT017
    else:
        assert decode_cursor(cursor, int, str)


@pytest.mark.parametrize(
    "parts", [[1], [1, 2], ["a", "b"], [True, "a"], [2**53, "a"], [-(2**60), "a"], [1, "a\x00"], [1, "\ud800"], [1.0, "a"], {"0": 1}, None]
)
def test_a_cursor_of_other_parts_is_refused(parts: Any) -> None:
    import base64

    cursor = base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()
    with pytest.raises(UemsError):
        decode_cursor(cursor, int, str)


@given(values)
def test_ordinary_json_passes_however_it_is_written(value: object) -> None:
    check_json(json.dumps(value).encode())
    check_json(json.dumps(value, ensure_ascii=False).encode())


@given(values, st.sampled_from(["\x00", "\ud800", "x\udfffy"]), st.booleans())
def test_a_dirty_text_is_found_wherever_it_hides(value: object, dirty: str, as_key: bool) -> None:
    hidden = {"a": [value, {dirty: value} if as_key else [dirty]]}
    with pytest.raises(UemsError):
        check_json(json.dumps(hidden).encode())


@given(values, st.sampled_from(["NaN", "Infinity", "-Infinity", "1e999", "-2E+1000", "9" * 310 + ".5"]))
def test_a_number_that_is_none_is_found(value: object, number: str) -> None:
    with pytest.raises(UemsError):
        check_json(f'{{"a": [{json.dumps(value)}, {number}]}}'.encode())


def test_depth_has_a_limit() -> None:
    check_json(b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH)
    for depth in (MAX_DEPTH + 1, 200, 100_000):
        with pytest.raises(UemsError, match="64 levels"):
            check_json(b"[" * depth + b"1" + b"]" * depth)


def test_a_wide_body_is_not_deep() -> None:
    check_json(json.dumps([{"a": [1]}] * 1000).encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_only_utf_8_is_json(encoding: str) -> None:
    with pytest.raises(UemsError, match="UTF-8"):
        check_json('{"a": "\\u0000"}'.encode(encoding))


def test_surrogates_written_as_utf_8_are_found() -> None:
    with pytest.raises(UemsError):
        check_json(b'{"a": "\xed\xa0\x80"}')


def test_malformed_json_is_left_to_the_parser() -> None:
    check_json(b'{"a": 1e999')
    check_json(b'\\u0000 "')
    check_json(b"\xff\\ud800")
