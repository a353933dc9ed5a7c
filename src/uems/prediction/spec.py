"""What does a model's definition say? Read from JSON with every fault named, and written back as it was."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from uems.kernel.errors import UemsError, invalid
from uems.kernel.filters import Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction.model import MAX_DAYS, MIN_DAYS, RULES, Outcome, Rule, Seed, Spec, Target
from uems.prediction.past import check_past
from uems.profiles import api as profiles
from uems.segments import api as segments

_KEYS: Final = ("label_zh", "label_en", "target", "among", "rule", "fallback", "auto_promote", "retrain_days")


def parse_spec(told: Mapping[str, Any]) -> Spec:
    """The definition in decoded JSON. Raises ``invalid``, ``bad_filter`` and ``no_past`` (422), which name the place."""
    unknown = [key for key in told if key not in _KEYS]
    if unknown:
        raise invalid(str(unknown[0])[:100], told[unknown[0]], f"is not part of a model; its parts are {', '.join(_KEYS)}.")
    target = _target(_object(told, "target"))
    among = _condition(told, "among")
    if among is not None and isinstance(target, Outcome):
        _check(among, "among")
    rule = _rule(told.get("rule") or {"kind": "recency"}, target)
    fallback = _flag(told, "fallback", False)
    if fallback and rule.kind not in ("rhythm", "condition"):
        raise invalid("fallback", True, f"only a rule of kind rhythm or condition can stand in for a model; this one is {rule.kind}.")
    return Spec(
        label_zh=_label(told, "label_zh"),
        label_en=_label(told, "label_en"),
        target=target,
        among=among,
        rule=rule,
        fallback=fallback,
        auto_promote=_flag(told, "auto_promote", True),
        retrain_days=_days(told, "retrain_days", 30),
    )


def dump_spec(spec: Spec) -> dict[str, Any]:
    """The JSON of a definition; ``parse_spec`` gives the same back."""
    target = spec.target
    made: dict[str, Any]
    if isinstance(target, Outcome):
        made = {"kind": "outcome", "condition": profiles.dump_condition(target.condition), "days": target.days}
    else:
        made = {
            "kind": "seed",
            "who": profiles.dump_condition(target.who),
            "against": _dumped(target.against),
            "as_of": target.as_of.isoformat() if target.as_of else None,
        }
    return {
        "label_zh": spec.label_zh,
        "label_en": spec.label_en,
        "target": made,
        "among": _dumped(spec.among),
        "rule": {"kind": spec.rule.kind, "condition": _dumped(spec.rule.condition), "tag": spec.rule.tag},
        "fallback": spec.fallback,
        "auto_promote": spec.auto_promote,
        "retrain_days": spec.retrain_days,
    }


def _dumped(tree: Node | None) -> dict[str, object] | None:
    return None if tree is None else profiles.dump_condition(tree)


def _target(told: Mapping[str, Any]) -> Target:
    kind = told.get("kind")
    if kind == "outcome":
        condition = _condition(told, "condition", "target.condition")
        if condition is None:
            raise invalid("target.condition", None, "must be a condition on what the person does in the window.")
        _check(condition, "target.condition")
        return Outcome(condition=condition, days=_days(told, "days", None))
    if kind == "seed":
        who = _condition(told, "who", "target.who")
        if who is None:
            raise invalid("target.who", None, "must be a condition, such as a list or a segment, that says who the seed is.")
        return Seed(who=who, against=_condition(told, "against", "target.against"), as_of=_day(told))
    raise invalid("target.kind", kind, "must be outcome or seed.")


def _day(told: Mapping[str, Any]) -> date | None:
    text = told.get("as_of")
    if text is None:
        return None
    try:
        found = text if isinstance(text, date) else date.fromisoformat(str(text))
    except ValueError as error:
        raise invalid("target.as_of", text, "must be a day such as 2026-03-01.") from error
    if not 1971 <= found.year <= 2200:
        raise invalid("target.as_of", str(text), "must be a day of the years 1971 to 2200.")
    return found


def _rule(told: object, target: Target) -> Rule:
    if not isinstance(told, Mapping):
        raise invalid("rule", told, "must be an object with a kind.")
    kind = told.get("kind")
    if kind not in RULES:
        raise invalid("rule.kind", kind, f"must be one of {', '.join(RULES)}.")
    condition = _condition(told, "condition", "rule.condition")
    if (condition is None) == (kind == "condition"):
        raise invalid("rule.condition", told.get("condition"), "goes with a rule of kind condition, and with no other.")
    if condition is not None and isinstance(target, Outcome):
        _check(condition, "rule.condition")
    tag = told.get("tag")
    if not (isinstance(tag, str) and 1 <= len(tag) <= 64) if kind == "tag" else tag is not None:
        raise invalid("rule.tag", tag, "names the tag of a rule of kind tag, and goes with no other.")
    return Rule(kind=kind, condition=condition, tag=tag)


def _check(tree: Node, where: str) -> None:
    # Segments are opened, and looked at again, when the model is trained.
    if not profiles.segments_in(tree):
        check_past(tree, where)


def _object(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = told.get(name)
    if not isinstance(found, Mapping):
        raise invalid(name, found, "must be an object.")
    return found


def _condition(told: Mapping[str, Any], name: str, where: str = "") -> Node | None:
    found = told.get(name)
    if found is None:
        return None
    try:
        return profiles.parse_condition(found)
    except UemsError as error:
        raise UemsError(error.code, f"{where or name}: {error.message}", status=error.status, details=error.details) from error


def _label(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    if not isinstance(found, str) or not 1 <= len(found.strip()) <= 200:
        raise invalid(name, found, "must be a label of 1 to 200 characters.")
    return found.strip()


def _flag(told: Mapping[str, Any], name: str, default: bool) -> bool:
    found = told.get(name, default)
    if not isinstance(found, bool):
        raise invalid(name, found, "must be true or false.")
    return found


def _days(told: Mapping[str, Any], name: str, default: int | None) -> int:
    found = told.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int) or not MIN_DAYS <= found <= MAX_DAYS:
        raise invalid(name, found, f"must be a whole number of days from {MIN_DAYS} to {MAX_DAYS}.")
    return found


def opened(house: House, scope: Scope, tree: Node) -> Node:
    """The condition with every segment replaced by what it asks. Raises ``bad_filter`` for one that is not there."""
    return segments.resolve_node(tree, house.store, scope) if profiles.segments_in(tree) else tree
