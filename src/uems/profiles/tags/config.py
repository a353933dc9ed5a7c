"""What does the config of a tag say? Read from JSON by the kind of the tag, refused with the place of the mistake, written back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from pydantic import BaseModel, ValidationError

from uems.kernel.errors import UemsError
from uems.kernel.filters import Node, Reading, Test
from uems.profiles.conditions.doing import read_doing, read_within, write_doing, write_within
from uems.profiles.conditions.grammar import PEOPLE, dump_condition, segments_in
from uems.profiles.conditions.kind import a_count, an_object, keys_are
from uems.profiles.conditions.model import Doing
from uems.profiles.roles.model import EVENT_ROLES
from uems.profiles.tags.model import Scalar, TagDef, ValueType
from uems.profiles.tags.properties import check_property
from uems.profiles.tags.registry import TAG_RULES, TagRule

MAX_VALUES: Final = 100

MeasureOf: TypeAlias = Literal[
    "count", "days", "sum", "average", "min", "max", "distinct", "most_frequent", "first", "last", "unique_list", "share", "trend",
    "days_since", "first_at", "last_at",
]  # fmt: skip
MEASURES: Final[tuple[MeasureOf, ...]] = get_args(MeasureOf)
_OF_PROPERTY: Final = frozenset({"sum", "average", "min", "max", "distinct", "most_frequent", "first", "last", "unique_list"})
_MAYBE_PROPERTY: Final = frozenset({"share", "trend"})
_BY_MIDNIGHT: Final = frozenset({"days_since", "trend"})
_TYPES: Final[Mapping[str, tuple[ValueType, ...]]] = {
    "most_frequent": ("text", "number"),
    "first": ("text", "number"),
    "last": ("text", "number"),
    "unique_list": ("list",),
    "first_at": ("date",),
    "last_at": ("date",),
}
_ANY: Final = Doing(events=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which events: those of roles and those that are named together; neither: anything that people do."""

    roles: tuple[str, ...]
    doing: Doing


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleConfig:
    """The first value whose condition holds, else the default; a default of None is no value."""

    values: tuple[tuple[Scalar, Node], ...]
    default: Scalar | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyConfig:
    """A ready-made rule with its settings."""

    rule: TagRule
    settings: BaseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedConfig:
    """A measure of what somebody did.

    among: of share, what ``which`` is a part of. style, days, periods: of trend. "change" is this period of ``days`` whole days
    against the one before; "slope" the rise a period over ``periods`` of them. limit: of unique_list. digits: of numbers.
    """

    measure: MeasureOf
    which: Which
    within: Test | None = None
    property: str = ""
    among: Which | None = None
    style: Literal["change", "slope"] = "change"
    days: int = 30
    periods: int = 6
    limit: int = 20
    digits: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Scores of a model. model: which one; "" while there is none, and then the fallback speaks."""

    model: str
    fallback: ReadyConfig | RuleConfig | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenConfig:
    """Set by hand, or imported: there is nothing to say."""


Config: TypeAlias = RuleConfig | ReadyConfig | ComputedConfig | ModelConfig | GivenConfig


def is_scored(config: Config) -> bool:
    """Whether a model writes the values, so that no pass computes them."""
    return isinstance(config, ModelConfig) and bool(config.model)


def bad_tag(key: str, problem: str) -> UemsError:
    """A definition that cannot be used."""
    return UemsError("bad_tag", f"Tag {key}: {problem}", status=422, details={"tag": key})


def read_config(tag: TagDef) -> Config:
    """What the config says; raises ``bad_tag`` or ``bad_filter`` that name the place."""
    reading = Reading(grammar=PEOPLE, path="config")
    body = an_object(dict(tag.config), reading)
    if tag.kind in ("manual", "imported"):
        keys_are(body, (), reading)
        return GivenConfig()
    if tag.kind == "model":
        return _model(body, reading)
    return _rule(body, reading) if tag.kind == "rule" else _computed(body, reading)


def write_config(config: Config) -> dict[str, object]:
    """The JSON of a config, in one way of writing it, so that equal ones are equal."""
    if isinstance(config, RuleConfig):
        values = [{"value": value, "when": dump_condition(when)} for value, when in config.values]
        return {"values": values, "default": config.default}
    if isinstance(config, ReadyConfig):
        return {"rule": config.rule.key, "settings": config.settings.model_dump(mode="json")}
    if isinstance(config, ModelConfig):
        return {"model": config.model, "fallback": write_config(config.fallback) if config.fallback is not None else None}
    return _write_computed(config) if isinstance(config, ComputedConfig) else {}


def type_problem(config: Config, tag: TagDef) -> str:
    """Why the type or the policy of a tag does not fit its config; "" when they do."""
    if isinstance(config, RuleConfig):
        return next((problem for value, _ in config.values if (problem := value_problem(tag, value))), "") or (
            value_problem(tag, config.default) if config.default is not None else ""
        )
    if isinstance(config, ReadyConfig):
        gives = config.rule.gives(config.settings)
        if gives.value_type != tag.value_type:
            return f"the rule {config.rule.key} gives a {gives.value_type}, and the tag is a {tag.value_type}."
        if config.rule.whole and tag.refresh == "live":
            return f"the rule {config.rule.key} looks at everybody at once; use the refresh policy nightly."
    if isinstance(config, ComputedConfig):
        allowed = _TYPES.get(config.measure, ("number",))
        if tag.value_type not in allowed:
            return f"{config.measure} gives a {' or '.join(allowed)}, and the tag is a {tag.value_type}."
        if config.measure in _BY_MIDNIGHT and tag.refresh == "live":
            return f"{config.measure} changes for everybody at midnight; use the refresh policy nightly."
    return ""


def value_problem(tag: TagDef, value: object) -> str:
    """Why a tag cannot have this value; "" when it can."""
    fits = {
        "text": isinstance(value, str) and 0 < len(value) <= 500,
        "number": isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300,
        "boolean": isinstance(value, bool),
        "list": isinstance(value, list | tuple) and all(isinstance(one, str | int | float | bool) for one in value) and len(value) <= 1000,
        "date": isinstance(value, str) and _is_time(value),
    }[tag.value_type]
    if not fits:
        return f"{str(value)[:60]!r} is no {tag.value_type}."
    if tag.allowed is not None:
        wrong = [one for one in (value if isinstance(value, list | tuple) else (value,)) if not _among(one, tag.allowed)]
        if wrong:
            shown = ", ".join(str(one) for one in tag.allowed[:20])
            return f"{str(wrong[0])[:60]!r} is not among the allowed values {shown}."
    return ""


def _among(value: object, allowed: tuple[Scalar, ...]) -> bool:
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed)


def _is_time(text: str) -> bool:
    from datetime import date, datetime

    try:
        date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _rule(body: Mapping[str, object], reading: Reading) -> RuleConfig | ReadyConfig:
    if "rule" in body:
        return _ready(body, reading)
    keys_are(body, ("values", "default"), reading)
    given, at = body.get("values"), reading.inside(".values")
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_VALUES:
        raise at.wrong(f"must be a list of 1 to {MAX_VALUES} values, each with the condition under which it is given.")
    values = []
    for n, one in enumerate(given):
        inside = at.inside(f"[{n}]")
        item = an_object(one, inside)
        keys_are(item, ("value", "when"), inside)
        values.append((_scalar(item.get("value"), inside.inside(".value")), _condition(item.get("when"), inside.inside(".when"))))
    default = body.get("default")
    return RuleConfig(values=tuple(values), default=None if default is None else _scalar(default, reading.inside(".default")))


def _condition(body: object, reading: Reading) -> Node:
    node = reading.node(body)
    if segments_in(node):
        raise reading.wrong("a tag cannot ask a segment, because segments ask tags; write the segment's own condition.")
    return node


def _scalar(value: object, reading: Reading) -> Scalar:
    if not isinstance(value, str | int | float | bool):
        raise reading.wrong("must be a text, a number, true or false.")
    return value


def _ready(body: Mapping[str, object], reading: Reading) -> ReadyConfig:
    keys_are(body, ("rule", "settings"), reading)
    key = body.get("rule")
    if not isinstance(key, str):
        raise reading.inside(".rule").wrong("must be the name of a ready-made rule.")
    rule = TAG_RULES.get(key)
    settings = an_object(body.get("settings", {}), reading.inside(".settings"))
    try:
        return ReadyConfig(rule=rule, settings=rule.Config.model_validate(dict(settings)))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise reading.inside(f".settings.{place}").wrong(f"{first['msg']}.") from error


def _model(body: Mapping[str, object], reading: Reading) -> ModelConfig:
    keys_are(body, ("model", "fallback"), reading)
    model, fallback = body.get("model", ""), body.get("fallback")
    if not isinstance(model, str) or len(model) > 200:
        raise reading.inside(".model").wrong("must be the name of a model, or empty while there is none.")
    inside = reading.inside(".fallback")
    return ModelConfig(model=model, fallback=None if fallback is None else _rule(an_object(fallback, inside), inside))


def _computed(body: Mapping[str, object], reading: Reading) -> ComputedConfig:
    keys_are(
        body,
        ("measure", "roles", "events", "where", "within", "property", "among", "style", "days", "periods", "limit", "digits"),
        reading,
    )
    of = body.get("measure")
    if of not in MEASURES:
        raise reading.inside(".measure").wrong(f"unknown measure {str(of)[:40]!r}; one of {', '.join(MEASURES)}.")
    style = body.get("style", "change")
    if style not in ("change", "slope"):
        raise reading.inside(".style").wrong("must be change or slope.")
    if of == "trend" and "within" in body:
        raise reading.inside(".within").wrong("a trend has its own periods; leave within out.")
    if (of == "share") != ("among" in body):
        raise reading.inside(".among").wrong("share needs it, to say what it is a share of, and no other measure has it.")
    return ComputedConfig(
        measure=of,
        which=_which(body, reading),
        within=read_within(body, reading),
        property=_property(body, str(of), reading),
        among=_which(_among_body(body, reading), reading.inside(".among")) if of == "share" else None,
        style=cast(Any, style),
        days=a_count(body, "days", reading, least=1, most=400, default=30),
        periods=a_count(body, "periods", reading, least=2, most=60, default=6),
        limit=a_count(body, "limit", reading, least=1, most=1000, default=20),
        digits=a_count(body, "digits", reading, least=0, most=9, default=6),
    )


def _among_body(body: Mapping[str, object], reading: Reading) -> Mapping[str, object]:
    inside = reading.inside(".among")
    given = an_object(body["among"], inside)
    keys_are(given, ("roles", "events", "where"), inside)
    return given


def _which(body: Mapping[str, object], reading: Reading) -> Which:
    roles, at = body.get("roles", []), reading.inside(".roles")
    if not isinstance(roles, list) or any(role not in EVENT_ROLES for role in roles):
        raise at.wrong(f"must be a list of roles of events; there are {', '.join(EVENT_ROLES)}.")
    return Which(roles=tuple(dict.fromkeys(roles)), doing=read_doing(body, reading))


def _property(body: Mapping[str, object], of: str, reading: Reading) -> str:
    name, at = body.get("property", ""), reading.inside(".property")
    if of not in _OF_PROPERTY | _MAYBE_PROPERTY:
        if name:
            raise at.wrong(f"{of} measures no property; leave it out.")
        return ""
    if name == "" and of in _MAYBE_PROPERTY:
        return ""
    if not isinstance(name, str) or not 1 <= len(name) <= 200:
        raise at.wrong(f"{of} needs the name of a property, such as category, products[].category, $revenue or $country.")
    return check_property(name, at)


def _write_computed(config: ComputedConfig) -> dict[str, object]:
    body: dict[str, object] = {"measure": config.measure, **_write_which(config.which), **write_within(config.within)}
    if config.property:
        body["property"] = config.property
    if config.among is not None:
        body["among"] = _write_which(config.among)
    if config.measure == "trend":
        body |= {"style": config.style, "days": config.days}
        if config.style == "slope":
            body["periods"] = config.periods
    if config.measure == "unique_list":
        body["limit"] = config.limit
    if config.digits != 6:
        body["digits"] = config.digits
    return body


def _write_which(which: Which) -> dict[str, object]:
    body = write_doing(which.doing)
    if which.roles:
        body = {"roles": list(which.roles), **body}
        if not which.doing.events:
            del body["events"]
    return body
