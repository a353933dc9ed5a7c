"""What do scenes look like over HTTP?"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from uems.kernel.edge import Body, Clean, Count, Id
from uems.outreach.flows.graph import Condition
from uems.outreach.scenes.definitions import Scene, SceneVersion, State
from uems.outreach.scenes.examples import Example
from uems.outreach.scenes.fitting import Fitting, FittingGroup
from uems.outreach.scenes.needs import Needs, Source
from uems.outreach.scenes.resonance import Resonance, Side, Span, Verdict
from uems.outreach.scenes.spec import SceneDraft, SceneSpec
from uems.outreach.scenes.standing import Match, Shown, Tally
from uems.outreach.scenes.trying import STEP, Trial


class SceneSave(SceneDraft):
    """base_version: what the caller edited, 0 for a new scene; null overwrites whatever stands."""

    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class SceneTurn(Body):
    """live: people are found in it from now on. paused: no more."""

    state: State


class SceneLine(Body):
    """A scene in a list. inside: how many people are in it now. day: matches of the last 24 hours; ever: of all time."""

    key: str
    name: str
    description: str
    state: State
    version: Count
    slot: str
    inside: Count
    day: Count
    ever: Count
    changed_at: datetime
    changed_by: str

    @staticmethod
    def of(one: Scene, tally: Tally) -> "SceneLine":
        names = ("key", "name", "description", "state", "version", "changed_at", "changed_by")
        known = {name: getattr(one, name) for name in names}
        return SceneLine(**known, slot=one.spec.slot, inside=tally.inside, day=tally.day, ever=tally.ever)


class SceneList(Body):
    items: list[SceneLine]


class ScenePast(Body):
    """What a scene was since ``at``."""

    version: Count
    spec: SceneSpec
    at: datetime
    by: str


class SceneWhole(SceneLine):
    """versions: the latest first. said_zh, said_en: what it asks, in words. flows: keys of those that begin with it."""

    spec: SceneSpec
    versions: list[ScenePast]
    said_zh: str
    said_en: str
    flows: list[str]

    @staticmethod
    def whole(one: Scene, tally: Tally, versions: list[SceneVersion], said: tuple[str, str], flows: list[str]) -> "SceneWhole":
        line = SceneLine.of(one, tally)
        past = [ScenePast(version=each.version, spec=each.spec, at=each.at, by=each.by) for each in versions]
        return SceneWhole(**line.model_dump(), spec=one.spec, versions=past, said_zh=said[0], said_en=said[1], flows=flows)


class SceneMatch(Body):
    """match_no: which time it is for this person. until: how long they count as being in it."""

    match_id: Id
    person_id: Id
    match_no: Count
    version: Count
    at: datetime
    until: datetime

    @staticmethod
    def of(one: Match) -> "SceneMatch":
        return SceneMatch(**{name: getattr(one, name) for name in SceneMatch.model_fields})


class SceneMatches(Body):
    items: list[SceneMatch]
    next_cursor: str | None = None


class SceneTry(Body):
    spec: SceneSpec


class SceneTrialHit(Body):
    person_id: Id
    at: datetime


class SceneTrial(Body):
    """people would have been found in the day before ``until``, ``matches`` times in all.

    asked: of so many people; active: of so many who did anything in that day. Where they differ it is a sample. step_minutes: how often
    it was looked; a live scene looks within seconds.
    """

    people: Count
    matches: Count
    asked: Count
    active: Count
    step_minutes: Count
    until: datetime
    latest: list[SceneTrialHit]

    @staticmethod
    def of(one: Trial) -> "SceneTrial":
        return SceneTrial(
            people=one.people,
            matches=one.matches,
            asked=one.asked,
            active=one.active,
            step_minutes=round(STEP.total_seconds() / 60),
            until=one.until,
            latest=[SceneTrialHit(person_id=person, at=at) for person, at in one.latest],
        )


class SceneExample(Body):
    """A scene to begin with."""

    key: str
    name_zh: str
    name_en: str
    says_zh: str
    says_en: str
    spec: SceneSpec

    @staticmethod
    def of(one: Example) -> "SceneExample":
        return SceneExample(**{name: getattr(one, name) for name in SceneExample.model_fields})


class SceneExamples(Body):
    items: list[SceneExample]


class SceneShown(Body):
    """What a slot shows until then. Plain text all of it; link is https or empty."""

    scene: str
    language: Literal["zh", "en"]
    title: str
    text: str
    link: str
    at: datetime
    until: datetime

    @staticmethod
    def of(one: Shown) -> "SceneShown":
        return SceneShown(scene=one.scene.key, **one.content.model_dump(), at=one.at, until=one.until)


class SceneSlot(Body):
    """What somebody came into last first; empty for nothing."""

    items: list[SceneShown]


class SceneNeed(Body):
    """source: searched, asked, carted (they said so), viewed_again, expected (seen from what they did). people: of those looked at.

    witnesses: some of them. offered: whether what the scene shows or sends speaks of it.
    """

    source: Source
    explicit: bool
    words: str
    people: Count
    witnesses: list[Id]
    offered: bool


class SceneNeeds(Body):
    """people: the last ones found in it, up to 1,000, by the day before. with_need: of them; met: of those, spoken of by the offer.

    missing: roles that nothing plays, so that a source stays empty. offer: what the scene shows and what its flows send.
    """

    people: Count
    with_need: Count
    met: Count
    needs: list[SceneNeed]
    missing: list[str]
    offer: list[str]

    @staticmethod
    def of(one: Needs) -> "SceneNeeds":
        names = ("source", "explicit", "words", "people", "offered")
        needs = [SceneNeed(**{name: getattr(each, name) for name in names}, witnesses=list(each.witnesses)) for each in one.needs]
        counts = {name: getattr(one, name) for name in ("people", "with_need", "met")}
        return SceneNeeds(**counts, needs=needs, missing=list(one.missing), offer=list(one.offer))


class SceneSpan(Body):
    """A difference with its interval of 95 %."""

    value: float
    low: float
    high: float

    @staticmethod
    def of(one: Span | None) -> "SceneSpan | None":
        return None if one is None else SceneSpan(value=one.value, low=one.low, high=one.high)


class SceneSide(Body):
    """One of both flows. came: whoever came in with their hours over; people: of them compared, as many on either side; held: held out.

    sent, opened, clicked, converted: of people. value_minor: of each on average. uplift, value_uplift: against those held out.
    """

    flow: str
    name: str
    came: Count
    people: Count
    held: Count
    sent: Count
    opened: Count
    clicked: Count
    converted: Count
    held_converted: Count
    value_minor: float
    held_value_minor: float
    uplift: SceneSpan | None
    value_uplift: SceneSpan | None

    @staticmethod
    def of(one: Side) -> "SceneSide":
        spans = ("uplift", "value_uplift")
        known = {name: getattr(one, name) for name in Side.__dataclass_fields__ if name not in spans}
        return SceneSide(**known, uplift=SceneSpan.of(one.uplift), value_uplift=SceneSpan.of(one.value_uplift))


class SceneResonance(Body):
    """uplift, value: of the scene less that of the traits; null with too few people. in_both: who stand in both and count on no side."""

    scene: SceneSide
    traits: SceneSide
    in_both: Count
    uplift: SceneSpan | None
    value: SceneSpan | None
    verdict: Verdict

    @staticmethod
    def of(one: Resonance) -> "SceneResonance":
        return SceneResonance(
            scene=SceneSide.of(one.scene),
            traits=SceneSide.of(one.traits),
            in_both=one.in_both,
            uplift=SceneSpan.of(one.uplift),
            value=SceneSpan.of(one.value),
            verdict=one.verdict,
        )


class SceneRival(Body):
    """flow: one that begins with the scene. who: the people to set against it, such as those of an age. key: of the flow that is made."""

    flow: Annotated[str, Field(min_length=1, max_length=100), Clean]
    who: Condition
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$")]


class SceneRivalMade(Body):
    """key: of the flow, a draft: look at it and publish it as any other."""

    key: str


class SceneTrait(Body):
    name: str
    value: str | int | float


class SceneFittingGroup(Body):
    """did: who did the event, of the ``of`` by whom the group was not chosen; low, high: of their share, with 95 %. condition: who."""

    traits: list[SceneTrait]
    condition: dict[str, Any]
    people: Count
    did: Count
    of: Count
    low: float
    high: float

    @staticmethod
    def of_group(one: FittingGroup) -> "SceneFittingGroup":
        traits = [SceneTrait(name=name, value=value) for name, value in one.traits]
        counts = {name: getattr(one, name) for name in ("people", "did", "of", "low", "high")}
        return SceneFittingGroup(traits=traits, condition=one.condition, **counts)


class SceneFitting(Body):
    """found: people ever found in the scene. tried: groups of as many people at least. groups: the best first, at most five."""

    found: Count
    tried: Count
    groups: list[SceneFittingGroup]

    @staticmethod
    def of(one: Fitting) -> "SceneFitting":
        return SceneFitting(found=one.found, tried=one.tried, groups=[SceneFittingGroup.of_group(group) for group in one.groups])
