"""What do tags, roles and actions on them look like over HTTP, and in a file of definitions?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from uems.kernel.edge import Body, Clean, Count, Id, Key
from uems.profiles.roles.guess import Seen
from uems.profiles.roles.model import ROLES, Mapped, State
from uems.profiles.tags.batches import Batch, BatchKind
from uems.profiles.tags.catalogue import Counted, Distribution, Listed
from uems.profiles.tags.model import Family, Health, Kind, Refresh, SavedTag, Scalar, TagDef, TagValue, ValueType, Words
from uems.profiles.tags.registry import TagRule
from uems.profiles.tags.uses import TagUse

Text = Annotated[str, Field(max_length=2_000), Clean]
TagKey = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z][a-z0-9_]*$")]


class TagWords(Body):
    """One text in both languages."""

    zh: Text = ""
    en: Text = ""

    @staticmethod
    def of(words: Words) -> "TagWords":
        return TagWords(zh=words.zh, en=words.en)

    def words(self) -> Words:
        return Words(zh=self.zh, en=self.en)


class TagDraft(Body):
    """A tag as somebody defines it. config: by the kind; see the README of profiles."""

    family: Family
    kind: Kind
    owner: Annotated[str, Field(max_length=200), Clean] = ""
    label: TagWords
    description: TagWords = TagWords()
    value_type: ValueType
    allowed: list[Scalar] | None = Field(default=None, max_length=1000)
    refresh: Refresh = "nightly"
    config: dict[str, Any] = Field(default_factory=dict)
    unit: Annotated[str, Field(max_length=40), Clean] = ""
    keeps_history: bool = False
    enabled: bool = True

    def tag(self, key: str) -> TagDef:
        return TagDef(
            key=key,
            family=self.family,
            kind=self.kind,
            owner=self.owner,
            label=self.label.words(),
            description=self.description.words(),
            value_type=self.value_type,
            allowed=None if self.allowed is None else tuple(self.allowed),
            refresh=self.refresh,
            config=self.config,
            unit=self.unit,
            keeps_history=self.keeps_history,
            enabled=self.enabled,
        )

    @staticmethod
    def of_tag(tag: TagDef) -> dict[str, Any]:
        """The fields of a draft that says the same."""
        return {
            "family": tag.family,
            "kind": tag.kind,
            "owner": tag.owner,
            "label": TagWords.of(tag.label),
            "description": TagWords.of(tag.description),
            "value_type": tag.value_type,
            "allowed": None if tag.allowed is None else list(tag.allowed),
            "refresh": tag.refresh,
            "config": dict(tag.config),
            "unit": tag.unit,
            "keeps_history": tag.keeps_history,
            "enabled": tag.enabled,
        }


class TagChangeBody(TagDraft):
    """base_version: the version that was edited, 0 for a new tag; 409 when another one is in force. Null overwrites."""

    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    note: Annotated[str, Field(max_length=500), Clean] = ""


class TagLineageBody(Body):
    """What a tag is made from."""

    events: list[str]
    properties: list[str]
    traits: list[str]
    tags: list[str]
    roles: list[str]
    relations: bool


class TagUseBody(Body):
    """Something that asks the tag."""

    kind: str
    key: str
    label: str

    @staticmethod
    def of(use: TagUse) -> "TagUseBody":
        return TagUseBody(kind=use.kind, key=use.key, label=use.label)


class TagBody(TagDraft):
    """A tag with how it does. people of everybody have a value; coverage is their share, null before the first full pass."""

    key: str
    version: Count
    saved_at: datetime
    saved_by: str
    note: str
    standard: bool
    health: Health
    reason: TagWords
    people: Count
    everybody: Count
    coverage: float | None
    computed_at: datetime | None
    full_at: datetime | None
    seconds: float
    lineage: TagLineageBody
    used_by: list[TagUseBody]
    value_labels: dict[str, TagWords]

    @staticmethod
    def of(listed: Listed) -> "TagBody":
        saved, state, made = listed.saved, listed.state, listed.lineage
        return TagBody(
            **TagDraft.of_tag(saved.tag),
            key=saved.tag.key,
            version=saved.version,
            saved_at=saved.saved_at,
            saved_by=saved.saved_by,
            note=saved.note,
            standard=saved.standard,
            health=listed.health,
            reason=TagWords.of(listed.reason),
            people=state.people,
            everybody=state.everybody,
            coverage=min(state.people / state.everybody, 1.0) if state.everybody else None,
            computed_at=state.computed_at,
            full_at=state.full_at,
            seconds=state.seconds,
            lineage=TagLineageBody(
                events=list(made.events),
                properties=list(made.properties),
                traits=list(made.traits),
                tags=list(made.tags),
                roles=list(made.roles),
                relations=made.relations,
            ),
            used_by=[TagUseBody.of(use) for use in listed.used_by],
            value_labels={value: TagWords.of(words) for value, words in listed.labels.items()},
        )


class TagList(Body):
    items: list[TagBody]
    next_cursor: str | None = None


class TagVersionBody(Body):
    """A version of a definition; draft is null for one with which the tag was removed."""

    version: Count
    saved_at: datetime
    saved_by: str
    note: str
    draft: TagDraft | None

    @staticmethod
    def of(saved: SavedTag, *, removed: bool) -> "TagVersionBody":
        draft = None if removed else TagDraft(**TagDraft.of_tag(saved.tag))
        return TagVersionBody(version=saved.version, saved_at=saved.saved_at, saved_by=saved.saved_by, note=saved.note, draft=draft)


class TagVersionList(Body):
    items: list[TagVersionBody]
    next_cursor: str | None = None


class TagCountBody(Body):
    value: Any
    people: Count

    @staticmethod
    def of(counted: Counted) -> "TagCountBody":
        return TagCountBody(value=counted.value, people=counted.people)


class TagBinBody(Body):
    """So many people have a number from low on and below high; the last bin holds high too."""

    low: float
    high: float
    people: Count


class TagDistributionBody(Body):
    """values: the 100 most frequent; of lists each element counts, dates count by month. bins, mean, median: of numbers."""

    people: Count
    distinct: Count
    values: list[TagCountBody]
    bins: list[TagBinBody]
    mean: float | None
    median: float | None

    @staticmethod
    def of(found: Distribution) -> "TagDistributionBody":
        return TagDistributionBody(
            people=found.people,
            distinct=found.distinct,
            values=[TagCountBody.of(one) for one in found.values],
            bins=[TagBinBody(low=one.low, high=one.high, people=one.people) for one in found.bins],
            mean=found.mean,
            median=found.median,
        )


class TagTrialRequest(TagDraft):
    key: TagKey = "draft"


class TagTrialBody(Body):
    """What a draft would say. missing: roles without which nobody gets a value. sample: some people, for those who may see them."""

    people: Count
    everybody: Count
    distinct: Count
    values: list[TagCountBody]
    missing: list[str]
    sample: list[Id]


class TagRuleBody(Body):
    """A ready-made rule. settings: JSON schema of what can be set; sample: an example of it."""

    key: str
    label: TagWords
    text: TagWords
    family: Family
    needs: list[str]
    uses: list[str]
    tags: list[str]
    whole: bool
    value_type: ValueType
    value_labels: dict[str, TagWords]
    settings: dict[str, Any]
    sample: dict[str, Any]

    @staticmethod
    def of(rule: TagRule) -> "TagRuleBody":
        gives = rule.gives(rule.sample)
        return TagRuleBody(
            key=rule.key,
            label=TagWords(zh=rule.label_zh, en=rule.label_en),
            text=TagWords(zh=rule.text_zh, en=rule.text_en),
            family=rule.family,
            needs=list(rule.needed(rule.sample)),
            uses=list(rule.uses),
            tags=list(rule.tags),
            whole=rule.whole,
            value_type=gives.value_type,
            value_labels={value: TagWords.of(words) for value, words in gives.labels.items()},
            settings=rule.Config.model_json_schema(),
            sample=rule.sample.model_dump(mode="json"),
        )


class TagRuleList(Body):
    items: list[TagRuleBody]
    next_cursor: str | None = None


class TagSetBody(Body):
    """Give these people a tag by hand; value null takes it away."""

    people: list[Id] = Field(min_length=1, max_length=100_000)
    value: Any = None
    note: Annotated[str, Field(max_length=500), Clean] = ""


class TagActionBody(Body):
    """What was set by hand or imported. unknown: ids of a file that belong to nobody. undone_at: it counts no more."""

    action: Count
    tag: str
    kind: BatchKind
    value: Any
    people: Count
    unknown: Count
    note: str
    made_at: datetime
    made_by: str
    undone_at: datetime | None
    undone_by: str | None

    @staticmethod
    def of(batch: Batch) -> "TagActionBody":
        return TagActionBody(
            action=batch.batch,
            tag=batch.key,
            kind=batch.kind,
            value=batch.value,
            people=batch.people,
            unknown=batch.unknown,
            note=batch.note,
            made_at=batch.made_at,
            made_by=batch.made_by,
            undone_at=batch.undone_at,
            undone_by=batch.undone_by,
        )


class TagActionList(Body):
    items: list[TagActionBody]
    next_cursor: str | None = None


class TagRefreshBody(Body):
    """people were looked at, changed of them have another value; failed: why it could not be computed, "" when it could."""

    people: Count
    changed: Count
    failed: str


class TagSetupBody(Body):
    """installed: tags that are new or newer; people were looked at; failed: tag → why it could not be computed."""

    installed: list[str]
    people: Count
    failed: dict[str, str]


class PersonTagBody(Body):
    """A tag of a person. evidence: why, in both languages, where the tag can say it. value_label: how people read the value."""

    tag: str
    label: TagWords
    family: Family
    value_type: ValueType
    unit: str
    value: Any
    value_label: TagWords | None
    confidence: float
    evidence: dict[str, Any]
    computed_at: datetime

    @staticmethod
    def of(value: TagValue, tag: TagDef, labels: Mapping[str, Words]) -> "PersonTagBody":
        words = labels.get(value.value) if isinstance(value.value, str) else None
        return PersonTagBody(
            tag=value.tag,
            label=TagWords.of(tag.label),
            family=tag.family,
            value_type=tag.value_type,
            unit=tag.unit,
            value=value.value,
            value_label=TagWords.of(words) if words else None,
            confidence=value.confidence,
            evidence=dict(value.evidence),
            computed_at=value.computed_at,
        )


class PersonTagList(Body):
    items: list[PersonTagBody]
    next_cursor: str | None = None


class RoleBody(Body):
    """A role, and what plays it. events empty and property empty: nothing does; state is null while nobody and no guess said so."""

    role: str
    plays: Annotated[str, Field(description="events or property")]
    label: TagWords
    text: TagWords
    events: list[str]
    property: str
    state: State | None
    confidence: float | None
    reason: TagWords
    saved_at: datetime | None
    saved_by: str

    @staticmethod
    def of(key: str, mapped: Mapped | None) -> "RoleBody":
        role = ROLES[key]
        return RoleBody(
            role=key,
            plays=role.of,
            label=TagWords(zh=role.label_zh, en=role.label_en),
            text=TagWords(zh=role.text_zh, en=role.text_en),
            events=list(mapped.events) if mapped else [],
            property=mapped.property if mapped else "",
            state=mapped.state if mapped else None,
            confidence=mapped.confidence if mapped else None,
            reason=TagWords(zh=mapped.reason_zh, en=mapped.reason_en) if mapped else TagWords(),
            saved_at=mapped.saved_at if mapped else None,
            saved_by=mapped.saved_by if mapped else "",
        )


class RoleList(Body):
    items: list[RoleBody]
    next_cursor: str | None = None


class RoleChangeBody(Body):
    """What plays the role: some events, or one property (of those events, or of any); nothing at all says that nothing does."""

    events: list[Key] = Field(default_factory=list, max_length=50)
    property: Annotated[str, Field(max_length=200), Clean] = ""


class RoleCandidateBody(Body):
    """An event that came in, to choose from."""

    event: str
    events: Count
    revenue: bool

    @staticmethod
    def of(seen: Seen) -> "RoleCandidateBody":
        return RoleCandidateBody(event=seen.name, events=seen.events, revenue=seen.revenue)


class RoleCandidateList(Body):
    items: list[RoleCandidateBody]
    next_cursor: str | None = None


class TagClockBody(Body):
    """as_of: tags are computed as of this instant, for a workspace of history; null goes by the clock."""

    as_of: datetime | None
