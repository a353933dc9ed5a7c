"""What do flags look like over HTTP?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field, JsonValue

from uems.experiments.flags.definitions import Flag, FlagVersion, State, ramps_of
from uems.experiments.flags.moving import Moves
from uems.experiments.flags.spec import FlagDraft, FlagKey, FlagSpec, ForceRule, ValueType
from uems.experiments.flags.trying import Step, Trial, Why
from uems.kernel.edge import Body, Clean, Count

Stale = Literal["one_value", "off"]
STALE: Final = timedelta(days=60)
_Version = Annotated[int, Field(ge=0, le=2**31 - 1)]


class FlagSave(FlagDraft):
    """base_version: what the caller edited, 0 for a new flag; null overwrites whatever stands. accept_moves: go on although people who
    are in an experiment get another arm or leave it."""

    base_version: _Version | None = None
    accept_moves: bool = False


class FlagTurn(Body):
    """on: clients are given it. off: they use the value in their own code. archived: it is put away."""

    state: State


class FlagRestore(Body):
    """version: which one counts again. The others as in saving."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    base_version: _Version | None = None
    accept_moves: bool = False


class FlagLine(Body):
    """A flag in a list. stale: "one_value" when everybody has had the same value for 60 days, "off" when it has been off as long; then
    it can be taken out of the code. experiments: names of those that run in it. ramping: a ramp is under way."""

    key: str
    name: str
    description: str
    owner: str
    state: State
    version: Count
    value_type: ValueType
    rules: Count
    experiments: list[str]
    ramping: bool
    stale: Stale | None
    changed_at: datetime
    changed_by: str

    @staticmethod
    def of(one: Flag, now: datetime) -> "FlagLine":
        return FlagLine(**_head(one, now))


class FlagList(Body):
    items: list[FlagLine]


class FlagPast(Body):
    """What a flag said since ``at``."""

    version: Count
    spec: FlagSpec
    at: datetime
    by: str


class FlagWords(Body):
    """What the condition of a rule asks, in words."""

    rule_id: str
    zh: str
    en: str


class FlagWhole(FlagLine):
    """versions: the latest first. users: keys of the flags that need this one."""

    spec: FlagSpec
    versions: list[FlagPast]
    words: list[FlagWords]
    users: list[str]

    @staticmethod
    def whole(one: Flag, versions: Sequence[FlagVersion], words: list[FlagWords], users: list[str], now: datetime) -> "FlagWhole":
        past = [FlagPast(version=v.version, spec=v.spec, at=v.at, by=v.by) for v in versions]
        return FlagWhole(**_head(one, now), spec=one.spec, versions=past, words=words, users=users)


class FlagAsk(Body):
    """A draft of the flag ``key``."""

    key: FlagKey
    spec: FlagSpec


class FlagMoves(Body):
    """What saving does to an experiment: percent of those in it who get another arm, or leave it; percent of everybody asked for who
    come in. again: everybody is divided anew. targeting: who is asked for changed too, which is not counted."""

    experiment: str
    moved: float
    left: float
    joined: float
    again: bool
    targeting: bool

    @staticmethod
    def of(one: Moves) -> "FlagMoves":
        return FlagMoves(**{name: getattr(one, name) for name in FlagMoves.model_fields})


class FlagPreview(Body):
    """feature: the flag as clients are given it."""

    moves: list[FlagMoves]
    feature: dict[str, Any]
    words: list[FlagWords]


class FlagTry(Body):
    """spec: a draft; null for the flag as it stands. user_id: whose segments are looked up; "" for nobody's."""

    key: FlagKey
    spec: FlagSpec | None = None
    attributes: Annotated[dict[str, JsonValue], Field(max_length=200)] = Field(default_factory=dict)
    user_id: Annotated[str, Field(max_length=200), Clean] = ""


class FlagStep(Body):
    """What became of a rule. place: the bucket, 0 to 100, where one was drawn."""

    rule_id: str
    why: Why
    place: float | None

    @staticmethod
    def of(one: Step) -> "FlagStep":
        return FlagStep(rule_id=one.rule_id, why=one.why, place=one.place)


class FlagTrial(Body):
    """value: null where a prerequisite is not met. source, rule_id: what decided. segments: those of the user, as the server knows them."""

    value: JsonValue
    source: str
    rule_id: str
    arm: str
    steps: list[FlagStep]
    segments: list[str]

    @staticmethod
    def of(one: Trial, segments: list[str]) -> "FlagTrial":
        found = one.outcome
        steps = [FlagStep.of(step) for step in one.steps]
        value: Any = found.value
        return FlagTrial(value=value, source=found.source, rule_id=found.rule_id, arm=one.arm, steps=steps, segments=segments)


class FlagPart(Body):
    """A part of a namespace, in percent, and the experiment that has it."""

    namespace: str
    start: float
    end: float
    experiment: str
    flag: str


class FlagParts(Body):
    items: list[FlagPart]


class FlagSegments(Body):
    """Keys of the segments that a user is in, for the attribute ``segments``. known: whether there is such a user."""

    segments: list[str]
    known: bool


def _head(one: Flag, now: datetime) -> dict[str, Any]:
    names = ("key", "name", "description", "owner", "state", "version", "changed_at", "changed_by")
    return {
        **{name: getattr(one, name) for name in names},
        "value_type": one.spec.value_type,
        "rules": len(one.spec.rules),
        "experiments": [rule.experiment for rule in one.spec.splits],
        "ramping": one.state == "on" and bool(ramps_of(one.spec)),
        "stale": _stale(one, now),
    }


def _stale(one: Flag, now: datetime) -> Stale | None:
    if now - one.changed_at < STALE or one.state == "archived":
        return None
    if one.state == "off":
        return "off"
    for rule in one.spec.rules:
        if not rule.on:
            continue
        everybody = isinstance(rule, ForceRule) and rule.percent == 100 and rule.condition is None and not rule.prerequisites
        return "one_value" if everybody else None
    return "one_value"
