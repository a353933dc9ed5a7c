"""Does a condition hold for these attributes? The Mongo-like conditions of flag clients, compiled once into functions.

``compile_condition({"country": {"$in": ["US", "CA"]}})`` gives a function of an attributes object. Nothing raises at evaluation: an
unknown operator, a pattern that RE2 cannot run and a value of the wrong form hold for nobody, as in the clients.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import re2

from uems.experiments.flags.js_values import (
    number_of,
    ordered,
    padded_version,
    same_json,
    strictly_equal,
    text_of,
    truthy,
    type_of,
)

Attributes: TypeAlias = Mapping[str, Any]
Holds: TypeAlias = Callable[[Attributes], bool]
Check: TypeAlias = Callable[[Any], bool]
Groups: TypeAlias = Mapping[str, object]
"""Saved groups of the payload: id → list of values."""


def compile_condition(condition: object, groups: Groups | None = None) -> Holds:
    """A function that says whether the condition holds for attributes. Every part of the object must hold; an empty one always does."""
    if not isinstance(condition, dict):
        return _never
    parts = tuple(_part(key, asked, groups or {}) for key, asked in condition.items())
    if len(parts) == 1:
        return parts[0]

    def all_hold(attributes: Attributes) -> bool:
        for part in parts:  # a plain loop is twice as fast as all() over a generator  # noqa: SIM110
            if not part(attributes):
                return False
        return True

    return all_hold


def _never(_: object) -> bool:
    return False


def _part(key: str, asked: object, groups: Groups) -> Holds:
    if key in ("$or", "$nor", "$and"):
        if not isinstance(asked, list):
            return _never
        inner = tuple(compile_condition(one, groups) for one in asked)
        if key == "$and":
            return lambda attributes: all(one(attributes) for one in inner)
        if key == "$or":
            return lambda attributes: not inner or any(one(attributes) for one in inner)
        return lambda attributes: bool(inner) and not any(one(attributes) for one in inner)
    if key == "$not":
        part = compile_condition(asked, groups)
        return lambda attributes: not part(attributes)
    check = compile_check(asked, groups)
    if "." not in key:
        return lambda attributes: check(attributes.get(key) if isinstance(attributes, dict) else _step(attributes, key))
    steps = tuple(key.split("."))

    def along(attributes: Attributes) -> bool:
        value: object = attributes
        for step in steps:
            value = _step(value, step)
            if value is None:
                break
        return check(value)

    return along


def _step(value: object, step: str) -> object:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    return None


def _is_operators(asked: object) -> bool:
    return isinstance(asked, dict) and bool(asked) and all(key.startswith("$") for key in asked)


def compile_check(asked: object, groups: Groups, *, ignore_case: bool = False) -> Check:
    """A function of one value: equality with a plain value, or all operators of an object such as ``{"$gt": 5}``."""
    if isinstance(asked, str):
        if ignore_case:
            lowered = asked.lower()
            return lambda value: text_of(value).lower() == lowered
        return lambda value: text_of(value) == asked
    if isinstance(asked, bool):
        return lambda value: value is not None and truthy(value) == asked
    if isinstance(asked, int | float):
        return lambda value: number_of(value) == asked
    if asked is None:
        return lambda value: value is None
    if not isinstance(asked, dict) or not _is_operators(asked):
        return lambda value: same_json(value, asked)
    checks = tuple(_operator(name, wanted, groups) for name, wanted in asked.items())
    if len(checks) == 1:
        return checks[0]

    def all_hold(value: object) -> bool:
        for check in checks:  # noqa: SIM110
            if not check(value):
                return False
        return True

    return all_hold


def _operator(name: str, wanted: Any, groups: Groups) -> Check:
    if name in _SIMPLE:
        return _SIMPLE[name](wanted)
    if name == "$not":
        inner = compile_check(wanted, groups)
        return lambda value: not inner(value)
    if name == "$size":
        size = compile_check(wanted, groups)
        return lambda value: isinstance(value, list) and size(len(value))
    if name == "$elemMatch":
        element = compile_check(wanted, groups) if _is_operators(wanted) else compile_condition(wanted, groups)
        return lambda value: isinstance(value, list) and any(one is not None and element(one) for one in value)
    if name in ("$all", "$alli") and isinstance(wanted, list):
        each = tuple(compile_check(one, groups, ignore_case=name == "$alli") for one in wanted)
        return lambda value: isinstance(value, list) and all(any(map(check, value)) for check in each)
    if name in ("$inGroup", "$notInGroup"):
        return _in_group(groups, wanted, inside=name == "$inGroup")
    return _never


def _in_group(groups: Groups, wanted: object, *, inside: bool) -> Check:
    values = groups.get(wanted, []) if isinstance(wanted, str) else None
    if not isinstance(values, list):
        return _never
    member = _is_in(values)
    return member if inside else lambda value: not member(value)


def _is_in(wanted: object, *, fold: bool = False) -> Check:
    """Whether the value, or one of the values of a list, is among ``wanted``."""
    if not isinstance(wanted, list):
        return _never
    kinds = _by_kind(wanted, fold=fold)
    texts = kinds.get(str, set())

    def among(value: object) -> bool:
        if isinstance(value, str):
            return (value.lower() if fold else value) in texts
        # By kind first: 1 and true are equal to Python.
        return isinstance(value, int | float | None) and value in kinds.get(_kind(value), ())

    return lambda value: any(map(among, value)) if isinstance(value, list) else among(value)


def _kind(value: object) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def _by_kind(values: Sequence[object], *, fold: bool) -> dict[type, set[object]]:
    found: dict[type, set[object]] = {}
    for value in values:
        if isinstance(value, str | int | float | None):
            found.setdefault(_kind(value), set()).add(value.lower() if fold and isinstance(value, str) else value)
    return found


def _not_in(wanted: object, *, fold: bool = False) -> Check:
    if not isinstance(wanted, list):
        return _never
    member = _is_in(wanted, fold=fold)
    return lambda value: not member(value)


@lru_cache(maxsize=2_000)
def _pattern(pattern: str, fold: bool) -> Callable[[bytes], object] | None:
    options = re2.Options()
    options.case_sensitive = not fold
    options.never_capture = True
    options.log_errors = False
    try:
        search: Callable[[bytes], object] = re2.compile(pattern, options).search
    except re2.error:
        return None
    return search


def _regex(wanted: object, *, fold: bool = False) -> Check:
    search = _pattern(wanted, fold) if isinstance(wanted, str) else None
    if search is None:
        return _never
    return lambda value: search(text_of(value).encode("utf-8", "surrogatepass")) is not None


def _exists(wanted: object) -> Check:
    return (lambda value: value is not None) if truthy(wanted) else (lambda value: value is None)


def _compared(of: Callable[[int], bool]) -> Callable[[object], Check]:
    return lambda wanted: lambda value: (order := ordered(value, wanted)) is not None and of(order)


def _versions(of: Callable[[str, str], bool]) -> Callable[[object], Check]:
    def made(wanted: object) -> Check:
        version = padded_version(wanted)
        return lambda value: of(padded_version(value), version)

    return made


_SIMPLE: Final[Mapping[str, Callable[[Any], Check]]] = {
    "$eq": lambda wanted: lambda value: strictly_equal(value, wanted),
    "$ne": lambda wanted: lambda value: not strictly_equal(value, wanted),
    "$lt": _compared(lambda order: order < 0),
    "$lte": _compared(lambda order: order <= 0),
    "$gt": _compared(lambda order: order > 0),
    "$gte": _compared(lambda order: order >= 0),
    "$veq": _versions(lambda one, other: one == other),
    "$vne": _versions(lambda one, other: one != other),
    "$vlt": _versions(lambda one, other: one < other),
    "$vlte": _versions(lambda one, other: one <= other),
    "$vgt": _versions(lambda one, other: one > other),
    "$vgte": _versions(lambda one, other: one >= other),
    "$in": _is_in,
    "$nin": _not_in,
    "$ini": lambda wanted: _is_in(wanted, fold=True),
    "$nini": lambda wanted: _not_in(wanted, fold=True),
    "$regex": _regex,
    "$regexi": lambda wanted: _regex(wanted, fold=True),
    "$exists": _exists,
    "$type": lambda wanted: lambda value: type_of(value) == wanted,
}
