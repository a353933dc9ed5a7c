"""What is a ready-made tag rule, and which are there? One file each in ``profiles/tag_rules``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

from uems.kernel.filters import Node
from uems.kernel.registry import Registry
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn
from uems.profiles.tags.model import Family, Refresh, Scalar, ValueType, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """What the values of a rule are, by its settings. labels: allowed value → how people read it."""

    value_type: ValueType
    allowed: tuple[Scalar, ...] | None = None
    unit: str = ""
    labels: Mapping[str, Words] = field(default_factory=dict)

    @staticmethod
    def one_of(labels: Mapping[str, tuple[str, str]]) -> "Gives":
        """A text with a fixed set of values: value → (zh, en)."""
        words = {value: Words(zh=zh, en=en) for value, (zh, en) in labels.items()}
        return Gives(value_type="text", allowed=tuple(words), labels=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A tag that every workspace gets, made of a rule with these settings."""

    key: str
    label: Words
    description: Words
    settings: Mapping[str, Any] = field(default_factory=dict)
    refresh: Refresh = "nightly"
    keeps_history: bool = False
    model: bool = False
    """A model takes over from the rule once one is better."""


class TagRule(Protocol):
    """One way to tell people apart that works on any stream of events, once roles are mapped.

    needs: roles without which it says nothing. uses: more roles that it looks at where they are mapped. tags: other tags it is
    made from. whole: it looks at everybody at once, so only the full pass computes it. text_zh, text_en: what it says of
    somebody, and how. standard: the tags that it ships.
    """

    @property
    def key(self) -> str: ...
    @property
    def label_zh(self) -> str: ...
    @property
    def label_en(self) -> str: ...
    @property
    def text_zh(self) -> str: ...
    @property
    def text_en(self) -> str: ...
    @property
    def family(self) -> Family: ...
    @property
    def Config(self) -> type[BaseModel]: ...
    @property
    def sample(self) -> BaseModel: ...
    @property
    def needs(self) -> tuple[str, ...]: ...
    @property
    def uses(self) -> tuple[str, ...]: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def whole(self) -> bool: ...
    @property
    def standard(self) -> tuple[Standard, ...]: ...

    def gives(self, settings: Any) -> Gives: ...

    def needed(self, settings: Any) -> tuple[str, ...]:
        """Roles without which it says nothing with these settings."""
        ...

    def ask(self, settings: Any, ask: Ask) -> None:
        """Name what has to be known of each person."""
        ...

    def conclude(self, settings: Any, found: Found) -> TagColumn:
        """The tag of everybody who was asked about, from what was found; no loop over people."""
        ...

    def edges(self, settings: Any) -> Sequence[Node]:
        """Conditions whose change by the passing of time alone may change the tag, for one that is live."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBase:
    """What most rules have in common; a rule derives from it and adds ``ask`` and ``conclude``."""

    key: str
    label_zh: str
    label_en: str
    text_zh: str
    text_en: str
    family: Family
    Config: type[BaseModel]
    sample: BaseModel
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    whole: bool = False
    standard: tuple[Standard, ...] = ()

    def needed(self, settings: Any) -> tuple[str, ...]:
        return self.needs

    def edges(self, settings: Any) -> Sequence[Node]:
        return ()


TAG_RULES: Registry[TagRule] = Registry("tag rule", "uems.profiles.tag_rules")
