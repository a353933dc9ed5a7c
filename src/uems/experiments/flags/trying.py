"""What would a flag answer for these attributes, and why? Each rule is asked by itself, in order, to say what kept somebody out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from uems.experiments.flags.buckets import hash_of, hashable
from uems.experiments.flags.conditions import compile_condition
from uems.experiments.flags.evaluator import Flags, Outcome, compile_payload
from uems.experiments.flags.payload import feature_of, features_of
from uems.experiments.flags.spec import FlagSpec, ForceRule, Rule
from uems.experiments.flags.splitting import Subject, compile_filters

Why: TypeAlias = Literal["decided", "not_reached", "off", "condition", "prerequisite", "namespace", "no_attribute", "percent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of one rule. place: the bucket, 0 to 100, where one was drawn."""

    rule_id: str
    why: Why
    place: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """answer: null where a prerequisite is not met. arm: the key of the arm that was given."""

    outcome: Outcome
    arm: str
    steps: Sequence[Step]


def try_flag(key: str, spec: FlagSpec, others: Mapping[str, FlagSpec], attributes: Mapping[str, Any]) -> Trial:
    """The answer of ``spec`` as if it were on. others: the flags that are on now; prerequisites ask them."""
    flags = compile_payload(features_of({**others, key: spec}))
    subject = Subject(attributes=attributes)
    outcome = flags.evaluate(key, subject)
    steps: list[Step] = []
    open_ = outcome.source not in ("prerequisite", "cyclicPrerequisite")
    for rule in spec.rules:
        step = _step(key, rule, others, subject) if open_ else Step(rule_id=rule.id, why="not_reached")
        steps.append(step)
        open_ = open_ and step.why != "decided"
    return Trial(outcome=outcome, arm=outcome.assignment.key if outcome.assignment else "", steps=steps)


def _step(key: str, rule: Rule, others: Mapping[str, FlagSpec], subject: Subject) -> Step:
    if not rule.on:
        return Step(rule_id=rule.id, why="off")
    feature = feature_of(key, FlagSpec.model_construct(value_type="json", default=None, prerequisites=[], rules=[rule]))
    [asked] = feature["rules"]
    attributes = subject.attributes
    parents = asked.get("parentConditions", ())
    before = compile_payload(features_of(others))
    if not all(_met(before, one, subject) for one in parents):
        return Step(rule_id=rule.id, why="prerequisite")
    if asked.get("filters") and not compile_filters(asked["filters"])(attributes):
        return Step(rule_id=rule.id, why="namespace" if hashable(attributes.get(rule.hash_attribute)) else "no_attribute")
    if "condition" in asked and not compile_condition(asked["condition"])(attributes):
        return Step(rule_id=rule.id, why="condition")
    if isinstance(rule, ForceRule) and rule.percent == 100:
        return Step(rule_id=rule.id, why="decided")
    text = hashable(attributes.get(rule.hash_attribute))
    hashed = hash_of(asked["seed"], asked["hashVersion"])
    if not text or hashed is None:
        return Step(rule_id=rule.id, why="no_attribute")
    place = round(hashed(text) * 100, 2)
    alone = {**asked, "parentConditions": []}
    taken = compile_payload({key: {"rules": [alone]}}).evaluate(key, subject).source != "defaultValue"
    return Step(rule_id=rule.id, why="decided" if taken else "percent", place=place)


def _met(flags: Flags, parent: Mapping[str, Any], subject: Subject) -> bool:
    return compile_condition(parent["condition"])({"value": flags.evaluate(parent["id"], subject).value})
