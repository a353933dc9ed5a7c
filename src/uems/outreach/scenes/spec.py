"""What makes up a scene? The situation, how long it lasts, how soon it may come again, and what a page of the company shows then."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from uems.kernel.clock import zone_of
from uems.kernel.edge import Body, Clean, Name
from uems.outreach.consent.model import Hour
from uems.outreach.flows.graph import Condition


def _https(value: str) -> str:
    if value and not value.startswith("https://"):
        raise ValueError("must begin with https://, or be empty")
    return value


Slot = Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9_]{0,39})?$")]
"""A place in the company's pages where a scene may show something; "" for none."""
VariantKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
MAX_VARIANTS = 5
MAX_MINUTES = 60 * 24 * 90


class SceneHours(Body):
    """Only from ``since`` to just before ``until`` by the clock of the person; past midnight where until is earlier."""

    since: Hour = "22:00"
    until: Hour = "02:00"

    @model_validator(mode="after")
    def _some(self) -> "SceneHours":
        if self.since == self.until:
            raise ValueError("since and until are the same, so no time is between them; leave hours out for any time")
        return self

    def open_at(self, now: datetime, zone: str) -> bool:
        """Whether it is that time in ``zone``."""
        at = f"{now.astimezone(zone_of(zone)):%H:%M}"
        return self.since <= at < self.until if self.since < self.until else at >= self.since or at < self.until


class SceneContent(Body):
    """What a slot shows, in one language. link: https, or empty."""

    language: Literal["zh", "en"]
    title: Annotated[str, Field(max_length=200), Clean] = ""
    text: Annotated[str, Field(max_length=2_000), Clean] = ""
    link: Annotated[str, Field(max_length=2_000), Clean, AfterValidator(_https)] = ""


class SceneVariant(Body):
    """One of several contents of a slot. key: what exposures call it. weight: in percent. content: empty shows nothing."""

    key: VariantKey
    name: Name
    weight: Annotated[float, Field(gt=0, le=100)]
    content: Annotated[list[SceneContent], Field(max_length=2)] = Field(default_factory=list)


class SceneSpec(Body):
    """condition: on people, in the one grammar; its windows are minutes or longer. hours: only then, by the clock of the person.

    stays_minutes: how long somebody counts as being in it. cool_down_minutes: from being found in it until they can be found again.
    slot, content: what the company's pages show to whoever is in it. variants: instead of one content several, among which people are
    divided by a hash, for ever the same; whoever is shown one is exposed to it, as the experiment ``slot:KEY``.
    """

    condition: Condition
    hours: SceneHours | None = None
    stays_minutes: Annotated[int, Field(ge=1, le=MAX_MINUTES)] = 30
    cool_down_minutes: Annotated[int, Field(ge=1, le=MAX_MINUTES)] = 1_440
    slot: Slot = ""
    content: Annotated[list[SceneContent], Field(max_length=2)] = Field(default_factory=list)
    variants: Annotated[list[SceneVariant], Field(max_length=MAX_VARIANTS)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _whole(self) -> "SceneSpec":
        if self.cool_down_minutes < self.stays_minutes:
            raise ValueError(f"cool_down_minutes is {self.cool_down_minutes}; must be at least stays_minutes, {self.stays_minutes}")
        if bool(self.slot) != bool(self.content or self.variants):
            raise ValueError("slot and content belong together: give both, or neither")
        for content in (self.content, *(one.content for one in self.variants)):
            if len({one.language for one in content}) < len(content):
                raise ValueError("content has a language twice; give each once")
        self._check_variants()
        return self

    def _check_variants(self) -> None:
        if not self.variants:
            return
        if self.content or len(self.variants) < 2:
            raise ValueError("a slot shows one content, or two variants and more; give content or variants")
        if len({one.key for one in self.variants}) < len(self.variants):
            raise ValueError("two variants have the same key; give each its own")
        if not any(one.content for one in self.variants):
            raise ValueError("no variant shows anything; give one of them content")
        total = sum(one.weight for one in self.variants)
        if abs(total - 100) > 0.01:
            raise ValueError(f"the weights of the variants add up to {total:g}; must add up to 100. Change one of them by {100 - total:g}")


class SceneDraft(Body):
    """What somebody wants a scene to be."""

    name: Name
    description: Annotated[str, Field(max_length=5_000), Clean] = ""
    spec: SceneSpec
