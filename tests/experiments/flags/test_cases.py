"""Does the evaluator answer what every flag client answers? The clients' own public test cases.

They lie beside the repository in ``../shared/data`` and are not part of it; where they are absent, these tests are skipped.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from uems.experiments.flags import buckets
from uems.experiments.flags.conditions import compile_condition
from uems.experiments.flags.evaluator import Flags, Outcome, compile_payload
from uems.experiments.flags.splitting import Assignment, Subject

FILE = Path(__file__).resolve().parents[4] / "shared/data/growthbook-cases.json"


@cache
def _all() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    return found


def _cases(group: str) -> list[Any]:
    if not _all():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"the public cases of flag clients are not at {FILE}"))]
    return [pytest.param(case, id=str(case[0])) for case in _all()[group]]


def _subject(context: dict[str, Any], documents: dict[str, Any] | None = None) -> Subject:
    return Subject(
        attributes=context.get("attributes", {}),
        url=context.get("url", ""),
        forced_arms=context.get("forcedVariations", {}),
        documents=documents,
        enabled=context.get("enabled", True),
        only_forced=context.get("qaMode", False),
    )


def _flags(context: dict[str, Any]) -> Flags:
    return compile_payload(context.get("features", {}), context.get("savedGroups", {}))


def _result(found: Assignment, key: str) -> dict[str, Any]:
    """An assignment as the cases write it."""
    said = {
        "featureId": key,
        "key": found.key,
        "value": found.value,
        "variationId": found.arm,
        "inExperiment": found.inside,
        "hashUsed": found.hashed,
        "hashAttribute": found.attribute,
        "hashValue": found.hash_value,
        "stickyBucketUsed": found.sticky,
    }
    extra = {"bucket": found.place, "name": found.name or None, "passthrough": found.passthrough or None}
    return said | {name: value for name, value in extra.items() if value is not None}


def _said(found: Outcome, key: str) -> dict[str, Any]:
    said = {"value": found.value, "on": found.on, "off": not found.on, "source": found.source, "ruleId": found.rule_id}
    if found.experiment is not None and found.assignment is not None:
        said |= {"experiment": dict(found.experiment), "experimentResult": _result(found.assignment, key)}
    return said


@pytest.mark.parametrize("case", _cases("evalCondition"))
def test_conditions_hold_for_whom_they_hold_in_clients(case: list[Any]) -> None:
    _, condition, attributes, expected, *groups = case
    assert compile_condition(condition, *groups)(attributes) is expected


@pytest.mark.parametrize("case", _cases("hash"))
def test_hashes_are_those_of_clients(case: list[Any]) -> None:
    seed, value, version, expected = case
    hashed = buckets.hash_of(seed, version)
    assert (hashed(value) if hashed else None) == expected


@pytest.mark.parametrize("case", _cases("getBucketRange"))
def test_ranges_are_those_of_clients(case: list[Any]) -> None:
    _, (parts, coverage, weights), expected = case
    assert [end for one in buckets.ranges_of(parts, coverage, weights) for end in one] == pytest.approx(
        [e for one in expected for e in one]
    )


@pytest.mark.parametrize("case", _cases("chooseVariation"))
def test_a_place_falls_into_the_same_range_as_in_clients(case: list[Any]) -> None:
    _, place, ranges, expected = case
    assert buckets.choose(place, ranges) == expected


@pytest.mark.parametrize("case", _cases("getEqualWeights"))
def test_equal_weights_are_those_of_clients(case: list[Any]) -> None:
    parts, expected = case
    assert buckets.equal_weights(parts) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("case", _cases("inNamespace"))
def test_namespaces_hold_whom_they_hold_in_clients(case: list[Any]) -> None:
    _, value, namespace, expected = case
    assert buckets.in_namespace(value, namespace) is expected


@pytest.mark.parametrize("case", _cases("getQueryStringOverride"))
def test_an_address_forces_the_arm_that_it_forces_in_clients(case: list[Any]) -> None:
    _, key, url, parts, expected = case
    assert buckets.forced_in_address(key, url, parts) == expected


@pytest.mark.parametrize("case", [one for one in _cases("feature") if one.marks or "contextualBandits" not in one.values[0][1]])
def test_a_feature_answers_what_it_answers_in_clients(case: list[Any]) -> None:
    _, context, key, expected = case
    assert _said(_flags(context).evaluate(key, _subject(context)), key) == expected


@pytest.mark.parametrize("case", _cases("run"))
def test_an_experiment_gives_the_arm_that_it_gives_in_clients(case: list[Any]) -> None:
    _, context, experiment, value, inside, hashed = case
    found = _flags(context).experiment(experiment, _subject(context))
    assert (found.value, found.inside, found.hashed) == (value, inside, hashed)


@pytest.mark.parametrize("case", _cases("stickyBucket"))
def test_sticky_assignments_are_kept_as_in_clients(case: list[Any]) -> None:
    _, context, given, key, expected, kept = case
    documents = {f"{one['attributeName']}||{one['attributeValue']}": one for one in given}
    found = _flags(context).evaluate(key, _subject(context, documents))
    inside = found.assignment is not None and _result(found.assignment, key)
    assert inside == (expected or False)
    assert {name: one for name, one in documents.items() if name in kept} == kept


def test_what_is_skipped_is_no_more_than_contextual_bandits() -> None:
    if not _all():
        pytest.skip(f"the public cases of flag clients are not at {FILE}")
    assert [case[0] for case in _all()["feature"] if "contextualBandits" in case[1]] == [
        case[0] for case in _all()["feature"] if str(case[0]).startswith("CB rule")
    ]
