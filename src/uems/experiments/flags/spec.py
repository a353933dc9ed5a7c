"""What makes up a flag? The kind of its values, what it answers, and its rules in order: the first that takes somebody in decides."""

import json
import math
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, AwareDatetime, Field, JsonValue, model_validator

from uems.kernel.edge import Body, Clean, Name

ValueType: TypeAlias = Literal["boolean", "string", "number", "json"]
FLAG_PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}"
FlagKey = Annotated[str, Field(pattern=f"^{FLAG_PATTERN}$")]
RuleId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Attribute = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
MAX_BYTES: Final = 100_000


def _to_a_hundredth(value: float) -> float:
    rounded = round(value, 2)
    if not math.isclose(value, rounded, abs_tol=1e-9):
        raise ValueError("must have two decimals at most: people are told apart to one in ten thousand")
    return rounded


Percent = Annotated[float, Field(ge=0, le=100), AfterValidator(_to_a_hundredth)]
Condition: TypeAlias = dict[str, Any]


class Prerequisite(Body):
    """Another flag must answer one of ``values``."""

    flag: FlagKey
    values: Annotated[list[bool | float | Annotated[str, Field(max_length=1_000), Clean]], Field(min_length=1, max_length=50)]


class RampStep(Body):
    """From ``at`` on, so many of those whom the rule asks for."""

    percent: Percent
    at: AwareDatetime


class Ramp(Body):
    """A roll-out that widens by itself.

    guardrail: stops it when it is red; "" for none. on_red: "hold" stays where it is, "off" takes the rule back to nobody. done: how
    many steps have been taken. state: stopped ones are started again by saving them as running. reason: why it was stopped.
    """

    steps: Annotated[list[RampStep], Field(min_length=1, max_length=20)]
    guardrail: Annotated[str, Field(max_length=100), Clean] = ""
    on_red: Literal["hold", "off"] = "hold"
    state: Literal["running", "stopped", "done"] = "running"
    done: Annotated[int, Field(ge=0, le=20)] = 0
    reason: Annotated[str, Field(max_length=500), Clean] = ""

    @model_validator(mode="after")
    def _climbing(self) -> "Ramp":
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            if after.at <= before.at or after.percent <= before.percent:
                raise ValueError("steps must follow each other in time, each with a larger percentage than the one before")
        if self.done > len(self.steps):
            raise ValueError(f"done is {self.done}; there are {len(self.steps)} steps")
        return self


class RuleHead(Body):
    """What every rule has. condition: on attributes and segments; null for everybody. on: False leaves the rule out."""

    id: RuleId
    note: Annotated[str, Field(max_length=1_000), Clean] = ""
    on: bool = True
    condition: Condition | None = None
    prerequisites: Annotated[list[Prerequisite], Field(max_length=10)] = Field(default_factory=list)
    percent: Percent = 100
    hash_attribute: Attribute = "id"
    seed: Annotated[str, Field(max_length=200), Clean] = ""


class ForceRule(RuleHead):
    """One value, for ``percent`` of those who fulfil the condition; the same people stay in as it grows."""

    kind: Literal["force"]
    value: JsonValue
    ramp: Ramp | None = None

    @model_validator(mode="after")
    def _widens(self) -> "ForceRule":
        ramp = self.ramp
        if ramp is not None and ramp.state == "running":
            if ramp.done == len(ramp.steps):
                raise ValueError("a ramp that is running must have a step left; add one, or save it as done")
            if ramp.steps[ramp.done].percent <= self.percent:
                raise ValueError(f"the next step is {ramp.steps[ramp.done].percent:g}%; it must be more than the {self.percent:g}% of now")
        return self


