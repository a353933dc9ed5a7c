"""Which world is to be simulated? How many people, how long, from which seed, and what is planted in it.

Two worlds that are equal here are equal in every event. An effect changes nothing before the day on which it begins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from uems.kernel.clock import zone_of
from uems.kernel.errors import UemsError, invalid
from uems.kernel.money import exponent

Step = Literal["add_to_cart", "checkout", "sign_up", "payment"]
Device = Literal["mobile", "desktop", "tablet", "ios", "android"]
"""As the column ``device`` of events says it: web by the size of the screen, the app by its system."""
Category = Literal["tea", "coffee", "snacks", "home", "beauty", "gadgets"]

MAX_PEOPLE: Final = 5_000_000
MAX_DAYS: Final = 3_660


class _Planted(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    since: date
    until: Annotated[date | None, Field(description="The last day of it; to the end unless given.")] = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("until is before since")
        return self

    def on(self, day: date) -> bool:
        """Whether it works on this day."""
        return self.since <= day and (self.until is None or day <= self.until)


class BrokenStep(_Planted):
    """A step of buying that goes wrong on one device (on all, when none is named). factor: which share of its passages is left."""

    kind: Literal["broken_step"]
    step: Step
    device: Device | None = None
    factor: Annotated[float, Field(ge=0, le=1)] = 0.3


class PriceChange(_Planted):
    """Prices of a category (of all, when none is named) times ``factor``."""

    kind: Literal["price_change"]
    category: Category | None = None
    factor: Annotated[float, Field(ge=0.05, le=20)] = 1.2


class ViralInvitation(_Planted):
    """People with a good experience invite ``factor`` times as readily."""

    kind: Literal["viral_invitation"]
    factor: Annotated[float, Field(ge=1, le=50)] = 4.0


class MessageResponse(_Planted):
    """How people of a world that runs live answer messages, whatever these say. opens: share of those who got one. clicks: of those who
    opened it. buys: of those who followed a link. minutes: until it is opened, on average. fatigue: what each message of the last
    seven days leaves of the readiness to open one more."""

    kind: Literal["message_response"]
    opens: Annotated[float, Field(ge=0, le=1)] = 0.6
    clicks: Annotated[float, Field(ge=0, le=1)] = 0.5
    buys: Annotated[float, Field(ge=0, le=1)] = 0.4
    minutes: Annotated[float, Field(gt=0, le=10_000)] = 2.0
    fatigue: Annotated[float, Field(ge=0, le=1)] = 0.85


Effect = BrokenStep | PriceChange | ViralInvitation | MessageResponse
_effect: TypeAdapter[Effect] = TypeAdapter(Annotated[Effect, Field(discriminator="kind")])


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """people: who come by themselves; those whom they invite come on top. start: the first business day in ``zone``.

    Raises ``invalid`` for what cannot be simulated.
    """

    people: int
    days: int
    start: date
    seed: int = 1
    zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    effects: tuple[Effect, ...] = ()

    def __post_init__(self) -> None:
        for name, most in (("people", MAX_PEOPLE), ("days", MAX_DAYS)):
            got = getattr(self, name)
            if not 1 <= got <= most:
                raise invalid(name, got, f"must be from 1 to {most}.")
        if not 0 <= self.seed < 2**32:
            raise invalid("seed", self.seed, "must be from 0 to 4294967295.")
        if self.start.year < 2001 or self.start.year > 9000:
            raise invalid("start", self.start.isoformat(), "must be a day of the years 2001 to 9000.")
        zone_of(self.zone)
        exponent(self.currency)

    @property
    def name(self) -> str:
        """Begins the ids of everything in it: worlds of one seed and start are one world told for different lengths."""
        return f"s{self.seed}-{self.start:%Y%m%d}"

    def day(self, number: int) -> date:
        """The business day of a number from 0 on."""
        return self.start + timedelta(days=number)


def effect_of(said: Mapping[str, Any]) -> Effect:
    """One effect from a mapping; raises ``bad_effect`` that says what is wrong with it."""
    try:
        return _effect.validate_python(dict(said))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "kind"
        raise _bad(f"{place}: {first['msg']}") from error


def effect_of_text(text: str) -> Effect:
    """One effect from words: ``broken_step step=payment device=mobile since=2026-03-01 factor=0.3``."""
    kind, *pairs = text.split()
    said = {"kind": kind}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not mark:
            raise _bad(f"{pair!r} is not name=value")
        said[name] = value
    return effect_of(said)


def effects_of_yaml(text: str) -> tuple[Effect, ...]:
    """A YAML list of effects, bare or under the key ``effects``."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _bad(f"this is not YAML ({error})") from error
    if isinstance(found, Mapping):
        found = found.get("effects")
    if not isinstance(found, Sequence) or isinstance(found, str) or not all(isinstance(item, Mapping) for item in found):
        raise _bad("a list of effects is wanted")
    return tuple(effect_of(item) for item in found)


def _bad(what: str) -> UemsError:
    return UemsError(
        "bad_effect",
        f"An effect cannot be read: {what}. Kinds are broken_step (step, device, factor), price_change (category, factor),"
        " viral_invitation (factor) and message_response (opens, clicks, buys, minutes, fatigue), each with since and perhaps until.",
        status=422,
    )
