"""What are clients given? The flags that are on, as features of the payload that every GrowthBook client evaluates.

Only buckets of version 2 are used. A percentage is written as a range of buckets, which leaves out who stands on its end; a namespace is
a filter, which divides evenly.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from uems.experiments.flags.spec import FlagSpec, ForceRule, Namespace, Prerequisite, Rule, SplitRule
from uems.experiments.flags.targeting import SEGMENTS, client_condition
from uems.profiles import api as profiles

Feature = dict[str, Any]


def features_of(flags: Mapping[str, FlagSpec]) -> dict[str, Feature]:
    """The features by key. flags: those that are on."""
    return {key: feature_of(key, spec) for key, spec in flags.items()}


def feature_of(key: str, spec: FlagSpec) -> Feature:
    """One flag as clients read it."""
    rules: list[Feature] = []
    if spec.prerequisites:
        rules.append({"id": "prerequisites", "parentConditions": [{**_parent(one), "gate": True} for one in spec.prerequisites]})
    rules += [_rule(key, rule) for rule in spec.rules if rule.on]
    feature: Feature = {"defaultValue": spec.default}
    return {**feature, "rules": rules} if rules else feature


def asks_segments(features: Mapping[str, Feature]) -> bool:
    """Whether the answer of any flag depends on the segments that somebody is in."""
    return any(_names(rule.get("condition"), SEGMENTS) for feature in features.values() for rule in feature.get("rules", ()))


def _names(condition: object, attribute: str) -> bool:
    if isinstance(condition, Mapping):
        return attribute in condition or any(_names(inner, attribute) for inner in condition.values())
    return isinstance(condition, Sequence) and not isinstance(condition, str) and any(_names(inner, attribute) for inner in condition)


def _parent(one: Prerequisite) -> Feature:
    check: Feature = {"$eq": one.values[0]} if len(one.values) == 1 else {"$in": list(one.values)}
    return {"id": one.flag, "condition": {"value": check}}


def _rule(key: str, rule: Rule) -> Feature:
    found: Feature = {"id": rule.id}
    if rule.condition is not None:
        found["condition"] = client_condition(profiles.parse_condition(rule.condition))
    if rule.prerequisites:
        found["parentConditions"] = [_parent(one) for one in rule.prerequisites]
    return found | (_force(key, rule) if isinstance(rule, ForceRule) else _split(rule))


def _force(key: str, rule: ForceRule) -> Feature:
    found: Feature = {"force": rule.value}
    if rule.percent < 100:
        found |= {
            "range": [0, rule.percent / 100],
            "hashAttribute": rule.hash_attribute,
            "seed": rule.seed or f"{key}/{rule.id}",
            "hashVersion": 2,
        }
    return found


def _split(rule: SplitRule) -> Feature:
    found: Feature = {
        "key": rule.experiment,
        "variations": [arm.value for arm in rule.arms],
        "weights": [arm.weight / 100 for arm in rule.arms],
        "coverage": rule.percent / 100,
        "meta": [{"key": arm.key, "name": arm.name} for arm in rule.arms],
        "hashAttribute": rule.hash_attribute,
        "seed": rule.seed or rule.experiment,
        "hashVersion": 2,
    }
    if rule.namespace is not None:
        found["filters"] = [_filter(rule.namespace, rule.hash_attribute)]
    if not rule.sticky:
        return {**found, "disableStickyBucketing": True}
    found |= {"bucketVersion": rule.version, "minBucketVersion": rule.least_version}
    return {**found, "fallbackAttribute": rule.fallback_attribute} if rule.fallback_attribute else found


def _filter(namespace: Namespace, attribute: str) -> Feature:
    ranges = [[namespace.start / 100, namespace.end / 100]]
    return {"seed": f"namespace/{namespace.key}", "ranges": ranges, "attribute": attribute, "hashVersion": 2}
