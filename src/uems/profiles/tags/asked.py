"""Are the tags that a condition asks there, and does it ask of each what a value of its type can answer?

The values are compared as everywhere in filters, so a number may be compared with a text that is one. A test that could never
hold, or always would, is refused: it is a mistake that nobody would notice in an empty segment.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from uems.kernel.errors import UemsError
from uems.kernel.filters import Ago, And, Day, Instant, Node, Not, Op, Or, Test, bad_filter
from uems.profiles.conditions.grammar import kind_of
from uems.profiles.conditions.model import Tag, Top
from uems.profiles.tags.model import TagDef, ValueType

_PRESENCE: Final[tuple[Op, ...]] = ("is_set", "is_not_set")
_EQUAL: Final[tuple[Op, ...]] = ("equals", "not_equals", "in", "not_in")
_OPS: Final[Mapping[ValueType, tuple[Op, ...]]] = {
    "text": (*_EQUAL, "contains", "not_contains", "starts_with", "ends_with", "regex", "not_regex", *_PRESENCE),
    "number": (*_EQUAL, "gt", "gte", "lt", "lte", "between", *_PRESENCE),
    "boolean": (*_EQUAL, *_PRESENCE),
    "date": ("before", "after", "between", *_PRESENCE),
    "list": ("list_contains", "not_list_contains", *_PRESENCE),
}


def asked_in(node: Node, path: str = "") -> Iterator[tuple[str, Tag | Top]]:
    """(path, leaf) of every question about a tag, also about related people; segments inside are not looked into."""
    if isinstance(node, And | Or):
        key = "and" if isinstance(node, And) else "or"
        for n, part in enumerate(node.parts):
            yield from asked_in(part, f"{path}.{key}[{n}]".removeprefix("."))
        return
    if isinstance(node, Not):
        yield from asked_in(node.part, f"{path}.not".removeprefix("."))
        return
    kind = kind_of(node)
    here = f"{path}.{kind.key}".removeprefix(".")
    if isinstance(node, Tag | Top):
        yield here, node
    for inner in kind.inner(node):
        yield from asked_in(inner, f"{here}.who")


def check_asked(node: Node, tags: Mapping[str, TagDef], path: str = "") -> None:
    """Raise ``bad_filter`` (422) for a tag that is not among ``tags`` (key → definition), or that cannot answer what it is asked.

    path: where the condition stands, for the place in the error.
    """
    for place, leaf in asked_in(node, path):
        tag = tags.get(leaf.name)
        if tag is None:
            raise _unknown(f"{place}.{'name' if isinstance(leaf, Tag) else 'tag'}", leaf.name, tags)
        problem = misfit(leaf, tag.value_type)
        if problem:
            error = bad_filter(place, f"{problem} Ask it otherwise, or another tag.", "misfit")
            error.details |= {"tag": leaf.name[:100]}
            raise error


def misfit(leaf: Tag | Top, value_type: ValueType) -> str:
    """Why a tag of this type cannot answer; "" when it can."""
    if isinstance(leaf, Top):
        return "" if value_type == "number" else f"the tag {leaf.name!r} is a {value_type}; percentiles are of numbers."
    test, allowed = leaf.test, _OPS[value_type]
    if test.op not in allowed:
        return f"{test.op} does not fit the tag {leaf.name!r}, which is a {value_type}; one of {', '.join(allowed)}."
    wrong = next((value for value in _values(test) if not _fits(value, value_type)), None)
    return "" if wrong is None else f"{str(wrong)[:60]!r} is no value of the tag {leaf.name!r}, which is a {value_type}."


def _values(test: Test) -> tuple[object, ...]:
    if test.value is None:
        return ()
    return test.value if isinstance(test.value, tuple) else (test.value,)


def _fits(value: object, value_type: ValueType) -> bool:
    moment = isinstance(value, Day | Instant | Ago)
    if value_type == "date":
        return moment
    if moment:
        return False
    if value_type == "number":
        return not isinstance(value, bool) and (not isinstance(value, str) or _is_number(value))
    if value_type == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    return value_type != "text" or not isinstance(value, bool)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _unknown(path: str, name: str, tags: Mapping[str, TagDef]) -> UemsError:
    near = get_close_matches(name, tags, n=5, cutoff=0.5)
    said = f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(sorted(tags)[:20]) or 'none yet'}."
    error = bad_filter(path, f"there is no tag {name[:60]!r}; {said} Take one of those, or define it first.", "unknown_tag")
    error.details |= {"tag": name[:100], "near": near}
    return error
