"""How is a condition of ours asked of attributes by any flag client? Translated into the clients' grammar, when the payload is made.

Attributes are asked as traits (``{"trait": {"name": "country", "op": "in", "value": ["US"]}}``), membership as segments
(``{"segment": {"key": "vip"}}``), which is a test on the attribute ``segments``. The translation holds for whom ``matches`` holds; a test
pairs them over random conditions. What no client could answer alike is refused (``flag_condition``, 422): times, patterns, and what is
only known here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from uems.kernel.errors import UemsError
from uems.kernel.filters import DECIMAL_PATTERN, Alike, And, Node, Not, Or, Test, alike
from uems.profiles import api as profiles

Condition: TypeAlias = dict[str, Any]
SEGMENTS: Final = "segments"
"""The attribute that holds the keys of the segments that somebody is in."""
MAX_VALUES: Final = 1_000
MAX_FOLDED: Final = 200
_EXACT: Final = 2**53
_NEGATIONS: Final[Mapping[str, str]] = {
    "not_equals": "equals",
    "not_in": "in",
    "not_contains": "contains",
    "not_list_contains": "list_contains",
    "is_not_set": "is_set",
}
_COMPARISONS: Final = {"gt": "$gt", "gte": "$gte", "lt": "$lt", "lte": "$lte"}
_SPECIAL: Final = frozenset("\\^$.|?*+()[]{}/-")
# What JavaScript finds on every object or list, so that a client would see an attribute where there is none.
_INHERITED: Final = frozenset(
    ("constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf", "length")
)


def parse_targeting(data: object) -> Node:
    """The condition in JSON, as far as clients can answer it. Raises ``bad_filter`` and ``flag_condition`` (422)."""
    node = profiles.parse_condition(data)
    client_condition(node)
    return node


def client_condition(node: Node) -> Condition:
    """The same condition as clients write it; ``{}`` for everybody. Raises ``flag_condition`` (422) with the place."""
    return {} if isinstance(node, And) and not node.parts else _translated(node, "")


def _translated(node: Node, path: str) -> Condition:
    if isinstance(node, And | Or):
        key = "and" if isinstance(node, And) else "or"
        parts = [_translated(part, f"{path}.{key}[{at}]") for at, part in enumerate(node.parts)]
        if not parts and key == "or":
            return {"$not": {}}  # an empty $or holds for everybody there
        return parts[0] if len(parts) == 1 else {f"${key}": parts}
    if isinstance(node, Not):
        return {"$not": _translated(node.part, f"{path}.not")}
    if isinstance(node, profiles.nodes.InSegment):
        return {SEGMENTS: {"$elemMatch": {"$eq": node.key}}}
    if isinstance(node, profiles.nodes.Trait):
        where = f"{path}.trait"
        _check_name(node.name, where)
        return _asked(node.name, node.test, where)
    kind = type(node).__name__
    raise _refused(path, f"a condition of the kind {kind}", "Only this system knows that; make a segment of it and ask for the segment.")


def _check_name(name: str, where: str) -> None:
    parts = name.split(".")
    if name.startswith("$") or any(part in _INHERITED or part.startswith("__") for part in parts) or any(p.isdigit() for p in parts[1:]):
        raise _refused(where, f"an attribute called {name!r}", "That name means something else in a browser; call the attribute otherwise.")


def _asked(name: str, test: Test, where: str) -> Condition:
    positive = _NEGATIONS.get(test.op, test.op)
    checks = _checks(positive, test, where)
    if positive == "list_contains":
        checks = [{"$elemMatch": check} for check in checks]
    found: Condition = {name: checks[0]} if len(checks) == 1 else {"$or": [{name: check} for check in checks]}
    return found if positive == test.op else {"$not": found}


def _checks(op: str, test: Test, where: str) -> list[Condition]:
    """What to ask of the value itself; one of them must hold. Each names the type: clients would else convert one into another."""
    if op == "is_set":
        return [{"$exists": True, "$not": {"$type": "object"}}]
    if op in ("equals", "in", "list_contains"):
        values = test.value if isinstance(test.value, tuple) else (test.value,)
        if len(values) > MAX_VALUES:
            raise _refused(
                where, f"a list of {len(values)} values", f"At most {MAX_VALUES}; upload a list, make a segment of it, and ask that."
            )
        return _equal(alike(values, ignore_case=test.ignore_case), where)  # type: ignore[arg-type]  # scalars by now
    if op in ("contains", "starts_with", "ends_with"):
        return _texts(op, test, where)
    if op in _COMPARISONS:
        return _numbers({_COMPARISONS[op]: _exact(test.value, where)})
    if op == "between" and isinstance(test.value, tuple) and isinstance(test.value[0], int | float):
        low, high = test.value
        return _numbers({"$gte": _exact(low, where), "$lte": _exact(high, where)})
    what = "a pattern" if "regex" in op else "a time"
    raise _refused(where, what, "Clients do not agree on these; use contains, starts_with or ends_with, or make a segment of it.")


def _equal(wanted: Alike, where: str) -> list[Condition]:
    found: list[Condition] = []
    texts = sorted(wanted.texts)
    if texts and wanted.ignore_case:
        found += [{"$type": "string", "$regex": f"^{_folded(text, where)}$"} for text in texts]
    elif texts:
        found.append({"$type": "string", **_among(texts)})
    if wanted.numbers:
        found.append({"$type": "number", **_among(sorted(_exact(number, where) for number in wanted.numbers))})
    if wanted.booleans:
        found.append({"$type": "boolean", **_among(sorted(wanted.booleans))})
    # A text in plain digits is the number that it says.
    found += [{"$type": "string", "$regex": DECIMAL_PATTERN, "$gte": number, "$lte": number} for number in sorted(wanted.decimals)]
    return found


def _among(values: Sequence[object]) -> Condition:
    return {"$eq": values[0]} if len(values) == 1 else {"$in": list(values)}


def _numbers(compared: Condition) -> list[Condition]:
    return [{"$type": "number", **compared}, {"$type": "string", "$regex": DECIMAL_PATTERN, **compared}]


def _exact(value: object, where: str) -> int | float:
    assert isinstance(value, int | float)
    if abs(value) >= _EXACT:
        raise _refused(where, f"the number {value}", "A browser cannot hold it exactly; send it as a text and compare that.")
    return value


def _texts(op: str, test: Test, where: str) -> list[Condition]:
    assert isinstance(test.value, str)
    pattern = _folded(test.value, where) if test.ignore_case else _escaped(test.value)
    pattern = {"contains": pattern, "starts_with": f"^{pattern}", "ends_with": f"{pattern}$"}[op]
    text: Condition = {"$type": "string", "$regex": pattern}
    if not test.value.lstrip("-").isdigit() and test.value != "-":
        return [text]
    # A whole number is searched as its digits.
    return [text, {"$type": "number", "$regex": pattern, "$not": {"$regex": "[^0-9-]"}}]


def _escaped(text: str) -> str:
    return "".join(f"\\{one}" if one in _SPECIAL else one for one in text)


def _folded(text: str, where: str) -> str:
    """The text as a pattern that takes A to Z in both cases, and no other letter: clients fold letters of other languages differently."""
    if len(text) > MAX_FOLDED:
        problem = f"a text of {len(text)} characters in either case"
        raise _refused(where, problem, f"At most {MAX_FOLDED} characters; shorten it, or let case count.")
    return "".join(f"[{one.lower()}{one.upper()}]" if one.isascii() and one.isalpha() else _escaped(one) for one in text)


def _refused(where: str, what: str, then: str) -> UemsError:
    place = where.removeprefix(".") or "condition"
    message = f"{place} asks {what}, which flag clients cannot answer. {then}"
    return UemsError("flag_condition", message, status=422, details={"place": place})
