"""What does a flag answer for somebody? The payload that clients evaluate, evaluated here the same way.

``compile_payload`` reads the features of a payload once; ``Flags.evaluate`` then takes a few microseconds a flag. Held to the public
test cases of the clients in ``tests/experiments/flags/test_cases.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from uems.experiments.flags.buckets import Hash, Range, hash_of, hashable, in_range
from uems.experiments.flags.conditions import Attributes, Groups, Holds, compile_condition
from uems.experiments.flags.js_values import truthy
from uems.experiments.flags.splitting import Assignment, Met, Subject, compile_experiment, compile_filters

Source: TypeAlias = Literal["unknownFeature", "defaultValue", "force", "override", "experiment", "prerequisite", "cyclicPrerequisite"]


class Outcome(NamedTuple):
    """What a flag answered and why. experiment: its definition, where one decided. A tuple, as one is made for each evaluation."""

    value: object
    source: Source
    rule_id: str = ""
    experiment: Mapping[str, Any] | None = None
    assignment: Assignment | None = None

    @property
    def on(self) -> bool:
        return truthy(self.value)


_Rule: TypeAlias = Callable[[Subject, tuple[str, ...]], Outcome | None]
_Feature: TypeAlias = Callable[[Subject, tuple[str, ...]], Outcome]
_Blocked: TypeAlias = Literal["prerequisite", "cyclicPrerequisite"]
_Gate: TypeAlias = Callable[[Subject, tuple[str, ...]], "_Blocked | bool"]
"""True: go on with the rule. False: leave the rule out. Else the whole flag answers nothing, for that reason."""
_OF_EXPERIMENTS: Final = (
    "coverage", "weights", "hashAttribute", "fallbackAttribute", "disableStickyBucketing", "bucketVersion", "minBucketVersion",
    "namespace", "meta", "ranges", "name", "phase", "seed", "hashVersion", "filters", "condition",
)  # fmt: skip


class Flags:
    """The flags of one payload. Immutable; may be used from several threads."""

    def __init__(self, features: Mapping[str, Mapping[str, Any]], groups: Groups) -> None:
        self._groups = groups
        self._features: Final[dict[str, _Feature]] = {key: self._feature(key, feature) for key, feature in features.items()}

    def __contains__(self, key: str) -> bool:
        return key in self._features

    @property
    def keys(self) -> Sequence[str]:
        return list(self._features)

    def evaluate(self, key: str, subject: Subject, trail: tuple[str, ...] = ()) -> Outcome:
        """The answer of one flag. trail: the flags whose prerequisite it is; one that leads back to itself answers nothing."""
        if key in trail:
            return Outcome(None, "cyclicPrerequisite")
        if key in subject.forced_values:
            return Outcome(subject.forced_values[key], "override")
        feature = self._features.get(key)
        if feature is None:
            return Outcome(None, "unknownFeature")
        return feature(subject, trail)

    def experiment(self, given: Mapping[str, Any], subject: Subject) -> Assignment:
        """Run an experiment that belongs to no flag."""
        parents = given.get("parentConditions")
        return compile_experiment(given, "", self._groups, self._met(parents) if parents else None)(subject, ())

    def _met(self, parents: Sequence[Mapping[str, Any]]) -> Met:
        gate = self._gate([{**one, "gate": False} for one in parents])
        return lambda subject, trail: gate(subject, trail) is True

    def _feature(self, key: str, feature: Mapping[str, Any]) -> _Feature:
        rules = tuple(made for rule in feature.get("rules") or () if (made := self._rule(key, rule)) is not None)
        otherwise = Outcome(feature.get("defaultValue"), "defaultValue")
        if not rules:
            return lambda subject, trail: otherwise

        def answer(subject: Subject, trail: tuple[str, ...]) -> Outcome:
            inner = (*trail, key)
            for rule in rules:
                found = rule(subject, inner)
                if found is not None:
                    return found
            return otherwise

        return answer

    def _rule(self, key: str, rule: Mapping[str, Any]) -> _Rule | None:
        if "force" in rule:
            decide = self._force(key, rule)
        elif rule.get("variations"):
            decide = self._split(key, rule)
        elif rule.get("parentConditions"):
            decide = _skip
        else:
            return None  # neither a value nor arms: clients leave such a rule out
        gate = self._gate(rule["parentConditions"]) if rule.get("parentConditions") else None
        if gate is None:
            return decide

        def gated(subject: Subject, trail: tuple[str, ...]) -> Outcome | None:
            passed = gate(subject, trail)
            if passed is True:
                return decide(subject, trail)
            return None if passed is False else Outcome(None, passed)

        return gated

    def _gate(self, parents: Sequence[Mapping[str, Any]]) -> _Gate:
        asked = [(one["id"], compile_condition(one.get("condition") or {}, self._groups), bool(one.get("gate"))) for one in parents]

        def passes(subject: Subject, trail: tuple[str, ...]) -> _Blocked | bool:
            for parent, holds, blocks in asked:
                found = self.evaluate(parent, subject, trail)
                if found.source == "cyclicPrerequisite":
                    return "cyclicPrerequisite"
                if not holds({"value": found.value}):
                    return "prerequisite" if blocks else False
            return True

        return passes

    def _force(self, key: str, rule: Mapping[str, Any]) -> _Rule:
        answer = Outcome(rule["force"], "force", rule.get("id") or "")
        tests: list[Holds] = []
        if rule.get("filters"):
            tests.append(compile_filters(rule["filters"]))
        if rule.get("condition"):
            tests.append(compile_condition(rule["condition"], self._groups))
        range_, coverage = rule.get("range"), rule.get("coverage")
        if range_ is not None or coverage is not None:
            hashed = hash_of(rule.get("seed") or key, rule.get("hashVersion") or 1)
            tests.append(_rolled_out(rule.get("hashAttribute") or "id", hashed, range_, coverage))
        if not tests:
            return lambda subject, trail: answer

        def forced(subject: Subject, trail: tuple[str, ...]) -> Outcome | None:
            for test in tests:
                if not test(subject.attributes):
                    return None
            return answer

        return forced

    def _split(self, key: str, rule: Mapping[str, Any]) -> _Rule:
        run = compile_experiment(rule, key, self._groups)
        experiment = {"key": rule.get("key") or key, "variations": rule["variations"]}
        experiment |= {name: rule[name] for name in _OF_EXPERIMENTS if rule.get(name) is not None}
        filters = compile_filters(rule["filters"]) if rule.get("filters") else None
        rule_id = rule.get("id") or ""

        def split(subject: Subject, trail: tuple[str, ...]) -> Outcome | None:
            # Before the experiment itself: its stickiness does not outlive a namespace.
            if filters is not None and not filters(subject.attributes):
                return None
            found = run(subject, trail)
            if not found.inside or found.passthrough:
                return None
            return Outcome(found.value, "experiment", rule_id, experiment, found)

        return split


def _skip(subject: Subject, trail: tuple[str, ...]) -> None:
    """A rule that is nothing but a prerequisite."""


def _rolled_out(attribute: str, hashed: Hash | None, range_: Range | None, coverage: float | None) -> Holds:
    if hashed is None or (range_ is None and coverage == 0):
        return lambda attributes: False

    def included(attributes: Attributes) -> bool:
        text = hashable(attributes.get(attribute))
        if not text:
            return False
        place = hashed(text)
        return in_range(place, range_) if range_ is not None else coverage is None or place <= coverage

    return included


def compile_payload(features: Mapping[str, Mapping[str, Any]], groups: Groups | None = None) -> Flags:
    """The features of a payload, ready to be evaluated."""
    return Flags(features, groups or {})