class Arm(Body):
    """One of the values of an experiment. key: what its exposures call it. weight: its percentage of those who take part."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
    name: Name
    value: JsonValue
    weight: Percent


class Namespace(Body):
    """Only those whose bucket in the pool ``key`` lies from ``start`` to just below ``end`` percent: other parts share nobody."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]
    start: Percent = 0
    end: Percent = 100

    @model_validator(mode="after")
    def _some(self) -> "Namespace":
        if self.start >= self.end:
            raise ValueError(f"start is {self.start:g} and end {self.end:g}; end must be larger")
        return self


class SplitRule(RuleHead):
    """An experiment: ``percent`` of those who fulfil the condition are divided among the arms by their weights.

    experiment: the name in its exposures. fallback_attribute: hashed where the first one is missing, by clients that keep assignments.
    sticky: clients that keep assignments give somebody the arm that they had. version: a higher one forgets kept arms;
    least_version: whoever was given an arm in an older one takes part no more.
    """

    kind: Literal["split"]
    experiment: FlagKey
    arms: Annotated[list[Arm], Field(min_length=2, max_length=20)]
    namespace: Namespace | None = None
    fallback_attribute: Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_]{0,99})?$")] = ""
    sticky: bool = False
    version: Annotated[int, Field(ge=0, le=1_000)] = 0
    least_version: Annotated[int, Field(ge=0, le=1_000)] = 0

    @model_validator(mode="after")
    def _divided(self) -> "SplitRule":
        total = sum(arm.weight for arm in self.arms)
        if abs(total - 100) > 0.05:
            raise ValueError(f"the weights of {self.experiment} add up to {total:g}; they must add up to 100")
        if len({arm.key for arm in self.arms}) < len(self.arms):
            raise ValueError(f"two arms of {self.experiment} have the same key; give each its own")
        if self.least_version > self.version:
            raise ValueError(f"least_version is {self.least_version}; must not be above version, {self.version}")
        return self


Rule = Annotated[ForceRule | SplitRule, Field(discriminator="kind")]


class FlagSpec(Body):
    """default: the answer when no rule takes somebody in. prerequisites: where one is not met the flag answers nothing at all, and
    programs use the value in their own code."""

    value_type: ValueType
    default: JsonValue
    prerequisites: Annotated[list[Prerequisite], Field(max_length=10)] = Field(default_factory=list)
    rules: Annotated[list[Rule], Field(max_length=50)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _whole(self) -> "FlagSpec":
        for place, value in self._values():
            if not fits(self.value_type, value):
                raise ValueError(f"{place} is {json.dumps(value, ensure_ascii=False)[:80]}, which is no {self.value_type}")
        if len({rule.id for rule in self.rules}) < len(self.rules):
            raise ValueError("two rules have the same id; give each its own")
        if sum(len(json.dumps(value)) for _, value in self._values()) > MAX_BYTES:
            raise ValueError(f"the values together are larger than {MAX_BYTES} bytes; every client loads them")
        return self

    def _values(self) -> Iterator[tuple[str, JsonValue]]:
        yield "default", self.default
        for place, rule in enumerate(self.rules):
            if isinstance(rule, ForceRule):
                yield f"rules[{place}].value", rule.value
            else:
                yield from ((f"rules[{place}].arms[{at}].value", arm.value) for at, arm in enumerate(rule.arms))

    @property
    def parents(self) -> set[str]:
        """Keys of the flags that must answer something first."""
        return {one.flag for one in self.prerequisites} | {one.flag for rule in self.rules for one in rule.prerequisites}

    @property
    def splits(self) -> list[SplitRule]:
        return [rule for rule in self.rules if isinstance(rule, SplitRule)]


class FlagDraft(Body):
    """What somebody wants a flag to be. owner: who answers for it."""

    name: Name
    description: Annotated[str, Field(max_length=5_000), Clean] = ""
    owner: Annotated[str, Field(max_length=200), Clean] = ""
    spec: FlagSpec


def fits(kind: ValueType, value: object) -> bool:
    """Whether the value is of the kind."""
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "string":
        return isinstance(value, str)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return value is not None
